/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 2,000 busy threads in 100 sessions on the tracer's own CPU.  behavdiff must
 * still end close to the deadline.
 */
#include <pthread.h>
#include <unistd.h>

static void *busy(void *arg)
{
	(void)arg;
	for (;;)
		;
	return NULL;
}

int main(void)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32768);
	for (int p = 0; p < 100; p++) {
		if (fork())
			continue;
		setsid();
		for (int i = 0; i < 19; i++)
			pthread_create(&t, &attr, busy, NULL);
		busy(NULL);
	}
	pause();
	return 0;
}
