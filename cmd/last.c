/* SPDX-License-Identifier: Apache-2.0 */
/* The last comparison: written by diff and check, read by their followers. */
#include "cmd/last.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/vec.h"

#define LAST_SCHEMA "behavdiff.last/2"
#define LAST_MAX ((size_t)16 << 20)

/* One for each directory that somebody works in. */
static void last_name(char out[64])
{
	char digest[HASH_HEX_LEN + 1];
	autofree char *here = getcwd(NULL, 0);

	hash_hex(digest, str_c(here ? here : "/"));
	snprintf(out, 64, "last-%s.json", digest);
}

void last_free(struct last *l)
{
	arena_free(&l->arena);
}

static bool is_news(const struct finding *f)
{
	return f->change == CHANGE_NEW || f->change == CHANGE_OUTCOME ||
	       f->change == CHANGE_MORE;
}

static void make_room(struct last *l, size_t n)
{
	l->v = arena_alloc(&l->arena, (n + 1) * sizeof(*l->v));
	l->decided = arena_alloc(&l->arena, (n + 1) * sizeof(*l->decided));
	l->n = 0;
}

void last_take(struct last *l, const struct comparison *c)
{
	make_room(l, c->n);
	for (size_t i = 0; i < c->n; i++)
		if (is_news(&c->findings[i]))
			l->v[l->n++] = c->findings[i];
}

/* --- the members, by name --- */

static const char *const decisions[] = {
	[DECISION_OPEN] = "open",
	[DECISION_ACCEPTED] = "accepted",
	[DECISION_REJECTED] = "rejected",
};

#define TEXT(type, name) { #name, offsetof(struct type, name) }
struct text_field {
	const char *name;
	size_t offset;
};

static const struct text_field evidence_texts[] = {
	TEXT(evidence, step), TEXT(evidence, process), TEXT(evidence, call),
	TEXT(evidence, note), TEXT(evidence, also),
};

static const struct text_field accept_texts[] = {
	TEXT(accept, fact), TEXT(accept, reason), TEXT(accept, by),
	TEXT(accept, date), TEXT(accept, expires),
};

static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	TEXT(finding, seen_old), TEXT(finding, runs_old),
	TEXT(finding, seen_new), TEXT(finding, runs_new),
	TEXT(finding, names_old), TEXT(finding, names_new),
};

static struct str *text_at(const void *base, const struct text_field *f)
{
	return (struct str *)((char *)base + f->offset);
}

static unsigned *number_at(const struct finding *f, size_t i)
{
	return (unsigned *)((char *)f + numbers[i].offset);
}

/* --- writing --- */

static void put_texts(struct json_out *j, const void *base,
		      const struct text_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_put_str(j, fields[i].name, *text_at(base, &fields[i]));
}

static void put_finding(struct json_out *j, const struct finding *f,
			enum decision decided)
{
	json_begin_object_inline(j, NULL);
	json_put_str(j, "id", str_c(f->id));
	json_put_str(j, "change", str_c(change_name(f->change)));
	json_put_str(j, "level", str_c(level_name(f->level)));
	json_put_str(j, "rule", str_c(f->rule->id));
	json_put_str(j, "fact", f->fact->line);
	json_put_bool(j, "gates", f->gates);
	json_put_str(j, "decided", str_c(decisions[decided]));
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		json_put_uint(j, numbers[i].name, *number_at(f, i));
	json_put_uint(j, "count", f->fact->ev.count);
	json_put_uint(j, "ns", f->fact->ev.ns);
	put_texts(j, &f->fact->ev, evidence_texts, ARRAY_LEN(evidence_texts));
	if (f->accept) {
		json_begin_object_inline(j, "accept");
		put_texts(j, f->accept, accept_texts,
			  ARRAY_LEN(accept_texts));
		json_put_bool(j, "expired", f->accept->expired);
		json_end_object(j);
	}
	json_end_object(j);
}

static void put_side(struct json_out *j, const char *key,
		     const struct last_side *side)
{
	json_begin_object_inline(j, key);
	json_put_str(j, "spec", side->spec);
	json_put_str(j, "rev", side->rev);
	json_end_object(j);
}

void last_write(struct cache *cache, const struct last *l)
{
	autobuf struct buf text = BUF_INIT;
	struct json_out j;
	char name[64];

	if (!cache)
		return;
	json_out_init(&j, &text);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR(LAST_SCHEMA));
	put_side(&j, "old", &l->old);
	put_side(&j, "new", &l->new);
	json_put_str(&j, "subdir", l->subdir);
	json_put_str(&j, "scenario", l->scenario);
	json_begin_array(&j, "findings");
	for (size_t i = 0; i < l->n; i++)
		put_finding(&j, &l->v[i], l->decided[i]);
	json_end_array(&j);
	json_end_object(&j);
	json_out_end(&j);
	last_name(name);
	cache_write_text(cache, name, buf_view(&text));
}

/* --- reading: what is not as it should be is left out --- */

static bool take_text(struct last *l, struct str *out, const struct json *o,
		      const char *key)
{
	struct str s;

	if (!json_string(&s, o, key) || !text_is_safe(s))
		return false;
	*out = arena_str(&l->arena, s);
	return true;
}

static bool take_texts(struct last *l, void *base, const struct json *o,
		       const struct text_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!take_text(l, text_at(base, &fields[i]), o,
			       fields[i].name))
			return false;
	return true;
}

static bool take_names(struct finding *f, const struct json *o)
{
	struct str id, change, level, rule;
	size_t n;
	const struct rule *rules = rules_table(&n);

	if (!json_string(&id, o, "id") || id.len != HASH_ID_LEN ||
	    !json_string(&change, o, "change") ||
	    !json_string(&level, o, "level") ||
	    !level_by_name(level, &f->level) ||
	    !json_string(&rule, o, "rule"))
		return false;
	memcpy(f->id, id.p, id.len);
	for (int i = 0; i < CHANGE_COUNT; i++)
		if (str_eq(change, str_c(change_name((enum change)i))))
			f->change = (enum change)i;
	for (size_t i = 0; i < n; i++)
		if (str_eq(rule, str_c(rules[i].id)))
			f->rule = &rules[i];
	return f->rule;
}

static bool take_numbers(struct finding *f, struct fact *fact,
			 const struct json *o)
{
	uint64_t n;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (!json_uint(&n, o, numbers[i].name) || n > UINT_MAX)
			return false;
		*number_at(f, i) = (unsigned)n;
	}
	return json_uint(&fact->ev.count, o, "count") &&
	       json_uint(&fact->ev.ns, o, "ns");
}

static bool take_accept(struct last *l, struct finding *f,
			const struct json *o)
{
	const struct json *v = json_object(o, "accept");
	struct accept *a = arena_alloc(&l->arena, sizeof(*a));

	if (!v)
		return true;
	f->accept = a;
	return take_texts(l, a, v, accept_texts, ARRAY_LEN(accept_texts)) &&
	       json_bool(&a->expired, v, "expired");
}

static bool take_decision(enum decision *out, const struct json *o)
{
	struct str s;

	if (!json_string(&s, o, "decided"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(decisions); i++)
		if (str_eq(s, str_c(decisions[i])))
			*out = (enum decision)i;
	return true;
}

static void take_finding(struct last *l, const struct json *o)
{
	struct fact *fact = arena_alloc(&l->arena, sizeof(*fact));
	struct finding f = { .fact = fact };

	if (!take_names(&f, o) || !take_text(l, &fact->line, o, "fact") ||
	    !fact_parse(fact->line, &fact->kind, &fact->operation,
			&fact->object, &fact->err) ||
	    !json_bool(&f.gates, o, "gates") ||
	    !take_decision(&l->decided[l->n], o) ||
	    !take_numbers(&f, fact, o) || !take_accept(l, &f, o) ||
	    !take_texts(l, &fact->ev, o, evidence_texts,
			ARRAY_LEN(evidence_texts)))
		return;
	l->v[l->n++] = f;
}

static bool take_side(struct last *l, struct last_side *side,
		      const struct json *doc, const char *key)
{
	const struct json *o = json_object(doc, key);

	return o && take_text(l, &side->spec, o, "spec") &&
	       take_text(l, &side->rev, o, "rev");
}

static bool take_all(struct last *l, const struct json *doc)
{
	const struct json *list = json_array(doc, "findings");
	struct str schema;
	size_t n = 0;

	if (!json_string(&schema, doc, "schema") ||
	    !str_eq(schema, STR(LAST_SCHEMA)) || !list ||
	    !take_side(l, &l->old, doc, "old") ||
	    !take_side(l, &l->new, doc, "new") ||
	    !take_text(l, &l->subdir, doc, "subdir") ||
	    !take_text(l, &l->scenario, doc, "scenario"))
		return false;
	for (const struct json *v = json_first(list); v; v = json_next(v))
		n++;
	make_room(l, n);
	for (const struct json *v = json_first(list); v; v = json_next(v))
		take_finding(l, v);
	return true;
}

bool last_read(struct last *out, struct cache *cache)
{
	autobuf struct buf text = BUF_INIT;
	autojson struct json *doc = NULL;
	struct last l = LAST_INIT;
	char name[64];

	last_name(name);
	if (!cache || !cache_read_text(cache, name, &text) ||
	    json_parse(&doc, buf_view(&text), LAST_MAX, NULL))
		return false;
	if (!take_all(&l, doc)) {
		last_free(&l);
		return false;
	}
	*out = l;
	return true;
}
