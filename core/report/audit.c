/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's document: its chapters, and how they pick their facts. */
#include "core/report/audit_internal.h"

#include <stdarg.h>

#include "core/base/path.h"

void chapter_begin(struct document *d, const char *id, const char *title,
		   const char *const *columns, unsigned foreign)
{
	*vec_push(&d->chapters) = (struct chapter){
		.id = id, .title = title, .columns = columns,
		.foreign = foreign,
		.basis_at = 1,
	};
}

static struct part *new_part(struct document *d, struct basis basis)
{
	struct chapter *chapter = &d->chapters.v[d->chapters.n - 1];
	struct part *part = vec_push(&chapter->parts);

	*part = (struct part){ .basis = basis };
	return part;
}

__attribute__((format(printf, 2, 0)))
static struct str text_v(struct document *d, const char *fmt, va_list ap)
{
	autobuf struct buf text = BUF_INIT;

	buf_vprintf(&text, fmt, ap);
	return arena_str(&d->arena, buf_view(&text));
}

struct str audit_sprintf(struct document *d, const char *fmt, ...)
{
	va_list ap;
	struct str text;

	va_start(ap, fmt);
	text = text_v(d, fmt, ap);
	va_end(ap);
	return text;
}

void audit_say(struct document *d, struct basis basis, const char *fmt, ...)
{
	struct part *part = new_part(d, basis);
	va_list ap;

	va_start(ap, fmt);
	part->cells[0] = text_v(d, fmt, ap);
	va_end(ap);
}

void audit_say_quote(struct document *d, struct basis basis, const char *words,
		     struct str quote)
{
	struct part *part = new_part(d, basis);

	part->cells[0] = str_c(words);
	part->cells[1] = arena_str(&d->arena, quote);
}

void audit_put_row(struct document *d, struct basis basis,
		   const struct str cells[CELLS_MAX])
{
	struct part *part = new_part(d, basis);

	part->is_row = true;
	for (size_t i = 0; i < CELLS_MAX; i++)
		part->cells[i] = arena_str(&d->arena, cells[i]);
}

/* --- picking facts --- */

bool rule_matches(const struct rule *rule, const char *globs)
{
	struct str rest = str_c(globs);

	while (rest.len) {
		size_t n = strcspn(rest.p, " ");

		if (path_glob((struct str){ rest.p, n }, str_c(rule->id)))
			return true;
		rest = str_sub(rest, n < rest.len ? n + 1 : n);
	}
	return false;
}

static struct basis pick(struct document *d,
			 bool (*wanted)(const struct finding *f,
					const void *arg),
			 const void *arg)
{
	struct basis b = NO_BASIS;

	for (size_t i = 0; i < d->all.n; i++)
		b.n += wanted(&d->all.findings[i], arg);
	b.v = arena_alloc(&d->arena, (b.n + 1) * sizeof(*b.v));
	b.n = 0;
	for (size_t i = 0; i < d->all.n; i++)
		if (wanted(&d->all.findings[i], arg))
			b.v[b.n++] = d->all.findings[i].fact;
	return b;
}

/* A program that another one started: its chain has a parent. */
static bool is_spawned(const struct fact *f)
{
	struct str chain = f->ev.process, program;

	return f->kind == EV_EXEC && !f->err && chain_next(&chain, &program) &&
	       chain.len;
}

static bool has_rule(const struct finding *f, const void *arg)
{
	return rule_matches(f->rule, arg) ||
	       (strstr(arg, "@spawned") && is_spawned(f->fact));
}

struct basis audit_facts_by_rule(struct document *d, const char *globs)
{
	return pick(d, has_rule, globs);
}

struct kind_wanted {
	enum event_kind kind;
	int failed;
};

static bool has_kind(const struct finding *f, const void *arg)
{
	const struct kind_wanted *w = arg;

	return f->fact->kind == w->kind && !!f->fact->err == w->failed;
}

struct basis audit_facts_by_kind(struct document *d, enum event_kind kind,
				 int failed)
{
	const struct kind_wanted wanted = { kind, failed };

	return pick(d, has_kind, &wanted);
}

struct str audit_span_of_runs(struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;
	autobuf struct buf text = BUF_INIT;
	uint64_t ms = 0;

	for (size_t i = 0; i < fp->n_ends; i++)
		ms = fp->ends[i].ms > ms ? fp->ends[i].ms : ms;
	buf_printf(&text, "%u run%s of at most ", fp->runs,
		   str_plural(fp->runs));
	words_put_seconds(&text, ms);
	return arena_str(&d->arena, buf_view(&text));
}

/* --- the document --- */

static void (*const chapters[])(struct document *d) = {
	audit_context, audit_processes, audit_files, audit_network,
	audit_calls, audit_assessment, audit_limits, audit_advice,
	audit_conclusion,
};

/*
 * A comparison with a program that does nothing: every fact is new, and the
 * rules say what it is and how much it weighs.
 */
static void classify(struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;
	const struct policy policy = { .fail_on = LEVEL_ERROR };
	struct fingerprint nothing = {
		.runs = fp->runs, .spec = fp->spec,
		.plan_digest = fp->plan_digest,
	};

	compare(&d->all, &nothing, fp, &policy);
}

void document_make(struct document *d, const struct audit *a)
{
	*d = (struct document){ .audit = a };
	classify(d);
	for (size_t i = 0; i < ARRAY_LEN(chapters); i++)
		chapters[i](d);
}

void document_free(struct document *d)
{
	for (size_t i = 0; i < d->chapters.n; i++)
		vec_free(&d->chapters.v[i].parts);
	vec_free(&d->chapters);
	comparison_free(&d->all);
	arena_free(&d->arena);
}

bool audit_has_doubts(const struct audit *a)
{
	struct document d = { .audit = a };
	bool doubts;

	classify(&d);
	doubts = d.all.n_reasons;
	document_free(&d);
	return doubts;
}
