/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as lines, and the sealed fingerprint: searched and digested. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/sort.h"
#include "core/base/text.h"
#include "core/fingerprint/internal.h"

#define OUTCOME STR(" = ")
#define ERRNO_LAST 4095		/* include/linux/err.h */

/* --- a fact's line --- */

typedef void put_object_fn(struct buf *out, const struct event *ev,
			   const struct places *places);

static void fingerprint_put_line(struct buf *out, const struct event *ev,
				 const struct places *places,
				 put_object_fn *put_object)
{
	assert(ev->err >= 0 && ev->err <= ERRNO_LAST);
	buf_c(out, event_name(ev->kind));
	buf_ch(out, ' ');
	put_object(out, ev, places);
	if (!ev->err)
		return;

	const char *name = event_errno_name(ev->err);

	buf_str(out, OUTCOME);
	if (name)
		buf_c(out, name);
	else
		buf_printf(out, "E%d", ev->err);
}

void fact_line(struct buf *out, const struct event *ev,
	       const struct places *places)
{
	fingerprint_put_line(out, ev, places, normalise_object);
}

void fact_line_named(struct buf *out, const struct event *ev,
		     const struct places *places)
{
	fingerprint_put_line(out, ev, places, normalise_named);
}

/* "ENOENT", or "E" and the number of an errno that has no name; 0: neither. */
static int parse_errno(struct str s)
{
	char canonical[16];
	int err = event_errno_by_name(s);

	if (err || s.len < 2 || s.len > 5 || *s.p != 'E')
		return err;
	for (size_t i = 1; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		err = err * 10 + (s.p[i] - '0');
	}
	snprintf(canonical, sizeof(canonical), "E%d", err);
	if (err > ERRNO_LAST || event_errno_name(err) ||
	    !str_eq(s, str_c(canonical)))
		return 0;
	return err;
}

bool fact_parse(struct fact *f)
{
	struct str done, errno_text, name, what;
	bool failed = str_cut(f->line, OUTCOME, &done, &errno_text);
	int outcome = failed ? parse_errno(errno_text) : 0;
	enum event_kind found;

	if (!str_cut(done, STR(" "), &name, &what) || !what.len ||
	    !text_is_safe(f->line) || (failed && !outcome))
		return false;
	found = event_by_name(name);
	if (found == EV_COUNT)
		return false;
	f->kind = found;
	f->object = what;
	f->err = outcome;
	return true;
}

void fact_take_apart(struct fact *f)
{
	bool ok = fact_parse(f);

	assert(ok);
	(void)ok;
}

/* --- searching --- */

static int compare_line(const void *key, const void *fact)
{
	return str_cmp(*(const struct str *)key,
		       ((const struct fact *)fact)->line);
}

const struct fact *fingerprint_find(const struct fingerprint *fp,
				    struct str line)
{
	if (!fp->n)
		return NULL;
	return bsearch(&line, fp->facts, fp->n, sizeof(*fp->facts),
		       compare_line);
}

const struct fact *fingerprint_next(const struct fingerprint *fp, size_t *at,
				    struct str line)
{
	int c = -1;

	while (*at < fp->n && (c = str_cmp(fp->facts[*at].line, line)) < 0)
		++*at;
	return c ? NULL : &fp->facts[*at];
}

/* The first fact whose line is not before key. */
static size_t lower_bound(const struct fingerprint *fp, struct str key)
{
	size_t low = 0, high = fp->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (str_cmp(fp->facts[mid].line, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct fact_range fingerprint_kind(const struct fingerprint *fp,
				   enum event_kind kind)
{
	autobuf struct buf key = BUF_INIT;
	size_t from;

	if (!fp->n)
		return (struct fact_range){ NULL, NULL };
	buf_printf(&key, "%s ", event_name(kind));
	from = lower_bound(fp, buf_view(&key));
	/* What follows a blank. */
	key.p[key.len - 1]++;
	return (struct fact_range){
		fp->facts + from, fp->facts + lower_bound(fp, buf_view(&key)),
	};
}

bool fingerprint_begins(const struct fingerprint *fp, struct str beginning)
{
	size_t at = lower_bound(fp, beginning);

	return at < fp->n && str_starts(fp->facts[at].line, beginning);
}

size_t fingerprint_failure(const struct fingerprint *fp, struct str op)
{
	autobuf struct buf failed = BUF_INIT;
	size_t at;

	buf_str(&failed, op);
	buf_str(&failed, OUTCOME);
	at = lower_bound(fp, buf_view(&failed));
	return at < fp->n && str_eq(fact_operation(&fp->facts[at]), op) ?
	       at : fp->n;
}

size_t fingerprint_operation(const struct fingerprint *fp, struct str op)
{
	size_t at = lower_bound(fp, op);

	if (at < fp->n && str_eq(fp->facts[at].line, op))
		return at;
	/* "OP (1)" and "OP --all" sort between "OP" and "OP = ENOENT". */
	return fingerprint_failure(fp, op);
}

/* --- sealing --- */

struct fingerprint *fingerprint_new(void)
{
	struct fingerprint *fp = mem_alloc(sizeof(*fp));

	*fp = (struct fingerprint){
		.arena = ARENA_INIT,
		.spec = STR(""), .commit = STR(""), .tree = STR(""),
		.scenario = STR(""), .entry = STR(""),
		.plan = STR("{}"), .plan_digest = STR(""),
	};
	return fp;
}

void fingerprint_free(struct fingerprint *fp)
{
	while (fp) {
		struct fingerprint *shared = fp->shared;

		/* The last fingerprint that shares it frees it. */
		if (fp->sharers) {
			fp->sharers--;
			return;
		}
		/* Everything but the struct itself is in the arena. */
		arena_free(&fp->arena);
		free(fp);
		fp = shared;
	}
}

struct fingerprint *fingerprint_share(const struct fingerprint *fp)
{
	struct fingerprint *out = fingerprint_new();

	*out = *fp;
	out->arena = (struct arena)ARENA_INIT;
	out->sharers = 0;
	/* It is on the heap, as all are; only its sharers are counted. */
	out->shared = (struct fingerprint *)fp;
	out->shared->sharers++;
	return out;
}

/* --- digests --- */

static int by_line(const void *a, const void *b)
{
	return str_cmp(((const struct fact *)a)->line,
		       ((const struct fact *)b)->line);
}

void fingerprint_sort(struct fingerprint *fp)
{
	sort_array(fp->facts, fp->n, sizeof(*fp->facts), by_line);
}

bool fact_depends_on_timing(const struct fact *f)
{
	return f->kind == EV_PROCESS_SIGNAL &&
	       str_has(f->object, STR(" to child"));
}

void fingerprint_digest(struct fingerprint *fp)
{
	struct hash_state *all = hash_begin(), *section[SECTION_COUNT];
	struct hash_state *of_kind[EV_COUNT];

	for (size_t i = 0; i < SECTION_COUNT; i++)
		section[i] = hash_begin();
	for (enum event_kind kind = 0; kind < EV_COUNT; kind++)
		of_kind[kind] = section[event_section(kind)];
	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];

		if (!fact_always(fp, f) || fact_depends_on_timing(f))
			continue;
		hash_field(all, f->line);
		hash_field(of_kind[f->kind], f->line);
	}
	hash_end(all, fp->digest);
	for (size_t i = 0; i < SECTION_COUNT; i++)
		hash_end(section[i], fp->sections[i]);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct counted *)a)->name,
		       ((const struct counted *)b)->name);
}

void fingerprint_set_syscalls(struct fingerprint *fp, const struct strmap *m)
{
	fp->n_syscalls = m->n;
	fp->syscalls = arena_alloc(&fp->arena, m->n * sizeof(*fp->syscalls));
	for (size_t i = 0; i < m->n; i++)
		fp->syscalls[i] = (struct counted){
			arena_str(&fp->arena, m->entries[i].key),
			m->entries[i].val.num,
		};
	if (m->n)
		qsort(fp->syscalls, m->n, sizeof(*fp->syscalls), by_name);
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void fingerprint_set_blind_spots(struct fingerprint *fp,
				 const struct strmap *m)
{
	fp->n_blind = m->n;
	fp->blind_spots = arena_alloc(&fp->arena,
				      m->n * sizeof(*fp->blind_spots));
	for (size_t i = 0; i < m->n; i++)
		fp->blind_spots[i] = arena_str(&fp->arena, m->entries[i].key);
	if (m->n)
		qsort(fp->blind_spots, m->n, sizeof(*fp->blind_spots),
		      by_text);
}

struct run_end run_end_copy(struct arena *a, const struct run_end *end)
{
	struct run_end copy = *end;

	copy.how = arena_str(a, end->how);
	copy.steps = arena_alloc(a, end->n_steps * sizeof(*copy.steps));
	for (size_t i = 0; i < end->n_steps; i++)
		copy.steps[i] = step_end_copy(a, &end->steps[i]);
	return copy;
}

void fingerprint_add_blind_spot(struct fingerprint *fp, const char *fmt, ...)
{
	autobuf struct buf raw = BUF_INIT;
	autobuf struct buf text = BUF_INIT;
	struct str *list;
	size_t at = 0;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&raw, fmt, ap);
	va_end(ap);
	text_sanitise(&text, buf_view(&raw));
	while (at < fp->n_blind && str_cmp(fp->blind_spots[at],
					   buf_view(&text)) < 0)
		at++;
	if (at < fp->n_blind && str_eq(fp->blind_spots[at], buf_view(&text)))
		return;
	list = arena_alloc(&fp->arena, (fp->n_blind + 1) * sizeof(*list));
	for (size_t i = 0; i < fp->n_blind; i++)
		list[i < at ? i : i + 1] = fp->blind_spots[i];
	list[at] = arena_str(&fp->arena, buf_view(&text));
	fp->blind_spots = list;
	fp->n_blind++;
}
