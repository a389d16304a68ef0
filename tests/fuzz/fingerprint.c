/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints.  What starts with '{' is a file somebody gives us: if it is
 * taken, writing and reading it again changes nothing, and it does not differ
 * from itself.  Digests keep most mutations of a file out, so everything else
 * is a list of events, from which two runs are built and merged: their file
 * must be taken.
 */
#include "core/base/json.h"
#include "core/compare/compare.h"
#include "core/fingerprint/fingerprint.h"
#include "core/report/report.h"
#include "core/report/result.h"
#include "tests/fuzz/fuzz.h"

static const struct places places = {
	.tree = STR("/home/auditor/app"), .home = STR("/home/auditor"),
	.now = 1700000000, .tree_time = 1600000000,
};

/* What is kept of a comparison can be read again, and told. */
static void check_result(const struct report *r)
{
	autobuf struct buf text = BUF_INIT, out = BUF_INIT;
	struct err err = ERR_INIT;
	struct cached_result back;

	report_result(&text, r, RESULT_MAX - 4096);
	must(!result_read(&back, buf_view(&text), &err));
	for (size_t i = 0; i < back.n; i++)
		explain_finding(&out, &back, &back.v[i], false, 60);
	result_free(&back);
}

static void check_silence(const struct fingerprint *fp)
{
	struct policy policy = { .fail_on = LEVEL_NOTE };
	struct comparison cmp = { .arena = ARENA_INIT };
	struct report r = {
		.old = fp, .new = fp, .cmp = &cmp, .fail_on = LEVEL_NOTE,
		.old_from = "file", .new_from = "file", .verbosity = 1,
	};
	size_t n;
	const struct format *formats = formats_table(&n);

	compare(&cmp, fp, fp, &policy);
	must(cmp.verdict != VERDICT_REGRESSION);
	for (size_t i = 0; i < cmp.n; i++)
		must(!cmp.findings[i].gates);
	for (size_t i = 0; i < n; i++) {
		autobuf struct buf out = BUF_INIT;

		formats[i].write(&out, &r);
		must(out.len);
	}
	check_result(&r);
	comparison_free(&cmp);
}

static void check_file(const struct fingerprint *fp)
{
	autobuf struct buf first = BUF_INIT, second = BUF_INIT;
	autofingerprint struct fingerprint *back = NULL;
	struct err err = ERR_INIT;

	fingerprint_write(&first, fp);
	if (fingerprint_read(&back, "again", buf_view(&first), &err)) {
		fprintf(stderr, "%s\n%s\n", err.msg, first.p);
		must(!"a file of our own is taken");
	}
	fingerprint_write(&second, back);
	must(str_eq(buf_view(&first), buf_view(&second)));
	check_silence(back);
}

/* kind, errno, which runs, field a up to 255, field b up to 254 */
static void add_event(struct builder *const b[2], struct str *rest)
{
	struct event ev = { .kind = take_byte(rest) % EV_COUNT };
	unsigned runs;

	ev.err = (int)take_byte(rest);
	runs = take_byte(rest);
	ev.a = take_until(rest, '\377');
	ev.b = take_until(rest, '\376');
	ev.process = ev.b;
	ev.call = ev.a;
	ev.note = ev.a;
	for (unsigned i = 0; i < 2; i++) {
		struct event_sink sink = builder_sink(b[i]);

		if (!(runs & (1U << i)))
			sink.take(sink.ctx, &ev);
	}
}

/* A plan without a setting, in the words of its own writer. */
static void set_plan(struct fingerprint *fp)
{
	autobuf struct buf text = BUF_INIT;
	char digest[HASH_HEX_LEN + 1];
	struct json_out j;

	json_out_init(&j, &text);
	json_begin_object(&j, NULL);
	json_end_object(&j);
	json_out_end(&j);
	hash_hex(digest, buf_view(&text));
	fp->plan = arena_str(&fp->arena, buf_view(&text));
	fp->plan_digest = arena_str(&fp->arena, str_c(digest));
}

static void build(struct str rest)
{
	const struct builder_limits limits = { 64, 1 << 16 };
	struct builder *b[2];
	struct fingerprint *runs[2], *merged;

	for (unsigned i = 0; i < 2; i++)
		b[i] = builder_new(&places, &limits);
	while (rest.len)
		add_event(b, &rest);
	for (unsigned i = 0; i < 2; i++) {
		struct run_end end = { .how = STR("exit") };

		runs[i] = builder_seal(b[i], &end, 1, 0);
		set_plan(runs[i]);
		check_file(runs[i]);
	}
	merged = fingerprint_merge(runs, 2);
	set_plan(merged);
	check_file(merged);
	fingerprint_free(merged);
	for (unsigned i = 0; i < 2; i++)
		fingerprint_free(runs[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofingerprint struct fingerprint *fp = NULL;
	struct err err = ERR_INIT;
	struct cached_result result;

	if (!result_read(&result, bytes(data, size), NULL))
		result_free(&result);
	if (size && *data != '{')
		build(bytes(data, size));
	else if (!fingerprint_read(&fp, "fuzz", bytes(data, size), &err))
		check_file(fp);
	else
		must(err.code == ERR_TROUBLE && !fp);
	return 0;
}
