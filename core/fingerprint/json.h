/* SPDX-License-Identifier: Apache-2.0 */
/* What writing and reading a fingerprint's file have in common. */
#ifndef FINGERPRINT_JSON_H
#define FINGERPRINT_JSON_H

#include "core/base/json.h"
#include "core/fingerprint/fingerprint.h"

#define FINGERPRINT_SCHEMA "behavdiff.fingerprint/1"
#define FINGERPRINT_FILE_MAX ((size_t)256 << 20)

/*
 * Write a parsed object again, the same bytes for the same values: members in
 * their order, arrays on one line.  -1 when it holds what our plans never do:
 * null, a fraction, an integer beyond 2^53, an array of other than strings,
 * objects and unsigned integers, or a key that is unsafe to show.
 */
int json_copy_object(struct json_out *j, const char *key,
		     const struct json *obj);

/* "bound": {"PATH": "DIGEST"}, when there is something bound. */
void json_put_bound(struct json_out *j, const struct fingerprint *fp);
/* Read it, where it is, into fp; false when it is malformed. */
bool json_take_bound(struct fingerprint *fp, const struct json *source);

/* "plan": {"digest": ..., "settings": ...} */
void json_put_plan(struct json_out *j, const struct fingerprint *fp);

#endif
