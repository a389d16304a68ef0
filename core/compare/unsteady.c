/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that differ from run to run: where most of them are, what helps. */
#include <string.h>

#include "core/base/path.h"
#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/compare/doubts.h"
#include "core/compare/internal.h"

/* Folders of one path that are counted. */
#define UNSTEADY_DEPTH 32

static const struct {
	const char *glob, *words;
} unsteady_rows[] = {
#define UNSTEADY(glob, words) { glob, words },
#include "core/compare/unsteady.def"
#undef UNSTEADY
};

/* The path that a fact begins with; "" where it begins with none. */
static struct str unsteady_path(const struct fact *f)
{
	struct str path = object_first_word(f->object);

	return event_section(f->kind) == SECTION_FILE && path.len &&
	       (*path.p == '/' || *path.p == '$') ? path : STR("");
}

/* Each folder that the path is below, but for the first. */
static void unsteady_count(struct strmap *folders, struct str path)
{
	size_t depth = 0;

	for (size_t i = path.len; i-- > 1 && depth < UNSTEADY_DEPTH;)
		if (path.p[i] == '/' && memchr(path.p, '/', i)) {
			strmap_put(folders, (struct str){ path.p, i })
				->val.num++;
			depth++;
		}
}

/* The deepest folder with half of them or more. */
static const struct strmap_entry *unsteady_folder(const struct strmap *folders,
						  size_t n)
{
	const struct strmap_entry *best = NULL;

	for (size_t i = 0; i < folders->n; i++) {
		const struct strmap_entry *e = &folders->entries[i];

		if (e->val.num * 2 >= n &&
		    (!best || e->key.len > best->key.len))
			best = e;
	}
	return best;
}

/* What the folder is known for, or what leaves it out. */
static void unsteady_remedy(struct buf *out, struct str folder)
{
	for (size_t i = 0; i < ARRAY_LEN(unsteady_rows); i++) {
		if (!path_glob(str_c(unsteady_rows[i].glob), folder))
			continue;
		buf_c(out, unsteady_rows[i].words);
		return;
	}
	buf_printf(out, "have them named alike in each run, or leave them out: "
		   "level = file.*:%.*s/** never", STR_ARG(folder));
}

void unsteady_text(struct buf *out, const struct fingerprint *fp, size_t n)
{
	struct strmap folders = STRMAP_INIT;
	const struct strmap_entry *most;

	for (size_t i = 0; i < fp->n; i++)
		if (!fact_always(fp, &fp->facts[i]))
			unsteady_count(&folders,
				       unsteady_path(&fp->facts[i]));
	most = unsteady_folder(&folders, n);
	if (most) {
		buf_printf(out, ", %llu of these below %.*s: ",
			   (unsigned long long)most->val.num,
			   STR_ARG(most->key));
		unsteady_remedy(out, most->key);
	} else {
		buf_c(out, ": let the steps wait for each other (`after`, "
		      "`ready`), or allow more runs");
	}
	strmap_free(&folders);
}
