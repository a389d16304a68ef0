/* SPDX-License-Identifier: Apache-2.0 */
/* The last comparison: written, read, searched, and how to ask about it. */
#include "cmd/last.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/hash.h"

#define IDS_LISTED 8

/* One for each directory that somebody works in. */
static void last_name(char out[64])
{
	char digest[HASH_HEX_LEN + 1];
	autofree char *here = getcwd(NULL, 0);

	hash_hex(digest, str_c(here ? here : "/"));
	snprintf(out, 64, "last-%s.json", digest);
}

void last_write(struct cache *cache, const struct report *r)
{
	autobuf struct buf text = BUF_INIT;
	char name[64];

	if (!cache)
		return;
	/* What ends the document needs a little room as well. */
	report_result(&text, r, RESULT_MAX - 4096);
	last_name(name);
	cache_write_text(cache, name, buf_view(&text));
}

int last_read(struct result *out, struct cache *cache, struct err *err)
{
	autobuf struct buf text = BUF_INIT;
	char name[64];

	last_name(name);
	if (!cache || !cache_read_text(cache, name, &text)) {
		err_set(err, ERR_TROUBLE, "no comparison is remembered "
			"here");
		return err_hint(err, "behavdiff OLD NEW and behavdiff check "
				"are remembered, for the directory they were "
				"started in, unless --no-cache is given");
	}
	if (result_read(out, buf_view(&text), err))
		return err_wrap(err, "the last comparison");
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

const struct result_finding *last_find(const struct result *last,
				       const char *word, struct err *err)
{
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
		err_hint(err, "its last %zu findings were not remembered",
			 last->left_out);
	else
		err_hint(err, "ids stand with the findings of behavdiff and "
			 "behavdiff check, and in --format json");
	return NULL;
}

static size_t count_failing(const struct comparison *cmp)
{
	size_t n = 0;

	for (size_t i = 0; i < cmp->n; i++)
		n += cmp->findings[i].gates;
	return n;
}

static const char *first_failing(const struct comparison *cmp)
{
	for (size_t i = 0; i < cmp->n; i++)
		if (cmp->findings[i].gates)
			return cmp->findings[i].id;
	return "ID";
}

void last_commands(struct buf *out, const struct comparison *cmp,
		   const struct cache *cache, bool accept)
{
	size_t n = count_failing(cmp);

	if (!n)
		return;
	if (cache)
		buf_printf(out, "to explain: behavdiff explain %s\n",
			   n == 1 ? first_failing(cmp) : "ID");
	if (!accept)
		return;
	buf_c(out, "to accept: behavdiff baseline accept");
	if (n > IDS_LISTED)
		buf_c(out, " --all");
	for (size_t i = 0; n <= IDS_LISTED && i < cmp->n; i++)
		if (cmp->findings[i].gates)
			buf_printf(out, " %s", cmp->findings[i].id);
	buf_c(out, " --reason 'WHY'\n");
}
