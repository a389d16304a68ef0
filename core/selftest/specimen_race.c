/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An exec whose path and arguments change while it is being looked at.
 *
 * The thread that calls waits only once, for the tracer.  As soon as the other
 * one sees that this is over, it writes: the kernel has yet to copy, for the
 * caller is of the lowest rank and gets no CPU while another thread wants it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/selftest/specimen.h"

#define TRIES 10

struct race {
	char path[64], arg[16];
	char status[64];	/* of the thread that calls */
	atomic_bool ready, going, armed;
};

/* How often it has waited, when it is not waiting now; else -1. */
static long waits(int fd)
{
	char text[4096];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	const char *at;

	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "State:\tR") ?
	     strstr(text, "\nvoluntary_ctxt_switches:") : NULL;
	return at ? strtol(strchr(at, ':') + 1, NULL, 10) : -1;
}

static void *change(void *arg)
{
	struct race *r = arg;
	int fd = specimen_need(open(r->status, O_RDONLY | O_CLOEXEC),
			       r->status);
	long before;

	r->ready = true;
	while (!r->going)
		specimen_sleep_ms(1);
	before = waits(fd);
	r->armed = true;
	while (waits(fd) <= before)
		sched_yield();
	strcpy(r->path, "/proc/self/exe");
	strcpy(r->arg, "hidden");
	return NULL;
}

static void race(void)
{
	const struct sched_param lowest = { 0 };
	struct race r = { .path = "/usr/bin/env", .arg = "shown" };
	char *argv[] = { (char *)"prog", (char *)"--version", r.arg, NULL };
	pthread_t thread;

	snprintf(r.status, sizeof(r.status), "/proc/self/task/%d/status",
		 getpid());
	errno = pthread_create(&thread, NULL, change, &r);
	specimen_need(errno ? -1 : 0, "cannot make a thread");
	while (!r.ready)
		specimen_sleep_ms(1);
	sched_setscheduler(0, SCHED_IDLE, &lowest);
	r.going = true;
	while (!r.armed)
		;
	execv(r.path, argv);
	specimen_skip("cannot execute %s: %s", r.path, strerror(errno));
}

void specimen_exec_swapped(void)
{
	for (int i = 0; i < TRIES; i++) {
		pid_t pid = specimen_fork();

		if (!pid)
			race();
		specimen_wait(pid);
	}
}
