/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: set once, wrapped on the way up, always one safe line. */
#include "core/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/text.h"

/* Copy text that is already safe; cut between characters, never inside. */
static void store(char *dst, size_t size, struct str s)
{
	static const char dots[] = "...";

	if (s.len < size) {
		memcpy(dst, s.p, s.len);
		dst[s.len] = '\0';
		return;
	}

	size_t keep = size - sizeof(dots);

	while (keep && ((unsigned char)s.p[keep] & 0xc0) == 0x80)
		keep--;
	memcpy(dst, s.p, keep);
	memcpy(dst + keep, dots, sizeof(dots));
}

__attribute__((format(printf, 2, 0)))
static void format_safe(struct buf *out, const char *fmt, va_list ap)
{
	autobuf struct buf raw = BUF_INIT;

	buf_vprintf(&raw, fmt, ap);
	text_sanitise(out, buf_view(&raw));
	buf_add(out, NULL, 0);
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	if (!err)
		return -1;

	autobuf struct buf msg = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	format_safe(&msg, fmt, ap);
	va_end(ap);
	*err = (struct err){ .code = code };
	store(err->msg, sizeof(err->msg), buf_view(&msg));
	return -1;
}

int err_sys(struct err *err, const char *fmt, ...)
{
	int sys = errno;

	if (!err)
		return -1;

	autobuf struct buf msg = BUF_INIT;
	char why[128];
	va_list ap;

	va_start(ap, fmt);
	format_safe(&msg, fmt, ap);
	va_end(ap);
	/* strerror_r() is the GNU one: no static buffer, any thread. */
	buf_printf(&msg, ": %s", strerror_r(sys, why, sizeof(why)));
	*err = (struct err){ .code = ERR_TROUBLE, .sys = sys };
	store(err->msg, sizeof(err->msg), buf_view(&msg));
	errno = sys;
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	if (!err)
		return -1;

	autobuf struct buf msg = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	format_safe(&msg, fmt, ap);
	va_end(ap);
	buf_c(&msg, ": ");
	buf_c(&msg, err->msg);
	store(err->msg, sizeof(err->msg), buf_view(&msg));
	return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
	if (!err || err->hint[0])
		return -1;

	autobuf struct buf hint = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	format_safe(&hint, fmt, ap);
	va_end(ap);
	store(err->hint, sizeof(err->hint), buf_view(&hint));
	return -1;
}
