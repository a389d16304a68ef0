/* SPDX-License-Identifier: Apache-2.0 */
/* The places of all lines that may have been drawn, and what stands there. */
#include <stdlib.h>
#include <string.h>

#include "core/fingerprint/drawn_internal.h"

/* The line with its holes, and its step: what does not differ. */
void drawn_put_key(struct buf *out, const struct raw *raw,
		    const struct hole *h)
{
	buf_clear(out);
	buf_str(out, raw->f->ev.step);
	buf_ch(out, '\n');
	hole_key(out, raw->f->line, h);
}

struct holes drawn_holes(const struct raw *raw)
{
	struct holes h = holes_of(raw->f);

	if (raw->rest.n && h.n < HOLES_MAX)
		h.v[h.n++] = raw->rest;
	return h;
}

/* As it was before it was escaped: one character is one character. */
static struct str unescaped(struct arena *a, struct str s)
{
	autobuf struct buf out = BUF_INIT;

	if (!s.len || !memchr(s.p, '\\', s.len))
		return s;
	for (size_t i = 0; i < s.len; i++) {
		bool hex = s.p[i] == '\\' && i + 3 < s.len && s.p[i + 1] == 'x';

		/* Which character it was is no matter here. */
		buf_ch(&out, s.p[i] == '\\' ? '!' : s.p[i]);
		if (s.p[i] == '\\')
			i += hex ? 3 : 1;
	}
	return arena_str(a, buf_view(&out));
}

/* What stands in a part of the hole, up to a token. */
static void set_part(struct arena *a, struct member *m, size_t part)
{
	struct str text = drawn_text(m->raw->f->line, m->at.v[part]);
	size_t token = hole_token(text);

	if (token < text.len) {
		m->cut = true;
		m->tokens = str_sub(text, token);
		text.len = token;
	}
	m->part[part] = unescaped(a, text);
}

static void set_name(struct arena *a, struct member *m)
{
	autobuf struct buf text = BUF_INIT;

	for (size_t i = 0; i < m->at.n; i++) {
		set_part(a, m, i);
		buf_str(&text, m->part[i]);
	}
	m->name = m->at.n > 1 ? arena_str(a, buf_view(&text)) : m->part[0];
}

static struct place *place_put(struct drawn_places *d, struct str key)
{
	struct strmap_entry *e = strmap_put(&d->keys, key);

	if (!e->val.ptr) {
		struct place *p = arena_alloc(&d->arena, sizeof(*p));

		*p = (struct place){ .key = e->key, .fixed = key.len };
		e->val.ptr = p;
		d->entries++;
	}
	return e->val.ptr;
}

/* Of n words in any order: n! */
static double orders_of(struct str words)
{
	double n = 1, orders = 1;

	for (size_t i = 0; i < words.len; i++)
		if (words.p[i] == ' ')
			orders *= ++n;
	return orders;
}

const void *drawn_weight(const struct drawn_places *d,
			     const struct fact *f)
{
	if (d->rules.weight)
		return d->rules.weight(f);
	/* A number, as the address of nothing. */
	return (const void *)(uintptr_t)watchlist_marks(f->line);
}

static void add_member(struct drawn_places *d, struct raw *raw,
		       const struct hole *h, struct place *p, bool new)
{
	const void *weight = new ? NULL : drawn_weight(d, raw->f);
	struct member *m = vec_push(&p->members);

	*m = (struct member){ .raw = raw, .at = *h, .new = new };
	set_name(&d->arena, m);
	p->parts = h->n;
	p->wide = h->wide && (p->members.n == 1 || p->wide);
	p->possible = h->shuffled ? orders_of(m->name) : 0;
	p->new += new;
	d->entries++;
	if (new)
		return;
	p->mixed |= p->runs && p->weight != weight;
	p->weight = weight;
	p->runs |= raw->runs;
}

/* Lines whose places are wanted: those that one side, or a run, has not. */
bool drawn_is_wanted(const struct drawn_places *d, const struct raw *raw,
		      bool new)
{
	const struct drawn_side *own = &d->side[new], *other = &d->side[!new];

	return !fact_always(own->fp, raw->f) || drawn_lacks(other->fp, raw->f);
}

static void drawn_want(struct drawn_places *d, bool new)
{
	const struct drawn_side *s = &d->side[new];
	autobuf struct buf key = BUF_INIT;

	for (size_t i = 0; i < s->raws.n && !drawn_is_full(d); i++) {
		struct holes h;

		if (!drawn_is_wanted(d, &s->raws.v[i], new))
			continue;
		h = drawn_holes(&s->raws.v[i]);
		for (size_t k = 0; k < h.n; k++) {
			drawn_put_key(&key, &s->raws.v[i], &h.v[k]);
			place_put(d, buf_view(&key));
		}
	}
}

static void drawn_fill(struct drawn_places *d, bool new)
{
	const struct drawn_side *s = &d->side[new];
	autobuf struct buf key = BUF_INIT;

	for (size_t i = 0; i < s->raws.n && !drawn_is_full(d); i++) {
		struct holes h = drawn_holes(&s->raws.v[i]);

		for (size_t k = 0; k < h.n; k++) {
			const struct strmap_entry *e;

			drawn_put_key(&key, &s->raws.v[i], &h.v[k]);
			e = strmap_get(&d->keys, buf_view(&key));
			if (e)
				add_member(d, &s->raws.v[i], &h.v[k],
					   e->val.ptr, new);
		}
	}
}

static bool all_the_same(const struct fingerprint *old,
			 const struct fingerprint *new)
{
	if (old->n != new->n)
		return false;
	for (size_t i = 0; i < old->n; i++)
		if (!fact_always(old, &old->facts[i]) ||
		    !fact_always(new, &new->facts[i]) ||
		    !str_eq(old->facts[i].line, new->facts[i].line))
			return false;
	return true;
}

struct drawn_places *drawn_find(const struct fingerprint *old,
				const struct fingerprint *new,
				const struct drawn_rules *rules)
{
	struct drawn_places *d;

	if (all_the_same(old, new))
		return NULL;
	d = mem_alloc(sizeof(*d));
	*d = (struct drawn_places){ .keys = STRMAP_INIT };
	if (rules)
		d->rules = *rules;
	for (size_t i = 0; i < 2; i++) {
		d->side[i].fp = i ? new : old;
		drawn_lines(&d->side[i], i ? old : new, i);
	}
	drawn_want(d, false);
	drawn_want(d, true);
	drawn_fill(d, false);
	drawn_fill(d, true);
	return d;
}

void drawn_free(struct drawn_places *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->keys.n; i++) {
		struct place *p = d->keys.entries[i].val.ptr;

		vec_free(&p->members);
	}
	for (size_t i = 0; i < 2; i++) {
		vec_free(&d->side[i].raws);
	}
	strmap_free(&d->keys);
	arena_free(&d->arena);
	free(d);
}
