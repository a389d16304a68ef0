/* SPDX-License-Identifier: Apache-2.0 */
/* Commands in a tree that is no revision. */
#include "core/run/adhoc_runs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/run/pool.h"
#include "core/trace/trace.h"

struct ground {
	struct config config;
	struct plan plan;
	struct staging staging;
	struct sock_fprog filter;
	int tree;
	char tree_name[STAGING_NAME_MAX];
};

/* --- the tree --- */

static int adhoc_runs_write_file(int tree, const struct adhoc_file *f)
{
	autofd int fd = openat(tree, f->path, O_WRONLY | O_CREAT | O_EXCL |
			       O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || fd_write_all(fd, f->data.p, f->data.len))
		return -1;
	return fchmod(fd, f->mode & 07777);
}

static int adhoc_runs_make_entry(const struct staging *staging, int tree,
				 const struct adhoc_file *f)
{
	int failed = S_ISDIR(f->mode) ?
			     mkdirat(tree, f->path, f->mode & 07777) :
		     S_ISLNK(f->mode) ? symlinkat(f->data.p, tree, f->path) :
					adhoc_runs_write_file(tree, f);

	if (failed || !staging->as_root)
		return failed;
	/* The runs have a user id of their own, which owns the tree. */
	return fchownat(tree, f->path, staging->uid, staging->gid,
			AT_SYMLINK_NOFOLLOW);
}

static int make_tree(struct ground *g, const struct adhoc_runs *t,
		     struct err *err)
{
	g->tree = staging_tree(&g->staging, g->tree_name, err);
	if (g->tree < 0)
		return -1;
	for (size_t i = 0; i < t->n_files; i++)
		if (adhoc_runs_make_entry(&g->staging, g->tree, &t->files[i]))
			return err_sys(err, "cannot make %s in the tree",
				       t->files[i].path);
	return 0;
}

static int adhoc_runs_prepare(struct ground *g, const struct adhoc_runs *t,
			      struct err *err)
{
	const struct plan_overrides none = { 0 };

	if (config_parse(&g->config, "settings", str_c(t->settings), err))
		return -1;
	plan_make(&g->plan, &g->config, &none, TRACE_VERSION);
	return staging_open(&g->staging, 1, err) ||
	       trace_filter(&g->filter, plan_all_calls(&g->plan), err) ||
	       make_tree(g, t, err) ? -1 : 0;
}

/* --- the runs --- */

static int adhoc_runs_run_all(const struct ground *g, struct adhoc_runs *t,
			      struct err *err)
{
	struct step *steps = mem_array(t->n, sizeof(*steps));
	struct scenario *scenarios = mem_array(t->n, sizeof(*scenarios));
	struct one_run *what = mem_array(t->n, sizeof(*what));
	struct job *jobs = mem_array(t->n, sizeof(*jobs));
	int failed;

	for (size_t i = 0; i < t->n; i++) {
		steps[i] = (struct step){
			.name = str_c(t->v[i].name), .argv = t->v[i].argv,
			.ready = READY_AFTER,
		};
		scenarios[i] = (struct scenario){
			.name = str_c(t->v[i].name), .steps = &steps[i], .n = 1,
		};
		what[i] = (struct one_run){
			.plan = &g->plan, .scenario = &scenarios[i],
			.staging = &g->staging, .filter = &g->filter,
			.tree = g->tree,
			.tree_name = g->tree_name,
		};
		jobs[i] = (struct job){
			.what = &what[i], .label = t->v[i].name, .runs = 1,
		};
	}
	failed = pool_run(jobs, t->n, t->jobs, t->progress, err);
	for (size_t i = 0; i < t->n; i++) {
		if (failed)
			fingerprint_free(jobs[i].result);
		else
			t->v[i].result = jobs[i].result;
	}
	free(jobs);
	free(what);
	free(scenarios);
	free(steps);
	return failed;
}

int adhoc_runs_execute(struct adhoc_runs *t, struct err *err)
{
	struct ground g = { .staging = STAGING_INIT, .tree = -1 };
	int failed;

	config_init(&g.config);
	failed = adhoc_runs_prepare(&g, t, err) ||
		 adhoc_runs_run_all(&g, t, err);
	if (g.tree >= 0)
		close(g.tree);
	free(g.filter.filter);
	plan_free(&g.plan);
	config_free(&g.config);
	staging_close(&g.staging);
	return failed ? -1 : 0;
}
