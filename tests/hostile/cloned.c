/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Has another thread change the flags of clone3 while it is called, so that a
 * child comes that no tracer sees (CLONE_UNTRACED): once of a call that the
 * tracer passes on in registers, once of one that stays in memory.  A child
 * that nothing observes gets ENOSYS for what stops, and says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS 1000
#define SECONDS 8

static volatile struct clone_args args = { .exit_signal = SIGCHLD };
static volatile uint64_t plain;

static void *flip(void *arg)
{
	for (;;) {
		args.flags = plain;
		args.flags = plain | CLONE_UNTRACED;
	}
	return arg;
}

static void child(void)
{
	int fd = open("/etc/hostname", O_RDONLY);

	syscall(SYS_exit_group, fd < 0 && errno == ENOSYS);
}

/* How many children were seen by no tracer? */
static int call(uint64_t flags)
{
	time_t until = time(NULL) + SECONDS;
	int unseen = 0, status;

	plain = flags;
	for (int i = 0; i < CALLS && time(NULL) < until; i++) {
		long pid = syscall(SYS_clone3, &args, sizeof(args));

		if (!pid)
			child();
		if (pid > 0 && waitpid((pid_t)pid, &status, 0) == pid)
			unseen += status != 0;
	}
	return unseen;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, flip, NULL))
		return 1;
	if (call(0) + call(CLONE_CLEAR_SIGHAND))
		close(open("/tmp/unseen", O_CREAT | O_WRONLY, 0600));
	_exit(0);
}
