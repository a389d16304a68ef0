/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that no longer do their part, and what the deadline kept from them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "core/base/vec.h"
#include "tests/unit/facts.h"

#define STEPS_MAX 3

/* How one step goes; in ms since the run began, 0: it did not. */
struct part {
	const char *name, *after, *awaits;
	unsigned start, ready, end;
	int status;
	const char *error, *file;
	unsigned line;
	int err;
	bool stopped;
	const char *unmet;
};

struct side {
	const char *how;
	unsigned ms;
	struct part steps[STEPS_MAX];
};

static struct str word(const char *s)
{
	return s ? str_c(s) : STR("");
}

static void put_run(struct fingerprint *fp, size_t r, const struct side *s)
{
	struct run_end *run = &fp->ends[r];

	run->how = str_c(s->how);
	run->ms = s->ms;
	run->steps = arena_alloc(&fp->arena, STEPS_MAX * sizeof(*run->steps));
	run->n_steps = 0;
	for (size_t i = 0; i < STEPS_MAX && s->steps[i].name; i++) {
		const struct part *p = &s->steps[i];

		run->steps[run->n_steps++] = (struct step_end){
			.name = str_c(p->name), .command = STR("prog x"),
			.after = word(p->after), .awaits = word(p->awaits),
			.started = p->start && !p->err, .was_ready = p->ready,
			.ended = p->end || p->err, .status = p->status,
			.started_ms = p->start, .ready_ms = p->ready,
			.ended_ms = p->end, .err = p->err,
			.error = word(p->error), .error_file = word(p->file),
			.error_line = p->line, .stopped = p->stopped,
			.unmet = word(p->unmet), .output = STR(""),
		};
	}
}

/* Three runs, the i-th as runs[i], or as the last that is given. */
static struct fingerprint *went_in(struct fingerprint *fp,
				   const struct side *runs, size_t n)
{
	fp->n_ends = fp->runs;
	fp->ends = arena_alloc(&fp->arena, fp->n_ends * sizeof(*fp->ends));
	for (size_t r = 0; r < fp->n_ends; r++)
		put_run(fp, r, &runs[r < n ? r : n - 1]);
	fp->plan = STR("{\"timeout_ms\": 4000}");
	return fp;
}

#define WENT(fp, ...) went_in(fp, (const struct side[]){ __VA_ARGS__ }, \
	sizeof((const struct side[]){ __VA_ARGS__ }) / sizeof(struct side))

static const struct finding *find(const struct comparison *c, const char *line)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->findings[i].fact->line, str_c(line)))
			return &c->findings[i];
	return NULL;
}

static struct comparison judge(struct fingerprint *old,
			       struct fingerprint *new)
{
	struct policy policy = { .fail_on = LEVEL_ERROR };
	struct comparison c;

	compare(&c, old, new, &policy);
	return c;
}

static void done(struct comparison *c, struct fingerprint *old,
		 struct fingerprint *new)
{
	comparison_free(c);
	fingerprint_free(old);
	fingerprint_free(new);
}

/* One finding at error, with this sentence; takes both. */
static void breaks(struct fingerprint *old, struct fingerprint *new,
		   const char *line, const char *sentence)
{
	struct comparison c = judge(old, new);
	const struct finding *f = find(&c, line);
	autobuf struct buf text = BUF_INIT;

	if (!f)
		fail_msg("no '%s' (%s)", line, sentence);
	finding_sentence(&text, f);
	assert_string_equal(text.p, sentence);
	assert_int_equal(f->level, LEVEL_ERROR);
	assert_true(f->gates);
	assert_string_equal(verdict_name(c.verdict), "regression");
	done(&c, old, new);
}

/* No finding about a step; takes both. */
static void stands(struct fingerprint *old, struct fingerprint *new,
		   enum verdict verdict, const char *reason)
{
	struct comparison c = judge(old, new);

	for (size_t i = 0; i < c.n; i++)
		if (c.findings[i].fact->kind == EV_STEP)
			fail_msg("'%s'", c.findings[i].fact->ev.note.p);
	if (reason && (!c.n_reasons || !str_eq(c.reasons[0], str_c(reason))))
		fail_msg("'%.*s', not '%s'",
			 STR_ARG(c.n_reasons ? c.reasons[0] : STR("")), reason);
	assert_int_equal(c.n_reasons > 0, reason != NULL);
	assert_string_equal(verdict_name(c.verdict), verdict_name(verdict));
	done(&c, old, new);
}

#define ONE "3 exec /bin/1"
#define SERVES(...) { "quiescent", 500, { { "server", .awaits = "listen", \
	.start = 10, __VA_ARGS__ } } }
#define ENDS(...) { "exit", 500, { { "client", .start = 10, .ready = 10, \
	__VA_ARGS__ } } }

/* Facts that a step did so many ms after the run began. */
static struct fingerprint *later(const char *line, unsigned ms,
				 const char *step)
{
	struct fingerprint *fp = facts_v("b", 3, (const char *const[]){
		ONE, line, NULL });

	for (size_t i = 0; i < fp->n; i++) {
		fp->facts[i].ev.ns = (uint64_t)ms * 1000000;
		fp->facts[i].ev.step = str_c(step);
	}
	return fp;
}

static const struct side served = SERVES(.ready = 40);
static const struct side ended = ENDS(.end = 90);

static void every_manner_has_its_words(void **state)
{
	(void)state;
	breaks(WENT(FACTS("a", ONE), served),
	       WENT(FACTS("b", ONE), SERVES(.end = 30, .status = 1 << 8,
			.error = "SyntaxError: invalid syntax",
			.file = "server.py", .line = 660)), "step server",
	       "server no longer starts: SyntaxError: invalid syntax, "
	       "server.py:660");
	breaks(WENT(FACTS("a", ONE), served),
	       WENT(FACTS("b", ONE), SERVES(.end = 30, .status = 2 << 8)),
	       "step server", "server no longer starts: it ended with status 2 "
	       "and printed nothing");
	breaks(WENT(FACTS("a", ONE), served),
	       WENT(FACTS("b", ONE), SERVES(.err = ENOENT, .status = 127 << 8)),
	       "step server", "server no longer starts: prog: ENOENT (no such "
	       "program)");
	breaks(WENT(FACTS("a", ONE), served),
	       WENT(FACTS("b", ONE), SERVES(.end = 0)), "step server",
	       "server no longer becomes ready: it listens on no port");
	breaks(WENT(FACTS("a", ONE), served),
	       WENT(FACTS("b", ONE), SERVES(.ready = 40, .end = 60,
			.status = 1 << 8, .error = "Error: no")),
	       "step server", "server no longer keeps running: Error: no");
	/* In OLD the scenario stopped it: it was there until then. */
	breaks(WENT(FACTS("a", ONE), SERVES(.ready = 40, .end = 480,
			.status = SIGTERM, .stopped = true)),
	       WENT(FACTS("b", ONE), SERVES(.ready = 40, .end = 60,
			.status = 1 << 8, .error = "Error: no")),
	       "step server", "server no longer keeps running: Error: no");
	breaks(WENT(FACTS("a", ONE), ended),
	       WENT(FACTS("b", ONE), ENDS(.end = 60, .status = 1 << 8,
			.error = "Error: no", .file = "m.py", .line = 2)),
	       "step client", "client no longer ends with status 0: Error: no, "
	       "m.py:2 (it ended with status 1)");
	breaks(WENT(FACTS("a", ONE), ended),
	       WENT(FACTS("b", ONE), ENDS(.end = 60, .status = SIGSEGV)),
	       "step client", "client crashes now: it was killed by SIGSEGV");
	breaks(WENT(FACTS("a", ONE), ended),
	       WENT(FACTS("b", ONE), ENDS(.end = 60,
			.unmet = "it was expected to print \"ok\" and did "
				 "not")), "step client",
	       "client no longer does what is expected of it: it was expected "
	       "to print \"ok\" and did not");
	breaks(WENT(FACTS("a", ONE), ended),
	       WENT(FACTS("b", ONE), { "quiescent", 500,
		    { { "client", .start = 10, .ready = 10 } } }),
	       "step client", "client no longer ends by itself: it still "
	       "waited when nothing moved any more");
}

static void what_some_runs_do_is_no_breakage(void **state)
{
	const struct side bad = ENDS(.end = 60, .status = 1 << 8);

	(void)state;
	stands(WENT(FACTS("a", ONE), ended),
	       WENT(FACTS("b", ONE), bad, ended, bad), VERDICT_PASS, NULL);
	stands(WENT(later("3 file.create $TREE/x", 20, "client"), bad),
	       WENT(later("3 file.create $TREE/x", 20, "client"), bad),
	       VERDICT_PASS, NULL);
}

static void what_stop_ended_did_its_part(void **state)
{
	struct fingerprint *old = WENT(FACTS("a", ONE), ended);
	struct fingerprint *new = WENT(FACTS("b", ONE),
		ENDS(.end = 400, .status = SIGTERM, .stopped = true));
	struct comparison c = judge(old, new);
	const struct finding *f = find(&c, "step.end client");

	(void)state;
	assert_non_null(f);
	assert_int_equal(f->level, LEVEL_NOTE);
	assert_string_equal(f->fact->ev.note.p, "client did not end by itself, "
			    "as it did in OLD; `stop` ended it");
	assert_int_equal(c.verdict, VERDICT_PASS);
	done(&c, old, new);
}

static void consequences_stand_below_and_do_not_gate(void **state)
{
	const struct side was = { "exit", 500, {
		{ "server", .awaits = "listen", .start = 10, .ready = 40,
		  .end = 490, .stopped = true },
		{ "client", .after = "server", .start = 50, .ready = 50,
		  .end = 90 } } };
	const struct side is = { "exit", 500, {
		{ "server", .awaits = "listen", .start = 10, .end = 30,
		  .status = 1 << 8, .error = "Error: no" },
		{ "client", .after = "server" } } };
	struct fingerprint *old = WENT(FACTS("a", ONE, "3 file.read $TREE/d"),
				       was);
	struct fingerprint *new = WENT(FACTS("b", ONE,
		"3 process.exit /usr/bin/python3 status=1",
		"3 net.connect tcp 203.0.113.7:443"), is);
	struct comparison c;
	const struct finding *lead, *f;
	size_t at;

	(void)state;
	for (size_t i = 0; i < old->n; i++)
		old->facts[i].ev.step = old->facts[i].kind == EV_EXEC ?
			STR("server") : STR("client");
	for (size_t i = 0; i < new->n; i++)
		new->facts[i].ev.step = STR("server");
	c = judge(old, new);
	lead = find(&c, "step server");
	assert_non_null(lead);
	at = (size_t)(lead - c.findings);
	assert_int_equal(at, 0);
	assert_int_equal(lead->cause, at);
	f = find(&c, "step client");
	assert_string_equal(f->fact->ev.note.p, "client was not started, "
			    "because step server did not become ready");
	assert_int_equal(f->cause, at);
	assert_false(f->gates);
	f = find(&c, "file.read $TREE/d");
	assert_int_equal(c.findings[f->cause].fact->kind, EV_STEP);
	f = find(&c, "process.exit /usr/bin/python3 status=1");
	assert_int_equal(f->cause, at);
	assert_false(f->gates);
	/* What it does that it did not do before is no consequence. */
	f = find(&c, "net.connect tcp 203.0.113.7:443");
	assert_true(f->gates);
	assert_int_equal(f->cause, f - c.findings);
	if (c.n_reasons)
		fail_msg("%.*s", STR_ARG(c.reasons[0]));
	done(&c, old, new);
}

/* --- the deadline --- */

static void new_cut_where_old_ended_is_a_doubt(void **state)
{
	(void)state;
	stands(WENT(FACTS("a", ONE), ENDS(.end = 2510)),
	       WENT(FACTS("b", ONE), { "deadline", 4003,
		    { { "client", .start = 10, .ready = 10 } } }),
	       VERDICT_INCONCLUSIVE, "b: step client was still running at the "
	       "deadline of 4 s in all 3 runs, where it ended it took 2.5 s: "
	       "timeout = 8s");
	/* And where it is meant to end so. */
	stands(WENT(FACTS("a", ONE), { "exit", 500, { { "client",
		    .awaits = "exit", .start = 10, .ready = 90,
		    .end = 90 } } }),
	       WENT(FACTS("b", ONE), { "deadline", 4003, { { "client",
		    .awaits = "exit", .start = 10 } } }),
	       VERDICT_INCONCLUSIVE, "b: step client was still running at the "
	       "deadline of 4 s in all 3 runs, where it ended it took 80 ms: "
	       "timeout = 8s");
}

static void a_step_that_began_in_some_runs_is_a_doubt(void **state)
{
	const struct side all = { "exit", 4800, {
		{ "signup", .awaits = "exit", .start = 10, .ready = 3900,
		  .end = 3900 },
		{ "login", .after = "signup", .start = 3900, .ready = 3900,
		  .end = 4800 } } };
	const struct side cut = { "deadline", 4001, {
		{ "signup", .awaits = "exit", .start = 10 },
		{ "login", .after = "signup" } } };

	(void)state;
	stands(WENT(FACTS("a", ONE), all), WENT(FACTS("b", ONE), cut, all, cut),
	       VERDICT_INCONCLUSIVE, "b: step login never began in 2 of 3 "
	       "runs: the deadline of 4 s came first, where it began the run "
	       "took 4.8 s: timeout = 10s");
	stands(WENT(FACTS("a", ONE), cut), WENT(FACTS("b", ONE), cut),
	       VERDICT_INCONCLUSIVE, "a: step login never began in all 3 runs: "
	       "the deadline of 4 s came first: timeout = 8s");
}

static void a_server_alive_at_the_deadline_is_normal(void **state)
{
	const struct side s = { "deadline", 4001, { { "server",
		.awaits = "listen", .start = 10, .ready = 40 } } };

	(void)state;
	stands(WENT(FACTS("a", ONE), s), WENT(FACTS("b", ONE), s),
	       VERDICT_PASS, NULL);
}

static void a_server_that_had_time_and_is_not_ready_is_broken(void **state)
{
	const struct side late = { "deadline", 4001, { { "server",
		.awaits = "listen", .start = 10, .ready = 1010 } } };
	const struct side never = { "deadline", 4001, { { "server",
		.awaits = "listen", .start = 10 } } };

	(void)state;
	breaks(WENT(FACTS("a", ONE), served), WENT(FACTS("b", ONE), never),
	       "step server", "server no longer becomes ready: it listens on "
	       "no port");
	stands(WENT(FACTS("a", ONE), late), WENT(FACTS("b", ONE), never),
	       VERDICT_INCONCLUSIVE, "b: step server was not ready at the "
	       "deadline of 4 s in all 3 runs, where it became ready it took "
	       "1 s: timeout = 8s");
}

static void what_old_was_cut_before_is_no_regression(void **state)
{
	const struct side cut = { "deadline", 4001, {
		{ "server", .awaits = "exit", .start = 10 } } };
	const struct side serving = { "deadline", 4001, {
		{ "server", .awaits = "listen", .start = 10, .ready = 90 } } };
	struct fingerprint *old;

	(void)state;
	stands(WENT(FACTS("a", ONE), cut),
	       WENT(later("1 exec /usr/bin/id", 3900, "server"), cut),
	       VERDICT_INCONCLUSIVE, "a: step server was cut by the deadline "
	       "of 4 s in every run, before it could have shown 'exec "
	       "/usr/bin/id': timeout = 8s");
	/* Early enough that OLD would have shown it. */
	stands(WENT(FACTS("a", ONE), cut),
	       WENT(later("1 exec /usr/bin/id", 300, "server"), cut),
	       VERDICT_REGRESSION, NULL);
	/* Every run of NEW, and none got further than OLD's. */
	stands(WENT(FACTS("a", ONE), cut),
	       WENT(later("3 exec /usr/bin/id", 3900, "server"), cut),
	       VERDICT_REGRESSION, NULL);
	/* A server that was ready: OLD could have. */
	stands(WENT(FACTS("a", ONE), serving),
	       WENT(later("1 exec /usr/bin/id", 3900, "server"), serving),
	       VERDICT_REGRESSION, NULL);
	/* One run of OLD got through and did not. */
	old = WENT(FACTS("a", ONE), cut, { "exit", 3000, {
		{ "server", .awaits = "exit", .start = 10, .ready = 2900,
		  .end = 2900 } } }, cut);
	stands(old, WENT(later("1 exec /usr/bin/id", 3900, "server"), cut),
	       VERDICT_REGRESSION, "a: step server was still running at the "
	       "deadline of 4 s in 2 of 3 runs, where it ended it took 2.9 s: "
	       "timeout = 8s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_manner_has_its_words),
		cmocka_unit_test(what_some_runs_do_is_no_breakage),
		cmocka_unit_test(what_stop_ended_did_its_part),
		cmocka_unit_test(consequences_stand_below_and_do_not_gate),
		cmocka_unit_test(new_cut_where_old_ended_is_a_doubt),
		cmocka_unit_test(a_step_that_began_in_some_runs_is_a_doubt),
		cmocka_unit_test(a_server_alive_at_the_deadline_is_normal),
		cmocka_unit_test(a_server_that_had_time_and_is_not_ready_is_broken),
		cmocka_unit_test(what_old_was_cut_before_is_no_regression),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
