/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks without end and ignores what it may.  behavdiff must bound it, end at
 * the deadline, leave nothing behind and call the result inconclusive.
 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
	for (int sig = 1; sig < 65; sig++)
		signal(sig, SIG_IGN);
	setsid();
	for (;;)
		fork();
}
