/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything at once that could stay behind: forks without end, daemons in
 * sessions of their own that no signal ends, a flood of files.  What it forks
 * is killed at the limit of processes and forked again.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static void ignore_signals(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, 0);
}

static void daemonise(void)
{
	if (fork())
		return;
	setsid();
	if (fork())
		_exit(0);
	for (int fd = 0; fd < 64; fd++)
		close(fd);
	for (;;)
		pause();
}

static void flood(void)
{
	static char block[1 << 16];
	char path[64];

	for (int i = 0; ; i++) {
		int fd;

		snprintf(path, sizeof(path), "/tmp/%d.%d", getpid(), i);
		fd = open(path, O_CREAT | O_WRONLY, 0600);
		if (write(fd, block, sizeof(block)) < 0)
			pause();
		close(fd);
	}
}

int main(void)
{
	ignore_signals();
	if (!fork())
		flood();
	for (int i = 0; i < 8; i++)
		daemonise();
	for (;;)
		if (!fork())
			_exit(0);
}
