/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff list TABLE: the program's own tables, one row a line. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/status.h"
#include "cmd/suggest.h"
#include "core/compare/compare.h"
#include "core/config/config.h"
#include "core/event/event.h"
#include "core/report/report.h"
#include "core/selftest/specimen.h"
#include "core/trace/trace.h"

/* The levels a new fact of this kind may get, the heaviest first. */
static void put_levels(struct buf *out, enum event_kind kind)
{
	size_t n, start = out->len;
	const struct rule *rules = rules_table(&n);

	for (int level = LEVEL_ERROR; level >= LEVEL_NOTE; level--) {
		for (size_t i = 0; i < n; i++) {
			if (kind < rules[i].first || kind > rules[i].last ||
			    rules[i].level != (enum level)level)
				continue;
			if (out->len > start)
				buf_ch(out, '|');
			buf_c(out, level_name((enum level)level));
			break;
		}
	}
}

static void list_facts(struct buf *out)
{
	for (int kind = 0; kind < EV_COUNT; kind++) {
		autobuf struct buf levels = BUF_INIT;

		put_levels(&levels, (enum event_kind)kind);
		buf_printf(out, "%-16s  %-18s  %s\n",
			   event_name((enum event_kind)kind), levels.p,
			   event_help((enum event_kind)kind));
	}
}

static void list_rules(struct buf *out)
{
	size_t n;
	const struct rule *rules = rules_table(&n);

	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%-20s  %-7s  %-13s  ", rules[i].id,
			   level_name(rules[i].level),
			   category_name(rules[i].category));
		rule_text(out, &rules[i]);
		buf_ch(out, '\n');
	}
}

static void list_paths(struct buf *out)
{
	size_t n;
	const struct watchlist_row *rows = watchlist_rows(&n);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, *rows[i].words ? "%-15s  %-42s  %s\n" :
			   "%-15s  %s\n", rows[i].list, rows[i].glob,
			   rows[i].words);
}

static void list_formats(struct buf *out)
{
	size_t n;
	const struct format *formats = formats_table(&n);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%-9s  %-11s  %s\n", formats[i].name,
			   formats[i].write_audit ? "diff report" : "diff",
			   formats[i].help);
}

static void list_syscalls(struct buf *out)
{
	char name[64];
	enum syscall_class class;

	for (int nr = 0; nr < SYSCALL_LAST; nr++)
		if (syscall_by_number(nr, name, &class))
			buf_printf(out, "%-28s  %s\n", name,
				   syscall_class_name(class));
}

static void list_config(struct buf *out)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		autobuf struct buf name = BUF_INIT;

		buf_printf(&name, "%s.%s%s", keys[i].section,
			   keys[i].naming == CONFIG_NAME_YES ? "NAME." : "",
			   keys[i].name);
		buf_printf(out, "%-22s  %-10s  %s%s%s\n", name.p,
			   *keys[i].dflt ? keys[i].dflt : "-", keys[i].help,
			   keys[i].many ? " (repeatable)" : "",
			   keys[i].naming == CONFIG_NAME_STEP ?
			   " (also for one step)" : "");
	}
}

static void list_specimens(struct buf *out)
{
	size_t n;
	const struct specimen *specimens = specimen_table(&n);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%-20s  %s\n%22s%s\n", specimens[i].name,
			   specimens[i].proves, "", specimens[i].fact);
}

static void list_blind(struct buf *out)
{
	size_t n;
	const struct specimen *specimens = specimen_table(&n);

	for (size_t i = 0; i < n; i++)
		if (specimen_blind_spot(&specimens[i]))
			buf_printf(out, "%-20s  %s\n", specimens[i].name,
				   specimen_blind_spot(&specimens[i]));
}

static const struct {
	const char *name;
	void (*put)(struct buf *out);
} tables[] = {
	{ "facts", list_facts },
	{ "rules", list_rules },
	{ "paths", list_paths },
	{ "formats", list_formats },
	{ "syscalls", list_syscalls },
	{ "config", list_config },
	{ "specimens", list_specimens },
	{ "blind", list_blind },
};

static void list_tables(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		buf_printf(out, "%s\n", tables[i].name);
}

static int hint_tables(struct err *err)
{
	autobuf struct buf names = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		buf_printf(&names, "%s%s", !i ? "" :
			   i + 1 < ARRAY_LEN(tables) ? ", " : " or ",
			   tables[i].name);
	return err_hint(err, "%s", names.p);
}

static int unknown_table(const char *name, struct err *err)
{
	struct suggest nearest = SUGGEST_INIT(name);

	err_set(err, ERR_TROUBLE, "list: there is no table '%s'", name);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		suggest_try(&nearest, tables[i].name);
	if (nearest.best)
		return err_hint(err, "did you mean '%s'?", nearest.best);
	return hint_tables(err);
}

int cmd_list(const struct invocation *inv, struct err *err)
{
	autobuf struct buf out = BUF_INIT;

	if (inv->operands.n > 1) {
		err_set(err, ERR_TROUBLE, "list: one table at a time");
		return hint_tables(err);
	}
	if (!inv->operands.n) {
		list_tables(&out);
		return output_stdout(&out, err) ? -1 : STATUS_PASS;
	}
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		if (strcmp(inv->operands.v[0], tables[i].name))
			continue;
		tables[i].put(&out);
		return output_stdout(&out, err) ? -1 : STATUS_PASS;
	}
	return unknown_table(inv->operands.v[0], err);
}
