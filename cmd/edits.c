/* SPDX-License-Identifier: Apache-2.0 */
/* Does the change edit what it is judged by? */
#include <stdlib.h>
#include <string.h>

#include "cmd/check.h"
#include "core/base/cleanup.h"

struct edits {
	struct fingerprint *fp;
	size_t n;
};

static void add_edit(void *ctx, const char *path)
{
	struct edits *e = ctx;
	struct fingerprint *fp = e->fp;
	const struct event ev = { .kind = EV_POLICY_EDIT, .a = str_c(path) };
	const struct places places = { STR("/"), STR("/") };
	autobuf struct buf line = BUF_INIT;
	struct fact *all = arena_alloc(&fp->arena,
				       (fp->n + 1) * sizeof(*all));
	struct fact *f = &all[fp->n];

	if (fp->n)
		memcpy(all, fp->facts, fp->n * sizeof(*all));
	buf_c(&line, "policy.edit ");
	normalise_object(&line, &ev, &places);
	f->line = arena_str(&fp->arena, buf_view(&line));
	f->seen = fp->runs;
	f->ev = (struct evidence){
		.count = fp->runs, .step = STR(""), .process = STR(""),
		.call = STR("git diff"), .note = STR(""),
	};
	if (!fact_parse(f->line, &f->kind, &f->operation, &f->object,
			&f->err) || fingerprint_find(fp, f->line))
		return;
	fp->facts = all;
	fp->n++;
	qsort(fp->facts, fp->n, sizeof(*fp->facts), fact_by_line);
	e->n++;
}

/* Where the change starts: where REV left --base, or else HEAD. */
static int edits_start(struct rev *out, const struct check *c,
		       const struct rev *rev, struct err *err)
{
	char start[65];
	int found;

	if (c->start[0])
		return rev_resolve(out, c->repo, c->start, err) ? -1 : 1;
	/* The work tree is trusted, and cannot be the change as well. */
	if (rev->kind == REV_WORKTREE || !rev->commit[0] ||
	    !c->trusted.commit[0])
		return 0;
	found = check_start(start, c, rev, "HEAD", err);
	if (found <= 0)
		return found;
	return rev_resolve(out, c->repo, start, err) ? -1 : 1;
}

int check_edits(struct check *c, struct err *err)
{
	const struct rev *rev = session_rev(c->s, NEW);
	struct str dir = config_str(session_config(c->s), "behavdiff", STR(""),
				    "baselines");
	struct edits edits = { session_own(c->s, NEW), 0 };
	const char *slash = rev->subdir[0] ? "/" : "";
	autofree char *here = mem_printf("%s%s.behavdiff", rev->subdir, slash);
	autofree char *folder = NULL;
	char top[] = ".behavdiff", *paths[3];
	struct rev start;
	int known, failed;

	if (!rev->commit[0])
		return 0;
	/* With the root for a folder only the baseline itself counts. */
	folder = str_eq(dir, STR(".")) ? mem_strdup(c->path) :
		mem_printf("%s%s%.*s", rev->subdir, slash, STR_ARG(dir));
	paths[0] = top;
	paths[1] = here;
	paths[2] = folder;
	known = edits_start(&start, c, rev, err);
	if (known <= 0)
		return known;
	failed = rev_changes(c->repo, &start, rev, paths, 3, add_edit, &edits,
			     err);
	rev_release(&start);
	return failed;
}
