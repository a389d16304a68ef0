/* SPDX-License-Identifier: Apache-2.0 */
/*
 * behavdiff check [REV]: what may be merged.
 *
 * Everything that judges comes from the trusted side: with --base REV from
 * there, else from the work tree.  Where the baseline was made in another
 * environment, its own revision is traced here again, so that a new kernel is
 * not taken for a new behaviour.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/change.h"
#include "cmd/check.h"
#include "cmd/formats.h"
#include "cmd/last_result.h"
#include "cmd/pipeline.h"
#include "cmd/policy_edits.h"
#include "cmd/status.h"
#include "core/base/cleanup.h"
#include "core/sandbox/plan.h"
#include "core/scenario/scenario.h"

#define LISTED 10		/* facts of the environment that are named */

static void check_free(struct check *c)
{
	rev_release(&c->trusted);
	free(c->path);
	fingerprint_free(c->both[0]);
	fingerprint_free(c->both[1]);
	baseline_free(c->baseline);
	arena_free(&c->arena);
	vec_free(&c->notes);
	if (c->s)
		session_free(c->s);
}

__attribute__((format(printf, 2, 3)))
static void check_note(struct check *c, const char *fmt, ...)
{
	autobuf struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	*vec_push(&c->notes) = arena_str(&c->arena, buf_view(&text));
}

/* --- the trusted side --- */

static int no_common_commit(const struct check *c, const char *a,
			    const char *b, struct err *err)
{
	err_set(err, ERR_INCONCLUSIVE, "'%s' and '%s' have no commit in "
		"common here", a, b);
	if (repo_is_shallow(c->repo))
		return err_hint(err, "this is a shallow clone: "
				"git fetch --unshallow");
	return err_hint(err, "name a branch that REV started from");
}

static const char *shown_spec(const char *spec)
{
	return strcmp(spec, ".") ? spec : "HEAD";
}

static int cmd_check_find_start(struct check *c, const char *spec,
				struct err *err)
{
	const char *base = c->set->base;
	struct rev rev;
	int found;

	if (rev_resolve(&rev, c->repo, spec, err))
		return -1;
	found = c->trusted.commit[0] ?
		check_start(c->start, c, &rev, c->trusted.commit, err) : 0;
	rev_release(&rev);
	if (found < 0)
		return err_wrap(err, "--base");
	return found ? 0 : no_common_commit(c, spec, base, err);
}

static int choose_trusted(struct check *c, const char *spec, struct err *err)
{
	const char *base = c->set->base;
	const char *commit = c->trusted.commit;

	if (!base) {
		check_note(c, "trusted side: the work tree");
		if (rev_resolve(&c->trusted, c->repo, ".", err))
			return err_wrap(err, "the trusted side");
		return session_configure(c->s, ".", err);
	}
	if (rev_resolve_as(&c->trusted, c->repo, base, REV_TRUSTED, err))
		return err_wrap(err, "--base");
	if (cmd_check_find_start(c, spec, err))
		return -1;
	c->behind = strcmp(c->start, commit) != 0;
	check_note(c, "trusted side: %.12s, the tip of %s", commit, base);
	if (c->behind)
		check_note(c, "%s is behind %s: it left it at %.12s",
			   shown_spec(spec), base, c->start);
	return session_configure(c->s, commit, err);
}

/* What REV cannot have yet is no fault of its own. */
static int blame_lag(const struct check *c, struct err *err)
{
	return c->behind ? err_hint(err, "rebase onto %s", c->set->base) : -1;
}

static void doubt_lag(const struct check *c, struct comparison *cmp)
{
	autobuf struct buf text = BUF_INIT;

	if (!c->behind || (!comparison_excuse_breakage(cmp) &&
			   !cmp->n_reasons))
		return;
	buf_printf(&text, "%s has steps or files that the change may not "
		   "have: rebase onto %s", c->set->base, c->set->base);
	comparison_add_reason(cmp, buf_view(&text));
}

/* --- the baseline --- */

static int no_baseline(const struct check *c, struct err *err)
{
	err_set(err, ERR_INCONCLUSIVE, "there is no baseline %s in %s", c->path,
		c->set->base ? c->set->base : "the work tree");
	return err_hint(err, "make one%s: behavdiff baseline update%s%s",
			c->set->base ? " there and commit it" : "",
			c->set->scenario ? " --scenario " : "",
			c->set->scenario ? c->set->scenario : "");
}

static int check_plan(struct check *c, struct err *err)
{
	const struct plan *plan = session_plan(c->s);
	struct fingerprint *fp = c->baseline->fp;
	autobuf struct buf how = BUF_INIT;

	if (str_eq(fp->plan_digest, str_c(plan->digest)))
		return 0;
	if (!config_settings_differ(&how, fp->plan, plan->json) &&
	    !str_eq(fp->plan, plan->json)) {
		/* It is older than a key that has its default here. */
		fp->plan = arena_str(&fp->arena, plan->json);
		fp->plan_digest = arena_str(&fp->arena, str_c(plan->digest));
		return 0;
	}
	err_set(err, ERR_INCONCLUSIVE, "%s and this check are of different "
		"plans: %s", c->path, how.len ? how.p : "by their digests");
	return err_hint(err, "make it again under this plan: behavdiff "
			"baseline update");
}

static int load_baseline(struct check *c, struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	struct fingerprint *fp;
	int there;

	c->path = baseline_file_path(session_config(c->s),
				     session_rev(c->s, NEW)->subdir,
				     scenario_name(session_config(c->s)));
	there = baseline_file_load(&c->baseline, &text, c->repo, &c->trusted,
				   c->path, false, err);
	if (there < 0)
		return -1;
	if (!there)
		return no_baseline(c, err);
	fp = c->baseline->fp;
	check_note(c, "baseline: %s, made of %.*s %.*s", c->path,
		   STR_ARG(fp->spec),
		   (int)(fp->commit.len < 12 ? fp->commit.len : 12),
		   fp->commit.p);
	if (c->baseline->merged)
		check_note(c, "the baseline was merged line by line; behavdiff "
			   "baseline update puts it in order");
	fp->spec = arena_str(&fp->arena, str_c(c->path));
	session_against(c->s, fp);
	return check_plan(c, err);
}

/* --- another environment --- */

static int lacks_revision(const struct check *c, const char *how,
			  struct err *err)
{
	struct str commit = c->baseline->fp->commit;

	err_set(err, ERR_INCONCLUSIVE, "%s was made in another environment "
		"(%s), and its revision %.*s is not here to be traced again",
		c->path, how, STR_ARG(commit));
	return err_hint(err, "git fetch origin %.*s", STR_ARG(commit));
}

static int trace_again(struct check *c, const char *how, struct err *err)
{
	struct str commit = c->baseline->fp->commit;
	const char *subdir = session_rev(c->s, NEW)->subdir;
	autofree char *spec = NULL;

	c->drifted = true;
	check_note(c, "the environment is another: %s", how);
	if (!commit.len) {
		err_set(err, ERR_INCONCLUSIVE, "%s was made in another "
			"environment (%s) and of files that were not "
			"committed", c->path, how);
		return err_hint(err, "make it of a commit: behavdiff baseline "
				"update HEAD");
	}
	if (!repo_has(c->repo, commit.p))
		return lacks_revision(c, how, err);
	spec = mem_printf("%s%s%s", commit.p, *subdir ? ":" : "", subdir);
	return session_add(c->s, spec, err);
}

static int consider_environment(struct check *c, struct err *err)
{
	autobuf struct buf how = BUF_INIT;

	if (!environment_differs(&how, &c->baseline->env,
				 session_environment(c->s)))
		return 0;
	return trace_again(c, how.p, err);
}

static bool always_in(const struct fingerprint *fp, struct str line)
{
	const struct fact *f = fingerprint_find(fp, line);

	return f && fact_always(fp, f);
}

/* Facts that are always in one and never in the other. */
static size_t note_drift(struct check *c, const struct fingerprint *one,
			 const struct fingerprint *other, char sign,
			 size_t listed)
{
	size_t n = 0;

	for (size_t i = 0; i < one->n; i++) {
		struct str line = one->facts[i].line;

		if (!always_in(one, line) || fingerprint_find(other, line))
			continue;
		if (listed + n++ < LISTED)
			check_note(c, "  %c %.*s", sign, STR_ARG(line));
	}
	return n;
}

static bool cmd_check_is_accepted(const struct policy *policy,
				  const struct fact *f)
{
	for (size_t i = 0; i < policy->n_accepts; i++) {
		const struct accept *a = &policy->accepts[i];

		if (a->step.len)
			continue;
		if (a->glob ? fact_fits(a->fact, f) :
			      str_eq(a->fact, f->line))
			return true;
	}
	return false;
}

/*
 * OLD: what the baseline's revision does here, without what is only accepted,
 * and what the baseline says beside it: people have reviewed that.
 */
static void join(struct fingerprint *fresh, const struct fingerprint *stored,
		 const struct policy *policy)
{
	struct fact *all = arena_alloc(&fresh->arena, (fresh->n + stored->n) *
						      sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < fresh->n; i++) {
		const struct fact *known = fingerprint_find(stored,
						fresh->facts[i].line);

		if (cmd_check_is_accepted(policy, &fresh->facts[i]))
			continue;
		all[n] = fresh->facts[i];
		if (known && fact_knows_steps(known))
			fact_join_steps(&fresh->arena, &all[n], known);
		n++;
	}
	for (size_t i = 0; i < stored->n; i++)
		if (!fingerprint_find(fresh, stored->facts[i].line)) {
			all[n] = stored->facts[i];
			all[n++].seen = 0;
		}
	if (n)
		qsort(all, n, sizeof(*all), policy_edits_by_line);
	fresh->facts = all;
	fresh->n = n;
}

static const struct fingerprint *choose_old(struct check *c,
					    const struct policy *policy)
{
	const struct fingerprint *stored = c->baseline->fp;
	struct fingerprint *fresh, *alike[2];
	size_t n;

	if (!c->drifted)
		return stored;
	fresh = session_own(c->s, AGAIN);
	/* A random name of either is no change of the environment. */
	fingerprint_align(alike, fresh, stored);
	n = note_drift(c, alike[0], alike[1], '+', 0);
	n += note_drift(c, alike[1], alike[0], '-', n);
	fingerprint_free(alike[0]);
	fingerprint_free(alike[1]);
	check_note(c,
		   "the environment changed %zu fact%s of the baseline's own "
		   "revision; the code is judged against what it does here", n,
		   str_plural(n));
	join(fresh, stored, policy);
	return fresh;
}

/* --- the result --- */

static void note_expired(struct check *c, const struct comparison *cmp)
{
	size_t n = 0;

	for (size_t i = 0; i < cmp->n; i++)
		n += cmp->findings[i].accept &&
		     cmp->findings[i].accept->expired;
	if (n)
		check_note(c, "%zu fact%s had been accepted; that expired", n,
			   str_plural(n));
}

/* The revision that the baseline was made of. */
static struct str baseline_side(struct check *c)
{
	const struct fingerprint *fp = c->baseline->fp;
	const char *subdir = session_rev(c->s, NEW)->subdir;
	autobuf struct buf rev = BUF_INIT;

	buf_str(&rev, fp->commit);
	if (rev.len && *subdir)
		buf_printf(&rev, ":%s", subdir);
	return arena_str(&c->arena, buf_view(&rev));
}

static void cmd_check_judge_change(struct check *c, struct pipeline *o)
{
	struct patch change = { .new = session_rev(c->s, NEW) };
	struct rev start;

	if (policy_edits_from(&start, c, change.new, NULL) != 1) {
		change_judge(o, c->s, &change);
		return;
	}
	change.from = &start;
	change_judge(o, c->s, &change);
	rev_release(&start);
}

static int cmd_check_judge(struct check *c, const struct destinations *to,
			   struct err *err)
{
	autopipeline struct pipeline o = PIPELINE_INIT;
	autobuf struct buf closing = BUF_INIT;

	if (pipeline_policy(&o, c->set, session_config(c->s), c->baseline, err))
		return -1;
	/* As in a diff: templates of one side hold for both. */
	fingerprint_align(c->both, choose_old(c, &o.policy),
			  session_fingerprint(c->s, NEW));
	pipeline_compare(&o, c->s, c->set, c->both[0], c->both[1]);
	doubt_lag(c, &o.cmp);
	note_expired(c, &o.cmp);
	last_result_commands(&closing, &o.cmp, session_cache(c->s), true);
	o.report.old_from = c->drifted ? session_from(c->s, AGAIN) : "file";
	o.report.new_from = session_from(c->s, NEW);
	for (size_t i = 0; i < c->notes.n; i++)
		*vec_push(&o.notes) = c->notes.v[i];
	cmd_check_judge_change(c, &o);
	change_note_bound(&o, "behavdiff baseline update takes what it holds "
			  "now");
	o.report.closing = buf_view(&closing);
	o.place = (struct last_result_place){
		.old = baseline_side(c),
		.new = pipeline_side(c->s, NEW),
		.subdir = str_c(session_rev(c->s, NEW)->subdir),
		.scenario = scenario_name(session_config(c->s)),
	};
	return pipeline_report(&o, c->s, to, err);
}

/* Whose entry points are run: the trusted side's, in the same folder. */
static int choose_entry_reference(struct check *c, struct err *err)
{
	const struct rev *rev = session_rev(c->s, NEW);
	const char *subdir = rev->subdir;
	autofree char *spec = NULL;

	/* Without --base that is the work tree, which has no folders. */
	if (!c->set->base && (rev->kind == REV_WORKTREE || *subdir))
		return 0;
	spec = !c->set->base ? mem_strdup(".") :
		mem_printf("%s%s%s", c->trusted.commit, *subdir ? ":" : "",
			   subdir);
	return session_entry_reference(c->s, spec, c->baseline->fp->entry, err);
}

static int cmd_check_run(struct check *c, const char *spec, struct err *err)
{
	struct run_options opt = run_options_of(c->set);

	/* OLD is found later; cmd_check_judge() aligns both. */
	opt.apart = true;
	if (session_open(&c->s, &opt, err) ||
	    session_repo(&c->repo, c->s, err) ||
	    choose_trusted(c, spec, err) || pipeline_check(c->set, c->s, err) ||
	    session_add(c->s, spec, err))
		return -1;
	if (!session_rev(c->s, NEW))
		return err_set(err, ERR_TROUBLE, "'%s' is a file; check wants "
			       "a revision", spec);
	if (load_baseline(c, err) || choose_entry_reference(c, err) ||
	    consider_environment(c, err) ||
	    session_run_all(c->s, err))
		return blame_lag(c, err);
	return policy_edits_check(c, err);
}

int cmd_check(const struct invocation *inv, struct err *err)
{
	const struct opt_list *ops = &inv->operands;
	autodestinations struct destinations to = DESTINATIONS_INIT;
	__attribute__((cleanup(check_free)))
	struct check c = { .set = &inv->set, .arena = ARENA_INIT };

	if (command_takes(inv, 0, 1, err) ||
	    destinations_choose(&to, &inv->set, OF_COMPARISON, err))
		return -1;
	if (cmd_check_run(&c, ops->n ? ops->v[0] : ".", err))
		return pipeline_forgive(&inv->set, c.s, err);
	return cmd_check_judge(&c, &to, err);
}
