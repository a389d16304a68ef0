/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doubts about exports: what was run is not what a checkout would have been
 * (source.h, struct unlike).  Silent about what neither the change nor a run
 * touches; of what both sides read alike, as it was committed, too: there both
 * ran with the same bytes.
 */
#include <string.h>

#include "cmd/change.h"
#include "cmd/policy_edits.h"
#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/base/strmap.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/sandbox/plan.h"

#define MOVES 3			/* submodules with a sentence of their own */

enum list { LFS_EDITED, LFS_READ, CONVERTED, LOOKED_INTO, BAD_NAME, LISTS };

static const struct {
	const char *what, *how;
} sentences[LISTS] = {
	[LFS_EDITED] = {
		"the change edits files of Git LFS, and the runs had their "
		"pointers",
		"judge a work tree that has them: git lfs pull, then "
		"behavdiff check" },
	[LFS_READ] = {
		"runs read the pointers of Git LFS in the place of the files",
		"judge a work tree that has them: git lfs pull, then "
		"behavdiff check" },
	[CONVERTED] = {
		"runs read what is committed, of which a checkout makes other "
		"bytes",
		"judge a work tree: behavdiff check" },
	[LOOKED_INTO] = {
		"runs looked into submodules, which were empty folders",
		"bind checkouts of them: sandbox.bind" },
	[BAD_NAME] = {
		"the change edits what has a name that cannot be exported",
		"give it another name" },
};

/* What a checkout would have done. */
static const char *const conversions[] = {
	[UNLIKE_FILTER] = "filter", [UNLIKE_IDENT] = "ident",
	[UNLIKE_EOL] = "eol=crlf",
	[UNLIKE_ENCODING] = "working-tree-encoding",
};

enum touch { READ = 1, PROBED = 2, EDITED = 4 };

struct unlikes {
	struct repo *repo;
	const struct patch *patch;
	const struct plan *plan;
	const struct report *report;
	struct strmap moved;		/* submodules */
	/* Paths that the change or the runs of a side touched: enum touch */
	struct strmap paths, was, is;
	struct strmap lists[LISTS];	/* paths to be reported */
	bool converts[ARRAY_LEN(conversions)];
};

static void unlikes_free(struct unlikes *u)
{
	strmap_free(&u->moved);
	strmap_free(&u->paths);
	strmap_free(&u->was);
	strmap_free(&u->is);
	for (size_t i = 0; i < LISTS; i++)
		strmap_free(&u->lists[i]);
}
#define autounlikes __attribute__((cleanup(unlikes_free)))

/*
 * The paths that the runs of one side touched.  What is not in its facts by its
 * own name, for it looks drawn or is escaped, is not found.
 */
static void find_uses(struct strmap *out, const struct fingerprint *fp)
{
	struct str below = STR("$TREE/");

	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if ((f->kind != EV_FILE_READ && f->kind != EV_EXEC &&
		     f->kind != EV_FILE_PROBE) ||
		    !str_starts(f->object, below) ||
		    memchr(f->object.p, '\\', f->object.len) ||
		    memchr(f->object.p, '<', f->object.len))
			continue;
		strmap_put(out, str_sub(f->object, below.len))->val.num |=
			f->kind == EV_FILE_PROBE ? PROBED : READ;
	}
}

static uint64_t uses_of(const struct strmap *map, struct str path)
{
	const struct strmap_entry *e = strmap_get(map, path);

	return e ? e->val.num : 0;
}

static bool is_bound(const struct unlikes *u, struct str path)
{
	char *const *binds = plan_list(u->plan, "bind");

	for (; *binds; binds++)
		if (path_below(path, str_c(*binds)))
			return true;
	return false;
}

/*
 * Is the work tree's own folder what NEW was run with, and something else what
 * OLD was?  A baseline was made of what stood there then.
 */
static bool is_compared(const struct unlikes *u, struct str path)
{
	const struct fingerprint *old = u->report->old, *new = u->report->new;
	const struct bound *was;

	if (u->patch->new->kind != REV_WORKTREE || !is_bound(u, path))
		return false;
	for (size_t i = 0; i < new->n_bound; i++)
		if (path_below(path, new->bound[i].path) &&
		    bound_change(old, new, i, &was))
			return true;
	return !u->patch->old_ran;
}

/* --- submodules that moved --- */

static void put_move(struct buf *out, const struct rev_file *f)
{
	buf_c(out, "submodule ");
	text_escape(out, f->path);
	if (f->was[0] && f->is[0])
		buf_printf(out, " moved from %.12s to %.12s", f->was, f->is);
	else if (f->is[0])
		buf_printf(out, " is new, at %.12s", f->is);
	else
		buf_printf(out, " was removed, at %.12s", f->was);
}

static void doubt_move(struct pipeline *o, const struct unlikes *u,
		       const struct rev_file *f)
{
	autobuf struct buf text = BUF_INIT;
	bool bound = is_bound(u, f->path);

	put_move(&text, f);
	if (bound)
		buf_c(&text, ", and the runs had the work tree's folder: have "
		      "the commit checked out there and judge the work tree: "
		      "behavdiff check");
	else {
		buf_c(&text, ", and the runs had an empty folder there: bind "
		      "a checkout of it (sandbox.bind = ");
		text_escape(&text, f->path);
		buf_c(&text, "), or judge it in its own repository");
	}
	comparison_add_reason(&o->cmp, buf_view(&text));
}

static void doubt_moves(struct pipeline *o, const struct unlikes *u,
			const struct rev_diff *diff)
{
	size_t n = 0;

	for (size_t i = 0; i < diff->n; i++) {
		const struct rev_file *f = &diff->v[i];

		if (f->submodule && !is_compared(u, f->path) && n++ < MOVES)
			doubt_move(o, u, f);
	}
	if (n > MOVES) {
		autobuf struct buf text = BUF_INIT;

		buf_printf(&text,
			   "%zu more submodule%s moved, and the runs had "
			   "empty folders there: judge them in their own "
			   "repositories",
			   n - MOVES, str_plural(n - MOVES));
		comparison_add_reason(&o->cmp, buf_view(&text));
	}
}

/* --- files --- */

static void unlike_list(struct unlikes *u, enum list which, struct str path,
			size_t len)
{
	strmap_put(&u->lists[which], (struct str){ path.p, len });
}

/* Both sides read the same bytes, of which a checkout makes the same. */
static bool is_alike(const struct unlikes *u, struct str path,
		     const struct unlike *was, const struct unlike *is)
{
	return u->patch->from && was->kind == is->kind &&
	       !(uses_of(&u->paths, path) & EDITED) &&
	       uses_of(&u->was, path) & READ && uses_of(&u->is, path) & READ;
}

static void judge_kind(struct unlikes *u, struct str path, bool edited,
		       const struct unlike *was, const struct unlike *is)
{
	bool read = (uses_of(&u->was, path) | uses_of(&u->is, path)) & READ;
	const struct unlike *of = is->kind ? is : was;

	switch (of->kind) {
	case UNLIKE_NOT:
		break;
	case UNLIKE_SUBMODULE:
		if (!edited && (read || of->len < path.len) &&
		    !is_bound(u, path) &&
		    !strmap_get(&u->moved, (struct str){ path.p, of->len }))
			unlike_list(u, LOOKED_INTO, path, of->len);
		break;
	case UNLIKE_LFS:
		if (edited)
			unlike_list(u, LFS_EDITED, path, of->len);
		else if (read)
			unlike_list(u, LFS_READ, path, of->len);
		break;
	case UNLIKE_NAME:
		if (edited)
			unlike_list(u, BAD_NAME, path, of->len);
		break;
	default:
		if (!read || is_alike(u, path, was, is))
			break;
		u->converts[of->kind] = true;
		unlike_list(u, CONVERTED, path, of->len);
	}
}

static int judge_path(struct unlikes *u, struct str path, struct err *err)
{
	struct unlike was = { .kind = UNLIKE_NOT }, is, none = was;
	const struct rev *from = u->patch->from;

	if (rev_unlike(&is, u->repo, u->patch->new, path.p, err) ||
	    (from && rev_unlike(&was, u->repo, from, path.p, err)))
		return -1;
	/* Where OLD is a baseline, `from` only says what is as it was. */
	judge_kind(u, path, uses_of(&u->paths, path) & EDITED,
		   is.kind || u->patch->old_ran ? &was : &none, &is);
	return 0;
}

static int judge_paths(struct unlikes *u, const struct rev_diff *diff,
		       struct err *err)
{
	for (size_t i = 0; i < diff->n; i++)
		if (diff->v[i].submodule)
			strmap_put(&u->moved, diff->v[i].path);
		else
			strmap_put(&u->paths, diff->v[i].path)->val.num =
				EDITED;
	for (size_t i = 0; i < u->is.n; i++)
		strmap_put(&u->paths, u->is.entries[i].key);
	for (size_t i = 0; i < u->was.n && u->patch->old_ran; i++)
		strmap_put(&u->paths, u->was.entries[i].key);
	for (size_t i = 0; i < u->paths.n; i++)
		if (judge_path(u, u->paths.entries[i].key, err))
			return -1;
	return 0;
}

static void unlike_put_names(struct buf *out, const struct strmap *map)
{
	struct str *names = mem_array(map->n, sizeof(*names));

	for (size_t i = 0; i < map->n; i++)
		names[i] = map->entries[i].key;
	exercised_names(out, names, map->n);
	free(names);
}

static void put_conversions(struct buf *out, const struct unlikes *u)
{
	const char *before = " (";

	for (size_t i = 0; i < ARRAY_LEN(conversions); i++)
		if (u->converts[i]) {
			buf_printf(out, "%s%s", before, conversions[i]);
			before = ", ";
		}
	buf_ch(out, ')');
}

static void doubt_lists(struct pipeline *o, const struct unlikes *u)
{
	for (size_t i = 0; i < LISTS; i++) {
		autobuf struct buf text = BUF_INIT;

		if (!u->lists[i].n)
			continue;
		unlike_put_names(&text, &u->lists[i]);
		buf_printf(&text, ": %s", sentences[i].what);
		if (i == CONVERTED)
			put_conversions(&text, u);
		buf_printf(&text, ": %s", sentences[i].how);
		comparison_add_reason(&o->cmp, buf_view(&text));
	}
}

int unlike_doubts(struct pipeline *o, struct session *s,
		  const struct patch *patch, const struct rev_diff *diff,
		  struct err *err)
{
	autounlikes struct unlikes u = {
		.patch = patch, .plan = session_plan(s),
		.report = &o->report,
		.moved = STRMAP_INIT, .paths = STRMAP_INIT,
		.was = STRMAP_INIT, .is = STRMAP_INIT,
	};

	if (session_repo(&u.repo, s, err))
		return -1;
	find_uses(&u.was, o->report.old);
	find_uses(&u.is, o->report.new);
	if (judge_paths(&u, diff, err))
		return -1;
	doubt_moves(o, &u, diff);
	doubt_lists(o, &u);
	return 0;
}
