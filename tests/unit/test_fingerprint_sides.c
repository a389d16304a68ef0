/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in every run, what counts as a race, and one more name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/compare/compare.h"
#include "core/fingerprint/drawn.h"

static const struct places places = {
	.tree = { "/home/auditor/app", 17 },
	.home = { "/home/auditor", 13 },
};

#define RUN_MAX 8

struct did {
	enum event_kind kind;
	const char *path;
	int err;
	pid_t task;
	const char *to;
	uint64_t content;
};

static struct fingerprint *run(const struct did *what)
{
	const struct builder_limits limits = { 1000, 1 << 20 };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);
	uint64_t ns = 0;

	for (; what->path; what++) {
		struct event ev = {
			.kind = what->kind, .a = str_c(what->path),
			.err = what->err, .pid = what->task, .ns = ++ns,
			.b = what->to ? str_c(what->to) : STR_NULL,
			.content = what->content,
		};

		sink.take(sink.ctx, &ev);
	}
	return builder_seal(b, NULL, 1, 0);
}

/* Three runs that each do this with the names of one list. */
static struct fingerprint *side_of(enum event_kind kind,
				   const char *const lists[3][RUN_MAX])
{
	struct fingerprint *runs[3], *merged;

	for (size_t i = 0; i < 3; i++) {
		struct did did[RUN_MAX + 1] = { { .path = NULL } };

		for (size_t k = 0; k < RUN_MAX && lists[i][k]; k++)
			did[k] = (struct did){ kind, lists[i][k], 0, 0, NULL,
					       0 };
		runs[i] = run(did);
	}
	merged = fingerprint_merge(runs, 3);
	for (size_t i = 0; i < 3; i++)
		fingerprint_free(runs[i]);
	return merged;
}

static struct fingerprint *side(const char *const lists[3][RUN_MAX])
{
	return side_of(EV_FILE_CREATE, lists);
}

static bool has(const struct fingerprint *fp, const char *line)
{
	return fingerprint_find(fp, str_c(line));
}

struct both {
	struct fingerprint *v[2];
};

static void both_free(struct both *both)
{
	fingerprint_free(both->v[0]);
	fingerprint_free(both->v[1]);
}
static void one_more_random_name_is_a_finding(void **state)
{
	(void)state;
	static const char *const two[3][RUN_MAX] = {
		{ "/tmp/tmpxk29ab01", "/tmp/tmp9kq2xz02" },
		{ "/tmp/tmpab3de503", "/tmp/tmpzz1yy204" },
		{ "/tmp/tmpp0o9i805", "/tmp/tmp1q2w3e06" },
	};
	static const char *const three[3][RUN_MAX] = {
		{ "/tmp/tmpxk2aab07", "/tmp/tmp9kbbxz08", "/tmp/tmp9q8w7e09" },
		{ "/tmp/tmpab3dde10", "/tmp/tmpzz1ff211", "/tmp/tmpr6t5y412" },
		{ "/tmp/tmpp0o9gg13", "/tmp/tmp1q2hhe14", "/tmp/tmpu3i2o115" },
	};
	static const char *const wavering[3][RUN_MAX] = {
		{ "/tmp/tmpxk2aab16", "/tmp/tmp9kbbxz17", "/tmp/tmp9q8w7e18" },
		{ "/tmp/tmpab3dde19", "/tmp/tmpzz1ff220" },
		{ "/tmp/tmpp0o9gg21", "/tmp/tmp1q2hhe22", "/tmp/tmpu3i2o123" },
	};
	const struct policy policy = { .fail_on = LEVEL_WARNING };
	autofingerprint struct fingerprint *a = side(two), *b = side(three);
	autofingerprint struct fingerprint *w = side(wavering);
	struct comparison c;

	compare(&c, a, b, &policy);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.findings[0].change, CHANGE_MORE);
	assert_int_equal(c.findings[0].level, LEVEL_WARNING);
	assert_true(c.findings[0].gates);
	assert_int_equal(c.findings[0].names_old, 2);
	assert_int_equal(c.findings[0].names_new, 3);
	comparison_free(&c);

	compare(&c, b, a, &policy);
	assert_int_equal(c.n, 0);
	comparison_free(&c);
	compare(&c, a, w, &policy);
	assert_int_equal(c.n, 0);
	comparison_free(&c);
	assert_true(fingerprint_is_unstable(w, true));
	assert_false(fingerprint_is_unstable(a, true));
}

/* --- what comes again --- */

/* One program is one, however often it is executed under a drawn name. */
static void programs_are_counted_by_what_they_hold(void **state)
{
	(void)state;
	const struct did same[] = {
		{ EV_EXEC, "/tmp/tmpxk29ab01", 0, 0, NULL, 7 },
		{ EV_EXEC, "/tmp/tmp9kq2xz02", 0, 0, NULL, 7 },
		{ EV_EXEC, "/tmp/tmp1q2hhe14", 0, 0, NULL, 7 },
		{ .path = NULL },
	};
	const struct did another[] = {
		{ EV_EXEC, "/tmp/tmpab3de503", 0, 0, NULL, 7 },
		{ EV_EXEC, "/tmp/tmpzz1yy204", 0, 0, NULL, 8 },
		{ .path = NULL },
	};
	const struct did unknown[] = {
		{ EV_EXEC, "/tmp/tmpab3de503", 0, 0, NULL, 0 },
		{ EV_EXEC, "/tmp/tmpzz1yy204", 0, 0, NULL, 0 },
		{ .path = NULL },
	};
	const struct str line = STR("exec /tmp/tmp<rand>");
	autofingerprint struct fingerprint *a = run(same), *b = run(another);
	autofingerprint struct fingerprint *c = run(unknown);

	assert_int_equal(fingerprint_find(a, line)->names_max, 1);
	assert_int_equal(fingerprint_find(b, line)->names_max, 2);
	assert_int_equal(fingerprint_find(c, line)->names_max, 2);
	assert_true(fact_has_more_names(fingerprint_find(a, line),
					fingerprint_find(b, line)));
	assert_false(fact_has_more_names(fingerprint_find(b, line),
					 fingerprint_find(c, line)));
}

static void what_every_run_has_was_not_drawn(void **state)
{
	(void)state;
	static const char *const made[3][RUN_MAX] = {
		{ "/tmp/tmp_payload", "/tmp/tmpk3_x91ab", "/tmp/pytest-0" },
		{ "/tmp/tmpqp02_m4z", "/tmp/tmp_payload", "/tmp/pytest-0" },
		{ "/tmp/tmp_payload", "/tmp/tmp8dk3l_0s", "/tmp/pytest-0" },
	};
	static const char *const ran[3][RUN_MAX] = {
		{ "/opt/0123456789abcdef/x" }, { "/opt/0123456789abcdef/x" },
		{ "/opt/0123456789abcdef/x" },
	};
	autofingerprint struct fingerprint *a = side(made);
	autofingerprint struct fingerprint *x = side_of(EV_EXEC, ran);
	autofingerprint struct fingerprint *r = side(ran);
	const struct fact *f = fingerprint_find(a,
		STR("file.create /tmp/tmp_payload"));

	assert_true(fingerprint_names_known(a));
	assert_int_equal(a->n, 3);
	assert_int_equal(f->seen, 3);
	assert_int_equal(f->names_max, 1);
	assert_true(str_eq(fact_template(f),
			   STR("file.create /tmp/tmp<rand>")));
	f = fingerprint_find(a, fact_template(f));
	assert_int_equal(f->names_min, 1);
	assert_int_equal(f->names_max, 1);
	assert_int_equal(f->ev.count, 3);
	/* Small numbers come again by chance. */
	assert_true(has(a, "file.create /tmp/pytest-<n>"));
	/* A hash comes again, and tells of what is executed only. */
	assert_true(has(x, "exec /opt/0123456789abcdef/x"));
	assert_true(has(r, "file.create /opt/<hex>/x"));
}

/* One run cannot tell: then neither side does. */
static void who_cannot_tell_compares_tokens(void **state)
{
	(void)state;
	static const char *const made[3][RUN_MAX] = {
		{ "/tmp/tmp_payload", "/tmp/tmpk3_x91ab" },
		{ "/tmp/tmp_payload", "/tmp/tmpqp02_m4z" },
		{ "/tmp/tmp_payload", "/tmp/tmp8dk3l_0s" },
	};
	static const struct did did[] = {
		{ EV_FILE_CREATE, "/tmp/tmp_payload", 0, 0, NULL, 0 },
		{ 0, NULL, 0, 0, NULL, 0 },
	};
	autofingerprint struct fingerprint *a = side(made), *one = run(did);
	autofingerprint struct fingerprint *b = fingerprint_merge(&one, 1);
	struct both both;

	assert_true(has(b, "file.create /tmp/tmp<rand>"));
	fingerprint_align(both.v, a, b);
	assert_int_equal(both.v[0]->n, 1);
	assert_true(has(both.v[0], "file.create /tmp/tmp<rand>"));
	assert_int_equal(both.v[0]->facts[0].seen, 3);
	assert_false(both.v[0]->names_known);
	both_free(&both);
	fingerprint_align(both.v, a, a);
	assert_int_equal(both.v[0]->n, 2);
	assert_true(both.v[1]->names_known);
	both_free(&both);
}

/* --- races --- */

static void who_came_first_is_no_fact(void **state)
{
	(void)state;
	static const struct did did[] = {
		{ EV_FILE_CREATE, "/srv/out", 0, 1, NULL, 0 },
		{ EV_FILE_CREATE, "/srv/out", EEXIST, 2, NULL, 0 },
		/* One task waits for what another makes. */
		{ EV_FILE_PROBE, "/srv/go", ENOENT, 1, NULL, 0 },
		{ EV_FILE_READ, "/srv/go", 0, 1, NULL, 0 },
		/* A journal that comes and goes under another's eyes. */
		{ EV_FILE_CREATE, "/srv/journal", 0, 1, NULL, 0 },
		{ EV_FILE_PROBE, "/srv/journal", 0, 2, NULL, 0 },
		{ EV_FILE_DELETE, "/srv/journal", 0, 1, NULL, 0 },
		{ EV_FILE_READ, "/srv/data", EINTR, 1, NULL, 0 },
		{ EV_FILE_READ, "/srv/data", EACCES, 1, NULL, 0 },
		{ 0, NULL, 0, 0, NULL, 0 },
	};
	autofingerprint struct fingerprint *fp = run(did);

	assert_int_equal(fp->n, 5);
	assert_int_equal(fingerprint_find(fp, STR("file.create /srv/out"))
			 ->ev.count, 2);
	assert_true(has(fp, "file.read /srv/go"));
	assert_true(has(fp, "file.read /srv/data = EACCES"));
}

static void what_one_task_repeats_and_what_is_refused_stay(void **state)
{
	(void)state;
	static const struct did did[] = {
		{ EV_FILE_CREATE, "/srv/out", 0, 1, NULL, 0 },
		{ EV_FILE_CREATE, "/srv/out", EEXIST, 1, NULL, 0 },
		{ EV_FILE_WRITE, "/srv/x", 0, 1, NULL, 0 },
		{ EV_FILE_WRITE, "/srv/x", EACCES, 2, NULL, 0 },
		{ EV_FILE_PROBE, "/srv/gone", ENOENT, 1, NULL, 0 },
		{ 0, NULL, 0, 0, NULL, 0 },
	};
	autofingerprint struct fingerprint *fp = run(did);

	assert_int_equal(fp->n, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_more_random_name_is_a_finding),
		cmocka_unit_test(programs_are_counted_by_what_they_hold),
		cmocka_unit_test(what_every_run_has_was_not_drawn),
		cmocka_unit_test(who_cannot_tell_compares_tokens),
		cmocka_unit_test(who_came_first_is_no_fact),
		cmocka_unit_test(what_one_task_repeats_and_what_is_refused_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
