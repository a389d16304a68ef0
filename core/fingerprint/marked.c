/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that weigh more than others: sensitive.def, startup.def. */
#include "core/base/path.h"
#include "core/fingerprint/internal.h"

static const struct {
	const char *glob;
	bool secret;
} sensitive_globs[] = {
#define SENSITIVE(glob) { glob, false },
#define SECRET(glob) { glob, true },
#include "core/fingerprint/sensitive.def"
#undef SENSITIVE
#undef SECRET
};

static const struct {
	enum startup_set set;
	const char *glob;
} startup_globs[] = {
#define STARTUP(set, glob) { STARTUP_##set, glob },
#include "core/fingerprint/startup.def"
#undef STARTUP
};

bool path_is_sensitive(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(sensitive_globs); i++)
		if (path_glob(str_c(sensitive_globs[i].glob), path))
			return true;
	return false;
}

bool path_is_secret(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(sensitive_globs); i++)
		if (sensitive_globs[i].secret &&
		    path_glob(str_c(sensitive_globs[i].glob), path))
			return true;
	return false;
}

bool path_is_startup(struct str path, enum startup_set set)
{
	for (size_t i = 0; i < ARRAY_LEN(startup_globs); i++)
		if (startup_globs[i].set == set &&
		    path_glob(str_c(startup_globs[i].glob), path))
			return true;
	return false;
}

/* The lists a path is on, as bits. */
static unsigned marks_of_path(struct str path)
{
	unsigned marks = path_is_sensitive(path);

	marks |= (unsigned)path_is_secret(path) << 1;
	for (enum startup_set set = 0; set < STARTUP_COUNT; set++)
		marks |= (unsigned)path_is_startup(path, set) << (set + 2);
	return marks;
}

/* Every path starts with a slash or a place, at the line's blanks or quotes. */
unsigned line_marks(struct str line)
{
	unsigned marks = 0;

	for (size_t at = 0, end; at < line.len; at = end + 1) {
		end = at;
		while (end < line.len && !strchr(" '=", line.p[end]))
			end++;
		if (end > at && (line.p[at] == '/' || line.p[at] == '$'))
			marks |= marks_of_path(
				(struct str){ line.p + at, end - at });
	}
	return marks;
}
