/* SPDX-License-Identifier: Apache-2.0 */
/* What group.c asks the kinds of cause (causes.def, group_keys.c). */
#ifndef COMPARE_GROUP_H
#define COMPARE_GROUP_H

#include "core/base/strmap.h"
#include "core/compare/internal.h"

struct grouping {
	struct matching *m;
	struct comparison *c;
	/* Chains of programs that were executed for the first time. */
	struct strmap programs;
	/* "PARENT > PROGRAM" of these: their chain. */
	struct strmap pairs;
	/* Folders that a run of NEW made: what below them runs again later. */
	struct strmap lasting;
	/* Paths that a run of NEW made; num: what is below some. */
	struct strmap made;
	/* Chains: the only peer that they speak to, or "". */
	struct strmap peers;
	/* "CHAIN\nNAME": the peer that is spoken to by this name. */
	struct strmap names;
};

void grouping_begin(struct grouping *g, struct matching *m);
void grouping_end(struct grouping *g);

/* May it be grouped: is it new, not accepted, and without a cause so far? */
bool finding_is_free(const struct comparison *c, size_t i);

/* Is it a folder that many programs share (shared.def)? */
bool group_folder_is_shared(struct str path);
/* Append the folder that the run made and a file is in, else its own. */
bool finding_folder(const struct grouping *g, const struct finding *f,
		    struct buf *out);

/* --- advice.c --- */

/* Fill in the comparison's advice. */
void advice_find(struct grouping *g);

/* --- group_keys.c --- */

/*
 * What the finding shares with others of its cause, up to a newline to be
 * shown, and behind it, not to be shown; false when it is of no such cause.
 */
#define CAUSE(id, name, min, first, words)				\
	bool cause_key_##id(const struct grouping *g, const struct finding *f,\
			    struct buf *key);				\
	bool cause_leads_##id(const struct finding *f, struct str key);
#include "core/compare/causes.def"
#undef CAUSE

#endif
