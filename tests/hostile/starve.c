/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that stop without an end, and an older one that wants to get on:
 * /tmp/starved says that it had less than a hundredth of a fair share.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FLOODS 50
#define SECONDS 2

static unsigned long calls[FLOODS];

static void *flood(void *arg)
{
	volatile unsigned long *n = arg;

	for (;; ++*n)
		kill(getpid(), 0);
	return arg;
}

int main(void)
{
	unsigned long own = 0, all = 0, before = 0;
	time_t until;
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 32768);
	for (int i = 0; i < FLOODS; i++)
		pthread_create(&thread, &small, flood, &calls[i]);
	/* To make them may have taken long, and they are at it already. */
	for (int i = 0; i < FLOODS; i++)
		before += calls[i];
	until = time(NULL) + SECONDS;
	for (; time(NULL) < until; own++)
		kill(getpid(), 0);
	for (int i = 0; i < FLOODS; i++)
		all += calls[i];
	all -= before;
	mkdir(own * 100 < all / FLOODS ? "/tmp/starved" : "/tmp/served", 0755);
	_exit(0);
}
