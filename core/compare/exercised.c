/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a change the runs had in their hands: the files of the change that
 * some run read or executed, and their share of the changed lines.  That a
 * file was read does not say that each of its lines ran; that it was not read
 * says that none of them did.
 */
#include "core/compare/exercised.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/base/strmap.h"
#include "core/base/text.h"
#include "core/base/vec.h"

#define NAMED 5			/* paths in a sentence */
#define NAME_BYTES 200		/* of one of them */

static const char *const inert_names[] = {
#define INERT(pattern) pattern,
#include "core/compare/inert.def"
#undef INERT
};

/* Which files of the tree one side had, by the objects of its facts. */
struct seen {
	struct strmap read;	/* or executed */
	struct strmap sought;	/* in vain, or only looked at */
};

static void seen_free(struct seen *s)
{
	strmap_free(&s->read);
	strmap_free(&s->sought);
}
#define autoseen __attribute__((cleanup(seen_free)))

static struct seen seen_of(const struct fingerprint *fp)
{
	struct seen s = { STRMAP_INIT, STRMAP_INIT };

	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if ((f->kind != EV_FILE_READ && f->kind != EV_EXEC &&
		     f->kind != EV_FILE_PROBE) ||
		    !str_starts(f->object, STR("$TREE/")))
			continue;
		strmap_put(f->kind == EV_FILE_PROBE || f->err ? &s.sought :
			   &s.read, f->object);
	}
	return s;
}

/* Is it there under the name that it has in a run at that time? */
static bool in_facts_of(const struct strmap *map, struct str path, int64_t now)
{
	const struct places places = {
		.tree = STR("/t"), .home = STR("/t"), .now = now,
	};
	autobuf struct buf full = BUF_INIT, object = BUF_INIT;
	struct event ev = { .kind = EV_FILE_READ };

	buf_c(&full, "/t/");
	buf_str(&full, path);
	ev.a = buf_view(&full);
	normalise_object(&object, &ev, &places);
	return strmap_get(map, buf_view(&object));
}

bool exercised_has(const struct strmap *map, struct str path)
{
	autobuf struct buf object = BUF_INIT;

	if (in_facts_of(map, path, 0) || in_facts_of(map, path, NOW_ANY))
		return true;
	buf_c(&object, "$TREE/");
	text_escape(&object, path);
	return strmap_get(map, buf_view(&object));
}

static bool is_inert(struct str path)
{
	struct str base = path_base(path);
	autobuf struct buf low = BUF_INIT;

	for (size_t i = 0; i < base.len; i++)
		buf_ch(&low, base.p[i] >= 'A' && base.p[i] <= 'Z' ?
		       (char)(base.p[i] + 'a' - 'A') : base.p[i]);
	for (size_t i = 0; i < ARRAY_LEN(inert_names); i++)
		if (path_glob(str_c(inert_names[i]), buf_view(&low)))
			return true;
	return false;
}

static bool was_run(const struct changed_file *f, const struct seen *old,
		    const struct seen *new)
{
	if (f->fed)
		return true;
	if (!f->gone)
		return exercised_has(&new->read, f->path);
	return exercised_has(&old->read, f->path) ||
	       exercised_has(&new->read, f->path) ||
	       exercised_has(&new->sought, f->path);
}

static int exercised_by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void exercised_find(struct exercised *out, struct arena *a,
		    const struct changed_file *files, size_t n,
		    const struct fingerprint *old,
		    const struct fingerprint *new)
{
	autoseen struct seen was = seen_of(old), is = seen_of(new);

	out->missed = arena_alloc(a, n * sizeof(*out->missed) + 1);
	for (size_t i = 0; i < n; i++) {
		const struct changed_file *f = &files[i];
		bool run = was_run(f, &was, &is);

		if (f->judged || (!run && is_inert(f->path))) {
			out->inert++;
			continue;
		}
		out->files++;
		out->lines += f->lines;
		if (!run) {
			out->missed[out->n_missed++] = arena_str(a, f->path);
			continue;
		}
		out->files_run++;
		out->lines_run += f->lines;
	}
	if (out->n_missed)
		qsort(out->missed, out->n_missed, sizeof(*out->missed),
		      exercised_by_bytes);
}

void exercised_names(struct buf *out, const struct str *paths, size_t n)
{
	size_t named = n == NAMED + 1 ? n : n < NAMED ? n : NAMED;

	for (size_t i = 0; i < named; i++) {
		struct str path = paths[i];
		bool cut = path.len > NAME_BYTES;

		buf_c(out, !i ? "" : i + 1 == n ? " and " : ", ");
		if (cut)
			path.len = NAME_BYTES;
		text_escape(out, path);
		buf_c(out, cut ? "..." : "");
	}
	if (named < n)
		buf_printf(out, " and %zu more", n - named);
}

void exercised_sentence(struct buf *out, const struct exercised *e)
{
	if (!e->n_missed)
		return;
	buf_c(out, "not exercised: ");
	exercised_names(out, e->missed, e->n_missed);
	buf_printf(out, " (%zu of %zu changed file%s", e->n_missed, e->files,
		   str_plural(e->files));
	if (e->lines && !e->cut && e->files_run)
		buf_printf(out, "; %u %% of the changed lines are in files "
			   "that a run read",
			   (unsigned)(e->lines_run * 100 / e->lines));
	buf_ch(out, ')');
}
