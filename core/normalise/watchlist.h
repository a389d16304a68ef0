/* SPDX-License-Identifier: Apache-2.0 */
/* The watchlist: paths that weigh more than others, or less. */
#ifndef NORMALISE_WATCHLIST_H
#define NORMALISE_WATCHLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

/* Is a normalised path on the list of those that hold secrets? */
bool watchlist_is_sensitive(struct str path);	/* sensitive.def */
/* Is it one that a program looks for only to have it: a key, a wallet? */
bool watchlist_is_secret(struct str path);

enum startup_set {
	STARTUP_shell, STARTUP_desktop, STARTUP_service, STARTUP_cron,
	STARTUP_loader, STARTUP_access, STARTUP_COUNT
};
/* startup.def */
bool watchlist_is_startup(struct str path, enum startup_set set);

/* A row of these lists, for `list paths`. */
struct watchlist_row {
	const char *list;	/* "secret", "by-product" */
	const char *glob;
	const char *words;	/* the startup set, the runner, why; or "" */
};
const struct watchlist_row *watchlist_rows(size_t *n);

/* Is it in the tree and what tools leave there beside their results? */
bool watchlist_is_by_product(struct str path);	/* by_product.def */
/* What runs this file of the tree beside the program; NULL: nothing. */
const char *watchlist_run_by(struct str path);	/* run_by_others.def */

/* The lists (sensitive.def, startup.def) that paths of the line are on. */
unsigned watchlist_marks(struct str line);

#endif
