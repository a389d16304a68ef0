/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: from configuration to settings, JSON and digest. */
#include "core/sandbox/plan.h"

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
static void env_set(char **env, size_t *n, char *entry)
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

static size_t count_many(const struct config *cfg, const char *section,
			 const char *name)
{
	size_t n = 0;

	while (config_nth(cfg, section, STR(""), name, n))
		n++;
	return n;
}

static char **copy_many(struct plan *p, const struct config *cfg,
			const char *name)
{
	size_t n = count_many(cfg, "sandbox", name);
	char **list = arena_alloc(&p->arena, (n + 1) * sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = (char *)arena_str(&p->arena,
			config_nth(cfg, "sandbox", STR(""), name, i)->value).p;
	return list;
}

static void make_env(struct plan *p, const struct config *cfg)
{
	size_t extra = count_many(cfg, "sandbox", "env"), n = 0;
	char **more = copy_many(p, cfg, "env");

	p->env = arena_alloc(&p->arena, (ARRAY_LEN(fixed_env) + extra + 1) *
					sizeof(*p->env));
	for (size_t i = 0; i < ARRAY_LEN(fixed_env); i++)
		env_set(p->env, &n, arena_c(&p->arena, fixed_env[i]));
	for (size_t i = 0; i < extra; i++)
		env_set(p->env, &n, more[i]);
}

static void put_list(struct json_out *j, const char *key, char **list)
{
	json_begin_array_inline(j, key);
	for (; *list; list++)
		json_put_str(j, NULL, str_c(*list));
	json_end_array(j);
}

static void seal(struct plan *p, const struct config *cfg,
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
	json_put_uint(&j, "timeout_ms", p->timeout_ms);
	json_put_uint(&j, "memory", p->memory);
	json_put_uint(&j, "files", p->files);
	json_put_uint(&j, "processes", p->processes);
	json_put_uint(&j, "descriptors", p->descriptors);
	json_put_str(&j, "syscalls", p->all_calls ? STR("all") :
						    STR("notable"));
	put_list(&j, "env", p->env);
	put_list(&j, "binds", p->binds);
	put_list(&j, "addresses", p->addresses);
	json_put_str(&j, "host", STR(PLAN_HOST));
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

	p.timeout_ms = over->timeout_ms ? over->timeout_ms :
		config_num(cfg, "sandbox", STR(""), "timeout");
	p.memory = config_num(cfg, "sandbox", STR(""), "memory");
	p.files = config_num(cfg, "sandbox", STR(""), "files");
	p.processes = (unsigned)config_num(cfg, "sandbox", STR(""),
					   "processes");
	p.descriptors = (unsigned)config_num(cfg, "sandbox", STR(""),
					     "descriptors");
	p.all_calls = str_eq(over->syscalls ? str_c(over->syscalls) :
			     config_str(cfg, "behavdiff", STR(""), "syscalls"),
			     STR("all"));
	make_env(&p, cfg);
	p.binds = copy_many(&p, cfg, "bind");
	p.addresses = copy_many(&p, cfg, "address");
	seal(&p, cfg, trace_version);
	*out = p;
}

void plan_free(struct plan *p)
{
	arena_free(&p->arena);
}
