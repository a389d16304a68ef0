/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of a JSON object to fields of a struct and back, by a table: a row
 * for each, with its key, whether it must be there, and its bound.  The type is
 * that of the field.  Members without a row are left alone, since additions are
 * compatible.
 *
 *	static const struct json_member members[] = {
 *		{ JSON_NEEDED(struct side, spec, "spec") },
 *		{ JSON_OPTIONAL(struct side, line, "line"), .max = 1000 },
 *	};
 */
#ifndef BASE_JSON_MEMBERS_H
#define BASE_JSON_MEMBERS_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/strmap.h"

enum json_type {
	JSON_TEXT,		/* struct str: made safe to show */
	JSON_SAFE,		/* struct str: refused unless safe to show */
	JSON_COMMON,		/* struct str: one copy for all that have it */
	JSON_UINT,		/* uint64_t */
	JSON_MICROS,		/* uint64_t in ns, written in whole us */
	JSON_UNSIGNED,		/* unsigned */
	JSON_INT,		/* int */
	JSON_BOOL		/* bool */
};

struct json_member {
	const char *key;
	enum json_type type;
	bool optional;		/* left out: the field keeps its value */
	size_t at;		/* of the field */
	uint64_t max;		/* of a number; 0: what the field can hold */
};

#define JSON_TYPE(type, field) _Generic(((type *)NULL)->field,		\
	struct str: JSON_TEXT, uint64_t: JSON_UINT, unsigned: JSON_UNSIGNED, \
	int: JSON_INT, bool: JSON_BOOL)
#define JSON_NEEDED_AS(type_, field, key_, as)				\
	.key = key_, .type = as, .at = offsetof(type_, field)
#define JSON_OPTIONAL_AS(type_, field, key_, as)			\
	JSON_NEEDED_AS(type_, field, key_, as), .optional = true
#define JSON_NEEDED(type_, field, key_)					\
	JSON_NEEDED_AS(type_, field, key_, JSON_TYPE(type_, field))
#define JSON_OPTIONAL(type_, field, key_)				\
	JSON_OPTIONAL_AS(type_, field, key_, JSON_TYPE(type_, field))

/* How a document is read, the same for all its objects. */
struct json_reader {
	struct arena *arena;	/* that texts are copied to */
	struct strmap *common;	/* of JSON_COMMON; NULL without any */
	/*
	 * Set the error: where at, a member of the document or the object that
	 * lacks it, is, and what is wrong.  Returns -1.
	 */
	int (*fail)(void *ctx, const struct json *at, const char *what);
	void *ctx;
};

/* The member of this key, whatever its type, or NULL. */
const struct json *json_member(const struct json *obj, const char *key);

/*
 * Read the members of obj into out.  of: what obj is a part of, for messages,
 * or NULL.  -1 with the reader's error, and some fields set.
 */
int json_members_read(const struct json_reader *r, void *out,
		      const struct json *obj, const char *of,
		      const struct json_member *rows, size_t n);

/* Write them in the table's order; of the optional ones, what is not empty. */
void json_members_write(struct json_out *j, const void *from,
			const struct json_member *rows, size_t n);

#endif
