/* SPDX-License-Identifier: Apache-2.0 */
/* From fingerprints to an exit status: what diff and check do alike. */
#include "cmd/pipeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/status.h"
#include "cmd/version.h"

/* --- the beginning --- */

struct run_options run_options_of(const struct settings *set)
{
	return (struct run_options){
		.dir = ".",
		.config_file = set->config,
		.scenario = set->scenario,
		.env = set->env.v,
		.n_env = set->env.n,
		.old_step = set->old_step,
		.new_step = set->new_step,
		.runs = set->runs,
		.max_runs = set->max_runs,
		.timeout_ms = set->timeout_ms,
		.syscalls = set->syscalls,
		.jobs = set->jobs,
		.no_cache = set->no_cache,
		.progress = !set->quiet && isatty(STDERR_FILENO),
	};
}

int command_begin(struct session **s, struct destinations *to,
		  const struct settings *set, enum subject subject,
		  struct err *err)
{
	struct run_options opt = run_options_of(set);

	return destinations_choose(to, set, subject, err) ||
	       session_open(s, &opt, err) ? -1 : 0;
}

/* --- the policy --- */

static int take_regrades(struct pipeline *o, const struct config *cfg,
			 struct str step, struct err *err)
{
	const struct config_entry *e;

	for (size_t i = 0; (e = config_nth(cfg, "policy", step, "level", i));
	     i++) {
		struct regrade *r = vec_push(&o->regrades);

		if (regrade_parse(r, e->value, err))
			return err_wrap(err, "%s:%u: policy.level", cfg->name,
					e->line);
		r->step = step;
	}
	return 0;
}

/* Behind the common rows, of which the last that fits wins. */
static int pipeline_take_step(struct pipeline *o, const struct settings *set,
			      const struct config *cfg, struct str step,
			      struct err *err)
{
	struct step_policy p = { .step = step };

	if (!set->fail_on && config_has(cfg, "policy", step, "fail-on") &&
	    level_by_name(config_str(cfg, "policy", step, "fail-on"),
			  &p.fail_on))
		*vec_push(&o->step_policies) = p;
	return take_regrades(o, cfg, step, err);
}

int pipeline_policy(struct pipeline *o, const struct settings *set,
		    const struct config *cfg, const struct baseline *accepts,
		    struct err *err)
{
	struct str fail_on, step;

	if (take_regrades(o, cfg, STR(""), err))
		return -1;
	for (size_t i = 0; config_subsection(cfg, "step", i, &step); i++)
		if (pipeline_take_step(o, set, cfg, step, err))
			return -1;
	fail_on = set->fail_on ? str_c(set->fail_on) :
		  config_str(cfg, "policy", STR(""), "fail-on");
	level_by_name(fail_on, &o->policy.fail_on);
	o->policy.regrades = o->regrades.v;
	o->policy.n = o->regrades.n;
	o->policy.steps = o->step_policies.v;
	o->policy.n_steps = o->step_policies.n;
	accepts_take(&o->accepts, &o->policy, accepts);
	return 0;
}

int pipeline_check(const struct settings *set, const struct session *s,
		   struct err *err)
{
	autopipeline struct pipeline o = PIPELINE_INIT;

	return pipeline_policy(&o, set, session_config(s), NULL, err);
}

bool pipeline_report_only(const struct settings *set, const struct session *s)
{
	return set->report_only ||
	       (s && str_eq(config_str(session_config(s), "policy", STR(""),
				       "mode"), STR("report-only")));
}

int pipeline_forgive(const struct settings *set, const struct session *s,
		     const struct err *err)
{
	if (err->code != ERR_INCONCLUSIVE || !pipeline_report_only(set, s))
		return -1;
	output_error(err);
	fprintf(stderr, "behavdiff: report-only: would have exited %d\n",
		STATUS_INCONCLUSIVE);
	return STATUS_PASS;
}

void pipeline_free(struct pipeline *o)
{
	vec_free(&o->regrades);
	vec_free(&o->step_policies);
	vec_free(&o->steps);
	vec_free(&o->notes);
	accepts_free(&o->accepts);
	comparison_free(&o->cmp);
}

/* --- the result --- */

static void write_report(struct buf *out, const struct format *format,
			 const void *what, bool terminal)
{
	struct report r = *(const struct report *)what;

	if (!terminal) {
		r.color = false;
		r.width = 0;
		r.verbosity = r.verbosity < 0 ? 0 : r.verbosity;
	}
	format->write(out, &r);
}

/* Where the steps stand, when the configuration is one of the repository. */
static void find_step_lines(struct pipeline *o, const struct config *cfg)
{
	struct str name;

	for (size_t i = 0; config_subsection(cfg, "step", i, &name); i++)
		*vec_push(&o->steps) = (struct step_line){
			name, config_header(cfg, "step", name, "command")
		};
}

void pipeline_compare(struct pipeline *o, const struct session *s,
		      const struct settings *set, const struct fingerprint *old,
		      const struct fingerprint *new)
{
	find_step_lines(o, session_config(s));
	compare(&o->cmp, old, new, &o->policy);
	o->report = (struct report){
		.old = old,
		.new = new,
		.cmp = &o->cmp,
		.fail_on = o->policy.fail_on,
		.fail_on_from = set->fail_on ? STR("the command line") :
			str_c(session_config_name(s)),
		.report_only = pipeline_report_only(set, s),
		.config_from = str_c(session_config_name(s)),
		.config_path = set->config ? STR("") : STR(CONFIG_FILE),
		.steps = o->steps.v,
		.n_steps = o->steps.n,
		.version = BEHAVDIFF_VERSION,
		.color = output_color(set->color),
		.verbosity = set->quiet ? -1 : set->verbose,
		.width = output_width(),
	};
}

void pipeline_note(struct pipeline *o, const char *fmt, ...)
{
	autobuf struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	*vec_push(&o->notes) = arena_str(&o->cmp.arena, buf_view(&text));
}

struct str pipeline_side(const struct session *s, size_t side)
{
	const struct rev *rev = session_rev(s, side);

	if (!rev)
		return session_fingerprint(s, side)->commit;
	return rev->kind == REV_WORKTREE ? STR(".") : str_c(rev->tree);
}

static void add_notes(struct pipeline *o, const struct session *s)
{
	size_t n;
	const struct str *notes = session_notes(s, &n);

	for (size_t i = 0; i < n; i++)
		*vec_push(&o->notes) = notes[i];
	o->report.notes = o->notes.v;
	o->report.n_notes = o->notes.n;
}

int pipeline_report(struct pipeline *o, struct session *s,
		    const struct destinations *to, struct err *err)
{
	const struct writer writer = { write_report, &o->report };

	add_notes(o, s);
	if (formats_write(to, &writer, err))
		return -1;
	last_result_write(session_cache(s), &o->report, &o->place);
	return o->report.report_only ? STATUS_PASS :
	       status_of_verdict(o->cmp.verdict);
}
