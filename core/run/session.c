/* SPDX-License-Identifier: Apache-2.0 */
/* One command's work: sides, configuration, the one plan, the runs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/vec.h"
#include "core/run/pool.h"
#include "core/run/session.h"
#include "core/trace/trace.h"

#define CONFIG_MAX (1U << 20)
#define FINGERPRINT_MAX (256U << 20)
#define TREE_BYTES_MAX (4ULL << 30)
#define TREE_ENTRIES_MAX 1000000
#define CONFIG_FILE ".behavdiff"

struct jobs {
	struct job *v;
	size_t n, cap;
};

int session_open(struct session **out, const struct run_options *opt,
		 struct err *err)
{
	struct session *s = mem_alloc(sizeof(*s));

	(void)err;
	s->opt = *opt;
	s->arena = (struct arena)ARENA_INIT;
	s->stage = (struct stage)STAGE_INIT;
	config_init(&s->config);
	for (size_t i = 0; i < SESSION_SIDES; i++)
		s->sides[i].tree = -1;
	*out = s;
	return 0;
}

/* A baseline keeps its own. */
static void drop_fingerprint(struct side *side)
{
	if (!side->baseline || side->fp != side->baseline->fp)
		fingerprint_free(side->fp);
	side->fp = NULL;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		struct side *side = &s->sides[i];

		drop_fingerprint(side);
		baseline_free(side->baseline);
		if (side->is_file)
			continue;
		rev_release(&side->rev);
		scenario_free(&side->scenario);
		if (side->tree >= 0)
			close(side->tree);
	}
	for (char **b = s->binds; b && *b; b++)
		free(*b);
	free(s->binds);
	free(s->filter.filter);
	free(s->config_name);
	plan_free(&s->plan);
	config_free(&s->config);
	stage_close(&s->stage);
	cache_close(s->cache);
	arena_free(&s->arena);
	repo_free(s->repo);
	free(s);
}

/* --- naming the sides --- */

static int parse_config(struct session *s, char *name, struct str text,
			struct err *err)
{
	free(s->config_name);
	s->config_name = name;
	return config_parse(&s->config, name, text, err);
}

/* The configuration comes from the trusted side: OLD, the first named. */
static int read_config(struct session *s, const struct rev *rev,
		       struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	int there;

	s->configured = true;
	if (s->opt.config_file) {
		if (fd_read_file(AT_FDCWD, s->opt.config_file, &text,
				 CONFIG_MAX, err))
			return -1;
		return parse_config(s, mem_strdup(s->opt.config_file),
				    buf_view(&text), err);
	}
	there = rev_read_file(s->repo, rev, CONFIG_FILE, CONFIG_MAX, &text,
			      err);
	if (there < 0)
		return -1;
	if (!there) {
		s->config_name = mem_strdup("defaults");
		return 0;
	}
	return parse_config(s, mem_printf("%s:" CONFIG_FILE, rev->spec),
			    buf_view(&text), err);
}

static bool names_file(const char *spec)
{
	struct stat st;
	struct str s = str_c(spec);

	return str_ends(s, STR(".json")) && !stat(spec, &st) &&
	       !S_ISDIR(st.st_mode);
}

static int add_file(struct side *side, const char *spec, struct err *err)
{
	autobuf struct buf text = BUF_INIT;

	if (fd_read_file(AT_FDCWD, spec, &text, FINGERPRINT_MAX, err))
		return -1;
	side->is_file = true;
	side->from = "file";
	if (baseline_is(buf_view(&text))) {
		if (baseline_read(&side->baseline, spec, buf_view(&text), false,
				  err))
			return -1;
		side->fp = side->baseline->fp;
		return 0;
	}
	return fingerprint_read(&side->fp, spec, buf_view(&text), err);
}

int session_repo(struct repo **out, struct session *s, struct err *err)
{
	if (!s->repo && repo_open(&s->repo, s->opt.dir ? s->opt.dir : ".",
				  err))
		return -1;
	*out = s->repo;
	return 0;
}

static int add_revision(struct session *s, struct side *side, const char *spec,
			struct err *err)
{
	struct repo *repo;

	side->from = "traced";
	return session_repo(&repo, s, err) ||
	       rev_resolve(&side->rev, repo, spec, err) ? -1 : 0;
}

int session_configure(struct session *s, const char *spec, struct err *err)
{
	struct side side = { .tree = -1 };
	int failed;

	if (add_revision(s, &side, spec, err))
		return -1;
	failed = read_config(s, &side.rev, err);
	rev_release(&side.rev);
	return failed;
}

int session_add(struct session *s, const char *spec, struct err *err)
{
	struct side *side = &s->sides[s->n];

	if (names_file(spec)) {
		if (add_file(side, spec, err))
			return -1;
		s->n++;
		return 0;
	}
	if (add_revision(s, side, spec, err)) {
		if (str_ends(str_c(spec), STR(".json")))
			err_wrap(err, "'%s': no such file", spec);
		return -1;
	}
	s->n++;
	return s->configured ? 0 : read_config(s, &side->rev, err);
}

/* --- making the ground --- */

static int export_side(struct session *s, size_t i, struct err *err)
{
	struct side *side = &s->sides[i];
	const struct export_options opt = {
		.chown = s->stage.as_root, .uid = s->stage.uid,
		.gid = s->stage.gid, .max_bytes = TREE_BYTES_MAX,
		.max_entries = TREE_ENTRIES_MAX,
	};

	snprintf(side->tree_name, sizeof(side->tree_name), "tree%zu", i);
	if (mkdirat(s->stage.root, side->tree_name, 0755))
		return err_sys(err, "cannot make a directory for %s",
			       side->rev.spec);
	side->tree = openat(s->stage.root, side->tree_name,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (side->tree < 0)
		return err_sys(err, "cannot open the directory for %s",
			       side->rev.spec);
	if (rev_export(s->repo, &side->rev, side->tree, &opt, &side->info,
		       err))
		return err_wrap(err, "%s", side->rev.spec);
	if (scenario_make(&side->scenario, &s->config, side->tree, err))
		return err_wrap(err, "%s", side->rev.spec);
	return 0;
}

/* sandbox.bind names folders of the work tree; they must be there. */
static int find_binds(struct session *s, struct err *err)
{
	const char *workdir = s->repo ? repo_workdir(s->repo) : NULL;
	size_t n = 0;

	while (s->plan.binds[n])
		n++;
	s->binds = mem_array(n + 1, sizeof(*s->binds));
	for (size_t i = 0; i < n; i++) {
		const char *name = s->plan.binds[i];
		struct stat st;

		if (!workdir)
			return err_set(err, ERR_TROUBLE, "sandbox.bind %s: the "
				       "repository has no work tree", name);
		s->binds[i] = mem_printf("%s/%s", workdir, name);
		if (stat(s->binds[i], &st))
			return err_sys(err, "sandbox.bind %s", name);
		if (!S_ISDIR(st.st_mode))
			return err_set(err, ERR_TROUBLE, "sandbox.bind %s: "
				       "not a folder", name);
	}
	return 0;
}

const struct plan *session_plan(struct session *s)
{
	const struct plan_overrides over = { s->opt.timeout_ms };

	if (!s->planned)
		plan_make(&s->plan, &s->config, &over, TRACE_VERSION);
	s->planned = true;
	return &s->plan;
}

static size_t count_pending(const struct session *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += side_is_pending(&s->sides[i]);
	return n;
}

/* What every export and run needs; once. */
static int prepare(struct session *s, struct err *err)
{
	if (s->prepared)
		return 0;
	session_plan(s);
	s->prepared = true;
	return stage_open(&s->stage, err) || trace_filter(&s->filter, err) ||
	       find_binds(s, err) ? -1 : 0;
}

static int export_pending(struct session *s, struct err *err)
{
	for (size_t i = 0; i < s->n; i++)
		if (side_is_pending(&s->sides[i]) && s->sides[i].tree < 0 &&
		    export_side(s, i, err))
			return -1;
	return 0;
}

/* --- running --- */

/* What of the revision was not there when it ran. */
static void describe_export(struct fingerprint *fp,
			    const struct tree_info *info)
{
	if (info->submodules)
		fingerprint_add_blind_spot(fp, "%llu submodules were empty "
			"folders, the first of them %s",
			(unsigned long long)info->submodules,
			info->first_submodule);
	if (info->skipped)
		fingerprint_add_blind_spot(fp, "%llu entries of the tree have "
			"names that were not exported, the first of them %s",
			(unsigned long long)info->skipped,
			info->first_skipped);
}

void session_describe(struct session *s, struct side *side)
{
	struct fingerprint *fp = side->fp;
	struct arena *a = &fp->arena;

	fp->spec = arena_str(a, str_c(side->rev.spec));
	fp->commit = arena_str(a, str_c(side->rev.commit));
	fp->scenario = arena_str(a, STR("default"));
	/* What is in the cache knows its tree and entry already. */
	if (side->tree >= 0) {
		fp->tree = arena_str(a, str_c(side->info.digest));
		fp->entry = arena_str(a, side->scenario.how);
	}
	fp->plan = arena_str(a, s->plan.json);
	fp->plan_digest = arena_str(a, str_c(s->plan.digest));
}

static unsigned configured(const struct session *s, const char *key)
{
	return (unsigned)config_num(&s->config, "behavdiff", STR(""), key);
}

unsigned session_runs(const struct session *s)
{
	return s->opt.runs ? s->opt.runs : configured(s, "runs");
}

/* Never fewer than were asked for. */
unsigned session_max_runs(const struct session *s)
{
	unsigned runs = session_runs(s);
	unsigned max = s->opt.max_runs ? s->opt.max_runs :
		       configured(s, "max-runs");

	return max > runs ? max : runs;
}

static void replace(struct side *side, struct fingerprint *fp)
{
	drop_fingerprint(side);
	side->fp = fp;
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
	replace(side, fingerprint_merge(runs, got));
	describe_export(side->fp, &side->info);
	session_describe(s, side);
	free(runs);
}

static void prepare_sides(struct session *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct side *side = &s->sides[i];

		side->runs = side_is_pending(side);
		if (side->runs)
			side->what = (struct capture){
				.plan = &s->plan, .scenario = &side->scenario,
				.stage = &s->stage, .filter = &s->filter,
				.binds = s->binds, .tree = side->tree,
				.tree_name = side->tree_name,
			};
	}
}

/* OLD and NEW in turn, so that drift of the machine hits both. */
static void add_round(struct session *s, struct jobs *jobs, unsigned number)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->sides[i].runs)
			*vec_push(jobs) = (struct job){
				.what = &s->sides[i].what,
				.label = s->sides[i].rev.spec,
				.number = number,
				.runs = number < session_runs(s) ?
					session_runs(s) : session_max_runs(s),
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
struct standing {
	char digest[HASH_HEX_LEN + 1];
	size_t facts;
};

static void stand(const struct session *s, struct standing out[SESSION_SIDES])
{
	for (size_t i = 0; i < s->n; i++) {
		out[i].facts = s->sides[i].fp->n;
		memcpy(out[i].digest, s->sides[i].fp->digest,
		       sizeof(out[i].digest));
	}
}

static bool stands(const struct session *s, const struct standing *was)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->sides[i].fp->n != was[i].facts ||
		    strcmp(s->sides[i].fp->digest, was[i].digest) != 0)
			return false;
	return true;
}

static bool wavers(const struct session *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->sides[i].runs &&
		    fingerprint_wavers(s->sides[i].fp))
			return true;
	return false;
}

/*
 * Runs that agree are enough.  Where the runs of one side do not, both sides
 * are run further: what one of them does sometimes, the other may do sometimes
 * too and has had no occasion yet.
 */
static int run_rounds(struct session *s, struct jobs *jobs, struct err *err)
{
	unsigned runs = session_runs(s), max = session_max_runs(s);
	struct standing was[SESSION_SIDES];
	bool settled = false;

	for (unsigned k = 0; k < runs; k++)
		add_round(s, jobs, k);
	if (run_jobs(s, jobs, 0, err))
		return -1;
	for (unsigned k = runs; k < max && !settled && wavers(s); k++) {
		size_t from = jobs->n;

		stand(s, was);
		add_round(s, jobs, k);
		if (run_jobs(s, jobs, from, err))
			return -1;
		settled = stands(s, was);
	}
	return 0;
}

static int run_all(struct session *s, struct err *err)
{
	struct jobs jobs = { NULL, 0, 0 };
	int failed;

	prepare_sides(s);
	failed = run_rounds(s, &jobs, err);
	for (size_t k = 0; k < jobs.n; k++)
		fingerprint_free(jobs.v[k].result);
	vec_free(&jobs);
	return failed;
}

/*
 * A side of the cache that was run less often than the others needed now: it
 * is run again from the start, as it would have been with them, and the longer
 * one takes its place in the cache.
 */
static bool forget_shorter(struct session *s)
{
	unsigned most = 0;
	bool some = false;

	for (size_t i = 0; i < s->n; i++)
		if (s->sides[i].runs && s->sides[i].fp->runs > most)
			most = s->sides[i].fp->runs;
	if (most <= session_runs(s))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		struct side *side = &s->sides[i];

		if (side->is_file || side->runs || side->fp->runs >= most)
			continue;
		drop_fingerprint(side);
		side->from = "traced";
		some = true;
	}
	/* All of them together: rounds are of all sides. */
	for (size_t i = 0; some && i < s->n; i++)
		if (s->sides[i].runs)
			drop_fingerprint(&s->sides[i]);
	return some;
}

static int run_sides(struct session *s, struct err *err)
{
	if (run_all(s, err))
		return -1;
	if (!forget_shorter(s))
		return 0;
	return export_pending(s, err) || run_all(s, err) ? -1 : 0;
}

static void unify(struct session *s)
{
	struct fingerprint *both[2];

	if (s->n != 2 || s->opt.apart)
		return;
	fingerprint_unify(both, s->sides[0].fp, s->sides[1].fp);
	for (size_t i = 0; i < 2; i++)
		replace(&s->sides[i], both[i]);
}

/* Exported, still not known, and so run. */
static int trace_pending(struct session *s, struct err *err)
{
	if (prepare(s, err) || export_pending(s, err))
		return -1;
	session_recall(s, true);
	if (count_pending(s) && run_sides(s, err))
		return -1;
	session_remember(s);
	return 0;
}

int session_capture(struct session *s, struct err *err)
{
	session_recall(s, false);
	if (count_pending(s) && trace_pending(s, err))
		return -1;
	unify(s);
	return 0;
}

/* --- results --- */

const struct fingerprint *session_fingerprint(const struct session *s,
					      size_t side)
{
	return s->sides[side].fp;
}

const char *session_from(const struct session *s, size_t side)
{
	return s->sides[side].from;
}

struct fingerprint *session_own(struct session *s, size_t side)
{
	return s->sides[side].fp;
}

const struct baseline *session_baseline(const struct session *s, size_t side)
{
	return s->sides[side].baseline;
}

const struct rev *session_rev(const struct session *s, size_t side)
{
	return s->sides[side].is_file ? NULL : &s->sides[side].rev;
}

const struct config *session_config(const struct session *s)
{
	return &s->config;
}

const char *session_config_name(const struct session *s)
{
	return s->config_name ? s->config_name : "defaults";
}
