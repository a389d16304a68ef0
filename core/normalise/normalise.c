/* SPDX-License-Identifier: Apache-2.0 */
/* The object of an event as one line: what is a path, what words, what fact. */
#include <errno.h>

#include "core/base/hash.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/normalise/scan.h"
#include "core/normalise/token.h"

#define PATH_SHOWN_MAX 4096	/* bytes of escaped text */
#define TEXT_SHOWN_MAX 2048
#define WORD_SHOWN_MAX 256

/* --- bounds --- */

/* How many bytes the character, or the escape sequence, there takes. */
static size_t normalise_unit(struct str s, size_t at)
{
	size_t n = 1;

	if (s.p[at] == '\\')
		return at + 1 < s.len && s.p[at + 1] == 'x' ? 4 : 2;
	while (at + n < s.len && ((unsigned char)s.p[at + n] & 0xc0) == 0x80)
		n++;
	return n;
}

void normalise_shorten(struct buf *out, size_t start, size_t max)
{
	struct str s = str_sub(buf_view(out), start);
	char id[HASH_ID_LEN + 1];
	size_t cut = 0;

	if (s.len <= max)
		return;
	hash_id(id, s);
	while (cut + normalise_unit(s, cut) <= max - max / 4)
		cut += normalise_unit(s, cut);
	buf_cut(out, start + cut);
	buf_printf(out, "...<%zu bytes, %s>", s.len, id);
}

/* --- paths --- */

/*
 * The kernel's own names are normal; a path that it could not resolve may
 * still hold "..", behind which a program could hide what it looks for.
 */
static struct str normalise_lexical(struct buf *tmp, struct str path)
{
	if (!str_starts(path, STR("/")) ||
	    !(str_has(path, STR("//")) || str_has(path, STR("/.")) ||
	      (path.len > 1 && str_ends(path, STR("/")))))
		return path;
	path_join(tmp, STR("/"), path);
	return buf_view(tmp);
}

/* Where an object is written, and how. */
struct object {
	struct buf *out;
	const struct places *places;
	unsigned flags;		/* of scan_text() */
};

/* Also one that is none: "memfd:x", "pipe:[1]", a link's relative target. */
static void normalise_put_path(const struct object *o, struct str path,
			       unsigned flags)
{
	autobuf struct buf tmp = BUF_INIT;
	size_t start = o->out->len;

	if (!path.len) {
		buf_c(o->out, "''");
		return;
	}
	path = normalise_lexical(&tmp, path);
	flags |= *path.p == '/' ? SCAN_PATH : SCAN_NAMES;
	/* Only the empty one has a quote in front, only addresses an '@'. */
	if (*path.p == '\'' || *path.p == '@') {
		buf_printf(o->out, "\\x%02x", (unsigned)*path.p);
		path = str_sub(path, 1);
	}
	scan_text(o->out, path, o->places, o->flags | flags);
	normalise_shorten(o->out, start, PATH_SHOWN_MAX);
}

void normalise_evidence(struct buf *out, struct str text,
			const struct places *places)
{
	scan_text(out, text, places, SCAN_EVIDENCE);
}

static const struct {
	struct str dir, shown;
} collapses[] = {
#define COLLAPSE(dir, shown)			\
	{ { dir, sizeof(dir) - 1 }, { shown, sizeof(shown) - 1 } },
#include "core/normalise/normalise.def"
};

/* Reads below DIR/NAME/ become one fact; false when the path has none. */
static bool normalise_put_collapsed(const struct object *o, struct str path)
{
	autobuf struct buf tmp = BUF_INIT, shown = BUF_INIT;

	path = normalise_lexical(&tmp, path);
	for (size_t i = 0; i < ARRAY_LEN(collapses); i++) {
		struct str dir = collapses[i].dir, name, below;

		if (!path_below(path, dir) || path.len <= dir.len + 1)
			continue;
		if (!str_cut(str_sub(path, dir.len + 1), STR("/"), &name,
			     &below))
			return false;
		buf_str(&shown, collapses[i].shown);
		buf_ch(&shown, '/');
		buf_str(&shown, name);
		normalise_put_path(o, buf_view(&shown), 0);
		buf_c(o->out, "/**");
		return true;
	}
	return false;
}

/* --- words --- */

static void normalise_put_text(const struct object *o, struct str text)
{
	size_t start = o->out->len;

	scan_text(o->out, text, o->places, o->flags);
	normalise_shorten(o->out, start, TEXT_SHOWN_MAX);
}

static bool normalise_needs_quotes(struct str word)
{
	return !word.len || memchr(word.p, ' ', word.len) ||
	       memchr(word.p, '\'', word.len) || str_eq(word, STR("=")) ||
	       str_eq(word, STR("->"));
}

static void normalise_put_word(const struct object *o, struct str word)
{
	unsigned quotes = normalise_needs_quotes(word) ? SCAN_QUOTED : 0;
	size_t start;

	if (quotes)
		buf_ch(o->out, '\'');
	start = o->out->len;
	scan_text(o->out, word, o->places, o->flags | SCAN_NAMES | quotes);
	normalise_shorten(o->out, start, WORD_SHOWN_MAX);
	if (quotes)
		buf_ch(o->out, '\'');
}

/* "--port 45123": the port that a test's server has just been given. */
static bool normalise_is_port_option(struct str previous)
{
	return str_starts(previous, STR("-")) &&
	       str_ends(previous, STR("port"));
}

/* Arguments, joined by NUL bytes, as a shell would take them. */
static void normalise_put_args(const struct object *o, struct str args)
{
	struct str previous = STR(""), word;
	size_t start = o->out->len;

	for (bool more = true; more; previous = word) {
		more = str_cut(args, STR("\0"), &word, &args);
		if (o->out->len != start)
			buf_ch(o->out, ' ');
		if (normalise_is_port_option(previous) &&
		    token_is_ephemeral(word) && !(o->flags / SCAN_NAMED))
			buf_c(o->out, token_text(TOKEN_PORT));
		else
			normalise_put_word(o, word);
	}
	normalise_shorten(o->out, start, TEXT_SHOWN_MAX);
}

/* --- events --- */

static void normalise_put_first(const struct object *o, const struct event *ev)
{
	enum event_shape shape = event_shape(ev->kind);

	if (shape == SHAPE_WORDS || shape == SHAPE_WORDS_PATH) {
		if (ev->a.len)
			normalise_put_text(o, ev->a);
		else
			buf_c(o->out, "''");
		return;
	}
	/* Interrupted is neither there nor not: it collapses with the reads. */
	if (ev->kind == EV_FILE_READ && (!ev->err || ev->err == EINTR) &&
	    normalise_put_collapsed(o, ev->a))
		return;
	normalise_put_path(o, ev->a,
			   shape == SHAPE_PATH_WORDS ? SCAN_NO_BLANK : 0);
}

static void normalise_put_second(const struct object *o, const struct event *ev)
{
	enum event_shape shape = event_shape(ev->kind);

	if (shape == SHAPE_PATH || shape == SHAPE_WORDS ||
	    (shape != SHAPE_PATH_PATH && !ev->b.len))
		return;
	buf_c(o->out, shape == SHAPE_PATH_PATH ? " -> " : " ");
	if (shape != SHAPE_PATH_WORDS)
		normalise_put_path(o, ev->b, 0);
	else if (ev->kind == EV_EXEC_ARGS)
		normalise_put_args(o, ev->b);
	else
		normalise_put_text(o, ev->b);
}

static enum recur normalise_recur_of(enum event_kind kind)
{
	if (kind == EV_EXEC || kind == EV_EXEC_ANON ||
	    kind == EV_FILE_EXECUTABLE ||
	    event_section(kind) == SECTION_NETWORK)
		return RECUR_ACTS;
	return RECUR_ALL;
}

/*
 * A run may last a day, so the clock goes on with it.  The date of another day
 * in what is executed, or in a host's name, is no matter of time: that is a
 * release, or a rendezvous.
 */
static void normalise_put_object(struct buf *out, const struct event *ev,
				 const struct places *places, unsigned flags)
{
	struct places then = *places;
	const struct object o = {
		out, &then, flags |
		(normalise_recur_of(ev->kind) == RECUR_ACTS ? SCAN_TODAY : 0),
	};

	if (then.now > 0)
		then.now += (int64_t)(ev->ns / 1000000000);
	normalise_put_first(&o, ev);
	normalise_put_second(&o, ev);
}

void normalise_object(struct buf *out, const struct event *ev,
		      const struct places *places)
{
	normalise_put_object(out, ev, places, 0);
}

void normalise_named(struct buf *out, const struct event *ev,
		     const struct places *places)
{
	normalise_put_object(out, ev, places,
			     SCAN_NAMED * normalise_recur_of(ev->kind));
}

/*
 * "made 0644": readable by others, and not to be changed by them.  In the tree
 * that is how most files are made.
 */
static bool normalise_is_ordinary_mode(const struct event *ev)
{
	const char *mode;

	if (ev->kind != EV_FILE_MODE || ev->b.len != 9 ||
	    !str_starts(ev->b, STR("made 0")))
		return false;
	mode = ev->b.p + 5;
	return !((mode[2] - '0') & 2) && !((mode[3] - '0') & 2);
}

bool normalise_keeps(const struct event *ev, const struct places *places)
{
	autobuf struct buf tmp = BUF_INIT;
	bool absent = ev->kind == EV_FILE_PROBE ||
		      (ev->kind == EV_FILE_READ &&
		       (ev->err == ENOENT || ev->err == ENOTDIR));
	struct str path = normalise_lexical(&tmp, ev->a);

	if (normalise_is_ordinary_mode(ev))
		return !path_below(path, places->tree);
	return !absent || zone_of(path) != ZONE_SYSTEM ||
	       path_below(path, places->tree) || path_below(path, places->home);
}
