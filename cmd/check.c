/* SPDX-License-Identifier: Apache-2.0 */
/* Where a change started: for the command and for the edits it judges. */
#include "cmd/check.h"

int check_start(char out[65], const struct check *c, const struct rev *rev,
		const char *from, struct err *err)
{
	struct rev base;
	int found;

	if (rev_resolve(&base, c->repo, from, err))
		return -1;
	found = base.commit[0] && rev->commit[0] ?
		repo_merge_base(out, c->repo, base.commit, rev->commit, err) :
		0;
	rev_release(&base);
	return found;
}
