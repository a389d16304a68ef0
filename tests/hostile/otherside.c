/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An IPv6 address in memory that another process maps, which no tracer holds:
 * that one writes another address when the caller, which has the lowest rank,
 * runs on from the tracer's first look, and puts the first one back when the
 * caller has stopped again.  /tmp/used says that the kernel took the other one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 40

static struct shared {
	struct sockaddr_in6 peer;
	volatile int ready, asked, done, used;
} *m;

static void put(const char *address)
{
	inet_pton(AF_INET6, address, &m->peer.sin6_addr);
}

/* How often it has waited; -1 while it does. */
static long waits(int fd)
{
	char text[4096], *at;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "State:\tR") ?
	     strstr(text, "\nvoluntary_ctxt_switches:") : NULL;
	return at ? strtol(strchr(at, ':') + 1, NULL, 10) : -1;
}

static void call(void)
{
	const struct sched_param lowest = { 0 };

	sched_setscheduler(0, SCHED_IDLE, &lowest);
	for (int i = 1; i <= TRIES; i++) {
		int fd = socket(AF_INET6, SOCK_STREAM, 0);

		/* From here on it waits in the connect alone. */
		m->ready = i;
		while (m->asked < i)
			;
		if (connect(fd, (void *)&m->peer, sizeof(m->peer)))
			m->used += errno == ENETUNREACH;
		m->done = i;
		close(fd);
	}
	_exit(0);
}

int main(void)
{
	char path[64];
	pid_t caller;
	int fd;

	m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	m->peer.sin6_family = AF_INET6;
	m->peer.sin6_port = htons(9);
	put("::1");
	caller = fork();
	if (!caller)
		call();
	snprintf(path, sizeof(path), "/proc/%d/status", caller);
	fd = open(path, O_RDONLY);
	for (int i = 1; i <= TRIES; i++) {
		long before;

		do
			usleep(1000);
		while (m->ready < i || (before = waits(fd)) < 0);
		m->asked = i;
		/* What has ended shows nothing any more. */
		while (m->done < i && waits(fd) <= before)
			sched_yield();
		put("2001:db8::7");
		while (m->done < i && waits(fd) >= 0)
			sched_yield();
		put("::1");
		while (m->done < i)
			usleep(100);
	}
	if (m->used)
		mkdir("/tmp/used", 0755);
	return 0;
}
