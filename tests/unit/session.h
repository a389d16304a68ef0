/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions over a scratch repository, up to where a sandbox would be needed;
 * what was run is made up.
 */
#ifndef TESTS_UNIT_SESSION_H
#define TESTS_UNIT_SESSION_H

#include "core/run/session.h"
#include "tests/unit/source_repo.h"
#include "tests/unit/traced.h"

/* With these revisions of the repository r as its sides; "" ends them. */
static inline struct session *session_of(struct place *p,
					 const struct run_options *with,
					 const char *old, const char *new)
{
	struct run_options opt = *with;
	struct err err = ERR_INIT;
	struct session *s;
	/* Borrowed by the session. */
	static char dir[128];

	snprintf(dir, sizeof(dir), "%s/r", p->dir);
	opt.dir = dir;
	if (session_open(&s, &opt, &err) ||
	    (*old && session_add(s, old, &err)) ||
	    (*new && session_add(s, new, &err)))
		fail_msg("%s", err.msg);
	return s;
}

/* As its runs would have left a side that was exported. */
static inline void side_traced(struct session *s, size_t i, const char *program)
{
	struct side *side = &s->sides[i];

	side->fp = traced(program, "exit", session_runs(s));
	side->from = "traced";
	snprintf(side->info.digest, sizeof(side->info.digest), "%.32s",
		 side->rev.tree[0] ? side->rev.tree : side->rev.commit);
	session_plan(s);
	session_describe(s, side);
	binds_describe(s, side->fp);
}

#endif
