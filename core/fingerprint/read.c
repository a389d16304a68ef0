/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a fingerprint's JSON, each checked for its type and range. */
#include <stdarg.h>

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

int read_need_object(struct reader *r, const struct json **out,
		     const struct json *doc, const char *key)
{
	r->at = key;
	r->index = 0;
	*out = json_object(doc, key);
	return *out ? 0 : read_fail(r, "missing or no object");
}

int read_need_array(struct reader *r, const struct json **out,
		    const struct json *obj, const char *key)
{
	r->at = key;
	r->index = 0;
	*out = json_array(obj, key);
	return *out ? 0 : read_fail(r, "missing or no array");
}
