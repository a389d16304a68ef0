/* SPDX-License-Identifier: Apache-2.0 */
/* HPACK, the compressed fields of HTTP/2 (RFC 7541); hostile bytes. */
#ifndef NETCAP_HPACK_H
#define NETCAP_HPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * No larger dynamic table is followed, whatever the peer allows in
 * SETTINGS_HEADER_TABLE_SIZE, which is 4096 without being said; and no longer
 * string: bytes.
 */
#define HPACK_TABLE_MAX 16384
#define HPACK_STRING_MAX 65536

struct hpack_entry;

/* One direction of a connection.  HPACK_INIT before, hpack_free() after. */
struct hpack {
	struct hpack_entry *newest, *oldest;
	size_t size, max;
};

#define HPACK_INIT { NULL, NULL, 0, 4096 }

/*
 * Decode a whole block, each field in its order.  False when it is none, or
 * beyond the bounds: the table is not to be used again.
 */
bool hpack_decode(struct hpack *h, struct str block,
		  void (*take)(void *ctx, struct str name, struct str value),
		  void *ctx);
void hpack_free(struct hpack *h);

#endif
