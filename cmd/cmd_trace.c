/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff trace REV: one fingerprint as JSON. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/pipeline.h"
#include "cmd/status.h"
#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/compare/compare.h"

/*
 * A fingerprint compared with itself has no findings; what is left are the
 * doubts about its runs.
 */
int trace_judge_alone(const struct fingerprint *fp)
{
	__attribute__((cleanup(comparison_free)))
	struct comparison cmp = { .arena = ARENA_INIT };
	struct policy policy = { .fail_on = LEVEL_NEVER };

	compare(&cmp, fp, fp, &policy);
	for (size_t i = 0; i < cmp.n_reasons; i++) {
		autobuf struct buf safe = BUF_INIT;

		text_sanitise(&safe, cmp.reasons[i]);
		fprintf(stderr, "behavdiff: doubt: %s\n", safe.p);
	}
	return status_of_verdict(cmp.verdict);
}

int cmd_trace(const struct invocation *inv, struct err *err)
{
	struct run_options opt = run_options_of(&inv->set);
	autosession struct session *s = NULL;
	autobuf struct buf out = BUF_INIT;
	const char *path = inv->set.output;

	if (path && !strcmp(path, "-"))
		path = NULL;
	if (command_takes(inv, 1, 1, err) ||
	    (path && fd_try_file_atomic(path, err)) ||
	    session_open(&s, &opt, err) ||
	    session_add(s, inv->operands.v[0], err) ||
	    session_run_all(s, err))
		return -1;
	fingerprint_write(&out, session_fingerprint(s, 0));
	if (path ? output_file(path, &out, err) : output_stdout(&out, err))
		return -1;
	return trace_judge_alone(session_fingerprint(s, 0));
}
