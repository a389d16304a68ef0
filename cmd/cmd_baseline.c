/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff baseline: the file that says what the program is known to do. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/baseline_edit.h"
#include "cmd/changes.h"
#include "cmd/cmd.h"
#include "cmd/last_result.h"
#include "cmd/pipeline.h"
#include "cmd/status.h"
#include "cmd/suggest.h"
#include "core/base/cleanup.h"

/* One word of the command: what it works on, and what stands behind it. */
struct work {
	struct baseline_edit edit;
	struct opt_list args;
};

/* --dir, where it is given. */
static const char *folder(const struct work *w)
{
	return w->edit.set->folder ? w->edit.set->folder : "";
}

static int no_more(const struct work *w, size_t max, struct err *err)
{
	if (w->args.n <= max)
		return 0;
	err_set(err, ERR_TROUBLE, "'%s' is one too many", w->args.v[max]);
	return err_hint(err, "see behavdiff baseline --help");
}

/* --- update --- */

/*
 * Where only the name of the revision is new, the old one stays: the same
 * behaviour gives the same file, whatever commit shows it.
 */
static bool same_but_revision(struct work *w, struct baseline *b)
{
	struct fingerprint *fp = b->fp, *old = w->edit.old->fp;
	struct str spec = fp->spec, commit = fp->commit, tree = fp->tree;
	struct str entry = fp->entry;
	autobuf struct buf text = BUF_INIT;

	fp->spec = old->spec;
	fp->commit = old->commit;
	fp->tree = old->tree;
	fp->entry = old->entry;
	baseline_write(&text, b);
	if (str_eq(buf_view(&text), buf_view(&w->edit.text)))
		return true;
	fp->spec = spec;
	fp->commit = commit;
	fp->tree = tree;
	fp->entry = entry;
	return false;
}

static int refuse_doubtful(const struct work *w, int status, struct err *err)
{
	if (status == STATUS_PASS || w->edit.set->force)
		return 0;
	err_set(err, ERR_INCONCLUSIVE, "%s: not written, the runs prove too "
		"little", w->edit.path);
	return err_hint(err, "the doubts above say what to turn; --force "
			"writes it all the same");
}

static int update(struct work *w, struct err *err)
{
	const char *spec = w->args.n ? w->args.v[0] : "HEAD";
	struct fingerprint *fp;
	autobaseline struct baseline *b = NULL;

	if (no_more(w, 1, err) || session_add(w->edit.s, spec, err))
		return -1;
	if (!session_rev(w->edit.s, 0))
		return err_set(err, ERR_TROUBLE, "'%s' is a file; a baseline "
			       "is made of a revision", spec);
	if (baseline_edit_load(&w->edit, session_rev(w->edit.s, 0)->subdir,
			       NULL, err) ||
	    session_run_all(w->edit.s, err))
		return -1;
	fp = session_own(w->edit.s, 0);
	if (refuse_doubtful(w, trace_judge_alone(fp), err))
		return -1;
	/* HEAD does not name the files of a work tree. */
	if (session_rev(w->edit.s, 0)->kind == REV_WORKTREE)
		fp->commit = STR("");
	b = baseline_make(fp, session_environment(w->edit.s), w->edit.old);
	if (w->edit.old && !same_but_revision(w, b))
		changes_put(&w->edit.out, w->edit.old->fp, b->fp);
	return baseline_edit_save(&w->edit, b, err) ? -1 : STATUS_PASS;
}

/* --- accept --- */

static bool cmd_baseline_is_whole(const char *word)
{
	struct fact f = { .line = str_c(word) };

	return fact_parse(&f);
}

/* The next finding of this line from i on that could be accepted, or n. */
static size_t next_of(const struct result *r, size_t i, struct str line)
{
	while (i < r->n && !(str_eq(r->v[i].f.fact->line, line) &&
			     finding_is_news(&r->v[i].f)))
		i++;
	return i;
}

/*
 * By its id, or four digits of it and more, or as the fact itself; *at is its
 * place in last, or last->result.n.
 */
static int find_fact(struct str *out, size_t *at,
		     const struct last_result *last,
		     const char *id, struct err *err)
{
	const struct result *r = &last->result;
	const struct result_finding *found;

	if (cmd_baseline_is_whole(id)) {
		*at = next_of(r, 0, str_c(id));
		*out = str_c(id);
		return 0;
	}
	found = last_result_find(last, id, err);
	if (!found)
		return -1;
	if (!finding_is_news(&found->f))
		return err_set(err, ERR_TROUBLE, "'%s' is %s, which never "
			       "fails: there is nothing to accept", id,
			       change_name(found->f.change));
	*at = (size_t)(found - r->v);
	*out = found->f.fact->line;
	return 0;
}

/* Below a system folder all that is read is one fact, which ends so. */
static bool is_below(enum event_kind kind, struct str object)
{
	return (kind == EV_FILE_READ || kind == EV_FILE_PROBE) &&
	       str_ends(object, STR("/**")) &&
	       !memchr(object.p, '*', object.len - 2);
}

/* A line stands for itself: a file may be called "*". */
static int refuse_pattern(const char *word, struct err *err)
{
	struct fact f = { .line = str_c(word) };

	if (!strchr(word, '*') ||
	    (fact_parse(&f) && is_below(f.kind, f.object)))
		return 0;
	err_set(err, ERR_TROUBLE, "'%s' would stand for itself only, and no "
		"finding of the last comparison is called so", word);
	return err_hint(err, "a pattern is written into the baseline by hand, "
			"with \"glob\": true beside its reason");
}

/* The same operation with another end, or nothing like it. */
static void warn_unseen(struct buf *out, const struct last_result *last,
			struct str fact)
{
	const struct result *r = &last->result;
	struct fact typed = { .line = fact };

	if (!fact_parse(&typed))
		return;
	buf_c(out, "warning: the last comparison found nothing that this "
	      "accepts");
	for (size_t i = 0; i < r->n; i++) {
		const struct finding *f = &r->v[i].f;

		if (!str_eq(fact_operation(f->fact),
			    fact_operation(&typed)) ||
		    !finding_is_news(f))
			continue;
		buf_printf(out, "; it found: %.*s", STR_ARG(f->fact->line));
		break;
	}
	buf_ch(out, '\n');
}

static int check_reason(const struct settings *set, struct err *err)
{
	if (set->reason && *set->reason)
		return baseline_edit_date(set->expires, err) ?
			err_wrap(err, "--expires") : 0;
	err_set(err, ERR_TROUBLE, "--reason is missing");
	return err_hint(err, "say why this is as it should be: "
			"--reason 'reports to our own status page'");
}

static void accept_one(struct work *w, struct last_result *last,
		       struct str fact,
		       size_t at)
{
	struct str step = at < last->result.n ? last->result.v[at].f.step :
						STR("");

	baseline_edit_accept(&w->edit, fact, step, w->edit.set->reason,
			     w->edit.set->expires);
	if (at < last->result.n)
		last->decided[at] = DECISION_ACCEPTED;
}

/* An id stands for its whole cause; a fact's line for itself. */
static void accept_members(struct work *w, struct last_result *last,
			   size_t leader)
{
	const struct cause *cause = result_leads(&last->result, leader);

	for (size_t i = 0; cause && i < cause->n; i++) {
		size_t at = cause->members[i];
		const struct finding *f = &last->result.v[at].f;

		if (finding_is_news(f) && !f->accepted)
			accept_one(w, last, f->fact->line, at);
	}
}

static int accept_all(struct work *w, struct last_result *last, struct err *err)
{
	const struct result *r = &last->result;
	bool all = w->edit.set->all;
	struct str fact;
	size_t at;

	if (all && r->left_out)
		return err_set(err, ERR_TROUBLE, "--all: %zu finding%s of the "
			       "last comparison had no room and cannot be "
			       "named", r->left_out, str_plural(r->left_out));
	for (size_t i = 0; all && i < r->n; i++)
		if (r->v[i].f.gates)
			accept_one(w, last, r->v[i].f.fact->line, i);
	for (size_t i = 0; i < w->args.n; i++) {
		if (find_fact(&fact, &at, last, w->args.v[i], err) ||
		    (at == r->n && refuse_pattern(w->args.v[i], err)))
			return -1;
		accept_one(w, last, fact, at);
		/* A fact may be several: of a step each. */
		for (size_t k = at; cmd_baseline_is_whole(w->args.v[i]) &&
		     (k = next_of(r, k + 1, fact)) < r->n;)
			accept_one(w, last, fact, k);
		if (at < r->n && !cmd_baseline_is_whole(w->args.v[i]))
			accept_members(w, last, at);
		if (at == r->n && last->digest[0])
			warn_unseen(&w->edit.out, last, fact);
	}
	return baseline_edit_save(&w->edit, w->edit.old, err);
}

static bool is_finding(const struct last_result *last, const char *word)
{
	struct str fact;
	size_t at;

	return find_fact(&fact, &at, last, word, NULL) ||
	       at < last->result.n;
}

/*
 * A finding of the last comparison belongs to the baseline that it was judged
 * by; a fact of no comparison, to the one that is named.
 */
static int load_accepting(struct work *w, const struct last_result *last,
			  struct err *err)
{
	const char *dir = folder(w);
	bool theirs = w->edit.set->all;

	for (size_t i = 0; i < w->args.n; i++)
		theirs |= is_finding(last, w->args.v[i]);
	if (theirs && !w->edit.set->folder && last->place.subdir.len)
		dir = last->place.subdir.p;
	return baseline_edit_load(&w->edit, dir, theirs ? last : NULL, err);
}

/* Whole facts can be accepted without any comparison. */
static bool needs_last(const struct work *w)
{
	for (size_t i = 0; i < w->args.n; i++)
		if (!cmd_baseline_is_whole(w->args.v[i]))
			return true;
	return w->edit.set->all;
}

static int accept(struct work *w, struct err *err)
{
	autolast_result struct last_result last = LAST_RESULT_INIT;
	struct cache *cache = session_cache(w->edit.s);
	struct err unread = ERR_INIT;
	bool known;

	if (!w->args.n && !w->edit.set->all) {
		err_set(err, ERR_TROUBLE, "accept: ID is missing");
		return err_hint(err, "name findings of the last comparison, or "
				"--all");
	}
	if (check_reason(w->edit.set, err))
		return -1;
	known = !last_result_read(&last, cache, needs_last(w) ? err : &unread);
	if (!known && needs_last(w))
		return -1;
	if (load_accepting(w, &last, err) ||
	    baseline_edit_need(&w->edit, err) || accept_all(w, &last, err))
		return -1;
	if (known)
		last_result_decide(cache, &last);
	return STATUS_PASS;
}

/* --- show, list, prune --- */

static void cmd_baseline_put_acceptance(struct buf *out,
					const struct acceptance *a)
{
	bool expired = a->expires.len && str_cmp(a->expires,
						 baseline_file_today()) < 0;

	buf_c(out, "accepted   ");
	baseline_edit_what(out, a->fact, a->step);
	buf_printf(out, "\n           %.*s", STR_ARG(a->reason));
	if (a->by.len)
		buf_printf(out, ", %.*s", STR_ARG(a->by));
	if (a->date.len)
		buf_printf(out, ", %.*s", STR_ARG(a->date));
	if (a->expires.len)
		buf_printf(out, ", %s %.*s", expired ? "EXPIRED" : "until",
			   STR_ARG(a->expires));
	buf_ch(out, '\n');
}

static void put_baseline(struct buf *out, const char *path,
			 const struct baseline *b)
{
	const struct fingerprint *fp = b->fp;

	buf_printf(out, "%s: %.*s %.*s, plan %.8s\n%.*s, %.*s, %.*s, kernel "
		   "%.*s\n\n", path, STR_ARG(fp->spec), STR_ARG(fp->commit),
		   fp->plan_digest.p, STR_ARG(b->env.system),
		   STR_ARG(b->env.machine), STR_ARG(b->env.libc),
		   STR_ARG(b->env.kernel));
	for (size_t i = 0; i < fp->n; i++)
		buf_printf(out, "%-9s  %.*s\n",
			   changes_how_often(fp, &fp->facts[i]),
			   STR_ARG(fp->facts[i].line));
	for (size_t i = 0; i < b->n_accepted; i++)
		cmd_baseline_put_acceptance(out, &b->accepted[i]);
}

/* Accepted in one of two baselines, or for another reason or time. */
static void put_accepted_in(struct buf *out, const struct baseline *b,
			    const struct baseline *other, char sign)
{
	for (size_t i = 0; i < b->n_accepted; i++) {
		const struct acceptance *a = &b->accepted[i];
		const struct acceptance *o = baseline_accepted(other, a->fact,
							      a->step);

		if (o && str_eq(o->reason, a->reason) &&
		    str_eq(o->expires, a->expires))
			continue;
		buf_printf(out, "%c ", sign);
		cmd_baseline_put_acceptance(out, a);
	}
}

/* From what REV's baseline says to what the work tree's says. */
static int show_changes(struct work *w, const struct rev *rev,
			struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	autobaseline struct baseline *was = NULL;
	struct baseline_edit *k = &w->edit;
	size_t start = k->out.len;
	int there = baseline_file_load(&was, &text, k->repo, rev, k->path,
				       false,
				       err);

	if (there < 0)
		return err_wrap(err, "%s", rev->spec);
	if (!there)
		return err_set(err, ERR_INCONCLUSIVE, "there is no baseline %s "
			       "in %s", k->path, rev->spec);
	changes_put(&k->out, was->fp, k->old->fp);
	put_accepted_in(&k->out, was, k->old, '-');
	put_accepted_in(&k->out, k->old, was, '+');
	if (k->out.len == start)
		buf_printf(&k->out, "%s: as in %s\n", k->path, rev->spec);
	return STATUS_PASS;
}

static int cmd_baseline_show(struct work *w, struct err *err)
{
	struct rev rev = { .spec = NULL };
	struct baseline_edit *k = &w->edit;
	const char *dir = folder(w);
	int status = STATUS_PASS;

	if (no_more(w, 1, err) ||
	    (w->args.n && rev_resolve(&rev, k->repo, w->args.v[0], err)))
		return -1;
	if (*rev.subdir)
		dir = rev.subdir;
	if (baseline_edit_load(k, dir, NULL, err) || baseline_edit_need(k, err))
		status = -1;
	else if (w->args.n)
		status = show_changes(w, &rev, err);
	else
		put_baseline(&k->out, k->path, k->old);
	rev_release(&rev);
	return status;
}

static int visible_json(const struct dirent *e)
{
	struct str name = str_c(e->d_name);

	return name.p[0] != '.' && str_ends(name, STR(".json")) &&
	       !str_ends(name, STR(".schema.json"));
}

static void list_one(struct baseline_edit *k, const char *where,
		     const char *name)
{
	autofree char *path = mem_printf("%s%s", where, name);
	autobuf struct buf text = BUF_INIT;
	autobaseline struct baseline *b = NULL;
	struct err err = ERR_INIT;

	if (baseline_file_load(&b, &text, k->repo, &k->tree, path, false,
			       &err) < 0)
		buf_printf(&k->out, "%s\n", err.msg);
	else if (b)
		buf_printf(&k->out, "%s  %zu fact%s, %zu accepted, of %.*s "
			   "%.12s\n", path, b->fp->n, str_plural(b->fp->n),
			   b->n_accepted,
			   STR_ARG(b->fp->spec), b->fp->commit.p);
}

static int cmd_baseline_list(struct work *w, struct err *err)
{
	struct baseline_edit *k = &w->edit;
	struct str dir = config_str(session_config(k->s), "behavdiff", STR(""),
				    "baselines");
	bool root = str_eq(dir, STR("."));
	autofree char *where = mem_printf("%s%s%.*s%s", folder(w),
					  *folder(w) ? "/" : "",
					  root ? 0 : (int)dir.len, dir.p,
					  root ? "" : "/");
	autofree char *full = mem_printf("%s/%s", repo_workdir(k->repo),
					 where);
	struct dirent **names = NULL;
	int n;

	if (no_more(w, 0, err) || baseline_edit_folder(folder(w), err))
		return -1;
	n = scandir(full, &names, visible_json, alphasort);
	for (int i = 0; i < n; i++) {
		list_one(k, where, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (n <= 0)
		buf_printf(&k->out, "no baseline in %s\n",
			   *where ? where : ".");
	return STATUS_PASS;
}

static void say_dropped(void *ctx, const struct acceptance *a, const char *why)
{
	struct work *w = ctx;

	buf_printf(&w->edit.out, "dropped, %s: ", why);
	baseline_edit_what(&w->edit.out, a->fact, a->step);
	buf_ch(&w->edit.out, '\n');
}

static int prune(struct work *w, struct err *err)
{
	if (no_more(w, 0, err) || baseline_edit_load(&w->edit, folder(w), NULL,
						     err) ||
	    baseline_edit_need(&w->edit, err))
		return -1;
	baseline_prune(w->edit.old, baseline_file_today(), say_dropped, w);
	return baseline_edit_save(&w->edit, w->edit.old,
				  err) ? -1 : STATUS_PASS;
}

/* --- the command --- */

/* Options that not every word takes. */
enum { OF_RUNS = 1, OF_ACCEPT = 2, OF_FOLDER = 4, OF_UPDATE = 8 };

static const struct word {
	const char *name;
	int (*run)(struct work *w, struct err *err);
	unsigned takes;
} words[] = {
	{ "update", update, OF_RUNS | OF_UPDATE },
	{ "accept", accept, OF_ACCEPT | OF_FOLDER },
	{ "show", cmd_baseline_show, OF_FOLDER },
	{ "list", cmd_baseline_list, OF_FOLDER },
	{ "prune", prune, OF_FOLDER },
};

/* What would do nothing is a slip. */
static int check_options(const struct word *word, const struct settings *set,
			 struct err *err)
{
	const struct {
		const char *name;
		bool given;
		unsigned of;
	} options[] = {
		{ "--runs", set->runs, OF_RUNS },
		{ "--max-runs", set->max_runs, OF_RUNS },
		{ "--timeout", set->timeout_ms, OF_RUNS },
		{ "--syscalls", set->syscalls, OF_RUNS },
		{ "--jobs", set->jobs, OF_RUNS },
		{ "--force", set->force, OF_UPDATE },
		{ "--reason", set->reason, OF_ACCEPT },
		{ "--expires", set->expires, OF_ACCEPT },
		{ "--all", set->all, OF_ACCEPT },
		{ "--dir", set->folder, OF_FOLDER },
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		if (!options[i].given || word->takes & options[i].of)
			continue;
		err_set(err, ERR_TROUBLE, "baseline %s takes no %s",
			word->name, options[i].name);
		return err_hint(err, options[i].of == OF_FOLDER ?
				"the folder of a revision is REV:DIR" :
				"see behavdiff baseline --help");
	}
	return 0;
}

static int cmd_baseline_unknown_word(const char *word, struct err *err)
{
	struct suggest nearest = SUGGEST_INIT(word ? word : "");

	if (!word)
		err_set(err, ERR_TROUBLE, "baseline: what to do is missing");
	else
		err_set(err, ERR_TROUBLE, "baseline: '%s' is unknown", word);
	for (size_t i = 0; word && i < ARRAY_LEN(words); i++)
		suggest_try(&nearest, words[i].name);
	if (nearest.best)
		return err_hint(err, "did you mean '%s'?", nearest.best);
	return err_hint(err, "update, accept, show, list or prune");
}

static void work_free(struct work *w)
{
	baseline_edit_free(&w->edit);
}

int cmd_baseline(const struct invocation *inv, struct err *err)
{
	const struct opt_list *ops = &inv->operands;
	__attribute__((cleanup(work_free)))
	struct work w = { .edit = { .path = NULL } };
	int status;

	for (size_t i = 0; ops->n && i < ARRAY_LEN(words); i++) {
		if (strcmp(ops->v[0], words[i].name))
			continue;
		w.args = (struct opt_list){ ops->v + 1, ops->n - 1, 0 };
		if (check_options(&words[i], &inv->set, err) ||
		    baseline_edit_open(&w.edit, &inv->set, err))
			return -1;
		status = words[i].run(&w, err);
		if (status < 0 || (!inv->set.quiet &&
				   output_stdout(&w.edit.out, err)))
			return -1;
		return status;
	}
	return cmd_baseline_unknown_word(ops->n ? ops->v[0] : NULL, err);
}
