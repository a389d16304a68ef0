/* SPDX-License-Identifier: Apache-2.0 */
/* Typing at a step, line by line. */
#include "core/run/input_player.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define END_OF_FILE "\004"	/* what Ctrl-D sends (termios(3), VEOF) */

void input_player_close(struct input_player *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

/* Write what is left of the line and its newline; true when all is out. */
static bool send_line(struct input_player *f, struct str text)
{
	while (f->sent <= text.len) {
		struct str rest = f->sent < text.len ?
			str_sub(text, f->sent) : STR("\n");
		ssize_t n = write(f->fd, rest.p, rest.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0) {
			/* The step has closed its input: nothing is lost. */
			input_player_close(f);
			return false;
		}
		f->sent += (size_t)n;
	}
	f->sent = 0;
	return true;
}

static bool was_printed(struct input_player *f, struct str text,
			struct str what)
{
	const char *at;

	if (text.len <= f->heard)
		return false;
	at = memmem(text.p + f->heard, text.len - f->heard, what.p, what.len);
	if (at)
		f->heard = (size_t)(at - text.p) + what.len;
	return at;
}

static bool pause_over(struct input_player *f, uint64_t ms, uint64_t now)
{
	if (!f->pause_end)
		f->pause_end = now + ms + 1;
	if (now < f->pause_end)
		return false;
	f->pause_end = 0;
	return true;
}

/* True when the line is done and the next may begin. */
static bool do_line(struct input_player *f, const struct script_line *l,
		    struct str text, uint64_t now)
{
	switch (l->kind) {
	case SCRIPT_SEND:
		return send_line(f, l->text);
	case SCRIPT_WAIT:
		return was_printed(f, text, l->text);
	case SCRIPT_PAUSE:
		return pause_over(f, l->ms, now);
	case SCRIPT_HOLD:
		break;
	}
	return false;
}

void input_player_advance(struct input_player *f, const struct step *step,
			  struct str text,
			  uint64_t now)
{
	while (f->fd >= 0 && f->line < step->n_script &&
	       do_line(f, &step->script[f->line], text, now))
		f->line++;
	if (f->fd < 0 || f->line < step->n_script)
		return;
	/* A terminal without a script gets no end of file. */
	if (f->tty && (!step->script || write(f->fd, END_OF_FILE, 1) != 1))
		return;
	input_player_close(f);
}

bool input_player_expects(const struct input_player *f, const struct step *step)
{
	if (f->fd < 0 || f->line >= step->n_script)
		return false;
	return step->script[f->line].kind == SCRIPT_PAUSE ||
	       step->script[f->line].kind == SCRIPT_SEND;
}

const struct script_line *input_player_stuck(const struct input_player *f,
					     const struct step *step)
{
	const struct script_line *l = step->script + f->line;

	return f->line < step->n_script && l->kind == SCRIPT_WAIT ? l : NULL;
}
