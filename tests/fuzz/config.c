/* SPDX-License-Identifier: Apache-2.0 */
/* .behavdiff: what is taken can be looked up, what is not says why. */
#include "core/base/text.h"
#include "core/config/config.h"
#include "core/scenario/scenario.h"
#include "tests/fuzz/fuzz.h"

static void look_up(const struct config *cfg)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);
	char digest[33];
	struct str name;

	for (size_t i = 0; i < n; i++) {
		if (keys[i].naming != CONFIG_NAME_YES && !keys[i].many) {
			config_str(cfg, keys[i].section, STR(""), keys[i].name);
			config_num(cfg, keys[i].section, STR(""), keys[i].name);
		}
		for (size_t k = 0; keys[i].naming != CONFIG_NAME_NO &&
		     config_subsection(cfg, keys[i].section, k, &name); k++)
			config_has(cfg, keys[i].section, name, keys[i].name);
	}
	for (size_t i = 0; i < cfg->n; i++) {
		must(cfg->v[i].line > 0);
		must(!cfg->v[i].value.p[cfg->v[i].value.len]);
	}
	scenario_digest(cfg, digest);
	must(strlen(digest) == 32 || !strcmp(digest, "detected"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config cfg;
	struct err err = ERR_INIT;

	config_init(&cfg);
	if (config_parse(&cfg, "fuzz", bytes(data, size), &err)) {
		must(err.code == ERR_TROUBLE);
		must(text_is_safe(str_c(err.msg)));
		must(text_is_safe(str_c(err.hint)));
	} else {
		look_up(&cfg);
	}
	config_free(&cfg);
	return 0;
}
