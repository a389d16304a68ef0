/* SPDX-License-Identifier: Apache-2.0 */
/* Which steps did it: the first is evidence.step, the others stand in also. */
#include "core/base/buf.h"
#include "core/fingerprint/internal.h"

#define SEPARATOR STR(", ")

/* Cut the first name off the front; false when nothing is left. */
static bool next_step(struct str *list, struct str *name)
{
	size_t n = 0;

	if (!list->len)
		return false;
	while (n < list->len && !str_starts(str_sub(*list, n), SEPARATOR))
		n++;
	*name = (struct str){ list->p, n };
	*list = str_sub(*list, n < list->len ? n + SEPARATOR.len : n);
	return true;
}

bool evidence_step(const struct evidence *ev, size_t i, struct str *out)
{
	struct str list = ev->also;

	*out = ev->step;
	if (!i)
		return ev->step.len;
	while (next_step(&list, out))
		if (!--i)
			return true;
	return false;
}

static void put_name(struct buf *out, struct str name)
{
	if (out->len)
		buf_str(out, SEPARATOR);
	buf_str(out, name);
}

void evidence_add_step(struct arena *a, struct evidence *ev, struct str step)
{
	autobuf struct buf text = BUF_INIT;
	struct str name;
	bool placed = false;

	if (!step.len || str_eq(step, ev->step))
		return;
	for (size_t i = 1; evidence_step(ev, i, &name); i++) {
		int c = str_cmp(step, name);

		if (!c)
			return;
		if (c < 0 && !placed)
			put_name(&text, step);
		placed |= c < 0;
		put_name(&text, name);
	}
	if (!placed)
		put_name(&text, step);
	ev->also = arena_str(a, buf_view(&text));
}
