/* SPDX-License-Identifier: Apache-2.0 */
/* A fingerprint survives its file, and an edited file does not pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"
#include "core/fingerprint/json.h"

static const struct places places = {
	.tree = { "/home/auditor/app", 17 },
	.home = { "/home/auditor", 13 },
};

static const char plan_text[] =
	"{\"network\": \"none\", \"uid\": 1000, \"nice\": -5, \"dns\": true,"
	" \"env\": [\"A=1\", \"B=\\\"\"], \"deep\": {\"n\": [1, {}]},"
	" \"none\": {}}";

static void give(struct builder *b, enum event_kind kind, const char *a,
		 int err)
{
	struct event_sink sink = builder_sink(b);
	struct event ev = {
		.kind = kind, .a = str_c(a), .err = err, .ns = 1234567,
		.step = STR("server"), .process = STR("python3 \"x\" > sh"),
		.call = STR("call(\x1b\xff)"), .note = STR("a\nb"),
	};

	sink.take(sink.ctx, &ev);
}

static struct fingerprint *one_run(bool odd)
{
	const struct builder_limits limits = { 1000, 1 << 20 };
	struct builder *b = builder_new(&places, &limits);
	struct step_end steps[] = {
		{ .name = STR("server"), .command = STR("python3 \xff"),
		  .started = true, .was_ready = true },
		{ .name = STR("client"), .command = STR("x"), .ended = true,
		  .status = 256 },
	};
	struct run_end end = { .how = STR("deadline"), .ms = 60000, .alive = 2,
			       .zombies = 1, .steps = steps, .n_steps = 2 };

	give(b, EV_EXEC, "/usr/bin/python3.11", 0);
	give(b, EV_FILE_READ, "/etc/shadow", EACCES);
	give(b, EV_FILE_CREATE, "/tmp/\xff \"quoted\" \\ \u00e9", 0);
	give(b, EV_NET_CONNECT, "tcp 203.0.113.7:4444", ENETUNREACH);
	give(b, EV_FILE_CREATE, "/tmp/tmp_payload", 0);
	give(b, EV_FILE_CREATE, odd ? "/tmp/tmpa1b2c3d4" : "/tmp/tmpz9_y8x7w",
	     0);
	if (odd)
		give(b, EV_PRIV, "setuid(0)", EPERM);
	builder_add_syscall(b, "socket", 3);
	builder_add_syscall(b, "bind", 1);
	builder_add_blind_spot(b, "vsyscall page");
	return builder_seal(b, &end, 42, 0);
}

/* The digest of a plan is that of its text as it is written. */
static void fit_plan(struct fingerprint *fp, const char *text)
{
	autojson struct json *plan = NULL;
	autobuf struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	char digest[HASH_HEX_LEN + 1];
	struct json_out j;

	assert_int_equal(json_parse(&plan, str_c(text), 4096, &err), 0);
	json_out_init(&j, &out);
	assert_int_equal(json_copy_object(&j, NULL, plan), 0);
	json_out_end(&j);
	hash_hex(digest, buf_view(&out));
	fp->plan = arena_str(&fp->arena, str_c(text));
	fp->plan_digest = arena_str(&fp->arena, str_c(digest));
}

static struct fingerprint *example(void)
{
	struct fingerprint *runs[] = { one_run(false), one_run(true) };
	struct fingerprint *fp = fingerprint_merge(runs, 2);
	const struct step_evidence steps[] = {
		{ STR("server"), 1, 2, 1234000, STR("p"), STR("call(1)") },
		{ STR("client"), 1, 7, 9000, STR("q\\x01"), STR("call(2)") },
	};

	fact_set_steps(&fp->arena, &fp->facts[0], steps, 2);
	fingerprint_free(runs[0]);
	fingerprint_free(runs[1]);
	fp->spec = STR("impl04");
	fp->commit = STR("0123456789012345678901234567890123456789");
	fp->tree = STR("t\x1b");
	fp->scenario = STR("default");
	fp->entry = STR("main entry: client.py");
	fp->n_bound = 1;
	fp->bound = arena_alloc(&fp->arena, sizeof(*fp->bound));
	fp->bound[0] = (struct bound){
		STR("deps"), STR("00112233445566778899aabbccddeeff"),
	};
	fit_plan(fp, plan_text);
	return fp;
}

static struct fingerprint *read_or_fail(struct str text)
{
	struct fingerprint *fp = NULL;
	struct err err = ERR_INIT;

	if (fingerprint_read(&fp, "x.json", text, &err))
		fail_msg("%s", err.msg);
	return fp;
}

static void assert_steps(const struct fact *f)
{
	autobuf struct buf also = BUF_INIT;
	struct step_evidence s;

	assert_true(evidence_also(&also, &f->ev));
	assert_string_equal(also.p, "client");
	assert_int_equal(evidence_steps(&f->ev), 2);
	s = evidence_step(&f->ev, f->seen, 0);
	assert_true(str_eq(s.step, STR("client")));
	assert_int_equal(s.seen, 1);
	assert_int_equal(s.count, 7);
	assert_int_equal(s.ns, 9000);
	assert_true(str_eq(s.process, STR("q\\x01")));
	assert_true(str_eq(s.call, STR("call(2)")));
	assert_true(fact_step(f, STR("server"), &s));
	assert_int_equal(s.count, 2);
}

static void writing_what_was_read_gives_the_same_bytes(void **state)
{
	(void)state;
	autobuf struct buf first = BUF_INIT, second = BUF_INIT;
	autofingerprint struct fingerprint *fp = example();

	fingerprint_write(&first, fp);

	autofingerprint struct fingerprint *back =
		read_or_fail(buf_view(&first));

	fingerprint_write(&second, back);
	assert_string_equal(first.p, second.p);
	assert_true(first.len == second.len);
}

static void what_was_read_is_what_was_written(void **state)
{
	(void)state;
	autobuf struct buf text = BUF_INIT;
	autofingerprint struct fingerprint *fp = example();

	fingerprint_write(&text, fp);

	autofingerprint struct fingerprint *back =
		read_or_fail(buf_view(&text));

	assert_int_equal(back->n, fp->n);
	assert_int_equal(back->runs, 2);
	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *a = &fp->facts[i], *b = &back->facts[i];

		assert_true(str_eq(a->line, b->line));
		assert_true(str_eq(fact_operation(a), fact_operation(b)));
		assert_true(str_eq(a->object, b->object));
		assert_int_equal(a->kind, b->kind);
		assert_int_equal(a->err, b->err);
		assert_int_equal(a->seen, b->seen);
		assert_int_equal(a->ev.count, b->ev.count);
		assert_int_equal(b->ev.ns, 1234000);
		assert_true(str_eq(a->ev.process, b->ev.process));
		assert_true(str_eq(a->ev.call, b->ev.call));
		assert_true(str_eq(a->ev.note, STR("a\\nb")));
	}
	assert_string_equal(back->digest, fp->digest);
	assert_int_equal(back->n_ends, 2);
	assert_int_equal(back->ends[1].steps[1].status, 256);
	assert_true(back->ends[0].steps[0].was_ready);
	assert_int_equal(back->ledger.stops, 84);
	assert_true(str_eq(back->spec, STR("impl04")));
	assert_true(str_eq(back->tree, STR("t\\x1b")));
	assert_true(str_eq(back->plan_digest, fp->plan_digest));
	assert_steps(&back->facts[0]);
}

/* A file of before names the other steps and knows no more of them. */
static void other_steps_by_name_are_read(void **state)
{
	autobuf struct buf text = BUF_INIT, old = BUF_INIT;
	autofingerprint struct fingerprint *fp = example();
	autofingerprint struct fingerprint *back = NULL;
	struct step_evidence s;
	char *from, *to;

	(void)state;
	fingerprint_write(&text, fp);
	from = strstr(text.p, "\"steps\": [{\"step\": ");
	assert_non_null(from);
	to = strstr(from, "}], ");
	buf_add(&old, text.p, (size_t)(from - text.p));
	buf_c(&old, to + 4);
	assert_int_equal(fingerprint_read(&back, "old", buf_view(&old), NULL),
			 0);
	assert_int_equal(evidence_steps(&back->facts[0].ev), 2);
	assert_true(fact_step(&back->facts[0], STR("client"), &s));
	assert_int_equal(s.seen, 2);
	assert_int_equal(s.count, 0);
	assert_string_equal(back->digest, fp->digest);
}

/* For people and for git: a fact is a line of the file. */
static void facts_stand_on_lines_of_their_own(void **state)
{
	(void)state;
	autobuf struct buf text = BUF_INIT;
	autofingerprint struct fingerprint *fp = example();

	fingerprint_write(&text, fp);
	assert_non_null(strstr(text.p,
		"\n    {\"fact\": \"exec /usr/bin/python3.11\", \"seen\": 2, "
		"\"count\": 2, \"us\": 1234, \"step\": \"server\", "));
	assert_non_null(strstr(text.p, "\"env\": [\"A=1\", \"B=\\\"\"]"));
	assert_null(strchr(text.p, '\x1b'));
}

/* --- hostile files --- */

/* The example's text with one piece replaced. */
static void edited(struct buf *out, const char *from, const char *to)
{
	autobuf struct buf text = BUF_INIT;
	autofingerprint struct fingerprint *fp = example();

	fingerprint_write(&text, fp);

	const char *at = strstr(text.p, from);

	if (!at)
		fail_msg("\"%s\" is not in the example", from);
	buf_add(out, text.p, (size_t)(at - text.p));
	buf_c(out, to);
	buf_c(out, at + strlen(from));
}

static void assert_refused(const char *from, const char *to, const char *why)
{
	autobuf struct buf text = BUF_INIT;
	struct fingerprint *fp = NULL;
	struct err err = ERR_INIT;

	edited(&text, from, to);
	if (!fingerprint_read(&fp, "x.json", buf_view(&text), &err))
		fail_msg("accepted with \"%s\"", to);
	assert_null(fp);
	assert_true(str_starts(str_c(err.msg), STR("x.json: ")));
	assert_true(text_is_safe(str_c(err.msg)));
	if (!strstr(err.msg, why))
		fail_msg("\"%s\" does not say \"%s\"", err.msg, why);
}

static void an_edited_fact_is_noticed(void **state)
{
	(void)state;
	assert_refused(":4444 =", ":4445 =", "edited");
	assert_refused("exec /usr/bin/python3.11", "exec /usr/bin/evil",
		       "edited");
	/* also when an always fact is declared a sometimes one */
	assert_refused("\"exec /usr/bin/python3.11\", \"seen\": 2",
		       "\"exec /usr/bin/python3.11\", \"seen\": 1", "edited");
	assert_refused("\n  \"digest\": \"", "\n  \"digest\": \"0", "edited");
	assert_refused("\"file\": \"", "\"file\": \"0", "edited");
}

static void bound_folders_have_digests(void **state)
{
	(void)state;
	assert_refused("{\"deps\": \"00", "{\"deps\": \"0x", "bound");
	assert_refused("{\"deps\": \"00", "{\"\\u001b\": \"00", "bound");
	assert_refused("{\"deps\": \"00112233445566778899aabbccddeeff\"}",
		       "{\"deps\": 1}", "bound");
}

static void lines_that_are_no_facts_are_refused(void **state)
{
	(void)state;
	assert_refused("exec /usr/bin/python3.11", "exec", "not a fact");
	assert_refused("exec /usr/bin/python3.11", "evil /x", "not a fact");
	assert_refused("exec /usr/bin/python3.11", "exec /x = NOPE",
		       "not a fact");
	assert_refused("exec /usr/bin/python3.11", "exec /x\\u001b[2J",
		       "not a fact");
	assert_refused("exec /usr/bin/python3.11", "exec /x\\nexec /y",
		       "not a fact");
	assert_refused("exec /usr/bin/python3.11", "exec /\\u202ex",
		       "not a fact");
}

static void order_and_ranges_are_checked(void **state)
{
	(void)state;
	assert_refused("exec /usr/bin/python3.11", "syscall z", "not in order");
	assert_refused("file.read /etc/shadow = EACCES",
		       "exec /usr/bin/python3.11", "not in order, or twice");
	assert_refused("\"seen\": 2", "\"seen\": 3", "\"seen\"");
	assert_refused("\"seen\": 2", "\"seen\": 0", "\"seen\"");
	assert_refused("\"seen\": 2", "\"seen\": -1", "\"seen\"");
	assert_refused("\"count\": 2", "\"count\": 1", "\"count\"");
	assert_refused("\"us\": 1234", "\"us\": 1e99", "\"us\"");
	assert_refused("\"runs\": 2", "\"runs\": 0", "runs");
	assert_refused("\"runs\": 2", "\"runs\": 4294967298", "runs");
	assert_refused("\"runs\": 2", "\"runs\": 1", "\"seen\"");
	assert_refused("\"bind\": 2", "\"zzz\": 1", "[1]: not in order");
	assert_refused("\"bind\": 2", "\"a\\u001b\": 1", "syscalls[0]");
	assert_refused("\"status\": 256", "\"status\": 4294967296",
		       "\"status\"");
	assert_refused("\"stops\": 84", "\"stops\": -84", "\"stops\"");
	assert_refused("\"facts\": 7", "\"facts\": 8", "number of facts");
}

/* Whoever looks through a list of steps does so step by step. */
static void a_fact_of_very_many_steps_is_refused(void **state)
{
	autobuf struct buf many = BUF_INIT;

	(void)state;
	buf_c(&many, "\"also\": \"client");
	for (int i = 0; i < 63; i++)
		buf_c(&many, ", d");
	buf_c(&many, "\", \"x\": [");
	assert_refused("\"also\": \"client\", \"steps\": [", many.p,
		       "more than 64 steps");
	buf_clear(&many);
	buf_c(&many, "\"steps\": [");
	for (int i = 0; i < 63; i++)
		buf_printf(&many, "{\"step\": \"a%02d\", \"seen\": 1, "
			   "\"count\": 1, \"us\": 1}, ", i);
	buf_c(&many, "{\"step\": \"client\"");
	assert_refused("\"steps\": [{\"step\": \"client\"", many.p,
		       "up to 64 steps");
}

static void records_of_steps_are_checked(void **state)
{
	(void)state;
	assert_refused("\"step\": \"client\"", "\"step\": \"zlient\"",
		       "not in order");
	assert_refused("\"step\": \"client\", \"seen\": 1",
		       "\"step\": \"client\", \"seen\": 3", "\"seen\"");
	assert_refused("\"step\": \"client\", \"seen\": 1",
		       "\"step\": \"client\", \"seen\": 0", "\"seen\"");
	assert_refused("\"step\": \"client\"", "\"step\": 7", "\"step\"");
	assert_refused("\"steps\": [{\"step\": \"client\"",
		       "\"steps\": [7, {\"step\": \"d\"", "no object");
	assert_refused("\"steps\": [{\"step\": \"client\"",
		       "\"steps\": 1, \"x\": [{\"step\": \"client\"",
		       "no array");
}

static void members_are_not_optional(void **state)
{
	(void)state;
	static const char *const members[] = {
		"source", "plan", "runs", "digest", "sections", "ledger",
		"blind_spots", "ends", "syscalls", "facts", "schema",
	};

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		autobuf struct buf from = BUF_INIT;

		buf_printf(&from, "\n  \"%s\": ", members[i]);
		assert_refused(from.p, "\n  \"other\": ", members[i]);
	}
	assert_refused("\"commit\":", "\"commit2\":", "\"commit\"");
	assert_refused("\"alive\":", "\"alive2\":", "\"alive\"");
	assert_refused("\"started\": true", "\"started\": 1", "\"started\"");
	assert_refused("\"process\": \"", "\"process\": 0, \"x\": \"",
		       "\"process\"");
	assert_refused("fingerprint/1", "fingerprint/2", "fingerprint/2");
	assert_refused("\"plan\": {\n    \"digest\": \"",
		       "\"plan\": {\n    \"digest\": \"0", "hexadecimal");
	assert_refused("\"uid\": 1000", "\"uid\": null", "settings");
	assert_refused("\"uid\": 1000", "\"uid\": [[1]]", "settings");
	assert_refused("\"uid\": 1000", "\"u\\u001bid\": 1", "settings");
}

static void unknown_members_are_left_alone(void **state)
{
	(void)state;
	autobuf struct buf text = BUF_INIT;

	edited(&text, "\n  \"runs\": ", "\n  \"later\": [null], \"runs\": ");

	autofingerprint struct fingerprint *fp =
		read_or_fail(buf_view(&text));

	assert_int_equal(fp->n, 7);
}

/* What comes in every run, and what one run knows of the names it had. */
static void what_was_told_survives(void **state)
{
	(void)state;
	autofingerprint struct fingerprint *fp = example();
	autofingerprint struct fingerprint *one = one_run(true);
	autobuf struct buf many = BUF_INIT, few = BUF_INIT, again = BUF_INIT;

	fingerprint_write(&many, fp);
	fit_plan(one, plan_text);
	fingerprint_write(&few, one);

	autofingerprint struct fingerprint *back =
		read_or_fail(buf_view(&many));
	autofingerprint struct fingerprint *run =
		read_or_fail(buf_view(&few));
	const struct fact *f = fingerprint_find(back,
		STR("file.create /tmp/tmp_payload"));

	assert_true(fingerprint_names_known(back));
	assert_non_null(f);
	assert_true(str_eq(fact_template(f),
			   STR("file.create /tmp/tmp<rand>")));
	assert_int_equal(back->n_names, 0);
	assert_true(run->names_known && !fingerprint_names_known(run));
	assert_int_equal(run->n_names, 2);
	fingerprint_write(&again, run);
	assert_string_equal(again.p, few.p);
	assert_refused("\"form\": \"file.create ", "\"form\": \"exec ",
		       "\"form\"");
	assert_refused("\"told\": true", "\"told\": 1", "\"told\"");
}

static void what_is_no_json_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "null", "[]", "{}", "\"x\"", "{", "{\"schema\": 1}",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct fingerprint *fp = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(fingerprint_read(&fp, "x", str_c(bad[i]),
						  &err), -1);
		assert_null(fp);
	}
}

/* Every file that was cut short or has one wrong byte ends in an answer. */
static void damaged_files_never_crash(void **state)
{
	(void)state;
	autobuf struct buf text = BUF_INIT;
	autofingerprint struct fingerprint *fp = example();

	fingerprint_write(&text, fp);
	for (size_t i = 0; i < text.len; i++) {
		struct fingerprint *out = NULL;
		struct err err = ERR_INIT;
		char saved = text.p[i];

		if (i + 1 < text.len)
			assert_int_equal(fingerprint_read(&out, "cut",
				(struct str){ text.p, i }, &err), -1);
		text.p[i] = "0\"{]\\\xff\n,"[i % 8];
		if (!fingerprint_read(&out, "odd", buf_view(&text), &err)) {
			autobuf struct buf again = BUF_INIT;

			fingerprint_write(&again, out);
			fingerprint_free(out);
		}
		text.p[i] = saved;
	}
}

static void an_edited_plan_is_refused(void **state)
{
	(void)state;
	autobuf struct buf text = BUF_INIT;
	autofingerprint struct fingerprint *fp = example(), *back = NULL;
	struct err err = ERR_INIT;

	fp->plan = STR("{\"network\": \"host\"}");
	fingerprint_write(&text, fp);
	assert_int_equal(fingerprint_read(&back, "f.json", buf_view(&text),
					  &err), -1);
	assert_non_null(strstr(err.msg, "edited"));
}

static void a_fingerprint_without_facts_survives_too(void **state)
{
	(void)state;
	const struct builder_limits limits = { 1000, 1 << 20 };
	autobuf struct buf text = BUF_INIT;
	autofingerprint struct fingerprint *fp =
		builder_seal(builder_new(&places, &limits), NULL, 0, 0);

	fit_plan(fp, "{}");
	fingerprint_write(&text, fp);

	autofingerprint struct fingerprint *back =
		read_or_fail(buf_view(&text));

	assert_int_equal(back->n, 0);
	assert_int_equal(back->n_ends, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writing_what_was_read_gives_the_same_bytes),
		cmocka_unit_test(what_was_read_is_what_was_written),
		cmocka_unit_test(other_steps_by_name_are_read),
		cmocka_unit_test(facts_stand_on_lines_of_their_own),
		cmocka_unit_test(an_edited_fact_is_noticed),
		cmocka_unit_test(bound_folders_have_digests),
		cmocka_unit_test(lines_that_are_no_facts_are_refused),
		cmocka_unit_test(order_and_ranges_are_checked),
		cmocka_unit_test(a_fact_of_very_many_steps_is_refused),
		cmocka_unit_test(records_of_steps_are_checked),
		cmocka_unit_test(members_are_not_optional),
		cmocka_unit_test(unknown_members_are_left_alone),
		cmocka_unit_test(what_was_told_survives),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(damaged_files_never_crash),
		cmocka_unit_test(an_edited_plan_is_refused),
		cmocka_unit_test(a_fingerprint_without_facts_survives_too),
	};

	/* `--print`: the example, for a validator of the JSON schema. */
	if (argc == 2 && !strcmp(argv[1], "--print")) {
		autobuf struct buf text = BUF_INIT;
		autofingerprint struct fingerprint *fp = example();

		fingerprint_write(&text, fp);
		fputs(text.p, stdout);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
