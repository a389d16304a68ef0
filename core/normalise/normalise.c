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

static enum zone normalise_zone(struct str path, const struct places *places)
{
	if (path_below(path, places->tree))
		return ZONE_TREE;
	if (path_below(path, places->home))
		return ZONE_HOME;
	/* A raw path is no "$TREE", and one that is relative has no zone. */
	return str_starts(path, STR("/")) ? zone_of(path) : ZONE_OTHER;
}

/* --- bounds --- */

/* How much of an escape sequence stands before `at` in s, 0 when none does. */
static size_t normalise_inside_escape(struct str s, size_t at)
{
	for (size_t back = 1; back <= 3 && back <= at; back++) {
		size_t slash = at - back, run = 0;

		if (s.p[slash] != '\\')
			continue;
		while (run <= slash && s.p[slash - run] == '\\')
			run++;
		/* An even number of backslashes shows backslashes. */
		if (run % 2 == 0)
			return 0;

		size_t len = s.p[slash + 1] == 'x' ? 4 : 2;

		return back < len ? back : 0;
	}
	return 0;
}

void normalise_shorten(struct buf *out, size_t start, size_t max)
{
	struct str s = str_sub(buf_view(out), start);
	char id[HASH_ID_LEN + 1];
	size_t cut = max - max / 4, len = s.len;

	if (len <= max)
		return;
	hash_id(id, s);
	while (cut && ((unsigned char)s.p[cut] & 0xc0) == 0x80)
		cut--;
	cut -= normalise_inside_escape(s, cut);
	buf_cut(out, start + cut);
	buf_printf(out, "...<%zu bytes, %s>", len, id);
}

/* --- paths --- */

/* Is there anything in it that path_join() would take away? */
static bool normalise_is_normal(struct str path)
{
	for (size_t i = 0; i < path.len; i++) {
		if (path.p[i] != '/')
			continue;

		struct str rest = str_sub(path, i + 1);

		if ((!rest.len && path.len > 1) || str_starts(rest, STR("/")) ||
		    str_starts(rest, STR("./")) || str_eq(rest, STR(".")) ||
		    str_starts(rest, STR("../")) || str_eq(rest, STR("..")))
			return false;
	}
	return true;
}

/*
 * The kernel's own names are normal; a path that it could not resolve may
 * still hold "..", behind which a program could hide what it looks for.
 */
static struct str normalise_lexical(struct buf *tmp, struct str path)
{
	if (!str_starts(path, STR("/")) || normalise_is_normal(path))
		return path;
	path_join(tmp, STR("/"), path);
	return buf_view(tmp);
}

/* A path that is none: "memfd:x", "pipe:[1]", a link's relative target. */
static void normalise_put_pathless(struct buf *out, struct str text,
				   const struct places *places, unsigned flags)
{
	size_t start = out->len;

	if (!text.len) {
		buf_c(out, "''");
		return;
	}
	/* Only the empty one has a quote in front, only addresses an '@'. */
	if (*text.p == '\'' || *text.p == '@') {
		buf_printf(out, "\\x%02x", (unsigned)*text.p);
		text = str_sub(text, 1);
	}
	scan_text(out, text, places, SCAN_NAMES | flags);
	normalise_shorten(out, start, PATH_SHOWN_MAX);
}

static void normalise_put_path(struct buf *out, struct str path,
			       const struct places *places, unsigned flags)
{
	autobuf struct buf tmp = BUF_INIT;
	size_t start = out->len;

	path = normalise_lexical(&tmp, path);
	if (!str_starts(path, STR("/"))) {
		normalise_put_pathless(out, path, places, flags);
		return;
	}
	scan_text(out, path, places, SCAN_PATH | flags);
	normalise_shorten(out, start, PATH_SHOWN_MAX);
}

static void normalise_put_text(struct buf *out, struct str text,
			       const struct places *places, unsigned flags)
{
	size_t start = out->len;

	scan_text(out, text, places, flags);
	normalise_shorten(out, start, TEXT_SHOWN_MAX);
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
static bool normalise_put_collapsed(struct buf *out, struct str raw,
				    const struct places *places, unsigned flags)
{
	autobuf struct buf tmp = BUF_INIT;
	struct str path = normalise_lexical(&tmp, raw);

	for (size_t i = 0; i < ARRAY_LEN(collapses); i++) {
		struct str dir = collapses[i].dir;

		if (!path_below(path, dir) || path.len <= dir.len + 1)
			continue;

		struct str rest = str_sub(path, dir.len + 1);
		const char *slash = memchr(rest.p, '/', rest.len);

		if (!slash)
			return false;

		autobuf struct buf shown = BUF_INIT;

		buf_str(&shown, collapses[i].shown);
		buf_ch(&shown, '/');
		buf_add(&shown, rest.p, (size_t)(slash - rest.p));
		normalise_put_path(out, buf_view(&shown), places, flags);
		buf_c(out, "/**");
		return true;
	}
	return false;
}

/* --- words --- */

static bool normalise_needs_quotes(struct str word)
{
	return !word.len || memchr(word.p, ' ', word.len) ||
	       memchr(word.p, '\'', word.len) || str_eq(word, STR("=")) ||
	       str_eq(word, STR("->"));
}

static void normalise_put_word(struct buf *out, struct str word,
			       const struct places *places, unsigned flags)
{
	bool quotes = normalise_needs_quotes(word);
	size_t start;

	if (quotes)
		buf_ch(out, '\'');
	start = out->len;
	scan_text(out, word, places,
		  SCAN_NAMES | flags | (quotes ? SCAN_QUOTED : 0));
	normalise_shorten(out, start, WORD_SHOWN_MAX);
	if (quotes)
		buf_ch(out, '\'');
}

/* "--port 45123": the port that a test's server has just been given. */
static bool normalise_is_port_option(struct str previous)
{
	return str_starts(previous, STR("-")) &&
	       str_ends(previous, STR("port"));
}

/* Arguments, joined by NUL bytes, as a shell would take them. */
static void normalise_put_args(struct buf *out, struct str args,
			       const struct places *places, unsigned flags)
{
	struct str previous = STR("");
	size_t start = out->len;

	for (bool more = true; more;) {
		const char *nul = args.len ? memchr(args.p, '\0', args.len) :
					     NULL;
		struct str word = { args.p, nul ? (size_t)(nul - args.p) :
						  args.len };

		if (out->len != start)
			buf_ch(out, ' ');
		if (normalise_is_port_option(previous) &&
		    token_is_ephemeral(word) && !(flags / SCAN_NAMED))
			buf_c(out, token_text(TOKEN_PORT));
		else
			normalise_put_word(out, word, places, flags);
		previous = word;
		more = nul;
		if (more)
			args = str_sub(args, word.len + 1);
	}
	normalise_shorten(out, start, TEXT_SHOWN_MAX);
}

/* --- events --- */

static void normalise_put_words(struct buf *out, struct str words,
				const struct places *places, unsigned flags)
{
	if (words.len)
		normalise_put_text(out, words, places, flags);
	else
		buf_c(out, "''");
}

static void normalise_put_first(struct buf *out, const struct event *ev,
				const struct places *places, unsigned flags)
{
	/* Interrupted is neither there nor not: it collapses with the reads. */
	if (ev->kind == EV_FILE_READ && (!ev->err || ev->err == EINTR) &&
	    normalise_put_collapsed(out, ev->a, places, flags))
		return;
	if (event_shape(ev->kind) == SHAPE_PATH_WORDS)
		flags |= SCAN_NO_BLANK;
	normalise_put_path(out, ev->a, places, flags);
}

static void normalise_put_second(struct buf *out, const struct event *ev,
				 const struct places *places, unsigned flags)
{
	if (event_shape(ev->kind) == SHAPE_WORDS_PATH)
		normalise_put_path(out, ev->b, places, flags);
	else if (ev->kind == EV_EXEC_ARGS)
		normalise_put_args(out, ev->b, places, flags);
	else
		normalise_put_text(out, ev->b, places, flags);
}

/* As normalise_put_object(), at the time of the event. */
static void normalise_put_shape(struct buf *out, const struct event *ev,
				const struct places *places, unsigned flags)
{
	switch (event_shape(ev->kind)) {
	case SHAPE_PATH:
		normalise_put_first(out, ev, places, flags);
		break;
	case SHAPE_PATH_PATH:
		normalise_put_first(out, ev, places, flags);
		buf_c(out, " -> ");
		normalise_put_path(out, ev->b, places, flags);
		break;
	case SHAPE_PATH_WORDS:
		normalise_put_first(out, ev, places, flags);
		if (ev->b.len) {
			buf_ch(out, ' ');
			normalise_put_second(out, ev, places, flags);
		}
		break;
	case SHAPE_WORDS:
	case SHAPE_WORDS_PATH:
		normalise_put_words(out, ev->a, places, flags);
		if (ev->b.len && event_shape(ev->kind) == SHAPE_WORDS_PATH) {
			buf_ch(out, ' ');
			normalise_put_second(out, ev, places, flags);
		}
		break;
	}
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

	if (then.now > 0)
		then.now += (int64_t)(ev->ns / 1000000000);
	if (normalise_recur_of(ev->kind) == RECUR_ACTS)
		flags |= SCAN_TODAY;
	normalise_put_shape(out, ev, &then, flags);
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

bool normalise_keeps(const struct event *ev, const struct places *places)
{
	autobuf struct buf tmp = BUF_INIT;
	bool absent = ev->kind == EV_FILE_PROBE ||
		      (ev->kind == EV_FILE_READ &&
		       (ev->err == ENOENT || ev->err == ENOTDIR));

	return !absent || normalise_zone(normalise_lexical(&tmp, ev->a),
					 places) != ZONE_SYSTEM;
}
