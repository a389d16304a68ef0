/* SPDX-License-Identifier: Apache-2.0 */
/*
 * behavdiff explain: what a rule, a kind of fact or an exit status means, and
 * what is known of one finding.
 */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/last_result.h"
#include "cmd/status.h"
#include "cmd/suggest.h"
#include "core/compare/compare.h"
#include "core/event/event.h"

static const struct {
	const char *number, *word, *text, *example;
} statuses[] = {
#define STATUS(id, number, word, brief, text, example) \
	{ #number, word, text, example },
#include "cmd/status.def"
#undef STATUS
};

/* Its most ordinary one: the rows of a kind go from special to general. */
static const char *explain_example(enum event_kind kind)
{
	const char *found = NULL;
	size_t n;
	const struct rule *rules = rules_table(&n);

	for (size_t i = 0; i < n; i++) {
		struct fact f = { .line = str_c(rules[i].example) };

		if (fact_parse(&f) && f.kind == kind)
			found = rules[i].example;
	}
	return found;
}

static void put_example(struct buf *out, const char *example)
{
	if (example)
		buf_printf(out, "\nexample: %s\n", example);
}

/* --- the three things that can be asked about --- */

static bool explain_rule(struct buf *out, const char *word)
{
	size_t n;
	const struct rule *rules = rules_table(&n);

	for (size_t i = 0; i < n; i++) {
		autobuf struct buf text = BUF_INIT;

		if (strcmp(rules[i].id, word))
			continue;
		rule_text(&text, &rules[i]);
		buf_printf(out, "rule %s: %s when new, category %s\n\n%c%s."
			   "\n%s\n\nkinds of facts:", rules[i].id,
			   level_name(rules[i].level),
			   category_name(rules[i].category),
			   text.p[0] - 'a' + 'A', text.p + 1, rules[i].help);
		for (int k = rules[i].first; k <= (int)rules[i].last; k++)
			buf_printf(out, " %s", event_name((enum event_kind)k));
		buf_ch(out, '\n');
		put_example(out, rules[i].example);
		return true;
	}
	return false;
}

static bool explain_kind(struct buf *out, const char *word)
{
	enum event_kind kind = event_by_name(str_c(word));
	size_t n;
	const struct rule *rules = rules_table(&n);

	if (kind == EV_COUNT)
		return false;
	buf_printf(out, "fact %s: %s\n\nrules, the first that fits wins:\n",
		   word, event_help(kind));
	for (size_t i = 0; i < n; i++) {
		if (kind < rules[i].first || kind > rules[i].last)
			continue;
		buf_printf(out, "  %-20s  %-7s  ", rules[i].id,
			   level_name(rules[i].level));
		rule_text(out, &rules[i]);
		buf_ch(out, '\n');
	}
	put_example(out, explain_example(kind));
	return true;
}

static bool explain_status(struct buf *out, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		if (strcmp(word, statuses[i].number) &&
		    strcmp(word, statuses[i].word))
			continue;
		buf_printf(out, "exit status %s: %s\n\n%s\n",
			   statuses[i].number, statuses[i].word,
			   statuses[i].text);
		put_example(out, statuses[i].example);
		return true;
	}
	return false;
}

/* --- the command --- */

static int cmd_explain_unknown_word(const char *word, struct err *err)
{
	struct suggest nearest = SUGGEST_INIT(word);
	size_t n;
	const struct rule *rules = rules_table(&n);

	err_set(err, ERR_TROUBLE, "explain: '%s' is no rule, kind of fact, "
		"exit status or finding's id", word);
	for (size_t i = 0; i < n; i++)
		suggest_try(&nearest, rules[i].id);
	for (int k = 0; k < EV_COUNT; k++)
		suggest_try(&nearest, event_name((enum event_kind)k));
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		suggest_try(&nearest, statuses[i].word);
	if (nearest.best)
		return err_hint(err, "did you mean '%s'?", nearest.best);
	return err_hint(err, "behavdiff list rules and list facts name them; "
			"statuses are 0 to 3");
}

/* Digits of an id, or a whole fact. */
static bool names_finding(const char *word)
{
	struct fact f = { .line = str_c(word) };
	size_t n = strspn(word, "0123456789abcdef");

	return (!word[n] && n >= RESULT_ID_MIN && n <= HASH_ID_LEN) ||
	       fact_parse(&f);
}

static int explain_one(struct buf *out, const struct settings *set,
		       const char *word, struct err *err)
{
	autolast_result struct last_result last = LAST_RESULT_INIT;
	const struct result_finding *f = NULL;
	struct cache *cache = cache_open();

	if (!last_result_read(&last, cache, err))
		f = last_result_find(&last, word, err);
	if (f)
		explain_finding(out, &last.result, f, output_color(set->color),
				output_width());
	cache_close(cache);
	return f ? 0 : -1;
}

int cmd_explain(const struct invocation *inv, struct err *err)
{
	autobuf struct buf out = BUF_INIT;
	const char *word;

	if (inv->operands.n != 1) {
		err_set(err, ERR_TROUBLE, inv->operands.n ?
			"explain: one thing at a time" :
			"explain: a finding's id, a rule, a kind of fact or an "
			"exit status is missing");
		return err_hint(err, "for example: behavdiff explain "
				"net-connect");
	}
	word = inv->operands.v[0];
	/* "exec" and "limit" are both. */
	if (explain_kind(&out, word))
		buf_ch(&out, '\n');
	if (!explain_rule(&out, word) && !explain_status(&out, word) &&
	    !out.len) {
		if (!names_finding(word))
			return cmd_explain_unknown_word(word, err);
		if (explain_one(&out, &inv->set, word, err))
			return -1;
	}
	if (out.len > 1 && str_ends(buf_view(&out), STR("\n\n")))
		buf_cut(&out, out.len - 1);
	return output_stdout(&out, err) ? -1 : STATUS_PASS;
}
