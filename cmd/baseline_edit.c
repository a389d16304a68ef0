/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline of the work tree: opened, changed, written. */
#include "cmd/baseline_edit.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/path.h"
#include "core/scenario/scenario.h"

void baseline_edit_free(struct baseline_edit *k)
{
	free(k->path);
	buf_free(&k->text);
	buf_free(&k->out);
	baseline_free(k->old);
	rev_release(&k->tree);
	if (k->s)
		session_free(k->s);
}

int baseline_edit_open(struct baseline_edit *k, const struct settings *set,
		       struct err *err)
{
	struct run_options opt = run_options_of(set);

	k->set = set;
	return session_open(&k->s, &opt, err) ||
	       session_repo(&k->repo, k->s, err) ||
	       rev_resolve(&k->tree, k->repo, ".", err) ||
	       session_configure(k->s, ".", err) ? -1 : 0;
}

int baseline_edit_folder(const char *subdir, struct err *err)
{
	if (!*subdir || path_is_contained(str_c(subdir)))
		return 0;
	return err_set(err, ERR_TROUBLE, "'%s' is no folder below the "
		       "repository's root", subdir);
}

int baseline_edit_load(struct baseline_edit *k, const char *subdir,
		       const struct last_result *last,
		       struct err *err)
{
	struct str scenario = scenario_name(session_config(k->s));

	/* A name that is a word is no path. */
	if (!k->set->scenario && last && config_word(last->place.scenario))
		scenario = last->place.scenario;
	if (baseline_edit_folder(subdir, err))
		return -1;
	free(k->path);
	baseline_free(k->old);
	k->old = NULL;
	buf_clear(&k->text);
	k->path = baseline_file_path(session_config(k->s), subdir, scenario);
	return baseline_file_load(&k->old, &k->text, k->repo, &k->tree, k->path,
				  true, err) < 0 ? -1 : 0;
}

int baseline_edit_need(const struct baseline_edit *k, struct err *err)
{
	if (k->old)
		return 0;
	err_set(err, ERR_INCONCLUSIVE, "there is no baseline %s", k->path);
	return err_hint(err, "make one: behavdiff baseline update%s%s",
			k->set->scenario ? " --scenario " : "",
			k->set->scenario ? k->set->scenario : "");
}

int baseline_edit_save(struct baseline_edit *k, const struct baseline *b,
		       struct err *err)
{
	autobuf struct buf text = BUF_INIT;

	baseline_write(&text, b);
	if (str_eq(buf_view(&text), buf_view(&k->text))) {
		buf_printf(&k->out, "%s: unchanged, %zu fact%s, %zu accepted\n",
			   k->path, b->fp->n, str_plural(b->fp->n),
			   b->n_accepted);
		return 0;
	}
	if (baseline_file_save(k->repo, k->path, buf_view(&text), err))
		return -1;
	buf_printf(&k->out, "%s: written, %zu fact%s, %zu accepted\n", k->path,
		   b->fp->n, str_plural(b->fp->n), b->n_accepted);
	return 0;
}

int baseline_edit_date(const char *expires, struct err *err)
{
	struct str day = str_c(expires);

	if (!day.len)
		return 0;
	if (!baseline_date(day))
		return err_set(err, ERR_TROUBLE, "'%s' is no day, as "
			       "2030-12-31 is", expires);
	if (str_cmp(day, baseline_file_today()) < 0)
		return err_set(err, ERR_TROUBLE, "%s is past", expires);
	return 0;
}

/* "net.connect tcp 127.0.0.1:1 (only step login)" */
void baseline_edit_what(struct buf *out, struct str fact, struct str step)
{
	buf_str(out, fact);
	if (step.len)
		buf_printf(out, " (only step %.*s)", STR_ARG(step));
}

void baseline_edit_accept(struct baseline_edit *k, struct str fact,
			  struct str step,
			  const char *reason, const char *expires)
{
	autofree char *by = repo_user_name(k->repo);
	const struct acceptance a = {
		.fact = fact, .step = step,
		.reason = str_c(reason), .by = str_c(by),
		.date = baseline_file_today(), .expires = str_c(expires),
	};
	bool known = baseline_knows(k->old, fact, step);

	if (!known)
		baseline_accept(k->old, &a);
	buf_c(&k->out, known ? "a fact of the baseline anyway: " :
			       "accepted: ");
	baseline_edit_what(&k->out, fact, step);
	buf_ch(&k->out, '\n');
}
