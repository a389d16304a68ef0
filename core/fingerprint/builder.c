/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run's events into one fingerprint, in bounded memory.
 *
 * A fact is made at its first event; later ones only count.  When a bound is
 * reached, events of known facts still count and every other one is dropped
 * and counted; "limit facts" records that it happened.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/base/slots.h"
#include "core/base/strmap.h"
#include "core/base/text.h"
#include "core/fingerprint/holes.h"
#include "core/fingerprint/internal.h"
#include "core/fingerprint/recent.h"

/* Distinct names in the histogram: more than any architecture has calls. */
#define SYSCALL_NAMES_MAX 4096
#define BLIND_SPOTS_MAX 256
/* Distinct names behind tokens; beyond, none is counted. */
#define NAMES_MAX 65536
/* Names behind tokens that are kept; with more, recurring ones stay tokens. */
#define KEPT_NAMES_MAX 8192
/* Evidence is for people; a longer chain or call is cut. */
#define EVIDENCE_MAX 1024

/* Names behind tokens, each with its own evidence. */
struct kept {
	struct strmap lines;		/* num: index */
	VEC(struct name) names;		/* line unset until sealed */
	struct arena arena;		/* evidence */
	bool lost;			/* too many: none can recur */
};

struct builder {
	struct arena arena;		/* lines and calls */
	struct strmap texts;		/* evidence that many facts have */
	struct places places;
	struct builder_limits limits;
	VEC(struct fact) facts;		/* parts of lines unset until sealed */
	struct slots lines;		/* of the facts */
	struct recent recent;		/* events of them */
	size_t limit;			/* index + 1 of "limit facts", or 0 */
	struct strmap names;		/* "FACT ID": seen behind a token */
	struct kept kept;
	struct retries retries;
	struct strmap syscalls;		/* num: count */
	struct strmap blind_spots;
	struct ledger ledger;
	struct buf line, text;		/* scratch */
};

struct builder *builder_new(const struct places *places,
			    const struct builder_limits *limits)
{
	struct builder *b = mem_alloc(sizeof(*b));

	*b = (struct builder){
		.arena = ARENA_INIT, .limits = *limits, .places = *places,
	};
	b->places.tree = arena_str(&b->arena, places->tree);
	b->places.home = arena_str(&b->arena, places->home);
	b->places.host = arena_str(&b->arena, places->host);
	return b;
}

static void kept_free(struct kept *t)
{
	strmap_free(&t->lines);
	vec_free(&t->names);
	arena_free(&t->arena);
	*t = (struct kept){ .lost = t->lost };
}

static void builder_free(struct builder *b)
{
	arena_free(&b->arena);
	strmap_free(&b->texts);
	slots_free(&b->lines);
	recent_free(&b->recent);
	strmap_free(&b->names);
	kept_free(&b->kept);
	retries_free(&b->retries);
	vec_free(&b->facts);
	strmap_free(&b->syscalls);
	strmap_free(&b->blind_spots);
	buf_free(&b->line);
	buf_free(&b->text);
	free(b);
}

size_t builder_facts(const struct builder *b)
{
	return b->facts.n;
}

/* --- evidence --- */

static struct str show_text(struct builder *b, struct str raw)
{
	buf_clear(&b->text);
	normalise_evidence(&b->text, raw, &b->places);
	normalise_shorten(&b->text, 0, EVIDENCE_MAX);
	return buf_view(&b->text);
}

/* Of texts that many facts have there is one copy. */
static struct str keep_text(struct builder *b, struct str raw)
{
	return raw.len ? strmap_put(&b->texts, show_text(b, raw))->key :
			 STR("");
}

/* Whole programs are left out of the middle: the innermost did it. */
static struct str keep_chain(struct builder *b, struct str raw)
{
	if (!raw.len)
		return STR("");
	buf_clear(&b->text);
	normalise_evidence(&b->text, raw, &b->places);
	chain_shorten(&b->text, 0, EVIDENCE_MAX);
	normalise_shorten(&b->text, 0, EVIDENCE_MAX);
	return strmap_put(&b->texts, buf_view(&b->text))->key;
}

static void set_evidence(struct builder *b, struct arena *a,
			 struct evidence *out, const struct event *ev)
{
	*out = (struct evidence){
		.count = out->count,
		.ns = ev->ns,
		.step = keep_text(b, ev->step),
		.process = keep_chain(b, ev->process),
		.call = ev->call.len ? arena_str(a, show_text(b, ev->call)) :
				       STR(""),
		.note = keep_text(b, ev->note),
	};
}

/* An earlier event becomes the first; the steps stay known. */
static void builder_set_first(struct builder *b, struct arena *a,
			      struct evidence *out, const struct event *ev)
{
	const struct evidence_more *more = out->more;

	set_evidence(b, a, out, ev);
	out->more = more;
}

static size_t bytes_used(const struct builder *b)
{
	return b->arena.used + b->texts.arena.used + b->names.arena.used +
	       retries_used(&b->retries);
}

/* The record of a step that has none yet. */
static struct step_evidence *add_record(struct builder *b, struct arena *a,
					struct evidence *out, struct str raw)
{
	struct str step = keep_text(b, raw);
	struct step_evidence *s = evidence_record(out, step);

	/* It only differed in what normalising takes out. */
	if (s || (evidence_steps(out) == 1 && str_eq(out->step, step)))
		return s;
	if (bytes_used(b) < b->limits.max_bytes)
		return evidence_add_record(a, out, step);
	/* Evidence without its step is incomplete: the event counts as lost. */
	b->ledger.dropped++;
	return NULL;
}

/*
 * What its step did of the fact, before the event is counted.  Nearly always
 * there is one step, found without normalising, and nothing to be kept.
 */
static void builder_take_step(struct builder *b, struct arena *a,
			      struct evidence *out, const struct event *ev)
{
	struct step_evidence *s;

	if (str_eq(out->step, ev->step) && evidence_steps(out) == 1)
		return;
	s = evidence_record(out, ev->step);
	if (!s)
		s = add_record(b, a, out, ev->step);
	if (!s)
		return;
	s->count++;
	if (s->seen && s->ns <= ev->ns)
		return;
	s->seen = 1;
	s->ns = ev->ns;
	if (bytes_used(b) >= b->limits.max_bytes)
		return;
	s->process = keep_text(b, ev->process);
	s->call = ev->call.len ? arena_str(a, show_text(b, ev->call)) :
				 STR("");
}

/* --- facts --- */

static bool is_full(const struct builder *b)
{
	return b->facts.n >= b->limits.max_facts ||
	       bytes_used(b) >= b->limits.max_bytes;
}

static struct str builder_line_at(const void *facts, size_t i)
{
	return ((const struct fact *)facts)[i].line;
}

/* Where the index of the line's fact plus 1 stands, or belongs: 0. */
static uint32_t *builder_find_line(struct builder *b, struct str line)
{
	const struct slots_keys of = { builder_line_at, b->facts.v };

	return slots_put(&b->lines, of, b->facts.n, line);
}

static struct fact *builder_add_fact(struct builder *b, uint32_t *slot,
				     struct str line, const struct event *ev)
{
	struct fact *f = vec_push(&b->facts);

	*slot = (uint32_t)b->facts.n;
	*f = (struct fact){
		.line = arena_str(&b->arena, line), .seen = 1, .task = ev->pid,
	};
	set_evidence(b, &b->arena, &f->ev, ev);
	return f;
}

/* Not bound by the limits: it is how they are reported. */
static void note_limit(struct builder *b, const struct event *ev)
{
	struct event limit = {
		.kind = EV_LIMIT, .a = STR("facts"), .ns = ev->ns,
		.step = ev->step,
		.note = STR("later facts of this run were dropped"),
	};

	if (!b->limit) {
		buf_clear(&b->line);
		fact_line(&b->line, &limit, &b->places);

		struct str line = buf_view(&b->line);
		uint32_t *slot = builder_find_line(b, line);

		if (!*slot)
			builder_add_fact(b, slot, line, &limit);
		b->limit = *slot;
	}
	b->facts.v[b->limit - 1].ev.count++;
}

/* Kinds of which one more matters, although the line is known. */
static bool counts_names(const struct event *ev)
{
	switch (ev->kind) {
	case EV_EXEC: case EV_EXEC_ANON: case EV_FILE_CREATE:
	case EV_FILE_RENAME: case EV_FILE_LINK: case EV_FILE_EXECUTABLE:
		return !ev->err;
	default:
		return false;
	}
}

/*
 * Has this raw name not been seen behind the fact?  Of programs that are
 * executed, this content: one program under three names that are drawn is one.
 * Hashes are kept.
 */
static bool is_another(struct builder *b, size_t index, const struct event *ev)
{
	char id[HASH_ID_LEN + 1];

	if (!counts_names(ev) || b->names.n >= NAMES_MAX)
		return false;
	buf_clear(&b->text);
	if (ev->content)
		buf_add(&b->text, &ev->content, sizeof(ev->content));
	else
		buf_str(&b->text, ev->a);
	buf_ch(&b->text, '\0');
	buf_str(&b->text, ev->b);
	hash_id(id, buf_view(&b->text));
	buf_clear(&b->text);
	buf_printf(&b->text, "%zu %s", index, id);

	struct strmap_entry *e = strmap_put(&b->names, buf_view(&b->text));

	if (e->val.num)
		return false;
	e->val.num = 1;
	return true;
}

static void lose_names(struct builder *b)
{
	kept_free(&b->kept);
	b->kept.lost = true;
	builder_add_blind_spot(b, "too many names that look random to tell "
			       "fixed ones from them");
}

static struct name *add_name(struct builder *b, size_t index, struct str line,
			     const struct event *ev)
{
	struct kept *t = &b->kept;
	struct name *name;

	if (t->names.n >= KEPT_NAMES_MAX ||
	    t->lines.arena.used + t->arena.used >= b->limits.max_bytes / 2) {
		lose_names(b);
		return NULL;
	}
	strmap_put(&t->lines, line)->val.num = t->names.n;
	name = vec_push(&t->names);
	*name = (struct name){ .template = b->facts.v[index].line };
	set_evidence(b, &t->arena, &name->ev, ev);
	return name;
}

/* Keep the name itself: NULL when there are too many. */
static struct name *keep_name(struct builder *b, size_t index,
			      const struct event *ev)
{
	const struct strmap_entry *e;
	struct kept *t = &b->kept;
	struct name *name;

	if (t->lost)
		return NULL;
	buf_clear(&b->line);
	fact_line_named(&b->line, ev, &b->places);
	e = strmap_get(&t->lines, buf_view(&b->line));
	name = e ? &t->names.v[e->val.num] :
		   add_name(b, index, buf_view(&b->line), ev);
	if (!name)
		return NULL;
	builder_take_step(b, &t->arena, &name->ev, ev);
	name->ev.count++;
	if (ev->ns < name->ev.ns)
		builder_set_first(b, &t->arena, &name->ev, ev);
	return name;
}

/* Which raw names became this fact, and how many? */
static void take_name(struct builder *b, size_t index, struct str line,
		      const struct event *ev)
{
	struct fact *f = &b->facts.v[index];
	struct name *name;

	if (hole_token(line) == line.len)
		return;
	name = keep_name(b, index, ev);
	if (!is_another(b, index, ev))
		return;
	f->names_min = ++f->names_max;
	if (name)
		name->names++;
}

static void take_known(struct builder *b, struct fact *f,
		       const struct event *ev)
{
	b->ledger.merged++;
	builder_take_step(b, &b->arena, &f->ev, ev);
	f->ev.count++;
	if (f->task != ev->pid)
		f->task = -1;
	/* Events of several threads need not arrive in their order. */
	if (ev->ns < f->ev.ns && !is_full(b))
		builder_set_first(b, &b->arena, &f->ev, ev);
}

/* The index of the event's fact, or no fact's where a bound was reached. */
static size_t take_line(struct builder *b, const struct event *ev)
{
	buf_clear(&b->line);
	fact_line(&b->line, ev, &b->places);

	struct str line = buf_view(&b->line);
	uint32_t *slot = builder_find_line(b, line);
	size_t at = *slot ? *slot - 1 : b->facts.n;

	if (*slot) {
		take_known(b, &b->facts.v[at], ev);
		take_name(b, at, line, ev);
		return at;
	}
	if (is_full(b)) {
		b->ledger.dropped++;
		note_limit(b, ev);
		return SIZE_MAX;
	}
	builder_add_fact(b, slot, line, ev)->ev.count = 1;
	take_name(b, at, line, ev);
	return at;
}

/* Without its line, where the same was seen a moment ago. */
static size_t take_fact(struct builder *b, const struct event *ev)
{
	struct recent_slot *slot = recent_find(&b->recent, ev);
	size_t at;

	if (slot && recent_is_known(&b->recent, slot)) {
		struct fact *f = &b->facts.v[slot->fact];

		take_known(b, f, ev);
		take_name(b, slot->fact, f->line, ev);
		return slot->fact;
	}
	at = take_line(b, ev);
	if (slot && at != SIZE_MAX)
		recent_keep(&b->recent, slot, at);
	return at;
}

static void builder_take(void *ctx, const struct event *ev)
{
	struct builder *b = ctx;
	size_t fact = SIZE_MAX;

	b->ledger.events++;
	if (!normalise_keeps(ev, &b->places))
		return;
	if (!event_is_clean_exit(ev))
		fact = take_fact(b, ev);
	if (ev->kind == EV_PROCESS_EXIT)
		retries_ended(&b->retries, ev, fact);
	else if (ev->kind == EV_EXEC_ARGS && !is_full(b))
		retries_started(&b->retries, ev);
}

struct event_sink builder_sink(struct builder *b)
{
	return (struct event_sink){ .take = builder_take, .ctx = b };
}

/* --- what is beside the facts --- */

void builder_add_syscall(struct builder *b, const char *name, uint64_t count)
{
	autobuf struct buf safe = BUF_INIT;

	text_escape(&safe, str_c(name));

	struct str key = buf_view(&safe);

	if (b->syscalls.n >= SYSCALL_NAMES_MAX &&
	    !strmap_get(&b->syscalls, key))
		key = STR("(others)");
	strmap_put(&b->syscalls, key)->val.num += count;
}

void builder_add_blind_spot(struct builder *b, const char *text)
{
	autobuf struct buf safe = BUF_INIT;

	text_escape(&safe, str_c(text));
	if (b->blind_spots.n < BLIND_SPOTS_MAX)
		strmap_put(&b->blind_spots, buf_view(&safe));
}

/* --- sealing --- */

static int by_named(const void *a, const void *b)
{
	return str_cmp(((const struct name *)a)->line,
		       ((const struct name *)b)->line);
}

/* Those of facts that are left. */
static void seal_names(struct fingerprint *fp, struct builder *b)
{
	struct kept *t = &b->kept;

	fp->names_known = !t->lost;
	fp->names = arena_alloc(&fp->arena, t->names.n * sizeof(*fp->names));
	for (size_t i = 0; i < t->names.n; i++) {
		struct name *name = &fp->names[fp->n_names];
		const struct fact *f = fingerprint_find(fp,
							t->names.v[i].template);

		if (!f)
			continue;
		fp->n_names++;
		*name = t->names.v[i];
		name->line = t->lines.entries[i].key;
		if (!f->names_max)
			name->names = 0;
	}
	arena_take(&fp->arena, &t->lines.arena);
	arena_take(&fp->arena, &t->arena);
	if (fp->n_names)
		qsort(fp->names, fp->n_names, sizeof(*fp->names), by_named);
}

/* Nothing is copied: what the builder holds becomes the fingerprint's. */
static void seal_facts(struct fingerprint *fp, struct builder *b)
{
	size_t n = b->facts.n;
	bool *gone = mem_array(n + 1, sizeof(*gone));

	retries_explain(&b->retries, gone, n);
	slots_free(&b->lines);
	arena_take(&fp->arena, &b->arena);
	arena_take(&fp->arena, &b->texts.arena);
	fp->facts = mem_grow(b->facts.v, n, sizeof(*fp->facts));
	arena_adopt(&fp->arena, fp->facts, n * sizeof(*fp->facts));
	b->facts.v = NULL;
	for (size_t i = 0; i < n; i++) {
		struct fact *f = &fp->facts[fp->n];

		if (gone[i])
			continue;
		fp->n++;
		*f = fp->facts[i];
		if (b->names.n >= NAMES_MAX)
			f->names_min = f->names_max = 0;
		fact_take_apart(f);
	}
	free(gone);
	fingerprint_sort(fp);
}

struct fingerprint *builder_seal(struct builder *b, const struct run_end *end,
				 uint64_t stops, uint64_t lost)
{
	struct fingerprint *fp = fingerprint_new();

	fp->runs = 1;
	fp->ledger = b->ledger;
	fp->ledger.stops = stops;
	fp->ledger.lost = lost;
	seal_facts(fp, b);
	races_settle(fp);
	seal_names(fp, b);
	fingerprint_set_syscalls(fp, &b->syscalls);
	fingerprint_set_blind_spots(fp, &b->blind_spots);
	if (end) {
		fp->ends = arena_alloc(&fp->arena, sizeof(*fp->ends));
		fp->ends[0] = run_end_copy(&fp->arena, end);
		fp->n_ends = 1;
	}
	fingerprint_digest(fp);
	builder_free(b);
	return fp;
}
