/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a JSON object, by a table. */
#include "core/base/json_members.h"

#include <limits.h>

#include "core/base/text.h"

const struct json *json_member(const struct json *obj, const char *key)
{
	for (const struct json *v = json_first(obj); v; v = json_next(v))
		if (str_eq(json_key(v), str_c(key)))
			return v;
	return NULL;
}

/* --- reading --- */

static uint64_t json_members_max(const struct json_member *m)
{
	uint64_t most = m->type == JSON_UNSIGNED ? UINT_MAX :
			m->type == JSON_INT ? INT_MAX :
			m->type == JSON_MICROS ? UINT64_MAX / 1000 : UINT64_MAX;

	return m->max && m->max < most ? m->max : most;
}

/* NULL, or what is wrong with it. */
static const char *json_members_text(const struct json_reader *r,
				     const struct json_member *m,
				     struct str *out, const struct json *v)
{
	autobuf struct buf safe = BUF_INIT;
	struct str s;

	if (!json_is_string(v, &s))
		return "is no string";
	if (m->type == JSON_SAFE && !text_is_safe(s))
		return "is unsafe to show";
	text_sanitise(&safe, s);
	*out = m->type == JSON_COMMON ?
		strmap_put(r->common, buf_view(&safe))->key :
		arena_str(r->arena, buf_view(&safe));
	return NULL;
}

static const char *json_members_uint(const struct json_member *m, void *out,
				     const struct json *v)
{
	uint64_t n;

	if (!json_is_uint(v, &n))
		return "is no number";
	if (n > json_members_max(m))
		return "is too large";
	if (m->type == JSON_UNSIGNED)
		*(unsigned *)out = (unsigned)n;
	else
		*(uint64_t *)out = m->type == JSON_MICROS ? n * 1000 : n;
	return NULL;
}

static const char *json_members_int(const struct json_member *m, int *out,
				    const struct json *obj)
{
	int64_t n;

	if (!json_int(&n, obj, m->key))
		return "is no number";
	if (n < INT_MIN || n > (int64_t)json_members_max(m))
		return "is too small or too large";
	*out = (int)n;
	return NULL;
}

static const char *json_members_value(const struct json_reader *r,
				      const struct json_member *m, void *out,
				      const struct json *obj,
				      const struct json *v)
{
	switch (m->type) {
	case JSON_TEXT: case JSON_SAFE: case JSON_COMMON:
		return json_members_text(r, m, out, v);
	case JSON_UINT: case JSON_MICROS: case JSON_UNSIGNED:
		return json_members_uint(m, out, v);
	case JSON_INT:
		return json_members_int(m, out, obj);
	case JSON_BOOL:
		break;
	}
	return json_is_bool(v, out) ? NULL : "is no boolean";
}

static int json_members_fail(const struct json_reader *r,
			     const struct json *at, const char *key,
			     const char *of, const char *what)
{
	autobuf struct buf text = BUF_INIT;

	buf_printf(&text, "\"%s\"", key);
	if (of)
		buf_printf(&text, " of %s", of);
	buf_printf(&text, " %s", what);
	return r->fail(r->ctx, at, text.p);
}

int json_members_read(const struct json_reader *r, void *out,
		      const struct json *obj, const char *of,
		      const struct json_member *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct json *v = json_member(obj, rows[i].key);
		const char *wrong;

		if (!v && rows[i].optional)
			continue;
		if (!v)
			return json_members_fail(r, obj, rows[i].key, of,
						 "is missing");
		wrong = json_members_value(r, &rows[i],
					   (char *)out + rows[i].at, obj, v);
		if (wrong)
			return json_members_fail(r, v, rows[i].key, of, wrong);
	}
	return 0;
}

/* --- writing --- */

static void json_members_put(struct json_out *j, const struct json_member *m,
			     const void *field)
{
	switch (m->type) {
	case JSON_TEXT: case JSON_SAFE: case JSON_COMMON:
		json_put_str(j, m->key, *(const struct str *)field);
		break;
	case JSON_UINT:
		json_put_uint(j, m->key, *(const uint64_t *)field);
		break;
	case JSON_MICROS:
		json_put_uint(j, m->key, *(const uint64_t *)field / 1000);
		break;
	case JSON_UNSIGNED:
		json_put_uint(j, m->key, *(const unsigned *)field);
		break;
	case JSON_INT:
		json_put_int(j, m->key, *(const int *)field);
		break;
	case JSON_BOOL:
		json_put_bool(j, m->key, *(const bool *)field);
		break;
	}
}

static bool json_members_is_empty(const struct json_member *m,
				  const void *field)
{
	switch (m->type) {
	case JSON_TEXT: case JSON_SAFE: case JSON_COMMON:
		return !((const struct str *)field)->len;
	case JSON_UINT: case JSON_MICROS:
		return !*(const uint64_t *)field;
	case JSON_UNSIGNED:
		return !*(const unsigned *)field;
	case JSON_INT:
		return !*(const int *)field;
	case JSON_BOOL:
		break;
	}
	return !*(const bool *)field;
}

void json_members_write(struct json_out *j, const void *from,
			const struct json_member *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const void *field = (const char *)from + rows[i].at;

		if (!rows[i].optional || !json_members_is_empty(&rows[i],
								 field))
			json_members_put(j, &rows[i], field);
	}
}
