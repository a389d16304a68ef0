/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows one program and one argument, and has another executed: a second
 * thread waits until the call has stopped for the tracer and then changes
 * both.  What was executed tells its true argument by a file, so whatever is
 * in /tmp must be in the facts of executions too.  The paths are absolute:
 * while a relative one is looked up, the tracer lets no other thread go on.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile char path[4096], arg[16];
static volatile int ready, going, armed;
static char status[64], here[2048];

static void put(volatile char *to, const char *text)
{
	for (size_t i = 0; i <= strlen(text); i++)
		to[i] = text[i];
}

static void put_path(const char *name)
{
	char absolute[4096];

	snprintf(absolute, sizeof(absolute), "%s/%s", here, name);
	put(path, absolute);
}

/* How often the first thread has waited, when it is not waiting now. */
static long waits(int fd)
{
	char text[4096];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	const char *at;

	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "State:\tR") ?
	     strstr(text, "\nvoluntary_ctxt_switches:") : NULL;
	return at ? strtol(at + 25, NULL, 10) : -1;
}

/*
 * The only time it waits is when the tracer looks, and when that is over the
 * kernel has yet to look.
 */
static void *change(void *unused)
{
	int fd = open(status, O_RDONLY);
	long before;

	(void)unused;
	ready = 1;
	while (!going)
		usleep(100);
	before = waits(fd);
	armed = 1;
	while (waits(fd) <= before)
		sched_yield();
	put_path("hidden");
	put(arg, "/tmp/hidden");
	return NULL;
}

static void try(void)
{
	char *argv[] = { (char *)"prog", (char *)arg, NULL };
	const struct sched_param lowest = { 0 };
	pthread_t thread;

	put_path("shown");
	put(arg, "/tmp/shown");
	snprintf(status, sizeof(status), "/proc/self/task/%d/status",
		 getpid());
	pthread_create(&thread, NULL, change, NULL);
	while (!ready)
		usleep(100);
	/* Whoever runs on one CPU, the other thread comes first. */
	sched_setscheduler(0, SCHED_IDLE, &lowest);
	going = 1;
	while (!armed)
		;
	execv((char *)path, argv);
	_exit(1);
}

static void link_self(const char *name)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	link(self, name);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		close(open(argv[1], O_CREAT | O_WRONLY, 0600));
		return 0;
	}
	if (!getcwd(here, sizeof(here)))
		return 1;
	link_self("shown");
	link_self("hidden");
	for (int i = 0; i < 30; i++) {
		if (!fork())
			try();
		wait(NULL);
	}
	return 0;
}
