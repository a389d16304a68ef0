/* SPDX-License-Identifier: Apache-2.0 */
/* `level = KIND:GLOB LEVEL`: what it says, and which facts it covers. */
#include "core/base/path.h"
#include "core/compare/internal.h"

static bool split_last(struct str s, char sep, struct str *head,
		       struct str *tail)
{
	for (size_t i = s.len; i-- > 0;) {
		if (s.p[i] != sep)
			continue;
		*head = (struct str){ s.p, i };
		*tail = str_sub(s, i + 1);
		return true;
	}
	return false;
}

static struct str regrade_trim(struct str s)
{
	while (s.len && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_sub(s, 1);
	while (s.len && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* "file.create"; "file.*" of all that begin so, "*" of all. */
static bool parse_kinds(struct regrade *r, struct str word)
{
	r->kind = event_by_name(word);
	r->prefix = STR("");
	if (r->kind != EV_COUNT)
		return true;
	if (!str_ends(word, STR("*")))
		return false;
	r->prefix = (struct str){ word.p, word.len - 1 };
	if (!r->prefix.len)
		return true;
	for (int k = 0; k < EV_COUNT; k++)
		if (str_starts(str_c(event_name((enum event_kind)k)),
			       r->prefix))
			return str_ends(r->prefix, STR("."));
	return false;
}

int regrade_parse(struct regrade *out, struct str text, struct err *err)
{
	struct regrade r = { .step = STR("") };
	struct str kind, glob, rest, level;

	text = regrade_trim(text);
	if (!split_last(text, ' ', &rest, &level) ||
	    !str_cut(rest, STR(":"), &kind, &glob) ||
	    !regrade_trim(glob).len) {
		err_set(err, ERR_TROUBLE, "'%.*s' is not KIND:GLOB LEVEL",
			STR_ARG(text));
		return err_hint(err, "for example: "
				"file.create:/tmp/** warning");
	}
	if (!parse_kinds(&r, kind)) {
		err_set(err, ERR_TROUBLE, "'%.*s' is no kind of fact",
			STR_ARG(kind));
		return err_hint(err, "behavdiff list facts names them; file.* "
				"stands for all that begin so, * for all");
	}
	if (!level_by_name(level, &r.level)) {
		err_set(err, ERR_TROUBLE, "'%.*s' is no level",
			STR_ARG(level));
		return err_hint(err, "levels: error, warning, note, never");
	}
	r.glob = regrade_trim(glob);
	*out = r;
	return 0;
}

static bool covers_kind(const struct regrade *r, enum event_kind kind)
{
	if (r->kind != EV_COUNT)
		return r->kind == kind;
	return str_starts(str_c(event_name(kind)), r->prefix);
}

/*
 * A pattern that says file.link means the names of links.  One that says
 * file.* may not have been written with links in mind: where they lead is
 * covered as well, or is a name beside them.
 */
static bool covers_target(const struct regrade *r, struct str target)
{
	bool elsewhere = memchr(target.p, '/', target.len) ||
			 str_starts(target, STR("..")) ||
			 str_starts(target, STR("$"));

	return r->kind != EV_COUNT || !elsewhere || path_glob(r->glob, target);
}

/*
 * A glob may lower a level, so it must cover everything the fact changes:
 * "/tmp" followed by anything would otherwise cover "/tmp/a -> /etc/passwd".
 */
static bool covers_pair(const struct regrade *r, enum event_kind kind,
			struct str a, struct str b)
{
	struct str glob_a, glob_b;

	if (object_split_arrow(r->glob, &glob_a, &glob_b))
		return path_glob(glob_a, a) && path_glob(glob_b, b);
	if (!path_glob(r->glob, a))
		return false;
	return kind == EV_FILE_LINK ? covers_target(r, b) :
	       path_glob(r->glob, b);
}

bool regrade_fits(const struct regrade *r, const struct fact *f)
{
	struct str a, b;

	if (!covers_kind(r, f->kind))
		return false;
	if (event_shape(f->kind) == SHAPE_PATH_PATH &&
	    object_split_arrow(f->object, &a, &b))
		return covers_pair(r, f->kind, a, b);
	if (path_glob(r->glob, f->object))
		return true;
	return f->kind == EV_FILE_MODE && split_last(f->object, ' ', &a, &b) &&
	       path_glob(r->glob, a);
}

const struct regrade *policy_regrade(const struct policy *policy,
				     const struct fact *f, struct str step)
{
	for (size_t i = policy->n; i-- > 0;) {
		const struct regrade *r = &policy->regrades[i];

		if ((!r->step.len || str_eq(r->step, step)) &&
		    regrade_fits(r, f))
			return r;
	}
	return NULL;
}

enum level policy_level(const struct policy *policy, const struct fact *f,
			struct str step, enum level dflt)
{
	const struct regrade *r = policy_regrade(policy, f, step);

	return r ? r->level : dflt;
}
