/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each process forks its successor and dies: a chain without end, of which
 * one is alive.  behavdiff must not remember them all.
 */
#include <unistd.h>

int main(void)
{
	for (;;) {
		if (fork())
			_exit(0);
		setsid();
	}
}
