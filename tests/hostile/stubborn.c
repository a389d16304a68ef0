/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refuses to go: closes everything, kills everybody, blocks every signal,
 * stops itself with children that spin.  behavdiff must end at the deadline.
 */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	sigset_t all;

	syscall(SYS_close_range, 0U, ~0U, 0);
	kill(-1, SIGKILL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int i = 0; i < 5; i++) {
		if (fork())
			continue;
		setsid();
		if (i & 1)
			raise(SIGSTOP);
		for (;;)
			;
	}
	kill(getpid(), SIGSTOP);
	for (;;)
		pause();
}
