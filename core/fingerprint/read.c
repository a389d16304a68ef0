/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a fingerprint's JSON, each checked for its type and range. */
#include <stdarg.h>

#include "core/base/text.h"
#include "core/fingerprint/read.h"

int read_fail(const struct reader *r, const char *fmt, ...)
{
	autobuf struct buf what = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&what, fmt, ap);
	va_end(ap);
	if (r->index)
		return err_set(r->err, ERR_TROUBLE, "%s[%zu]: %s", r->at,
			       r->index - 1, what.p);
	return err_set(r->err, ERR_TROUBLE, "%s: %s", r->at, what.p);
}

/* The place is said already: which member of the document, which element. */
static int read_members_fail(void *ctx, const struct json *at,
			     const char *what)
{
	(void)at;
	return read_fail(ctx, "%s", what);
}

int read_members(struct reader *r, void *out, const struct json *obj,
		 const struct json_member *rows, size_t n)
{
	const struct json_reader reader = {
		.arena = &r->fp->arena, .common = &r->texts,
		.fail = read_members_fail, .ctx = r,
	};

	return json_members_read(&reader, out, obj, NULL, rows, n);
}

static int read_text(const struct reader *r, struct buf *safe,
		     const struct json *obj, const char *key)
{
	struct str s;

	if (!json_string(&s, obj, key))
		return read_fail(r, "\"%s\" is missing or is no string", key);
	text_sanitise(safe, s);
	return 0;
}

int need_str(const struct reader *r, struct str *out,
	     const struct json *obj, const char *key)
{
	autobuf struct buf safe = BUF_INIT;

	if (read_text(r, &safe, obj, key))
		return -1;
	*out = arena_str(&r->fp->arena, buf_view(&safe));
	return 0;
}

int need_uint(const struct reader *r, uint64_t *out,
	      const struct json *obj, const char *key, uint64_t max)
{
	uint64_t n = 0;

	if (!json_uint(&n, obj, key) || n > max)
		return read_fail(r, "\"%s\" is missing, is no number, or is "
				 "too large", key);
	*out = n;
	return 0;
}

int need_unsigned(const struct reader *r, unsigned *out,
		  const struct json *obj, const char *key, unsigned max)
{
	uint64_t n = 0;

	if (need_uint(r, &n, obj, key, max))
		return -1;
	*out = (unsigned)n;
	return 0;
}

int need_bool(const struct reader *r, bool *out,
	      const struct json *obj, const char *key)
{
	if (!json_bool(out, obj, key))
		return read_fail(r, "\"%s\" is missing or is no boolean", key);
	return 0;
}

int need_object(struct reader *r, const struct json **out,
		const struct json *doc, const char *key)
{
	r->at = key;
	r->index = 0;
	*out = json_object(doc, key);
	return *out ? 0 : read_fail(r, "missing or no object");
}

int need_array(struct reader *r, const struct json **out,
	       const struct json *obj, const char *key)
{
	r->at = key;
	r->index = 0;
	*out = json_array(obj, key);
	return *out ? 0 : read_fail(r, "missing or no array");
}

bool has_member(const struct json *obj, const char *key)
{
	for (const struct json *v = json_first(obj); v; v = json_next(v))
		if (str_eq(json_key(v), str_c(key)))
			return true;
	return false;
}

int optional_str(const struct reader *r, struct str *out,
		 const struct json *obj, const char *key)
{
	*out = STR("");
	return has_member(obj, key) ? need_str(r, out, obj, key) : 0;
}

int optional_common(struct reader *r, struct str *out,
		    const struct json *obj, const char *key)
{
	autobuf struct buf safe = BUF_INIT;

	*out = STR("");
	if (!has_member(obj, key))
		return 0;
	if (read_text(r, &safe, obj, key))
		return -1;
	*out = strmap_put(&r->texts, buf_view(&safe))->key;
	return 0;
}
