/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder of HPACK.  A block is a row of fields: an index into the static
 * and the dynamic table, or a name and a value, which may enter the dynamic
 * one.  Both sides keep the same table, so a block that was not seen leaves
 * nothing to be read behind it.
 *
 * A library knows this, too (libnghttp2).  It would be one more in every build,
 * cross build and root file system, for two tables and these lines.
 */
#include "core/netcap/hpack.h"

#include <stdint.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/vec.h"

#define ENTRY_OVERHEAD 32	/* RFC 7541, 4.1 */
#define NUMBER_MAX (1U << 24)
#define CODE_MAX 30		/* bits of the longest code */

static const struct { struct str name, value; } fixed[] = {
#define HEADER(name, value) \
	{ { name, sizeof(name) - 1 }, { value, sizeof(value) - 1 } },
#include "core/netcap/hpack_static.def"
#undef HEADER
};

static const struct {
	unsigned length, n;
	const char *symbols;
} codes[] = {
#define HUFFMAN(length, n, symbols) { length, n, symbols },
#include "core/netcap/hpack_huffman.def"
#undef HUFFMAN
};

struct hpack_entry {
	struct hpack_entry *older, *newer;
	size_t name, value;	/* their lengths */
	char text[];		/* one behind the other */
};

/* --- the dynamic table --- */

static size_t hpack_entry_size(const struct hpack_entry *e)
{
	return e->name + e->value + ENTRY_OVERHEAD;
}

static void hpack_shrink(struct hpack *h, size_t max)
{
	while (h->size > max) {
		struct hpack_entry *e = h->oldest;

		h->size -= hpack_entry_size(e);
		h->oldest = e->newer;
		*(e->newer ? &e->newer->older : &h->newest) = NULL;
		free(e);
	}
}

/* One that is larger than the table empties it (RFC 7541, 4.4). */
static void hpack_add(struct hpack *h, struct str name, struct str value)
{
	struct hpack_entry *e = mem_alloc(sizeof(*e) + name.len + value.len);

	e->name = name.len;
	e->value = value.len;
	if (name.len)
		memcpy(e->text, name.p, name.len);
	if (value.len)
		memcpy(e->text + name.len, value.p, value.len);
	if (hpack_entry_size(e) > h->max) {
		hpack_shrink(h, 0);
		free(e);
		return;
	}
	hpack_shrink(h, h->max - hpack_entry_size(e));
	e->older = h->newest;
	*(h->newest ? &h->newest->newer : &h->oldest) = e;
	h->newest = e;
	h->size += hpack_entry_size(e);
}

void hpack_free(struct hpack *h)
{
	hpack_shrink(h, 0);
}

static bool hpack_lookup(const struct hpack *h, size_t index,
			 struct str *name, struct str *value)
{
	const struct hpack_entry *e = h->newest;

	if (index && index <= ARRAY_LEN(fixed)) {
		*name = fixed[index - 1].name;
		*value = fixed[index - 1].value;
		return true;
	}
	for (index -= index ? ARRAY_LEN(fixed) + 1 : 0; e && index; index--)
		e = e->older;
	if (!e || index)
		return false;
	*name = (struct str){ e->text, e->name };
	*value = (struct str){ e->text + e->name, e->value };
	return true;
}

/* --- numbers and strings --- */

static unsigned hpack_byte(struct str s)
{
	return (unsigned char)*s.p;
}

/* With a prefix of so many bits in the first byte (RFC 7541, 5.1). */
static bool hpack_take_number(struct str *s, unsigned bits, size_t *out)
{
	unsigned all = (1U << bits) - 1, shift = 0, byte;
	uint64_t n;

	if (!s->len)
		return false;
	n = hpack_byte(*s) & all;
	*s = str_sub(*s, 1);
	if (n < all) {
		*out = (size_t)n;
		return true;
	}
	do {
		if (!s->len || shift > 28)
			return false;
		byte = hpack_byte(*s);
		*s = str_sub(*s, 1);
		n += (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	*out = (size_t)n;
	return n <= NUMBER_MAX;
}

/*
 * Of a canonical code: of each length, the codes that are used are the lowest
 * that no shorter one begins.  False: not known yet, or none.
 */
static bool hpack_symbol(uint32_t code, unsigned length, char *out)
{
	uint32_t first = 0;
	unsigned at = 0;

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		first <<= codes[i].length - at;
		at = codes[i].length;
		if (at == length && code - first < codes[i].n) {
			*out = codes[i].symbols[code - first];
			return true;
		}
		first += codes[i].n;
	}
	return false;
}

/* What is left of the last byte are ones, fewer than eight. */
static bool hpack_put_huffman(struct buf *out, struct str s)
{
	uint32_t code = 0;
	unsigned length = 0;

	for (size_t i = 0; i < s.len * 8; i++) {
		unsigned byte = (unsigned char)s.p[i / 8];
		char c;

		code = code << 1 | (byte >> (7 - i % 8) & 1);
		if (++length > CODE_MAX)
			return false;
		if (!hpack_symbol(code, length, &c))
			continue;
		buf_ch(out, c);
		code = length = 0;
	}
	return length < 8 && code == (1U << length) - 1;
}

static bool hpack_take_string(struct str *s, struct buf *out)
{
	bool coded = s->len && hpack_byte(*s) & 0x80;
	struct str text;
	size_t len;

	if (!hpack_take_number(s, 7, &len) || len > s->len ||
	    len > HPACK_STRING_MAX)
		return false;
	text = (struct str){ s->p, len };
	*s = str_sub(*s, len);
	if (coded)
		return hpack_put_huffman(out, text);
	buf_str(out, text);
	return true;
}

/* --- fields --- */

struct reader {
	struct hpack *h;
	struct str rest;
	void (*take)(void *ctx, struct str name, struct str value);
	void *ctx;
};

/* A name, by its index or not, and a value. */
static bool hpack_read_literal(struct reader *r, unsigned bits, bool enters)
{
	autobuf struct buf own = BUF_INIT, value = BUF_INIT;
	struct str name, ignored;
	size_t index;

	if (!hpack_take_number(&r->rest, bits, &index))
		return false;
	/* A copy: entries that give way may be the one it is in. */
	if (!index) {
		if (!hpack_take_string(&r->rest, &own))
			return false;
	} else if (hpack_lookup(r->h, index, &name, &ignored)) {
		buf_str(&own, name);
	} else {
		return false;
	}
	if (!hpack_take_string(&r->rest, &value))
		return false;
	r->take(r->ctx, buf_view(&own), buf_view(&value));
	if (enters)
		hpack_add(r->h, buf_view(&own), buf_view(&value));
	return true;
}

static bool hpack_read_indexed(struct reader *r)
{
	struct str name, value;
	size_t index;

	if (!hpack_take_number(&r->rest, 7, &index) ||
	    !hpack_lookup(r->h, index, &name, &value))
		return false;
	r->take(r->ctx, name, value);
	return true;
}

static bool hpack_read_size(struct reader *r)
{
	size_t max;

	if (!hpack_take_number(&r->rest, 5, &max) || max > HPACK_TABLE_MAX)
		return false;
	r->h->max = max;
	hpack_shrink(r->h, max);
	return true;
}

/* RFC 7541, 6: what the first bits of a field say. */
static bool hpack_read_field(struct reader *r)
{
	unsigned byte = hpack_byte(r->rest);

	if (byte & 0x80)
		return hpack_read_indexed(r);
	if (byte & 0x40)
		return hpack_read_literal(r, 6, true);
	if (byte & 0x20)
		return hpack_read_size(r);
	return hpack_read_literal(r, 4, false);
}

bool hpack_decode(struct hpack *h, struct str block,
		  void (*take)(void *ctx, struct str name, struct str value),
		  void *ctx)
{
	struct reader r = { h, block, take, ctx };

	while (r.rest.len)
		if (!hpack_read_field(&r))
			return false;
	return true;
}
