/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: from configuration to settings, JSON and digest. */
#include "core/sandbox/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/vec.h"

/* Nothing is inherited from the caller; see behavdiff-config(5). */
static const char *const fixed_env[] = {
	"PATH=" PLAN_PATH,
	"HOME=" PLAN_HOME,
	"USER=" PLAN_USER,
	"LOGNAME=" PLAN_USER,
	"SHELL=/bin/sh",
	"LANG=C.UTF-8",
	"TZ=UTC",
	"TERM=dumb",
	"PYTHONHASHSEED=0",
};

/* A later NAME=VALUE replaces an earlier one of the same name. */
static void plan_env_set(char **env, size_t *n, char *entry)
{
	size_t name = strcspn(entry, "=") + 1;

	for (size_t i = 0; i < *n; i++) {
		if (!strncmp(env[i], entry, name)) {
			env[i] = entry;
			return;
		}
	}
	env[(*n)++] = entry;
	env[*n] = NULL;
}

/* --- values --- */

static bool plan_has(const struct config_key *key)
{
	return key->plan.part == CONFIG_SETTING;
}

static char **plan_copy_list(struct plan *p, const struct config *cfg,
			const struct config_key *key)
{
	const struct config_entry *e;
	char **list;
	size_t n = 0;

	while (config_nth(cfg, key->section, STR(""), key->name, n))
		n++;
	list = arena_alloc(&p->arena, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		e = config_nth(cfg, key->section, STR(""), key->name, i);
		list[i] = (char *)arena_str(&p->arena, e->value).p;
	}
	return list;
}

static void plan_take(struct plan *p, const struct config *cfg,
		       const struct config_key *key, struct plan_value *out)
{
	out->list = plan_copy_list(p, cfg, key);
	if (config_is_number(key->type))
		out->num = config_num(cfg, key->section, STR(""), key->name);
	else if (!key->many)
		out->text = arena_str(&p->arena,
				      config_str(cfg, key->section, STR(""),
						 key->name));
}

static struct plan_value *plan_value_of(const struct plan *p, const char *key)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++)
		if (plan_has(&keys[i]) && !strcmp(keys[i].name, key))
			return &p->values[i];
	assert(!"a setting of keys.def");
	return NULL;
}

uint64_t plan_num(const struct plan *p, const char *key)
{
	return plan_value_of(p, key)->num;
}

struct str plan_str(const struct plan *p, const char *key)
{
	return plan_value_of(p, key)->text;
}

char *const *plan_list(const struct plan *p, const char *key)
{
	return plan_value_of(p, key)->list;
}

static void plan_make_env(struct plan *p)
{
	char *const *more = plan_list(p, "env");
	size_t extra = 0, n = 0;

	while (more[extra])
		extra++;
	p->env = arena_alloc(&p->arena, (ARRAY_LEN(fixed_env) + extra + 1) *
					sizeof(*p->env));
	for (size_t i = 0; i < ARRAY_LEN(fixed_env); i++)
		plan_env_set(p->env, &n, arena_c(&p->arena, fixed_env[i]));
	for (size_t i = 0; i < extra; i++)
		plan_env_set(p->env, &n, more[i]);
	plan_value_of(p, "env")->list = p->env;
}

/* --- the digest --- */

/*
 * Members come in an order that must stay, since the digest is that of the
 * text: the sandbox's single values, what is observed, the sandbox's lists.
 */
enum { SINGLE, OBSERVED, LISTS, GROUPS };

static int plan_group(const struct config_key *key)
{
	if (strcmp(key->section, "sandbox") != 0)
		return OBSERVED;
	return key->many ? LISTS : SINGLE;
}

static void plan_put(struct json_out *j, const struct config_key *key,
			const struct plan_value *v)
{
	const char *member = key->plan.text;

	if (config_is_number(key->type)) {
		json_put_uint(j, member, v->num);
		return;
	}
	if (!key->many) {
		json_put_str(j, member, v->text);
		return;
	}
	json_begin_array_inline(j, member);
	for (char *const *item = v->list; *item; item++)
		json_put_str(j, NULL, str_c(*item));
	json_end_array(j);
}

static void plan_put_all(struct json_out *j, const struct plan *p)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (int group = 0; group < GROUPS; group++)
		for (size_t i = 0; i < n; i++)
			if (plan_has(&keys[i]) &&
			    plan_group(&keys[i]) == group)
				plan_put(j, &keys[i], &p->values[i]);
}

static void plan_seal(struct plan *p, const struct config *cfg,
		 const char *trace_version)
{
	autobuf struct buf text = BUF_INIT;
	struct json_out j;
	char scenario[HASH_HEX_LEN + 1];

	scenario_digest(cfg, scenario);
	json_out_init(&j, &text);
	json_begin_object(&j, NULL);
	json_put_str(&j, "network", STR("none"));
	json_put_uint(&j, "uid", PLAN_UID);
	plan_put_all(&j, p);
	json_put_str(&j, "host", STR("drawn"));
	json_put_str(&j, "scenario", str_c(scenario));
	json_put_str(&j, "observer", str_c(trace_version));
	json_end_object(&j);
	json_out_end(&j);
	p->json = arena_str(&p->arena, buf_view(&text));
	hash_hex(p->digest, p->json);
}

void plan_make(struct plan *out, const struct config *cfg,
	       const struct plan_overrides *over, const char *trace_version)
{
	struct plan p = { .arena = ARENA_INIT };
	size_t n;
	const struct config_key *keys = config_keys(&n);

	p.values = arena_alloc(&p.arena, n * sizeof(*p.values));
	for (size_t i = 0; i < n; i++)
		if (plan_has(&keys[i]))
			plan_take(&p, cfg, &keys[i], &p.values[i]);
	if (over->timeout_ms)
		plan_value_of(&p, "timeout")->num = over->timeout_ms;
	if (over->syscalls)
		plan_value_of(&p, "syscalls")->text =
			arena_str(&p.arena, str_c(over->syscalls));
	plan_make_env(&p);
	identity_of_host(&p.identity);
	plan_seal(&p, cfg, trace_version);
	*out = p;
}

bool plan_all_calls(const struct plan *p)
{
	return str_eq(plan_str(p, "syscalls"), STR("all"));
}

void plan_free(struct plan *p)
{
	arena_free(&p->arena);
}
