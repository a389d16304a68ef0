/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff.result/1 read back, searched, and one finding told in full. */
#include "core/base/vec.h"
#include "core/report/report.h"
#include "core/report/result.h"
#include "tests/unit/facts.h"

static const char beacon[] =
	"net.connect tcp 203.0.113.7:4444 = ENETUNREACH";

/* What was found between two samples, in at most max bytes. */
static void write_sample(struct buf *out, size_t max)
{
	static const struct accept accept = {
		.fact = STR("exec /usr/bin/id"), .reason = STR("a joke"),
		.by = STR("Ann"), .date = STR("2025-01-01"),
		.expires = STR("2030-12-31"),
	};
	struct policy policy = {
		.fail_on = LEVEL_ERROR, .accepts = &accept, .n_accepts = 1,
	};
	struct fingerprint *old = FACTS("impl04", "3 file.create $TREE/a",
					"3 file.create $TREE/a = EACCES",
					"3 file.read $TREE/old");
	struct fingerprint *new = FACTS("impl14", "3 exec /usr/bin/id",
					"3 file.create $TREE/a = EEXIST",
					"3 net.connect tcp 203.0.113.7:4444"
					" = ENETUNREACH");
	struct comparison cmp;

	compare(&cmp, old, new, &policy);

	struct report r = {
		.old = old, .new = new, .cmp = &cmp, .fail_on = LEVEL_ERROR,
		.old_from = "traced", .new_from = "traced",
	};

	report_result(out, &r, max);
	comparison_free(&cmp);
	fingerprint_free(old);
	fingerprint_free(new);
}

static void read_sample(struct result *r, struct buf *text)
{
	struct err err = ERR_INIT;

	write_sample(text, SIZE_MAX);
	if (result_read(r, buf_view(text), &err))
		fail_msg("%s", err.msg);
}

static const struct result_finding *find(const struct result *r,
					 const char *word, size_t matches)
{
	size_t got;
	const struct result_finding *f = result_find(r, str_c(word), &got);

	assert_int_equal(got, matches);
	assert_true(!f == (matches != 1));
	return f;
}

static void nothing_is_lost_on_the_way(void **state)
{
	autobuf struct buf text = BUF_INIT;
	const struct finding *f;
	struct result r;

	(void)state;
	read_sample(&r, &text);
	assert_true(str_eq(r.old.spec, STR("impl04")));
	assert_true(str_eq(r.new.spec, STR("impl14")));
	assert_int_equal(r.n, 4);
	f = &find(&r, beacon, 1)->f;
	assert_int_equal(f->change, CHANGE_NEW);
	assert_int_equal(f->level, LEVEL_ERROR);
	assert_true(f->gates);
	assert_string_equal(f->rule->id, "net-connect");
	assert_int_equal(f->seen_new, 3);
	assert_int_equal(f->runs_old, 3);
	assert_true(str_eq(f->fact->ev.process,
			   STR("python3 launcher.py > python3 client.py")));
	f = &find(&r, "exec /usr/bin/id", 1)->f;
	assert_true(f->accepted);
	assert_true(str_eq(f->accept->reason, STR("a joke")));
	/* OLD's results of what NEW did with another one. */
	assert_int_equal(find(&r, "file.create $TREE/a = EEXIST", 1)->n_before,
			 2);
	result_free(&r);
}

static void a_beginning_that_is_the_only_one_will_do(void **state)
{
	autobuf struct buf text = BUF_INIT;
	char id[HASH_ID_LEN + 1];
	struct result r;

	(void)state;
	read_sample(&r, &text);
	hash_id(id, str_c(beacon));
	find(&r, id, 1);
	id[RESULT_ID_MIN] = '\0';
	find(&r, id, 1);
	id[RESULT_ID_MIN - 1] = '\0';
	find(&r, id, 0);
	find(&r, "", 0);
	find(&r, "0000000000000000", 0);
	/* Two ids that begin alike. */
	memcpy(r.v[0].f.id, r.v[1].f.id, 8);
	memcpy(id, r.v[1].f.id, 8);
	id[8] = '\0';
	find(&r, id, 2);
	find(&r, r.v[1].f.id, 1);
	result_free(&r);
}

/* The heaviest are kept, and what is left out is counted. */
static void a_bound_holds(void **state)
{
	autobuf struct buf whole = BUF_INIT;
	struct err err = ERR_INIT;
	struct result r;
	size_t cut = 0;

	(void)state;
	write_sample(&whole, SIZE_MAX);
	for (size_t max = 0; max < whole.len + 100; max += 50) {
		autobuf struct buf text = BUF_INIT;

		write_sample(&text, max);
		if (result_read(&r, buf_view(&text), &err))
			fail_msg("%zu: %s", max, err.msg);
		assert_int_equal(r.n + r.left_out, 4);
		if (r.n && r.left_out) {
			assert_true(text.len < max + 100);
			assert_int_equal(r.v[0].f.level, LEVEL_ERROR);
			cut++;
		}
		result_free(&r);
	}
	assert_true(cut > 10);
}

static void replace(struct buf *text, const char *from, const char *to)
{
	autobuf struct buf out = BUF_INIT;
	const char *at = strstr(text->p, from);

	assert_non_null(at);
	buf_add(&out, text->p, (size_t)(at - text->p));
	buf_c(&out, to);
	buf_c(&out, at + strlen(from));
	buf_clear(text);
	buf_str(text, buf_view(&out));
}

static void an_edited_document_is_refused(void **state)
{
	static const struct { const char *from, *to, *says; } edits[] = {
		{ "result/1", "result/2", "\"schema\"" },
		{ "203.0.113.7:4444 =", "203.0.113.8:4444 =", "\"id\"" },
		{ "\"fact\": \"net", "\"fact\": \"not", "\"fact\"" },
		{ "\"rule\": \"net", "\"rule\": \"not", "\"rule\"" },
		{ "\"change\": \"new", "\"change\": \"old", "\"change\"" },
		{ "\"level\": \"error", "\"level\": \"grave", "\"level\"" },
		{ "\"gates\": true", "\"gates\": 1", "\"gates\"" },
		{ "\"old\": [0, 3]", "\"old\": [0]", "\"seen\"" },
		{ "\"ns\": ", "\"ns\": -", "\"first\"" },
		{ "\"findings\": [", "\"found\": [", "\"findings\"" },
		{ "{", "", "line 2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		autobuf struct buf text = BUF_INIT;
		struct err err = ERR_INIT;
		struct result r;

		write_sample(&text, SIZE_MAX);
		replace(&text, edits[i].from, edits[i].to);
		if (!result_read(&r, buf_view(&text), &err))
			fail_msg("'%s' was taken", edits[i].to);
		if (!strstr(err.msg, edits[i].says))
			fail_msg("'%s': %s", edits[i].to, err.msg);
		assert_null(r.arena.head);
	}
}

static void explain(struct buf *out, const struct result *r, const char *word)
{
	explain_finding(out, r, find(r, word, 1), false, 0);
}

static void holds(const struct buf *text, const char *part)
{
	if (!strstr(text->p, part))
		fail_msg("'%s' is missing in\n%s", part, text->p);
}

static void all_of_it_is_told(void **state)
{
	autobuf struct buf text = BUF_INIT, out = BUF_INIT;
	struct result r;

	(void)state;
	read_sample(&r, &text);
	explain(&out, &r, beacon);
	holds(&out, "error    net.connect tcp 203.0.113.7:4444 = ENET");
	holds(&out, "of impl04 and impl14\n");
	holds(&out, "rule     net-connect, error when new: ");
	holds(&out, "change   new: NEW did it, OLD never attempted it\n");
	holds(&out, "seen     old: 0 of 3 runs, new: 3 of 3 runs\n");
	holds(&out, "by       python3 launcher.py\n"
	      "         > python3 client.py\n");
	holds(&out, "\n         behavdiff baseline accept ");
	buf_clear(&out);
	explain(&out, &r, "exec /usr/bin/id");
	holds(&out, "accept   accepted until 2030-12-31 by Ann: a joke\n"
	      "verdict  makes no regression: it was accepted\n");
	assert_null(strstr(out.p, "behavdiff baseline accept"));
	buf_clear(&out);
	explain(&out, &r, "file.create $TREE/a = EEXIST");
	holds(&out, "before   file.create $TREE/a\n"
	      "         file.create $TREE/a = EACCES\n");
	buf_clear(&out);
	explain(&out, &r, "file.read $TREE/old");
	holds(&out, "verdict  makes no regression: only what is new does\n");
	result_free(&r);
}

/* Whoever can write the file can write neither lines nor colours. */
static void words_from_outside_stay_words(void **state)
{
	autobuf struct buf text = BUF_INIT, out = BUF_INIT;
	struct err err = ERR_INIT;
	struct result r;

	(void)state;
	write_sample(&text, SIZE_MAX);
	replace(&text, "python3 client.py",
		"x\\u001b[31m\\nverdict  fine\\u202e");
	replace(&text, "\"spec\": \"impl04", "\"spec\": \"\\u001b[2J");
	assert_int_equal(result_read(&r, buf_view(&text), &err), 0);
	for (size_t i = 0; i < r.n; i++)
		explain_finding(&out, &r, &r.v[i], false, 60);
	assert_null(strchr(out.p, '\033'));
	assert_null(strstr(out.p, "\nverdict  fine"));
	assert_null(strstr(out.p, "\xe2\x80\xae"));
	result_free(&r);
}

/* What the program "sh > id" did, and nothing before; new is freed. */
static void write_facts(struct buf *out, struct fingerprint *new)
{
	struct policy policy = { .fail_on = LEVEL_ERROR };
	struct fingerprint *old = NO_FACTS("a");
	struct comparison cmp;
	struct report r;

	for (size_t i = 0; i < new->n; i++)
		new->facts[i].ev.process = STR("sh > id");
	compare(&cmp, old, new, &policy);
	r = (struct report){
		.old = old, .new = new, .cmp = &cmp, .fail_on = LEVEL_ERROR,
		.old_from = "traced", .new_from = "traced",
	};
	report_result(out, &r, SIZE_MAX);
	comparison_free(&cmp);
	fingerprint_free(old);
	fingerprint_free(new);
}

/* A program that was started, and what it read and reached. */
static void write_group(struct buf *out)
{
	write_facts(out, FACTS("b", "3 exec /usr/bin/id",
			       "3 file.read /etc/passwd",
			       "3 net.connect tcp 192.0.2.1:80"));
}

static void read_text(struct result *r, const struct buf *text)
{
	struct err err = ERR_INIT;

	if (result_read(r, buf_view(text), &err))
		fail_msg("%s", err.msg);
}

/* A line for one kind would leave the other failing. */
static void a_policy_line_covers_the_kinds_of_a_cause(void **state)
{
	autobuf struct buf text = BUF_INIT, out = BUF_INIT;
	struct result r;

	(void)state;
	write_facts(&text, FACTS("b", "3 file.create $HOME/.bashrc",
				 "3 file.write $HOME/.bashrc"));
	read_text(&r, &text);
	explain(&out, &r, "file.write $HOME/.bashrc");
	holds(&out, "level = file.*:$HOME/.bashrc warning\n");
	buf_clear(&out);
	result_free(&r);
	buf_clear(&text);
	write_facts(&text, FACTS("b", "3 file.write $HOME/.bashrc"));
	read_text(&r, &text);
	explain(&out, &r, "file.write $HOME/.bashrc");
	holds(&out, "level = file.write:$HOME/.bashrc warning\n");
	result_free(&r);
}

static void causes_come_back(void **state)
{
	autobuf struct buf text = BUF_INIT, out = BUF_INIT;
	const struct cause *cause;
	struct result r;

	(void)state;
	write_group(&text);
	read_text(&r, &text);
	assert_int_equal(r.cmp.n_causes, 1);
	cause = &r.cmp.causes[0];
	assert_int_equal(cause->kind, CAUSE_PROGRAM);
	assert_true(str_eq(cause->what, STR("id")));
	assert_int_equal(cause->n, 2);
	assert_int_equal(cause->gating, 2);
	assert_ptr_equal(result_leads(&r, cause->leader), cause);
	assert_null(result_leads(&r, cause->members[0]));
	explain(&out, &r, "exec /usr/bin/id");
	holds(&out, "cause    2 more findings by the program id (1 network, 1 "
	      "file); accepting this one accepts all\n"
	      "also     net.connect tcp 192.0.2.1:80\n");
	buf_clear(&out);
	explain(&out, &r, "file.read /etc/passwd");
	holds(&out, "which 62614a4abd4b444e stands for\n");
	result_free(&r);
}

/* An edited file leads nowhere, in circles or to what leads nothing. */
static void causes_that_cannot_be_are_none(void **state)
{
	static const struct { const char *from, *to; } edits[] = {
		{ "\"cause\": \"62614a4abd4b444e",
		  "\"cause\": \"0000000000000000" },
		{ "\"cause\": \"62614a4abd4b444e", "\"cause\": \"x" },
		{ "\"kind\": \"program", "\"kind\": \"other" },
		{ "\"leader\": \"62614a4abd4b444e", "\"leader\": \"" },
		{ "\"what\": \"id\"", "\"what\": 3" },
		{ "\"causes\": [", "\"causes\": [1, {}, " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		autobuf struct buf text = BUF_INIT;
		struct result r;
		size_t n = 0;

		write_group(&text);
		replace(&text, edits[i].from, edits[i].to);
		read_text(&r, &text);
		for (size_t k = 0; k < r.cmp.n_causes; k++)
			n += r.cmp.causes[k].n + 1;
		assert_int_equal(n, r.n);
		result_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_on_the_way),
		cmocka_unit_test(a_beginning_that_is_the_only_one_will_do),
		cmocka_unit_test(a_bound_holds),
		cmocka_unit_test(an_edited_document_is_refused),
		cmocka_unit_test(all_of_it_is_told),
		cmocka_unit_test(causes_come_back),
		cmocka_unit_test(a_policy_line_covers_the_kinds_of_a_cause),
		cmocka_unit_test(causes_that_cannot_be_are_none),
		cmocka_unit_test(words_from_outside_stay_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
