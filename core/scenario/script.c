/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is typed at a program, line by line:
 *
 *	# a comment
 *	wait for Name:
 *	send alice
 *	pause 200ms
 *	send
 *	hold
 */
#include "core/base/buf.h"
#include "core/base/quote.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/scenario/scenario.h"

#define LINES_MAX 4096
#define SHOWN_MAX 80

static struct str script_trim(struct str s)
{
	while (s.len && (*s.p == ' ' || *s.p == '\t'))
		s = str_sub(s, 1);
	while (s.len && memchr(" \t\r", s.p[s.len - 1], 3))
		s.len--;
	return s;
}

/* The rest of s behind a word and one blank; false when s is another one. */
static bool after_word(struct str s, struct str word, struct str *rest)
{
	if (!str_starts(s, word))
		return false;
	s = str_sub(s, word.len);
	if (s.len && *s.p != ' ')
		return false;
	*rest = s.len ? str_sub(s, 1) : s;
	return true;
}

/* What a line sends keeps its blanks, but for those in front of the word. */
static bool parse_line(struct script_line *out, struct str raw)
{
	struct str s = script_trim(raw), rest;

	if (after_word(s, STR("wait for"), &rest)) {
		out->kind = SCRIPT_WAIT;
		out->text = script_trim(rest);
		return out->text.len > 0;
	}
	if (after_word(s, STR("pause"), &rest)) {
		out->kind = SCRIPT_PAUSE;
		return config_duration(script_trim(rest), &out->ms) &&
		       out->ms <= 24 * 3600 * 1000;
	}
	if (str_eq(s, STR("hold"))) {
		out->kind = SCRIPT_HOLD;
		return true;
	}
	while (raw.len && (*raw.p == ' ' || *raw.p == '\t'))
		raw = str_sub(raw, 1);
	out->kind = SCRIPT_SEND;
	return after_word(raw, STR("send"), &out->text);
}

static struct str script_next_line(struct str *text)
{
	const char *end = memchr(text->p, '\n', text->len);
	size_t len = end ? (size_t)(end - text->p) : text->len;
	struct str line = { text->p, len };

	*text = str_sub(*text, end ? len + 1 : len);
	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* A line that begins with one of the words is meant as what it says. */
static bool is_text(struct str line)
{
	static const char *const words[] = { "send", "wait", "pause", "hold" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_starts(line, str_c(words[i])))
			return false;
	return line.len <= SHOWN_MAX && !memchr(line.p, '\n', line.len);
}

/* Most often the lines are only what shall be typed. */
static int script_bad_line(const char *name, unsigned at, struct str line,
			   struct err *err)
{
	autobuf struct buf send = BUF_INIT;
	autobuf struct buf value = BUF_INIT;

	err_set(err, ERR_TROUBLE, "%s:%u: \"%.*s\" is no line of a script",
		name, at, (int)(line.len < SHOWN_MAX ? line.len : SHOWN_MAX),
		line.p);
	buf_c(&send, "send ");
	buf_str(&send, is_text(line) ? line : STR("TEXT"));
	quote_value(&value, buf_view(&send));
	return err_hint(err, "%s types it, in .behavdiff type = %s, and a "
			"prompt for a password needs tty = yes; other lines: "
			"wait for TEXT, pause DURATION, hold, # and a comment",
			send.p, value.p);
}

int script_add(struct script_line *lines, size_t n, struct arena *arena,
	       const char *name, unsigned at, struct str raw, struct err *err)
{
	struct script_line l = { .text = STR(""), .line = at };

	if (n && lines[n - 1].kind == SCRIPT_HOLD)
		return err_set(err, ERR_TROUBLE, "%s:%u: nothing follows hold",
			       name, at);
	if (memchr(raw.p, '\0', raw.len) || memchr(raw.p, '\n', raw.len) ||
	    !parse_line(&l, raw))
		return script_bad_line(name, at, script_trim(raw), err);
	l.text = arena_str(arena, l.text);
	lines[n] = l;
	return 0;
}

int script_parse(struct script_line **out, size_t *n, struct arena *arena,
		 const char *name, struct str text, struct err *err)
{
	VEC(struct script_line) lines = { NULL, 0, 0 };
	int failed = 0;

	for (unsigned at = 1; text.len && !failed; at++) {
		struct str raw = script_next_line(&text), s = script_trim(raw);

		if (!s.len || *s.p == '#')
			continue;
		if (lines.n == LINES_MAX)
			failed = err_set(err, ERR_TROUBLE,
					 "%s:%u: too many lines", name, at);
		vec_push(&lines);
		lines.n--;
		if (!failed)
			failed = script_add(lines.v, lines.n, arena, name, at,
					    raw, err);
		lines.n += !failed;
	}
	if (!failed) {
		*out = arena_alloc(arena, (lines.n + 1) * sizeof(**out));
		if (lines.n)
			memcpy(*out, lines.v, lines.n * sizeof(**out));
		*n = lines.n;
	}
	vec_free(&lines);
	return failed;
}
