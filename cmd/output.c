/* SPDX-License-Identifier: Apache-2.0 */
/* Where results go: standard output, files, the terminal's properties. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"

static int write_loudly(int fd, const struct buf *text)
{
	return text->len ? fd_write_all(fd, text->p, text->len) : 0;
}

int output_stdout(const struct buf *text, struct err *err)
{
	if (!write_loudly(STDOUT_FILENO, text))
		return 0;
	/* `| head` has read enough: no error to report. */
	if (errno == EPIPE)
		return err_set(err, ERR_TROUBLE, "%s", "");
	return err_sys(err, "standard output");
}

/* A device or a pipe must not be renamed over. */
static int write_special(const char *path, const struct buf *text,
			 struct err *err)
{
	autofd int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int closed;

	if (fd < 0 || write_loudly(fd, text))
		return err_sys(err, "%s", path);
	closed = close(fd_steal(&fd));
	return closed ? err_sys(err, "%s", path) : 0;
}

int output_file(const char *path, const struct buf *text, struct err *err)
{
	struct stat st;

	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return write_special(path, text, err);
	return fd_write_file_atomic(path, buf_view(text), err);
}

bool output_color(const char *how)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (how && strcmp(how, "auto"))
		return !strcmp(how, "always");
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       term && strcmp(term, "dumb");
}

unsigned output_width(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws))
		return 0;
	return ws.ws_col;
}

void output_error(const struct err *err)
{
	if (err->msg[0])
		fprintf(stderr, "behavdiff: %s\n", err->msg);
	if (err->hint[0])
		fprintf(stderr, "hint: %s\n", err->hint);
}
