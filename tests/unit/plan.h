/* SPDX-License-Identifier: Apache-2.0 */
/* A plan of one setting for fingerprints that no run made. */
#ifndef TESTS_UNIT_PLAN_H
#define TESTS_UNIT_PLAN_H

#include "core/base/json.h"
#include "core/fingerprint/fingerprint.h"

/* In the words of its own writer, so that the digest fits what is read. */
static inline void set_plan(struct fingerprint *fp, const char *network)
{
	autobuf struct buf text = BUF_INIT;
	char digest[HASH_HEX_LEN + 1];
	struct json_out j;

	json_out_init(&j, &text);
	json_begin_object(&j, NULL);
	json_put_str(&j, "network", str_c(network));
	json_end_object(&j);
	json_out_end(&j);
	hash_hex(digest, buf_view(&text));
	fp->plan = arena_str(&fp->arena, buf_view(&text));
	fp->plan_digest = arena_str(&fp->arena, str_c(digest));
}

#endif
