/* SPDX-License-Identifier: Apache-2.0 */
/* Places with a draw, as others see them. */
#include <stdlib.h>
#include <string.h>

#include "core/fingerprint/drawn_internal.h"

static const char *const part_tokens[] = {
	"<drawn>", "<drawn2>", "<drawn3>", "<drawn4>", "<drawn5>", "<drawn6>",
	"<drawn7>", "<drawn8>",
};
_Static_assert(ARRAY_LEN(part_tokens) == HOLE_PARTS, "one for each part");

void drawn_put_line(struct buf *out, struct str key)
{
	struct str step, line, words;

	str_cut(key, STR("\n"), &step, &line);
	/* Behind a line break are the names of a shuffled part. */
	str_cut(line, STR("\n"), &line, &words);
	for (size_t at = 0; at < line.len; at++) {
		unsigned part = (unsigned char)(line.p[at] - HOLE_FIRST);

		if (part < HOLE_PARTS)
			buf_c(out, part_tokens[part]);
		else
			buf_ch(out, line.p[at]);
	}
}

/* The number of the part that a token here stands for, from 1; 0: none. */
static size_t part_token(struct str s)
{
	for (size_t i = 0; i < HOLE_PARTS; i++)
		if (str_starts(s, str_c(part_tokens[i])))
			return i + 1;
	return 0;
}

/* What the name has for a part; of a place with one it is that. */
static bool part_of_name(struct str place, struct str name, size_t number,
			 struct str *out)
{
	*out = name;
	if (!str_has(place, str_c(part_tokens[1])))
		return number == 1;
	while (number-- > 1)
		if (!str_cut(name, STR(" "), out, &name))
			return false;
	str_cut(name, STR(" "), out, &name);
	return true;
}

bool drawn_line(struct buf *out, struct str place, struct str name)
{
	size_t start = out->len;

	for (size_t at = 0; at < place.len;) {
		size_t number = part_token(str_sub(place, at));
		struct str part = { place.p + at, 1 };

		at += number ? strlen(part_tokens[number - 1]) : 1;
		if (number && !part_of_name(place, name, number, &part)) {
			buf_cut(out, start);
			return false;
		}
		buf_str(out, part);
	}
	return true;
}

/* --- all places --- */

static struct str shown_name(struct arena *a, const struct member *m)
{
	autobuf struct buf out = BUF_INIT;

	for (size_t i = 0; i < m->place->parts; i++) {
		if (i)
			buf_ch(&out, ' ');
		buf_str(&out, m->part[i].shown);
	}
	return arena_str(a, buf_view(&out));
}

static void list_names(struct arena *a, struct drawn_place *out,
		       const struct place *p)
{
	size_t n = 0;

	for (const struct member *m = p->first; m; m = m->next)
		n++;
	out->names = arena_alloc(a, n * sizeof(*out->names));
	n = 0;
	for (const struct member *m = p->first; m; m = m->next)
		/* What has a better place is in its list. */
		if (!m->raw->new && m->raw->explained && m->raw->best == m)
			out->names[n++] = (struct draw_name){
				.text = shown_name(a, m), .runs = m->raw->runs,
			};
	out->n_names = drawn_distinct(out->names, n);
}

static struct str described(struct arena *a, const struct draw *draw)
{
	autobuf struct buf out = BUF_INIT;

	draw_describe(&out, draw);
	return arena_str(a, buf_view(&out));
}

static void list_place(struct drawn_places *d, struct arena *a,
		       struct drawn_place *out, const struct place *p)
{
	autobuf struct buf line = BUF_INIT;
	struct str step, rest;
	struct draw v[2];

	/* Of words every line there has a better place, or none. */
	drawn_draws(d, p, WHOLE, p->words, v);
	drawn_put_line(&line, p->key);
	str_cut(p->key, STR("\n"), &step, &rest);
	*out = (struct drawn_place){
		.line = arena_str(a, buf_view(&line)),
		.step = arena_str(a, step),
		.old = described(a, &v[0]), .new = described(a, &v[1]),
	};
	list_names(a, out, p);
}

static int drawn_by_line(const void *pa, const void *pb)
{
	const struct drawn_place *a = pa, *b = pb;
	int c = str_cmp(a->line, b->line);

	return c ? c : str_cmp(a->step, b->step);
}

/* What is shuffled is not in the line: two places may be shown alike. */
static void join_place(struct arena *a, struct drawn_place *p,
		       const struct drawn_place *q)
{
	size_t n = p->n_names + q->n_names;
	struct draw_name *all = arena_alloc(a, n * sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = i < p->n_names ? p->names[i] :
					  q->names[i - p->n_names];
	p->names = all;
	p->n_names = drawn_distinct(all, n);
}

struct drawn_place *drawn_list(struct drawn_places *d, struct arena *a,
			       size_t *n)
{
	VEC(struct drawn_place) list = { .n = 0 };
	struct drawn_place *out;

	for (size_t i = 0; d && i < d->keys.n; i++) {
		const struct place *p = d->keys.entries[i].val.ptr;

		if (p->explained)
			list_place(d, a, vec_push(&list), p);
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), drawn_by_line);
	out = arena_alloc(a, list.n * sizeof(*out));
	*n = 0;
	for (size_t i = 0; i < list.n; i++) {
		if (*n && !drawn_by_line(&out[*n - 1], &list.v[i]))
			join_place(a, &out[*n - 1], &list.v[i]);
		else
			out[(*n)++] = list.v[i];
	}
	vec_free(&list);
	return out;
}
