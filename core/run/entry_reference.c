/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose entry points are run, where no steps are configured.
 *
 * A change that chooses what is run could hide what it does: a new launcher.py
 * is detected before the main.py that users start.  So the entry points are
 * detected on the trusted side, the entry reference: OLD, or the side that a
 * check trusts.  The other side runs the same files where it has them all, and
 * what it would have run by itself is reported; where it has not, it is another
 * program, and runs its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/run/session.h"

/* NULL: this side runs what is detected in itself. */
static struct side *entry_reference_of(struct session *s,
				       const struct side *side)
{
	struct str step;
	struct side *g = s->opt.apart ? &s->reference : &s->sides[0];
	const struct side *referenced = &s->sides[s->opt.apart ? 0 : 1];

	if (side != referenced || g->is_file || !g->rev.spec ||
	    config_subsection(&s->config, "step", 0, &step) ||
	    rev_is_same_tree(&g->rev, &side->rev))
		return NULL;
	return g;
}

int session_entry_reference(struct session *s, const char *spec,
			    struct str entry,
			    struct err *err)
{
	s->reference_entry = entry;
	return rev_resolve(&s->reference.rev, s->repo, spec, err);
}

/* What is known of it without looking into its tree; "": nothing. */
static struct str known_entry(const struct session *s, const struct side *g)
{
	if (g->fp)
		return g->fp->entry;
	return g == &s->reference ? s->reference_entry : STR("");
}

void entry_reference_recheck(struct session *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct side *side = &s->sides[i];
		const struct side *g = entry_reference_of(s, side);

		if (!g || !side->fp ||
		    str_eq(side->fp->entry, known_entry(s, g)))
			continue;
		side_replace(side, NULL);
		side->from = "traced";
	}
}

/* A link is none of them: detection follows none. */
static bool has_entries(int tree, const struct scenario *of)
{
	for (size_t i = 0; i < of->n; i++) {
		autofd int fd = fd_open_beneath(tree, of->steps[i].entry.p,
						O_PATH);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
			return false;
	}
	return true;
}

int entry_reference_scenario(struct session *s, struct side *side,
			     struct err *err)
{
	struct side *g = entry_reference_of(s, side);
	struct scenario theirs;
	struct err own = ERR_INIT, none = ERR_INIT;
	int failed = scenario_make(&side->scenario, side->config ?
				   side->config : &s->config, side->tree,
				   &own);

	if (failed)
		*err = own;
	if (!g || (!failed && str_eq(side->scenario.how, known_entry(s, g))))
		return failed;
	if (g->tree < 0 && trees_export(s, &g, 1, err))
		return -1;
	if (scenario_make(&theirs, &s->config, g->tree, &none))
		return failed;
	if ((!failed && str_eq(side->scenario.how, theirs.how)) ||
	    !has_entries(side->tree, &theirs)) {
		scenario_free(&theirs);
		return failed;
	}
	if (failed)
		*err = (struct err)ERR_INIT;
	else
		side->own = side->scenario;
	side->scenario = theirs;
	side->referenced = true;
	return 0;
}

void entry_reference_tree_key(char out[65], const struct side *side,
			      const char *tree)
{
	struct hash_state *h;

	if (!side->referenced && !side->variant.len) {
		snprintf(out, 65, "%s", tree);
		return;
	}
	h = hash_begin();
	hash_field(h, str_c(tree));
	hash_field(h, side->referenced ? side->scenario.how : STR(""));
	hash_field(h, str_c(side->variant_digest));
	hash_end(h, out);
}

size_t session_moved(const struct session *s, size_t side, size_t i,
		     struct str *path)
{
	const struct side *at = &s->sides[side];

	for (; i < at->own.n; i++) {
		bool run = false;

		*path = at->own.steps[i].entry;
		for (size_t k = 0; k < at->scenario.n; k++)
			run |= str_eq(at->scenario.steps[k].entry, *path);
		if (!run)
			return i + 1;
	}
	return 0;
}
