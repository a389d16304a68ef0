/* SPDX-License-Identifier: Apache-2.0 */
/* Who may start, who is ready, who is stopped and when; without a sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>

#include "core/base/vec.h"
#include "core/run/inside.h"
#include "core/run/step_scheduler.h"

#define EXITED(status) ((status) << 8)

/* Time and processes of a run that does not exist. */
struct play {
	struct scenario scenario;
	struct step_scheduler st;
	bool alive[CONFIG_SUBSECTIONS_MAX];
	bool busy;
	uint64_t sum;
};

static bool alive(void *ctx, size_t step)
{
	return ((struct play *)ctx)->alive[step];
}

static bool asleep(void *ctx, uint64_t *sum)
{
	const struct play *g = ctx;

	*sum = g->sum;
	return !g->busy;
}

static struct stop_world world = { alive, asleep, NULL };

static void begin(struct play *g, const char *text)
{
	const struct sandbox sandbox = SANDBOX_INIT;
	struct err err = ERR_INIT;
	struct config cfg;

	memset(g, 0, sizeof(*g));
	if (config_parse(&cfg, "f", str_c(text), &err) ||
	    scenario_make(&g->scenario, &cfg, -1, &err))
		fail_msg("%s", err.msg);
	config_free(&cfg);
	step_scheduler_init(&g->st, &g->scenario, -1);
	step_scheduler_begin(&g->st, &sandbox);
	world.ctx = g;
	g->st.world = &world;
}

static void end(struct play *g)
{
	step_scheduler_free(&g->st);
	scenario_free(&g->scenario);
}

static void pass(struct play *g, uint64_t ms)
{
	g->st.start_ns -= ms * 1000000U;
}

/* Start every step that may start now, and say which. */
static void start_all(struct play *g, const char *want)
{
	autobuf struct buf got = BUF_INIT;
	size_t i;

	while (step_scheduler_next(&g->st, &i)) {
		buf_printf(&got, "%s%.*s", got.len ? " " : "",
			   STR_ARG(g->scenario.steps[i].name));
		g->st.s[i].asked = true;
		g->st.s[i].asked_ms = step_scheduler_ms(&g->st);
		g->alive[i] = true;
		step_scheduler_started(&g->st, i);
	}
	assert_string_equal(got.p ? got.p : "", want);
}

static void ended(struct play *g, size_t i, int status)
{
	g->alive[i] = false;
	step_scheduler_ended(&g->st, i, status);
}

/* The signals that are due now: "server TERM; db KILL all". */
static void signals(struct play *g, const char *want)
{
	autobuf struct buf got = BUF_INIT;
	struct stop_order o;

	while (stops_next(&g->st, &o))
		buf_printf(&got, "%s%.*s %s%s", got.len ? "; " : "",
			   STR_ARG(g->scenario.steps[o.step].name),
			   sigabbrev_np(o.sig), o.all ? " all" : "");
	assert_string_equal(got.p ? got.p : "", want);
}

/* Nothing while it has not rested, then this. */
static void signals_at_rest(struct play *g, const char *want)
{
	assert_true(stops_expect(&g->st));
	signals(g, "");
	pass(g, STOPS_REST_MS + 1);
	signals(g, want);
}

#define SERVER "[step \"server\"]\ncommand = s\nready = listen\n"
#define CLIENT "[step \"client\"]\ncommand = c\nafter = server\n"

/* The server listens, its only client comes and goes. */
static void serve_one_client(struct play *g)
{
	start_all(g, "server");
	step_scheduler_listening(&g->st, 0, STR("127.0.0.1:80"));
	start_all(g, "client");
	ended(g, 1, 0);
}

static void servers_are_stopped_when_the_last_client_has_ended(void **state)
{
	(void)state;
	struct play g;

	begin(&g, SERVER CLIENT
	      "[step \"other\"]\ncommand = o\nafter = server\n");
	start_all(&g, "server");
	step_scheduler_listening(&g.st, 0, STR("127.0.0.1:80"));
	start_all(&g, "client other");
	ended(&g, 1, 0);
	assert_false(stops_expect(&g.st));
	signals(&g, "");
	ended(&g, 2, EXITED(1));
	signals_at_rest(&g, "server TERM");
	assert_true(step_scheduler_ends(&g.st, &(size_t){ 0 })[0].stopped);
	assert_false(step_scheduler_ends(&g.st, &(size_t){ 0 })[1].stopped);
	/* It ends in time. */
	assert_true(step_scheduler_expects(&g.st));
	ended(&g, 0, SIGTERM);
	assert_false(step_scheduler_expects(&g.st));
	assert_true(step_scheduler_done(&g.st));
	pass(&g, 10 * STOPS_GRACE_MS);
	signals(&g, "");
	end(&g);
}

static void one_that_stays_is_killed(void **state)
{
	(void)state;
	struct play g;

	begin(&g, SERVER CLIENT);
	serve_one_client(&g);
	signals_at_rest(&g, "server TERM");
	pass(&g, STOPS_GRACE_MS / 2);
	signals(&g, "");
	pass(&g, STOPS_GRACE_MS / 2 + 1);
	signals(&g, "server KILL all");
	pass(&g, STOPS_GRACE_MS);
	signals(&g, "");
	end(&g);
}

static void a_daemon_and_orphans_are_stopped_too(void **state)
{
	(void)state;
	struct play g;

	/* Its first process ended before, the daemon serves. */
	begin(&g, SERVER CLIENT);
	start_all(&g, "server");
	step_scheduler_ended(&g.st, 0, 0);
	step_scheduler_listening(&g.st, 0, STR("127.0.0.1:80"));
	start_all(&g, "client");
	ended(&g, 1, 0);
	signals_at_rest(&g, "server TERM all");
	g.alive[0] = false;
	assert_false(stops_expect(&g.st));
	end(&g);
	/* Its first process ends, and leaves others behind. */
	begin(&g, SERVER CLIENT);
	serve_one_client(&g);
	signals_at_rest(&g, "server TERM");
	step_scheduler_ended(&g.st, 0, SIGTERM);
	signals(&g, "");
	pass(&g, STOPS_ORPHANS_MS + 1);
	signals(&g, "server TERM all");
	pass(&g, STOPS_GRACE_MS);
	signals(&g, "server KILL all");
	end(&g);
}

static void the_last_server_goes_first_and_each_alone(void **state)
{
	(void)state;
	struct play g;

	begin(&g, "[step \"db\"]\ncommand = d\nready = listen\n"
		  "[step \"web\"]\ncommand = w\nready = listen\nafter = db\n"
		  "[step \"client\"]\ncommand = c\nafter = web\n");
	start_all(&g, "db");
	step_scheduler_listening(&g.st, 0, STR("127.0.0.1:1"));
	start_all(&g, "web");
	step_scheduler_listening(&g.st, 1, STR("127.0.0.1:2"));
	start_all(&g, "client");
	ended(&g, 2, 0);
	signals_at_rest(&g, "web TERM");
	pass(&g, STOPS_REST_MAX_MS);
	signals(&g, "");
	ended(&g, 1, 0);
	signals_at_rest(&g, "db TERM");
	end(&g);
}

static void rest_is_waited_for_and_not_for_ever(void **state)
{
	(void)state;
	struct play g;

	begin(&g, SERVER CLIENT);
	serve_one_client(&g);
	signals(&g, "");
	/* Between two looks something ran, or runs. */
	g.sum++;
	pass(&g, STOPS_REST_MS + 1);
	signals(&g, "");
	g.busy = true;
	pass(&g, STOPS_REST_MS + 1);
	signals(&g, "");
	pass(&g, STOPS_REST_MAX_MS);
	signals(&g, "server TERM");
	end(&g);
}

static void nothing_is_stopped_that_nobody_came_for(void **state)
{
	(void)state;
	static const char *const texts[] = {
		SERVER,
		"[step \"keys\"]\ncommand = k\nready = exit\n"
		"[step \"server\"]\ncommand = s\nready = listen\n"
		"after = keys\n",
	};
	struct play g;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		begin(&g, texts[i]);
		start_all(&g, i ? "keys" : "server");
		if (i) {
			ended(&g, 0, 0);
			start_all(&g, "server");
		}
		step_scheduler_listening(&g.st, i, STR("127.0.0.1:80"));
		pass(&g, 100 * STOPS_GRACE_MS);
		assert_false(stops_expect(&g.st));
		signals(&g, "");
		end(&g);
	}
}

static void a_client_that_cannot_start_is_not_waited_for(void **state)
{
	(void)state;
	struct play g;

	begin(&g, SERVER
	      "[step \"setup\"]\ncommand = x\nready = exit\n"
	      "[step \"client\"]\ncommand = c\nafter = server\n"
	      "after = setup\n");
	start_all(&g, "server setup");
	step_scheduler_listening(&g.st, 0, STR("127.0.0.1:80"));
	assert_false(stops_expect(&g.st));
	ended(&g, 1, EXITED(1));
	start_all(&g, "");
	signals_at_rest(&g, "server TERM");
	end(&g);
	/* What could not be executed has ended. */
	begin(&g, SERVER CLIENT);
	start_all(&g, "server");
	step_scheduler_listening(&g.st, 0, STR("127.0.0.1:80"));
	g.st.s[1].asked = true;
	step_scheduler_failed(&g.st, 1, 2);
	signals_at_rest(&g, "server TERM");
	end(&g);
}

/* The process' end and the message of its exec come in either order. */
static void a_failed_exec_says_why_in_either_order(void **state)
{
	(void)state;
	struct play g;

	for (int order = 0; order < 2; order++) {
		size_t n;
		struct step_end *end_of;

		begin(&g, "[step \"a\"]\ncommand = a\nrepeat = 2\n");
		g.st.s[0].asked = true;
		if (order)
			step_scheduler_failed(&g.st, 0, EACCES);
		ended(&g, 0, EXITED(127));
		if (!order)
			step_scheduler_failed(&g.st, 0, EACCES);
		start_all(&g, "");
		end_of = step_scheduler_ends(&g.st, &n);
		assert_int_equal(end_of[0].status, EXITED(126));
		assert_int_equal(end_of[0].err, EACCES);
		end(&g);
	}
}

static void a_step_stops_when_another_has_ended(void **state)
{
	(void)state;
	struct play g;

	begin(&g, "[step \"gui\"]\ncommand = g\nstop = INT after client\n"
		  "[step \"client\"]\ncommand = c\nrepeat = 2\n");
	start_all(&g, "gui client");
	ended(&g, 1, 0);
	assert_false(stops_expect(&g.st));
	start_all(&g, "client");
	pass(&g, 60000);
	signals(&g, "");
	ended(&g, 1, 0);
	signals_at_rest(&g, "gui INT");
	pass(&g, 10 * STOPS_GRACE_MS);
	signals(&g, "");
	assert_false(stops_expect(&g.st));
	end(&g);
}

static bool next_is(struct play *g, size_t wanted)
{
	size_t next;

	return step_scheduler_next(&g->st, &next) && next == wanted;
}

/* A server that is started again when its first run has been stopped. */
static void a_stopped_step_is_ready_by_its_end(void **state)
{
	static const int ends[] = { 0, SIGINT, 130 << 8, 3 << 8 };
	(void)state;
	struct play g;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		begin(&g, "[step \"one\"]\ncommand = s\nready = exit\n"
			  "stop = INT after client\n"
			  "[step \"client\"]\ncommand = c\n"
			  "[step \"two\"]\ncommand = s\nafter = one\n");
		start_all(&g, "one client");
		pass(&g, 60000);
		signals(&g, "");
		ended(&g, 1, 0);
		assert_false(next_is(&g, 2));
		signals_at_rest(&g, "one INT");
		assert_false(next_is(&g, 2));
		ended(&g, 0, ends[i]);
		assert_true(next_is(&g, 2));
		end(&g);
	}
}

/* `stop` excuses how its own signal ends a step, in that repetition only. */
static void a_stop_excuses_no_failure_of_its_own(void **state)
{
	static const struct {
		int first, second;	/* the second one is not stopped */
		bool stopped;
		int status;
	} cases[] = {
		{ SIGTERM, SIGTERM, true, SIGTERM },
		{ EXITED(3), 0, true, EXITED(3) },
		{ SIGKILL, 0, true, SIGKILL },
		{ SIGSEGV, 0, false, SIGSEGV },
		{ SIGABRT, SIGTERM, false, SIGABRT },
		{ SIGTERM, SIGSEGV, false, SIGSEGV },
		{ SIGTERM, EXITED(1), false, EXITED(1) },
		{ 0, EXITED(1), false, EXITED(1) },
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct step_end *s;
		struct play g;

		begin(&g, "[step \"a\"]\ncommand = a\nrepeat = 2\n"
			  "stop = TERM after 1s\n");
		start_all(&g, "a");
		pass(&g, 1001);
		signals(&g, "a TERM");
		ended(&g, 0, cases[i].first);
		start_all(&g, "a");
		ended(&g, 0, cases[i].second);
		s = step_scheduler_ends(&g.st, &n);
		assert_int_equal(s->stopped, cases[i].stopped);
		assert_int_equal(s->status, cases[i].status);
		assert_int_equal(step_end_did(s), cases[i].stopped);
		end(&g);
	}
}

/* Some programs are stopped by a signal that is a crash elsewhere. */
static void the_signal_of_a_stop_is_no_crash(void **state)
{
	size_t n;
	struct play g;

	(void)state;
	begin(&g, "[step \"a\"]\ncommand = a\nstop = ABRT after 1s\n");
	start_all(&g, "a");
	pass(&g, 1001);
	signals(&g, "a ABRT");
	ended(&g, 0, SIGABRT);
	assert_true(step_end_did(step_scheduler_ends(&g.st, &n)));
	end(&g);
}

static void ready_by_its_end_is_by_the_status_it_is_meant_to_have(void **state)
{
	static const struct {
		const char *expect;
		int status;
		bool ready;
	} cases[] = {
		{ "", 0, true }, { "", 1 << 8, false }, { "", SIGTERM, false },
		{ "expect = status 1\n", 1 << 8, true },
		{ "expect = status 1\n", 0, false },
		{ "expect = status 1\n", SIGTERM, false },
	};
	autobuf struct buf text = BUF_INIT;
	struct play g;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&text);
		buf_printf(&text, "[step \"a\"]\ncommand = a\nready = exit\n"
			   "%s[step \"b\"]\ncommand = b\nafter = a\n",
			   cases[i].expect);
		begin(&g, text.p);
		start_all(&g, "a");
		ended(&g, 0, cases[i].status);
		if (next_is(&g, 1) != cases[i].ready)
			fail_msg("case %zu", i);
		end(&g);
	}
}

/* The run is not over while time alone lets another step start. */
static void what_has_ended_is_ready_by_time_all_the_same(void **state)
{
	struct play g;

	(void)state;
	begin(&g, "[step \"a\"]\ncommand = a\nready = after 2s\n"
		  "[step \"b\"]\ncommand = b\nafter = a\n");
	start_all(&g, "a");
	ended(&g, 0, EXITED(0));
	assert_true(step_scheduler_expects(&g.st));
	assert_false(step_scheduler_done(&g.st));
	pass(&g, 2000);
	step_scheduler_drain(&g.st);
	start_all(&g, "b");
	ended(&g, 1, EXITED(0));
	assert_false(step_scheduler_expects(&g.st));
	end(&g);
	/* Where nothing waits for it, neither does the run. */
	begin(&g, "[step \"a\"]\ncommand = a\nready = after 2s\n");
	start_all(&g, "a");
	ended(&g, 0, EXITED(0));
	assert_false(step_scheduler_expects(&g.st));
	end(&g);
}

static void a_servers_own_stop_comes_first_and_has_its_time(void **state)
{
	(void)state;
	struct play g;

	begin(&g, "[step \"server\"]\ncommand = s\nready = listen\n"
		  "stop = HUP after 5s\n" CLIENT);
	serve_one_client(&g);
	pass(&g, STOPS_REST_MAX_MS);
	signals(&g, "");
	pass(&g, 5000);
	signals(&g, "server HUP");
	pass(&g, STOPS_GRACE_MS / 2);
	signals(&g, "");
	pass(&g, STOPS_GRACE_MS);
	signals_at_rest(&g, "server TERM");
	end(&g);
}

static void an_own_stop_after_a_time_needs_no_rest(void **state)
{
	(void)state;
	struct play g;

	begin(&g, "[step \"a\"]\ncommand = a\nstop = after 2s\n");
	start_all(&g, "a");
	g.busy = true;
	signals(&g, "");
	assert_true(stops_expect(&g.st));
	pass(&g, 2001);
	signals(&g, "a TERM");
	signals(&g, "");
	end(&g);
}

static void a_server_is_ready_where_it_was_asked_for(void **state)
{
	(void)state;
	struct play g;

	begin(&g, "[step \"s\"]\ncommand = s\nready = listen 8765\n");
	start_all(&g, "s");
	step_scheduler_listening(&g.st, 0, STR("127.0.0.1:8080"));
	assert_false(step_scheduler_is_past(&g.st, 0));
	step_scheduler_listening(&g.st, 0, STR("[::1]:8765"));
	assert_true(step_scheduler_is_past(&g.st, 0));
	end(&g);
}

static void endpoints_serve_what_they_are_bound_to(void **state)
{
	(void)state;
	static const struct {
		const char *endpoint, *where;
		bool serves;
	} cases[] = {
		{ "", "127.0.0.1:80", true },
		{ "", "/tmp/x.sock", true },
		{ "80", "127.0.0.1:80", true },
		{ "80", "[::]:80", true },
		{ "80", "127.0.0.1:8080", false },
		{ "80", "127.0.0.1:180", false },
		{ "80", "/tmp/a:80", false },
		{ "80", "@x:80", false },
		{ "127.0.0.1:80", "127.0.0.1:80", true },
		{ "127.0.0.1:80", "0.0.0.0:80", true },
		{ "127.0.0.1:80", "[::]:80", true },
		{ "127.0.0.1:80", "[::ffff:127.0.0.1]:80", true },
		{ "127.0.0.1:80", "127.0.0.2:80", false },
		{ "127.0.0.1:80", "[::1]:80", false },
		{ "[::1]:80", "[::1]:80", true },
		{ "[0:0::1]:80", "[::1]:80", true },
		{ "[::1]:80", "[::]:80", true },
		{ "[::1]:80", "0.0.0.0:80", false },
		{ "localhost:80", "127.0.0.1:80", true },
		{ "localhost:80", "[::1]:80", true },
		{ "localhost:80", "0.0.0.0:80", true },
		{ "localhost:80", "10.0.0.1:80", false },
		{ "/tmp/x.sock", "/tmp/x.sock", true },
		{ "$TREE/x.sock", "/home/auditor/app/x.sock", true },
		{ "~/x.sock", "/home/auditor/x.sock", true },
		{ "/tmp/x.sock", "127.0.0.1:80", false },
		{ "@bus", "@bus", true },
		{ "@bus", "@bus2", false },
		{ "80", "", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (inside_serves(str_c(cases[i].endpoint),
				  str_c(cases[i].where)) != cases[i].serves)
			fail_msg("%s at %s", cases[i].endpoint,
				 cases[i].where);
}

static void a_place_is_below_tree_home_or_root(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "run/pid", "/home/auditor/app/run/pid" },
		{ "$TREE/run/pid", "/home/auditor/app/run/pid" },
		{ "~/x", "/home/auditor/x" },
		{ "$HOME/x", "/home/auditor/x" },
		{ "/tmp/x", "/tmp/x" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autobuf struct buf got = BUF_INIT;

		inside_path(&got, str_c(cases[i][0]));
		assert_string_equal(got.p, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			servers_are_stopped_when_the_last_client_has_ended),
		cmocka_unit_test(one_that_stays_is_killed),
		cmocka_unit_test(a_daemon_and_orphans_are_stopped_too),
		cmocka_unit_test(the_last_server_goes_first_and_each_alone),
		cmocka_unit_test(rest_is_waited_for_and_not_for_ever),
		cmocka_unit_test(nothing_is_stopped_that_nobody_came_for),
		cmocka_unit_test(
			a_client_that_cannot_start_is_not_waited_for),
		cmocka_unit_test(a_failed_exec_says_why_in_either_order),
		cmocka_unit_test(a_step_stops_when_another_has_ended),
		cmocka_unit_test(a_stopped_step_is_ready_by_its_end),
		cmocka_unit_test(a_stop_excuses_no_failure_of_its_own),
		cmocka_unit_test(the_signal_of_a_stop_is_no_crash),
		cmocka_unit_test(
			ready_by_its_end_is_by_the_status_it_is_meant_to_have),
		cmocka_unit_test(
			a_servers_own_stop_comes_first_and_has_its_time),
		cmocka_unit_test(what_has_ended_is_ready_by_time_all_the_same),
		cmocka_unit_test(an_own_stop_after_a_time_needs_no_rest),
		cmocka_unit_test(a_server_is_ready_where_it_was_asked_for),
		cmocka_unit_test(endpoints_serve_what_they_are_bound_to),
		cmocka_unit_test(a_place_is_below_tree_home_or_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
