/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside on its way to a terminal, and our own colours. */
#include <string.h>
#include <sys/wait.h>

#include "core/base/text.h"
#include "core/report/internal.h"

static const char *const styles[] = {
	[STYLE_PLAIN] = "",
	[STYLE_BAD] = "\033[1;31m",
	[STYLE_DOUBT] = "\033[1;33m",
	[STYLE_GOOD] = "\033[1;32m",
	[STYLE_FAINT] = "\033[2m",
};

void style_c(struct buf *out, bool color, enum style style,
	     const char *literal)
{
	if (!color || style == STYLE_PLAIN) {
		buf_c(out, literal);
		return;
	}
	buf_c(out, styles[style]);
	buf_c(out, literal);
	buf_c(out, "\033[0m");
}

void escape_str(struct buf *out, struct str s)
{
	text_sanitise(out, s);
}

/* Code points, which is columns for all but wide scripts. */
static unsigned columns(struct str s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static struct str next_word(struct str *rest)
{
	size_t n = 0;

	while (n < rest->len && rest->p[n] != ' ')
		n++;

	struct str word = { rest->p, n };

	*rest = str_sub(*rest, n < rest->len ? n + 1 : n);
	return word;
}

void escape_wrapped(struct buf *out, const char *label, struct str text,
		    unsigned width)
{
	autobuf struct buf safe = BUF_INIT;
	unsigned indent = (unsigned)strlen(label), at = indent;

	text_sanitise(&safe, text);

	struct str rest = buf_view(&safe);

	buf_c(out, label);
	while (rest.len) {
		struct str word = next_word(&rest);
		unsigned w = columns(word);

		if (at > indent && width && at + 1 + w > width) {
			buf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			buf_ch(out, ' ');
			at++;
		}
		buf_str(out, word);
		at += w;
	}
	buf_ch(out, '\n');
}

void step_end_text(struct buf *out, const struct step_end *s)
{
	const char *name;

	escape_str(out, s->name);
	if (s->fixture)
		buf_c(out, " (fixture)");
	if (!s->started) {
		buf_c(out, " never started");
		return;
	}
	if (!s->ended) {
		buf_c(out, " alive");
	} else if (WIFSIGNALED(s->status)) {
		name = sigabbrev_np(WTERMSIG(s->status));
		buf_printf(out, " %s by SIG%s", s->stopped ? "stopped" :
			   "killed", name ? name : "?");
	} else {
		buf_printf(out, " exited %d%s", WEXITSTATUS(s->status),
			   s->stopped ? " when stopped" : "");
	}
	if (!s->was_ready)
		buf_c(out, ", never ready");
}
