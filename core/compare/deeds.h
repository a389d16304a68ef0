/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the runs of one side made, removed and executed: for rules that look
 * beyond one line.  Filled at the first question; NULL knows nothing.
 */
#ifndef COMPARE_DEEDS_H
#define COMPARE_DEEDS_H

#include "core/base/strmap.h"
#include "core/fingerprint/fingerprint.h"

struct deeds {
	const struct fingerprint *fp;
	bool filled;
	struct strmap made;	/* path -> the fact that made or wrote it */
	struct strmap removed;	/* paths that were deleted or moved away */
	struct strmap run;	/* programs executed, scripts interpreted */
	struct strmap set_id;	/* programs with set-id bits, executed */
	struct strmap dirs;	/* of temporary places, with something in */
};

#define DEEDS_INIT(of) { .fp = (of), .made = STRMAP_INIT, \
	.removed = STRMAP_INIT, .run = STRMAP_INIT, .set_id = STRMAP_INIT, \
	.dirs = STRMAP_INIT }

void deeds_free(struct deeds *d);

/* Did a run make this file, write to it, or move it there? */
bool deeds_made(struct deeds *d, struct str path);
bool deeds_removed(struct deeds *d, struct str path);
/* Was it executed, or given to an interpreter as its program? */
bool deeds_ran(struct deeds *d, struct str path);
/* Was it executed, and has it set-id bits? */
bool deeds_is_set_id(struct deeds *d, struct str path);
/*
 * Does the path lie in a directory that a run itself made in a temporary
 * place, or is it that directory?
 */
bool deeds_own_temp(struct deeds *d, struct str path);
/* Did another program than the one that made it read this file? */
bool deeds_passed_on(struct deeds *d, struct str path);
/*
 * The script that an exec.args fact has an interpreter run, and a run made; ""
 * where there is none.
 */
struct str deeds_made_script(struct deeds *d, const struct fact *f);

#endif
