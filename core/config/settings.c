/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two plans side by side.  A plan's settings are one JSON object: a member for
 * each key of keys.def that is a SETTING, and a few that no key sets.  The
 * words are those of the file, so that what is read can be typed.
 */
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/config/config.h"

/* As large as a fingerprint's reader lets a plan be. */
#define PLAN_MAX ((size_t)256 << 20)
#define SHOWN_MAX 120		/* bytes of one value */

/* Members that stand for no key, and what to call them. */
static const struct {
	const char *member;
	const char *name;
	bool is_digest;		/* its value says nothing to a reader */
} fixed[] = {
	{ "network", "the network", false },
	{ "uid", "the user's id", false },
	{ "host", "the host's name", false },
	{ "scenario", "the steps of the scenario", true },
	{ "observer", "what behavdiff records, by version", false },
};

static const struct config_key *settings_key(const char *member)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++)
		if (keys[i].plan.part == CONFIG_SETTING &&
		    !strcmp(keys[i].plan.text, member))
			return &keys[i];
	return NULL;
}

static const struct json *settings_member(const struct json *plan,
					  struct str name)
{
	for (const struct json *v = json_first(plan); v; v = json_next(v))
		if (str_eq(json_key(v), name))
			return v;
	return NULL;
}

/* --- values, as the file has them --- */

static bool settings_has(const struct json *array, struct str wanted)
{
	struct str s;

	for (const struct json *v = json_first(array); v; v = json_next(v))
		if (json_is_string(v, &s) && str_eq(s, wanted))
			return true;
	return false;
}

/* An item of a list that other, a list too, has not; NULL: all of them. */
static void settings_put_items(struct buf *out, const struct json *list,
		      const struct json *other)
{
	struct str s;

	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		if (!json_is_string(v, &s) || (other && settings_has(other, s)))
			continue;
		if (out->len)
			buf_c(out, ", ");
		text_sanitise(out, s);
	}
}

static void settings_put_value(struct buf *out, const struct json *v,
		      const struct json *other, const struct config_key *key)
{
	uint64_t num;
	struct str s;
	bool b;

	if (!v)
		buf_c(out, key ? key->dflt : "");
	else if (json_is_uint(v, &num))
		config_put_number(out, key ? key->type : CONFIG_COUNT, num);
	else if (json_is_string(v, &s))
		text_sanitise(out, s);
	else if (json_is_bool(v, &b))
		buf_c(out, b ? "yes" : "no");
	else
		settings_put_items(out, v, other);
}

/* Of two lists with the same items. */
static bool settings_in_order(const struct json *a, const struct json *b)
{
	struct str s, t;

	a = json_first(a);
	b = json_first(b);
	for (; a && b; a = json_next(a), b = json_next(b))
		if (json_is_string(a, &s) && json_is_string(b, &t) &&
		    !str_eq(s, t))
			return false;
	return !a && !b;
}

/* --- settings --- */

static void settings_put_shown(struct buf *out, const struct buf *value)
{
	struct str s = buf_view(value);

	if (s.len <= SHOWN_MAX) {
		buf_c(out, s.len ? s.p : "nothing");
		return;
	}
	text_sanitise(out, (struct str){ s.p, SHOWN_MAX });
	buf_c(out, "...");
}

static void settings_put_name(struct buf *out, struct str member,
		     const struct config_key *key)
{
	if (out->len)
		buf_c(out, ", ");
	if (key) {
		buf_printf(out, "%s.%s", key->section, key->name);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (str_eq(member, str_c(fixed[i].member))) {
			buf_c(out, fixed[i].name);
			return;
		}
	text_sanitise(out, member);
}

static bool settings_is_digest(struct str member)
{
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (str_eq(member, str_c(fixed[i].member)))
			return fixed[i].is_digest;
	return false;
}

/* Does this one differ?  Then how, in words.  One of both may be NULL. */
static bool settings_put(struct buf *out, struct str member,
			const struct json *was, const struct json *is)
{
	const struct config_key *key = settings_key(member.p);
	autobuf struct buf a = BUF_INIT, b = BUF_INIT;
	bool same;

	settings_put_value(&a, was, is, key);
	settings_put_value(&b, is, was, key);
	same = str_eq(buf_view(&a), buf_view(&b));
	if (same && (!was || !is || a.len || settings_in_order(was, is)))
		return false;
	settings_put_name(out, member, key);
	if (same) {
		buf_c(out, " in another order");
	} else if (!settings_is_digest(member)) {
		buf_ch(out, ' ');
		settings_put_shown(out, &a);
		buf_c(out, " and ");
		settings_put_shown(out, &b);
	}
	return true;
}

bool config_settings_differ(struct buf *out, struct str was, struct str is)
{
	autojson struct json *a = NULL, *b = NULL;
	struct err ignored = ERR_INIT;
	bool differ = false;

	if (json_parse(&a, was, PLAN_MAX, &ignored) ||
	    json_parse(&b, is, PLAN_MAX, &ignored))
		return false;
	for (const struct json *v = json_first(a); v; v = json_next(v))
		differ |= settings_put(out, json_key(v), v,
				      settings_member(b, json_key(v)));
	for (const struct json *v = json_first(b); v; v = json_next(v))
		if (!settings_member(a, json_key(v)))
			differ |= settings_put(out, json_key(v), NULL, v);
	return differ;
}
