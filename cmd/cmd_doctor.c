/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff doctor: can it work here, and if not, what is to be done? */
#include <fcntl.h>

#include "cmd/cmd.h"
#include "cmd/status.h"
#include "core/base/cleanup.h"
#include "core/base/text.h"
#include "core/sandbox/plan.h"
#include "core/sandbox/probe.h"
#include "core/scenario/scenario.h"

struct table {
	struct buf out;
	bool healthy;
};

static void doctor_row(struct table *t, const char *name, bool ok, bool needed,
		       const char *detail, const char *remedy)
{
	autobuf struct buf safe = BUF_INIT;

	text_sanitise(&safe, str_c(detail));
	buf_printf(&t->out, "%-4s  %-16s  %s\n",
		   ok ? "ok" : needed ? "NO" : "no", name,
		   safe.len ? safe.p : "");
	if (!ok && *remedy) {
		buf_clear(&safe);
		text_sanitise(&safe, str_c(remedy));
		buf_printf(&t->out, "      %-16s  -> %s\n", "", safe.p);
	}
	t->healthy &= ok || !needed;
}

static void probe_host(struct table *t, const struct plan *plan)
{
	size_t n;
	const struct probe *probes = probe_table(&n);

	for (size_t i = 0; i < n; i++) {
		struct probe_result r = { .ok = false };

		probes[i].run(&r, plan);
		doctor_row(t, probes[i].name, r.ok, probes[i].needed,
			   r.detail[0] || !r.ok ? r.detail : probes[i].help,
			   r.remedy);
	}
}

static void put_err(struct table *t, const char *name, const struct err *err)
{
	doctor_row(t, name, false, true, err->msg, err->hint);
}

/* What would be run in the work tree as it is. */
static void probe_entry(struct table *t, struct session *s, struct repo *repo)
{
	const char *top = repo_workdir(repo);
	autofd int dir = open(top ? top : "/dev/null", O_RDONLY | O_DIRECTORY |
			      O_CLOEXEC);
	autobuf struct buf what = BUF_INIT;
	struct err err = ERR_INIT;
	struct scenario scenario;

	if (dir < 0) {
		doctor_row(t, "entry", true, false, "a bare repository: not "
			   "looked for", "");
		return;
	}
	if (scenario_make(&scenario, session_config(s), dir, &err)) {
		put_err(t, "entry", &err);
		return;
	}
	if (scenario.how.len)
		buf_str(&what, scenario.how);
	else
		buf_printf(&what, "%zu step%s of .behavdiff", scenario.n,
			   str_plural(scenario.n));
	doctor_row(t, "entry", true, true, what.p, "");
	scenario_free(&scenario);
}

static void probe_cache(struct table *t)
{
	struct cache *c = cache_open();

	doctor_row(t, "cache", c, false, c ? cache_path(c) : "none",
		   "$XDG_CACHE_HOME/behavdiff or ~/.cache/behavdiff must be a "
		   "folder of your own; without it everything is traced again");
	cache_close(c);
}

int cmd_doctor(const struct invocation *inv, struct err *err)
{
	struct run_options opt = run_options_of(&inv->set);
	autosession struct session *s = NULL;
	struct table t = { BUF_INIT, true };
	struct err repo_err = ERR_INIT;
	struct repo *repo = NULL;
	bool configured;
	int failed;

	if (command_takes(inv, 0, 0, err) || session_open(&s, &opt, err))
		return -1;
	configured = !session_repo(&repo, s, &repo_err) &&
		     !session_configure(s, repo_workdir(repo) ? "." : "HEAD",
					&repo_err);
	probe_host(&t, session_plan(s));
	if (configured)
		probe_entry(&t, s, repo);
	else
		doctor_row(&t, "repository", false, repo, repo_err.msg,
			   repo_err.hint);
	probe_cache(&t);
	buf_c(&t.out, t.healthy ? "behavdiff can work here\n" :
				  "behavdiff cannot work here\n");
	failed = output_stdout(&t.out, err);
	buf_free(&t.out);
	return failed ? -1 : t.healthy ? STATUS_PASS : STATUS_TROUBLE;
}
