/* SPDX-License-Identifier: Apache-2.0 */
/* One run's events become sorted facts, in bounded memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "core/base/vec.h"
#include "core/fingerprint/internal.h"

static const struct places places = {
	.tree = { "/home/auditor/app", 17 },
	.home = { "/home/auditor", 13 },
};

static const struct builder_limits roomy = { 100000, 64 << 20 };

static void give(struct builder *b, const struct event *ev)
{
	struct event_sink sink = builder_sink(b);

	sink.take(sink.ctx, ev);
}

static void give_path(struct builder *b, enum event_kind kind,
		      const char *path, int err)
{
	struct event ev = { .kind = kind, .a = str_c(path), .err = err };

	give(b, &ev);
}

static const struct fact *find(const struct fingerprint *fp, const char *line)
{
	return fingerprint_find(fp, str_c(line));
}

static void facts_are_sorted_counted_and_found(void **state)
{
	(void)state;
	struct builder *b = builder_new(&places, &roomy);

	give_path(b, EV_FILE_WRITE, "/tmp/x", 0);
	give_path(b, EV_FILE_READ, "/etc/shadow", EACCES);
	give_path(b, EV_FILE_WRITE, "/tmp/x", 0);
	give_path(b, EV_FILE_PROBE, "/usr/lib/nothing", ENOENT);
	give_path(b, EV_EXEC, "/usr/bin/odd", 524);
	assert_int_equal(builder_facts(b), 3);

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 9, 2);

	assert_int_equal(fp->n, 3);
	assert_int_equal(fp->runs, 1);
	for (size_t i = 1; i < fp->n; i++)
		assert_true(str_cmp(fp->facts[i - 1].line,
				    fp->facts[i].line) < 0);

	const struct fact *f = find(fp, "file.read /etc/shadow = EACCES");

	assert_non_null(f);
	assert_int_equal(f->kind, EV_FILE_READ);
	assert_int_equal(f->err, EACCES);
	assert_true(str_eq(fact_operation(f), STR("file.read /etc/shadow")));
	assert_true(str_eq(f->object, STR("/etc/shadow")));
	assert_int_equal(find(fp, "file.write /tmp/x")->ev.count, 2);
	assert_non_null(find(fp, "exec /usr/bin/odd = E524"));
	assert_null(find(fp, "file.write /tmp"));
	assert_int_equal(fp->ledger.events, 5);
	assert_int_equal(fp->ledger.merged, 1);
	assert_int_equal(fp->ledger.dropped, 0);
	assert_int_equal(fp->ledger.stops, 9);
	assert_int_equal(fp->ledger.lost, 2);
}

static void an_operation_is_found_whatever_sorts_between(void **state)
{
	(void)state;
	struct builder *b = builder_new(&places, &roomy);

	give_path(b, EV_FILE_READ, "/a", EACCES);
	give_path(b, EV_FILE_READ, "/a (1)", 0);
	give_path(b, EV_FILE_READ, "/a !", ENOENT);
	give_path(b, EV_FILE_READ, "/b", 0);

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 0, 0);
	size_t at = fingerprint_operation(fp, STR("file.read /a"));

	assert_true(at < fp->n);
	assert_int_equal(fp->facts[at].err, EACCES);
	at = fingerprint_operation(fp, STR("file.read /b"));
	assert_true(str_eq(fp->facts[at].line, STR("file.read /b")));
	assert_int_equal(fingerprint_operation(fp, STR("file.read /")), fp->n);
	assert_int_equal(fingerprint_operation(fp, STR("")), fp->n);
}

static void lines_are_taken_apart_strictly(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", " ", "file.read", "file.read ", "nonsense /x",
		"file.read = ENOENT", "file.read /x = ", "file.read /x = NOPE",
		"file.read /x = E2", "file.read /x = E0524",
		"file.read /x = E99999", "file.read /x = ENOENT = ENOENT",
		"file.read /x = ENOENT ", "file.read /x\n", "file.read /\x1b",
		"file.read  = ENOENT = EACCES", "file.read /x = EWOULDBLOCK",
	};
	struct fact f = { .line = STR("file.rename /a -> /b = E524") };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct fact none = { .line = str_c(bad[i]) };

		assert_false(fact_parse(&none));
	}
	assert_true(fact_parse(&f));
	assert_int_equal(f.kind, EV_FILE_RENAME);
	assert_int_equal(f.err, 524);
	assert_true(str_eq(f.object, STR("/a -> /b")));
	assert_true(str_eq(fact_operation(&f), STR("file.rename /a -> /b")));
}

/* Every event counts for its own line, whatever came a moment before. */
static void events_that_come_again_count_for_their_lines(void **state)
{
	static const enum event_kind kinds[] = {
		EV_FILE_RENAME, EV_FILE_LINK,
	};
	struct builder *b = builder_new(&places, &roomy);
	struct strmap counts = STRMAP_INIT;
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		char a[32], to[32];
		struct event ev = { .kind = EV_FILE_RENAME };
		autobuf struct buf line = BUF_INIT;
		unsigned n;

		seed = seed * 1664525 + 1013904223;
		/* One of the last, so that it is still there, or any. */
		n = (seed >> 8) % (i % 3 ? 40 : 1000);
		ev.kind = kinds[n & 1];
		ev.err = n & 2 ? EACCES : 0;
		/* Both texts one behind the other are the same. */
		snprintf(a, sizeof(a), "/tmp/%u%s", n >> 3, n & 4 ? "/" : "");
		snprintf(to, sizeof(to), "%sx", n & 4 ? "" : "/");
		ev.a = str_c(a);
		ev.b = str_c(to);
		give(b, &ev);
		fact_line(&line, &ev, &places);
		strmap_put(&counts, buf_view(&line))->val.num++;
	}

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 0, 0);

	assert_int_equal(fp->n, counts.n);
	assert_true(fp->n > 500);
	for (size_t i = 0; i < fp->n; i++)
		assert_int_equal(fp->facts[i].ev.count,
			strmap_get(&counts, fp->facts[i].line)->val.num);
	strmap_free(&counts);
}

static void evidence_is_that_of_the_first_event(void **state)
{
	(void)state;
	struct builder *b = builder_new(&places, &roomy);
	struct event late = {
		.kind = EV_EXEC, .a = STR("/usr/bin/x"), .ns = 9000,
		.process = STR("late"), .call = STR("execve(\x1b[2J)"),
	};
	struct event early = {
		.kind = EV_EXEC, .a = STR("/usr/bin/x"), .ns = 5000,
		.process = STR("early"), .step = STR("server"),
		.call = STR("open(\"/home/auditor/app/a\n\")"),
	};

	give(b, &late);
	give(b, &early);
	give(b, &late);

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 0, 0);
	const struct evidence *ev = &find(fp, "exec /usr/bin/x")->ev;

	assert_int_equal(ev->ns, 5000);
	assert_int_equal(ev->count, 3);
	assert_true(str_eq(ev->process, STR("early")));
	assert_true(str_eq(ev->step, STR("server")));
	assert_true(str_eq(ev->call, STR("open(\"$TREE/a\\n\")")));
}

static void a_million_names_stay_within_the_bounds(void **state)
{
	(void)state;
	const struct builder_limits tight = { 1000, 64 << 20 };
	struct builder *b = builder_new(&places, &tight);
	char path[64];

	for (int i = 0; i < 1000000; i++) {
		snprintf(path, sizeof(path), "/srv/victim%d", i);
		give_path(b, EV_FILE_CREATE, path, 0);
	}
	give_path(b, EV_FILE_CREATE, "/srv/victim7", 0);

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 0, 0);

	assert_int_equal(fp->n, 1001);
	assert_int_equal(fp->ledger.dropped, 999000);
	assert_int_equal(fp->ledger.merged, 1);
	assert_int_equal(find(fp, "limit facts")->ev.count, 999000);
	assert_int_equal(find(fp, "file.create /srv/victim7")->ev.count, 2);
	assert_null(find(fp, "file.create /srv/victim1000"));
}

static void long_names_stay_within_the_bytes(void **state)
{
	(void)state;
	const struct builder_limits tight = { 1000000, 1 << 20 };
	struct builder *b = builder_new(&places, &tight);
	autobuf struct buf path = BUF_INIT;

	for (int i = 0; i < 2000; i++) {
		struct event ev = { .kind = EV_FILE_CREATE };

		buf_clear(&path);
		buf_printf(&path, "/srv/%d/", i);
		while (path.len < 3000)
			buf_c(&path, "\x01");
		ev.a = ev.process = ev.call = ev.note = buf_view(&path);
		give(b, &ev);
	}

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 0, 0);

	assert_true(fp->arena.used < 2 << 20);
	assert_true(fp->ledger.dropped > 1000);
	assert_int_equal(fp->ledger.dropped + fp->n - 1, 2000);
	assert_non_null(find(fp, "limit facts"));
}

/* Bytes that a format could trip over, drawn more often than others. */
static void random_bytes(char *out, size_t len, uint32_t *seed)
{
	static const char odd[] = " =->'\\/<$*@\n\0\xff\xc3\xa9" "019aZ._-:[]";

	for (size_t i = 0; i < len; i++) {
		*seed = *seed * 1664525 + 1013904223;
		out[i] = odd[(*seed >> 16) % (sizeof(odd) - 1)];
	}
}

/* builder_seal() itself insists that every line parses. */
static void any_bytes_of_any_kind_make_lines_that_parse(void **state)
{
	(void)state;
	static const int errs[] = { 0, ENOENT, EACCES, 512, 4095 };
	struct builder *b = builder_new(&places, &roomy);
	char bytes[700];
	uint32_t seed = 7;

	for (unsigned i = 0; i < 30000; i++) {
		/* Most are short, some are long enough to be cut. */
		size_t len = i % 16 ? i % 13 : sizeof(bytes);
		struct event ev = {
			.kind = i % EV_COUNT,
			.a = { bytes, len / 2 },
			.b = { bytes + len / 2, len - len / 2 },
			.err = errs[i / 7 % ARRAY_LEN(errs)],
		};

		random_bytes(bytes, sizeof(bytes), &seed);
		if (i % 3)
			bytes[0] = '/';
		ev.process = ev.call = ev.note = ev.a;
		give(b, &ev);
	}

	autofingerprint struct fingerprint *fp = builder_seal(b, NULL, 0, 0);

	assert_true(fp->n > 10000);
	assert_int_equal(fp->ledger.dropped, 0);
}

static void the_digest_depends_on_lines_and_nothing_else(void **state)
{
	(void)state;
	struct fingerprint *fp[3];
	static const char *const order[][2] = {
		{ "/tmp/x", "/tmp/y" }, { "/tmp/y", "/tmp/x" },
		{ "/tmp/x", "/tmp/z" },
	};

	for (size_t i = 0; i < 3; i++) {
		struct builder *b = builder_new(&places, &roomy);

		give_path(b, EV_FILE_CREATE, order[i][0], 0);
		give_path(b, EV_FILE_CREATE, order[i][1], 0);
		give_path(b, EV_EXEC, "/usr/bin/x", 0);
		builder_add_syscall(b, "getpid", i);
		fp[i] = builder_seal(b, NULL, i, 0);
	}
	assert_string_equal(fp[0]->digest, fp[1]->digest);
	assert_string_not_equal(fp[0]->digest, fp[2]->digest);
	assert_string_equal(fp[0]->sections[SECTION_PROCESS],
			    fp[2]->sections[SECTION_PROCESS]);
	assert_string_not_equal(fp[0]->sections[SECTION_FILE],
				fp[2]->sections[SECTION_FILE]);
	for (size_t i = 0; i < 3; i++)
		fingerprint_free(fp[i]);
}

static void what_is_beside_the_facts_is_sorted_and_safe(void **state)
{
	(void)state;
	struct builder *b = builder_new(&places, &roomy);
	struct step_end step = { .name = STR("main"), .status = 256 };
	struct run_end end = { .how = STR("exit"), .ms = 12, .steps = &step,
			       .n_steps = 1 };

	builder_add_syscall(b, "read", 2);
	builder_add_syscall(b, "getpid", 1);
	builder_add_syscall(b, "read", 3);
	builder_add_blind_spot(b, "z\n");
	builder_add_blind_spot(b, "a");
	builder_add_blind_spot(b, "a");

	autofingerprint struct fingerprint *fp = builder_seal(b, &end, 0, 0);

	step.name = STR("gone");
	assert_int_equal(fp->n_syscalls, 2);
	assert_true(str_eq(fp->syscalls[0].name, STR("getpid")));
	assert_int_equal(fp->syscalls[1].count, 5);
	assert_int_equal(fp->n_blind, 2);
	assert_true(str_eq(fp->blind_spots[1], STR("z\\n")));
	assert_int_equal(fp->n_ends, 1);
	assert_true(str_eq(fp->ends[0].steps[0].name, STR("main")));
	assert_int_equal(fp->ends[0].steps[0].status, 256);
}

static void a_run_without_events_is_a_fingerprint(void **state)
{
	(void)state;
	autofingerprint struct fingerprint *fp =
		builder_seal(builder_new(&places, &roomy), NULL, 0, 0);

	assert_int_equal(fp->n, 0);
	assert_null(find(fp, "exec /bin/sh"));
	assert_int_equal(fingerprint_operation(fp, STR("exec /bin/sh")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_sorted_counted_and_found),
		cmocka_unit_test(an_operation_is_found_whatever_sorts_between),
		cmocka_unit_test(lines_are_taken_apart_strictly),
		cmocka_unit_test(events_that_come_again_count_for_their_lines),
		cmocka_unit_test(evidence_is_that_of_the_first_event),
		cmocka_unit_test(a_million_names_stay_within_the_bounds),
		cmocka_unit_test(long_names_stay_within_the_bytes),
		cmocka_unit_test(any_bytes_of_any_kind_make_lines_that_parse),
		cmocka_unit_test(the_digest_depends_on_lines_and_nothing_else),
		cmocka_unit_test(what_is_beside_the_facts_is_sorted_and_safe),
		cmocka_unit_test(a_run_without_events_is_a_fingerprint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
