/* SPDX-License-Identifier: Apache-2.0 */
/* The report for machines: behavdiff.result/1, field by field. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/vec.h"
#include "core/report/report.h"
#include "tests/unit/facts.h"

#define SCHEMA "baselines/result.schema.json"

/* Takes both fingerprints. */
static void write_result(struct buf *out, struct fingerprint *old,
			 struct fingerprint *new)
{
	struct policy policy = { .fail_on = LEVEL_ERROR };
	struct comparison cmp;

	compare(&cmp, old, new, &policy);

	struct report r = {
		.old = old, .new = new, .cmp = &cmp, .fail_on = LEVEL_ERROR,
		.old_from = "traced", .new_from = "file", .color = true,
		.config_from = STR("defaults"), .verbosity = -1,
	};

	format_by_name(STR("json"))->write(out, &r);
	comparison_free(&cmp);
	fingerprint_free(old);
	fingerprint_free(new);
}

static struct json *parsed(const struct buf *out)
{
	struct json *doc = NULL;
	struct err err = ERR_INIT;

	if (json_parse(&doc, buf_view(out), 1 << 24, &err))
		fail_msg("%s:\n%s", err.msg, out->p);
	return doc;
}

static void is_text(const struct json *obj, const char *key, const char *text)
{
	struct str got;

	assert_true(json_string(&got, obj, key));
	if (!str_eq(got, str_c(text)))
		fail_msg("%s: '%.*s', not '%s'", key, STR_ARG(got), text);
}

static void is_number(const struct json *obj, const char *key, uint64_t n)
{
	uint64_t got;

	assert_true(json_uint(&got, obj, key));
	assert_int_equal(got, n);
}

static void is_pair(const struct json *obj, const char *key, uint64_t a,
		    uint64_t b)
{
	const struct json *v = json_first(json_array(obj, key));
	uint64_t got;

	assert_true(json_is_uint(v, &got));
	assert_int_equal(got, a);
	assert_true(json_is_uint(json_next(v), &got));
	assert_int_equal(got, b);
	assert_null(json_next(json_next(v)));
}

static struct fingerprint *sample_old(void)
{
	return FACTS("impl04", "3 exec /usr/bin/python3",
		     "3 file.create $TREE/socp.db", "3 file.read $TREE/old");
}

static struct fingerprint *sample_new(void)
{
	return FACTS("impl14", "3 exec /usr/bin/python3",
		     "3 file.create $TREE/socp.db",
		     "3 file.create $TREE/socp.db = EEXIST",
		     "1 file.read $TREE/rare",
		     "3 net.connect tcp 203.0.113.7:4444 = ENETUNREACH",
		     "3 exec /usr/bin/id");
}

static void the_head_names_both_sides_and_the_plan(void **state)
{
	autobuf struct buf out = BUF_INIT;
	autojson struct json *doc = NULL;
	const struct json *old, *new, *plan;

	(void)state;
	write_result(&out, sample_old(), sample_new());
	doc = parsed(&out);
	is_text(doc, "schema", "behavdiff.result/1");
	is_text(doc, "verdict", "regression");
	assert_null(json_first(json_array(doc, "reasons")));
	is_number(doc, "lost", 0);
	assert_non_null(json_array(doc, "blind_spots"));
	old = json_object(doc, "old");
	new = json_object(doc, "new");
	is_text(old, "spec", "impl04");
	is_text(old, "commit", "0123456789abcdef0123456789abcdef01234567");
	is_text(old, "fingerprint", "ffeeddccbbaa99887766554433221100");
	is_number(old, "runs", 3);
	is_number(old, "facts", 3);
	is_text(old, "from", "traced");
	is_text(new, "from", "file");
	is_number(new, "facts", 6);
	plan = json_object(doc, "plan");
	is_text(plan, "digest", "00112233445566778899aabbccddeeff");
	is_text(plan, "network", "none");
	is_number(plan, "uid", 1000);
	is_number(plan, "timeout_ms", 60000);
}

static const struct json *nth(const struct json *doc, size_t n)
{
	const struct json *v = json_first(json_array(doc, "findings"));

	while (n-- && v)
		v = json_next(v);
	return v;
}

static void a_finding_has_every_field_of_the_contract(void **state)
{
	autobuf struct buf out = BUF_INIT;
	autojson struct json *doc = NULL;
	const struct json *f, *seen, *chain;
	char id[HASH_ID_LEN + 1];
	struct str text;
	bool accepted = true;

	(void)state;
	write_result(&out, sample_old(), sample_new());
	doc = parsed(&out);
	f = nth(doc, 0);
	hash_id(id, STR("net.connect tcp 203.0.113.7:4444 = ENETUNREACH"));
	is_text(f, "id", id);
	is_text(f, "change", "new");
	is_text(f, "level", "error");
	is_text(f, "kind", "net.connect");
	is_text(f, "object", "tcp 203.0.113.7:4444");
	is_text(f, "outcome", "ENETUNREACH");
	is_text(f, "fact", "net.connect tcp 203.0.113.7:4444 = ENETUNREACH");
	is_text(f, "message", "new: client.py connects to 203.0.113.7:4444 "
		"(ENETUNREACH)");
	is_text(f, "category", "network");
	seen = json_object(f, "seen");
	is_pair(seen, "old", 0, 3);
	is_pair(seen, "new", 3, 3);
	chain = json_first(json_array(f, "process"));
	assert_true(json_is_string(chain, &text));
	assert_true(str_eq(text, STR("python3 launcher.py")));
	assert_true(json_is_string(json_next(chain), &text));
	assert_true(str_eq(text, STR("python3 client.py")));
	assert_true(json_bool(&accepted, f, "accepted"));
	assert_false(accepted);
}

static void every_kind_of_change_is_listed(void **state)
{
	static const char *const changes[] = {
		"new", "new", "outcome", "gone", "unstable"
	};
	autobuf struct buf out = BUF_INIT;
	autojson struct json *doc = NULL;

	(void)state;
	write_result(&out, sample_old(), sample_new());
	doc = parsed(&out);
	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		is_text(nth(doc, i), "change", changes[i]);
	assert_null(nth(doc, ARRAY_LEN(changes)));
	is_number(json_object(doc, "counts"), "new", 2);
	is_number(json_object(doc, "counts"), "seen_again", 2);
}

static void equal_sides_have_no_findings(void **state)
{
	autobuf struct buf out = BUF_INIT;
	autojson struct json *doc = NULL;

	(void)state;
	write_result(&out, sample_old(), sample_old());
	doc = parsed(&out);
	is_text(doc, "verdict", "pass");
	assert_non_null(json_array(doc, "findings"));
	assert_null(nth(doc, 0));
}

static void nothing_from_outside_breaks_the_document(void **state)
{
	static const char evil[] =
		"\"},\n{\"verdict\":\"pass\"\x01\xff\\u0000\xed\xa0\x80";
	struct fingerprint *new = sample_new();
	autobuf struct buf out = BUF_INIT;
	autojson struct json *doc = NULL;
	struct str spot = str_c(evil);

	(void)state;
	new->spec = new->entry = new->plan = spot;
	new->blind_spots = &spot;
	new->n_blind = 1;
	new->ledger.lost = 1;
	for (size_t i = 0; i < new->n; i++) {
		struct evidence *ev = &new->facts[i].ev;

		ev->process = ev->call = ev->note = ev->step = spot;
	}
	write_result(&out, sample_old(), new);
	doc = parsed(&out);
	is_text(doc, "verdict", "regression");
	is_text(json_object(doc, "plan"), "digest",
		"00112233445566778899aabbccddeeff");
	assert_non_null(nth(doc, 4));
}

/* Give the document to python3-jsonschema, where it is installed. */
static void validate(const struct buf *out)
{
	FILE *to = popen("python3 -c '"
		"import json, sys, jsonschema\n"
		"jsonschema.Draft202012Validator(json.load(open(\"" SCHEMA
		"\"))).validate(json.load(sys.stdin))'", "w");

	assert_non_null(to);
	assert_int_equal(fwrite(out->p, 1, out->len, to), out->len);
	assert_int_equal(pclose(to), 0);
}

static void real_output_is_valid_by_the_shipped_schema(void **state)
{
	struct step_end end = { .name = STR("main"), .started = true };
	struct fingerprint *lossy = sample_new();
	autobuf struct buf out = BUF_INIT;

	(void)state;
	if (access(SCHEMA, R_OK) ||
	    system("python3 -c 'import jsonschema' 2>/dev/null")) {
		fingerprint_free(lossy);
		skip();
	}
	facts_end(lossy, "deadline", &end);
	lossy->ledger.lost = 3;
	write_result(&out, sample_old(), lossy);
	validate(&out);
	buf_clear(&out);
	write_result(&out, sample_old(), sample_old());
	validate(&out);
	buf_clear(&out);
	write_result(&out, sample_old(), NO_FACTS("nothing"));
	validate(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_names_both_sides_and_the_plan),
		cmocka_unit_test(a_finding_has_every_field_of_the_contract),
		cmocka_unit_test(every_kind_of_change_is_listed),
		cmocka_unit_test(equal_sides_have_no_findings),
		cmocka_unit_test(nothing_from_outside_breaks_the_document),
		cmocka_unit_test(real_output_is_valid_by_the_shipped_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
