/* SPDX-License-Identifier: Apache-2.0 */
/* What is run: configured steps, commands as words, detected entry points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/fd.h"
#include "core/base/path.h"
#include "core/scenario/detect.h"
#include "core/scenario/scenario.h"

#define GUARD "def main():\n\tpass\n\nif __name__ == \"__main__\":\n\tmain()\n"
#define MODULE "import os\n\ndef f():\n\treturn os.getpid()\n"

/* --- a tree to look at --- */

struct tree {
	char path[32];
	int fd;
};

static void tree_make(struct tree *t)
{
	strcpy(t->path, "/tmp/test_scenario.XXXXXX");
	assert_non_null(mkdtemp(t->path));
	t->fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(t->fd >= 0);
}

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static void tree_remove(struct tree *t)
{
	close(t->fd);
	assert_int_equal(nftw(t->path, remove_one, 16, FTW_DEPTH | FTW_PHYS),
			 0);
}

static void put_mode(const struct tree *t, const char *name,
		     const char *content, mode_t mode)
{
	int fd = openat(t->fd, name, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, content, strlen(content)), 0);
	close(fd);
}

static void put(const struct tree *t, const char *name, const char *content)
{
	put_mode(t, name, content, 0644);
}

/* "NAME: words; NAME: words" of a scenario's steps. */
static void show(struct buf *out, const struct scenario *s)
{
	for (size_t i = 0; i < s->n; i++) {
		buf_printf(out, "%s%.*s:", i ? "; " : "",
			   STR_ARG(s->steps[i].name));
		for (char **w = s->steps[i].argv; *w; w++)
			buf_printf(out, " %s", *w);
	}
}

/* The tree's entry point, and what is said about it; the tree is removed. */
static void detects(struct tree *t, const char *steps, const char *how)
{
	autobuf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct config cfg;
	struct scenario s;

	config_init(&cfg);
	if (scenario_make(&s, &cfg, t->fd, &err))
		fail_msg("%s", err.msg);
	config_free(&cfg);
	tree_remove(t);
	show(&got, &s);
	assert_string_equal(got.p, steps);
	assert_string_equal(s.how.p, how);
	assert_true(s.detected);
	assert_true(str_eq(s.name, STR("default")));
	for (size_t i = 0; i < s.n; i++)
		assert_null(*s.steps[i].env);
	scenario_free(&s);
}

static void detects_nothing(struct tree *t, const char *msg)
{
	struct err err = ERR_INIT;
	struct config cfg;
	struct scenario s;

	config_init(&cfg);
	assert_int_equal(scenario_make(&s, &cfg, t->fd, &err), -1);
	config_free(&cfg);
	tree_remove(t);
	assert_int_equal(err.code, ERR_INCONCLUSIVE);
	assert_string_equal(err.msg, msg);
	assert_non_null(strstr(err.hint, "[step \"main\"]"));
}

/* --- detection --- */

static void a_launcher_goes_before_everything(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "launcher.py", GUARD);
	put(&t, "server_single.py", GUARD);
	put(&t, "socp_gui_client_pro.py", GUARD);
	put(&t, "protocol.py", MODULE);
	detects(&t, "launcher: python3 launcher.py",
		"main entry: launcher.py, detected automatically");
}

static void a_key_tool_named_server_is_no_server(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "client.py", GUARD);
	put(&t, "utils.py", MODULE);
	put(&t, "cli_crypto.py", MODULE);
	put(&t, "server_keys.py", GUARD);
	put(&t, "envelope.py", MODULE);
	detects(&t, "client: python3 client.py",
		"main entry: client.py, detected automatically");
}

static void a_server_listens_before_its_client_starts(void **state)
{
	(void)state;
	autobuf struct buf got = BUF_INIT;
	struct config cfg;
	struct scenario s;
	struct tree t;

	tree_make(&t);
	put(&t, "client.py", GUARD);
	put(&t, "server.py", GUARD);
	put(&t, "common.py", MODULE);
	config_init(&cfg);
	assert_int_equal(scenario_make(&s, &cfg, t.fd, NULL), 0);
	show(&got, &s);
	assert_string_equal(got.p, "server: python3 server.py; "
			    "client: python3 client.py");
	assert_string_equal(s.how.p, "main entries: server.py, client.py, "
			    "detected automatically");
	assert_int_equal(s.steps[0].ready, READY_LISTEN);
	assert_int_equal(s.steps[0].n_after, 0);
	assert_int_equal(s.steps[1].ready, READY_AFTER);
	assert_int_equal(s.steps[1].n_after, 1);
	assert_int_equal(s.steps[1].after[0], 0);
	scenario_free(&s);
	config_free(&cfg);
	tree_remove(&t);
}

static void every_file_of_one_rank_is_a_step_in_byte_order(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "chat_server.py", GUARD);
	put(&t, "auth_server.py", GUARD);
	put(&t, "test_server.py", GUARD);
	put(&t, "web_server.py", MODULE);
	put(&t, "bob_client.py", GUARD);
	put(&t, "alice_client.py", GUARD);
	detects(&t, "auth_server: python3 auth_server.py; "
		"chat_server: python3 chat_server.py; "
		"alice_client: python3 alice_client.py; "
		"bob_client: python3 bob_client.py",
		"main entries: auth_server.py, chat_server.py, "
		"alice_client.py, bob_client.py, detected automatically");
}

static void a_gui_is_the_client_of_a_server(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "server_single.py", GUARD);
	put(&t, "server_gui.py", GUARD);
	put(&t, "socp_gui_client_pro.py", GUARD);
	put(&t, "guide.py", GUARD);
	detects(&t, "server_single: python3 server_single.py; "
		"socp_gui_client_pro: python3 socp_gui_client_pro.py",
		"main entries: server_single.py, socp_gui_client_pro.py, "
		"detected automatically");
}

static void a_server_module_without_a_guard_is_a_helper(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "client.py", GUARD);
	put(&t, "server.py", MODULE);
	detects(&t, "client: python3 client.py",
		"main entry: client.py, detected automatically");
}

static void names_are_found_whatever_their_case(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "Server.py", GUARD);
	put(&t, "ChatClient.py", GUARD);
	detects(&t, "Server: python3 Server.py; "
		"ChatClient: python3 ChatClient.py",
		"main entries: Server.py, ChatClient.py, "
		"detected automatically");
}

static void the_order_of_launchers_is_the_tables(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "app.py", GUARD);
	put(&t, "main.py", GUARD);
	put(&t, "run.sh", "#!/bin/sh\n");
	put(&t, "manage.py", GUARD);
	detects(&t, "main: python3 main.py",
		"main entry: main.py, detected automatically");
}

static void a_script_runs_in_the_shell_it_names(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "run.sh", "#!/usr/bin/env bash\necho sh\n");
	detects(&t, "run: bash run.sh",
		"main entry: run.sh, detected automatically");
	tree_make(&t);
	put(&t, "start.sh", "echo bash\n");
	detects(&t, "start: sh start.sh",
		"main entry: start.sh, detected automatically");
	tree_make(&t);
	put(&t, "start.sh", "");
	detects(&t, "start: sh start.sh",
		"main entry: start.sh, detected automatically");
}

static void package_json_says_how_node_starts(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "package.json", "{\"main\": \"x.js\", \"scripts\": "
	    "{\"start\": \"node 'a b.js' --port 1\"}}");
	detects(&t, "package: node a b.js --port 1",
		"main entry: package.json, detected automatically");
	tree_make(&t);
	put(&t, "package.json",
	    "{\"scripts\": {\"start\": \"PORT=1 node x.js\"}}");
	detects(&t, "package: sh -c PORT=1 node x.js",
		"main entry: package.json, detected automatically");
	tree_make(&t);
	put(&t, "package.json", "{\"main\": \"./lib\"}");
	put(&t, "lib.js", "");
	detects(&t, "package: node lib.js",
		"main entry: package.json, detected automatically");
}

static void a_useless_package_json_is_passed_over(void **state)
{
	(void)state;
	static const char *const useless[] = {
		"", "{", "[]", "{\"scripts\": [\"start\"]}",
		"{\"scripts\": {\"start\": 1}}", "{\"main\": \"missing\"}",
		"{\"main\": \"../../etc/passwd\"}",
		"{\"main\": \"/etc/passwd\"}",
		"{\"main\": \"-e\"}", "{\"main\": \"index.js\\u0000x\"}",
	};

	for (size_t i = 0; i < sizeof(useless) / sizeof(*useless); i++) {
		struct tree t;

		tree_make(&t);
		put(&t, "package.json", useless[i]);
		put(&t, "index.js", "");
		put(&t, "server.js", "");
		detects(&t, "index: node index.js",
			"main entry: index.js, detected automatically");
	}
}

static void a_program_needs_its_bit_and_its_magic(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put_mode(&t, "app", "#!/bin/sh\n", 0755);
	put_mode(&t, "run", "\177ELF", 0644);
	put_mode(&t, "start", "text", 0755);
	detects(&t, "app: ./app", "main entry: app, detected automatically");
	tree_make(&t);
	put_mode(&t, "main", "\177ELF\2\1\1", 0755);
	put_mode(&t, "run", "#!/bin/sh\n", 0755);
	detects(&t, "main: ./main", "main entry: main, detected automatically");
}

static void the_only_file_is_the_entry(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "hello.py", "print('hello')\n");
	put(&t, "test_hello.py", GUARD);
	put(&t, "setup.py", "setup()\n");
	put(&t, "README.md", "");
	detects(&t, "hello: python3 hello.py",
		"main entry: hello.py, detected automatically");
	tree_make(&t);
	put(&t, "tool.pl", "print 1;\n");
	detects(&t, "tool: perl tool.pl",
		"main entry: tool.pl, detected automatically");
}

static void of_several_modules_the_one_with_a_guard_is_the_entry(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "a.py", MODULE);
	put(&t, "b.py", GUARD);
	put(&t, "c.py", "\"\"\"\n" GUARD "\"\"\"\n");
	detects(&t, "b: python3 b.py",
		"main entry: b.py, detected automatically");
	tree_make(&t);
	put(&t, "a.py", GUARD);
	put(&t, "b.py", GUARD);
	detects_nothing(&t, "no entry point: nothing in the tree looks like "
			"one");
}

/* The part of a pipeline is not the program. */
static void a_script_that_starts_the_others_comes_first(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "count.py", "print(1)\n");
	put(&t, "table.sh", "#!/bin/sh\nsort\n");
	put(&t, "report.sh", "#!/bin/sh\npython3 count.py | sh table.sh\n");
	detects(&t, "report: sh report.sh",
		"main entry: report.sh, detected automatically");
	/* What tests or installs is none; a part of a name is another name. */
	tree_make(&t);
	put(&t, "count.py", "print(1)\n");
	put(&t, "run_tests.sh", "#!/bin/sh\npython3 mycount.py\n");
	put(&t, "install.sh", "#!/bin/sh\ncp count.py /usr/bin\n");
	put(&t, "x.bash", "echo count.py\n");
	detects(&t, "count: python3 count.py",
		"main entry: count.py, detected automatically");
	/* A launcher stays one. */
	tree_make(&t);
	put(&t, "main.py", GUARD);
	put(&t, "all.sh", "#!/bin/sh\npython3 main.py\n");
	detects(&t, "main: python3 main.py",
		"main entry: main.py, detected automatically");
}

static void one_of_several_languages_is_a_guess(void **state)
{
	(void)state;
	static const struct {
		const char *file, *other;
		bool unsure;
	} cases[] = {
		{ "count.py", "report.sh", true },
		{ "count.py", "parse.pl", true },
		{ "count.py", "install.sh", false },
		{ "count.py", "page.js", false },
		{ "count.py", "README.md", false },
		{ "tool.rb", "x.awk", true },
		{ "main.py", "report.sh", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = ERR_INIT;
		struct config cfg;
		struct scenario s;
		struct tree t;

		tree_make(&t);
		put(&t, cases[i].file, GUARD);
		put(&t, cases[i].other, "x\n");
		config_init(&cfg);
		assert_int_equal(scenario_make(&s, &cfg, t.fd, &err), 0);
		if (s.unsure != cases[i].unsure)
			fail_msg("%s beside %s", cases[i].file, cases[i].other);
		scenario_free(&s);
		tree_remove(&t);
	}
}

static void arguments_are_what_the_source_says(void **state)
{
	(void)state;
	static const struct { const char *source, *want; } cases[] = {
		{ "p.add_argument('file')\n"
		  "p.add_argument(\n    \"--to\", required=True)\n"
		  "p.add_argument('-v', action='store_true')\n",
		  "FILE --to VALUE" },
		{ "p.add_argument('a', nargs='?')\n"
		  "p.add_argument('b', default=len(('x', 'y')))\n"
		  "p.add_argument('--c')\n", "" },
		{ "s.add_parser('add').add_argument('what')\n"
		  "s.add_parser(\"list\")\n", "add|list ..." },
		{ "@click.argument('name')\n", "NAME" },
		{ "echo \"usage: $0 [-v] FILE...\" >&2\n", "[-v] FILE..." },
		{ "\"\"\"Usage: python3 x.py HOST PORT\n\"\"\"\n",
		  "HOST PORT" },
		{ "print('usage: x [FILE]')\n", "" },
		{ "print('usage: x \x1b[31mFILE')\n", "" },
		{ "name = sys.argv[1]\n", "ARGUMENT" },
		{ "cat \"$1\"\n", "ARGUMENT" },
		{ "awk '{ print $1 }'\n", "" },
		{ "p.add_argument(", "" },
		{ "p.add_argument('", "" },
		{ "usage:", "" },
		{ "print('hello')\n", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autobuf struct buf got = BUF_INIT;
		bool any = detect_arguments(&got, str_c(cases[i].source));

		if (any != (*cases[i].want != '\0') ||
		    !str_eq(buf_view(&got), str_c(cases[i].want)))
			fail_msg("%s: \"%.*s\", not \"%s\"",
				 cases[i].source, STR_ARG(buf_view(&got)),
				 cases[i].want);
	}
}

static void every_language_has_its_entry(void **state)
{
	(void)state;
	static const struct {
		const char *files[3][2];
		const char *steps;
	} cases[] = {
		{ { { "go.mod", "module x\n" },
		    { "main.go", "package main\n" },
		    { "tool.py", GUARD } }, "go: go run ." },
		{ { { "main.rb", "" }, { "app.rb", "" } },
		  "main: ruby main.rb" },
		{ { { "app.rb", "" } }, "app: ruby app.rb" },
		{ { { "chat.rb", "" }, { "version.rb", "" } },
		  "chat: ruby chat.rb" },
		{ { { "main.php", "<?php" }, { "index.php", "<?php" } },
		  "main: php main.php" },
		{ { { "Makefile", "all: x\n\nrun: all\n\t./x\n" },
		    { "x.c", "" } }, "Makefile: make run" },
		{ { { "GNUmakefile", "run : x" } }, "GNUmakefile: make run" },
		{ { { "Makefile", "run: x\n" }, { "only.py", GUARD } },
		  "only: python3 only.py" },
		{ { { "Makefile.PL", "1;" }, { "version.pl", "1;" },
		    { "bin.pl", "1;" } }, "bin: perl bin.pl" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autobuf struct buf got = BUF_INIT;
		struct err err = ERR_INIT;
		struct config cfg;
		struct scenario s;
		struct tree t;

		tree_make(&t);
		for (int k = 0; k < 3 && cases[i].files[k][0]; k++)
			put(&t, cases[i].files[k][0], cases[i].files[k][1]);
		config_init(&cfg);
		if (scenario_make(&s, &cfg, t.fd, &err))
			fail_msg("%s: %s", cases[i].steps, err.msg);
		show(&got, &s);
		assert_string_equal(got.p, cases[i].steps);
		scenario_free(&s);
		config_free(&cfg);
		tree_remove(&t);
	}
}

/* Nothing fits: the hint names the file that is there, and what to write. */
static void a_hint_speaks_the_language_that_is_there(void **state)
{
	(void)state;
	static const struct {
		const char *file, *content, *hint;
	} cases[] = {
		{ "go.mod", "module x\n",
		  "command = go run ./cmd/NAME; a run has" },
		{ "Cargo.toml", "",
		  "command = cargo run --offline; a run has" },
		{ "pom.xml", "", "command = java -jar FILE.jar; the file" },
		{ "Main.java", "", "command = java FILE.java" },
		{ "Makefile", "run := 1\nrunner: x\n",
		  "make && exec ./PROGRAM" },
		{ "x.c", "", "cc -o /tmp/main FILE.c" },
		{ "Gemfile", "", "command = ruby FILE.rb" },
		{ "index.php", "",
		  "php -S 127.0.0.1:8000; with ready = listen" },
		{ "manage.py", GUARD, "manage.py runserver --noreload" },
		{ "setup.py", "setup()", "command = python3 -m PACKAGE" },
		{ "Makefile.PL", "1;", "command = perl FILE.pl" },
		{ "version.pl", "1;", "command = perl FILE.pl" },
		{ "README", "", "command = PROGRAM ARGUMENTS" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = ERR_INIT;
		struct config cfg;
		struct scenario s;
		struct tree t;

		tree_make(&t);
		put(&t, cases[i].file, cases[i].content);
		config_init(&cfg);
		assert_int_equal(scenario_make(&s, &cfg, t.fd, &err), -1);
		config_free(&cfg);
		tree_remove(&t);
		assert_int_equal(err.code, ERR_INCONCLUSIVE);
		if (!strstr(err.hint, cases[i].hint) ||
		    (i + 1 < sizeof(cases) / sizeof(*cases) &&
		     !strstr(err.hint, cases[i].file)))
			fail_msg("%s: %s", cases[i].file, err.hint);
	}
}

static void an_empty_tree_has_no_entry(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "README.md", "run me\n");
	detects_nothing(&t, "no entry point: nothing in the tree looks like "
			"one");
}

static void a_tree_of_one_folder_is_entered(void **state)
{
	(void)state;
	struct config cfg;
	struct scenario s;
	struct tree t;

	tree_make(&t);
	assert_int_equal(mkdirat(t.fd, "chat", 0755), 0);
	put(&t, "README.md", "");
	put(&t, ".gitignore", "");
	put(&t, "chat/client.py", GUARD);
	config_init(&cfg);
	assert_int_equal(scenario_make(&s, &cfg, t.fd, NULL), 0);
	assert_string_equal(s.steps[0].dir.p, "chat");
	assert_string_equal(s.steps[0].argv[1], "client.py");
	assert_string_equal(s.how.p,
		"main entry: chat/client.py, detected automatically");
	scenario_free(&s);
	config_free(&cfg);

	put(&t, "Makefile", "");
	detects_nothing(&t, "no entry point: nothing in the tree looks like "
			"one");
}

static void a_program_may_be_named_like_its_folder(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	assert_int_equal(mkdirat(t.fd, "chat", 0755), 0);
	put_mode(&t, "chat/chat", "\177ELF", 0755);
	detects(&t, "chat: ./chat",
		"main entry: chat/chat, detected automatically");
}

static void links_pipes_and_folders_are_no_entries(void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	assert_int_equal(symlinkat("/etc/passwd", t.fd, "launcher.py"), 0);
	assert_int_equal(symlinkat("real.py", t.fd, "main.py"), 0);
	assert_int_equal(mkfifoat(t.fd, "run.py", 0644), 0);
	assert_int_equal(mkdirat(t.fd, "app.py", 0755), 0);
	put(&t, "real.py", MODULE);
	detects(&t, "real: python3 real.py",
		"main entry: real.py, detected automatically");
	tree_make(&t);
	assert_int_equal(symlinkat("/etc", t.fd, "etc"), 0);
	detects_nothing(&t, "no entry point: nothing in the tree looks like "
			"one");
}

static void a_name_that_is_an_option_or_hides_something_is_no_entry(
	void **state)
{
	(void)state;
	struct tree t;

	tree_make(&t);
	put(&t, "-c_server.py", GUARD);
	put(&t, "\x1b[31m_server.py", GUARD);
	put(&t, "a\n_server.py", GUARD);
	put(&t, "\xe2\x80\xae_server.py", GUARD);
	put(&t, "\xff_server.py", GUARD);
	put(&t, "._server.py", GUARD);
	detects_nothing(&t, "no entry point: nothing in the tree looks like "
			"one");
}

static void of_a_large_file_only_the_beginning_is_read(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;
	struct tree t;

	for (int i = 0; i < 256 * 1024 / 8; i++)
		buf_c(&b, "#234567\n");
	buf_c(&b, GUARD);
	tree_make(&t);
	put(&t, "a.py", b.p);
	put(&t, "b.py", b.p + 2 * sizeof(GUARD));
	detects(&t, "b: python3 b.py",
		"main entry: b.py, detected automatically");
}

static void a_crowd_is_not_chosen_from(void **state)
{
	(void)state;
	struct tree t;
	char name[32];

	tree_make(&t);
	for (int i = 0; i < 17; i++) {
		snprintf(name, sizeof(name), "%d_server.py", i);
		put(&t, name, GUARD);
	}
	detects_nothing(&t, "no entry point: too many files of the same rank");
	tree_make(&t);
	for (int i = 0; i < 600; i++) {
		snprintf(name, sizeof(name), "%d_server.py", i);
		put(&t, name, MODULE);
	}
	detects_nothing(&t, "no entry point: too many files to choose from");
	tree_make(&t);
	for (int i = 0; i < 10001; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(symlinkat("x", t.fd, name), 0);
	}
	put(&t, "main.py", GUARD);
	detects_nothing(&t, "more than 10000 names in the folder: no entry "
			"point is looked for");
}

static void python_that_does_something_is_told_from_a_module(void **state)
{
	(void)state;
	static const char *const runs[] = {
		GUARD, "if __name__=='__main__': pass",
		"if(__name__ == \"__main__\"):\n\tf()",
		"if '__main__' == __name__:\n f()",
		"main()\n", "import x\nx.app.run(port=1)\n",
		"asyncio.run(main())", "sys.exit(main())",
		"asyncio.get_event_loop().run_until_complete(f())\n",
		"root.mainloop()", "while True:\n\tpass\n",
		"x = '''\n'''\nmain()\n", "x = \"'''\"\nmain()\n",
		"x = 'it\\'s'  # '''\nmain()\n", "f(1,\n  2)\nmain()\n",
		"\xef\xbb\xbfmain()",
		"import x\r\nif __name__ == \"__main__\":\r\n  pass\r\n",
		"x = 'unterminated\nmain()\n",
	};
	static const char *const does_not[] = {
		"", MODULE, "# main()\n  # x\n#\n", "def main():\n\trun()\n",
		"'''\nmain()\n'''\n", "r\"\"\"\nmain()\n\"\"\"",
		"x = [\nmain(),\n]\n", "x = 1 + \\\nmain()\n",
		"logging.basicConfig()\n", "x = main()\n", "domain()\n",
		"whilex = 1\n", "if __name__ != \"__main__\":\n\tpass\n",
		"\tif __name__ == \"__main__\":\n\t\tpass\n", "(", "'''", "\\",
		"x = \"\"\"\\\"\"\"\nmain()\n", "main", "f(main())\n",
	};

	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++)
		if (!detect_python_runs(str_c(runs[i])))
			fail_msg("seems to do nothing: %s", runs[i]);
	for (size_t i = 0; i < sizeof(does_not) / sizeof(*does_not); i++)
		if (detect_python_runs(str_c(does_not[i])))
			fail_msg("seems to run: %s", does_not[i]);
}

/* --- words --- */

static void splits(const char *command, const char *joined)
{
	struct arena arena = ARENA_INIT;
	autobuf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	char **argv;

	if (scenario_split(&argv, &arena, str_c(command), &err))
		fail_msg("%s: %s", command, err.msg);
	for (char **w = argv; *w; w++)
		buf_printf(&got, "<%s>", *w);
	assert_string_equal(got.p, joined);
	arena_free(&arena);
}

static void does_not_split(const char *command, const char *msg,
			   const char *hint)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	char **argv = NULL;

	if (!scenario_split(&argv, &arena, str_c(command), &err))
		fail_msg("split: %s", command);
	assert_null(argv);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_string_equal(err.msg, msg);
	if (!strstr(err.hint, hint))
		fail_msg("hint \"%s\" lacks \"%s\"", err.hint, hint);
	arena_free(&arena);
}

static void commands_split_as_in_a_shell(void **state)
{
	(void)state;
	splits("python3 server.py", "<python3><server.py>");
	splits("  a\t b  ", "<a><b>");
	splits("a 'b c' \"d e\"", "<a><b c><d e>");
	splits("a b'c'\"d\"e\\ f", "<a><bcde f>");
	splits("a '' \"\"", "<a><><>");
	splits("a '\\n$x`' \"\\$x \\` \\\" \\\\ \\n\"",
	       "<a><\\n$x`><$x ` \" \\ \\n>");
	splits("a '|&;<>()$`*?[#~'", "<a><|&;<>()$`*?[#~>");
	splits("a \\| \\$x \\~", "<a><|><$x><~>");
	splits("a b\\\nc", "<a><bc>");
	splits("a \"b\\\nc\nd\"", "<a><bc\nd>");
	splits("a X=1 --y=2", "<a><X=1><--y=2>");
	splits("'X=1' a", "<X=1><a>");
	splits("{ } ! @ % ^ = a", "<{><}><!><@><%><^><=><a>");
	splits("\xc3\xa4 b", "<\xc3\xa4><b>");
}

static void what_needs_a_shell_is_refused(void **state)
{
	(void)state;
	static const char meta[] = "|&;<>()$`*?[#~";
	char command[] = "a b|c", msg[] = "\"|\" needs a shell";

	for (const char *m = meta; *m; m++) {
		command[3] = *m;
		msg[1] = *m;
		does_not_split(command, msg, "command = ");
	}
	does_not_split("a\nb", "a line break needs a shell", "sh -c");
	does_not_split("a \"$HOME\"", "\"$\" needs a shell",
		       "command = sh -c 'a \\\"$HOME\\\"'");
	does_not_split("a \"`b`\"", "\"`\" needs a shell",
		       "command = sh -c 'a \\\"`b`\\\"'");
	does_not_split("sort <in.txt | uniq", "\"<\" needs a shell",
		       "stdin = in.txt, or with a shell: "
		       "command = sh -c 'sort <in.txt | uniq'");
	does_not_split("a <", "\"<\" needs a shell", "stdin = FILE");
	does_not_split("a; b #c", "\";\" needs a shell",
		       "command = \"sh -c 'a; b #c'\"");
	does_not_split("a 'b c' | d", "\"|\" needs a shell",
		       "command = sh -c \\\"a 'b c' | d\\\"");
	does_not_split("a ~/b", "\"~\" needs a shell",
		       "$HOME, an empty one in the sandbox: command = "
		       "sh -c 'a ~/b'; as it is: command = a '~/b'");
	does_not_split("a http://h/?b=1&c b", "\"?\" needs a shell",
		       "as it is: command = a 'http://h/?b=1&c' b");
	does_not_split("/bin/sh -c \"b $C 'd'\"", "\"$\" needs a shell",
		       "command = /bin/sh -c 'b $C '");
	does_not_split("X=1 a", "\"X=1\" sets a variable, which needs a shell",
		       "env = X=1");
	does_not_split("X='1 2' a",
		       "\"X=1 2\" sets a variable, which needs a shell", "env");
}

static void unfinished_commands_are_refused(void **state)
{
	(void)state;
	does_not_split("a 'b", "a single quote is never closed", "\\\"");
	does_not_split("a \"b", "a double quote is never closed", "\\\"");
	does_not_split("a \"b\\", "a double quote is never closed", "\\\"");
	does_not_split("a \\", "a backslash stands at the end", "\\\\");
	does_not_split("", "no program is named", "PROGRAM");
	does_not_split("  ", "no program is named", "PROGRAM");
	does_not_split("'' a", "no program is named", "PROGRAM");
}

/* --- configured steps --- */

static int make(struct scenario *s, const char *text, int treefd,
		struct err *err)
{
	struct config cfg;

	if (config_parse(&cfg, "f", str_c(text), err))
		fail_msg("%s", err->msg);

	int rc = scenario_make(s, &cfg, treefd, err);

	config_free(&cfg);
	return rc;
}

static void refused(const char *text, int treefd, const char *msg,
		    const char *hint)
{
	struct err err = ERR_INIT;
	struct scenario s;

	if (!make(&s, text, treefd, &err))
		fail_msg("accepted: %s", text);
	assert_int_equal(err.code, ERR_TROUBLE);
	assert_string_equal(err.msg, msg);
	if (!strstr(err.hint, hint))
		fail_msg("hint \"%s\" lacks \"%s\"", err.hint, hint);
}

static void configured_steps_keep_everything_they_say(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct scenario s;

	assert_int_equal(make(&s,
		"[step \"server\"]\n"
		"command = python3 server.py\n"
		"dir = integration\n"
		"ready = output Serving on\n"
		"env = A=1\n"
		"env = B=x y\n"
		"[step \"client\"]\n"
		"command = python3 client.py --name 'al ice'\n"
		"dir = .\n"
		"stdin = tests/session.txt\n"
		"ready = after 1500ms\n"
		"after = server\n"
		"after = server\n", -1, &err), 0);

	const struct step *server = &s.steps[0], *client = &s.steps[1];

	assert_int_equal(s.n, 2);
	assert_false(s.detected);
	assert_int_equal(s.how.len, 0);
	assert_string_equal(server->name.p, "server");
	assert_string_equal(server->dir.p, "integration");
	assert_int_equal(server->ready, READY_OUTPUT);
	assert_string_equal(server->ready_text.p, "Serving on");
	assert_string_equal(server->env[0], "A=1");
	assert_string_equal(server->env[1], "B=x y");
	assert_null(server->env[2]);
	assert_int_equal(server->stdin_path.len, 0);
	assert_string_equal(client->argv[3], "al ice");
	assert_null(client->argv[4]);
	assert_int_equal(client->dir.len, 0);
	assert_string_equal(client->stdin_path.p, "tests/session.txt");
	assert_int_equal(client->ready, READY_AFTER);
	assert_int_equal(client->ready_ms, 1500);
	assert_int_equal(client->n_after, 1);
	assert_int_equal(client->after[0], 0);
	scenario_free(&s);
}

static void every_ready_word_is_known(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct scenario s;

	assert_int_equal(make(&s,
		"[step \"a\"]\ncommand = x\nready = listen\n"
		"[step \"b\"]\ncommand = x\nready = file run/pid\n"
		"[step \"c\"]\ncommand = x\nready = exit\n"
		"[step \"d\"]\ncommand = x\n", -1, &err), 0);
	assert_int_equal(s.steps[0].ready, READY_LISTEN);
	assert_int_equal(s.steps[1].ready, READY_FILE);
	assert_string_equal(s.steps[1].ready_text.p, "run/pid");
	assert_int_equal(s.steps[2].ready, READY_EXIT);
	assert_int_equal(s.steps[3].ready, READY_AFTER);
	assert_int_equal(s.steps[3].ready_ms, 0);
	scenario_free(&s);
}

static void a_fixture_is_one_and_not_all(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct scenario s;

	assert_int_equal(make(&s,
		"[step \"db\"]\ncommand = x\nrole = fixture\n"
		"[step \"app\"]\ncommand = x\nrole = subject\n"
		"[step \"other\"]\ncommand = x\n", -1, &err), 0);
	assert_true(s.steps[0].fixture);
	assert_false(s.steps[1].fixture);
	assert_false(s.steps[2].fixture);
	scenario_free(&s);
	refused("[step \"db\"]\ncommand = x\nrole = fixture\n", -1,
		"f: every step of scenario 'default' is a fixture", "role");
}

static void steps_come_after_what_they_wait_for(void **state)
{
	(void)state;
	autobuf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct scenario s;

	assert_int_equal(make(&s,
		"[step \"d\"]\ncommand = 4\nafter = b\nafter = c\n"
		"[step \"c\"]\ncommand = 3\nafter = a\n"
		"[step \"b\"]\ncommand = 2\n"
		"[step \"a\"]\ncommand = 1\n", -1, &err), 0);
	show(&got, &s);
	assert_string_equal(got.p, "b: 2; a: 1; c: 3; d: 4");
	assert_int_equal(s.steps[2].after[0], 1);
	assert_int_equal(s.steps[3].n_after, 2);
	assert_int_equal(s.steps[3].after[0], 0);
	assert_int_equal(s.steps[3].after[1], 2);
	scenario_free(&s);
}

static void a_stop_may_wait_for_another_step(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct scenario s;

	assert_int_equal(make(&s,
		"[step \"client\"]\ncommand = x\nafter = server\n"
		"[step \"server\"]\ncommand = x\nready = listen 80\n"
		"stop = INT after client\n", -1, &err), 0);
	assert_string_equal(s.steps[0].name.p, "server");
	assert_string_equal(s.steps[0].ready_text.p, "80");
	assert_true(s.steps[0].stop_follows);
	assert_int_equal(s.steps[0].stop_after, 1);
	assert_false(s.steps[1].stop_follows);
	scenario_free(&s);
	refused("[step \"a\"]\ncommand = x\nstop = after b\n", -1,
		"f:3: step \"a\": stop = after \"b\" names no step",
		"steps: a");
	refused("[step \"a\"]\ncommand = x\nstop = after a\n", -1,
		"f:3: step \"a\": stop = after \"a\" names the step itself",
		"");
	refused("[step \"a\"]\ncommand = x\nstop = after 3s\n"
		"[step \"3s\"]\ncommand = x\n", -1,
		"f:3: step \"a\": stop: after 3s is a time, and a step has "
		"that name too", "3000ms");
}

static void what_is_ready_by_its_end_stops_after_a_step(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct scenario s;

	assert_int_equal(make(&s,
		"[step \"one\"]\ncommand = x\nready = exit\n"
		"stop = INT after client\n"
		"[step \"client\"]\ncommand = x\n"
		"[step \"two\"]\ncommand = x\nafter = one\n", -1, &err), 0);
	assert_int_equal(s.steps[0].ready, READY_EXIT);
	assert_true(s.steps[0].stop_follows);
	scenario_free(&s);
	refused("[step \"a\"]\ncommand = x\nready = exit\nstop = INT\n", -1,
		"f:4: step \"a\": stop and ready contradict each other",
		"stop = SIGNAL after STEP");
	refused("[step \"a\"]\ncommand = x\nready = exit\n"
		"stop = INT after 5s\n", -1,
		"f:4: step \"a\": stop and ready contradict each other",
		"stop = SIGNAL after STEP");
	/* By way of a third step, and of another such stop. */
	refused("[step \"a\"]\ncommand = x\nready = exit\n"
		"stop = after c\n"
		"[step \"b\"]\ncommand = x\nafter = a\n"
		"[step \"c\"]\ncommand = x\nafter = b\n", -1,
		"f:4: steps wait for each other: a ends after c, which waits "
		"for its end", "give a another ready");
	refused("[step \"a\"]\ncommand = x\nready = exit\nstop = after b\n"
		"[step \"b\"]\ncommand = x\nready = exit\nstop = after a\n",
		-1, "f:4: steps wait for each other: a ends after b, which "
		"waits for its end", "");
}

static void steps_that_wait_for_each_other_are_refused(void **state)
{
	(void)state;
	refused("[step \"a\"]\ncommand = x\nafter = a\n", -1,
		"f:3: steps wait for each other: a after a", "after");
	refused("[step \"x\"]\ncommand = x\n"
		"[step \"w\"]\ncommand = x\nafter = x\nafter = a\n"
		"[step \"a\"]\ncommand = x\nafter = x\nafter = b\n"
		"[step \"b\"]\ncommand = x\nafter = c\n"
		"[step \"c\"]\ncommand = x\nafter = a\n", -1,
		"f:9: steps wait for each other: "
		"a after b after c after a", "after");
}

static void mistakes_in_steps_are_named_with_their_line(void **state)
{
	(void)state;
	refused("[step \"a\"]\nready = exit\n", -1,
		"f:2: step \"a\": has no command", "command = ");
	refused("[step \"a\"]\ncommand = a | b\n", -1,
		"f:2: step \"a\": command: \"|\" needs a shell", "sh -c");
	refused("[step \"a\"]\ncommand = x\nargs = \"a | b\"\n", -1,
		"f:3: step \"a\": args: \"|\" needs a shell",
		"write args = 'a | b'");
	refused("[step \"a\"]\ncommand = x\nargs = a | b\n", -1,
		"f:3: step \"a\": args: \"|\" needs a shell",
		"command = sh -c 'ALL OF IT'");
	refused("[step \"srv\"]\ncommand = a\n[step \"b\"]\ncommand = b\n"
		"after = server\n", -1,
		"f:5: step \"b\": after = \"server\" names no step",
		"steps: srv, b");
}

#define VANISH "git-config takes the double quotes away, what is left is: "

/* What a README shows in double quotes never loses its words silently. */
static void double_quotes_in_a_command_do_not_vanish(void **state)
{
	(void)state;
	static const struct { const char *line, *left, *hint; } cases[] = {
		{ "x add \"milk is out\"", "x add milk is out",
		  "write command = x add 'milk is out'" },
		{ "x --save \"\"", "x --save", "command = x --save ''" },
		{ "x \"a\" \"b c\"", "x a b c", "command = x a 'b c'" },
		{ "x \"http://h/?id=1\"", "x http://h/?id=1",
		  "command = x 'http://h/?id=1'" },
		{ "sh -c \"a; b\"", "sh -c a; b",
		  "command = \"sh -c 'a; b'\"" },
		{ "sh -c \"a $B\"", "sh -c a $B", "command = sh -c 'a $B'" },
		{ "python3 -c 'print(\"x\")'", "python3 -c 'print(x)'",
		  "command = python3 -c 'print(\\\"x\\\")'" },
		{ "x \"a\\nb\"", "x a\\nb", "command = x 'a\\\\nb'" },
		{ "x \"a \\\"b\\\"\"", "x a b",
		  "command = x 'a \\\"b\\\"'" },
		{ "x \"it's\"", "x it's", "command = x \\\"it's\\\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autobuf struct buf text = BUF_INIT;
		autobuf struct buf msg = BUF_INIT;

		buf_printf(&text, "[step \"a\"]\ncommand = %s\n",
			   cases[i].line);
		buf_printf(&msg, "f:2: step \"a\": command: " VANISH "%s",
			   cases[i].left);
		refused(text.p, -1, msg.p, cases[i].hint);
	}
	refused("[step \"a\"]\ncommand = x\nargs = -m \"a b\"\n", -1,
		"f:3: step \"a\": args: " VANISH "-m a b",
		"write args = -m 'a b'");
	refused("[step \"a\"]\ncommand = x \"$HOME/a\"\n", -1,
		"f:2: step \"a\": command: \"$\" needs a shell",
		"command = sh -c 'x \\\"$HOME/a\\\"'");
}

/* The hints' lines are read back as the words that were meant. */
static void quotes_that_change_no_word_may_go(void **state)
{
	(void)state;
	static const struct { const char *line, *words; } cases[] = {
		{ "x \"y\" --z=\"1\"", "<x><y><--z=1>" },
		{ "\"x 'a b' c\"", "<x><a b><c>" },
		{ "\"sh -c 'a; b'\"", "<sh><-c><a; b>" },
		{ "x \\\"a b\\\"", "<x><a b>" },
		{ "x '\\\"a\\\"'", "<x><\"a\">" },
		{ "x 'a \\\"b\\\"'", "<x><a \"b\">" },
		{ "x \\\"it's\\\"", "<x><it's>" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autobuf struct buf text = BUF_INIT;
		autobuf struct buf got = BUF_INIT;
		struct err err = ERR_INIT;
		struct scenario s;

		buf_printf(&text, "[step \"a\"]\ncommand = %s\n",
			   cases[i].line);
		if (make(&s, text.p, -1, &err))
			fail_msg("%s: %s", cases[i].line, err.msg);
		for (char **w = s.steps[0].argv; *w; w++)
			buf_printf(&got, "<%s>", *w);
		assert_string_equal(got.p, cases[i].words);
		scenario_free(&s);
	}
}

static void a_link_out_of_the_tree_is_refused(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct scenario s;
	struct tree t;

	tree_make(&t);
	assert_int_equal(symlinkat("/etc", t.fd, "etc"), 0);
	assert_int_equal(symlinkat("..", t.fd, "up"), 0);
	assert_int_equal(mkdirat(t.fd, "in", 0755), 0);
	assert_int_equal(symlinkat("in", t.fd, "same"), 0);
	refused("[step \"a\"]\ncommand = x\nstdin = etc/passwd\n", t.fd,
		"f:3: step \"a\": stdin = \"etc/passwd\" leads out of the "
		"tree", "symbolic link");
	refused("[step \"a\"]\ncommand = x\ndir = up\n", t.fd,
		"f:3: step \"a\": dir = \"up\" leads out of the tree",
		"symbolic link");
	assert_int_equal(make(&s, "[step \"a\"]\ncommand = x\ndir = same\n"
			      "stdin = made/later\n", t.fd, &err), 0);
	scenario_free(&s);
	tree_remove(&t);
}

/* What a configuration that is the user's own brings along. */
static void files_beside_the_configuration_come_first(void **state)
{
	(void)state;
	static const char text[] =
		"[step \"a\"]\ncommand = x\ninput = in\n"
		"[step \"b\"]\ncommand = x\nstdin = data\n"
		"[step \"c\"]\ncommand = x\ninput = only\n";
	struct err err = ERR_INIT;
	char before[33], after[33];
	struct tree tree, own;
	struct config cfg;
	struct scenario s;

	tree_make(&tree);
	tree_make(&own);
	put(&tree, "in", "send theirs\n");
	put(&tree, "only", "send only\n");
	put(&own, "in", "send own\n");
	put(&own, "data", "1\n2\n");
	assert_int_equal(config_parse(&cfg, "f", str_c(text), &err), 0);
	scenario_digest(&cfg, before);
	assert_int_equal(scenario_beside(&cfg, own.fd, &err), 0);
	scenario_digest(&cfg, after);
	assert_string_not_equal(before, after);
	assert_int_equal(cfg.n_files, 2);
	assert_int_equal(scenario_make(&s, &cfg, tree.fd, &err), 0);
	assert_string_equal(s.steps[0].script[0].text.p, "own");
	assert_int_equal(s.steps[1].stdin_path.len, 0);
	assert_true(str_eq(*s.steps[1].stdin_text, STR("1\n2\n")));
	assert_string_equal(s.steps[2].script[0].text.p, "only");
	assert_null(s.steps[2].stdin_text);
	scenario_free(&s);
	config_free(&cfg);
	tree_remove(&tree);
	tree_remove(&own);
}

static void nothing_outside_its_folder_is_read(void **state)
{
	(void)state;
	static const char *const names[] = { "link", "dir", "up/etc" };
	struct err err = ERR_INIT;
	char text[100];
	struct tree own;
	struct config cfg;

	tree_make(&own);
	assert_int_equal(symlinkat("/etc/passwd", own.fd, "link"), 0);
	assert_int_equal(symlinkat("..", own.fd, "up"), 0);
	assert_int_equal(mkdirat(own.fd, "dir", 0755), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(text, sizeof(text), "[step \"a\"]\ncommand = x\n"
			 "stdin = %s\n", names[i]);
		assert_int_equal(config_parse(&cfg, "f", str_c(text), &err),
				 0);
		assert_int_equal(scenario_beside(&cfg, own.fd, &err), -1);
		assert_int_equal(cfg.n_files, 0);
		if (strncmp(err.msg, "f:3: step \"a\": stdin: ", 22) != 0)
			fail_msg("%s", err.msg);
		config_free(&cfg);
	}
	tree_remove(&own);
}

static void what_is_typed_may_stand_in_the_configuration(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct scenario s;

	assert_int_equal(make(&s, "[step \"a\"]\ncommand = x\n"
		"type = wait for Name:\ntype = send alice\ntype = send\n"
		"type = \"send  # one \"\ntype = pause 20ms\ntype = hold\n",
		-1, &err), 0);
	assert_int_equal(s.steps[0].n_script, 6);
	assert_int_equal(s.steps[0].script[0].kind, SCRIPT_WAIT);
	assert_string_equal(s.steps[0].script[1].text.p, "alice");
	assert_int_equal(s.steps[0].script[2].text.len, 0);
	assert_string_equal(s.steps[0].script[3].text.p, " # one ");
	assert_int_equal(s.steps[0].script[4].ms, 20);
	assert_int_equal(s.steps[0].script[5].line, 8);
	scenario_free(&s);
	refused("[step \"a\"]\ncommand = x\ntype = hello\n", -1,
		"f:3: \"hello\" is no line of a script",
		"type = send hello");
	refused("[step \"a\"]\ncommand = x\ntype = hold\ntype = send x\n",
		-1, "f:4: nothing follows hold", "");
	refused("[step \"a\"]\ncommand = x\ntype = \"send a\\nsend b\"\n", -1,
		"f:3: \"send a\\nsend b\" is no line of a script",
		"send TEXT");
	refused("[step \"a\"]\ncommand = x\ntype = send a\ninput = b\n", -1,
		"f:3: step \"a\": type and input contradict each "
		"other", "");
	refused("[step \"a\"]\ncommand = x\ntype = send a\nstdin = b\n", -1,
		"f:3: step \"a\": type and stdin contradict each "
		"other", "");
}

static void digest(const char *text, char out[33])
{
	struct err err = ERR_INIT;
	struct config cfg;

	if (config_parse(&cfg, "f", str_c(text), &err))
		fail_msg("%s", err.msg);
	scenario_digest(&cfg, out);
	config_free(&cfg);
}

static void the_digest_is_of_what_is_asked_for(void **state)
{
	(void)state;
	static const char *const others[] = {
		"[step \"b\"]\ncommand = x y\nready = exit",
		"[step \"a\"]\ncommand = x z\nready = exit",
		"[step \"a\"]\ncommand = x y",
		"[step \"a\"]\ncommand = x y\nready = exit\nenv = A=1",
		("[step \"a\"]\ncommand = x y\nready = exit\n"
		 "[step \"b\"]\ncommand = x"),
	};
	char one[33], two[33];

	digest("[step \"a\"]\ncommand = x y\nready = exit", one);
	digest("# c\n[sandbox]\nmemory = 2G\n[step \"a\"]\n ready=exit\n"
	       " command = \"x y\"", two);
	assert_int_equal(strlen(one), 32);
	assert_string_equal(one, two);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		digest(others[i], two);
		assert_string_not_equal(one, two);
	}
	digest("[sandbox]\nmemory = 2G", two);
	assert_string_equal(two, "detected");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_launcher_goes_before_everything),
		cmocka_unit_test(a_key_tool_named_server_is_no_server),
		cmocka_unit_test(a_server_listens_before_its_client_starts),
		cmocka_unit_test(
			every_file_of_one_rank_is_a_step_in_byte_order),
		cmocka_unit_test(a_gui_is_the_client_of_a_server),
		cmocka_unit_test(a_server_module_without_a_guard_is_a_helper),
		cmocka_unit_test(names_are_found_whatever_their_case),
		cmocka_unit_test(the_order_of_launchers_is_the_tables),
		cmocka_unit_test(a_script_runs_in_the_shell_it_names),
		cmocka_unit_test(package_json_says_how_node_starts),
		cmocka_unit_test(a_useless_package_json_is_passed_over),
		cmocka_unit_test(a_program_needs_its_bit_and_its_magic),
		cmocka_unit_test(the_only_file_is_the_entry),
		cmocka_unit_test(
		of_several_modules_the_one_with_a_guard_is_the_entry),
		cmocka_unit_test(a_script_that_starts_the_others_comes_first),
		cmocka_unit_test(one_of_several_languages_is_a_guess),
		cmocka_unit_test(arguments_are_what_the_source_says),
		cmocka_unit_test(every_language_has_its_entry),
		cmocka_unit_test(a_hint_speaks_the_language_that_is_there),
		cmocka_unit_test(a_fixture_is_one_and_not_all),
		cmocka_unit_test(an_empty_tree_has_no_entry),
		cmocka_unit_test(a_tree_of_one_folder_is_entered),
		cmocka_unit_test(a_program_may_be_named_like_its_folder),
		cmocka_unit_test(links_pipes_and_folders_are_no_entries),
		cmocka_unit_test(
		a_name_that_is_an_option_or_hides_something_is_no_entry),
		cmocka_unit_test(of_a_large_file_only_the_beginning_is_read),
		cmocka_unit_test(a_crowd_is_not_chosen_from),
		cmocka_unit_test(
			python_that_does_something_is_told_from_a_module),
		cmocka_unit_test(commands_split_as_in_a_shell),
		cmocka_unit_test(what_needs_a_shell_is_refused),
		cmocka_unit_test(unfinished_commands_are_refused),
		cmocka_unit_test(configured_steps_keep_everything_they_say),
		cmocka_unit_test(every_ready_word_is_known),
		cmocka_unit_test(steps_come_after_what_they_wait_for),
		cmocka_unit_test(a_stop_may_wait_for_another_step),
		cmocka_unit_test(what_is_ready_by_its_end_stops_after_a_step),
		cmocka_unit_test(steps_that_wait_for_each_other_are_refused),
		cmocka_unit_test(files_beside_the_configuration_come_first),
		cmocka_unit_test(nothing_outside_its_folder_is_read),
		cmocka_unit_test(what_is_typed_may_stand_in_the_configuration),
		cmocka_unit_test(mistakes_in_steps_are_named_with_their_line),
		cmocka_unit_test(double_quotes_in_a_command_do_not_vanish),
		cmocka_unit_test(quotes_that_change_no_word_may_go),
		cmocka_unit_test(a_link_out_of_the_tree_is_refused),
		cmocka_unit_test(the_digest_is_of_what_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
