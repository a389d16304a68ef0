/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes again is not volatile.
 *
 * The fixed rules go by the shape of a name, and a name that people gave may
 * have any: "tmp_payload" reads like Python's.  A name that was drawn does not
 * come twice, so one that came in every run of a side was not drawn: it is
 * a fact of its own, with the name in it, and the fact with tokens has what is
 * left.  One run cannot show that.
 */
#include <string.h>

#include "core/fingerprint/internal.h"

/* What one run's fact with tokens keeps. */
struct remainder {
	bool promoted;		/* some names are facts of their own */
	unsigned names;
	struct fact kept;	/* the evidence of the others; seen 0: none */
};

/* Linux' own range: ip_local_port_range in Documentation/networking. */
#define PORTS (60999 - 32768 + 1)
/* So rarely may a port that was drawn come in every run. */
#define PORT_CHANCE 1e-4

struct recurring {
	struct arena *arena;
	struct strmap seen;		/* name's line -> runs that have it */
	struct strmap templates;	/* -> names of all runs */
	struct strmap maybe;		/* what stands in front of "<rand?>" */
	bool known;
	size_t runs;
	struct observation *out;
	size_t n;
};

/* Of hundreds of ports in each run some come in all runs by chance. */
static bool may_recur(const struct recurring *t, const struct name *name)
{
	double each, chance = PORTS;

	if (!str_ends(name->template, str_c(token_text(TOKEN_PORT))))
		return false;
	each = strmap_get(&t->templates, name->template)->val.num /
	       (double)t->runs;
	for (size_t i = 0; i < t->runs; i++)
		chance *= each / PORTS;
	return chance > PORT_CHANCE;
}

/* Where the token stands in the template; its length where it does not. */
static size_t recurring_token(struct str template, enum token_id id)
{
	struct str before, behind;

	str_cut(template, str_c(token_text(id)), &before, &behind);
	return before.len;
}

/*
 * By a rule that knows some of the names of a draw, and not the others: of
 * "/tmp/tmpk3x9q0z1/abcdef" it knows the first part only, where the second is
 * "<rand?>" in another run.
 */
static bool is_uncertain(const struct recurring *t, const struct name *name)
{
	struct str like = name->template;
	size_t at = recurring_token(like, TOKEN_RAND);

	if (recurring_token(like, TOKEN_MAYBE) < like.len)
		return true;
	for (at++; t->maybe.n && at < like.len; at++)
		if (strmap_get(&t->maybe, (struct str){ like.p, at }))
			return true;
	return false;
}

static bool is_promoted(const struct recurring *t, const struct name *name)
{
	if (str_eq(name->line, name->template))
		return false;
	return is_uncertain(t, name) ||
	       (strmap_get(&t->seen, name->line)->val.num == t->runs &&
		!may_recur(t, name));
}

static void recurring_add(struct recurring *t, const struct fact *f,
			  unsigned run)
{
	t->out[t->n++] = (struct observation){
		.line = f->line, .fact = f, .run = run,
	};
}

static void recurring_promote(struct recurring *t, const struct name *name,
			      unsigned run)
{
	struct fact *f = arena_alloc(t->arena, sizeof(*f));

	*f = (struct fact){
		.line = name->line, .seen = 1,
		.names_min = name->names, .names_max = name->names,
		.ev = name->ev,
	};
	fact_set_template(t->arena, f, name->template);
	fact_take_apart(f);
	recurring_add(t, f, run);
}

/* The evidence of the earliest, of all steps that have one of them. */
static void recurring_keep(struct arena *a, struct remainder *left,
			   const struct name *name)
{
	const struct fact by = { .seen = 1, .ev = name->ev };
	struct evidence *ev = &left->kept.ev;

	left->names += name->names;
	if (!left->kept.seen) {
		left->kept = by;
		return;
	}
	fact_count_too(a, &left->kept, &by);
	if (by.ev.ns < ev->ns) {
		const struct evidence all = *ev;

		*ev = by.ev;
		ev->count = all.count;
		ev->more = all.more;
	}
}

/* A fact of the run, without the names that are facts of their own. */
static void add_rest(struct recurring *t, const struct fact *from,
		     const struct remainder *left, unsigned run)
{
	struct fact *f;

	if (!left->kept.seen)
		return;
	f = arena_alloc(t->arena, sizeof(*f));
	*f = *from;
	f->ev = left->kept.ev;
	if (f->names_max)
		f->names_min = f->names_max = left->names;
	recurring_add(t, f, run);
}

static void recurring_split(struct recurring *t, const struct fingerprint *fp,
		     unsigned run)
{
	struct strmap templates = STRMAP_INIT;

	for (size_t i = 0; t->known && i < fp->n_names; i++) {
		struct strmap_entry *e = strmap_put(&templates,
						    fp->names[i].template);

		if (!e->val.ptr)
			e->val.ptr = arena_alloc(&templates.arena,
						 sizeof(struct remainder));
		if (is_promoted(t, &fp->names[i])) {
			((struct remainder *)e->val.ptr)->promoted = true;
			recurring_promote(t, &fp->names[i], run);
		} else {
			recurring_keep(t->arena, e->val.ptr, &fp->names[i]);
		}
	}
	for (size_t i = 0; i < fp->n; i++) {
		const struct strmap_entry *e = strmap_get(&templates,
							  fp->facts[i].line);
		const struct remainder *left = e ? e->val.ptr : NULL;

		if (left && left->promoted)
			add_rest(t, &fp->facts[i], left, run);
		else
			recurring_add(t, &fp->facts[i], run);
	}
	strmap_free(&templates);
}

bool recurring_names_known(const struct fingerprint *const *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!runs[i]->names_known || runs[i]->runs != 1)
			return false;
	return n > 1;
}

static void count_run(struct recurring *t, const struct fingerprint *fp)
{
	for (size_t i = 0; t->known && i < fp->n_names; i++) {
		struct str template = fp->names[i].template;
		size_t at = recurring_token(template, TOKEN_MAYBE);

		strmap_put(&t->seen, fp->names[i].line)->val.num++;
		strmap_put(&t->templates, template)->val.num++;
		if (at < template.len)
			strmap_put(&t->maybe, (struct str){ template.p, at });
	}
}

size_t recurring_collect(struct arena *arena, struct observation *out,
			 const struct fingerprint *const *runs, size_t n,
			 bool known)
{
	struct recurring t = {
		.arena = arena, .seen = STRMAP_INIT, .runs = n, .out = out,
		.templates = STRMAP_INIT, .maybe = STRMAP_INIT, .known = known,
	};

	for (size_t run = 0; run < n; run++)
		count_run(&t, runs[run]);
	for (unsigned run = 0; run < n; run++)
		recurring_split(&t, runs[run], run);
	strmap_free(&t.seen);
	strmap_free(&t.templates);
	strmap_free(&t.maybe);
	return t.n;
}
