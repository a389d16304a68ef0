/* SPDX-License-Identifier: Apache-2.0 */
/* What two sides teach each other, what counts as a race, and one more name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/compare/compare.h"

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
			did[k] = (struct did){ kind, lists[i][k], 0, 0, NULL };
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

static struct both unified(const char *const old[3][RUN_MAX],
			   const char *const new[3][RUN_MAX])
{
	autofingerprint struct fingerprint *a = side(old), *b = side(new);
	struct both both;

	fingerprint_unify(both.v, a, b);
	return both;
}

static void both_free(struct both *both)
{
	fingerprint_free(both->v[0]);
	fingerprint_free(both->v[1]);
}
#define autoboth __attribute__((cleanup(both_free)))

static void a_number_that_varies_on_one_side_is_one_on_both(void **state)
{
	(void)state;
	static const char *const old[3][RUN_MAX] = {
		{ "/tmp/out-17.log" }, { "/tmp/out-23.log" },
		{ "/tmp/out-5.log" },
	};
	static const char *const new[3][RUN_MAX] = {
		{ "/tmp/out-8.log" }, { "/tmp/out-8.log" },
		{ "/tmp/out-8.log" },
	};
	autoboth struct both both = unified(old, new);
	autoboth struct both back = unified(new, old);

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(both.v[i]->n, 1);
		assert_true(has(both.v[i], "file.create /tmp/out-<n>.log"));
		assert_int_equal(both.v[i]->facts[0].seen, 3);
		assert_true(has(back.v[i], "file.create /tmp/out-<n>.log"));
	}
	assert_string_equal(both.v[0]->digest, both.v[1]->digest);
}

static void numbers_that_never_vary_are_names(void **state)
{
	(void)state;
	static const char *const old[3][RUN_MAX] = {
		{ "/tmp/out-17.log" }, { "/tmp/out-17.log" },
		{ "/tmp/out-17.log" },
	};
	static const char *const new[3][RUN_MAX] = {
		{ "/tmp/out-23.log" }, { "/tmp/out-23.log" },
		{ "/tmp/out-23.log" },
	};
	autoboth struct both both = unified(old, new);

	assert_true(has(both.v[0], "file.create /tmp/out-17.log"));
	assert_true(has(both.v[1], "file.create /tmp/out-23.log"));
}

/* One of the two did not vary, the other is news: nobody knows which. */
static void two_numbers_are_not_what_one_was(void **state)
{
	(void)state;
	static const char *const old[3][RUN_MAX] = {
		{ "/tmp/out-17.log" }, { "/tmp/out-23.log" },
		{ "/tmp/out-5.log" },
	};
	static const char *const new[3][RUN_MAX] = {
		{ "/tmp/out-8.log", "/tmp/out-1337.log" },
		{ "/tmp/out-8.log", "/tmp/out-1337.log" },
		{ "/tmp/out-8.log", "/tmp/out-1337.log" },
	};
	autoboth struct both both = unified(old, new);

	assert_true(has(both.v[1], "file.create /tmp/out-8.log"));
	assert_true(has(both.v[1], "file.create /tmp/out-1337.log"));
}

static void a_fixed_name_stays_beside_random_ones_of_its_shape(void **state)
{
	(void)state;
	static const char *const old[3][RUN_MAX] = {
		{ "/srv/fooabcdef" }, { "/srv/fooXyzabc" },
		{ "/srv/fooqwerty" },
	};
	static const char *const new[3][RUN_MAX] = {
		{ "/srv/fooevilxx" }, { "/srv/fooevilxx" },
		{ "/srv/fooevilxx" },
	};
	autoboth struct both both = unified(old, new);

	assert_true(has(both.v[0], "file.create /srv/foo<rand>"));
	assert_true(has(both.v[1], "file.create /srv/fooevilxx"));
}

/* Of what some runs draw no form is made; the comparison knows the draw. */
static void a_name_of_one_run_is_of_the_other_side_s_draw(void **state)
{
	(void)state;
	static const char *const old[3][RUN_MAX] = {
		{ "/srv/fooabcdef" }, { "/srv/fooXyzabc" }, { NULL },
	};
	static const char *const new[3][RUN_MAX] = {
		{ NULL }, { "/srv/fooqwerty" }, { NULL },
	};
	static const struct policy policy = { .fail_on = LEVEL_ERROR };
	autoboth struct both both = unified(old, new);
	struct comparison c;

	assert_true(has(both.v[1], "file.create /srv/fooqwerty"));
	compare(&c, both.v[0], both.v[1], &policy);
	assert_int_equal(c.n, 0);
	assert_int_equal(c.drawn_new, 1);
	assert_int_equal(c.drawn_old, 2);
	comparison_free(&c);
}

static void two_random_parts_are_learned_together(void **state)
{
	(void)state;
	static const char *const old[3][RUN_MAX] = {
		{ "/srv/a.qwer/b-asdfgh" }, { "/srv/a.tyui/b-zxcvbn" },
		{ "/srv/a.opas/b-poiuyt" },
	};
	autofingerprint struct fingerprint *fp = side(old);

	assert_int_equal(fp->n, 1);
	assert_int_equal(fp->facts[0].seen, 3);
}

/* Three runs, each of two renames. */
static struct fingerprint *renames(const char *const pairs[3][4])
{
	struct fingerprint *runs[3], *merged;

	for (size_t i = 0; i < 3; i++) {
		struct did did[] = {
			{ EV_FILE_RENAME, pairs[i][0], 0, 0, pairs[i][1] },
			{ EV_FILE_RENAME, pairs[i][2], 0, 0, pairs[i][3] },
			{ 0, NULL, 0, 0, NULL },
		};

		runs[i] = run(did);
	}
	merged = fingerprint_merge(runs, 3);
	for (size_t i = 0; i < 3; i++)
		fingerprint_free(runs[i]);
	return merged;
}

#define APP "/home/auditor/app/"

/* The fixed rules know one of the two names here, the other there. */
static void both_names_of_a_rename_are_learned(void **state)
{
	(void)state;
	static const char *const words[3][4] = {
		{ APP "tmp-qwerty.a", APP "out-asdfgh.b", "/srv/x", "/srv/y" },
		{ APP "tmp-zxcvbn.a", APP "out-poiuyt.b", "/srv/x", "/srv/y" },
		{ APP "tmp-lkjhgf.a", APP "out-mnbvcx.b", "/srv/x", "/srv/y" },
	};
	static const char *const mixed[3][4] = {
		{ "/tmp/t-aB3xY9.a", "/tmp/o-asdfgh.b", "/srv/x", "/srv/y" },
		{ "/tmp/t-zxcvbn.a", "/tmp/o-poiuyt.b", "/srv/x", "/srv/y" },
		{ "/tmp/t-lkjhgf.a", "/tmp/o-mnbvcx.b", "/srv/x", "/srv/y" },
	};
	autofingerprint struct fingerprint *a = renames(words);
	autofingerprint struct fingerprint *b = renames(mixed);

	assert_int_equal(a->n, 2);
	assert_true(has(a, "file.rename $TREE/tmp-<rand>.a -> "
			"$TREE/out-<rand>.b"));
	assert_int_equal(a->facts[0].seen, 3);
	assert_int_equal(b->n, 2);
	assert_true(has(b, "file.rename /tmp/t-<rand>.a -> /tmp/o-<rand>.b"));
	assert_int_equal(b->facts[1].seen, 3);
}

/* Drawn once, used twice: with another part beside it there are but two. */
static void a_name_that_is_used_twice_is_one_part(void **state)
{
	(void)state;
	static const char *const lists[3][4] = {
		{ "/srv/qwerty/x-asdf", "/srv/qwerty/x.log",
		  "/srv/j12", "/srv/k12" },
		{ "/srv/zxcvbn/x-uiop", "/srv/zxcvbn/x.log",
		  "/srv/j34", "/srv/k34" },
		{ "/srv/lkjhgf/x-vbnm", "/srv/lkjhgf/x.log",
		  "/srv/j56", "/srv/k56" },
	};
	autofingerprint struct fingerprint *fp = renames(lists);

	assert_int_equal(fp->n, 2);
	assert_true(has(fp, "file.rename /srv/<rand>/x-<rand> -> "
			"/srv/<rand>/x.log"));
	assert_true(has(fp, "file.rename /srv/j<n> -> /srv/k<n>"));
}

/* What the random ones become covers no name that comes again. */
static void a_fixed_rename_stays_beside_random_ones(void **state)
{
	(void)state;
	static const char *const lists[3][4] = {
		{ "/tmp/qwer", "/tmp/asdf", "/tmp/evil", "/tmp/four" },
		{ "/tmp/zxcv", "/tmp/uiop", "/tmp/evil", "/tmp/four" },
		{ "/tmp/lkjh", "/tmp/vbnm", "/tmp/evil", "/tmp/four" },
	};
	/* A name that only one run has, and another form. */
	static const char *const once[3][4] = {
		{ "/tmp/qwer", "/tmp/asdf", "/tmp/qwer", "/etc/passwd" },
		{ "/tmp/zxcv", "/tmp/uiop", "/tmp/zxcv", "/tmp/uiop" },
		{ "/tmp/lkjh", "/tmp/vbnm", "/tmp/lkjh", "/tmp/vbnm" },
	};
	autofingerprint struct fingerprint *fp = renames(lists);
	autofingerprint struct fingerprint *odd = renames(once);

	assert_int_equal(fp->n, 2);
	assert_true(has(fp, "file.rename /tmp/<rand> -> /tmp/<rand>"));
	assert_true(has(fp, "file.rename /tmp/evil -> /tmp/four"));
	assert_int_equal(odd->n, 2);
	assert_true(has(odd, "file.rename /tmp/qwer -> /etc/passwd"));
}

/* The fixed rule for names behind '_' took a part of one of them. */
static void a_token_that_took_too_little_grows(void **state)
{
	(void)state;
	static const char *const old[3][RUN_MAX] = {
		{ "/tmp/job-b_aB3xY9" }, { "/tmp/job-a1b2c3d4" },
		{ "/tmp/job-9z8y7x6w" },
	};
	autofingerprint struct fingerprint *fp = side(old);

	assert_int_equal(fp->n, 1);
	assert_true(has(fp, "file.create /tmp/job-<rand>"));
}

static void one_more_random_name_is_a_finding(void **state)
{
	(void)state;
	static const char *const two[3][RUN_MAX] = {
		{ "/tmp/foo-Xk29aB", "/tmp/foo-9kQ2xZ" },
		{ "/tmp/foo-aB3dE5", "/tmp/foo-Zz1Yy2" },
		{ "/tmp/foo-P0o9I8", "/tmp/foo-1q2W3e" },
	};
	static const char *const three[3][RUN_MAX] = {
		{ "/tmp/foo-Xk2aaB", "/tmp/foo-9kbbxZ", "/tmp/foo-9Q8w7E" },
		{ "/tmp/foo-aB3ddE", "/tmp/foo-Zz1ff2", "/tmp/foo-r6T5y4" },
		{ "/tmp/foo-P0o9gg", "/tmp/foo-1q2hhe", "/tmp/foo-U3i2O1" },
	};
	static const char *const wavering[3][RUN_MAX] = {
		{ "/tmp/foo-Xk2aaB", "/tmp/foo-9kbbxZ", "/tmp/foo-9Q8w7E" },
		{ "/tmp/foo-aB3ddE", "/tmp/foo-Zz1ff2" },
		{ "/tmp/foo-P0o9gg", "/tmp/foo-1q2hhe", "/tmp/foo-U3i2O1" },
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
	assert_true(fingerprint_wavers(w));
	assert_false(fingerprint_wavers(a));
}

/* --- what comes again --- */

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

	assert_true(fingerprint_told(a));
	assert_int_equal(a->n, 3);
	assert_int_equal(f->seen, 3);
	assert_int_equal(f->names_max, 1);
	assert_true(str_eq(fact_form(f), STR("file.create /tmp/tmp<rand>")));
	f = fingerprint_find(a, fact_form(f));
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
		{ EV_FILE_CREATE, "/tmp/tmp_payload", 0, 0, NULL },
		{ 0, NULL, 0, 0, NULL },
	};
	autofingerprint struct fingerprint *a = side(made), *one = run(did);
	autofingerprint struct fingerprint *b = fingerprint_merge(&one, 1);
	struct both both;

	assert_true(has(b, "file.create /tmp/tmp<rand>"));
	fingerprint_unify(both.v, a, b);
	assert_int_equal(both.v[0]->n, 1);
	assert_true(has(both.v[0], "file.create /tmp/tmp<rand>"));
	assert_int_equal(both.v[0]->facts[0].seen, 3);
	assert_false(both.v[0]->told);
	both_free(&both);
	fingerprint_unify(both.v, a, a);
	assert_int_equal(both.v[0]->n, 2);
	assert_true(both.v[1]->told);
	both_free(&both);
}

/* Two programs, each in some runs of its side: neither was drawn. */
static void sides_teach_no_form_together(void **state)
{
	(void)state;
	static const char *const old[3][RUN_MAX] = {
		{ "/usr/bin/date" }, { NULL }, { NULL },
	};
	static const char *const new[3][RUN_MAX] = {
		{ NULL }, { "/usr/bin/perl" }, { NULL },
	};
	static const char *const odd[3][RUN_MAX] = {
		{ "/usr/bin/date" }, { "/usr/bin/perl" }, { NULL },
	};
	autofingerprint struct fingerprint *a = side_of(EV_EXEC, old);
	autofingerprint struct fingerprint *b = side_of(EV_EXEC, new);
	autofingerprint struct fingerprint *c = side_of(EV_EXEC, odd);
	autoboth struct both made = unified(old, new), both;

	fingerprint_unify(both.v, a, b);
	assert_true(has(both.v[0], "exec /usr/bin/date"));
	assert_true(has(both.v[1], "exec /usr/bin/perl"));
	assert_true(has(made.v[1], "file.create /usr/bin/perl"));
	/* Nor what two runs execute, outside temporary directories. */
	assert_true(has(c, "exec /usr/bin/perl"));
}

static void a_learned_name_hides_no_other(void **state)
{
	(void)state;
	static const char *const lists[3][RUN_MAX] = {
		{ "/home/auditor/.netrc", "/tmp/qkwzjxvh", "/tmp/tmpevil" },
		{ "/home/auditor/.nabcd", "/tmp/pwoeirut", "/tmp/tmpab12cd_4" },
		{ "/home/auditor/.nwxyz", "/tmp/zmxncbva", "/tmp/evil" },
	};
	autofingerprint struct fingerprint *fp = side(lists);

	assert_true(has(fp, "file.create $HOME/.netrc"));
	assert_true(has(fp, "file.create $HOME/.nabcd"));
	assert_true(has(fp, "file.create /tmp/<rand>"));
	/* Drawn names are as wide as each other. */
	assert_true(has(fp, "file.create /tmp/tmpevil"));
	assert_true(has(fp, "file.create /tmp/evil"));
}

static void what_programs_draw_is_learned(void **state)
{
	(void)state;
	static const char *const lists[3][RUN_MAX] = {
		{ "/tmp/sess-Mbb8-Z2Sm2BbLhY6", "/tmp/k3x9q0z17ab",
		  "/tmp/app14410987654321098765.tmp" },
		{ "/tmp/sess-HTMNl2xm3fzzVb_F", "/tmp/0a4z81kd9",
		  "/tmp/app1441098765432109876.tmp" },
		{ "/tmp/sess--5P_3fHvMRCPgRdo", "/tmp/zz81m0q4kk2x",
		  "/tmp/app987654321098765432.tmp" },
	};
	static const char *const ports[3][RUN_MAX] = {
		{ "tcp 127.0.0.1:14301" }, { "tcp 127.0.0.1:20117" },
		{ "tcp 127.0.0.1:41999" },
	};
	static const char *const peers[3][RUN_MAX] = {
		{ "tcp 203.0.113.7:14301" }, { "tcp 203.0.113.7:20117" },
		{ "tcp 203.0.113.7:41999" },
	};
	autofingerprint struct fingerprint *fp = side(lists);
	autofingerprint struct fingerprint *p = side_of(EV_NET_BIND, ports);
	autofingerprint struct fingerprint *q = side_of(EV_NET_BIND, peers);

	assert_int_equal(fp->n, 3);
	assert_true(has(fp, "file.create /tmp/sess-<rand>"));
	assert_true(has(fp, "file.create /tmp/<rand>"));
	assert_true(has(fp, "file.create /tmp/app<n>.tmp"));
	assert_int_equal(p->n, 1);
	assert_true(has(p, "net.bind tcp 127.0.0.1:<port>"));
	assert_int_equal(q->n, 3);
}

/* --- races --- */

static void who_came_first_is_no_fact(void **state)
{
	(void)state;
	static const struct did did[] = {
		{ EV_FILE_CREATE, "/srv/out", 0, 1, NULL },
		{ EV_FILE_CREATE, "/srv/out", EEXIST, 2, NULL },
		/* One task waits for what another makes. */
		{ EV_FILE_PROBE, "/srv/go", ENOENT, 1, NULL },
		{ EV_FILE_READ, "/srv/go", 0, 1, NULL },
		/* A journal that comes and goes under another's eyes. */
		{ EV_FILE_CREATE, "/srv/journal", 0, 1, NULL },
		{ EV_FILE_PROBE, "/srv/journal", 0, 2, NULL },
		{ EV_FILE_DELETE, "/srv/journal", 0, 1, NULL },
		{ EV_FILE_READ, "/srv/data", EINTR, 1, NULL },
		{ EV_FILE_READ, "/srv/data", EACCES, 1, NULL },
		{ 0, NULL, 0, 0, NULL },
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
		{ EV_FILE_CREATE, "/srv/out", 0, 1, NULL },
		{ EV_FILE_CREATE, "/srv/out", EEXIST, 1, NULL },
		{ EV_FILE_WRITE, "/srv/x", 0, 1, NULL },
		{ EV_FILE_WRITE, "/srv/x", EACCES, 2, NULL },
		{ EV_FILE_PROBE, "/srv/gone", ENOENT, 1, NULL },
		{ 0, NULL, 0, 0, NULL },
	};
	autofingerprint struct fingerprint *fp = run(did);

	assert_int_equal(fp->n, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_that_varies_on_one_side_is_one_on_both),
		cmocka_unit_test(numbers_that_never_vary_are_names),
		cmocka_unit_test(two_numbers_are_not_what_one_was),
		cmocka_unit_test(a_fixed_name_stays_beside_random_ones_of_its_shape),
		cmocka_unit_test(a_name_of_one_run_is_of_the_other_side_s_draw),
		cmocka_unit_test(two_random_parts_are_learned_together),
		cmocka_unit_test(both_names_of_a_rename_are_learned),
		cmocka_unit_test(a_name_that_is_used_twice_is_one_part),
		cmocka_unit_test(a_fixed_rename_stays_beside_random_ones),
		cmocka_unit_test(a_token_that_took_too_little_grows),
		cmocka_unit_test(one_more_random_name_is_a_finding),
		cmocka_unit_test(what_every_run_has_was_not_drawn),
		cmocka_unit_test(who_cannot_tell_compares_tokens),
		cmocka_unit_test(sides_teach_no_form_together),
		cmocka_unit_test(a_learned_name_hides_no_other),
		cmocka_unit_test(what_programs_draw_is_learned),
		cmocka_unit_test(who_came_first_is_no_fact),
		cmocka_unit_test(what_one_task_repeats_and_what_is_refused_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
