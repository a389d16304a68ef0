/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds: every side that waits is run, and run again while runs disagree. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/run/pool.h"
#include "core/run/session.h"

struct jobs {
	struct job *v;
	size_t n, cap;
};

static unsigned configured(const struct session *s, const char *key)
{
	return (unsigned)config_num(&s->config, "behavdiff", STR(""), key);
}

unsigned session_runs(const struct session *s)
{
	return s->opt.runs ? s->opt.runs : configured(s, "runs");
}

unsigned session_max_runs(const struct session *s)
{
	unsigned runs = session_runs(s);
	unsigned max = s->opt.max_runs ? s->opt.max_runs :
		       configured(s, "max-runs");

	return max > runs ? max : runs;
}

/* --- what was run --- */

/*
 * What of the revision was not there when it ran.  Without numbers where the
 * kind is all there is to know: which of them a change touches is asked of git
 * (cmd/unlike.c), and a blind spot that only NEW has is a doubt.
 */
static void describe_export(const struct session *s, struct fingerprint *fp,
			    const struct tree_info *info)
{
	char *const *binds = plan_list(&s->plan, "bind");
	bool bound = false;

	/* Of several it is not known whether all are. */
	for (size_t i = 0; i < s->n_binds && info->submodules == 1; i++)
		bound |= path_below(str_c(info->first_submodule),
				    str_c(binds[i]));
	if (info->submodules && !bound)
		fingerprint_add_blind_spot(fp, "submodules were empty folders");
	if (info->pointers)
		fingerprint_add_blind_spot(fp, "files of Git LFS were their "
			"pointers");
	if (info->skipped)
		fingerprint_add_blind_spot(fp, "%llu entr%s of the tree %s "
			"not exported, the first of them %s",
			(unsigned long long)info->skipped,
			info->skipped == 1 ? "y" : "ies",
			info->skipped == 1 ? "was" : "were",
			info->first_skipped);
}

/* "main with CI=true" */
static struct str spec_of(struct arena *a, const struct side *side)
{
	autobuf struct buf spec = BUF_INIT;

	buf_c(&spec, side->rev.spec);
	if (side->variant.len)
		buf_printf(&spec, " with %.*s", STR_ARG(side->variant));
	return arena_str(a, buf_view(&spec));
}

void session_describe(struct session *s, struct side *side)
{
	struct fingerprint *fp = side->fp;
	struct arena *a = &fp->arena;

	fp->spec = spec_of(a, side);
	fp->commit = arena_str(a, str_c(side->rev.commit));
	fp->scenario = arena_str(a, scenario_name(&s->config));
	/* What is in the cache knows its tree and entry already. */
	if (side->tree >= 0) {
		fp->tree = arena_str(a, str_c(side->info.digest));
		fp->entry = arena_str(a, side->scenario.how);
	}
	fp->plan = arena_str(a, s->plan.json);
	fp->plan_digest = arena_str(a, str_c(s->plan.digest));
}

/* All runs of a side, merged into its fingerprint. */
static void merge_side(struct session *s, struct side *side,
		       const struct jobs *jobs)
{
	struct fingerprint **runs = mem_array(jobs->n, sizeof(*runs));
	size_t got = 0;

	for (size_t k = 0; k < jobs->n; k++)
		if (jobs->v[k].what == &side->what)
			runs[got++] = jobs->v[k].result;
	side_replace(side, fingerprint_merge(runs, got));
	describe_export(s, side->fp, &side->info);
	session_describe(s, side);
	binds_describe(s, side->fp);
	free(runs);
}

/* --- a round --- */

static void prepare_sides(struct session *s)
{
	unsigned pids = 0;

	/* Without it pids can be predicted, and differ between runs anyway. */
	if (getrandom(&pids, sizeof(pids), 0) != sizeof(pids))
		pids = 0;
	for (size_t i = 0; i < s->n; i++) {
		struct side *side = &s->sides[i];

		side->runs = side_is_pending(side);
		if (side->runs)
			side->what = (struct one_run){
				.plan = &s->plan, .scenario = &side->scenario,
				.staging = &s->staging, .filter = &s->filter,
				.binds = s->binds,
				.bind_root = repo_workdir(s->repo),
				.tree = side->tree,
				.tree_name = side->tree_name,
				.pids = pids,
			};
	}
}

/* OLD and NEW in turn, so that drift of the machine hits both. */
static void add_round(struct session *s, struct jobs *jobs, unsigned number)
{
	unsigned runs = session_runs(s);

	for (size_t i = 0; i < s->n; i++)
		if (s->sides[i].runs)
			*vec_push(jobs) = (struct job){
				.what = &s->sides[i].what,
				.label = s->sides[i].rev.spec,
				.number = number,
				.runs = number < runs ? runs :
					session_max_runs(s),
			};
}

/* Do the jobs from `from` on, and make each side's fingerprint anew. */
static int run_jobs(struct session *s, struct jobs *jobs, size_t from,
		    struct err *err)
{
	if (pool_run(jobs->v + from, jobs->n - from, s->opt.jobs,
		     s->opt.progress, err))
		return -1;
	for (size_t i = 0; i < s->n; i++)
		if (s->sides[i].runs)
			merge_side(s, &s->sides[i], jobs);
	return 0;
}

/* --- are these runs enough? --- */

/* What a further run may change: which facts there are, which are always. */
struct snapshot {
	char digest[HASH_HEX_LEN + 1], steps[HASH_HEX_LEN + 1];
	size_t facts;
};

static void take_snapshot(const struct session *s,
			  struct snapshot out[SESSION_SIDES])
{
	for (size_t i = 0; i < s->n; i++) {
		out[i].facts = s->sides[i].fp->n;
		memcpy(out[i].digest, s->sides[i].fp->digest,
		       sizeof(out[i].digest));
		fingerprint_steps_digest(s->sides[i].fp, out[i].steps);
	}
}

static bool equals_snapshot(const struct session *s, const struct snapshot *was)
{
	struct snapshot is[SESSION_SIDES];

	take_snapshot(s, is);
	for (size_t i = 0; i < s->n; i++)
		if (is[i].facts != was[i].facts ||
		    strcmp(is[i].digest, was[i].digest) != 0 ||
		    strcmp(is[i].steps, was[i].steps) != 0)
			return false;
	return true;
}

/* The runs of each side agree, but may have drawn another step each. */
static bool steps_swap(const struct session *s)
{
	for (size_t i = 1; i < s->n; i++)
		if (!s->sides[0].is_file && !s->sides[i].is_file &&
		    fingerprint_steps_swap(s->sides[0].fp, s->sides[i].fp))
			return true;
	return false;
}

/*
 * A side of the cache counts too: the other would have been run with it.  A
 * side that is run alone is for others to be compared with: how many names it
 * draws, and how often one comes again, is asked of as many runs as there are.
 */
static bool sides_disagree(const struct session *s)
{
	bool alone = s->n == 1 && !s->opt.apart;

	for (size_t i = 0; i < s->n; i++)
		if (!s->sides[i].is_file &&
		    fingerprint_is_unstable(s->sides[i].fp, !alone))
			return true;
	return false;
}

/* OLD and NEW, or NEW and what it will be compared with. */
static bool draws_otherwise(const struct session *s)
{
	if (s->against)
		return fingerprint_draws_otherwise(s->against, s->sides[0].fp);
	return s->n > 1 && !s->opt.apart &&
	       fingerprint_draws_otherwise(s->sides[0].fp, s->sides[1].fp);
}

/*
 * Runs that agree are enough.  Where the runs of one side do not, both sides
 * are run further: what one of them does sometimes, the other may do sometimes
 * too and has had no occasion yet.
 */
static int run_rounds(struct session *s, struct jobs *jobs, struct err *err)
{
	unsigned runs = session_runs(s), max = session_max_runs(s);
	struct snapshot was[SESSION_SIDES];
	bool settled = false;

	prepare_sides(s);
	for (unsigned k = 0; k < runs; k++)
		add_round(s, jobs, k);
	if (run_jobs(s, jobs, 0, err))
		return -1;
	for (unsigned k = runs; k < max && !settled &&
	     (sides_disagree(s) || steps_swap(s) || draws_otherwise(s)); k++) {
		size_t from = jobs->n;

		take_snapshot(s, was);
		add_round(s, jobs, k);
		if (run_jobs(s, jobs, from, err))
			return -1;
		settled = equals_snapshot(s, was) && !steps_swap(s) &&
			  !draws_otherwise(s);
	}
	return 0;
}

static int rounds_run_all(struct session *s, struct err *err)
{
	struct jobs jobs = { NULL, 0, 0 };
	int failed = run_rounds(s, &jobs, err);

	for (size_t k = 0; k < jobs.n; k++)
		fingerprint_free(jobs.v[k].result);
	vec_free(&jobs);
	return failed;
}

/* --- sides of the cache --- */

static unsigned most_runs(const struct session *s)
{
	unsigned most = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->sides[i].runs && s->sides[i].fp->runs > most)
			most = s->sides[i].fp->runs;
	return most;
}

/*
 * A side of the cache that was run less often than the others needed now: it
 * is run again from the start, as it would have been with them, and the longer
 * one takes its place in the cache.
 */
static bool forget_shorter(struct session *s)
{
	unsigned most = most_runs(s);
	bool some = false;

	for (size_t i = 0; i < s->n && most > session_runs(s); i++) {
		struct side *side = &s->sides[i];

		/* What it was run with is there no longer. */
		if (side->is_file || side->runs || side->pinned ||
		    side->fp->runs >= most)
			continue;
		side_replace(side, NULL);
		side->from = "traced";
		some = true;
	}
	/* All of them together: rounds are of all sides. */
	for (size_t i = 0; some && i < s->n; i++)
		if (s->sides[i].runs)
			side_replace(&s->sides[i], NULL);
	return some;
}

int session_run(struct session *s, struct err *err)
{
	if (rounds_run_all(s, err))
		return -1;
	if (!forget_shorter(s))
		return 0;
	return session_export(s, err) || rounds_run_all(s, err) ? -1 : 0;
}
