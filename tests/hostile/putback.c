/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An address that is another one only between the tracer's two looks at it:
 * threads that stop all the time keep the tracer from its second look, and one
 * that reads the caller's state in /proc writes the other address when the
 * caller runs, and puts the first one back when it has stopped again.
 * /tmp/used says that the kernel took the other one.
 *
 * "processes": these are no threads, but processes with a page in common.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRIES 12
#define FLOODS 24

static volatile struct {
	struct sockaddr_in peer;
	int asked, done, error;
	pid_t caller;
} *page;

static void *flood(void *arg)
{
	for (;;)
		kill(getpid(), 0);
	return arg;
}

static void *call(void *arg)
{
	pid_t self = (pid_t)syscall(SYS_gettid);
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	setpriority(PRIO_PROCESS, (id_t)self, 19);
	page->caller = self;
	for (int i = 1; i <= TRIES; i++) {
		while (page->asked < i)
			usleep(50);
		page->error = connect(sock, (void *)&page->peer,
				      sizeof(page->peer)) ? errno : 0;
		page->done = i;
	}
	return arg;
}

static void start(bool process, void *(*what)(void *))
{
	pthread_t thread;

	if (!process) {
		pthread_create(&thread, NULL, what, NULL);
	} else if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		what(NULL);
		_exit(0);
	}
}

static void wait_for(int fd, char state, int i)
{
	char text[512], *at;

	do {
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

		text[n > 0 ? n : 0] = '\0';
		at = strrchr(text, ')');
	} while (page->done < i && (!at || at[2] != state));
}

int main(int argc, char **argv)
{
	bool processes = argc > 1 && !strcmp(argv[1], "processes");
	in_addr_t good = inet_addr("127.0.0.1");
	char path[64];
	int fd;

	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	page->peer.sin_family = AF_INET;
	page->peer.sin_port = htons(9);
	page->peer.sin_addr.s_addr = good;
	start(processes, call);
	while (!page->caller)
		usleep(100);
	for (int i = 0; i < FLOODS; i++)
		start(processes, flood);
	snprintf(path, sizeof(path), "/proc/%d/stat", page->caller);
	fd = open(path, O_RDONLY);
	for (int i = 1; i <= TRIES && page->error != ENETUNREACH; i++) {
		page->asked = i;
		wait_for(fd, 't', i);
		wait_for(fd, 'R', i);
		page->peer.sin_addr.s_addr = inet_addr("203.0.113.7");
		wait_for(fd, 't', i);
		page->peer.sin_addr.s_addr = good;
		while (page->done < i)
			;
	}
	if (page->error == ENETUNREACH)
		mkdir("/tmp/used", 0755);
	_exit(0);
}
