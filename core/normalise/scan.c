/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner behind every object: raw bytes in, one line of safe text out.
 *
 * Bytes are looked at once from left to right; at each of them either a place
 * ($TREE), a volatile part (a token), or the byte itself is written.  What is
 * not replaced is escaped, and bytes that would forge a separator, a place or
 * a token are escaped too: two texts that differ in anything but volatile
 * parts never give one line.
 */
#include "core/normalise/scan.h"

#include <stdio.h>

#include "core/base/ascii.h"
#include "core/base/text.h"
#include "core/normalise/token.h"

struct scan {
	struct buf *out;
	const struct places *places;
	struct time_window window;
	struct str s;
	unsigned flags;
	size_t at;
	size_t written;		/* s up to here is in out */
	size_t run;		/* where the current path or word started */
	struct token name;	/* ahead in the current segment; len 0: none */
};

/* May c be part of a path inside a text? Blanks and punctuation end it. */
static bool scan_in_run(char c)
{
	return ascii_is_alnum(c) || (unsigned char)c >= 0x80 ||
	       (c && strchr("._-+~@%/#", c));
}

static bool scan_in_segment(const struct scan *c, size_t at)
{
	if (at >= c->s.len || c->s.p[at] == '/')
		return false;
	return (c->flags & SCAN_PATH) || scan_in_run(c->s.p[at]);
}

/* "-o/tmp/x" is a path too; a slash follows every zone. */
static bool scan_is_temp(struct str run)
{
	while (run.len && *run.p != '/')
		run = str_sub(run, 1);
	return zone_of(run) == ZONE_TEMP;
}

/* At the start of a segment: is there a volatile part in it? */
static void scan_find_name(struct scan *c)
{
	struct str run = str_sub(c->s, c->run);
	size_t end = c->at;

	while (scan_in_segment(c, end))
		end++;

	struct str seg = { c->s.p + c->at, end - c->at };
	struct str path = { run.p, end - c->run };
	bool rooted = str_starts(run, STR("/"));

	if (!rooted && !(c->flags & SCAN_NAMES))
		return;
	if ((rooted && (token_number(path, seg, &c->name) ||
			token_fanout(path, seg, &c->name))) ||
	    token_name(seg, scan_is_temp(path), &c->name))
		c->name.at += c->at;
}

static void scan_enter(struct scan *c)
{
	bool before = c->at && ((c->flags & SCAN_PATH) ||
				scan_in_run(c->s.p[c->at - 1]));

	if (!before)
		c->run = c->at;
	if (scan_in_segment(c, c->at) &&
	    (!before || c->s.p[c->at - 1] == '/')) {
		c->name.len = 0;
		scan_find_name(c);
	}
}

/* Does the directory's name stand here, and not a longer one? */
static bool scan_is_place(const struct scan *c, struct str dir)
{
	struct str rest = str_sub(c->s, c->at);

	if (!dir.len || !str_starts(rest, dir) ||
	    (c->flags & SCAN_PATH && c->at))
		return false;
	rest = str_sub(rest, dir.len);
	return !rest.len || *rest.p == '/' ||
	       (!(c->flags & SCAN_PATH) && !scan_in_run(*rest.p));
}

/*
 * The host's name, which differs from host to host, as a word of its own: in
 * names of files and of hosts, in arguments.  Programs fold its case.
 */
static bool scan_is_host(const struct scan *c)
{
	struct str host = c->places->host;
	struct str rest = str_sub(c->s, c->at);

	if (!host.len || rest.len < host.len ||
	    (c->at && ascii_is_alnum(c->s.p[c->at - 1])) ||
	    (rest.len > host.len && ascii_is_alnum(rest.p[host.len])))
		return false;
	for (size_t i = 0; i < host.len; i++)
		if (ascii_fold(rest.p[i]) != ascii_fold(host.p[i]))
			return false;
	return true;
}

static bool scan_token_at(const struct scan *c, struct token *out)
{
	if (c->flags & SCAN_EVIDENCE)
		return false;
	if (c->name.len && c->name.at == c->at) {
		*out = c->name;
		return true;
	}
	if (!token_span(c->s, c->at, out) &&
	    !token_time(c->s, c->at, &c->window, out))
		return false;
	/* Of two that overlap, the whole name's rule is the surer one. */
	return !c->name.len || c->name.at < c->at ||
	       c->at + out->len <= c->name.at;
}

/* --- what must not be mistaken --- */

/*
 * Does `what` stand at the scanner between blanks, as a separator would?  A
 * whole word in quotes is none.
 */
static bool scan_separator(const struct scan *c, struct str what)
{
	size_t end = c->at + what.len;

	return str_starts(str_sub(c->s, c->at), what) &&
	       !(c->flags & SCAN_QUOTED && c->s.len == what.len) &&
	       (!c->at || c->s.p[c->at - 1] == ' ') &&
	       (end >= c->s.len || c->s.p[end] == ' ');
}

static bool scan_forged(const struct scan *c)
{
	struct str rest = str_sub(c->s, c->at);

	/* Evidence is read by people; only lines can be forged. */
	if (c->flags & SCAN_EVIDENCE && *rest.p != '$')
		return false;
	switch (*rest.p) {
	case ' ':
		return c->flags & SCAN_NO_BLANK;
	case '=':
		return scan_separator(c, STR("="));
	case '-':
		return scan_separator(c, STR("->"));
	case '<':
		return token_forged(rest);
	case '$':
		return str_starts(rest, STR("$TREE")) ||
		       str_starts(rest, STR("$HOME")) ||
		       str_starts(rest, STR("$HOST"));
	case '*':
		return (c->flags & SCAN_PATH) && c->s.p[c->at - 1] == '/' &&
		       str_starts(rest, STR("**")) &&
		       (rest.len == 2 || rest.p[2] == '/');
	case '\'':
		return c->flags & SCAN_QUOTED;
	default:
		return false;
	}
}

static void scan_flush(struct scan *c)
{
	text_escape(c->out, (struct str){ c->s.p + c->written,
					  c->at - c->written });
	c->written = c->at;
}

static void scan_skip(struct scan *c, size_t len, const char *shown)
{
	scan_flush(c);
	buf_c(c->out, shown);
	c->at += len;
	c->written = c->at;
}

static bool scan_take_place(struct scan *c)
{
	if (scan_is_host(c)) {
		scan_skip(c, c->places->host.len, "$HOST");
		return true;
	}
	if (c->s.p[c->at] != '/')
		return false;
	if (scan_is_place(c, c->places->tree))
		scan_skip(c, c->places->tree.len, "$TREE");
	else if (scan_is_place(c, c->places->home))
		scan_skip(c, c->places->home.len, "$HOME");
	else
		return false;
	return true;
}

/* A volatile part has no byte that would have to be escaped. */
static bool scan_take_token(struct scan *c)
{
	struct token t;

	if (!scan_token_at(c, &t))
		return false;
	if (token_may_recur(&t, c->flags / SCAN_NAMED))
		c->at += t.len;
	else
		scan_skip(c, t.len, token_text(t.id));
	return true;
}

static void scan_escape_here(struct scan *c)
{
	unsigned char byte = (unsigned char)c->s.p[c->at];
	char shown[8];

	snprintf(shown, sizeof(shown), "\\x%02x", byte);
	scan_skip(c, 1, byte == '\'' ? "\\'" : shown);
}

void scan_text(struct buf *out, struct str s, const struct places *places,
	       unsigned flags)
{
	struct scan c = {
		.out = out, .places = places, .s = s, .flags = flags,
		.window = time_window(places, flags & SCAN_TODAY),
	};

	while (c.at < s.len) {
		scan_enter(&c);
		if (scan_take_place(&c) || scan_take_token(&c))
			continue;
		if (scan_forged(&c))
			scan_escape_here(&c);
		else
			c.at++;
	}
	scan_flush(&c);
}
