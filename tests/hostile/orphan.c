/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread forks and dies, by another thread's exit_group, before it can tell
 * who its child is.  The child must run all the same: /tmp/frozen says that
 * one did not.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRIES 25	/* as far as SECONDS suffice: sanitizers are slow */
#define SECONDS 10
#define FLOODS 20	/* keep the tracer from the fork's own stop */

static volatile struct { pid_t next; bool runs; } *shared;
static volatile bool go;

static void *flood(void *arg)
{
	for (;;)
		kill(getpid(), 0);
	return arg;
}

static void *end_at_birth(void *arg)
{
	while (!go)
		usleep(10);
	for (;;)
		if (!syscall(SYS_tgkill, shared->next, shared->next, 0))
			_exit(0);
	return arg;
}

static void fork_and_die(void)
{
	pthread_attr_t small;
	pthread_t thread;
	pid_t pid;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 32768);
	for (int i = 0; i < FLOODS; i++)
		pthread_create(&thread, &small, flood, NULL);
	pthread_create(&thread, &small, end_at_birth, NULL);
	pid = vfork();
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	shared->next = pid + 1;
	go = true;
	if (!syscall(SYS_fork)) {
		shared->runs = true;
		_exit(0);
	}
	pause();
}

static bool is_frozen(void)
{
	for (int ms = 0; ms < 1000; ms += 10) {
		if (shared->runs || kill(shared->next, 0))
			return false;
		usleep(10000);
	}
	return true;
}

int main(void)
{
	time_t until = time(NULL) + SECONDS;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < TRIES && time(NULL) < until; i++) {
		pid_t pid;

		shared->runs = false;
		pid = fork();
		if (!pid)
			fork_and_die();
		waitpid(pid, NULL, 0);
		if (is_frozen())
			return mkdir("/tmp/frozen", 0755);
	}
	return 0;
}
