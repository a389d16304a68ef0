/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff diff OLD NEW: trace both, compare, print findings. */
#include <string.h>

#include "cmd/change.h"
#include "cmd/pipeline.h"
#include "cmd/policy_edits.h"
#include "cmd/suggest.h"

/* --- the command line --- */

static const char *suggest_command(const char *word)
{
	struct suggest nearest = SUGGEST_INIT(word);
	size_t n;
	const struct command *commands = commands_table(&n);

	for (size_t i = 0; i < n; i++)
		suggest_try(&nearest, commands[i].name);
	return nearest.best;
}

/* A first word that is no command is a revision, or a slip of the pen. */
static int hint_command(const struct invocation *inv, struct err *err)
{
	const char *nearest;

	if (inv->named || !inv->operands.n)
		return -1;
	if (!strcmp(inv->operands.v[0], "help"))
		return err_hint(err, "did you mean 'behavdiff --help'?");
	nearest = suggest_command(inv->operands.v[0]);
	if (nearest)
		err_hint(err, "did you mean 'behavdiff %s'?", nearest);
	return -1;
}

static int cmd_diff_check_operands(const struct invocation *inv,
				   struct err *err)
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

/* --- the result --- */

/* Two folders are two programs, and all of one is other than the other. */
static void cmd_diff_judge_change(struct pipeline *o, struct session *s)
{
	const struct rev *old = session_rev(s, 0), *new = session_rev(s, 1);

	if (old && new && !strcmp(old->subdir, new->subdir) &&
	    old->kind == REV_TREE)
		change_judge(o, s, &(struct patch){
			.from = old, .new = new, .old_ran = true,
		});
}

static int report_session(struct session *s, const struct settings *set,
			  const struct destinations *to, struct err *err)
{
	autopipeline struct pipeline o = PIPELINE_INIT;
	autobuf struct buf closing = BUF_INIT;

	/* People look at a diff; what must not pass unseen is for check. */
	*vec_push(&o.regrades) = (struct regrade){
		.step = STR(""), .kind = EV_POLICY_EDIT, .glob = STR("**"),
		.level = LEVEL_WARNING,
	};
	/* OLD is the trusted side; a baseline brings what it accepts. */
	if (pipeline_policy(&o, set, session_config(s), session_baseline(s, 0),
			    err))
		return -1;
	pipeline_compare(&o, s, set, session_fingerprint(s, 0),
			 session_fingerprint(s, 1));
	o.report.old_from = session_from(s, 0);
	o.report.new_from = session_from(s, 1);
	o.place.old = pipeline_side(s, 0);
	o.place.new = pipeline_side(s, 1);
	cmd_diff_judge_change(&o, s);
	change_note_bound(&o, "--no-cache runs both with what it holds now");
	last_result_commands(&closing, &o.cmp, session_cache(s),
			     session_baseline(s, 0));
	o.report.closing = buf_view(&closing);
	return pipeline_report(&o, s, to, err);
}

int cmd_diff(const struct invocation *inv, struct err *err)
{
	autosession struct session *s = NULL;
	autodestinations struct destinations to = DESTINATIONS_INIT;

	if (cmd_diff_check_operands(inv, err) ||
	    command_begin(&s, &to, &inv->set, OF_COMPARISON, err))
		return -1;
	if (session_add(s, inv->operands.v[0], err))
		return hint_command(inv, err);
	if (session_add(s, inv->operands.v[1], err) ||
	    pipeline_check(&inv->set, s, err) || session_run_all(s, err) ||
	    policy_edits_diff(s, err))
		return pipeline_forgive(&inv->set, s, err);
	return report_session(s, &inv->set, &to, err);
}
