/* SPDX-License-Identifier: Apache-2.0 */
/*
 * behavdiff review: what fails the last comparison, a cause at a time, and a
 * key for each: the findings of one cause are decided about together.  Every
 * yes is written at once, into the baseline as it is then, so that whatever
 * ends the review leaves a whole file.
 */
#include <string.h>

#include "cmd/baseline_edit.h"
#include "cmd/keys.h"
#include "cmd/last_result.h"
#include "cmd/status.h"
#include "core/base/cleanup.h"
#include "core/base/text.h"
#include "core/report/report.h"

#define STAT_LINES 12

struct review {
	struct baseline_edit edit;
	struct last_result last;
	const char *dir;	/* of the baseline */
	struct buf stat;	/* what changed in the files */
	bool color, quit;
	size_t at, total;	/* of the causes that fail */
	size_t accepted, rejected;
};

static void review_free(struct review *r)
{
	baseline_edit_free(&r->edit);
	last_result_free(&r->last);
	buf_free(&r->stat);
}

/* --- what is shown --- */

static void put_spec(struct buf *out, struct str rev, struct str spec)
{
	if (str_eq(rev, STR(".")))
		buf_c(out, "the work tree");
	else
		text_sanitise(out, spec);
}

/* Best effort: a shallow clone has not all of it, a file none. */
static void make_stat(struct review *r)
{
	const struct last_result_place *at = &r->last.place;
	autobuf struct buf lines = BUF_INIT;
	struct err err = ERR_INIT;

	if (!at->old.len || !at->new.len)
		return;
	buf_c(&r->stat, "what changed from ");
	put_spec(&r->stat, at->old, r->last.result.old.spec);
	buf_c(&r->stat, " to ");
	put_spec(&r->stat, at->new, r->last.result.new.spec);
	buf_c(&r->stat, ":\n");
	if (rev_stat(&lines, r->edit.repo, at->old.p, at->new.p, STAT_LINES,
		     &err)) {
		buf_c(&r->stat, " not known: ");
		text_sanitise(&r->stat, str_c(err.msg));
		buf_ch(&r->stat, '\n');
	} else if (!lines.len) {
		buf_c(&r->stat, " nothing\n");
	}
	buf_str(&r->stat, buf_view(&lines));
}

static int cmd_review_show(const struct review *r, size_t i, struct err *err)
{
	const struct comparison *cmp = &r->last.result.cmp;
	autobuf struct buf out = BUF_INIT;

	buf_printf(&out, "\n--- %zu of %zu ---\n", r->at, r->total);
	report_cause(&out, cmp, &cmp->causes[i], r->color, output_width());
	buf_str(&out, buf_view(&r->stat));
	return output_stdout(&out, err);
}

__attribute__((format(printf, 2, 3)))
static int review_say(struct err *err, const char *fmt, ...)
{
	autobuf struct buf out = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&out, fmt, ap);
	va_end(ap);
	return output_stdout(&out, err);
}

/* --- the keys --- */

static const struct cause *cause_at(const struct review *r, size_t i)
{
	return &r->last.result.cmp.causes[i];
}

static int settle(struct review *r, size_t i, enum decision decision)
{
	const struct cause *cause = cause_at(r, i);

	r->last.decided[cause->leader] = decision;
	for (size_t m = 0; m < cause->n; m++)
		r->last.decided[cause->members[m]] = decision;
	last_result_decide(session_cache(r->edit.s), &r->last);
	return 1;
}

static void accept_finding(struct review *r, size_t at, const char *reason,
			   const char *expires)
{
	const struct finding *f = &r->last.result.v[at].f;

	if (finding_is_news(f) && !f->accepted)
		baseline_edit_accept(&r->edit, f->fact->line, f->step, reason,
				     expires);
}

static void accept_cause(struct review *r, size_t i, const char *reason,
			 const char *expires)
{
	const struct cause *cause = cause_at(r, i);

	accept_finding(r, cause->leader, reason, expires);
	for (size_t m = 0; m < cause->n; m++)
		accept_finding(r, cause->members[m], reason, expires);
}

/* Empty: not now. */
static int ask_reason(struct buf *out, struct err *err)
{
	if (!keys_line(out, "why this is as it should be: ") || !out->len)
		return review_say(err, "no reason, not accepted\n");
	return 1;
}

/* Asked again until it is a day to come, or nothing. */
static int ask_expiry(struct buf *out, struct err *err)
{
	for (;;) {
		struct err bad = ERR_INIT;
		autobuf struct buf safe = BUF_INIT;

		buf_clear(out);
		if (!keys_line(out, "last day it counts (YYYY-MM-DD, empty: "
			       "for ever): "))
			return review_say(err, "\nnot accepted\n");
		if (!baseline_edit_date(out->p, &bad))
			return 1;
		text_sanitise(&safe, str_c(bad.msg));
		if (review_say(err, "%s\n", safe.p))
			return -1;
	}
}

/* Each: 1 when the finding is done with, 0 to ask again, -1. */
static int key_accept(struct review *r, size_t i, struct err *err)
{
	autobuf struct buf reason = BUF_INIT, expires = BUF_INIT;
	struct baseline_edit *k = &r->edit;
	int answered = ask_reason(&reason, err);

	if (answered > 0)
		answered = ask_expiry(&expires, err);
	if (answered <= 0)
		return answered;
	buf_clear(&k->out);
	if (baseline_edit_load(k, r->dir, &r->last, err) ||
	    baseline_edit_need(k, err))
		return -1;
	accept_cause(r, i, reason.p, expires.p);
	if (baseline_edit_save(k, k->old, err) || output_stdout(&k->out, err))
		return -1;
	r->accepted++;
	return settle(r, i, DECISION_ACCEPTED);
}

static int key_reject(struct review *r, size_t i, struct err *err)
{
	if (review_say(err,
		       "rejected: it keeps failing until the program stops\n"))
		return -1;
	r->rejected++;
	return settle(r, i, DECISION_REJECTED);
}

static int key_skip(struct review *r, size_t i, struct err *err)
{
	(void)r;
	(void)i;
	(void)err;
	return 1;
}

static int key_quit(struct review *r, size_t i, struct err *err)
{
	(void)i;
	(void)err;
	r->quit = true;
	return 1;
}

static int key_help(struct review *r, size_t i, struct err *err);

static const struct key {
	char key;
	const char *word, *help;
	int (*run)(struct review *r, size_t i, struct err *err);
} keys[] = {
	{ 'a', "accept", "asks why, and writes it into the baseline at once",
	  key_accept },
	{ 'r', "reject", "it keeps failing, and is not asked about again",
	  key_reject },
	{ 's', "skip", "decide later", key_skip },
	{ 'q', "quit", "leave the rest for later", key_quit },
	{ '?', "help", "this", key_help },
};

static int key_help(struct review *r, size_t i, struct err *err)
{
	(void)r;
	(void)i;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		if (review_say(err, "  %c  %-7s %s\n", keys[k].key,
			       keys[k].word,
			       keys[k].help))
			return -1;
	return 0;
}

static int prompt(struct err *err)
{
	autobuf struct buf out = BUF_INIT;

	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		buf_printf(&out, "%s%c %s", k ? ", " : "", keys[k].key,
			   keys[k].word);
	buf_c(&out, ": ");
	return output_stdout(&out, err);
}

/* As keys' functions. */
static int press(struct review *r, size_t i, int c, struct err *err)
{
	if (c == KEY_RESIZED)
		return review_say(err, "\n") ? -1 : cmd_review_show(r, i, err);
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		if (keys[k].key != c)
			continue;
		if (review_say(err, "%c\n", c))
			return -1;
		return keys[k].run(r, i, err);
	}
	/* Ctrl-D, and a terminal that went away. */
	if (c == KEY_END || c == 4)
		return review_say(err, "\n") ? -1 : key_quit(r, i, err);
	return review_say(err, "\n") ? -1 : key_help(r, i, err);
}

static int decide(struct review *r, size_t i, struct err *err)
{
	int done = cmd_review_show(r, i, err);

	while (!done) {
		if (prompt(err))
			return -1;
		done = press(r, i, keys_read(), err);
	}
	return done < 0 ? -1 : 0;
}

/* --- the command --- */

static bool is_undecided(const struct last_result *l, size_t at)
{
	return l->result.v[at].f.gates && l->decided[at] == DECISION_OPEN;
}

/* Is there anything to decide about the i-th cause? */
static bool is_open(const struct last_result *l, size_t i)
{
	const struct cause *cause = &l->result.cmp.causes[i];
	bool open = is_undecided(l, cause->leader);

	for (size_t m = 0; m < cause->n; m++)
		open |= is_undecided(l, cause->members[m]);
	return open;
}

static int review_all(struct review *r, struct err *err)
{
	for (size_t i = 0; i < r->last.result.cmp.n_causes && !r->quit; i++) {
		if (!is_open(&r->last, i))
			continue;
		r->at++;
		if (decide(r, i, err))
			return -1;
	}
	return review_say(err, "\n%zu accepted, %zu rejected, %zu left\n",
			  r->accepted, r->rejected,
			  r->total - r->accepted - r->rejected);
}

static int need_terminal(struct err *err)
{
	if (keys_possible())
		return 0;
	return err_set(err, ERR_TROUBLE, "review asks on a terminal, and this "
		       "is none; in a script: behavdiff baseline accept "
		       "ID... --reason TEXT");
}

static int cmd_review_begin(struct review *r, const struct invocation *inv,
			    struct err *err)
{
	const struct settings *set = &inv->set;

	if (command_takes(inv, 0, 0, err) || need_terminal(err) ||
	    baseline_edit_open(&r->edit, set, err) ||
	    last_result_read(&r->last, session_cache(r->edit.s), err))
		return -1;
	r->dir = set->folder ? set->folder :
		 r->last.place.subdir.len ? r->last.place.subdir.p : "";
	r->color = output_color(set->color);
	for (size_t i = 0; i < r->last.result.cmp.n_causes; i++)
		r->total += is_open(&r->last, i);
	/* Fails before the reviewer has typed a reason. */
	return baseline_edit_load(&r->edit, r->dir, &r->last, err) ||
	       baseline_edit_need(&r->edit, err) ? -1 : 0;
}

static int outcome(const struct last_result *l)
{
	for (size_t i = 0; i < l->result.n; i++)
		if (l->result.v[i].f.gates &&
		    l->decided[i] != DECISION_ACCEPTED)
			return STATUS_REGRESSION;
	return STATUS_PASS;
}

int cmd_review(const struct invocation *inv, struct err *err)
{
	__attribute__((cleanup(review_free)))
	struct review r = { .last = LAST_RESULT_INIT };
	int failed;

	if (cmd_review_begin(&r, inv, err))
		return -1;
	if (!r.total)
		return review_say(err, "nothing to decide about the last "
				  "comparison\n") ? -1 : outcome(&r.last);
	make_stat(&r);
	if (keys_begin(err))
		return -1;
	failed = review_all(&r, err);
	keys_end();
	return failed ? -1 : outcome(&r.last);
}
