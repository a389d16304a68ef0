/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes threads that look like forks to a tracer (CLONE_THREAD with SIGCHLD,
 * or with CLONE_VFORK) and executes a program from one.  behavdiff must see
 * the program, and see that everything ended.
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
		CLONE_THREAD)
#define STACK 65536

static int end(void *arg)
{
	(void)arg;
	return 0;
}

static int execute(void *arg)
{
	(void)arg;
	return execl("/bin/true", "true", (char *)NULL);
}

static char *stack(void)
{
	char *p = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p + STACK;
}

int main(void)
{
	for (int i = 0; i < 100; i++)
		if (clone(end, stack(), THREAD | SIGCHLD, NULL) < 0 ||
		    clone(end, stack(), THREAD | CLONE_VFORK, NULL) < 0)
			return 1;
	clone(execute, stack(), THREAD | CLONE_VFORK | SIGCHLD, NULL);
	pause();
	return 2;
}
