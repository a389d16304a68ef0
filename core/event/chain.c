/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of programs that led to an event. */
#include "core/event/event.h"

#define ARROW STR(" > ")

bool chain_next(struct str *chain, struct str *program)
{
	size_t n = 0;

	if (!chain->len)
		return false;
	while (n < chain->len && !str_starts(str_sub(*chain, n), ARROW))
		n++;
	*program = (struct str){ chain->p, n };
	*chain = str_sub(*chain, n < chain->len ? n + ARROW.len : n);
	return true;
}

struct str chain_last(struct str chain)
{
	struct str program = STR("");

	while (chain_next(&chain, &program))
		;
	return program;
}

void chain_add(struct buf *out, struct str chain, struct str program)
{
	size_t start;

	buf_str(out, chain);
	if (chain.len)
		buf_str(out, ARROW);
	start = out->len;
	for (size_t i = 0; i < program.len; i++) {
		bool ends = i + 1 == program.len || program.p[i + 1] == ' ';

		/* Words of a command may not pass for a program's end. */
		while (program.p[i] == '>' && ends && out->len > start &&
		       out->p[out->len - 1] == ' ')
			buf_cut(out, out->len - 1);
		buf_ch(out, program.p[i]);
	}
}

void chain_shorten(struct buf *out, size_t start, size_t max)
{
	struct str all = str_sub(buf_view(out), start), rest = all;
	struct str first, program, keep;
	autobuf struct buf cut = BUF_INIT;

	if (all.len <= max || !chain_next(&rest, &first))
		return;
	buf_str(&cut, first);
	buf_c(&cut, " > " CHAIN_CUT " > ");
	keep = rest;
	for (;;) {
		struct str after = keep;

		chain_next(&after, &program);
		if (!after.len || (keep.p != rest.p &&
				   cut.len + keep.len <= max))
			break;
		keep = after;
	}
	if (keep.p == rest.p)
		return;
	buf_str(&cut, keep);
	buf_cut(out, start);
	buf_str(out, buf_view(&cut));
}
