/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change does to what it is judged by, read from git and not from runs:
 * the configuration, the baselines, the jobs that run the check, what the
 * scenario gives the program as input, and which files are run.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/policy_edits.h"
#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/compare/exercised.h"
#include "core/scenario/scenario.h"

struct edits {
	struct fingerprint *fp;
	enum event_kind kind;
	VEC(struct fact) v;	/* not in fp yet */
};

int policy_edits_by_line(const void *a, const void *b)
{
	return str_cmp(((const struct fact *)a)->line,
		       ((const struct fact *)b)->line);
}

static void add_edit(void *ctx, const char *path)
{
	struct edits *e = ctx;
	struct fingerprint *fp = e->fp;
	const struct event ev = { .kind = e->kind, .a = str_c(path) };
	const struct places places = {
		.tree = STR("/"), .home = STR("/"),
	};
	autobuf struct buf line = BUF_INIT;
	struct fact f = { .seen = fp->runs };

	buf_printf(&line, "%s ", event_name(e->kind));
	normalise_object(&line, &ev, &places);
	f.line = arena_str(&fp->arena, buf_view(&line));
	f.ev = (struct evidence){
		.count = fp->runs, .step = STR(""), .process = STR(""),
		.call = e->kind == EV_POLICY_ENTRY ? STR("detection") :
			e->kind == EV_POLICY_BIND ? STR("sandbox.bind") :
			STR("git diff"), .note = STR(""),
	};
	if (fact_parse(&f))
		*vec_push(&e->v) = f;
}

/* All at once: a change may edit thousands, and the runs show a million. */
static void put_edits(struct edits *e)
{
	struct fingerprint *fp = e->fp;
	struct fact *all;
	size_t n = fp->n;

	if (!e->v.n)
		return;
	qsort(e->v.v, e->v.n, sizeof(*e->v.v), policy_edits_by_line);
	all = arena_alloc(&fp->arena, (n + e->v.n) * sizeof(*all));
	if (n)
		memcpy(all, fp->facts, n * sizeof(*all));
	for (size_t i = 0; i < e->v.n; i++) {
		struct str line = e->v.v[i].line;

		if ((!i || !str_eq(line, e->v.v[i - 1].line)) &&
		    !fingerprint_find(fp, line))
			all[n++] = e->v.v[i];
	}
	vec_free(&e->v);
	qsort(all, n, sizeof(*all), policy_edits_by_line);
	fp->facts = all;
	fp->n = n;
}

static void find_entries(const struct session *s, size_t side,
			 struct fingerprint *fp)
{
	struct edits edits = { .fp = fp, .kind = EV_POLICY_ENTRY };
	struct str path;

	for (size_t i = 0; (i = session_moved(s, side, i, &path));)
		add_edit(&edits, path.p);
	put_edits(&edits);
}

/* --- what git shows --- */

struct paths {
	VEC(char *) v;
};

static void paths_free(struct paths *p)
{
	for (size_t i = 0; i < p->v.n; i++)
		free(p->v.v[i]);
	vec_free(&p->v);
}
#define autopaths __attribute__((cleanup(paths_free)))

static void add_path(struct paths *p, const struct rev *rev, struct str path)
{
	*vec_push(&p->v) = mem_printf("%s%s%.*s", rev->subdir,
				      rev->subdir[0] ? "/" : "",
				      STR_ARG(path));
}

static void add_below(struct paths *p, const struct rev *rev, struct str dir,
		      struct str path)
{
	autobuf struct buf below = BUF_INIT;

	if (dir.len && !str_eq(dir, STR(".")))
		buf_printf(&below, "%.*s/", STR_ARG(dir));
	buf_str(&below, path);
	add_path(p, rev, buf_view(&below));
}

/* What a fixture runs is not judged, so a change of it is one of the judge. */
static void find_fixture(struct paths *out, const struct config *cfg,
			 const struct rev *rev, struct str step)
{
	const struct config_entry *command = config_nth(cfg, "step", step,
							"command", 0);
	struct str dir = config_str(cfg, "step", step, "dir");
	struct arena arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	char **words;

	if (command && str_eq(config_str(cfg, "step", step, "role"),
			      STR("fixture")) &&
	    !scenario_split(&words, &arena, command->value, &ignored))
		for (; *words; words++) {
			struct str word = str_c(*words);

			if (str_starts(word, STR("./")))
				word = str_sub(word, 2);
			if (path_is_contained(word))
				add_below(out, rev, dir, word);
		}
	arena_free(&arena);
}

static void find_inputs(struct paths *out, const struct config *cfg,
			const struct rev *rev)
{
	static const char *const keys[] = { "stdin", "input" };
	const struct config_entry *e;
	struct str step;

	for (size_t i = 0; config_subsection(cfg, "step", i, &step); i++)
		for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
			e = config_nth(cfg, "step", step, keys[k], 0);
			/* Beside --config, no change can edit it. */
			if (e && !scenario_file(cfg, e->value))
				add_path(out, rev, e->value);
		}
}

/* What runs the check; a change that edits it could run something else. */
static const char *const jobs[] = {
#define JOB(path) path,
#include "cmd/jobs.def"
#undef JOB
};

bool policy_edits_is_job(struct str path)
{
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		if (path_below(path, str_c(jobs[i])))
			return true;
	return false;
}

static void find_jobs(struct paths *out)
{
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		*vec_push(&out->v) = mem_strdup(jobs[i]);
}

static int find_changes(struct session *s, const struct rev *start,
			const struct rev *rev, const struct paths *paths,
			struct edits edits, struct err *err)
{
	struct repo *repo;
	int failed;

	if (!paths->v.n)
		return 0;
	failed = session_repo(&repo, s, err) ||
		 rev_changes(repo, start, rev, paths->v.v, paths->v.n,
			     add_edit, &edits, err);
	put_edits(&edits);
	return failed ? -1 : 0;
}

/* --- what only fixtures read --- */

struct fixture_files {
	struct edits edits;
	struct strmap objects;	/* of the facts: files of the tree */
	struct str subdir;
};

static void fixture_files_free(struct fixture_files *f)
{
	strmap_free(&f->objects);
}

/* What a subject reads as well is judged by what the subject does then. */
static void find_fixture_files(struct fixture_files *out,
			       const struct fingerprint *fp)
{
	autofingerprint struct fingerprint *subjects = fingerprint_subjects(fp);

	for (size_t i = 0; subjects->n < fp->n && i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if ((f->kind == EV_FILE_READ || f->kind == EV_EXEC) &&
		    str_starts(f->object, STR("$TREE/")) &&
		    !fingerprint_find(subjects, f->line))
			strmap_put(&out->objects, f->object);
	}
}

static void add_fixture_edit(void *ctx, const char *path)
{
	struct fixture_files *f = ctx;
	struct str rel = str_c(path);

	if (f->subdir.len && !path_below(rel, f->subdir))
		return;
	if (f->subdir.len)
		rel = str_sub(rel, f->subdir.len + 1);
	if (exercised_has(&f->objects, rel))
		add_edit(&f->edits, path);
}

/* A fixture's facts do not count, so a change of its files is a fact. */
static int find_fixture_edits(struct session *s, const struct rev *start,
			      const struct rev *rev, struct fingerprint *fp,
			      struct err *err)
{
	__attribute__((cleanup(fixture_files_free)))
	struct fixture_files files = {
		.edits = { .fp = fp, .kind = EV_POLICY_EDIT },
		.objects = STRMAP_INIT, .subdir = str_c(rev->subdir),
	};
	char *below[] = { (char *)rev->subdir };
	struct repo *repo;
	int failed;

	find_fixture_files(&files, fp);
	if (!files.objects.n)
		return 0;
	failed = session_repo(&repo, s, err) ||
		 rev_changes(repo, start, rev, below, *rev->subdir ? 1 : 0,
			     add_fixture_edit, &files, err);
	put_edits(&files.edits);
	return failed ? -1 : 0;
}

/* --- all of it --- */

static int find_edits(struct session *s, size_t side, const struct rev *start,
		      const char *baselines, struct err *err)
{
	const struct rev *rev = session_rev(s, side);
	struct fingerprint *fp = session_own(s, side);
	const struct config *cfg = session_config(s);
	autopaths struct paths judges = { .v = { NULL, 0, 0 } };
	autopaths struct paths inputs = { .v = { NULL, 0, 0 } };
	struct str step;

	*vec_push(&judges.v) = mem_strdup(CONFIG_FILE);
	if (rev->subdir[0])
		add_path(&judges, rev, STR(CONFIG_FILE));
	if (baselines)
		*vec_push(&judges.v) = mem_strdup(baselines);
	find_jobs(&judges);
	for (size_t i = 0; config_subsection(cfg, "step", i, &step); i++)
		find_fixture(&judges, cfg, rev, step);
	find_inputs(&inputs, cfg, rev);
	return find_changes(s, start, rev, &judges, (struct edits){
			.fp = fp, .kind = EV_POLICY_EDIT }, err) ||
	       find_changes(s, start, rev, &inputs, (struct edits){
			.fp = fp, .kind = EV_POLICY_INPUT }, err) ||
	       find_fixture_edits(s, start, rev, fp, err) ? -1 : 0;
}

/* --- check --- */

/* Where the change starts: where REV left --base, or else HEAD. */
static int policy_edits_find_start(struct rev *out, const struct check *c,
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
	found = check_start(start, c, rev, "@", err);
	if (found <= 0)
		return found;
	return rev_resolve(out, c->repo, start, err) ? -1 : 1;
}

int policy_edits_from(struct rev *out, const struct check *c,
		      const struct rev *rev,
		      struct err *err)
{
	autofree char *spec = NULL;
	struct rev start;
	int known;

	if (!c->start[0] && rev->kind == REV_WORKTREE)
		return rev->commit[0] ?
			(rev_resolve(out, c->repo, "@", err) ? -1 : 1) : 0;
	known = policy_edits_find_start(&start, c, rev, err);
	if (known <= 0 || !rev->subdir[0]) {
		if (known > 0)
			*out = start;
		return known;
	}
	spec = mem_printf("%s:%s", start.commit, rev->subdir);
	rev_release(&start);
	return rev_resolve(out, c->repo, spec, err) ? -1 : 1;
}

int policy_edits_check(struct check *c, struct err *err)
{
	const struct rev *rev = session_rev(c->s, NEW);
	struct str dir = config_str(session_config(c->s), "behavdiff", STR(""),
				    "baselines");
	autofree char *folder = NULL;
	struct rev start;
	int known, failed;

	find_entries(c->s, NEW, session_own(c->s, NEW));
	if (!rev->commit[0])
		return 0;
	/* With the root for a folder only the baseline itself counts. */
	folder = str_eq(dir, STR(".")) ? mem_strdup(c->path) :
		mem_printf("%s%s%.*s", rev->subdir, rev->subdir[0] ? "/" : "",
			   STR_ARG(dir));
	known = policy_edits_find_start(&start, c, rev, err);
	if (known <= 0)
		return known;
	failed = find_edits(c->s, NEW, &start, folder, err);
	rev_release(&start);
	return failed;
}

/* --- bound folders --- */

const struct bound *bound_change(const struct fingerprint *old,
				 const struct fingerprint *new, size_t i,
				 const struct bound **was)
{
	const struct bound *is = &new->bound[i];

	for (size_t k = 0; k < old->n_bound; k++) {
		*was = &old->bound[k];
		if (str_eq((*was)->path, is->path))
			return (*was)->digest.len && is->digest.len &&
			       !str_eq((*was)->digest, is->digest) ? is : NULL;
	}
	return NULL;
}

static void find_bound(const struct fingerprint *old, struct fingerprint *new)
{
	struct edits edits = { .fp = new, .kind = EV_POLICY_BIND };
	const struct bound *was;

	for (size_t i = 0; i < new->n_bound; i++)
		if (bound_change(old, new, i, &was))
			add_edit(&edits, new->bound[i].path.p);
	put_edits(&edits);
}

/* --- diff --- */

int policy_edits_diff(struct session *s, struct err *err)
{
	const struct rev *old = session_rev(s, 0), *new = session_rev(s, 1);
	struct repo *repo;
	struct rev start;
	char base[65];
	int found;

	find_bound(session_fingerprint(s, 0), session_own(s, 1));
	if (!old || !new)
		return 0;
	find_entries(s, 1, session_own(s, 1));
	/* What is not committed yet is in the tree of OLD, too. */
	if (old->kind == REV_WORKTREE && new->kind == REV_WORKTREE)
		return 0;
	/* Two folders are two programs, each with files of its own. */
	if (!old->commit[0] || !new->commit[0] ||
	    strcmp(old->subdir, new->subdir))
		return 0;
	if (session_repo(&repo, s, err))
		return -1;
	found = repo_merge_base(base, repo, old->commit, new->commit, err);
	if (found <= 0)
		return found;
	if (rev_resolve(&start, repo, base, err))
		return -1;
	found = find_edits(s, 1, &start, NULL, err);
	rev_release(&start);
	return found;
}
