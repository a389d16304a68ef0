/* SPDX-License-Identifier: Apache-2.0 */
/* The stops of a run: which step, when, by which signal. */
#include "core/run/stops.h"

#include <assert.h>
#include <signal.h>

#include "core/run/step_scheduler.h"

static bool is_server(const struct step_scheduler *st, size_t i)
{
	return st->scenario->steps[i].ready == READY_LISTEN;
}

static bool stops_is_alive(const struct step_scheduler *st, size_t i)
{
	return st->world->alive(st->world->ctx, i);
}

/* --- what is over --- */

/* By step. */
struct overs {
	bool v[CONFIG_SUBSECTIONS_MAX];
};

/* Can it never get ready any more?  A daemon outlives its first process. */
static bool is_lost(const struct step_scheduler *st, size_t i)
{
	if (step_scheduler_is_past(st, i) ||
	    (st->scenario->steps[i].ready == READY_AFTER &&
	     st->s[i].executed))
		return false;
	return !stops_is_alive(st, i);
}

/*
 * What has ended, or cannot start any more.  Steps wait for earlier ones of the
 * scenario only.
 */
static void find_overs(const struct step_scheduler *st, struct overs *over)
{
	assert(st->scenario->n <= CONFIG_SUBSECTIONS_MAX);
	for (size_t i = 0; i < st->scenario->n; i++) {
		const struct step *step = &st->scenario->steps[i];

		over->v[i] = step_scheduler_has_ended(st, i);
		for (size_t k = 0; k < step->n_after && !st->s[i].asked; k++)
			over->v[i] |= over->v[step->after[k]] &&
				      is_lost(st, step->after[k]);
	}
}

/* The servers, and what they wait for, directly or by others. */
static void find_needed(const struct step_scheduler *st, struct overs *needed)
{
	for (size_t i = st->scenario->n; i--;) {
		const struct step *step = &st->scenario->steps[i];

		needed->v[i] |= is_server(st, i);
		for (size_t k = 0; k < step->n_after && needed->v[i]; k++)
			needed->v[step->after[k]] = true;
	}
}

/* Are all steps that might need a server over, and was there any? */
static bool servers_are_free(const struct step_scheduler *st,
			     const struct overs *over)
{
	struct overs needed = { { false } };
	bool clients = false;

	find_needed(st, &needed);
	for (size_t i = 0; i < st->scenario->n; i++) {
		if (!is_server(st, i) && !over->v[i])
			return false;
		clients |= !needed.v[i];
	}
	return clients;
}

/* --- rest --- */

static void look(struct step_scheduler *st)
{
	struct stop_look *l = &st->look;
	uint64_t sum = 0;
	bool asleep = st->world->asleep(st->world->ctx, &sum);

	if (!asleep || !l->asleep || sum != l->sum)
		l->since_ms = step_scheduler_ms(st);
	l->asleep = asleep;
	l->sum = sum;
}

/* Call it due from now on; true once the sandbox has come to rest. */
static bool rests(struct step_scheduler *st, size_t i)
{
	struct stop_state *s = &st->s[i].stop;
	uint64_t now, since;

	look(st);
	now = step_scheduler_ms(st);
	if (!s->is_due) {
		s->is_due = true;
		s->due_ms = now;
	}
	since = st->look.since_ms;
	if (since < s->due_ms)
		since = s->due_ms;
	return now - s->due_ms >= STOPS_REST_MAX_MS ||
	       (st->look.asleep && now - since >= STOPS_REST_MS);
}

/* --- a step's own stop --- */

static bool awaits_own(const struct step_scheduler *st, size_t i)
{
	const struct step *step = &st->scenario->steps[i];
	const struct step_state *s = &st->s[i];
	/* What is ready once it has ended is stopped before it is ready. */
	bool may = step->ready == READY_EXIT ? s->executed : s->ready;

	return step->stop && may && !s->ended && !s->stopped;
}

/* Does it wait for time alone? */
static bool own_is_timed(const struct step_scheduler *st,
			 const struct overs *over,
			 size_t i)
{
	const struct step *step = &st->scenario->steps[i];

	return awaits_own(st, i) &&
	       (!step->stop_follows || over->v[step->stop_after]);
}

static bool own_is_due(struct step_scheduler *st, const struct overs *over,
		       size_t i)
{
	const struct step *step = &st->scenario->steps[i];

	if (!own_is_timed(st, over, i))
		return false;
	if (step->stop_follows)
		return rests(st, i);
	return step_scheduler_ms(st) - st->s[i].ready_ms >= step->stop_ms;
}

/* for_good: it is not repeated either. */
static void mark(struct step_scheduler *st, size_t i, bool for_good)
{
	struct step_state *s = &st->s[i];

	s->stopped = s->was_stopped = true;
	s->stopped_ms = step_scheduler_ms(st);
	if (for_good)
		s->round = (unsigned)step_num(&st->scenario->steps[i],
					      "repeat") - 1;
}

static bool next_own(struct step_scheduler *st, const struct overs *over,
		     struct stop_order *out)
{
	for (size_t i = 0; i < st->scenario->n; i++) {
		const struct step *step = &st->scenario->steps[i];

		if (!own_is_due(st, over, i))
			continue;
		mark(st, i, step->stop_follows);
		*out = (struct stop_order){ i, step->stop, false };
		return true;
	}
	return false;
}

/* --- servers --- */

/* The server whose turn it is: the last one that is not gone. */
static bool find_server(const struct step_scheduler *st,
			const struct overs *over,
			size_t *out)
{
	if (!servers_are_free(st, over))
		return false;
	for (size_t i = st->scenario->n; i--;) {
		if (!is_server(st, i) || (over->v[i] && !stops_is_alive(st, i)))
			continue;
		*out = i;
		return true;
	}
	return false;
}

/* Its own stop comes first, and has its time to work. */
static bool own_first(const struct step_scheduler *st, size_t i)
{
	const struct step_state *s = &st->s[i];

	return awaits_own(st, i) ||
	       (st->scenario->steps[i].stop && s->stopped && !s->stop.sent &&
		step_scheduler_ms(st) - s->stopped_ms < STOPS_GRACE_MS);
}

static bool next_server(struct step_scheduler *st, const struct overs *over,
			struct stop_order *out)
{
	uint64_t now = step_scheduler_ms(st), ago;
	struct step_state *s;
	size_t i;

	if (!find_server(st, over, &i) || !st->s[i].ready || own_first(st, i))
		return false;
	s = &st->s[i];
	ago = now - s->stop.sent_ms;
	*out = (struct stop_order){ i, SIGTERM, s->ended };
	if (s->stop.sent == STOP_NOTHING && rests(st, i)) {
		mark(st, i, true);
		s->stop.sent = s->ended ? STOP_TERM_ALL : STOP_TERM;
		s->stop.sent_ms = now;
		return true;
	}
	if (s->stop.sent == STOP_TERM && s->ended && ago >= STOPS_ORPHANS_MS) {
		s->stop.sent = STOP_TERM_ALL;
		return true;
	}
	if (!s->stop.sent || s->stop.sent == STOP_KILL || ago < STOPS_GRACE_MS)
		return false;
	s->stop.sent = STOP_KILL;
	*out = (struct stop_order){ i, SIGKILL, true };
	return true;
}

static bool stops_expects(const struct step_scheduler *st,
			  const struct overs *over)
{
	size_t server;

	for (size_t i = 0; i < st->scenario->n; i++)
		if (own_is_timed(st, over, i))
			return true;
	return find_server(st, over, &server) && st->s[server].ready;
}

bool stops_next(struct step_scheduler *st, struct stop_order *out)
{
	struct overs over;

	find_overs(st, &over);
	if (!stops_expects(st, &over))
		return false;
	return next_own(st, &over, out) || next_server(st, &over, out);
}

bool stops_expect(const struct step_scheduler *st)
{
	struct overs over;

	find_overs(st, &over);
	return stops_expects(st, &over);
}
