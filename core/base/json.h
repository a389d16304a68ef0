/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON.  Reading is cJSON behind limits; json.c is the only file that includes
 * its header.  Writing is our own emitter (RFC 8259): keys in the order given,
 * two-space indent, numbers as integers, strings sanitised UTF-8, so that the
 * same input gives the same bytes.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"

/* --- reading --- */

struct json;			/* a parsed document, or a value in it */

/*
 * Parse text (at most max bytes, nesting at most 32).  Stricter than cJSON:
 * RFC 8259's grammar, valid UTF-8, no NUL in a string, no key twice in one
 * object.  The error names line and column.  Free only the document.
 */
int json_parse(struct json **out, struct str text, size_t max,
	       struct err *err);
void json_free(struct json *doc);

/*
 * A long array of a document, read element by element: a tree takes six times
 * the room of its text.
 */
struct json_list {
	struct str text;	/* the whole document, not owned */
	size_t at, end;		/* of the next element, of the list */
	bool found;
};

/*
 * As json_parse(), but the array that is the document's member `key` is empty
 * in it and handed out as list.  Not found, also where the key is written with
 * escapes: then the document is whole.  Elements are checked when they are
 * read.
 */
int json_parse_without(struct json **out, struct json_list *list,
		       const char *key, struct str text, size_t max,
		       struct err *err);
/* The next element, NULL after the last; -1 where it is wrong.  Free it. */
int json_list_next(struct json **out, struct json_list *list,
		   struct err *err);

static inline void json_cleanup(struct json **doc)
{
	json_free(*doc);
}
#define autojson __attribute__((cleanup(json_cleanup)))

/*
 * Values: NULL or false when absent or of another type, without an error.
 * Numbers are integers below 2^53 in magnitude, where a double is exact.
 * Looking up a key is linear in the object; iterate over large ones.
 */
const struct json *json_object(const struct json *obj, const char *key);
const struct json *json_array(const struct json *obj, const char *key);
bool json_string(struct str *out, const struct json *obj, const char *key);
bool json_uint(uint64_t *out, const struct json *obj, const char *key);
bool json_int(int64_t *out, const struct json *obj, const char *key);
bool json_bool(bool *out, const struct json *obj, const char *key);

/* Iterating over an object's members or an array's elements. */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *value);
/* How many there are; they are counted each time. */
size_t json_length(const struct json *container);
struct str json_key(const struct json *value);	/* "" in an array */
bool json_is_object(const struct json *value);
bool json_is_string(const struct json *value, struct str *out);
bool json_is_uint(const struct json *value, uint64_t *out);
bool json_is_bool(const struct json *value, bool *out);
/* The line of text on which the key of a member of doc stands; 0: nowhere. */
size_t json_line(struct str text, const struct json *doc,
		 const struct json *member);

/* --- writing --- */

struct json_out {
	struct buf *buf;	/* not owned */
	unsigned depth;
	bool first;		/* no value yet in the open container */
	unsigned inline_depth;	/* from this depth on one line; 0: nowhere */
};

void json_out_init(struct json_out *j, struct buf *buf);
/* Every value takes its key, or NULL in an array and at the top. */
void json_begin_object(struct json_out *j, const char *key);
void json_end_object(struct json_out *j);
void json_begin_array(struct json_out *j, const char *key);
void json_end_array(struct json_out *j);
/* As begin_object/array, but with everything inside on one line. */
void json_begin_object_inline(struct json_out *j, const char *key);
void json_begin_array_inline(struct json_out *j, const char *key);
void json_put_str(struct json_out *j, const char *key, struct str s);
void json_put_uint(struct json_out *j, const char *key, uint64_t n);
void json_put_int(struct json_out *j, const char *key, int64_t n);
void json_put_bool(struct json_out *j, const char *key, bool b);
void json_put_null(struct json_out *j, const char *key);
/* A key that is data (a fact's line) rather than a name. */
void json_put_str_at(struct json_out *j, struct str key, struct str s);
/* Ends the document with a newline. */
void json_out_end(struct json_out *j);

#endif
