/* SPDX-License-Identifier: Apache-2.0 */
/* Members by a table: what is read, what is refused and how it is said. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/json_members.h"
#include "core/base/vec.h"

struct thing {
	struct str text, safe, common;
	uint64_t big, ns;
	unsigned small;
	int status;
	bool flag, maybe;
};

static const struct json_member rows[] = {
	{ JSON_NEEDED(struct thing, text, "text") },
	{ JSON_OPTIONAL_AS(struct thing, safe, "safe", JSON_SAFE) },
	{ JSON_OPTIONAL_AS(struct thing, common, "common", JSON_COMMON) },
	{ JSON_OPTIONAL(struct thing, big, "big") },
	{ JSON_OPTIONAL_AS(struct thing, ns, "us", JSON_MICROS) },
	{ JSON_OPTIONAL(struct thing, small, "small"), .max = 10 },
	{ JSON_OPTIONAL(struct thing, status, "status") },
	{ JSON_NEEDED(struct thing, flag, "flag") },
	{ JSON_OPTIONAL(struct thing, maybe, "maybe") },
};

struct complaint {
	char text[256];
	struct str key;		/* of what it is about; "" for the object */
};

static int complain(void *ctx, const struct json *at, const char *what)
{
	struct complaint *c = ctx;

	snprintf(c->text, sizeof(c->text), "%s", what);
	c->key = json_key(at);
	return -1;
}

struct reading {
	struct arena arena;
	struct strmap common;
	struct json *doc;
	struct thing out;
	struct complaint said;
	int failed;
};

static void begin(struct reading *r, const char *json, const char *of)
{
	struct err err = ERR_INIT;
	struct json_reader reader = {
		.arena = &r->arena, .common = &r->common,
		.fail = complain, .ctx = &r->said,
	};

	*r = (struct reading){ .arena = ARENA_INIT, .common = STRMAP_INIT };
	r->out = (struct thing){
		.text = STR("kept"), .safe = STR("kept"), .status = 7,
	};
	if (json_parse(&r->doc, str_c(json), 4096, &err))
		fail_msg("%s: %s", json, err.msg);
	r->failed = json_members_read(&reader, &r->out, r->doc, of, rows,
				      ARRAY_LEN(rows));
}

static void end(struct reading *r)
{
	json_free(r->doc);
	strmap_free(&r->common);
	arena_free(&r->arena);
}

static void refuses(const char *json, const char *what)
{
	struct reading r;

	begin(&r, json, NULL);
	assert_int_equal(r.failed, -1);
	assert_string_equal(r.said.text, what);
	end(&r);
}

static void fields_are_read_by_their_types(void **state)
{
	struct reading r;

	(void)state;
	begin(&r, "{\"text\": \"a\\u001b\", \"common\": \"c\", \"us\": 3, "
	      "\"big\": 9007199254740991, \"small\": 10, \"status\": -2, "
	      "\"flag\": true, \"later\": null}", NULL);
	assert_int_equal(r.failed, 0);
	assert_null(memchr(r.out.text.p, '\033', r.out.text.len));
	assert_true(str_eq(r.out.common, STR("c")));
	assert_ptr_equal(r.out.common.p,
			 strmap_get(&r.common, STR("c"))->key.p);
	assert_true(r.out.big == 9007199254740991);
	assert_int_equal(r.out.ns, 3000);
	assert_int_equal(r.out.small, 10);
	assert_int_equal(r.out.status, -2);
	assert_true(r.out.flag);
	/* What is left out keeps its value. */
	assert_true(str_eq(r.out.safe, STR("kept")));
	assert_false(r.out.maybe);
	end(&r);
}

#define WITH(more) "{\"text\": \"\", \"flag\": true, " more "}"

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	refuses("{\"flag\": true}", "\"text\" is missing");
	refuses("{\"text\": \"\"}", "\"flag\" is missing");
	refuses("{\"text\": 1, \"flag\": true}", "\"text\" is no string");
	refuses("{\"text\": \"\", \"flag\": 1}", "\"flag\" is no boolean");
	refuses(WITH("\"safe\": \"\\u001b\""), "\"safe\" is unsafe to show");
	refuses(WITH("\"small\": 11"), "\"small\" is too large");
	refuses(WITH("\"small\": -1"), "\"small\" is no number");
	refuses(WITH("\"big\": 1.5"), "\"big\" is no number");
	refuses(WITH("\"big\": \"1\""), "\"big\" is no number");
	refuses(WITH("\"maybe\": null"), "\"maybe\" is no boolean");
	refuses(WITH("\"status\": 2147483648"),
		"\"status\" is too small or too large");
	refuses(WITH("\"status\": -2147483649"),
		"\"status\" is too small or too large");
}

static void the_place_is_the_member_or_the_object_that_lacks_it(void **state)
{
	struct reading r;

	(void)state;
	begin(&r, WITH("\"small\": 11"), "\"thing\"");
	assert_true(str_eq(r.said.key, STR("small")));
	assert_string_equal(r.said.text, "\"small\" of \"thing\" is too large");
	end(&r);
	begin(&r, "{}", NULL);
	assert_int_equal(r.said.key.len, 0);
	end(&r);
}

static void what_is_written_is_what_is_read(void **state)
{
	const struct thing was = {
		.text = STR(""), .safe = STR("s"), .common = STR(""),
		.big = UINT32_MAX, .ns = 5999, .status = INT_MIN,
	};
	autobuf struct buf text = BUF_INIT;
	struct json_out j;
	struct reading r;

	(void)state;
	json_out_init(&j, &text);
	json_begin_object(&j, NULL);
	json_members_write(&j, &was, rows, ARRAY_LEN(rows));
	json_end_object(&j);
	json_out_end(&j);
	assert_string_equal(text.p, "{\n  \"text\": \"\",\n  \"safe\": \"s\",\n"
			    "  \"big\": 4294967295,\n  \"us\": 5,\n"
			    "  \"status\": -2147483648,\n  \"flag\": false\n}\n");
	begin(&r, text.p, NULL);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.out.status, INT_MIN);
	assert_int_equal(r.out.ns, 5000);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read_by_their_types),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(
			the_place_is_the_member_or_the_object_that_lacks_it),
		cmocka_unit_test(what_is_written_is_what_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
