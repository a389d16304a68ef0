/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps did it: the first is evidence.step, the others stand in
 * evidence_also(); and what else only few facts have.
 */
#include "core/base/buf.h"
#include "core/fingerprint/internal.h"

#define SEPARATOR STR(", ")

/* --- what few have --- */

static const struct evidence_more nothing = { { "", 0 }, { "", 0 }, { "", 0 } };

static const struct evidence_more *more_of(const struct evidence *ev)
{
	return ev->more ? ev->more : &nothing;
}

struct str evidence_also(const struct evidence *ev)
{
	return more_of(ev)->also;
}

struct str fact_learned(const struct fact *f)
{
	return more_of(&f->ev)->learned;
}

struct str fact_form(const struct fact *f)
{
	return more_of(&f->ev)->form;
}

/* Others may point to what is there: it is replaced. */
static void set_more(struct arena *a, struct evidence *ev,
		     struct evidence_more more)
{
	struct evidence_more *new;

	if (!more.also.len && !more.learned.len && !more.form.len) {
		ev->more = NULL;
		return;
	}
	new = arena_alloc(a, sizeof(*new));
	*new = more;
	ev->more = new;
}

void evidence_set_also(struct arena *a, struct evidence *ev, struct str also)
{
	struct evidence_more more = *more_of(ev);

	more.also = also;
	set_more(a, ev, more);
}

void fact_set_learned(struct arena *a, struct fact *f, struct str learned)
{
	struct evidence_more more = *more_of(&f->ev);

	more.learned = learned;
	set_more(a, &f->ev, more);
}

void fact_set_form(struct arena *a, struct fact *f, struct str form)
{
	struct evidence_more more = *more_of(&f->ev);

	more.form = form;
	set_more(a, &f->ev, more);
}

/* --- steps --- */

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
	struct str list = evidence_also(ev);

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
	evidence_set_also(a, ev, arena_str(a, buf_view(&text)));
}
