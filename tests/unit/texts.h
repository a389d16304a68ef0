/* SPDX-License-Identifier: Apache-2.0 */
/* What a text must say, and must not. */
#ifndef TESTS_UNIT_TEXTS_H
#define TESTS_UNIT_TEXTS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static inline void has(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text ? text : "");
}

static inline void lacks(const char *text, const char *part)
{
	if (text && strstr(text, part))
		fail_msg("'%s' is in:\n%s", part, text);
}

#endif
