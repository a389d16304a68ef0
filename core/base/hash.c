/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: xxHash behind our own types. */
#include "core/base/hash.h"

#include <stdlib.h>
#include <string.h>

/* Inlined: short keys dominate, and a call would cost more than the hash. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/base/mem.h"

struct hash_state {
	XXH3_state_t *xxh;	/* wants 64-byte alignment, hence a pointer */
};

static void to_hex(char *out, XXH128_hash_t digest, size_t hex_len)
{
	static const char hex[] = "0123456789abcdef";
	XXH128_canonical_t c;

	XXH128_canonicalFromHash(&c, digest);
	for (size_t i = 0; i < hex_len; i++) {
		unsigned char byte = c.digest[i / 2];

		out[i] = hex[i % 2 ? byte & 15 : byte >> 4];
	}
	out[hex_len] = '\0';
}

/*
 * Keys come from the programs under test, which may know this function and
 * choose keys that collide.  The seed is an address, random in every process
 * of a position-independent program; no output depends on it, because tables
 * iterate in insertion order.
 */
uint64_t hash_64(struct str s)
{
	uint64_t seed = (uint64_t)(uintptr_t)&hash_64;

	return XXH3_64bits_withSeed(s.len ? s.p : "", s.len, seed);
}

void hash_hex(char out[HASH_HEX_LEN + 1], struct str s)
{
	to_hex(out, XXH3_128bits(s.len ? s.p : "", s.len), HASH_HEX_LEN);
}

void hash_id(char out[HASH_ID_LEN + 1], struct str s)
{
	to_hex(out, XXH3_128bits(s.len ? s.p : "", s.len), HASH_ID_LEN);
}

struct hash_state *hash_begin(void)
{
	struct hash_state *h = mem_alloc(sizeof(*h));

	h->xxh = XXH3_createState();
	if (!h->xxh)
		mem_die();
	XXH3_128bits_reset(h->xxh);
	return h;
}

void hash_add(struct hash_state *h, struct str s)
{
	if (s.len)
		XXH3_128bits_update(h->xxh, s.p, s.len);
}

void hash_field(struct hash_state *h, struct str s)
{
	unsigned char len[8];

	for (size_t i = 0; i < sizeof(len); i++)
		len[i] = (unsigned char)((uint64_t)s.len >> (8 * i));
	XXH3_128bits_update(h->xxh, len, sizeof(len));
	hash_add(h, s);
}

void hash_end(struct hash_state *h, char out[HASH_HEX_LEN + 1])
{
	to_hex(out, XXH3_128bits_digest(h->xxh), HASH_HEX_LEN);
	XXH3_freeState(h->xxh);
	free(h);
}
