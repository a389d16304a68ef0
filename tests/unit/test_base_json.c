/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: strict reading of hostile text, writing that never varies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "core/base/cleanup.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

#define MAX ((size_t)64 << 20)

static struct json *parse(const char *text)
{
	struct json *doc = NULL;
	struct err err = ERR_INIT;

	if (json_parse(&doc, str_c(text), MAX, &err))
		fail_msg("%s: %s", text, err.msg);
	return doc;
}

static void assert_refuses_str(struct str text, const char *why)
{
	struct json *doc = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(json_parse(&doc, text, MAX, &err), -1);
	assert_null(doc);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_string_equal(err.msg, why);
}

static void assert_refuses(const char *text, const char *why)
{
	assert_refuses_str(str_c(text), why);
}

/* --- reading --- */

static void values_are_found_by_key_and_type(void **state)
{
	(void)state;
	autojson struct json *doc = parse(
		" {\"s\": \"x\\u00e9\\ud83d\\ude00\\n\", \"n\": 7, \"i\": -3,"
		"\"b\": true, \"o\": {\"k\": null}, \"a\": [1, \"two\"]}\n");
	struct str s;
	uint64_t n;
	int64_t i;
	bool b;

	assert_true(json_string(&s, doc, "s"));
	assert_true(str_eq(s, STR("x\u00e9\U0001f600\n")));
	assert_true(json_uint(&n, doc, "n"));
	assert_int_equal(n, 7);
	assert_true(json_int(&i, doc, "i"));
	assert_int_equal(i, -3);
	assert_true(json_bool(&b, doc, "b"));
	assert_true(b);
	assert_non_null(json_object(doc, "o"));
	assert_non_null(json_array(doc, "a"));
}

static void a_value_of_another_type_is_absent(void **state)
{
	(void)state;
	autojson struct json *doc = parse(
		"{\"S\":\"1\",\"n\":-1,\"o\":{},\"a\":[],\"z\":null}");
	struct str s = STR("same");
	uint64_t n = 5;
	int64_t i = 5;
	bool b = true;

	assert_false(json_string(&s, doc, "n"));
	assert_false(json_string(&s, doc, "s"));
	assert_false(json_uint(&n, doc, "S"));
	assert_false(json_uint(&n, doc, "n"));
	assert_false(json_int(&i, doc, "z"));
	assert_false(json_bool(&b, doc, "n"));
	assert_null(json_object(doc, "a"));
	assert_null(json_array(doc, "o"));
	assert_null(json_object(json_object(doc, "none"), "deeper"));
	assert_null(json_first(json_array(doc, "none")));
	assert_true(str_eq(s, STR("same")));
	assert_int_equal(n + (uint64_t)i, 10);
}

static void only_exact_integers_are_integers(void **state)
{
	(void)state;
	autojson struct json *doc = parse(
		"{\"most\":9007199254740991,\"more\":9007199254740993,"
		"\"least\":-9007199254740991,\"less\":-9007199254740993,"
		"\"half\":0.5,\"huge\":1e300,\"infinite\":1e999,\"zero\":-0,"
		"\"two\":2.0}");
	uint64_t n;
	int64_t i;

	assert_true(json_uint(&n, doc, "most"));
	assert_true(n == 9007199254740991);
	assert_true(json_int(&i, doc, "least"));
	assert_true(i == -9007199254740991);
	assert_false(json_uint(&n, doc, "more"));
	assert_false(json_int(&i, doc, "more"));
	assert_false(json_int(&i, doc, "less"));
	assert_false(json_uint(&n, doc, "half"));
	assert_false(json_uint(&n, doc, "huge"));
	assert_false(json_int(&i, doc, "infinite"));
	assert_true(json_uint(&n, doc, "zero"));
	assert_int_equal(n, 0);
	assert_true(json_uint(&n, doc, "two"));
	assert_int_equal(n, 2);
}

static void members_come_in_the_order_of_the_text(void **state)
{
	(void)state;
	autojson struct json *doc = parse("{\"b\":1,\"a\":\"x\",\"\":{}}");
	const struct json *v = json_first(doc);
	struct str s;
	uint64_t n;

	assert_true(json_is_object(doc));
	assert_true(str_eq(json_key(v), STR("b")));
	assert_true(json_is_uint(v, &n));
	v = json_next(v);
	assert_true(str_eq(json_key(v), STR("a")));
	assert_true(json_is_string(v, &s));
	assert_false(json_is_object(v));
	v = json_next(v);
	assert_true(str_eq(json_key(v), STR("")));
	assert_true(json_is_object(v));
	assert_null(json_next(v));
	assert_null(json_first(v));
}

static void any_value_may_stand_at_the_top(void **state)
{
	(void)state;
	autojson struct json *doc = parse("[3,4]");
	autojson struct json *text = parse("\"x\"");
	uint64_t n;

	assert_true(json_is_uint(json_next(json_first(doc)), &n));
	assert_int_equal(n, 4);
	assert_true(str_eq(json_key(json_first(doc)), STR("")));
	assert_null(json_first(text));
}

static void errors_name_line_and_column(void **state)
{
	(void)state;
	assert_refuses("", "line 1, column 1: syntax error");
	assert_refuses("{\n  \"a\": 1\n<<<<<<< ours\n",
		       "line 3, column 1: syntax error");
	assert_refuses("{\"\u00e9\u20ac\": x}",
		       "line 1, column 8: syntax error");
	assert_refuses("[1] [2]", "line 1, column 5: syntax error");
	assert_refuses("\n\n\"a\x01\"",
		       "line 3, column 3: control character in a string");
	assert_refuses("[\n \"open]\n",
		       "line 2, column 8: control character in a string");
	assert_refuses("[\n \"open]",
		       "line 2, column 2: unterminated string");
}

/* 64 digits: one more than cJSON keeps. */
#define LONG_NUMBER \
	"1234567812345678123456781234567812345678123456781234567812345678"

static void what_rfc_8259_does_not_allow_is_refused(void **state)
{
	(void)state;
	static const char *const numbers[] = {
		"01", "-", "+1", "1.", ".5", "-.5", "1e", "1e+", "0x10",
		"NaN", "1-1", "--1", "-Infinity", "00",
	};
	static const char *const texts[] = {
		"[1,]", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\":}", "[1 2]",
		"{a:1}", "{'a':1}", "[", "]", "{", "}", "[}", "nul", "True",
		"// c\n1", "/**/1", "[1]]", "\"\\ud800\"", "\"\\udc00\"",
		"\"\\ud83d\\u0041\"", "\x01[]", "\f[]", "1 2", "nullnull",
	};
	struct json *doc = NULL;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		assert_int_equal(json_parse(&doc, str_c(numbers[i]), MAX,
					    NULL), -1);
	assert_int_equal(json_parse(&doc, STR(LONG_NUMBER), MAX, NULL), -1);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(json_parse(&doc, str_c(texts[i]), MAX,
					    NULL), -1);
}

static void strings_hold_no_nul_and_no_broken_utf8(void **state)
{
	(void)state;
	assert_refuses("{\"a\\u0000b\":1}",
		       "line 1, column 4: NUL in a string");
	assert_refuses_str(STR("[\"a\0b\"]"),
			   "line 1, column 4: control character in a string");
	assert_refuses_str(STR("[]\0"), "line 1, column 3: control character");
	assert_refuses("\"\xff\"", "line 1, column 2: invalid UTF-8");
	assert_refuses("\"\xed\xa0\x80\"", "line 1, column 2: invalid UTF-8");
	assert_refuses("\"\\q\"", "line 1, column 2: invalid escape");
	assert_refuses("\"\\u12g4\"", "line 1, column 2: invalid \\u escape");
	assert_refuses("\"\\u12", "line 1, column 2: invalid \\u escape");
	assert_refuses("\"\\", "line 1, column 2: invalid escape");
}

static void nest(struct buf *b, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		buf_c(b, i % 2 ? "{\"a\":" : "[");
	buf_c(b, "1");
	while (depth--)
		buf_c(b, depth % 2 ? "}" : "]");
}

static void nesting_is_limited(void **state)
{
	(void)state;
	autobuf struct buf deep = BUF_INIT, deeper = BUF_INIT;
	autobuf struct buf abyss = BUF_INIT;
	autojson struct json *doc = NULL;

	nest(&deep, 32);
	assert_int_equal(json_parse(&doc, buf_view(&deep), MAX, NULL), 0);
	nest(&deeper, 33);
	assert_refuses_str(buf_view(&deeper),
			   "line 1, column 97: nested too deeply");
	for (size_t i = 0; i < 1000000; i++)
		buf_ch(&abyss, '[');
	assert_refuses_str(buf_view(&abyss),
			   "line 1, column 33: nested too deeply");
}

static void brackets_in_strings_do_not_nest(void **state)
{
	(void)state;
	autojson struct json *doc = parse(
		"[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[\"]");

	assert_non_null(doc);
}

static void more_than_the_limit_is_refused_unread(void **state)
{
	(void)state;
	autojson struct json *doc = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(json_parse(&doc, STR("[1]"), 2, &err), -1);
	assert_string_equal(err.msg, "JSON text is larger than 2 bytes");
	assert_int_equal(json_parse(&doc, STR("[1]"), 3, &err), 0);
}

/* A view that ends where the mapping ends: ASan sees a byte read too far. */
static void reading_ends_with_the_view(void **state)
{
	(void)state;
	static const char *const cut[] = { "[12", "{\"1\":1", "\"x", "tru",
					   "\"\\ud83d\\u", "[1,", "-" };
	struct json *doc = NULL;

	for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
		size_t len = strlen(cut[i]);
		autofree char *exact = malloc(len);

		memcpy(exact, cut[i], len);
		assert_int_equal(json_parse(&doc, (struct str){ exact, len },
					    MAX, NULL), -1);
	}
}

static void a_key_may_stand_once_in_an_object(void **state)
{
	(void)state;
	autojson struct json *doc = parse(
		"{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]},\"A\":\"a\"}");

	assert_non_null(doc);
	assert_refuses("{\"a\": 1,\n \"a\": 2}",
		       "line 2, column 2: duplicate key \"a\"");
	assert_refuses("{\"a\": 1, \"\\u0061\" : 2}",
		       "line 1, column 10: duplicate key \"a\"");
	assert_refuses("[{\"x\": \"x\"},\n{\"b\": {\"y\": 1, \"y\": 2}}]",
		       "line 2, column 16: duplicate key \"y\"");
	assert_refuses("{\"\\n\":0,\"\\n\":0}",
		       "line 1, column 9: duplicate key \"\\n\"");
}

static void put_facts(struct buf *b, size_t n)
{
	buf_ch(b, '{');
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "\"file.create /tmp/%zu\": \"always\",\n", i);
}

/* Read an object of so many facts, good and with a duplicate. */
static void read_object(size_t facts)
{
	autobuf struct buf good = BUF_INIT, bad = BUF_INIT;
	autobuf struct buf message = BUF_INIT;
	autojson struct json *doc = NULL;
	size_t n = 0;

	put_facts(&good, facts);
	put_facts(&bad, facts);
	buf_c(&good, "\"last\": 1}");
	buf_c(&bad, "\"file.create /tmp/77\": 1}");
	assert_int_equal(json_parse(&doc, buf_view(&good), MAX, NULL), 0);
	for (const struct json *v = json_first(doc); v; v = json_next(v))
		n++;
	assert_int_equal(n, facts + 1);
	buf_printf(&message, "line %zu, column 1: duplicate key "
		   "\"file.create /tmp/77\"", facts + 1);
	assert_refuses_str(buf_view(&bad), message.p);
}

/* CPU time of so many objects, each of so many facts. */
static double read_objects(size_t objects, size_t facts)
{
	clock_t start = clock();

	for (size_t i = 0; i < objects; i++)
		read_object(facts);
	return (double)(clock() - start);
}

/*
 * One object of all the facts is as much work as many of a few each; were it
 * quadratic, it would be a hundred times as much.  The distance is for what
 * the machine adds to both: caches, and memory that is touched the first time.
 */
static void a_large_object_is_read_in_linear_time(void **state)
{
	(void)state;
	double many = read_objects(100, 1000), one = read_objects(1, 100000);

	assert_true(one < 12 * many);
}

/* Objects around the size where the way of looking for duplicates changes. */
static void a_duplicate_is_found_in_an_object_of_any_size(void **state)
{
	(void)state;
	for (size_t size = 2; size < 20; size++) {
		for (size_t twin = 0; twin + 1 < size; twin++) {
			autobuf struct buf b = BUF_INIT;
			struct json *doc = NULL;

			put_facts(&b, size - 1);
			buf_printf(&b, "\"file.create /tmp/%zu\": 1}", twin);
			assert_int_equal(json_parse(&doc, buf_view(&b), MAX,
						    NULL), -1);
		}
	}
}

/* --- arrays read element by element --- */

/* "1,2|": the elements as they are read, or what is wrong. */
static void read_list(struct buf *out, struct str text)
{
	struct err err = ERR_INIT;
	autojson struct json *doc = NULL;
	struct json_list list;
	uint64_t n;

	if (json_parse_without(&doc, &list, "l", text, MAX, &err)) {
		buf_c(out, err.msg);
		return;
	}
	for (;;) {
		autojson struct json *v = NULL;

		if (json_list_next(&v, &list, &err)) {
			buf_c(out, err.msg);
			return;
		}
		if (!v)
			break;
		if (json_is_uint(v, &n))
			buf_printf(out, "%llu", (unsigned long long)n);
		buf_ch(out, ',');
	}
	buf_ch(out, list.found ? '|' : '-');
	if (json_uint(&n, doc, "n"))
		buf_printf(out, "%llu", (unsigned long long)n);
}

static void a_long_array_is_read_element_by_element(void **state)
{
	(void)state;
	static const struct { const char *text, *read; } rows[] = {
		{ "{\"l\":[1, 22 ,{\"l\":[3,4]},\"],[\"],\"n\":7}",
		  "1,22,,,|7" },
		{ "{\"n\": 7, \"l\" : [ ] }", "|7" },
		{ "{\"l\": [[[]]]}", ",|" },
		{ "{\"n\": 1, \"m\": {\"l\": [1]}}", "-1" },
		{ "{\"n\": 2, \"m\": \"l\", \"x\": [\"l\"], \"l\": 3}",
		  "-2" },
		{ "[\"l\", [1]]", "-" },
		/* What the key spells is no other member. */
		{ "{\"\\u006c\":[1],\"n\":2}", "-2" },
		/* Where it is wrong is told of the whole text. */
		{ "{\"l\":[1,\n22,],\"n\":7}",
		  "1,22,line 2, column 4: syntax error" },
		{ "{\"l\":[,1]}", "line 1, column 7: syntax error" },
		{ "{\"l\":[1,\n{\"a\":1,\"a\":2}]}",
		  "1,line 2, column 8: duplicate key \"a\"" },
		{ "{\"l\":[1,2],\n\"n\":7,}",
		  "line 2, column 8: syntax error" },
		{ "{\"l\":[1],\n\"l\":[2]}",
		  "line 2, column 1: duplicate key \"l\"" },
		{ "{\"l\":[1 2]}", "line 1, column 9: syntax error" },
		{ "{\"l\":[1}", "line 1, column 8: syntax error" },
		{ "{\"l\":[1}]", "line 1, column 8: syntax error" },
		{ "{\"l\":[", "line 1, column 7: syntax error" },
		{ "{\"l\":[\"\x01\"]}",
		  "line 1, column 8: control character in a string" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		autobuf struct buf out = BUF_INIT;
		size_t len = strlen(rows[i].text);
		autofree char *exact = malloc(len);

		memcpy(exact, rows[i].text, len);
		read_list(&out, (struct str){ exact, len });
		assert_string_equal(out.p, rows[i].read);
	}
}

/* Cut or changed anywhere: what one reader takes, the other takes. */
static void both_ways_of_reading_take_the_same(void **state)
{
	(void)state;
	static const char text[] =
		"{\"n\":7,\"l\":[1,{\"a\":[2,\"x\"]},[],3],\"o\":{}}";
	static const char odd[] = "{}[],:\"1 a";

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		for (size_t k = 0; k < sizeof(odd); k++) {
			autofree char *exact = malloc(sizeof(text) - 1);
			struct str s = { exact, odd[k] ? sizeof(text) - 1 : i };
			autobuf struct buf out = BUF_INIT;
			autojson struct json *doc = NULL;
			bool taken;

			memcpy(exact, text, sizeof(text) - 1);
			exact[i] = odd[k];
			taken = !json_parse(&doc, s, MAX, NULL);
			read_list(&out, s);
			assert_int_equal(taken, !strstr(out.p, "line "));
		}
}

/* --- writing --- */

static void documents_are_indented_and_short_ones_inline(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;
	struct json_out j;

	json_out_init(&j, &b);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR("s/1"));
	json_begin_array(&j, "reasons");
	json_end_array(&j);
	json_begin_object_inline(&j, "old");
	json_put_uint(&j, "runs", UINT64_MAX);
	json_begin_array(&j, "seen");
	json_put_int(&j, NULL, INT64_MIN);
	json_put_null(&j, NULL);
	json_end_array(&j);
	json_put_bool(&j, "b", false);
	json_end_object(&j);
	json_begin_array(&j, "list");
	json_begin_object(&j, NULL);
	json_put_bool(&j, "b", true);
	json_end_object(&j);
	json_begin_array_inline(&j, NULL);
	json_put_str(&j, NULL, STR("x"));
	json_put_str(&j, NULL, STR("y"));
	json_end_array(&j);
	json_end_array(&j);
	json_put_str_at(&j, STR("net.bind \"x\""), STR("always"));
	json_put_str_at(&j, STR_NULL, STR_NULL);
	json_end_object(&j);
	json_out_end(&j);
	assert_string_equal(b.p,
		"{\n"
		"  \"schema\": \"s/1\",\n"
		"  \"reasons\": [],\n"
		"  \"old\": {\"runs\": 18446744073709551615, "
		"\"seen\": [-9223372036854775808, null], \"b\": false},\n"
		"  \"list\": [\n"
		"    {\n"
		"      \"b\": true\n"
		"    },\n"
		"    [\"x\", \"y\"]\n"
		"  ],\n"
		"  \"net.bind \\\"x\\\"\": \"always\",\n"
		"  \"\": \"\"\n"
		"}\n");
}

static void written_strings_are_safe_text(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;
	struct json_out j;

	json_out_init(&j, &b);
	json_put_str(&j, NULL, STR("\"\\\n\x1b\xff\0\u202e\u00e9"));
	json_out_end(&j);
	assert_string_equal(b.p, "\"\\\"\\\\\\\\n\\\\x1b\\\\xff\\\\x00"
			    "\\\\xe2\\\\x80\\\\xae\u00e9\"\n");
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;
	struct json_out j;
	struct str s;
	const struct str fact = STR("exec \"a\\\\b\" \u65e5 / = ENOENT");

	json_out_init(&j, &b);
	json_begin_object(&j, NULL);
	json_put_str_at(&j, fact, fact);
	json_end_object(&j);
	json_out_end(&j);

	autojson struct json *doc = parse(b.p);

	assert_true(str_eq(json_key(json_first(doc)), fact));
	assert_true(json_is_string(json_first(doc), &s));
	assert_true(str_eq(s, fact));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_by_key_and_type),
		cmocka_unit_test(a_value_of_another_type_is_absent),
		cmocka_unit_test(only_exact_integers_are_integers),
		cmocka_unit_test(members_come_in_the_order_of_the_text),
		cmocka_unit_test(any_value_may_stand_at_the_top),
		cmocka_unit_test(errors_name_line_and_column),
		cmocka_unit_test(what_rfc_8259_does_not_allow_is_refused),
		cmocka_unit_test(strings_hold_no_nul_and_no_broken_utf8),
		cmocka_unit_test(nesting_is_limited),
		cmocka_unit_test(brackets_in_strings_do_not_nest),
		cmocka_unit_test(more_than_the_limit_is_refused_unread),
		cmocka_unit_test(reading_ends_with_the_view),
		cmocka_unit_test(a_key_may_stand_once_in_an_object),
		cmocka_unit_test(a_large_object_is_read_in_linear_time),
		cmocka_unit_test(a_duplicate_is_found_in_an_object_of_any_size),
		cmocka_unit_test(a_long_array_is_read_element_by_element),
		cmocka_unit_test(both_ways_of_reading_take_the_same),
		cmocka_unit_test(documents_are_indented_and_short_ones_inline),
		cmocka_unit_test(written_strings_are_safe_text),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
