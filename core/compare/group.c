/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cause, one finding: a program that was started and all that it did, a
 * folder and what was put into it.  Findings that are grouped keep their level
 * and their weight for the verdict; only what is read at once is decided here.
 */
#include <stdlib.h>

#include "core/base/vec.h"
#include "core/compare/group.h"

#define NO_KEY UINT32_MAX

static const struct kind {
	const char *name, *words;
	size_t min;
	enum { FIRST_ANY, FIRST_HEAVIEST } first;
	bool (*key)(const struct grouping *g, const struct finding *f,
		    struct buf *key);
	bool (*leads)(const struct finding *f, struct str key);
} kinds[] = {
	[CAUSE_ALONE] = { .name = "finding", .words = "" },
	[CAUSE_STEP] = { .name = "step", .words = "because of the step" },
#define CAUSE(id, name, min, first, words)				\
	[CAUSE_##id] = { name, words, min, FIRST_##first,		\
			 cause_key_##id, cause_leads_##id },
#include "core/compare/causes.def"
#undef CAUSE
};

const char *cause_name(enum cause_kind kind)
{
	return kinds[kind].name;
}

void cause_text(struct buf *out, const struct cause *c)
{
	buf_printf(out, "%zu more finding%s %s ", c->n, c->n == 1 ? "" : "s",
		   kinds[c->kind].words);
	buf_str(out, c->what);
}

bool cause_by_name(struct str name, enum cause_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_eq(name, str_c(kinds[i].name)))
			continue;
		*out = (enum cause_kind)i;
		return true;
	}
	return false;
}

bool finding_is_free(const struct comparison *c, size_t i)
{
	const struct finding *f = &c->findings[i];

	return finding_is_news(f) && !f->accepted && f->cause == i;
}

/* --- findings with one key --- */

/* The findings with one key. */
struct shared {
	size_t n, leader;
	bool leads;
};

/* The key of each finding as its place in keys, or NO_KEY. */
static uint32_t *find_keys(const struct grouping *g, const struct kind *kind,
			   struct strmap *keys)
{
	uint32_t *of = mem_array(g->c->n + 1, sizeof(*of));
	autobuf struct buf key = BUF_INIT;

	for (size_t i = 0; i < g->c->n; i++) {
		struct strmap_entry *e;

		of[i] = NO_KEY;
		buf_clear(&key);
		if (!finding_is_free(g->c, i) ||
		    !kind->key(g, &g->c->findings[i], &key))
			continue;
		e = strmap_put(keys, buf_view(&key));
		if (!e->val.num)
			e->val.num = keys->n;
		of[i] = (uint32_t)(e->val.num - 1);
	}
	return of;
}

/* The heaviest that may lead, else the heaviest: it comes first. */
static void count_shared(const struct grouping *g, const struct kind *kind,
			 const struct strmap *keys, const uint32_t *of,
			 struct shared *shared)
{
	for (size_t i = 0; i < g->c->n; i++) {
		struct shared *s;

		if (of[i] == NO_KEY)
			continue;
		s = &shared[of[i]];
		if (!s->n++)
			s->leader = i;
		if (s->leads || (kind->first == FIRST_HEAVIEST &&
				 g->c->findings[i].level <
				 g->c->findings[s->leader].level) ||
		    !kind->leads(&g->c->findings[i],
				 keys->entries[of[i]].key))
			continue;
		s->leads = true;
		s->leader = i;
	}
}

static struct str shown_key(struct str key)
{
	const char *end = memchr(key.p, '\n', key.len);

	if (end)
		key.len = (size_t)(end - key.p);
	return key;
}

static void group_kind(struct grouping *g, enum cause_kind k,
		       struct cause_label *labels)
{
	const struct kind *kind = &kinds[k];
	struct strmap keys = STRMAP_INIT;
	uint32_t *of = find_keys(g, kind, &keys);
	struct shared *shared = mem_array(keys.n + 1, sizeof(*shared));

	count_shared(g, kind, &keys, of, shared);
	for (size_t i = 0; i < g->c->n; i++) {
		const struct shared *s;

		if (of[i] == NO_KEY || shared[of[i]].n < kind->min)
			continue;
		s = &shared[of[i]];
		g->c->findings[i].cause = s->leader;
		if (i != s->leader)
			continue;
		labels[i].kind = k;
		labels[i].what = arena_str(&g->c->arena,
				shown_key(keys.entries[of[i]].key));
	}
	free(shared);
	free(of);
	strmap_free(&keys);
}

/* --- the list of causes --- */

static void weigh(struct cause *cause, const struct finding *f)
{
	if (f->level > cause->level ||
	    (f->level == cause->level &&
	     f->rule->category < cause->category)) {
		cause->level = f->level;
		cause->category = f->rule->category;
	}
	cause->gating += f->gates;
}

static void group_add_member(struct cause *cause, size_t i,
			     const struct finding *f, size_t *members)
{
	weigh(cause, f);
	if (i != cause->leader)
		members[cause->n++] = i;
}

static struct cause new_cause(const struct comparison *c, size_t leader,
			      const struct cause_label *label)
{
	const struct finding *f = &c->findings[leader];

	return (struct cause){
		.kind = label->kind, .what = label->what, .leader = leader,
		.level = f->level, .category = f->rule->category,
	};
}

/* In the order of their heaviest findings, since these come first. */
void causes_list(struct comparison *c, const struct cause_label *labels)
{
	size_t *all = arena_alloc(&c->arena, (c->n + 1) * sizeof(*all));
	size_t *sizes = mem_array(c->n + 1, sizeof(*sizes));
	size_t *place = mem_array(c->n + 1, sizeof(*place)), used = 0;

	for (size_t i = 0; i < c->n; i++)
		sizes[c->findings[i].cause]++;
	c->causes = arena_alloc(&c->arena, (c->n + 1) * sizeof(*c->causes));
	for (size_t i = 0; i < c->n; i++) {
		size_t leader = c->findings[i].cause;
		struct cause *cause;

		if (!place[leader]) {
			place[leader] = ++c->n_causes;
			cause = &c->causes[c->n_causes - 1];
			*cause = new_cause(c, leader, &labels[leader]);
			cause->members = all + used;
			used += sizes[leader] - 1;
		}
		cause = &c->causes[place[leader] - 1];
		group_add_member(cause, i, &c->findings[i],
				 all + (cause->members - all));
	}
	free(place);
	free(sizes);
}

/* What a broken step leads was found out before. */
static void label_steps(const struct comparison *c, struct cause_label *labels)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct finding *f = &c->findings[i];

		labels[i].what = STR("");
		if (f->rule->category != CATEGORY_BREAKAGE || f->cause != i)
			continue;
		labels[i].kind = CAUSE_STEP;
		labels[i].what = f->fact->object;
	}
}

void causes_find(struct matching *m)
{
	struct comparison *c = m->out;
	struct cause_label *labels = mem_array(c->n + 1, sizeof(*labels));
	struct grouping g;

	grouping_begin(&g, m);
	label_steps(c, labels);
	for (int k = CAUSE_STEP + 1; k < CAUSE_COUNT; k++)
		group_kind(&g, (enum cause_kind)k, labels);
	causes_list(c, labels);
	advice_find(&g);
	grouping_end(&g);
	free(labels);
}

/* --- looking at them --- */

const struct cause *comparison_cause(const struct comparison *c,
				     size_t leader)
{
	for (size_t i = 0; i < c->n_causes; i++)
		if (c->causes[i].leader == leader)
			return &c->causes[i];
	return NULL;
}

bool cause_must_name(const struct comparison *c, const struct cause *cause,
		     size_t member)
{
	const struct finding *f = &c->findings[member];
	const struct finding *leader = &c->findings[cause->leader];

	if (f->level != leader->level)
		return f->level > leader->level;
	return f->level > LEVEL_NOTE &&
	       f->rule->category < leader->rule->category;
}
