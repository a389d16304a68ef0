/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff diff OLD NEW: trace both, compare, print findings. */
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/gate.h"
#include "cmd/near.h"
#include "cmd/outcome.h"
#include "cmd/status.h"
#include "core/base/cleanup.h"
#include "core/compare/compare.h"
#include "core/report/report.h"

void destinations_free(struct destinations *d)
{
	vec_free(d);
}

struct run_options run_options_of(const struct settings *set)
{
	return (struct run_options){
		.dir = ".",
		.config_file = set->config,
		.runs = set->runs,
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

const struct format *find_format(struct str name, struct err *err)
{
	const struct format *format = format_by_name(name);
	autofree char *word = NULL;
	size_t n;
	const struct format *table = formats_table(&n);

	if (format)
		return format;
	word = mem_strndup(name.p, name.len);

	struct near near = NEAR_INIT(word);

	err_set(err, ERR_TROUBLE, "'%s' is no format", word);
	for (size_t i = 0; i < n; i++)
		near_try(&near, table[i].name);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "behavdiff list formats names them");
	return NULL;
}

int parse_destinations(struct destinations *out, const struct opt_list *args,
		       struct err *err)
{
	for (size_t i = 0; i < args->n; i++) {
		const char *colon = strchr(args->v[i], ':');
		struct destination *d;

		if (!colon || !colon[1]) {
			err_set(err, ERR_TROUBLE, "-o: '%s' is not FORMAT:FILE",
				args->v[i]);
			return err_hint(err, "for example -o json:result.json");
		}
		d = vec_push(out);
		d->path = colon + 1;
		d->format = find_format((struct str){
			args->v[i], (size_t)(colon - args->v[i]) }, err);
		if (!d->format)
			return err_wrap(err, "-o");
	}
	return 0;
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

static int write_files(const struct destinations *to, const struct report *r,
		       struct err *err)
{
	for (size_t i = 0; i < to->n; i++) {
		autobuf struct buf out = BUF_INIT;
		struct report plain = *r;

		plain.color = false;
		plain.width = 0;
		to->v[i].format->write(&out, &plain);
		if (output_file(to->v[i].path, &out, err))
			return -1;
	}
	return 0;
}

/* Files first: they are wanted even when nobody reads standard output. */
int write_report(const struct report *r, const struct format *format,
		 const struct destinations *to, struct err *err)
{
	autobuf struct buf out = BUF_INIT;

	if (write_files(to, r, err))
		return -1;
	format->write(&out, r);
	return output_stdout(&out, err);
}

static int report_session(struct session *s, const struct settings *set,
			  const struct format *format,
			  const struct destinations *to, struct err *err)
{
	__attribute__((cleanup(regrades_free)))
	struct regrades regrades = { NULL, 0, 0 };
	__attribute__((cleanup(accepts_free)))
	struct accepts accepts = { NULL, 0, 0 };
	__attribute__((cleanup(comparison_free)))
	struct comparison cmp = { .arena = ARENA_INIT };
	struct policy policy;

	if (make_policy(&policy, &regrades, set, session_config(s), err))
		return -1;
	/* OLD is the trusted side; a baseline brings what it accepts. */
	accepts_take(&accepts, &policy, session_baseline(s, 0));
	compare(&cmp, session_fingerprint(s, 0), session_fingerprint(s, 1),
		&policy);

	struct report r = {
		.old = session_fingerprint(s, 0),
		.new = session_fingerprint(s, 1),
		.cmp = &cmp,
		.fail_on = policy.fail_on,
		.old_from = session_from(s, 0),
		.new_from = session_from(s, 1),
		.config_from = str_c(session_config_name(s)),
		.color = output_color(set->color),
		.verbosity = set->quiet ? -1 : set->verbose,
		.width = output_width(),
	};

	if (write_report(&r, format, to, err))
		return -1;
	last_write(session_cache(s), &cmp);
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
	const char *name = inv->set.format ? inv->set.format : "text";
	const struct format *format;
	__attribute__((cleanup(destinations_free)))
	struct destinations to = { NULL, 0, 0 };
	autosession struct session *s = NULL;

	if (check_operands(inv, err))
		return -1;
	format = find_format(str_c(name), err);
	if (!format)
		return err_wrap(err, "--format");
	if (parse_destinations(&to, &inv->set.outputs, err) ||
	    session_open(&s, &opt, err))
		return -1;
	if (session_add(s, inv->operands.v[0], err))
		return hint_command(inv, err);
	if (session_add(s, inv->operands.v[1], err) ||
	    check_policy(s, &inv->set, err) || session_capture(s, err))
		return -1;
	return report_session(s, &inv->set, format, &to, err);
}
