/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a fact's object and of a command line. */
#include "core/compare/internal.h"

struct str object_cut_word(struct str *rest)
{
	struct str word = object_first_word(*rest);

	*rest = str_sub(*rest, word.len + (word.len < rest->len));
	return word;
}

struct str object_first_word(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] != ' ')
		n++;
	return (struct str){ s.p, n };
}

bool object_split_arrow(struct str s, struct str *a, struct str *b)
{
	struct str before, behind;

	if (!str_cut(s, STR(" -> "), &before, &behind))
		return false;
	*a = before;
	*b = behind;
	return true;
}

const char *object_mode(struct str s)
{
	size_t at = s.len;

	while (at && s.p[at - 1] >= '0' && s.p[at - 1] <= '7')
		at--;
	return s.len - at == 4 && at && s.p[at - 1] == ' ' ? s.p + at : NULL;
}
