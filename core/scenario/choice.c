/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the configured steps a scenario runs. */
#include <assert.h>

#include "core/base/buf.h"
#include "core/scenario/scenario.h"

struct str scenario_name(const struct config *cfg)
{
	return cfg->scenario.len ? cfg->scenario : STR("default");
}

static bool choice_is_configured(const struct config *cfg, struct str name)
{
	return config_has(cfg, "scenario", name, "step");
}

/* "default" is every step, unless it is configured. */
int scenario_check(const struct config *cfg, struct err *err)
{
	struct str name = scenario_name(cfg), one;
	autobuf struct buf names = BUF_INIT;

	if (str_eq(name, STR("default")) || choice_is_configured(cfg, name))
		return 0;
	buf_c(&names, "default");
	for (size_t i = 0; config_subsection(cfg, "scenario", i, &one); i++)
		if (!str_eq(one, STR("default")))
			buf_printf(&names, ", %.*s", STR_ARG(one));
	err_set(err, ERR_TROUBLE, "%s: there is no scenario '%.*s'", cfg->name,
		STR_ARG(name));
	return err_hint(err, "scenarios: %s; a new one is [scenario \"NAME\"] "
			"with step = STEP", names.p);
}

static bool is_listed(const struct config *cfg, struct str step)
{
	const struct config_entry *e;

	for (size_t i = 0; (e = config_nth(cfg, "scenario",
					   scenario_name(cfg), "step", i)); i++)
		if (str_eq(e->value, step))
			return true;
	return false;
}

static bool choice_waits_for(const struct config *cfg, struct str step,
			     struct str other)
{
	const struct config_entry *e;

	for (size_t i = 0; (e = config_nth(cfg, "step", step, "after", i));
	     i++)
		if (str_eq(e->value, other))
			return true;
	return false;
}

/* Is the at-th step waited for by one that is wanted already? */
static bool is_needed(const struct config *cfg, const bool *wanted, size_t at)
{
	struct str one, other;

	config_subsection(cfg, "step", at, &other);
	for (size_t i = 0; config_subsection(cfg, "step", i, &one); i++)
		if (wanted[i] && choice_waits_for(cfg, one, other))
			return true;
	return false;
}

void scenario_wanted(const struct config *cfg, bool *wanted)
{
	bool all = !choice_is_configured(cfg, scenario_name(cfg)), grown = true;
	struct str step;

	for (size_t i = 0; config_subsection(cfg, "step", i, &step); i++) {
		assert(i < CONFIG_SUBSECTIONS_MAX);
		wanted[i] = all || is_listed(cfg, step);
	}
	while (grown) {
		grown = false;
		for (size_t i = 0; config_subsection(cfg, "step", i, &step);
		     i++) {
			if (wanted[i] || !is_needed(cfg, wanted, i))
				continue;
			wanted[i] = grown = true;
		}
	}
}
