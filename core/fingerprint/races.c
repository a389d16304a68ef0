/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes that only show which task came first.
 *
 * Two threads make one directory, a client tries until its server listens, a
 * process looks for a file until another has made it: whether the failure
 * before the success is seen is the scheduler's choice, not the program's.
 * Where an operation succeeds in the same run, its failures by the state
 * of things are taken out; a failure by permission or policy
 * stays, and so does the failure of a task that repeats what it alone has done
 * before.  A call that was only interrupted or under way gives way to any other
 * result of the same operation.
 *
 * That a file which the run made is given the time of now, as git does with an
 * object it would have to write again, says no more than that it was made; and
 * whether git looks again depends on how fast the run is.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/fingerprint/internal.h"

static bool is_under_way(int err)
{
	return err == EINTR || err == EAGAIN || err == EINPROGRESS ||
	       err == EALREADY;
}

/* There already, not there yet, in use just now. */
static bool is_state(int err)
{
	switch (err) {
	case EEXIST: case ENOENT: case ENOTEMPTY: case EBUSY: case ETXTBSY:
	case ECONNREFUSED: case EADDRINUSE: case ESRCH:
		return true;
	default:
		return is_under_way(err);
	}
}

static struct fact *races_find(struct fingerprint *fp, struct str line)
{
	const struct fact *f = fingerprint_find(fp, line);

	return f ? fp->facts + (f - fp->facts) : NULL;
}

static struct fact *find_other(struct fingerprint *fp, enum event_kind kind,
			       struct str object)
{
	autobuf struct buf line = BUF_INIT;

	buf_c(&line, event_name(kind));
	buf_ch(&line, ' ');
	buf_str(&line, object);
	return races_find(fp, buf_view(&line));
}

/* Done by one task, both of them: there was no task to race with. */
static bool same_task(const struct fact *a, const struct fact *b)
{
	return a->task > 0 && a->task == b->task;
}

/*
 * Whether a file that the run itself makes and removes is there when a task
 * looks is a matter of time; that it is made and removed are facts.
 */
static bool comes_and_goes(struct fingerprint *fp, const struct fact *f)
{
	const struct fact *made, *removed;

	if (f->kind != EV_FILE_PROBE || (f->err && !is_state(f->err)))
		return false;
	made = find_other(fp, EV_FILE_CREATE, f->object);
	removed = find_other(fp, EV_FILE_DELETE, f->object);
	return made && removed &&
	       !(same_task(f, made) && same_task(f, removed));
}

/* Another failure of the same operation that had come to its end. */
static struct fact *find_ended(struct fingerprint *fp, const struct fact *f)
{
	size_t i = fingerprint_operation(fp, fact_operation(f));

	for (; i < fp->n &&
	     str_eq(fact_operation(&fp->facts[i]), fact_operation(f));
	     i++)
		if (!is_under_way(fp->facts[i].err))
			return &fp->facts[i];
	return NULL;
}

/* The fact that says all that f says, or NULL. */
static struct fact *absorbs(struct fingerprint *fp, const struct fact *f)
{
	struct fact *by = NULL;

	if (!f->err || !is_state(f->err))
		return NULL;
	by = races_find(fp, fact_operation(f));
	/* Looking for a file and opening it are one operation, two names. */
	if (!by && f->kind == EV_FILE_PROBE)
		by = find_other(fp, EV_FILE_READ, f->object);
	if (by && same_task(f, by) && by->ev.ns <= f->ev.ns &&
	    !is_under_way(f->err))
		return NULL;
	if (!by && is_under_way(f->err))
		by = find_ended(fp, f);
	return by;
}

/* The name that a fact gave to a file, or "". */
static struct str made_name(const struct fact *f)
{
	struct str a, b;

	str_cut(f->object, STR(" -> "), &a, &b);
	switch (f->err ? EV_COUNT : f->kind) {
	case EV_FILE_CREATE:
		return f->object;
	case EV_FILE_RENAME:
		return b;
	case EV_FILE_LINK:
		return b.len ? a : STR("");
	default:
		return STR("");
	}
}

static const struct str now = { " times now", 10 };

static bool sets_now(const struct fact *f)
{
	return f->kind == EV_FILE_MODE && !f->err && str_ends(f->object, now);
}

static void mark_fresh(const struct fingerprint *fp, bool *gone)
{
	struct strmap fresh = STRMAP_INIT;

	for (size_t i = 0; i < fp->n; i++) {
		struct str path = fp->facts[i].object;

		if (!sets_now(&fp->facts[i]))
			continue;
		path.len -= now.len;
		strmap_put(&fresh, path)->val.num = i + 1;
	}
	for (size_t i = 0; fresh.n && i < fp->n; i++) {
		const struct strmap_entry *e =
			strmap_get(&fresh, made_name(&fp->facts[i]));

		if (e)
			gone[e->val.num - 1] = true;
	}
	strmap_free(&fresh);
}

/*
 * The one counts for the other.  Which of two steps did it first was the
 * scheduler's choice: the one that failed counts as doing it.  To look for a
 * path is not to read it.
 */
static void take_over(struct fingerprint *fp, struct fact *by,
		      const struct fact *gone)
{
	if (by->kind == gone->kind)
		fact_count_too(&fp->arena, by, gone);
	else
		by->ev.count += gone->ev.count;
}

void races_settle(struct fingerprint *fp)
{
	size_t kept = 0;
	bool *gone = mem_array(fp->n + 1, sizeof(*gone));

	for (size_t i = 0; i < fp->n; i++) {
		struct fact *by = absorbs(fp, &fp->facts[i]);

		if (by)
			take_over(fp, by, &fp->facts[i]);
		gone[i] = by || comes_and_goes(fp, &fp->facts[i]);
	}
	mark_fresh(fp, gone);
	for (size_t i = 0; i < fp->n; i++)
		if (!gone[i])
			fp->facts[kept++] = fp->facts[i];
	fp->n = kept;
	free(gone);
}
