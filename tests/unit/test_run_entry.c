/* SPDX-License-Identifier: Apache-2.0 */
/* The entry reference: whose entry points are run, where none is configured. */
#include "tests/unit/source_repo.h"

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/run/session.h"
#include "tests/unit/facts.h"

enum { OLD, NEW };

/* Two sides of one repository, with trees that were not exported by git. */
struct pair {
	struct place *place;
	struct session *s;
};

static void add_side(struct pair *p, size_t i, const char *files)
{
	struct side *side = &p->s->sides[i];
	autofree char *path = mem_printf("%s/tree%zu", p->place->dir, i);

	sh(p->place, "mkdir tree%zu; cd tree%zu; "
	   "for f in %s; do echo 'print(1)' >$f; done", i, i, files);
	side->tree = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(side->tree >= 0);
	side->rev.spec = mem_strdup(i ? "new" : "old");
	side->rev.kind = REV_TREE;
	snprintf(side->rev.tree, sizeof(side->rev.tree), "%zu", i);
	p->s->n = i + 1;
}

/* files: of the tree of each side, separated by blanks. */
static struct pair begin(void **state, const char *config, const char *old,
			 const char *new)
{
	const struct run_options opt = { .dir = "." };
	struct pair p = { .place = *state };
	struct err err = ERR_INIT;

	assert_int_equal(session_open(&p.s, &opt, &err), 0);
	if (config_parse(&p.s->config, "f", str_c(config), &err))
		fail_msg("%s", err.msg);
	add_side(&p, OLD, old);
	add_side(&p, NEW, new);
	return p;
}

static const char *chosen(struct pair *p, size_t i)
{
	struct side *side = &p->s->sides[i];
	struct err err = ERR_INIT;

	if (entry_reference_scenario(p->s, side, &err)) {
		if (err.code != ERR_INCONCLUSIVE)
			fail_msg("%s", err.msg);
		return "nothing";
	}
	assert_string_equal(err.msg, "");
	return side->scenario.steps[0].entry.p;
}

static void the_entry_points_of_old_are_run_in_new(void **state)
{
	struct pair p = begin(state, "", "main.py", "main.py launcher.py");
	struct side *new = &p.s->sides[NEW];
	struct str path;
	size_t i;

	assert_string_equal(chosen(&p, OLD), "main.py");
	assert_false(p.s->sides[OLD].referenced);
	assert_string_equal(chosen(&p, NEW), "main.py");
	assert_true(new->referenced);
	/* What it would have run by itself is told. */
	i = session_moved(p.s, NEW, 0, &path);
	assert_int_equal(i, 1);
	assert_string_equal(path.p, "launcher.py");
	assert_int_equal(session_moved(p.s, NEW, i, &path), 0);
	assert_int_equal(session_moved(p.s, OLD, 0, &path), 0);
	session_free(p.s);
}

static void a_program_without_that_file_runs_its_own(void **state)
{
	struct pair p = begin(state, "", "main.py", "server.py");
	struct str path;

	assert_string_equal(chosen(&p, NEW), "server.py");
	assert_false(p.s->sides[NEW].referenced);
	assert_int_equal(session_moved(p.s, NEW, 0, &path), 0);
	session_free(p.s);
}

/* Detection follows no link, and neither does the reference. */
static void a_link_or_a_folder_is_not_that_file(void **state)
{
	struct pair p = begin(state, "", "main.py", "server.py");

	sh(p.place, "ln -s server.py tree1/main.py");
	assert_string_equal(chosen(&p, NEW), "server.py");
	session_free(p.s);
	sh(p.place, "rm -r tree0 tree1");
	p = begin(state, "", "main.py", "server.py");
	sh(p.place, "mkdir tree1/main.py");
	assert_string_equal(chosen(&p, NEW), "server.py");
	session_free(p.s);
}

static void what_is_run_anyway_needs_no_reference(void **state)
{
	struct pair p = begin(state, "", "main.py", "main.py notes.txt");

	assert_string_equal(chosen(&p, NEW), "main.py");
	assert_false(p.s->sides[NEW].referenced);
	session_free(p.s);
}

static void neither_side_has_an_entry_point(void **state)
{
	struct pair p = begin(state, "", "notes.txt", "notes.txt");

	assert_string_equal(chosen(&p, OLD), "nothing");
	assert_string_equal(chosen(&p, NEW), "nothing");
	session_free(p.s);
}

static void configured_steps_need_no_reference(void **state)
{
	struct pair p = begin(state, "[step \"a\"]\n\tcommand = ./x\n",
			      "main.py", "main.py launcher.py");

	assert_string_equal(chosen(&p, NEW), "");
	assert_false(p.s->sides[NEW].referenced);
	assert_string_equal(p.s->sides[NEW].scenario.steps[0].name.p, "a");
	session_free(p.s);
}

/* Of a check: the reference of the only side is no side. */
static void a_side_alone_has_the_reference_that_was_named(void **state)
{
	struct pair p = begin(state, "", "main.py launcher.py", "main.py");
	struct side *reference = &p.s->reference, *other = &p.s->sides[NEW];

	p.s->opt.apart = true;
	reference->rev = other->rev;
	reference->tree = other->tree;
	*other = (struct side){ .tree = -1 };
	p.s->n = 1;
	assert_string_equal(chosen(&p, OLD), "main.py");
	assert_true(p.s->sides[OLD].referenced);
	session_free(p.s);
}

/* --- the reference in the cache --- */

static void keys_tell_runs_with_a_reference_from_others(void **state)
{
	char own[65], referenced[65], varied[65], other[65];
	struct side side = { .tree = -1 };

	(void)state;
	entry_reference_tree_key(own, &side, "0123");
	assert_string_equal(own, "0123");
	side.referenced = true;
	side.scenario.how = STR("main entry: main.py");
	entry_reference_tree_key(referenced, &side, "0123");
	assert_string_not_equal(referenced, own);
	side.scenario.how = STR("main entry: app.py");
	entry_reference_tree_key(other, &side, "0123");
	assert_string_not_equal(other, referenced);
	side.referenced = false;
	side.variant = STR("A=1");
	strcpy(side.variant_digest, "00112233445566778899aabbccddeeff");
	entry_reference_tree_key(varied, &side, "0123");
	assert_string_not_equal(varied, own);
	assert_string_not_equal(varied, referenced);
	entry_reference_tree_key(other, &side, "0124");
	assert_string_not_equal(other, varied);
}

static struct fingerprint *known(const char *entry)
{
	struct fingerprint *fp = NO_FACTS("x");

	fp->entry = str_c(entry);
	return fp;
}

static void what_the_cache_has_of_another_entry_is_forgotten(void **state)
{
	struct pair p = begin(state, "", "main.py", "main.py");
	struct side *old = &p.s->sides[OLD], *new = &p.s->sides[NEW];

	old->fp = known("main.py");
	new->fp = known("main.py");
	old->from = new->from = "cache";
	entry_reference_recheck(p.s);
	assert_non_null(new->fp);
	assert_string_equal(new->from, "cache");
	new->fp->entry = STR("launcher.py");
	entry_reference_recheck(p.s);
	assert_null(new->fp);
	assert_string_equal(new->from, "traced");
	/* OLD is its own reference. */
	assert_non_null(old->fp);
	session_free(p.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(the_entry_points_of_old_are_run_in_new),
		story(a_program_without_that_file_runs_its_own),
		story(a_link_or_a_folder_is_not_that_file),
		story(what_is_run_anyway_needs_no_reference),
		story(neither_side_has_an_entry_point),
		story(configured_steps_need_no_reference),
		story(a_side_alone_has_the_reference_that_was_named),
		story(what_the_cache_has_of_another_entry_is_forgotten),
		cmocka_unit_test(keys_tell_runs_with_a_reference_from_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
