/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that is taken is JSON: every string is UTF-8 and comes back. */
#include "core/base/json.h"
#include "core/base/text.h"
#include "tests/fuzz/fuzz.h"

#define MAX_BYTES (1U << 16)

static void check_utf8(struct str s)
{
	uint32_t cp;

	while (s.len) {
		size_t n = text_utf8(s, &cp);

		must(n && cp);
		s = str_sub(s, n);
	}
}

static void walk(const struct json *v, unsigned depth)
{
	struct str s;
	uint64_t n;

	must(depth <= 32);
	for (v = json_first(v); v; v = json_next(v)) {
		check_utf8(json_key(v));
		if (json_is_string(v, &s))
			check_utf8(s);
		if (json_is_uint(v, &n))
			must(n < 1ULL << 53);
		walk(v, depth + 1);
	}
}

/* What text.h calls safe is written as it is and read as it was. */
static void round_trip(struct str s)
{
	autobuf struct buf out = BUF_INIT;
	autojson struct json *doc = NULL;
	struct json_out j;
	struct str back;

	if (!text_is_safe(s))
		return;
	json_out_init(&j, &out);
	json_begin_object(&j, NULL);
	json_put_str_at(&j, s, s);
	json_end_object(&j);
	json_out_end(&j);
	must(!json_parse(&doc, buf_view(&out), MAX_BYTES, NULL));
	must(json_first(doc) && json_is_string(json_first(doc), &back));
	must(str_eq(back, s));
	must(str_eq(json_key(json_first(doc)), s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autojson struct json *doc = NULL;
	struct err err = ERR_INIT;

	if (size > MAX_BYTES / 8)
		return 0;
	round_trip(bytes(data, size));
	if (json_parse(&doc, bytes(data, size), MAX_BYTES, &err)) {
		must(err.code == ERR_TROUBLE && !doc);
		must(text_is_safe(str_c(err.msg)));
		return 0;
	}
	walk(doc, 1);
	return 0;
}
