/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal in two states: `found`, as the user's shell left it, where the
 * kernel edits lines; and `keyed`, without ICANON and ECHO (termios(3)), where
 * each key comes at once.  ISIG stays, so Ctrl-C and Ctrl-Z are signals; their
 * handlers put `found` back before anything else (tcsetattr is async-signal-
 * safe, signal-safety(7)).
 */
#include "cmd/keys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/vec.h"

#define TTY STDIN_FILENO
#define LINE_MAX_BYTES 4096
#define SEQUENCE_MS 25		/* between the bytes of one escape sequence */
#define ESCAPE 0x1b

static struct termios found, keyed;
static const struct termios *volatile wanted = &found;
static volatile sig_atomic_t resized;
static sigset_t before, waiting;

static int set_mode(const struct termios *mode)
{
	wanted = mode;
	return tcsetattr(TTY, TCSANOW, mode);
}

static void on_resize(int sig)
{
	(void)sig;
	resized = 1;
}

/* Die of the signal, as if we had never caught it. */
static void on_death(int sig)
{
	tcsetattr(TTY, TCSANOW, &found);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Ctrl-Z: the shell gets its terminal, and we ours when it continues us. */
static void on_stop(int sig)
{
	int saved = errno;

	(void)sig;
	tcsetattr(TTY, TCSANOW, &found);
	raise(SIGSTOP);
	tcsetattr(TTY, TCSANOW, wanted);
	resized = 1;		/* what stood on the screen has gone */
	errno = saved;
}

static const struct {
	int sig;
	void (*handler)(int sig);
} handlers[] = {
	{ SIGHUP, on_death }, { SIGINT, on_death }, { SIGQUIT, on_death },
	{ SIGTERM, on_death }, { SIGTSTP, on_stop }, { SIGWINCH, on_resize },
};

bool keys_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int keys_begin(struct err *err)
{
	sigset_t winch;

	if (tcgetattr(TTY, &found))
		return err_sys(err, "the terminal");
	keyed = found;
	keyed.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	keyed.c_cc[VMIN] = 1;
	keyed.c_cc[VTIME] = 0;
	/* A resize comes in only while ppoll(2) waits: none is missed. */
	sigemptyset(&winch);
	sigaddset(&winch, SIGWINCH);
	sigprocmask(SIG_BLOCK, &winch, &before);
	waiting = before;
	sigdelset(&waiting, SIGWINCH);
	for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
		struct sigaction sa = { .sa_handler = handlers[i].handler };

		for (size_t k = 0; k < ARRAY_LEN(handlers); k++)
			sigaddset(&sa.sa_mask, handlers[k].sig);
		sigaction(handlers[i].sig, &sa, NULL);
	}
	if (set_mode(&keyed))
		return err_sys(err, "the terminal");
	return 0;
}

void keys_end(void)
{
	set_mode(&found);
	for (size_t i = 0; i < ARRAY_LEN(handlers); i++)
		signal(handlers[i].sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void drain_sequence(void)
{
	struct pollfd p = { .fd = TTY, .events = POLLIN };
	unsigned char c;

	while (poll(&p, 1, SEQUENCE_MS) == 1 && read(TTY, &c, 1) == 1)
		;
}

int keys_read(void)
{
	struct pollfd p = { .fd = TTY, .events = POLLIN };
	unsigned char c;

	while (ppoll(&p, 1, NULL, &waiting) != 1) {
		if (errno != EINTR)
			return KEY_END;
		if (!resized)
			continue;
		resized = 0;
		return KEY_RESIZED;
	}
	if (read(TTY, &c, 1) != 1)
		return KEY_END;
	if (c == ESCAPE)
		drain_sequence();
	return c;
}

bool keys_line(struct buf *out, const char *question)
{
	bool ended = false;
	char c = 0;

	/* First the mode: what is typed at the question is echoed. */
	set_mode(&found);
	fd_write_all(STDOUT_FILENO, question, strlen(question));
	while (!ended && c != '\n') {
		ssize_t n = read(TTY, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		ended = n != 1;
		if (!ended && c != '\n' && out->len < LINE_MAX_BYTES)
			buf_ch(out, c);
	}
	set_mode(&keyed);
	return !ended;
}
