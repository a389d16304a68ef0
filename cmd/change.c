/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the change was run. */
#include "cmd/change.h"

#include "cmd/policy_edits.h"
#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/base/text.h"
#include "core/base/vec.h"

struct files {
	VEC(struct changed_file) v;
};

static void files_free(struct files *f)
{
	vec_free(&f->v);
}
#define autofiles __attribute__((cleanup(files_free)))

/* What the scenario itself reads: no call of the program shows it. */
static bool is_fed(const struct config *cfg, struct str path)
{
	static const char *const keys[] = { "stdin", "input" };
	struct str step;

	for (size_t i = 0; config_subsection(cfg, "step", i, &step); i++)
		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			if (str_eq(config_str(cfg, "step", step, keys[k]),
				   path))
				return true;
	return false;
}

static void find_exercised(struct pipeline *o, const struct session *s,
			   const struct rev_diff *diff)
{
	autofiles struct files files = { .v = { NULL, 0, 0 } };
	autobuf struct buf text = BUF_INIT;
	struct str baselines = config_str(session_config(s), "behavdiff",
					  STR(""), "baselines");

	for (size_t i = 0; i < diff->n; i++) {
		const struct rev_file *f = &diff->v[i];

		if (!f->submodule)
			*vec_push(&files.v) = (struct changed_file){
				.path = f->path, .lines = f->lines,
				.gone = f->gone,
				.fed = is_fed(session_config(s), f->path),
				.judged = path_below(f->path, baselines) ||
					  policy_edits_is_job(f->path),
			};
	}
	exercised_find(&o->exercised, &o->cmp.arena, files.v.v, files.v.n,
		       o->report.old, o->report.new);
	o->exercised.cut = diff->cut;
	o->report.exercised = &o->exercised;
	exercised_sentence(&text, &o->exercised);
	if (text.len)
		pipeline_note(o, "%s", text.p);
}

void change_note_bound(struct pipeline *o, const char *remedy)
{
	const struct fingerprint *old = o->report.old, *new = o->report.new;
	const struct bound *was, *is;

	for (size_t i = 0; i < new->n_bound; i++) {
		is = bound_change(old, new, i, &was);
		if (is)
			pipeline_note(o, "bound folder %.*s held something "
				      "else for %.*s (%.8s, now %.8s): %s",
				      STR_ARG(is->path),
				      STR_ARG(old->spec), was->digest.p,
				      is->digest.p, remedy);
	}
}

static int judge_patch(struct pipeline *o, struct session *s,
		       const struct patch *patch, struct err *err)
{
	autorevdiff struct rev_diff diff = REV_DIFF_INIT;
	struct repo *repo;

	if (session_repo(&repo, s, err))
		return -1;
	if (patch->from) {
		if (rev_diff(&diff, repo, patch->from, patch->new, err))
			return -1;
		find_exercised(o, s, &diff);
	}
	return unlike_doubts(o, s, patch, &diff, err);
}

void change_judge(struct pipeline *o, struct session *s,
		  const struct patch *patch)
{
	struct err err = ERR_INIT;

	if (patch->old_ran && rev_is_same_tree(patch->from, patch->new))
		return;
	if (judge_patch(o, s, patch, &err))
		pipeline_note(o, "what the change touches is not known: %s",
			      err.msg);
}
