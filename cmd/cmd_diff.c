/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff diff OLD NEW: trace both, compare, print findings. */
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/formats.h"
#include "cmd/gate.h"
#include "cmd/last.h"
#include "cmd/near.h"
#include "cmd/outcome.h"
#include "cmd/status.h"
#include "cmd/version.h"
#include "core/compare/compare.h"
#include "core/report/report.h"

struct run_options run_options_of(const struct settings *set)
{
	return (struct run_options){
		.dir = ".",
		.config_file = set->config,
		.runs = set->runs,
		.max_runs = set->max_runs,
		.timeout_ms = set->timeout_ms,
		.jobs = set->jobs,
		.no_cache = set->no_cache,
		.progress = !set->quiet && isatty(STDERR_FILENO),
	};
}

/* --- the command line --- */

static const char *near_command(const char *word)
{
	struct near near = NEAR_INIT(word);
	size_t n;
	const struct command *commands = commands_table(&n);

	for (size_t i = 0; i < n; i++)
		near_try(&near, commands[i].name);
	return near.best;
}

/* A first word that is no command is a revision, or a slip of the pen. */
static int hint_command(const struct invocation *inv, struct err *err)
{
	const char *near;

	if (inv->named || !inv->operands.n)
		return -1;
	near = near_command(inv->operands.v[0]);
	if (near)
		err_hint(err, "did you mean 'behavdiff %s'?", near);
	return -1;
}

static int check_operands(const struct invocation *inv, struct err *err)
{
	const struct opt_list *ops = &inv->operands;

	if (ops->n == 2)
		return 0;
	if (!ops->n)
		err_set(err, ERR_TROUBLE, "OLD and NEW are missing");
	else if (ops->n == 1)
		err_set(err, ERR_TROUBLE, "NEW is missing: '%s' alone is taken "
			"as the revision OLD", ops->v[0]);
	else
		err_set(err, ERR_TROUBLE, "'%s' is one too many: OLD and NEW "
			"are all", ops->v[2]);
	hint_command(inv, err);
	return err_hint(err, "see behavdiff --help");
}

/* --- the policy --- */

void regrades_free(struct regrades *r)
{
	vec_free(r);
}

/* The command line is stronger than the configuration. */
int make_policy(struct policy *out, struct regrades *regrades,
		const struct settings *set, const struct config *cfg,
		struct err *err)
{
	const struct config_entry *e;
	struct str fail_on = set->fail_on ? str_c(set->fail_on) :
		config_str(cfg, "policy", STR(""), "fail-on");

	if (!level_by_name(fail_on, &out->fail_on))
		return err_set(err, ERR_TROUBLE, "fail-on: '%.*s' is no level",
			       STR_ARG(fail_on));
	for (size_t i = 0; (e = config_nth(cfg, "policy", STR(""), "level",
					   i)); i++)
		if (regrade_parse(vec_push(regrades), e->value, err))
			return err_wrap(err, "%s:%u: policy.level", cfg->name,
					e->line);
	out->regrades = regrades->v;
	out->n = regrades->n;
	return 0;
}

/* --- the result --- */

void write_report(struct buf *out, const struct format *format,
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


void step_lines_free(struct step_lines *s)
{
	vec_free(s);
}

/* Where the steps stand, when the configuration is one of the repository. */
static void find_step_lines(struct step_lines *out, const struct config *cfg)
{
	struct str name;

	for (size_t i = 0; config_subsection(cfg, "step", i, &name); i++)
		*vec_push(out) = (struct step_line){
			name, config_header(cfg, "step", name, "command")
		};
}

struct report report_start(const struct session *s, const struct settings *set,
			   struct step_lines *steps)
{
	find_step_lines(steps, session_config(s));
	return (struct report){
		.config_from = str_c(session_config_name(s)),
		.config_path = set->config ? STR("") : STR(".behavdiff"),
		.steps = steps->v,
		.n_steps = steps->n,
		.version = BEHAVDIFF_VERSION,
		.color = output_color(set->color),
		.verbosity = set->quiet ? -1 : set->verbose,
		.width = output_width(),
	};
}

static int report_session(struct session *s, const struct settings *set,
			  const struct format *format,
			  const struct destinations *to, struct err *err)
{
	__attribute__((cleanup(step_lines_free)))
	struct step_lines steps = { NULL, 0, 0 };
	__attribute__((cleanup(regrades_free)))
	struct regrades regrades = { NULL, 0, 0 };
	__attribute__((cleanup(accepts_free)))
	struct accepts accepts = { NULL, 0, 0 };
	__attribute__((cleanup(comparison_free)))
	struct comparison cmp = { .arena = ARENA_INIT };
	autobuf struct buf closing = BUF_INIT;
	struct policy policy;

	if (make_policy(&policy, &regrades, set, session_config(s), err))
		return -1;
	/* OLD is the trusted side; a baseline brings what it accepts. */
	accepts_take(&accepts, &policy, session_baseline(s, 0));
	compare(&cmp, session_fingerprint(s, 0), session_fingerprint(s, 1),
		&policy);

	struct report r = report_start(s, set, &steps);

	r.old = session_fingerprint(s, 0);
	r.new = session_fingerprint(s, 1);
	r.cmp = &cmp;
	r.fail_on = policy.fail_on;
	r.old_from = session_from(s, 0);
	r.new_from = session_from(s, 1);
	last_commands(&closing, &cmp, session_cache(s),
		      session_baseline(s, 0));
	r.closing = buf_view(&closing);

	const struct writer writer = { write_report, &r };

	if (write_formats(to, format, &writer, err))
		return -1;
	last_write(session_cache(s), &r);
	return status_of_verdict(cmp.verdict);
}

/* Said before minutes are spent on tracing. */
static int check_policy(const struct session *s, const struct settings *set,
			struct err *err)
{
	__attribute__((cleanup(regrades_free)))
	struct regrades regrades = { NULL, 0, 0 };
	struct policy policy;

	return make_policy(&policy, &regrades, set, session_config(s), err);
}

int cmd_diff(const struct invocation *inv, struct err *err)
{
	struct run_options opt = run_options_of(&inv->set);
	const struct format *format;
	autodestinations struct destinations to = { NULL, 0, 0 };
	autosession struct session *s = NULL;

	if (check_operands(inv, err) ||
	    outputs_parse(&to, &format, &inv->set, OF_COMPARISON, err) ||
	    session_open(&s, &opt, err))
		return -1;
	if (session_add(s, inv->operands.v[0], err))
		return hint_command(inv, err);
	if (session_add(s, inv->operands.v[1], err) ||
	    check_policy(s, &inv->set, err) || session_capture(s, err))
		return -1;
	return report_session(s, &inv->set, format, &to, err);
}
