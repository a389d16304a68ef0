/* SPDX-License-Identifier: Apache-2.0 */
/* From chains ("a > b > c") to a tree, in the order of first events. */
#include "core/report/process.h"

#include <stdlib.h>

#include "core/base/vec.h"
#include "core/report/internal.h"

#define NOWHERE ((size_t)-1)

/* The node of this prefix of a chain, made when it is new; NOWHERE if full. */
static size_t process_put_node(struct process_tree *t, struct str chain,
			       struct str program, size_t parent,
			       unsigned depth)
{
	struct strmap_entry *e = strmap_get(&t->index, chain);
	size_t place = t->n;

	if (e)
		return e->val.num - 1;
	if (place == PROCESS_NODES_MAX)
		return NOWHERE;
	*vec_push(t) = (struct process_node){
		.program = program, .chain = chain, .depth = depth,
		.first_ns = UINT64_MAX,
		.parent = parent == NOWHERE ? place : parent,
	};
	strmap_put(&t->index, chain)->val.num = place + 1;
	return place;
}

static size_t process_put_chain(struct process_tree *t, struct str chain)
{
	struct str rest = chain, program;
	size_t at = NOWHERE;
	unsigned depth = 0;

	while (chain_next(&rest, &program)) {
		struct str prefix = {
			chain.p, (size_t)(program.p - chain.p) + program.len
		};

		if (depth == PROCESS_DEPTH_MAX)
			return NOWHERE;
		at = process_put_node(t, prefix, program, at, depth++);
		if (at == NOWHERE)
			return NOWHERE;
	}
	return at;
}

static void process_put_fact(struct process_tree *t, const struct fact *f,
			     bool pointed_out)
{
	size_t at;

	if (!f->ev.process.len) {
		t->no_process++;
		return;
	}
	at = process_put_chain(t, f->ev.process);
	if (at == NOWHERE) {
		t->left_out++;
		return;
	}
	t->v[at].facts++;
	t->v[at].pointed_out += pointed_out;
	for (;; at = t->v[at].parent) {
		if (f->ev.ns < t->v[at].first_ns)
			t->v[at].first_ns = f->ev.ns;
		if (t->v[at].parent == at)
			break;
	}
}

/* --- the order --- */

/* Nodes of one parent by time, then by name. */
static int by_time(const void *pa, const void *pb)
{
	const struct process_node *a = *(const struct process_node *const *)pa;
	const struct process_node *b = *(const struct process_node *const *)pb;

	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return str_cmp(a->chain, b->chain);
}

struct ordering {
	const struct process_tree *t;
	const struct process_node **sorted;
	struct process_node *out;
	size_t n;
};

/* No deeper than PROCESS_DEPTH_MAX. */
static void put_children(struct ordering *o, const struct process_node *parent,
			 size_t place)
{
	for (size_t i = 0; i < o->t->n; i++) {
		const struct process_node *node = o->sorted[i];
		bool root = &o->t->v[node->parent] == node;
		size_t at = o->n;

		if (parent ? root || &o->t->v[node->parent] != parent : !root)
			continue;
		o->out[o->n++] = *node;
		o->out[at].parent = parent ? place : at;
		put_children(o, node, at);
	}
}

static void put_in_order(struct process_tree *t)
{
	struct ordering o = {
		.t = t,
		.sorted = mem_array(t->n + 1, sizeof(*o.sorted)),
		.out = mem_array(t->n + 1, sizeof(*o.out)),
	};

	for (size_t i = 0; i < t->n; i++)
		o.sorted[i] = &t->v[i];
	qsort(o.sorted, t->n, sizeof(*o.sorted), by_time);
	put_children(&o, NULL, 0);
	free(o.sorted);
	free(t->v);
	t->v = o.out;
	t->cap = t->n + 1;
	for (size_t i = 0; i < t->n; i++)
		strmap_put(&t->index, t->v[i].chain)->val.num = i + 1;
}

const struct process_node *process_of(const struct process_tree *t,
				      const struct fact *f)
{
	const struct strmap_entry *e = f->ev.process.len ?
		strmap_get(&t->index, f->ev.process) : NULL;

	return e ? &t->v[e->val.num - 1] : NULL;
}

void process_tree_make(struct process_tree *t, const struct fingerprint *fp,
		       const struct strmap *pointed_out)
{
	*t = (struct process_tree){ .index = STRMAP_INIT };
	for (size_t i = 0; i < fp->n; i++)
		process_put_fact(t, &fp->facts[i], pointed_out &&
				 strmap_get(pointed_out, fp->facts[i].line));
	put_in_order(t);
}

void process_tree_free(struct process_tree *t)
{
	strmap_free(&t->index);
	vec_free(t);
}
