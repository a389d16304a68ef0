/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys.  It asks nothing of the world, nor do its readers. */
#include "core/base/vec.h"
#include "core/config/config.h"

enum { ONCE, MANY };

static const struct config_key keys[] = {
#define SETTING(member) CONFIG_SETTING, member
#define SCENARIO CONFIG_SCENARIO, ""
#define APART(why) CONFIG_APART, why
#define KEY(section_, subsection_, name_, type_, multi_, min_, max_, dflt_,  \
	    plan_, help_)						     \
	{ .section = section_, .naming = CONFIG_NAME_##subsection_,	     \
	  .name = name_, .type = CONFIG_##type_, .many = multi_,	     \
	  .min = min_, .max = max_, .dflt = dflt_, .plan = { plan_ },	     \
	  .help = help_ },
#include "core/config/keys.def"
#undef KEY
#undef SETTING
#undef SCENARIO
#undef APART
};

const struct config_key *config_keys(size_t *n)
{
	*n = ARRAY_LEN(keys);
	return keys;
}

bool config_is_number(enum config_type type)
{
	return type == CONFIG_COUNT || type == CONFIG_SIZE ||
	       type == CONFIG_DURATION;
}

void config_put_number(struct buf *out, enum config_type type, uint64_t num)
{
	static const struct {
		enum config_type type;
		uint64_t of;
		const char *unit;
	} units[] = {
		{ CONFIG_SIZE, 1ULL << 30, "G" },
		{ CONFIG_SIZE, 1ULL << 20, "M" },
		{ CONFIG_SIZE, 1ULL << 10, "k" },
		{ CONFIG_DURATION, 1000, "s" },
		{ CONFIG_DURATION, 1, "ms" },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i].type == type && num && !(num % units[i].of)) {
			buf_printf(out, "%llu%s",
				   (unsigned long long)(num / units[i].of),
				   units[i].unit);
			return;
		}
	buf_printf(out, "%llu", (unsigned long long)num);
}
