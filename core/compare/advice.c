/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many findings of one place and step: the `level` line that would grade them.
 * It is tried before it is offered: it must parse, cover them, and cover
 * nothing that is dangerous besides.
 */
#include <stdlib.h>

#include "core/base/strmap.h"
#include "core/base/vec.h"
#include "core/compare/group.h"

/* So few are read one by one. */
#define FEW 10

/* --- the glob --- */

/* The length of a token, "<rand>", that s begins with; else 0. */
static size_t token_length(struct str s)
{
	size_t n = 1;

	if (!s.len || s.p[0] != '<')
		return 0;
	/* "<rand?>", "<drawn2>", "<tree-time>" */
	while (n < s.len && ((s.p[n] >= 'a' && s.p[n] <= 'z') ||
			     strchr("?-23456789", s.p[n])))
		n++;
	return n > 1 && n < s.len && s.p[n] == '>' ? n + 1 : 0;
}

static void put_star(struct buf *glob)
{
	if (!glob->len || glob->p[glob->len - 1] != '*')
		buf_ch(glob, '*');
}

/* All that lies below the folder; what differs from run to run is a star. */
static void put_glob(struct buf *glob, struct str folder)
{
	while (folder.len) {
		size_t n = token_length(folder);

		if (n) {
			put_star(glob);
		} else {
			if (strchr("*?\\", folder.p[0]))
				buf_ch(glob, '\\');
			buf_ch(glob, folder.p[0]);
			n = 1;
		}
		folder = str_sub(folder, n);
	}
	buf_c(glob, "/**");
}

/* Folders of which all that may come would be too much. */
static bool is_too_wide(struct str folder)
{
	enum zone zone = zone_of(folder);

	return str_eq(folder, STR("$HOME")) || group_folder_is_shared(folder) ||
	       (zone != ZONE_TREE && zone != ZONE_HOME && zone != ZONE_TEMP);
}

/* --- which findings --- */

/* Of several steps the strictest judges: only a line for all of them helps. */
static struct str finding_step(const struct finding *f)
{
	if (f->step.len)
		return f->step;
	return evidence_steps(&f->fact->ev) > 1 ? STR("") :
	       f->fact->ev.step;
}

static bool advice_is_plain(const struct finding *f)
{
	return f->fact->kind >= EV_FILE_WRITE &&
	       f->fact->kind <= EV_FILE_EXECUTABLE &&
	       (f->rule->category == CATEGORY_OUTSIDE ||
		f->rule->category == CATEGORY_FILES);
}

/* "STEP\nFOLDER" of a finding that may be graded. */
static bool advice_put_place(const struct grouping *g, const struct finding *f,
			     struct buf *key)
{
	if (!f->gates || !advice_is_plain(f))
		return false;
	buf_str(key, finding_step(f));
	buf_ch(key, '\n');
	return finding_folder(g, f, key);
}

/* --- trying a pattern --- */

/* How many it covers of what gates; 0 where one of them is dangerous. */
static size_t count_covered(const struct comparison *c,
			    const struct regrade *r)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct finding *f = &c->findings[i];

		if (!f->gates || !regrade_fits(r, f->fact))
			continue;
		if (!advice_is_plain(f))
			return 0;
		n += !r->step.len || str_eq(finding_step(f), r->step);
	}
	return n;
}

/* The highest level that does not fail. */
static const char *lenient_level(enum level fail_on)
{
	return level_name(fail_on == LEVEL_NOTE ? LEVEL_NEVER : fail_on - 1);
}

static bool try_advice(struct grouping *g, struct advice *a, struct str key)
{
	autobuf struct buf text = BUF_INIT;
	const char *end = memchr(key.p, '\n', key.len);
	struct regrade r;

	a->step = (struct str){ key.p, (size_t)(end - key.p) };
	a->folder = str_sub(key, a->step.len + 1);
	if (is_too_wide(a->folder))
		return false;
	buf_c(&text, "file.*:");
	put_glob(&text, a->folder);
	buf_printf(&text, " %s",
		   lenient_level(policy_fail_on(g->m->policy, a->step)));
	a->level = arena_str(&g->c->arena, buf_view(&text));
	a->step = arena_str(&g->c->arena, a->step);
	a->folder = arena_str(&g->c->arena, a->folder);
	if (regrade_parse(&r, a->level, NULL))
		return false;
	r.step = a->step;
	a->n = count_covered(g->c, &r);
	return a->n > FEW;
}

void advice_find(struct grouping *g)
{
	struct strmap places = STRMAP_INIT;
	struct comparison *c = g->c;
	autobuf struct buf key = BUF_INIT;

	for (size_t i = 0; i < c->n; i++) {
		buf_clear(&key);
		if (advice_put_place(g, &c->findings[i], &key))
			strmap_put(&places, buf_view(&key))->val.num++;
	}
	c->advice = arena_alloc(&c->arena,
				(places.n + 1) * sizeof(*c->advice));
	for (size_t i = 0; i < places.n; i++)
		if (places.entries[i].val.num > FEW &&
		    try_advice(g, &c->advice[c->n_advice],
			       places.entries[i].key))
			c->n_advice++;
	strmap_free(&places);
}
