/* SPDX-License-Identifier: Apache-2.0 */
/* Places with a draw, as others see them. */
#include <stdlib.h>
#include <string.h>

#include "core/fingerprint/drawn_internal.h"

void drawn_put_line(struct buf *out, struct str key)
{
	size_t at = 0;

	while (key.p[at++] != '\n')
		;
	/* Behind a line break are the names of a shuffled part. */
	for (; at < key.len && key.p[at] != '\n'; at++) {
		unsigned part = (unsigned char)(key.p[at] - HOLE_FIRST);

		if (part >= HOLE_PARTS)
			buf_ch(out, key.p[at]);
		else if (part)
			buf_printf(out, "<drawn%u>", part + 1);
		else
			buf_c(out, "<drawn>");
	}
}

/* The number of the part that a token here stands for, from 1; 0: none. */
static size_t part_token(struct str s, size_t *len)
{
	const struct str begin = STR("<drawn");
	char c = s.len > begin.len ? s.p[begin.len] : '\0';

	if (!str_starts(s, begin))
		return 0;
	*len = begin.len + 1;
	if (c == '>')
		return 1;
	if (c < '2' || c > '0' + HOLE_PARTS || s.len <= *len ||
	    s.p[*len] != '>')
		return 0;
	(*len)++;
	return (size_t)(c - '0');
}

bool drawn_line(struct buf *out, struct str place, const struct str *part,
		size_t n)
{
	size_t start = out->len;

	for (size_t at = 0, len; at < place.len; at += len) {
		size_t number = part_token(str_sub(place, at), &len);

		if (number > n) {
			buf_cut(out, start);
			return false;
		}
		if (number) {
			buf_str(out, part[number - 1]);
		} else {
			len = 1;
			buf_ch(out, place.p[at]);
		}
	}
	return true;
}

static struct str described(struct arena *a, const struct draw *draw)
{
	autobuf struct buf out = BUF_INIT;

	draw_describe(&out, draw);
	return arena_str(a, buf_view(&out));
}

static int by_parts(const void *pa, const void *pb)
{
	const struct drawn_name *a = pa, *b = pb;
	int c = 0;

	for (size_t i = 0; !c && i < HOLE_PARTS; i++)
		c = str_cmp(a->part[i], b->part[i]);
	return c;
}

static void list_names(struct arena *a, struct drawn_place *out,
		       const struct place *p)
{
	size_t n = 0;

	out->n_parts = p->parts;
	out->names = arena_alloc(a, (p->members.n + 1) * sizeof(*out->names));
	for (size_t i = 0; i < p->members.n; i++) {
		const struct member *m = &p->members.v[i];
		struct drawn_name *to = &out->names[n];

		/* What has a better place is in its list. */
		if (m->new || !m->raw->explained || m->raw->place != p)
			continue;
		n++;
		to->runs = m->raw->runs;
		for (size_t k = 0; k < HOLE_PARTS; k++)
			to->part[k] = k < p->parts ? arena_str(a,
				drawn_text(m->raw->f->line, m->at.v[k])) :
				STR("");
	}
	if (n)
		qsort(out->names, n, sizeof(*out->names), by_parts);
	for (size_t i = 0; i < n; i++) {
		size_t last = out->n_names;

		if (last && !by_parts(&out->names[last - 1], &out->names[i]))
			out->names[last - 1].runs |= out->names[i].runs;
		else
			out->names[out->n_names++] = out->names[i];
	}
}

static int drawn_by_line(const void *pa, const void *pb)
{
	const struct drawn_place *a = pa, *b = pb;
	int c = str_cmp(a->line, b->line);

	return c ? c : str_cmp(a->step, b->step);
}

static void list_place(struct drawn_places *d, struct arena *a,
		       struct drawn_place *out, const struct place *p)
{
	struct draw old = drawn_draw(d, p, WHOLE, false);
	struct draw new = drawn_draw(d, p, WHOLE, true);
	const char *end = memchr(p->key.p, '\n', p->key.len);
	size_t step = (size_t)(end - p->key.p);
	autobuf struct buf line = BUF_INIT;

	drawn_put_line(&line, p->key);
	*out = (struct drawn_place){
		.line = arena_str(a, buf_view(&line)),
		.step = arena_str(a, (struct str){ p->key.p, step }),
		.old = described(a, &old), .new = described(a, &new),
	};
	list_names(a, out, p);
}

static struct drawn_place both_places(struct arena *a, struct drawn_place p,
				      const struct drawn_place *q)
{
	struct drawn_name *all = arena_alloc(a, (p.n_names + q->n_names + 1) *
						sizeof(*all));

	if (p.n_names)
		memcpy(all, p.names, p.n_names * sizeof(*all));
	if (q->n_names)
		memcpy(all + p.n_names, q->names, q->n_names * sizeof(*all));
	p.names = all;
	p.n_names += q->n_names;
	qsort(all, p.n_names, sizeof(*all), by_parts);
	return p;
}

/* What is shuffled is not in the line: two places may be shown alike. */
static size_t join_places(struct arena *a, struct drawn_place *v, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		if (out && !drawn_by_line(&v[out - 1], &v[i]))
			v[out - 1] = both_places(a, v[out - 1], &v[i]);
		else
			v[out++] = v[i];
	}
	return out;
}

struct drawn_place *drawn_list(struct drawn_places *d, struct arena *a,
			       size_t *n)
{
	struct drawn_place *out;

	*n = 0;
	for (size_t i = 0; d && i < d->keys.n; i++)
		*n += ((struct place *)d->keys.entries[i].val.ptr)->explained
		      != 0;
	out = arena_alloc(a, (*n + 1) * sizeof(*out));
	*n = 0;
	for (size_t i = 0; d && i < d->keys.n; i++) {
		struct place *p = d->keys.entries[i].val.ptr;

		if (p->explained)
			list_place(d, a, &out[(*n)++], p);
	}
	if (*n)
		qsort(out, *n, sizeof(*out), drawn_by_line);
	*n = join_places(a, out, *n);
	return out;
}
