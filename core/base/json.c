/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: cJSON between our own checks; a struct json is a cJSON. */
#include "core/base/json.h"

#include <cjson/cJSON.h>

#include "core/base/json_scan.h"
#include "core/base/strmap.h"

static const cJSON *node(const struct json *value)
{
	return (const cJSON *)value;
}

static const struct json *json_value_of(const cJSON *n)
{
	return (const struct json *)n;
}

/* --- parsing --- */

/*
 * What is parsed, and where it stands in the document that messages are about:
 * behind start, and from hole on behind what was cut out.
 */
struct piece {
	struct str text, document;
	size_t start, hole, skipped;
};

static struct piece whole(struct str text)
{
	return (struct piece){ text, text, 0, SIZE_MAX, 0 };
}

/* "line 3, column 7: why"; columns count characters, as editors do. */
static int fail_at(struct err *err, const struct piece *piece, size_t at,
		   const char *why)
{
	struct str text = piece->document;
	size_t line = 1, column = 1;

	at += piece->start + (at > piece->hole ? piece->skipped : 0);
	for (size_t i = 0; i < at && i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		column += (c & 0xc0) != 0x80;
		if (c == '\n') {
			line++;
			column = 1;
		}
	}
	return err_set(err, ERR_TROUBLE, "line %zu, column %zu: %s",
		       line, column, why);
}

/*
 * Walk the tree in document order and find the first key that its object
 * already has.  Few keys are compared with each other, many go through a
 * table: an object may hold 100,000 facts.
 */
#define FEW_KEYS 8

struct key_walk {
	size_t nth;			/* keys seen so far in the document */
	const cJSON *duplicate;
};

static bool is_among_few(const cJSON *object, const cJSON *key)
{
	for (const cJSON *n = object->child; n != key; n = n->next)
		if (!strcmp(n->string, key->string))
			return true;
	return false;
}

/* index counts the keys of this object, seen holds them once they are many. */
static bool is_duplicate(const cJSON *object, const cJSON *key, size_t index,
			 struct strmap *seen)
{
	if (index < FEW_KEYS)
		return is_among_few(object, key);
	if (index == FEW_KEYS)
		for (const cJSON *n = object->child; n != key; n = n->next)
			strmap_put(seen, str_c(n->string));

	size_t before = seen->n;

	strmap_put(seen, str_c(key->string));
	return seen->n == before;
}

/* Recursion is bounded by JSON_MAX_DEPTH. */
static void walk_keys(struct key_walk *w, const cJSON *container)
{
	struct strmap seen = STRMAP_INIT;
	size_t index = 0;

	for (const cJSON *n = container->child; n; n = n->next, index++) {
		if (cJSON_IsObject(container)) {
			if (is_duplicate(container, n, index, &seen)) {
				w->duplicate = n;
				break;
			}
			w->nth++;
		}
		walk_keys(w, n);
		if (w->duplicate)
			break;
	}
	strmap_free(&seen);
}

static int check_keys(const cJSON *root, const struct piece *piece,
		      struct err *err)
{
	struct key_walk w = { .nth = 0 };
	autobuf struct buf why = BUF_INIT;

	walk_keys(&w, root);
	if (!w.duplicate)
		return 0;
	buf_printf(&why, "duplicate key \"%s\"", w.duplicate->string);
	return fail_at(err, piece, json_scan_key(piece->text, w.nth), why.p);
}

/*
 * cJSON's check for garbage after the value wants to see a NUL inside the
 * given length, so it gets a copy that has one.
 */
static cJSON *parse_tree(struct str text, size_t *at)
{
	autobuf struct buf copy = BUF_INIT;
	const char *end = NULL;

	buf_str(&copy, text);

	cJSON *root = cJSON_ParseWithLengthOpts(copy.p, copy.len + 1, &end, 1);

	*at = end ? (size_t)(end - copy.p) : 0;
	return root;
}

static int parse(struct json **out, const struct piece *piece,
		 struct err *err)
{
	size_t at;
	cJSON *root = parse_tree(piece->text, &at);

	if (!root)
		return fail_at(err, piece, at, "syntax error");
	if (check_keys(root, piece, err)) {
		cJSON_Delete(root);
		return -1;
	}
	*out = (struct json *)root;
	return 0;
}

static int check_tokens(struct str text, size_t max, struct err *err)
{
	const struct piece piece = whole(text);
	const char *bad;
	size_t at;

	if (text.len > max)
		return err_set(err, ERR_TROUBLE,
			       "JSON text is larger than %zu bytes", max);
	bad = json_scan(text, &at);
	return bad ? fail_at(err, &piece, at, bad) : 0;
}

int json_parse(struct json **out, struct str text, size_t max,
	       struct err *err)
{
	const struct piece piece = whole(text);

	return check_tokens(text, max, err) || parse(out, &piece, err) ?
		-1 : 0;
}

/* --- long arrays --- */

int json_parse_without(struct json **out, struct json_list *list,
		       const char *key, struct str text, size_t max,
		       struct err *err)
{
	autobuf struct buf rest = BUF_INIT;
	struct piece piece = whole(text);
	size_t open, close;

	*list = (struct json_list){ .text = text };
	if (check_tokens(text, max, err))
		return -1;
	if (!json_scan_array(text, key, &open, &close))
		return parse(out, &piece, err);
	*list = (struct json_list){ text, open + 1, close, true };
	buf_add(&rest, text.p, open + 1);
	buf_str(&rest, str_sub(text, close));
	piece.text = buf_view(&rest);
	piece.hole = open;
	piece.skipped = close - open - 1;
	return parse(out, &piece, err);
}

static bool json_is_blank(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!strchr(" \t\r\n", text.p[i]))
			return false;
	return true;
}

int json_list_next(struct json **out, struct json_list *list,
		   struct err *err)
{
	struct piece piece = whole(list->text);
	struct str rest;

	*out = NULL;
	if (!list->found || list->at > list->end)
		return 0;
	rest = (struct str){ list->text.p + list->at, list->end - list->at };
	/* Behind a comma something must follow. */
	if (list->text.p[list->at - 1] == '[' && json_is_blank(rest))
		return 0;
	piece.text = (struct str){ rest.p, json_scan_element(rest) };
	piece.start = list->at;
	if (parse(out, &piece, err))
		return -1;
	list->at += piece.text.len + 1;
	return 0;
}

void json_free(struct json *doc)
{
	cJSON_Delete((cJSON *)doc);
}

/* --- values --- */

static const cJSON *member(const struct json *obj, const char *key)
{
	if (!cJSON_IsObject(node(obj)))
		return NULL;
	return cJSON_GetObjectItemCaseSensitive(node(obj), key);
}

/* Beyond 2^53 a double skips integers, and 2^53 is also what 2^53 + 1 reads. */
static bool to_integer(const cJSON *n, int64_t *out)
{
	const double limit = 9007199254740992.0;

	if (!cJSON_IsNumber(n) ||
	    n->valuedouble <= -limit || n->valuedouble >= limit)
		return false;

	int64_t i = (int64_t)n->valuedouble;

	if ((double)i < n->valuedouble || (double)i > n->valuedouble)
		return false;
	*out = i;
	return true;
}

const struct json *json_object(const struct json *obj, const char *key)
{
	const cJSON *n = member(obj, key);

	return cJSON_IsObject(n) ? json_value_of(n) : NULL;
}

const struct json *json_array(const struct json *obj, const char *key)
{
	const cJSON *n = member(obj, key);

	return cJSON_IsArray(n) ? json_value_of(n) : NULL;
}

bool json_string(struct str *out, const struct json *obj, const char *key)
{
	return json_is_string(json_value_of(member(obj, key)), out);
}

bool json_uint(uint64_t *out, const struct json *obj, const char *key)
{
	return json_is_uint(json_value_of(member(obj, key)), out);
}

bool json_int(int64_t *out, const struct json *obj, const char *key)
{
	return to_integer(member(obj, key), out);
}

bool json_bool(bool *out, const struct json *obj, const char *key)
{
	const cJSON *n = member(obj, key);

	if (!cJSON_IsBool(n))
		return false;
	*out = cJSON_IsTrue(n);
	return true;
}

bool json_is_bool(const struct json *value, bool *out)
{
	const cJSON *n = node(value);

	if (!cJSON_IsBool(n))
		return false;
	*out = cJSON_IsTrue(n);
	return true;
}

const struct json *json_first(const struct json *container)
{
	return container ? json_value_of(node(container)->child) : NULL;
}

const struct json *json_next(const struct json *value)
{
	return value ? json_value_of(node(value)->next) : NULL;
}

size_t json_length(const struct json *container)
{
	size_t n = 0;

	for (const struct json *v = json_first(container); v; v = json_next(v))
		n++;
	return n;
}

struct str json_key(const struct json *value)
{
	return str_c(value && node(value)->string ? node(value)->string : "");
}

bool json_is_object(const struct json *value)
{
	return cJSON_IsObject(node(value));
}

bool json_is_string(const struct json *value, struct str *out)
{
	if (!cJSON_IsString(node(value)))
		return false;
	*out = str_c(node(value)->valuestring);
	return true;
}

bool json_is_uint(const struct json *value, uint64_t *out)
{
	int64_t i;

	if (!to_integer(node(value), &i) || i < 0)
		return false;
	*out = (uint64_t)i;
	return true;
}

/* Count the keys in front of want, in document order. */
static bool count_keys(const cJSON *container, const cJSON *want, size_t *nth)
{
	for (const cJSON *n = container->child; n; n = n->next) {
		if (n == want)
			return true;
		*nth += cJSON_IsObject(container);
		if (count_keys(n, want, nth))
			return true;
	}
	return false;
}

size_t json_line(struct str text, const struct json *doc,
		 const struct json *value)
{
	size_t nth = 0, line = 1;

	if (!value || !count_keys(node(doc), node(value), &nth))
		return 0;
	nth = json_scan_key(text, nth);
	for (size_t i = 0; i < nth && i < text.len; i++)
		line += text.p[i] == '\n';
	return line;
}
