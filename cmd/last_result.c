/* SPDX-License-Identifier: Apache-2.0 */
/* The last comparison: written, read, searched, and how to ask about it. */
#include "cmd/last_result.h"

#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/hash.h"
#include "core/base/json_members.h"
#include "core/base/vec.h"

#define IDS_LISTED 8

#define PLACE_SCHEMA "behavdiff.last/3"

/* One of each kind for each working directory. */
static void last_name(char out[64], const char *kind)
{
	char digest[HASH_HEX_LEN + 1];
	autofree char *here = getcwd(NULL, 0);

	hash_hex(digest, str_c(here ? here : "/"));
	snprintf(out, 64, "%s-%s.json", kind, digest);
}

void last_result_free(struct last_result *l)
{
	result_free(&l->result);
}

/* --- where it was made, and what was decided --- */

static const struct json_member places[] = {
	{ JSON_NEEDED_AS(struct last_result_place, old, "old", JSON_SAFE) },
	{ JSON_NEEDED_AS(struct last_result_place, new, "new", JSON_SAFE) },
	{ JSON_NEEDED_AS(struct last_result_place, subdir, "subdir",
			 JSON_SAFE) },
	{ JSON_NEEDED_AS(struct last_result_place, scenario, "scenario",
			 JSON_SAFE) },
};

static int last_no_place(void *ctx, const struct json *at, const char *what)
{
	(void)ctx;
	(void)at;
	(void)what;
	return -1;
}

static const char *const decisions[] = {
	[DECISION_OPEN] = "open",
	[DECISION_ACCEPTED] = "accepted",
	[DECISION_REJECTED] = "rejected",
};

static void write_place(struct cache *cache, const char *digest,
			const struct last_result_place *place,
			const struct last_result *l)
{
	autobuf struct buf text = BUF_INIT;
	struct json_out j;
	char name[64];

	json_out_init(&j, &text);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR(PLACE_SCHEMA));
	json_put_str(&j, "of", str_c(digest));
	json_members_write(&j, place, places, ARRAY_LEN(places));
	json_begin_array(&j, "decided");
	for (size_t i = 0; l && i < l->result.n; i++)
		json_put_str(&j, NULL, str_c(decisions[l->decided[i]]));
	json_end_array(&j);
	json_end_object(&j);
	json_out_end(&j);
	last_name(name, "review");
	cache_write_text(cache, name, buf_view(&text));
}

void last_result_decide(struct cache *cache, const struct last_result *l)
{
	if (cache)
		write_place(cache, l->digest, &l->place, l);
}

static void read_decisions(struct last_result *l, const struct json *list)
{
	struct str word;

	for (size_t i = 0; list && i < l->result.n;
	     i++, list = json_next(list))
		for (size_t d = 0; d < ARRAY_LEN(decisions); d++)
			if (json_is_string(list, &word) &&
			    str_eq(word, str_c(decisions[d])))
				l->decided[i] = (enum decision)d;
}

/* What does not belong to the comparison is as if it were not there. */
static void last_result_read_place(struct last_result *l, struct cache *cache)
{
	autobuf struct buf text = BUF_INIT;
	autojson struct json *doc = NULL;
	const struct json_reader reader = {
		.arena = &l->result.arena, .fail = last_no_place,
	};
	struct last_result_place place;
	struct str schema, of;
	char name[64];

	last_name(name, "review");
	if (!cache_read_text(cache, name, &text) ||
	    json_parse(&doc, buf_view(&text), RESULT_MAX, NULL) ||
	    !json_string(&schema, doc, "schema") ||
	    !str_eq(schema, STR(PLACE_SCHEMA)) ||
	    !json_string(&of, doc, "of") || !str_eq(of, str_c(l->digest)))
		return;
	if (!json_members_read(&reader, &place, doc, NULL, places,
			       ARRAY_LEN(places)))
		l->place = place;
	read_decisions(l, json_first(json_array(doc, "decided")));
}

/* --- the comparison --- */

void last_result_write(struct cache *cache, const struct report *r,
		       const struct last_result_place *place)
{
	autobuf struct buf text = BUF_INIT;
	char name[64], digest[HASH_HEX_LEN + 1];

	if (!cache)
		return;
	/* What ends the document needs a little room as well. */
	report_result(&text, r, RESULT_MAX - 4096);
	last_name(name, "last");
	cache_write_text(cache, name, buf_view(&text));
	hash_hex(digest, buf_view(&text));
	write_place(cache, digest, place, NULL);
}

int last_result_read(struct last_result *out, struct cache *cache,
		     struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	char name[64];

	*out = (struct last_result)LAST_RESULT_INIT;
	last_name(name, "last");
	if (!cache || !cache_read_text(cache, name, &text)) {
		err_set(err, ERR_TROUBLE, "no comparison is cached here");
		return err_hint(err, "behavdiff OLD NEW and behavdiff check "
				"are cached, for the directory they were "
				"started in, unless --no-cache is given");
	}
	if (result_read(&out->result, buf_view(&text), err))
		return err_wrap(err, "the last comparison");
	hash_hex(out->digest, buf_view(&text));
	out->decided = arena_alloc(&out->result.arena, (out->result.n + 1) *
				   sizeof(*out->decided));
	last_result_read_place(out, cache);
	return 0;
}

/* As many as fit under a message. */
static void name_some(struct buf *out, const struct result *last,
		      struct str word)
{
	size_t n = 0;

	for (size_t i = 0; i < last->n; i++) {
		const struct finding *f = &last->v[i].f;

		if (!str_starts(str_c(f->id), word))
			continue;
		if (n++ < IDS_LISTED)
			buf_printf(out, "%s%s", n > 1 ? ", " : "", f->id);
	}
	if (n > IDS_LISTED)
		buf_printf(out, " and %zu more", n - IDS_LISTED);
}

const struct result_finding *last_result_find(const struct last_result *l,
					      const char *word,
					      struct err *err)
{
	const struct result *last = &l->result;
	autobuf struct buf some = BUF_INIT;
	size_t matches;
	const struct result_finding *f = result_find(last, str_c(word),
						     &matches);

	if (f)
		return f;
	if (matches) {
		name_some(&some, last, str_c(word));
		err_set(err, ERR_TROUBLE, "'%s' stands for %zu findings of the "
			"last comparison", word, matches);
		err_hint(err, "%s", some.p);
		return NULL;
	}
	err_set(err, ERR_TROUBLE, "'%s' is no finding of the last comparison "
		"here, of %.*s and %.*s", word, STR_ARG(last->old.spec),
		STR_ARG(last->new.spec));
	if (last->left_out)
		err_hint(err, "its last %zu finding%s not cached",
			 last->left_out,
			 last->left_out == 1 ? " was" : "s were");
	else
		err_hint(err, "ids stand with the findings of behavdiff and "
			 "behavdiff check, and in --format json");
	return NULL;
}

static size_t count_failing(const struct comparison *cmp)
{
	size_t n = 0;

	for (size_t i = 0; i < cmp->n_causes; i++)
		n += cmp->causes[i].gating > 0;
	return n;
}

static const char *leader_id(const struct comparison *cmp, size_t cause)
{
	return cmp->findings[cmp->causes[cause].leader].id;
}

static const char *first_failing(const struct comparison *cmp)
{
	for (size_t i = 0; i < cmp->n_causes; i++)
		if (cmp->causes[i].gating)
			return leader_id(cmp, i);
	return "ID";
}

void last_result_commands(struct buf *out, const struct comparison *cmp,
			  const struct cache *cache, bool accept)
{
	size_t n = count_failing(cmp);

	if (!n)
		return;
	if (cache)
		buf_printf(out, "to explain: behavdiff explain %s\n",
			   first_failing(cmp));
	if (!accept)
		return;
	buf_c(out, "to accept: behavdiff baseline accept");
	if (n > IDS_LISTED)
		buf_c(out, " --all");
	for (size_t i = 0; n <= IDS_LISTED && i < cmp->n_causes; i++)
		if (cmp->causes[i].gating)
			buf_printf(out, " %s", leader_id(cmp, i));
	buf_c(out, " --reason 'WHY'\n");
}
