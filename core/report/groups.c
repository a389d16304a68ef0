/* SPDX-License-Identifier: Apache-2.0 */
/* Causes in words, and what of them is shown: the same in all formats. */
#include "core/base/quote.h"
#include "core/base/text.h"
#include "core/report/internal.h"

/* Members that are named on one line. */
#define NAMED_MAX 20
#define NAMED_OTHERS 2

bool finding_is_heavy(const struct finding *f)
{
	return !f->accepted && (f->gates || f->level > LEVEL_NOTE);
}

bool cause_is_heavy(const struct comparison *c, const struct cause *cause)
{
	if (finding_is_heavy(&c->findings[cause->leader]))
		return true;
	for (size_t i = 0; i < cause->n; i++)
		if (finding_is_heavy(&c->findings[cause->members[i]]))
			return true;
	return false;
}

bool cause_is_light(const struct comparison *c, const struct cause *cause)
{
	return finding_is_news(&c->findings[cause->leader]) &&
	       !cause_is_heavy(c, cause);
}

bool finding_is_rare_news(const struct finding *f)
{
	return f->change == CHANGE_UNSTABLE && !f->seen_old;
}

/* They come in order, the most dangerous first. */
size_t cause_shown(const struct comparison *c, const struct cause *cause,
		   size_t n)
{
	size_t shown = 0;

	while (shown < cause->n &&
	       (shown < n || cause_must_name(c, cause, cause->members[shown])))
		shown++;
	/* To say that one is left out takes as much room as the one. */
	return shown + 1 == cause->n ? cause->n : shown;
}

static void groups_put_categories(struct buf *out, const struct comparison *c,
				  const struct cause *cause, size_t from)
{
	size_t counts[CATEGORY_COUNT] = { 0 };

	for (size_t i = from; i < cause->n; i++) {
		size_t at = cause->members[i];

		counts[c->findings[at].rule->category]++;
	}
	buf_c(out, " (");
	categories_text(out, counts);
	buf_ch(out, ')');
}

void cause_more_text(struct buf *out, const struct comparison *c,
		     const struct cause *cause)
{
	cause_text(out, cause);
	groups_put_categories(out, c, cause, 0);
}

void cause_rest_text(struct buf *out, const struct comparison *c,
		     const struct cause *cause, size_t shown)
{
	buf_printf(out, "%zu of them", cause->n - shown);
	groups_put_categories(out, c, cause, shown);
}

void cause_and_text(struct buf *out, const struct comparison *c,
		    const struct cause *cause)
{
	size_t shown = cause_shown(c, cause, NAMED_OTHERS);

	if (!cause->n)
		return;
	buf_c(out, "; and ");
	cause_more_text(out, c, cause);
	shown = shown < NAMED_MAX ? shown : NAMED_MAX;
	for (size_t i = 0; i < shown; i++) {
		buf_c(out, i ? ", " : ": ");
		buf_str(out, c->findings[cause->members[i]].fact->line);
	}
	if (shown < cause->n)
		buf_c(out, ", ...");
}

/* --- how to grade many at once --- */

void advice_text(struct buf *out, const struct advice *a)
{
	buf_printf(out, "%zu findings ", a->n);
	if (a->step.len)
		buf_printf(out, "of step %.*s ", STR_ARG(a->step));
	buf_printf(out, "lie in %.*s", STR_ARG(a->folder));
}

static bool groups_is_configured(const struct report *r, struct str step)
{
	for (size_t i = 0; i < r->n_steps; i++)
		if (str_eq(r->steps[i].name, step))
			return true;
	return false;
}

void advice_lines(struct buf *out, const struct report *r,
		  const struct advice *a)
{
	autobuf struct buf text = BUF_INIT;

	if (groups_is_configured(r, a->step)) {
		/* The name of a configured step needs no escape. */
		buf_printf(&text, "[policy \"%.*s\"]", STR_ARG(a->step));
	} else {
		buf_c(&text, "[policy]");
	}
	text_sanitise(out, buf_view(&text));
	buf_clear(&text);
	buf_c(&text, "level = ");
	quote_value(&text, a->level);
	buf_c(out, "\n    ");
	text_sanitise(out, buf_view(&text));
	buf_ch(out, '\n');
}
