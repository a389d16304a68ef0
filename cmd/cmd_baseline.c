/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff baseline: the file that says what the program is known to do. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/gate.h"
#include "cmd/last.h"
#include "cmd/near.h"
#include "cmd/outcome.h"
#include "cmd/status.h"
#include "core/base/cleanup.h"

struct work {
	const struct settings *set;
	struct opt_list args;	/* behind the word */
	struct session *s;
	struct repo *repo;
	struct rev tree;	/* the work tree */
	char *path;		/* of the baseline */
	struct buf text;	/* as it was read */
	struct baseline *old;	/* NULL: there is none yet */
	struct buf out;
};

static void work_free(struct work *w)
{
	free(w->path);
	buf_free(&w->text);
	buf_free(&w->out);
	baseline_free(w->old);
	rev_release(&w->tree);
	if (w->s)
		session_free(w->s);
}

static int open_work(struct work *w, struct err *err)
{
	struct run_options opt = run_options_of(w->set);

	return session_open(&w->s, &opt, err) ||
	       session_repo(&w->repo, w->s, err) ||
	       rev_resolve(&w->tree, w->repo, ".", err) ||
	       session_configure(w->s, ".", err) ? -1 : 0;
}

/* subdir: of REV:DIR, else "". */
static int load(struct work *w, const char *subdir, struct err *err)
{
	w->path = baseline_path(session_config(w->s), subdir);
	return baseline_load(&w->old, &w->text, w->repo, &w->tree, w->path,
			     true, err) < 0 ? -1 : 0;
}

static int need(const struct work *w, struct err *err)
{
	if (w->old)
		return 0;
	err_set(err, ERR_INCONCLUSIVE, "there is no baseline %s", w->path);
	return err_hint(err, "make one: behavdiff baseline update");
}

static int no_more(const struct work *w, size_t max, struct err *err)
{
	if (w->args.n <= max)
		return 0;
	err_set(err, ERR_TROUBLE, "'%s' is one too many", w->args.v[max]);
	return err_hint(err, "see behavdiff baseline --help");
}

/* Write b when that changes the file; says so. */
static int save(struct work *w, const struct baseline *b, struct err *err)
{
	autobuf struct buf text = BUF_INIT;

	baseline_write(&text, b);
	if (str_eq(buf_view(&text), buf_view(&w->text))) {
		buf_printf(&w->out, "%s: unchanged, %zu facts, %zu accepted\n",
			   w->path, b->fp->n, b->n_accepted);
		return 0;
	}
	if (baseline_save(w->repo, w->path, buf_view(&text), err))
		return -1;
	buf_printf(&w->out, "%s: written, %zu facts, %zu accepted\n", w->path,
		   b->fp->n, b->n_accepted);
	return 0;
}

/* --- update --- */

static const char *how_often(const struct fingerprint *fp,
			     const struct fact *f)
{
	return fact_always(fp, f) ? "always" : "sometimes";
}

/* What a reviewer will see in git diff, without the header. */
static void put_changes(struct buf *out, const struct fingerprint *was,
			const struct fingerprint *is)
{
	for (size_t i = 0; i < is->n; i++) {
		const struct fact *f = &is->facts[i];
		const struct fact *before = fingerprint_find(was, f->line);

		if (!before)
			buf_printf(out, "+ %.*s (%s)\n", STR_ARG(f->line),
				   how_often(is, f));
		else if (fact_always(was, before) != fact_always(is, f))
			buf_printf(out, "~ %.*s (%s -> %s)\n",
				   STR_ARG(f->line), how_often(was, before),
				   how_often(is, f));
		else if (before->names_max != f->names_max)
			buf_printf(out, "~ %.*s (%u -> %u names)\n",
				   STR_ARG(f->line), before->names_max,
				   f->names_max);
	}
	for (size_t i = 0; i < was->n; i++)
		if (!fingerprint_find(is, was->facts[i].line))
			buf_printf(out, "- %.*s\n",
				   STR_ARG(was->facts[i].line));
}

/*
 * Where only the name of the revision is new, the old one stays: the same
 * behaviour gives the same file, whatever commit shows it.
 */
static bool same_but_revision(struct work *w, struct baseline *b)
{
	struct fingerprint *fp = b->fp, *old = w->old->fp;
	struct str spec = fp->spec, commit = fp->commit, tree = fp->tree;
	struct str entry = fp->entry;
	autobuf struct buf text = BUF_INIT;

	fp->spec = old->spec;
	fp->commit = old->commit;
	fp->tree = old->tree;
	fp->entry = old->entry;
	baseline_write(&text, b);
	if (str_eq(buf_view(&text), buf_view(&w->text)))
		return true;
	fp->spec = spec;
	fp->commit = commit;
	fp->tree = tree;
	fp->entry = entry;
	return false;
}

static int refuse_doubtful(const struct work *w, int status, struct err *err)
{
	if (status == STATUS_PASS)
		return 0;
	return err_set(err, ERR_INCONCLUSIVE, "%s: not written, the runs prove "
		       "too little", w->path);
}

static int update(struct work *w, struct err *err)
{
	const char *spec = w->args.n ? w->args.v[0] : "HEAD";
	struct fingerprint *fp;
	autobaseline struct baseline *b = NULL;

	if (no_more(w, 1, err) || session_add(w->s, spec, err))
		return -1;
	if (!session_rev(w->s, 0))
		return err_set(err, ERR_TROUBLE, "'%s' is a file; a baseline "
			       "is made of a revision", spec);
	if (load(w, session_rev(w->s, 0)->subdir, err) ||
	    session_capture(w->s, err))
		return -1;
	fp = session_own(w->s, 0);
	if (refuse_doubtful(w, judge_alone(fp), err))
		return -1;
	/* HEAD does not name the files of a work tree. */
	if (session_rev(w->s, 0)->kind == REV_WORKTREE)
		fp->commit = STR("");
	b = baseline_make(fp, session_environment(w->s), w->old);
	if (w->old && !same_but_revision(w, b))
		put_changes(&w->out, w->old->fp, b->fp);
	return save(w, b, err) ? -1 : STATUS_PASS;
}

/* --- accept --- */

/* By its id, or four digits of it and more, or as the fact itself. */
static int find_fact(struct str *out, const struct result *last,
		     const char *id, struct err *err)
{
	struct str operation, object, word = str_c(id);
	const struct result_finding *found;
	enum event_kind kind;
	int code;

	if (fact_parse(word, &kind, &operation, &object, &code)) {
		*out = word;
		return 0;
	}
	found = last_find(last, id, err);
	if (!found)
		return -1;
	if (found->f.change == CHANGE_GONE ||
	    found->f.change == CHANGE_UNSTABLE)
		return err_set(err, ERR_TROUBLE, "'%s' is %s, which never "
			       "fails: there is nothing to accept", id,
			       change_name(found->f.change));
	*out = found->f.fact->line;
	return 0;
}

static int check_reason(const struct settings *set, struct err *err)
{
	struct str expires = str_c(set->expires);

	if (!set->reason || !*set->reason) {
		err_set(err, ERR_TROUBLE, "--reason is missing");
		return err_hint(err, "say why this is as it should be: "
				"--reason 'reports to our own status page'");
	}
	if (!expires.len)
		return 0;
	if (!baseline_date(expires))
		return err_set(err, ERR_TROUBLE, "--expires: '%s' is no day, "
			       "as 2030-12-31 is", set->expires);
	if (str_cmp(expires, gate_today()) < 0)
		return err_set(err, ERR_TROUBLE, "--expires: %s is past",
			       set->expires);
	return 0;
}

static void accept_one(struct work *w, struct str fact, const char *by)
{
	const struct acceptance a = {
		.fact = fact, .reason = str_c(w->set->reason),
		.by = by ? str_c(by) : STR(""), .date = gate_today(),
		.expires = w->set->expires ? str_c(w->set->expires) : STR(""),
	};
	const struct fact *there = fingerprint_find(w->old->fp, fact);

	/* A fact that counts its names may be accepted with more of them. */
	if (there && !there->names_max) {
		buf_printf(&w->out, "a fact of the baseline anyway: %.*s\n",
			   STR_ARG(fact));
		return;
	}
	baseline_accept(w->old, &a);
	buf_printf(&w->out, "accepted: %.*s\n", STR_ARG(fact));
}

static int accept_all(struct work *w, const struct result *last,
		      const char *by, struct err *err)
{
	struct str fact;

	if (w->set->all && last->left_out)
		return err_set(err, ERR_TROUBLE, "--all: %zu findings of the "
			       "last comparison were too many to be remembered",
			       last->left_out);
	for (size_t i = 0; w->set->all && i < last->n; i++)
		if (last->v[i].f.gates)
			accept_one(w, last->v[i].f.fact->line, by);
	for (size_t i = 0; i < w->args.n; i++) {
		if (find_fact(&fact, last, w->args.v[i], err))
			return -1;
		accept_one(w, fact, by);
	}
	return save(w, w->old, err);
}

/* Whole facts can be accepted before anybody compared anything. */
static bool needs_last(const struct work *w)
{
	struct str operation, object;
	enum event_kind kind;
	int code;

	for (size_t i = 0; i < w->args.n; i++)
		if (!fact_parse(str_c(w->args.v[i]), &kind, &operation,
				&object, &code))
			return true;
	return w->set->all;
}

static int accept(struct work *w, struct err *err)
{
	struct result last = { .arena = ARENA_INIT };
	autofree char *by = NULL;
	int failed;

	if (!w->args.n && !w->set->all) {
		err_set(err, ERR_TROUBLE, "accept: ID is missing");
		return err_hint(err, "name findings of the last comparison, or "
				"--all");
	}
	if (check_reason(w->set, err) || load(w, "", err) || need(w, err))
		return -1;
	if (needs_last(w) && last_read(&last, session_cache(w->s), err))
		return -1;
	by = repo_user_name(w->repo);
	failed = accept_all(w, &last, by, err);
	result_free(&last);
	return failed ? -1 : STATUS_PASS;
}

/* --- show, list, prune --- */

static void put_acceptance(struct buf *out, const struct acceptance *a)
{
	bool expired = a->expires.len && str_cmp(a->expires, gate_today()) < 0;

	buf_printf(out, "accepted   %.*s\n           %.*s", STR_ARG(a->fact),
		   STR_ARG(a->reason));
	if (a->by.len)
		buf_printf(out, ", %.*s", STR_ARG(a->by));
	if (a->date.len)
		buf_printf(out, ", %.*s", STR_ARG(a->date));
	if (a->expires.len)
		buf_printf(out, ", %s %.*s", expired ? "EXPIRED" : "until",
			   STR_ARG(a->expires));
	buf_ch(out, '\n');
}

static int show(struct work *w, struct err *err)
{
	const struct fingerprint *fp;

	if (no_more(w, 0, err) || load(w, "", err) || need(w, err))
		return -1;
	fp = w->old->fp;
	buf_printf(&w->out, "%s: %.*s %.*s, plan %.8s\n%.*s, %.*s, %.*s, "
		   "kernel %.*s\n\n", w->path, STR_ARG(fp->spec),
		   STR_ARG(fp->commit), fp->plan_digest.p,
		   STR_ARG(w->old->env.system), STR_ARG(w->old->env.machine),
		   STR_ARG(w->old->env.libc), STR_ARG(w->old->env.kernel));
	for (size_t i = 0; i < fp->n; i++)
		buf_printf(&w->out, "%-9s  %.*s\n",
			   how_often(fp, &fp->facts[i]),
			   STR_ARG(fp->facts[i].line));
	for (size_t i = 0; i < w->old->n_accepted; i++)
		put_acceptance(&w->out, &w->old->accepted[i]);
	return STATUS_PASS;
}

static int visible_json(const struct dirent *e)
{
	struct str name = str_c(e->d_name);

	return name.p[0] != '.' && str_ends(name, STR(".json")) &&
	       !str_ends(name, STR(".schema.json"));
}

static void list_one(struct work *w, const char *folder, const char *name)
{
	autofree char *path = mem_printf("%s%s%s", folder, *folder ? "/" : "",
					 name);
	autobuf struct buf text = BUF_INIT;
	autobaseline struct baseline *b = NULL;
	struct err err = ERR_INIT;

	if (baseline_load(&b, &text, w->repo, &w->tree, path, false, &err) < 0)
		buf_printf(&w->out, "%s\n", err.msg);
	else if (b)
		buf_printf(&w->out, "%s  %zu facts, %zu accepted, of %.*s "
			   "%.12s\n", path, b->fp->n, b->n_accepted,
			   STR_ARG(b->fp->spec), b->fp->commit.p);
}

static int list(struct work *w, struct err *err)
{
	struct str dir = config_str(session_config(w->s), "behavdiff", STR(""),
				    "baselines");
	autofree char *full = mem_printf("%s/%.*s", repo_workdir(w->repo),
					 STR_ARG(dir));
	struct dirent **names = NULL;
	int n;

	if (no_more(w, 0, err))
		return -1;
	n = scandir(full, &names, visible_json, alphasort);
	for (int i = 0; i < n; i++) {
		list_one(w, str_eq(dir, STR(".")) ? "" : dir.p,
			 names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (n <= 0)
		buf_printf(&w->out, "no baseline in %.*s\n", STR_ARG(dir));
	return STATUS_PASS;
}

static void say_dropped(void *ctx, const struct acceptance *a, const char *why)
{
	struct work *w = ctx;

	buf_printf(&w->out, "dropped, %s: %.*s\n", why, STR_ARG(a->fact));
}

static int prune(struct work *w, struct err *err)
{
	if (no_more(w, 0, err) || load(w, "", err) || need(w, err))
		return -1;
	baseline_prune(w->old, gate_today(), say_dropped, w);
	return save(w, w->old, err) ? -1 : STATUS_PASS;
}

/* --- the command --- */

static const struct {
	const char *name;
	int (*run)(struct work *w, struct err *err);
} words[] = {
	{ "update", update },
	{ "accept", accept },
	{ "show", show },
	{ "list", list },
	{ "prune", prune },
};

static int unknown_word(const char *word, struct err *err)
{
	struct near near = NEAR_INIT(word ? word : "");

	if (!word)
		err_set(err, ERR_TROUBLE, "baseline: what to do is missing");
	else
		err_set(err, ERR_TROUBLE, "baseline: '%s' is unknown", word);
	for (size_t i = 0; word && i < ARRAY_LEN(words); i++)
		near_try(&near, words[i].name);
	if (near.best)
		return err_hint(err, "did you mean '%s'?", near.best);
	return err_hint(err, "update, accept, show, list or prune");
}

int cmd_baseline(const struct invocation *inv, struct err *err)
{
	const struct opt_list *ops = &inv->operands;
	__attribute__((cleanup(work_free)))
	struct work w = { .set = &inv->set };
	int status;

	for (size_t i = 0; ops->n && i < ARRAY_LEN(words); i++) {
		if (strcmp(ops->v[0], words[i].name))
			continue;
		w.args = (struct opt_list){ ops->v + 1, ops->n - 1, 0 };
		if (open_work(&w, err))
			return -1;
		status = words[i].run(&w, err);
		if (status < 0 || (!inv->set.quiet &&
				   output_stdout(&w.out, err)))
			return -1;
		return status;
	}
	return unknown_word(ops->n ? ops->v[0] : NULL, err);
}
