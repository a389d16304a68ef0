/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of a fingerprint's JSON share. */
#ifndef FINGERPRINT_READ_H
#define FINGERPRINT_READ_H

#include "core/base/json_members.h"
#include "core/fingerprint/internal.h"

struct reader {
	struct fingerprint *fp;
	const char *at;		/* the member in work, for messages */
	size_t index;		/* in an array, from 1; 0: in none */
	struct json_list facts;
	VEC(struct fact) read;	/* the fingerprint's, once they are all */
	struct strmap texts;	/* that many facts have: one copy of each */
	struct err *err;
};

/* --- read.c: members; each -1 with the error set --- */

int read_fail(const struct reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Of an object, by a table; texts are kept in the fingerprint. */
int read_members(struct reader *r, void *out, const struct json *obj,
		 const struct json_member *rows, size_t n);
#define READ_MEMBERS(r, out, obj, rows) \
	read_members(r, out, obj, rows, ARRAY_LEN(rows))
/* Of the document itself: errors name it from now on. */
int read_need_object(struct reader *r, const struct json **out,
		     const struct json *doc, const char *key);
int read_need_array(struct reader *r, const struct json **out,
		    const struct json *obj, const char *key);
/* --- step_end.c --- */

int step_end_read(struct reader *r, struct step_end *out,
		  const struct json *o);

/* --- read_facts.c --- */

int read_fact(struct reader *r, struct fact *out, const struct json *o);
int read_name(struct reader *r, struct name *out, const struct json *o);

#endif
