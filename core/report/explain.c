/* SPDX-License-Identifier: Apache-2.0 */
/* One finding in full, for a terminal. */
#include "core/report/result.h"

#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

struct page {
	struct buf *out;
	bool color;
	unsigned width;
};

/* A line of words under a key of nine columns. */
__attribute__((format(printf, 3, 4)))
static void row(const struct page *p, const char *key, const char *fmt, ...)
{
	autobuf struct buf text = BUF_INIT, label = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	buf_printf(&label, "%-9s", key);
	escape_wrapped(p->out, label.p, buf_view(&text), p->width);
}

/* --- the change --- */

static const char *const changes[] = {
	[CHANGE_NEW] = "NEW did it, OLD never attempted it",
	[CHANGE_OUTCOME] = "OLD attempted the same, never with this result",
	[CHANGE_MORE] = "both did it, NEW with more names behind what is "
			"volatile in the line",
	[CHANGE_GONE] = "OLD did it in every run, NEW in none",
	[CHANGE_UNSTABLE] = "it differs from run to run, so nothing is "
			    "concluded from it",
};

/* Of one step, where others do it on both sides. */
static const char *const by_step[] = {
	[CHANGE_NEW] = "this step of OLD never attempted it, others did it",
	[CHANGE_OUTCOME] = "this step of OLD attempted the same, never with "
			   "this result",
	[CHANGE_MORE] = "",
	[CHANGE_GONE] = "this step of OLD did it in every run; in NEW only "
			"others do",
	[CHANGE_UNSTABLE] = "this step does it in some runs of NEW only, so "
			    "nothing is concluded from it",
};

static void put_seen(const struct page *p, const struct finding *f)
{
	row(p, "seen", "old: %u of %u run%s, new: %u of %u run%s", f->seen_old,
	    f->runs_old, str_plural(f->runs_old), f->seen_new, f->runs_new,
	    str_plural(f->runs_new));
	if (f->change == CHANGE_MORE)
		row(p, "names", "old: %u %s%s in every run, new: up to %u",
		    f->names_old, finding_names_word(f),
		    str_plural(f->names_old), f->names_new);
}

static void explain_put_rule(const struct page *p, const struct finding *f)
{
	autobuf struct buf what = BUF_INIT;

	finding_sentence(&what, f);
	row(p, "what", "%s", what.p);
	row(p, "rule", "%s, %s when new: %s", f->rule->id,
	    level_name(f->rule->level), f->rule->help);
	row(p, "change", "%s: %s", change_name(f->change),
	    f->step.len ? by_step[f->change] : changes[f->change]);
	if (f->change == CHANGE_NEW && f->step.len)
		row(p, "level", "%s: another step did it before",
		    level_name(f->level));
	else if (f->change == CHANGE_NEW && f->level != f->rule->level)
		row(p, "level", "%s, by the policy", level_name(f->level));
	else
		row(p, "level", "%s", level_name(f->level));
}

/* --- the evidence --- */

/* One program a line, each below the one that started it. */
static void explain_put_chain(const struct page *p, struct str chain)
{
	autobuf struct buf label = BUF_INIT;
	struct str program;
	unsigned depth = 0;

	buf_c(&label, "by       ");
	while (chain_next(&chain, &program)) {
		escape_wrapped(p->out, label.p, program, p->width);
		buf_clear(&label);
		depth += depth < 20;
		buf_printf(&label, "%*s> ", 9 + 2 * ((int)depth - 1), "");
	}
}

static void explain_put_steps(const struct page *p, const struct fact *f)
{
	size_t n = evidence_steps(&f->ev);

	if (n == 1 && f->ev.step.len)
		row(p, "step", "%.*s", STR_ARG(f->ev.step));
	for (size_t i = 0; n > 1 && i < n; i++) {
		struct step_evidence s = evidence_step(&f->ev, f->seen, i);

		row(p, i ? "" : "steps", "%.*s: in %u run%s, %llu time%s",
		    STR_ARG(s.step), s.seen, str_plural(s.seen),
		    (unsigned long long)s.count, str_plural(s.count));
	}
}

static void explain_put_evidence(const struct page *p, const struct finding *f)
{
	const struct evidence *ev = &f->fact->ev;
	const char *side = f->seen_new ? "new" : "old";

	/* Its sentence is all there is to say. */
	if (f->fact->kind == EV_STEP || f->fact->kind == EV_STEP_END)
		return;
	/* A baseline records what was done, not when or by which process. */
	if (!ev->count && !ev->process.len) {
		row(p, "first", "not known: %s is a baseline, which keeps no "
		    "evidence", side);
		return;
	}
	row(p, "count", "%llu time%s in all runs of %s",
	    (unsigned long long)ev->count, str_plural(ev->count), side);
	explain_put_chain(p, ev->process);
	if (ev->call.len)
		row(p, "first", "%.*s", STR_ARG(ev->call));
	if (ev->call.len || ev->process.len) {
		autobuf struct buf when = BUF_INIT;

		words_put_seconds(&when, ev->ns / 1000000);
		row(p, ev->call.len ? "" : "first",
		    "%s after its run's first step was started", when.p);
	}
	explain_put_steps(p, f->fact);
	if (ev->note.len)
		row(p, "note", "%.*s", STR_ARG(ev->note));
}

static void explain_put_before(const struct page *p,
			       const struct result_finding *f)
{
	for (size_t i = 0; i < f->n_before; i++)
		row(p, i ? "" : "before", "%.*s", STR_ARG(f->before[i]));
}

/* What else was found of the same cause. */
static void explain_put_cause(const struct page *p, const struct result *r,
			      const struct result_finding *f)
{
	const struct cause *leads = result_leads(r, (size_t)(f - r->v));
	const struct cause *cause = leads ? leads :
		comparison_cause(&r->cmp, f->f.cause);
	autobuf struct buf text = BUF_INIT;

	if (!cause->n)
		return;
	cause_more_text(&text, &r->cmp, cause);
	if (leads)
		row(p, "cause", "%s; accepting this one accepts all", text.p);
	else
		row(p, "cause", "one of %s, which %s stands for", text.p,
		    r->v[cause->leader].f.id);
	for (size_t i = 0; leads && i < cause->n; i++)
		row(p, i ? "" : "also", "%.*s",
		    STR_ARG(r->v[cause->members[i]].f.fact->line));
}

/* --- what would accept it --- */

static const char *why_not(const struct result *r, const struct finding *f)
{
	if (r->fail_on == LEVEL_NEVER)
		return "no level does";
	if (!finding_is_news(f))
		return "only what is new does";
	if (f->accepted)
		return "it was accepted";
	if (f->level < r->fail_on)
		return "its level is too low";
	/* What the policy never counts is a note. */
	return f->level == LEVEL_NOTE ? "the policy says never" :
	       "it follows from a step that is broken, or the verdict's doubts "
	       "are about it";
}

static void put_verdict(const struct page *p, const struct result *r,
			const struct finding *f)
{
	autobuf struct buf text = BUF_INIT;

	if (f->accept) {
		accept_text(&text, f->accept);
		row(p, "accept", "%s", text.p);
	}
	if (f->gates)
		row(p, "verdict", "makes a regression, as all that is new at "
		    "%s or above", level_name(r->fail_on));
	else
		row(p, "verdict", "makes no regression: %s", why_not(r, f));
}

static bool is_file_change(enum event_kind kind)
{
	return kind >= EV_FILE_WRITE && kind <= EV_FILE_EXECUTABLE;
}

/* May the object stand in a glob of `.behavdiff` as it is? */
static bool explain_is_plain(struct str object)
{
	for (size_t i = 0; i < object.len; i++)
		if (strchr("*?[]\\\"#;<>", object.p[i]))
			return false;
	return true;
}

/*
 * What a policy line names: where findings of one cause are facts of several
 * kinds about this file, all kinds of facts about files.
 */
static const char *policy_kind(const struct result *r, const struct finding *f)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct finding *other = &r->v[i].f;

		if (other->gates && other->cause == f->cause &&
		    other->fact->kind != f->fact->kind &&
		    is_file_change(other->fact->kind) &&
		    is_file_change(f->fact->kind) &&
		    str_eq(other->fact->object, f->fact->object))
			return "file.*";
	}
	return event_name(f->fact->kind);
}

static void put_ways(const struct page *p, const struct result *r,
		     const struct finding *f)
{
	struct str object = f->fact->object;
	bool grave = f->level == LEVEL_ERROR && r->fail_on == LEVEL_ERROR;

	if (!f->gates)
		return;
	buf_c(p->out, "\nif it is as it should be, with a reason that others "
	      "can read:\n");
	buf_printf(p->out, "         behavdiff baseline accept %s "
		   "--reason 'WHY'\n", f->id);
	buf_c(p->out, "or grade all that is like it in .behavdiff, "
	      "[policy]:\n");
	buf_printf(p->out, "         level = %s:", policy_kind(r, f));
	if (explain_is_plain(object))
		escape_str(p->out, object);
	else
		buf_c(p->out, "GLOB");
	buf_printf(p->out, " %s\n", grave ? "warning" : "never");
}

void explain_finding(struct buf *out, const struct result *r,
		     const struct result_finding *f, bool color,
		     unsigned width)
{
	const struct page p = { out, color, width };
	const char *level = level_name(f->f.level);

	style_c(out, color, level_styles[f->f.level], level);
	buf_printf(out, "%*s", (int)(9 - strlen(level)), "");
	escape_str(out, f->f.fact->line);
	buf_c(out, "\n\n");
	row(&p, "id", "%s, of %.*s and %.*s", f->f.id, STR_ARG(r->old.spec),
	    STR_ARG(r->new.spec));
	explain_put_rule(&p, &f->f);
	put_seen(&p, &f->f);
	explain_put_before(&p, f);
	explain_put_evidence(&p, &f->f);
	explain_put_cause(&p, r, f);
	/* Line 1 is that of a file of which no line is known. */
	if (f->path.len && f->line > 1)
		row(&p, "look at", "%.*s:%u", STR_ARG(f->path), f->line);
	else if (f->path.len)
		row(&p, "look at", "%.*s", STR_ARG(f->path));
	put_verdict(&p, r, &f->f);
	put_ways(&p, r, &f->f);
}
