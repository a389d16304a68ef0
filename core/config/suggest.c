/* SPDX-License-Identifier: Apache-2.0 */
/* Near names, by edit distance over the few dozen names of keys.def. */
#include "core/config/suggest.h"

#include "core/base/buf.h"
#include "core/base/edit_distance.h"
#include "core/config/config.h"

#define NEAR 2

static bool near(struct str a, struct str b)
{
	return edit_distance(a, b) <= NEAR && a.len > NEAR;
}

static void suggest_add(struct buf *list, struct str item)
{
	if (list->len)
		buf_c(list, ", ");
	buf_str(list, item);
}

static bool suggest_is_in(const struct config_key *key, struct str section)
{
	return str_eq(str_c(key->section), section);
}

/* The rows of one section stand together in keys.def. */
static bool starts_section(const struct config_key *keys, size_t i)
{
	return !i || strcmp(keys[i].section, keys[i - 1].section) != 0;
}

int config_suggest_section(struct str section, struct err *err)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);
	autobuf struct buf all = BUF_INIT;
	autobuf struct buf close = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		struct str name = str_c(keys[i].section);

		if (!starts_section(keys, i))
			continue;
		suggest_add(&all, name);
		if (near(section, name))
			suggest_add(&close, name);
	}
	if (close.len)
		return err_hint(err, "did you mean %s?", close.p);
	return err_hint(err, "sections: %s", all.p);
}

int config_suggest_key(struct str section, struct str name, struct err *err)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);
	autobuf struct buf all = BUF_INIT;
	autobuf struct buf close = BUF_INIT;
	autobuf struct buf elsewhere = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		struct str key = str_c(keys[i].name);

		if (!suggest_is_in(&keys[i], section)) {
			if (str_eq(name, key))
				suggest_add(&elsewhere, str_c(keys[i].section));
			continue;
		}
		suggest_add(&all, key);
		if (near(name, key))
			suggest_add(&close, key);
	}
	if (elsewhere.len)
		return err_hint(err, "%.*s is a key of [%s]", STR_ARG(name),
				elsewhere.p);
	if (close.len)
		return err_hint(err, "did you mean %s?", close.p);
	return err_hint(err, "keys of [%.*s]: %s", STR_ARG(section), all.p);
}
