/* SPDX-License-Identifier: Apache-2.0 */
/* File system activity by zone. */
#include "core/report/audit_internal.h"

static const char *const zone_names[] = {
	[ZONE_TREE] = "its own tree",
	[ZONE_HOME] = "the rest of the home",
	[ZONE_TEMP] = "temporary directories",
	[ZONE_PROC] = "/proc",
	[ZONE_DEV] = "/dev",
	[ZONE_ETC] = "/etc",
	[ZONE_SYSTEM] = "system directories",
	[ZONE_OTHER] = "elsewhere",
};

enum use { USE_READ, USE_PROBED, USE_CHANGED };

static enum use use_of(enum event_kind kind)
{
	switch (kind) {
	case EV_FILE_READ:
		return USE_READ;
	case EV_FILE_PROBE:
		return USE_PROBED;
	default:
		return USE_CHANGED;
	}
}

static bool audit_files_is_in(const struct fact *f, enum zone zone)
{
	return event_section(f->kind) == SECTION_FILE &&
	       zone_of(f->object) == zone;
}

/* Add the facts of this use to b; how many they are. */
static size_t add_use(const struct fingerprint *fp, struct basis *b,
		      enum zone zone, enum use use)
{
	size_t before = b->n;

	for (size_t i = 0; i < fp->n; i++)
		if (audit_files_is_in(&fp->facts[i], zone) &&
		    use_of(fp->facts[i].kind) == use)
			b->v[b->n++] = &fp->facts[i];
	return b->n - before;
}

/* The row rests on all of them, first on what changed. */
static void put_zone(struct document *d, enum zone zone)
{
	const struct fingerprint *fp = d->audit->fp;
	struct basis b = {
		arena_alloc(&d->arena, (fp->n + 1) * sizeof(*b.v)), 0
	};
	size_t changed = add_use(fp, &b, zone, USE_CHANGED);
	size_t read = add_use(fp, &b, zone, USE_READ);
	size_t probed = add_use(fp, &b, zone, USE_PROBED);

	if (b.n)
		audit_put_row(d, b,
			      (struct str[CELLS_MAX]){
				      str_c(zone_names[zone]),
				      audit_sprintf(d, "%zu", read),
				      audit_sprintf(d, "%zu", probed),
				      audit_sprintf(d, "%zu", changed) });
}

static void say_or_not(struct document *d, const char *rules,
		       const char *some, const char *none)
{
	struct basis b = audit_facts_by_rule(d, rules);

	if (b.n)
		audit_say(d, b, "%s: %zu", some, b.n);
	else
		audit_say(d, NO_BASIS, "%s in %s under this scenario", none,
			  audit_span_of_runs(d).p);
}

void audit_files(struct document *d)
{
	static const char *const columns[] = {
		"zone", "read", "looked for", "changed", NULL
	};

	chapter_begin(d, "files", "File system activity", columns, 0);
	d->chapters.v[d->chapters.n - 1].basis_at = 0;
	for (int zone = ZONE_TREE; zone <= ZONE_OTHER; zone++)
		put_zone(d, (enum zone)zone);
	say_or_not(d, "file-*-outside persist-* file-write-sensitive",
		   "Changes outside its own tree",
		   "No change outside its own tree was seen");
	say_or_not(d, "file-read-sensitive file-probe-secret "
		   "file-probe-sensitive",
		   "Files with secrets that were read or looked for",
		   "No file with secrets was read or looked for");
	say_or_not(d, "persist-*", "Changes to what runs later by itself",
		   "No change to what runs later by itself was seen");
	say_or_not(d, "file-program-*", "Files that became programs",
		   "No file became a program");
}
