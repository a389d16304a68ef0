/* SPDX-License-Identifier: Apache-2.0 */
/* What the root of the sandbox consists of: tables that must fit together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/sandbox/root.h"
#include "core/sandbox/sandbox.h"

/* The layer that is mounted there, or NULL. */
static const struct sandbox_layer *layer_at(const char *mount)
{
	size_t n;
	const struct sandbox_layer *layers = sandbox_layers(&n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(layers[i].mount, mount))
			return &layers[i];
	return NULL;
}

static bool is_plain_dir(const char *path)
{
	size_t n;
	const struct root_dir *dirs = root_plain_dirs(&n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(dirs[i].path, path))
			return true;
	return false;
}

/* What can be written is looked at after the run: nothing is left out. */
static void everything_that_can_be_written_is_a_layer(void **state)
{
	size_t n, n_private, n_layers;
	const char *const *dirs = root_system_dirs(&n);
	const struct root_dir *own = root_private_dirs(&n_private);
	const struct sandbox_layer *layer;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char mount[32], dir[32];

		snprintf(mount, sizeof(mount), "/%s", dirs[i]);
		snprintf(dir, sizeof(dir), "up/%s", dirs[i]);
		layer = layer_at(mount);
		if (!layer || !layer->overlay || strcmp(layer->dir, dir) != 0)
			fail_msg("%s is no layer", mount);
	}
	for (size_t i = 0; i < n_private; i++) {
		char dir[32];

		snprintf(dir, sizeof(dir), "up/%s", own[i].layer);
		layer = layer_at(own[i].path);
		if (!layer || layer->overlay || strcmp(layer->dir, dir) != 0)
			fail_msg("%s is no layer", own[i].path);
	}
	assert_true(layer_at(PLAN_TREE)->overlay);
	sandbox_layers(&n_layers);
	assert_int_equal(n_layers, n + n_private + 1);
}

/* mkdir(2) makes one folder: parents come first. */
static void every_folder_has_its_parent_before_it(void **state)
{
	size_t n;
	const struct root_dir *dirs = root_plain_dirs(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(dirs[i].path, '/');
		size_t len = slash ? (size_t)(slash - dirs[i].path) : 0, k = 0;

		while (len && k < i &&
		       (strlen(dirs[k].path) != len ||
			strncmp(dirs[k].path, dirs[i].path, len) != 0))
			k++;
		if (len && k == i)
			fail_msg("%s has no parent", dirs[i].path);
		assert_int_not_equal(dirs[i].path[0], '/');
	}
}

static void private_folders_have_a_place(void **state)
{
	size_t n;
	const struct root_dir *own = root_private_dirs(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		if (own[i].path[0] != '/' || !is_plain_dir(own[i].path + 1))
			fail_msg("%s has no place", own[i].path);
}

/* Who may write where everybody may, may not delete what others made. */
static void what_everybody_may_write_is_sticky(void **state)
{
	const struct root_dir *(*const tables[])(size_t *) = {
		root_private_dirs, root_plain_dirs,
	};

	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		size_t n;
		const struct root_dir *dirs = tables[t](&n);

		for (size_t i = 0; i < n; i++)
			if (dirs[i].mode & 0002 && !(dirs[i].mode & 01000))
				fail_msg("%s", dirs[i].path);
	}
}

static void files_of_our_own_are_not_the_programs(void **state)
{
	size_t n;
	const struct root_file *files = root_identity(&n);

	(void)state;
	assert_true(sandbox_owns_path(STR(PLAN_TREE)));
	for (size_t i = 0; i < n; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/etc/%s", files[i].name);
		if (!sandbox_owns_path(str_c(path)))
			fail_msg("%s", path);
		assert_int_equal(files[i].text[strlen(files[i].text) - 1],
				 '\n');
	}
	assert_false(sandbox_owns_path(STR("/etc")));
	assert_false(sandbox_owns_path(STR("/etc/")));
	assert_false(sandbox_owns_path(STR("/etc/passwd-")));
	assert_false(sandbox_owns_path(STR("/etc/x/passwd")));
	assert_false(sandbox_owns_path(STR("/passwd")));
	assert_false(sandbox_owns_path(STR(PLAN_TREE "/x")));
}

static void names_stand_in_the_files(void **state)
{
	struct identity one, same, other;
	autobuf struct buf all = BUF_INIT;
	size_t n;
	const struct root_file *files = root_identity(&n);

	(void)state;
	identity_make(&one, STR("a"));
	identity_make(&same, STR("a"));
	identity_make(&other, STR("b"));
	assert_string_equal(one.host, same.host);
	assert_string_equal(one.machine_id, same.machine_id);
	assert_string_not_equal(one.host, other.host);
	assert_string_not_equal(one.machine_id, other.machine_id);
	for (size_t i = 0; i < n; i++)
		root_file_text(&all, &files[i], &one);
	buf_add(&all, "", 1);
	assert_null(strchr(all.p, '@'));
	assert_non_null(strstr(all.p, one.host));
	assert_non_null(strstr(all.p, one.machine_id));
}

/* hostname(7): letters, digits and hyphens, the first one a letter. */
static void any_host_has_a_valid_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct identity id;
		char seed[16];

		snprintf(seed, sizeof(seed), "%u", i);
		identity_make(&id, str_c(seed));
		assert_int_equal(strspn(id.host, "abcdefghijklmnopqrstuvwxyz"
					"0123456789-"), strlen(id.host));
		assert_true(id.host[0] >= 'a' && id.host[0] <= 'z');
		assert_in_range(strlen(id.host), 8, IDENTITY_HOST_MAX - 2);
		assert_int_equal(strlen(id.machine_id), HASH_HEX_LEN);
	}
}

static void the_user_is_the_one_of_the_plan(void **state)
{
	size_t n;
	const struct root_file *files = root_identity(&n);
	unsigned found = 0;
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "\n" PLAN_USER ":x:%d:%d::" PLAN_HOME ":",
		 PLAN_UID, PLAN_UID);
	for (size_t i = 0; i < n; i++)
		found += !strcmp(files[i].name, "passwd") &&
			 strstr(files[i].text, line);
	assert_int_equal(found, 1);
}

/* --- the words of mounts --- */

static void flags_of_the_host_are_kept(void **state)
{
	static const struct { unsigned long st, ms; } rows[] = {
		{ 0, 0 }, { ST_RDONLY, MS_RDONLY }, { ST_NOSUID, MS_NOSUID },
		{ ST_NODEV, MS_NODEV }, { ST_NOEXEC, MS_NOEXEC },
		{ ST_NOATIME, MS_NOATIME }, { ST_NODIRATIME, MS_NODIRATIME },
		{ ST_RELATIME, MS_RELATIME }, { ST_MANDLOCK, 0 },
		{ ST_NOSUID | ST_NODEV | ST_RELATIME,
		  MS_NOSUID | MS_NODEV | MS_RELATIME },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(root_kept_flags(rows[i].st), rows[i].ms);
}

static void an_overlay_keeps_what_is_written_in_the_scratch(void **state)
{
	char out[256];

	(void)state;
	assert_int_equal(root_overlay_options(out, sizeof(out), "/usr", "usr"),
			 0);
	assert_string_equal(out, "lowerdir=/usr,"
			    "upperdir=" STAGING_MOUNT "/up/usr,"
			    "workdir=" STAGING_MOUNT "/wd/usr,userxattr");
	/* Cut short they would say something else. */
	for (size_t size = 0; size <= strlen(out); size++) {
		char small[256];

		if (!root_overlay_options(small, size, "/usr", "usr"))
			fail_msg("%zu bytes are enough", size);
	}
}

static void only_in_the_tree_is_anything_made(void **state)
{
	size_t n;
	const char *const *dirs = root_system_dirs(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(root_layer_mode(dirs[i]) & 0222, 0);
	assert_int_equal(root_layer_mode("tree"), 0755);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_that_can_be_written_is_a_layer),
		cmocka_unit_test(every_folder_has_its_parent_before_it),
		cmocka_unit_test(private_folders_have_a_place),
		cmocka_unit_test(what_everybody_may_write_is_sticky),
		cmocka_unit_test(files_of_our_own_are_not_the_programs),
		cmocka_unit_test(names_stand_in_the_files),
		cmocka_unit_test(any_host_has_a_valid_name),
		cmocka_unit_test(the_user_is_the_one_of_the_plan),
		cmocka_unit_test(flags_of_the_host_are_kept),
		cmocka_unit_test(an_overlay_keeps_what_is_written_in_the_scratch),
		cmocka_unit_test(only_in_the_tree_is_anything_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
