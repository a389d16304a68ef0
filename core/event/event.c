/* SPDX-License-Identifier: Apache-2.0 */
/* Names, shapes and sections of events: what events.def says, looked up. */
#include "core/event/event.h"

#include <assert.h>
#include <string.h>

#include "core/base/vec.h"

struct row {
	const char *name;
	const char *help;
	enum event_shape shape;
};

static const struct row rows[] = {
#define EVENT(id, name, shape, help) [EV_##id] = { name, help, SHAPE_##shape },
#include "core/event/events.def"
#undef EVENT
};

static const struct row *row_of(enum event_kind kind)
{
	assert(kind < EV_COUNT);
	return &rows[kind];
}

const char *event_name(enum event_kind kind)
{
	return row_of(kind)->name;
}

const char *event_help(enum event_kind kind)
{
	return row_of(kind)->help;
}

enum event_shape event_shape(enum event_kind kind)
{
	return row_of(kind)->shape;
}

bool event_is_clean_exit(const struct event *ev)
{
	return ev->kind == EV_PROCESS_EXIT && str_eq(ev->b, STR("status=0"));
}

enum event_kind event_by_name(struct str name)
{
	enum event_kind kind = 0;

	while (kind < EV_COUNT && !str_eq(str_c(rows[kind].name), name))
		kind++;
	return kind;
}

/* What stands in front of a name's dot, and where that belongs. */
static const struct {
	const char *prefix;
	enum event_section section;
} sections[] = {
	{ "exec", SECTION_PROCESS },
	{ "process", SECTION_PROCESS },
	{ "file", SECTION_FILE },
	{ "net", SECTION_NETWORK },
	{ "priv", SECTION_PRIVILEGE },
	{ "step", SECTION_PROCESS },
	{ "memory", SECTION_PRIVILEGE },
	{ "evasion", SECTION_PRIVILEGE },
	{ "policy", SECTION_PRIVILEGE },
	{ "syscall", SECTION_SYSCALL },
	{ "limit", SECTION_SYSCALL },
};

enum event_section event_section(enum event_kind kind)
{
	const char *name = event_name(kind);
	struct str prefix = { name, strcspn(name, ".") };

	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (str_eq(str_c(sections[i].prefix), prefix))
			return sections[i].section;
	assert(!"a row of events.def has a prefix without a section");
	return SECTION_SYSCALL;
}

const char *event_section_name(enum event_section section)
{
	static const char *const names[SECTION_COUNT] = {
		[SECTION_PROCESS] = "process",
		[SECTION_FILE] = "file",
		[SECTION_NETWORK] = "network",
		[SECTION_PRIVILEGE] = "privilege",
		[SECTION_SYSCALL] = "syscall",
	};

	assert(section < SECTION_COUNT);
	return names[section];
}

/* The kernel returns -1..-4095 for an error (include/linux/err.h). */
#define ERRNO_LAST 4095

const char *event_errno_name(int err)
{
	/* glibc names 0 too: "0". */
	return err > 0 && err <= ERRNO_LAST ? strerrorname_np(err) : NULL;
}

int event_errno_by_name(struct str name)
{
	for (int err = 1; err <= ERRNO_LAST; err++) {
		const char *known = event_errno_name(err);

		if (known && str_eq(str_c(known), name))
			return err;
	}
	return 0;
}
