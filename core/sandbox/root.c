/* SPDX-License-Identifier: Apache-2.0 */
/* What the root of the sandbox consists of: tables, and the words of mounts. */
#include "core/sandbox/root.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "core/base/vec.h"
#include "core/sandbox/plan.h"
#include "core/sandbox/sandbox.h"

/* Directories of the host that show through, each below a private layer. */
static const char *const system_dirs[] = {
	"usr", "etc", "opt", "bin", "sbin", "lib", "lib32", "lib64", "libx32",
};

const char *const *root_system_dirs(size_t *n)
{
	*n = ARRAY_LEN(system_dirs);
	return system_dirs;
}

static const struct root_dir private_dirs[] = {
	{ "/home/" PLAN_USER, 0755, "home" },
	{ "/tmp", 01777, "tmp" },
	{ "/var/tmp", 01777, "vartmp" },
	{ "/dev/shm", 01777, "shm" },
	{ "/run/lock", 01777, "lock" },
};

const struct root_dir *root_private_dirs(size_t *n)
{
	*n = ARRAY_LEN(private_dirs);
	return private_dirs;
}

static const struct root_dir plain_dirs[] = {
	{ "home", 0755, NULL }, { "home/" PLAN_USER, 0755, NULL },
	{ "root", 0, NULL }, { "run", 0755, NULL }, { "run/lock", 0755, NULL },
	{ "var", 0755, NULL }, { "var/tmp", 0755, NULL },
	{ "var/lib", 0755, NULL }, { "var/log", 0755, NULL },
	{ "var/cache", 0755, NULL }, { "var/spool", 0755, NULL },
	{ "tmp", 0755, NULL }, { "mnt", 0755, NULL }, { "media", 0755, NULL },
	{ "srv", 0755, NULL }, { "sys", 0755, NULL }, { "boot", 0755, NULL },
	{ "proc", 0755, NULL }, { "dev", 0755, NULL },
	{ "dev/shm", 0755, NULL }, { "dev/pts", 0755, NULL },
};

const struct root_dir *root_plain_dirs(size_t *n)
{
	*n = ARRAY_LEN(plain_dirs);
	return plain_dirs;
}

/* Debian's own accounts (base-passwd), which every system has. */
#define SYSTEM_ACCOUNT(name, ids, home) \
	name ":x:" ids ":" name ":" home ":/usr/sbin/nologin\n"
static const char passwd[] =
	"root:x:0:0:root:/root:/bin/bash\n"
	SYSTEM_ACCOUNT("daemon", "1:1", "/usr/sbin")
	SYSTEM_ACCOUNT("bin", "2:2", "/bin")
	SYSTEM_ACCOUNT("sys", "3:3", "/dev")
	"sync:x:4:65534:sync:/bin:/bin/sync\n"
	SYSTEM_ACCOUNT("games", "5:60", "/usr/games")
	SYSTEM_ACCOUNT("man", "6:12", "/var/cache/man")
	SYSTEM_ACCOUNT("lp", "7:7", "/var/spool/lpd")
	SYSTEM_ACCOUNT("mail", "8:8", "/var/mail")
	SYSTEM_ACCOUNT("news", "9:9", "/var/spool/news")
	SYSTEM_ACCOUNT("uucp", "10:10", "/var/spool/uucp")
	SYSTEM_ACCOUNT("proxy", "13:13", "/bin")
	SYSTEM_ACCOUNT("www-data", "33:33", "/var/www")
	SYSTEM_ACCOUNT("backup", "34:34", "/var/backups")
	SYSTEM_ACCOUNT("list", "38:38", "/var/list")
	SYSTEM_ACCOUNT("irc", "39:39", "/run/ircd")
	"_apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n"
	"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
	PLAN_USER ":x:1000:1000::" PLAN_HOME ":/bin/sh\n";

static const char group[] =
	"root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\n"
	"disk:x:6:\nlp:x:7:\nmail:x:8:\nnews:x:9:\nuucp:x:10:\nman:x:12:\n"
	"proxy:x:13:\nkmem:x:15:\ndialout:x:20:\nfax:x:21:\nvoice:x:22:\n"
	"cdrom:x:24:\nfloppy:x:25:\ntape:x:26:\nsudo:x:27:\naudio:x:29:\n"
	"dip:x:30:\nwww-data:x:33:\nbackup:x:34:\noperator:x:37:\n"
	"list:x:38:\nirc:x:39:\nsrc:x:40:\nshadow:x:42:\nutmp:x:43:\n"
	"video:x:44:\nsasl:x:45:\nplugdev:x:46:\nstaff:x:50:\ngames:x:60:\n"
	"users:x:100:\nnogroup:x:65534:\n" PLAN_USER ":x:1000:\n";

static const struct root_file identity[] = {
	{ "passwd", passwd },
	{ "group", group },
	{ "hosts", "127.0.0.1\tlocalhost\n127.0.1.1\t" ROOT_HOST "\n"
		"::1\tlocalhost ip6-localhost ip6-loopback\n" },
	{ "hostname", ROOT_HOST "\n" },
	{ "resolv.conf", "nameserver " PLAN_RESOLVER "\n" },
	{ "machine-id", ROOT_MACHINE_ID "\n" },
};

void root_file_text(struct buf *out, const struct root_file *file,
		    const struct identity *names)
{
	const struct { struct str mark; const char *value; } marks[] = {
		{ STR(ROOT_HOST), names->host },
		{ STR(ROOT_MACHINE_ID), names->machine_id },
	};
	struct str rest = str_c(file->text);

	while (rest.len) {
		size_t taken = 0;

		for (size_t i = 0; i < ARRAY_LEN(marks) && !taken; i++) {
			if (!str_starts(rest, marks[i].mark))
				continue;
			buf_c(out, marks[i].value);
			taken = marks[i].mark.len;
		}
		if (!taken)
			buf_str(out, (struct str){ rest.p, 1 });
		rest = str_sub(rest, taken ? taken : 1);
	}
}

const struct root_file *root_identity(size_t *n)
{
	*n = ARRAY_LEN(identity);
	return identity;
}

bool sandbox_owns_path(struct str path)
{
	if (str_eq(path, STR(PLAN_TREE)))
		return true;
	if (!str_starts(path, STR("/etc/")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(identity); i++)
		if (str_eq(str_sub(path, 5), str_c(identity[i].name)))
			return true;
	return false;
}

static const struct sandbox_layer layers[] = {
	{ "up/usr", "/usr", true }, { "up/etc", "/etc", true },
	{ "up/opt", "/opt", true }, { "up/bin", "/bin", true },
	{ "up/sbin", "/sbin", true }, { "up/lib", "/lib", true },
	{ "up/lib32", "/lib32", true }, { "up/lib64", "/lib64", true },
	{ "up/libx32", "/libx32", true },
	{ "up/home", PLAN_HOME, false }, { "up/tmp", "/tmp", false },
	{ "up/vartmp", "/var/tmp", false }, { "up/shm", "/dev/shm", false },
	{ "up/lock", "/run/lock", false }, { "up/tree", PLAN_TREE, true },
};

const struct sandbox_layer *sandbox_layers(size_t *n)
{
	*n = ARRAY_LEN(layers);
	return layers;
}

/* --- the words of mounts --- */

unsigned long root_kept_flags(unsigned long found)
{
	static const struct { unsigned long st, ms; } kept[] = {
		{ ST_RDONLY, MS_RDONLY }, { ST_NOSUID, MS_NOSUID },
		{ ST_NODEV, MS_NODEV }, { ST_NOEXEC, MS_NOEXEC },
		{ ST_NOATIME, MS_NOATIME }, { ST_NODIRATIME, MS_NODIRATIME },
		{ ST_RELATIME, MS_RELATIME },
	};
	unsigned long flags = 0;

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (found & kept[i].st)
			flags |= kept[i].ms;
	return flags;
}

mode_t root_layer_mode(const char *layer)
{
	return strcmp(layer, "tree") != 0 ? 0555 : 0755;
}

int root_overlay_options(char *out, size_t size, const char *lower,
			 const char *layer)
{
	int n = snprintf(out, size, "lowerdir=%s,upperdir=" ROOT_UPPER "/%s,"
			 "workdir=" ROOT_WORK "/%s,userxattr", lower, layer,
			 layer);

	return n < 0 || (size_t)n >= size ? -1 : 0;
}
