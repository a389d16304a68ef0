/* SPDX-License-Identifier: Apache-2.0 */
/* Several runs become one fingerprint, and teach what a random name is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"

static const struct places places = {
	.tree = { "/home/auditor/app", 17 },
	.home = { "/home/auditor", 13 },
};

#define RUN_MAX 8

/* A run that creates these files; NULL ends the list. */
static struct fingerprint *run_of(const char *const *paths, uint64_t ns)
{
	const struct builder_limits limits = { 100000, 64 << 20 };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);
	struct run_end end = { .how = STR("exit"), .ms = ns };

	for (; *paths; paths++) {
		struct event ev = { .kind = EV_FILE_CREATE, .ns = ns++,
				    .a = str_c(*paths), .note = STR("n") };

		sink.take(sink.ctx, &ev);
	}
	builder_add_syscall(b, "getpid", 2);
	builder_add_blind_spot(b, "vsyscall");
	return builder_seal(b, &end, 10, 1);
}

static struct fingerprint *merge(const char *const (*lists)[RUN_MAX], size_t n)
{
	struct fingerprint *runs[RUN_MAX] = { NULL }, *merged;

	for (size_t i = 0; i < n; i++)
		runs[i] = run_of(lists[i], 100 * (i + 1));
	merged = fingerprint_merge(runs, n);
	for (size_t i = 0; i < n; i++)
		fingerprint_free(runs[i]);
	return merged;
}

static const struct fact *made(const struct fingerprint *fp, const char *path)
{
	autobuf struct buf line = BUF_INIT;

	buf_printf(&line, "file.create %s", path);
	return fingerprint_find(fp, buf_view(&line));
}

static void runs_add_up(void **state)
{
	(void)state;
	static const char *const lists[][RUN_MAX] = {
		{ "/srv/a", "/srv/b", "/srv/a" }, { "/srv/a" },
		{ "/srv/c", "/srv/a", "/srv/b" },
	};
	autofingerprint struct fingerprint *fp = merge(lists, 3);

	assert_int_equal(fp->runs, 3);
	assert_int_equal(fp->n, 3);
	assert_int_equal(made(fp, "/srv/a")->seen, 3);
	assert_int_equal(made(fp, "/srv/a")->ev.count, 4);
	assert_int_equal(made(fp, "/srv/a")->ev.ns, 100);
	assert_true(fact_always(fp, made(fp, "/srv/a")));
	assert_int_equal(made(fp, "/srv/b")->seen, 2);
	assert_int_equal(made(fp, "/srv/c")->seen, 1);
	assert_true(str_eq(made(fp, "/srv/c")->ev.note, STR("n")));
	assert_int_equal(fp->n_ends, 3);
	assert_int_equal(fp->ends[2].ms, 300);
	assert_int_equal(fp->ledger.stops, 30);
	assert_int_equal(fp->ledger.lost, 3);
	assert_int_equal(fp->ledger.events, 7);
	assert_int_equal(fp->syscalls[0].count, 6);
	assert_int_equal(fp->n_blind, 1);
}

static void the_digest_is_of_what_every_run_did(void **state)
{
	(void)state;
	static const char *const a[][RUN_MAX] = {
		{ "/srv/a", "/srv/odd" }, { "/srv/a" },
	};
	static const char *const b[][RUN_MAX] = { { "/srv/a" } };
	autofingerprint struct fingerprint *twice = merge(a, 2);
	autofingerprint struct fingerprint *once = merge(b, 1);

	assert_int_equal(twice->n, 2);
	assert_string_equal(twice->digest, once->digest);
}

/* All six orders of three runs that share, differ, and teach. */
static void the_order_of_the_runs_does_not_matter(void **state)
{
	(void)state;
	static const char *const lists[][RUN_MAX] = {
		{ "/srv/a", "/tmp/foo-abcdef", "/srv/job12", "/srv/odd" },
		{ "/srv/a", "/tmp/foo-Xk29aB", "/srv/job7" },
		{ "/srv/a", "/tmp/foo-qwerty/x", "/srv/job9", "/srv/b" },
	};
	static const unsigned char orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 },
		{ 2, 0, 1 }, { 2, 1, 0 },
	};
	struct fingerprint *runs[3], *fp[6];

	for (size_t i = 0; i < 3; i++)
		runs[i] = run_of(lists[i], 1);
	for (size_t i = 0; i < 6; i++) {
		struct fingerprint *order[3];

		for (size_t k = 0; k < 3; k++)
			order[k] = runs[orders[i][k]];
		fp[i] = fingerprint_merge(order, 3);
		assert_string_equal(fp[i]->digest, fp[0]->digest);
		assert_int_equal(fp[i]->n, fp[0]->n);
		for (size_t k = 0; k < fp[0]->n; k++) {
			assert_true(str_eq(fp[i]->facts[k].line,
					   fp[0]->facts[k].line));
			assert_int_equal(fp[i]->facts[k].seen,
					 fp[0]->facts[k].seen);
			assert_int_equal(fp[i]->facts[k].ev.count,
					 fp[0]->facts[k].ev.count);
		}
	}
	assert_int_equal(made(fp[0], "/srv/job7")->in_runs, 1 << 1);
	for (size_t i = 0; i < 6; i++)
		fingerprint_free(fp[i]);
	for (size_t i = 0; i < 3; i++)
		fingerprint_free(runs[i]);
}

static void a_flood_of_different_names_ends_soon(void **state)
{
	(void)state;
	struct fingerprint *runs[3];
	char name[64];

	for (size_t run = 0; run < 3; run++) {
		const struct builder_limits limits = { 100000, 64 << 20 };
		struct builder *b = builder_new(&places, &limits);
		struct event_sink sink = builder_sink(b);

		for (int i = 0; i < 50000; i++) {
			snprintf(name, sizeof(name), "/srv/%zu/%d/x", run, i);

			struct event ev = { .kind = EV_FILE_CREATE,
					    .a = str_c(name) };

			sink.take(sink.ctx, &ev);
		}
		runs[run] = builder_seal(b, NULL, 0, 0);
	}

	autofingerprint struct fingerprint *fp = fingerprint_merge(runs, 3);

	assert_int_equal(fp->n, 150000);
	for (size_t run = 0; run < 3; run++)
		fingerprint_free(runs[run]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_add_up),
		cmocka_unit_test(the_digest_is_of_what_every_run_did),
		cmocka_unit_test(the_order_of_the_runs_does_not_matter),
		cmocka_unit_test(a_flood_of_different_names_ends_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
