/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one command runs differently on its two sides, for two settings or two
 * commands of one program: --env gives NEW's steps a variable, --old-step and
 * --new-step let two steps of the configuration stand for one.
 *
 * The plan is what both sides have in common, so that they are comparable; what
 * they have not is named behind the revision and part of what the cache knows
 * a fingerprint by.
 */
#include <stdarg.h>
#include <string.h>

#include "core/base/vec.h"
#include "core/run/session.h"

enum { OLD, NEW };

/* --- what makes no sense --- */

static int variant_check_env(const struct session *s, struct err *err)
{
	for (size_t i = 0; i < s->opt.n_env; i++) {
		struct str variable = str_c(s->opt.env[i]);

		if (config_variable(variable)) {
			if (config_unexpanded(variable, "--env", "--env ",
					      err))
				return -1;
			continue;
		}
		err_set(err, ERR_TROUBLE, "--env: '%s' is no NAME=VALUE",
			s->opt.env[i]);
		return err_hint(err, "a NAME has letters, digits and _, for "
				"example CI=true");
	}
	if (!s->opt.n_env || !s->sides[NEW].is_file)
		return 0;
	err_set(err, ERR_TROUBLE, "--env: NEW is a file, and is not run");
	return err_hint(err, "name a revision");
}

static int check_step(const struct session *s, const char *option,
		      const char *name, struct err *err)
{
	autobuf struct buf names = BUF_INIT;
	struct str step;

	for (size_t i = 0; config_subsection(&s->config, "step", i, &step);
	     i++) {
		if (str_eq(step, str_c(name)))
			return 0;
		buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(step));
	}
	err_set(err, ERR_TROUBLE, "%s: no step '%s' is configured", option,
		name);
	if (names.len)
		return err_hint(err, "steps: %s", names.p);
	return err_hint(err, "behavdiff init writes the steps that are "
			"detected into .behavdiff");
}

static int check_steps(const struct session *s, struct err *err)
{
	const char *old = s->opt.old_step, *new = s->opt.new_step;

	if (!old && !new)
		return 0;
	if (!old || !new) {
		err_set(err, ERR_TROUBLE, "--old-step and --new-step go "
			"together");
		return err_hint(err, "name the step of the other side, too");
	}
	if (!strcmp(old, new))
		return err_set(err, ERR_TROUBLE, "--old-step and --new-step "
			       "are the same step");
	if (s->sides[OLD].is_file || s->sides[NEW].is_file) {
		err_set(err, ERR_TROUBLE, "--old-step: a side is a file, and "
			"is not run");
		return err_hint(err, "name two revisions");
	}
	return check_step(s, "--old-step", old, err) ||
	       check_step(s, "--new-step", new, err) ? -1 : 0;
}

/* --- a configuration with one step of two --- */

struct choice {
	struct str kept, dropped;
	struct str name;	/* of the kept one, from now on */
};

static bool is_either(const struct choice *c, struct str step)
{
	return str_eq(step, c->kept) || str_eq(step, c->dropped);
}

static bool variant_is_key(const struct config_entry *e, const char *section,
			   const char *name)
{
	return !strcmp(e->key->section, section) && !strcmp(e->key->name, name);
}

/* "INT after b" with another name; a time stays one. */
static void rename_stop(struct config_entry *e, const struct choice *c,
			struct arena *a)
{
	autobuf struct buf text = BUF_INIT;
	struct str step;
	uint64_t ms;
	int sig;

	if (!config_stop(e->value, &sig, &ms, &step) || !is_either(c, step))
		return;
	buf_add(&text, e->value.p, e->value.len - step.len);
	buf_str(&text, c->name);
	e->value = arena_str(a, buf_view(&text));
}

/* False: the entry is left out. */
static bool choose_entry(struct config_entry *e, const struct choice *c,
			 struct arena *a)
{
	bool of_step = !strcmp(e->key->section, "step");

	if (of_step && str_eq(e->subsection, c->dropped))
		return false;
	if (of_step && str_eq(e->subsection, c->kept))
		e->subsection = c->name;
	if ((variant_is_key(e, "step", "after") ||
	     variant_is_key(e, "scenario", "step")) &&
	    is_either(c, e->value))
		e->value = c->name;
	if (variant_is_key(e, "step", "stop"))
		rename_stop(e, c, a);
	/* The one came after the other: now there is only one. */
	return !variant_is_key(e, "step", "after") ||
	       !str_eq(e->value, e->subsection);
}

static void variant_choose(struct session *s, struct side *side,
			   const struct choice *c)
{
	struct config *cfg = arena_alloc(&s->arena, sizeof(*cfg));

	/* Never freed: what it holds is the session's. */
	*cfg = s->config;
	cfg->arena = (struct arena)ARENA_INIT;
	cfg->v = arena_alloc(&s->arena, (cfg->n + 1) * sizeof(*cfg->v));
	cfg->n = 0;
	for (size_t i = 0; i < s->config.n; i++) {
		cfg->v[cfg->n] = s->config.v[i];
		cfg->n += choose_entry(&cfg->v[cfg->n], c, &s->arena);
	}
	side->config = cfg;
}

/* --- what is said of it --- */

/* A long value is cut for the eye; the digest has all of it. */
#define SHOWN_MAX 80

__attribute__((format(printf, 3, 4)))
static void variant_describe(struct session *s, struct side *side,
			     const char *fmt, ...)
{
	struct hash_state *h = hash_begin();
	autobuf struct buf text = BUF_INIT;
	autobuf struct buf all = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	hash_field(h, str_c(side->variant_digest));
	hash_field(h, buf_view(&text));
	hash_end(h, side->variant_digest);
	if (text.len > SHOWN_MAX) {
		buf_cut(&text, SHOWN_MAX);
		buf_c(&text, "...");
	}
	if (side->variant.len)
		buf_printf(&all, "%.*s, ", STR_ARG(side->variant));
	buf_str(&all, buf_view(&text));
	side->variant = arena_str(&s->arena, buf_view(&all));
}

int variant_prepare(struct session *s, struct err *err)
{
	struct str old = str_c(s->opt.old_step), new = str_c(s->opt.new_step);

	if (variant_check_env(s, err) || check_steps(s, err))
		return -1;
	if (old.len) {
		variant_choose(s, &s->sides[OLD],
			       &(struct choice){ old, new, old });
		variant_choose(s, &s->sides[NEW],
			       &(struct choice){ new, old, old });
		variant_describe(s, &s->sides[OLD], "step %s", old.p);
		variant_describe(s, &s->sides[NEW], "step %s as %s", new.p,
				 old.p);
	}
	for (size_t i = 0; i < s->opt.n_env; i++)
		variant_describe(s, &s->sides[NEW], "%s", s->opt.env[i]);
	return 0;
}

static bool variant_has_step(const struct scenario *sc, struct str name)
{
	for (size_t i = 0; i < sc->n; i++)
		if (str_eq(sc->steps[i].name, name))
			return true;
	return false;
}

/* Behind the step's own, so that it wins. */
static void add_env(struct step *step, const struct run_options *opt,
		    struct arena *a)
{
	size_t n = 0;
	char **env;

	while (step->env[n])
		n++;
	env = arena_alloc(a, (n + opt->n_env + 1) * sizeof(*env));
	memcpy(env, step->env, n * sizeof(*env));
	for (size_t i = 0; i < opt->n_env; i++)
		env[n++] = arena_c(a, opt->env[i]);
	step->env = env;
}

int variant_apply(struct session *s, struct side *side, struct err *err)
{
	struct scenario *sc = &side->scenario;

	if (side->config && !variant_has_step(sc, str_c(s->opt.old_step))) {
		err_set(err, ERR_TROUBLE, "--old-step: scenario '%.*s' runs "
			"neither '%s' nor '%s'", STR_ARG(sc->name),
			s->opt.old_step, s->opt.new_step);
		return err_hint(err, "name one of its steps, or another "
				"--scenario");
	}
	for (size_t i = 0; side == &s->sides[NEW] && i < sc->n; i++)
		add_env(&sc->steps[i], &s->opt, &sc->arena);
	return 0;
}
