/* SPDX-License-Identifier: Apache-2.0 */
/* A terminal from the sandbox's own devpts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/run/input_player.h"

/*
 * TIOCGPTPEER (since 4.13, ioctl_tty(2)) opens the other end without a path,
 * which would lead to the host's /dev/pts.
 */
static int open_slave(int master)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int unlocked = 0, slave;
	struct termios tio;

	if (ioctl(master, TIOCSPTLCK, &unlocked) ||
	    ioctl(master, TIOCSWINSZ, &size))
		return -1;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return -1;
	if (tcgetattr(slave, &tio)) {
		close(slave);
		return -1;
	}
	tio.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(slave, TCSANOW, &tio);
	return slave;
}

int terminal_open(pid_t init, int *master, int *slave, struct err *err)
{
	autofd int fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root/dev/pts/ptmx", init);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(err, "cannot open a terminal of the sandbox");
	*slave = open_slave(fd);
	if (*slave < 0)
		return err_sys(err, "cannot set up a terminal");
	*master = fd_steal(&fd);
	return 0;
}
