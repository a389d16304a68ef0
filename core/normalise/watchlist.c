/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that weigh more than others, or less: sensitive.def, startup.def,
 * run_by_others.def, by_product.def.
 */
#include "core/normalise/watchlist.h"

#include "core/base/path.h"
#include "core/base/vec.h"

static const struct {
	const char *glob;
	bool secret;
} sensitive_globs[] = {
#define SENSITIVE(glob) { glob, false },
#define SECRET(glob) { glob, true },
#include "core/normalise/sensitive.def"
#undef SENSITIVE
#undef SECRET
};

static const struct {
	enum startup_set set;
	const char *glob;
} startup_globs[] = {
#define STARTUP(set, glob) { STARTUP_##set, glob },
#include "core/normalise/startup.def"
#undef STARTUP
};

/* At any depth of the tree, also none. */
#define IN_TREE "$TREE/**/"

static const char *const by_products[] = {
#define BY_PRODUCT(glob, reason) IN_TREE glob,
#define INSTALLED(glob, reason)
#include "core/normalise/by_product.def"
#undef BY_PRODUCT
#undef INSTALLED
};

static const char *const installed[] = {
#define BY_PRODUCT(glob, reason)
#define INSTALLED(glob, reason) IN_TREE glob,
#include "core/normalise/by_product.def"
#undef BY_PRODUCT
#undef INSTALLED
};

static const struct {
	const char *runner, *glob;
	bool built;
} run_globs[] = {
#define RUN_BY(runner, glob) { runner, IN_TREE glob, false },
#define BUILT_BY(runner, glob) { runner, IN_TREE glob, true },
#define NOT_RUN(glob)
#include "core/normalise/run_by_others.def"
#undef RUN_BY
#undef BUILT_BY
#undef NOT_RUN
};

static const char *const not_run[] = {
#define RUN_BY(runner, glob)
#define BUILT_BY(runner, glob)
#define NOT_RUN(glob) IN_TREE glob,
#include "core/normalise/run_by_others.def"
#undef RUN_BY
#undef BUILT_BY
#undef NOT_RUN
};

static const struct watchlist_row rows[] = {
#define SECRET(glob) { "secret", glob, "" },
#define SENSITIVE(glob) { "sensitive", glob, "" },
#include "core/normalise/sensitive.def"
#undef SECRET
#undef SENSITIVE
#define STARTUP(set, glob) { "startup", glob, #set },
#include "core/normalise/startup.def"
#undef STARTUP
#define RUN_BY(runner, glob) { "run-by-others", IN_TREE glob, runner },
#define BUILT_BY(runner, glob) { "built-by-others", IN_TREE glob, runner },
#define NOT_RUN(glob) { "not-run", IN_TREE glob, "" },
#include "core/normalise/run_by_others.def"
#undef RUN_BY
#undef BUILT_BY
#undef NOT_RUN
#define BY_PRODUCT(glob, reason) { "by-product", IN_TREE glob, reason },
#define INSTALLED(glob, reason) { "installed", IN_TREE glob, reason },
#include "core/normalise/by_product.def"
#undef BY_PRODUCT
#undef INSTALLED
};

const struct watchlist_row *watchlist_rows(size_t *n)
{
	*n = ARRAY_LEN(rows);
	return rows;
}

static bool watchlist_fits_one(const char *const *globs, size_t n,
			       struct str path)
{
	for (size_t i = 0; i < n; i++)
		if (path_glob(str_c(globs[i]), path))
			return true;
	return false;
}

bool watchlist_is_by_product(struct str path)
{
	return watchlist_fits_one(by_products, ARRAY_LEN(by_products), path);
}

const char *watchlist_run_by(struct str path)
{
	bool others = watchlist_is_by_product(path) ||
		      watchlist_fits_one(installed, ARRAY_LEN(installed), path);

	if (watchlist_fits_one(not_run, ARRAY_LEN(not_run), path))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(run_globs); i++)
		if (!(run_globs[i].built && others) &&
		    path_glob(str_c(run_globs[i].glob), path))
			return run_globs[i].runner;
	return NULL;
}

bool watchlist_is_sensitive(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(sensitive_globs); i++)
		if (path_glob(str_c(sensitive_globs[i].glob), path))
			return true;
	return false;
}

bool watchlist_is_secret(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(sensitive_globs); i++)
		if (sensitive_globs[i].secret &&
		    path_glob(str_c(sensitive_globs[i].glob), path))
			return true;
	return false;
}

bool watchlist_is_startup(struct str path, enum startup_set set)
{
	for (size_t i = 0; i < ARRAY_LEN(startup_globs); i++)
		if (startup_globs[i].set == set &&
		    path_glob(str_c(startup_globs[i].glob), path))
			return true;
	return false;
}

/* The lists a path is on, as bits. */
static unsigned watchlist_path_marks(struct str path)
{
	unsigned marks = watchlist_is_sensitive(path);

	marks |= (unsigned)watchlist_is_secret(path) << 1;
	for (enum startup_set set = 0; set < STARTUP_COUNT; set++)
		marks |= (unsigned)watchlist_is_startup(path, set) << (set + 2);
	return marks;
}

/* Every path starts with a slash or a place, at the line's blanks or quotes. */
unsigned watchlist_marks(struct str line)
{
	unsigned marks = 0;

	for (size_t at = 0, end; at < line.len; at = end + 1) {
		end = at;
		while (end < line.len && !strchr(" '=", line.p[end]))
			end++;
		if (end > at && (line.p[at] == '/' || line.p[at] == '$'))
			marks |= watchlist_path_marks(
				(struct str){ line.p + at, end - at });
	}
	return marks;
}
