/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON: the same values give the same bytes. */
#include "core/base/json.h"

#include <assert.h>
#include <inttypes.h>

#include "core/base/text.h"

void json_out_init(struct json_out *j, struct buf *buf)
{
	*j = (struct json_out){ .buf = buf, .first = true };
}

/* The length of the prefix that may stand between quotes as it is. */
static size_t plain_prefix(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] != '"' && s.p[n] != '\\')
		n++;
	return n;
}

static void json_out_put_quoted(struct json_out *j, struct str s)
{
	autobuf struct buf safe = BUF_INIT;

	text_sanitise(&safe, s);
	buf_ch(j->buf, '"');
	/* Sanitised text has no control byte: two characters are left. */
	for (size_t at = 0; at < safe.len; at++) {
		size_t plain = plain_prefix(str_sub(buf_view(&safe), at));

		buf_add(j->buf, safe.p + at, plain);
		at += plain;
		if (at == safe.len)
			break;
		buf_ch(j->buf, '\\');
		buf_ch(j->buf, safe.p[at]);
	}
	buf_ch(j->buf, '"');
}

static bool on_one_line(const struct json_out *j)
{
	return j->inline_depth && j->depth >= j->inline_depth;
}

static void break_line(struct json_out *j)
{
	buf_ch(j->buf, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		buf_c(j->buf, "  ");
}

/* What stands between the last value and the next one. */
static void separate(struct json_out *j)
{
	if (!j->first)
		buf_ch(j->buf, ',');
	if (j->depth && !on_one_line(j))
		break_line(j);
	else if (!j->first)
		buf_ch(j->buf, ' ');
	j->first = false;
}

static void before_value(struct json_out *j, struct str key)
{
	separate(j);
	if (!key.p)
		return;
	json_out_put_quoted(j, key);
	buf_c(j->buf, ": ");
}

static void json_out_begin(struct json_out *j, const char *key, char bracket)
{
	before_value(j, str_c(key));
	buf_ch(j->buf, bracket);
	j->depth++;
	j->first = true;
}

static void begin_inline(struct json_out *j, const char *key, char bracket)
{
	json_out_begin(j, key, bracket);
	if (!j->inline_depth)
		j->inline_depth = j->depth;
}

static void end(struct json_out *j, char bracket)
{
	bool same_line = j->first || on_one_line(j);

	assert(j->depth);
	if (j->inline_depth == j->depth)
		j->inline_depth = 0;
	j->depth--;
	if (!same_line)
		break_line(j);
	buf_ch(j->buf, bracket);
	j->first = false;
}

void json_begin_object(struct json_out *j, const char *key)
{
	json_out_begin(j, key, '{');
}

void json_end_object(struct json_out *j)
{
	end(j, '}');
}

void json_begin_array(struct json_out *j, const char *key)
{
	json_out_begin(j, key, '[');
}

void json_end_array(struct json_out *j)
{
	end(j, ']');
}

void json_begin_object_inline(struct json_out *j, const char *key)
{
	begin_inline(j, key, '{');
}

void json_begin_array_inline(struct json_out *j, const char *key)
{
	begin_inline(j, key, '[');
}

void json_put_str(struct json_out *j, const char *key, struct str s)
{
	before_value(j, str_c(key));
	json_out_put_quoted(j, s);
}

void json_put_uint(struct json_out *j, const char *key, uint64_t n)
{
	before_value(j, str_c(key));
	buf_printf(j->buf, "%" PRIu64, n);
}

void json_put_int(struct json_out *j, const char *key, int64_t n)
{
	before_value(j, str_c(key));
	buf_printf(j->buf, "%" PRId64, n);
}

void json_put_bool(struct json_out *j, const char *key, bool b)
{
	before_value(j, str_c(key));
	buf_c(j->buf, b ? "true" : "false");
}

void json_put_null(struct json_out *j, const char *key)
{
	before_value(j, str_c(key));
	buf_c(j->buf, "null");
}

void json_put_str_at(struct json_out *j, struct str key, struct str s)
{
	/* An empty key is a key, even where it has no bytes to point at. */
	before_value(j, key.p ? key : STR(""));
	json_out_put_quoted(j, s);
}

void json_out_end(struct json_out *j)
{
	assert(!j->depth);
	buf_ch(j->buf, '\n');
}
