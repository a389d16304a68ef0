/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread executes files by relative paths while another thread moves the
 * working directory to and fro between a, where they are and may not be
 * executed, and b, where there are none: EACCES is of a, ENOENT of b.
 *
 * usage: execthread COUNT, in a directory with a/file0, a/file1, ... and b
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void use_cpu(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* With the last processor to itself, so that it need not wait for a turn. */
static void *move(void *dirs)
{
	const int *fds = dirs;

	use_cpu(sysconf(_SC_NPROCESSORS_CONF) - 1);
	for (;;)
		if (fchdir(fds[1]) || fchdir(fds[0]))
			return NULL;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 0;
	int fds[2] = { open("a", O_RDONLY), open("b", O_RDONLY) };
	char name[32];
	char *args[] = { name, NULL };
	pthread_t mover;

	if (fchdir(fds[0]) || pthread_create(&mover, NULL, move, fds))
		return 1;
	use_cpu(0);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "file%d", i);
		execv(name, args);
		usleep(100);
	}
	return 0;
}
