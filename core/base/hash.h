/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests: XXH3-128 in its canonical (big-endian) form, as hexadecimal text.
 * Not cryptographic: digests name things, decisions are made on the things.
 * The only file that includes <xxhash.h> is hash.c.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "core/base/str.h"

#define HASH_HEX_LEN 32		/* a digest */
#define HASH_ID_LEN 16		/* a fact's id: a digest's first half */

struct hash_state;

uint64_t hash_64(struct str s);			/* for tables only */
void hash_hex(char out[HASH_HEX_LEN + 1], struct str s);
void hash_id(char out[HASH_ID_LEN + 1], struct str s);

/* Streaming form.  hash_end() writes the digest and frees the state. */
struct hash_state *hash_begin(void);
void hash_add(struct hash_state *h, struct str s);
/* Length first, then bytes: no two lists of fields give one stream. */
void hash_field(struct hash_state *h, struct str s);
void hash_end(struct hash_state *h, char out[HASH_HEX_LEN + 1]);

#endif
