/* SPDX-License-Identifier: Apache-2.0 */
/* Which line of what a program printed names its error, and where it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/event/error_line.h"

#define APP "/home/auditor/app"

static const char *const files[] = {
	"main.py", "server.py", "pkg/util.py", "index.js", "lib/db.js",
	"node_modules/left/index.js", "main.go", "src/main.rs", "x.pl",
	"x.rb", "x.php", "x.sh", "file.c", "x.lua", "src/App.cs", "src/x.ts",
	"src/main/java/org/example/Main.java", "Main.java", "Makefile",
};

static bool has_file(void *ctx, struct str rel)
{
	(void)ctx;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (str_eq(rel, str_c(files[i])))
			return true;
	return false;
}

static const struct row {
	const char *what, *text, *error, *file;
	unsigned line;
} rows[] = {
	{ "python", "Traceback (most recent call last):\n"
	  "  File \"" APP "/main.py\", line 6, in <module>\n"
	  "    print(total([1, 2, 3]))\n"
	  "          ~~~~~^^^^^^^^^^^\n"
	  "  File \"" APP "/pkg/util.py\", line 2, in total\n"
	  "    return sum(p.value for p in prices)\n"
	  "  File \"/usr/lib/python3.11/json/__init__.py\", line 346, in x\n"
	  "AttributeError: 'int' object has no attribute 'value'\n",
	  "AttributeError: 'int' object has no attribute 'value'",
	  "pkg/util.py", 2 },
	{ "python, a syntax error of the file itself",
	  "  File \"" APP "/server.py\", line 660\n    def x(\n         ^\n"
	  "SyntaxError: '(' was never closed\n",
	  "SyntaxError: '(' was never closed", "server.py", 660 },
	{ "python, chained",
	  "Traceback (most recent call last):\n"
	  "  File \"" APP "/main.py\", line 3, in f\n    int('x')\n"
	  "ValueError: invalid literal\n\n"
	  "During handling of the above exception, another exception "
	  "occurred:\n\n"
	  "Traceback (most recent call last):\n"
	  "  File \"" APP "/main.py\", line 5, in <module>\n    raise Bad\n"
	  "app.errors.Bad: cannot parse\n", "app.errors.Bad: cannot parse",
	  "main.py", 5 },
	{ "python, behind a prompt",
	  "Password for alice: Traceback (most recent call last):\n"
	  "  File \"" APP "/main.py\", line 9, in <module>\n"
	  "EOFError: EOF when reading a line\n",
	  "EOFError: EOF when reading a line", "main.py", 9 },
	{ "python, no such script",
	  "python3: can't open file '" APP "/nope.py': [Errno 2] No such file "
	  "or directory\n",
	  "python3: can't open file '" APP "/nope.py': [Errno 2] No such file "
	  "or directory", "", 0 },
	{ "python, a warning is none", "x.py:3: DeprecationWarning: old\n"
	  "stopped\n", "stopped", "", 0 },
	{ "node, a module", "node:internal/modules/cjs/loader:1048\n"
	  "  throw err;\n  ^\n\nError: Cannot find module 'left-padder'\n"
	  "Require stack:\n- " APP "/index.js\n"
	  "    at Module._resolveFilename (node:internal/modules/cjs/loader:"
	  "1045:15)\n    at Object.<anonymous> (" APP "/index.js:1:13) {\n"
	  "  code: 'MODULE_NOT_FOUND'\n}\n\nNode.js v18.19.0\n",
	  "Error: Cannot find module 'left-padder'", "index.js", 1 },
	{ "node, a syntax error", APP "/lib/db.js:7\nconst x = ;\n"
	  "          ^\n\nSyntaxError: Unexpected token ';'\n"
	  "    at internalCompileFunction (node:internal/vm:73:18)\n\n"
	  "Node.js v18.19.0\n", "SyntaxError: Unexpected token ';'",
	  "lib/db.js", 7 },
	{ "node, thrown by a dependency",
	  "TypeError [ERR_X]: bad\n"
	  "    at f (" APP "/node_modules/left/index.js:3:1)\n"
	  "    at g (file://" APP "/lib/db.js:12:5)\n",
	  "TypeError [ERR_X]: bad", "lib/db.js", 12 },
	{ "node, in colours", "\033[31mError: no\033[0m\n    at " APP
	  "/index.js:4:1\n", "Error: no", "index.js", 4 },
	{ "C, an assertion", "prog: file.c:12: main: Assertion `x > 0' failed."
	  "\n", "prog: file.c:12: main: Assertion `x > 0' failed.", "file.c",
	  12 },
	{ "a library", "./prog: error while loading shared libraries: "
	  "libfoo.so.1: cannot open shared object file: No such file or "
	  "directory\n", "./prog: error while loading shared libraries: "
	  "libfoo.so.1: cannot open shared object file: No such file or "
	  "directory", "", 0 },
	{ "a version of a library", "./p: /lib/libc.so.6: version `GLIBC_2.38' "
	  "not found (required by ./p)\n", "./p: /lib/libc.so.6: version "
	  "`GLIBC_2.38' not found (required by ./p)", "", 0 },
	{ "a shell tells of a crash", "hello\nSegmentation fault (core dumped)"
	  "\n", "Segmentation fault (core dumped)", "", 0 },
	{ "the heap", "free(): invalid pointer\nAborted\n",
	  "free(): invalid pointer", "", 0 },
	{ "C++", "terminate called after throwing an instance of "
	  "'std::runtime_error'\n  what():  no such key\nAborted\n",
	  "what():  no such key", "", 0 },
	{ "go", "panic: runtime error: index out of range [5] with length 3\n"
	  "\ngoroutine 1 [running]:\nmain.main()\n\t" APP "/main.go:9 +0x1d\n"
	  "exit status 2\n",
	  "panic: runtime error: index out of range [5] with length 3",
	  "main.go", 9 },
	{ "go, a compiler", "# command-line-arguments\n./main.go:5:2: undefined"
	  ": foo\n", "undefined: foo", "main.go", 5 },
	{ "go, a flag", "flag provided but not defined: -s\nUsage of main:\n"
	  "  -v\tprint\n", "flag provided but not defined: -s", "", 0 },
	{ "rust, new", "thread 'main' panicked at src/main.rs:3:5:\n"
	  "index out of bounds: the len is 3 but the index is 99\n"
	  "note: run with `RUST_BACKTRACE=1` environment variable to display "
	  "a backtrace\n",
	  "index out of bounds: the len is 3 but the index is 99",
	  "src/main.rs", 3 },
	{ "rust, with the thread's number",
	  "\nthread 'main' (4711) panicked at src/main.rs:3:5:\nboom\n",
	  "boom", "src/main.rs", 3 },
	{ "rust, old", "thread 'main' panicked at 'boom', src/main.rs:3:5\n"
	  "note: run with `RUST_BACKTRACE=1`\n",
	  "thread 'main' panicked at 'boom'", "src/main.rs", 3 },
	{ "rust, a compiler", "error[E0425]: cannot find value `x` in this "
	  "scope\n --> src/main.rs:2:5\n  |\n\nerror: aborting due to previous "
	  "error\n", "error[E0425]: cannot find value `x` in this scope",
	  "src/main.rs", 2 },
	{ "java", "Exception in thread \"main\" java.lang.IllegalState"
	  "Exception: not open\n\tat java.base/java.util.X.f(X.java:7)\n\tat "
	  "org.example.Main.main(Main.java:12)\nCaused by: java.io.IOException"
	  "\n", "java.lang.IllegalStateException: not open",
	  "src/main/java/org/example/Main.java", 12 },
	{ "java, a compiler", "Main.java:3: error: ';' expected\n    int x\n"
	  "1 error\n", "error: ';' expected", "Main.java", 3 },
	{ "java, a class", "Error: Could not find or load main class Foo\n"
	  "Caused by: java.lang.ClassNotFoundException: Foo\n",
	  "Error: Could not find or load main class Foo", "", 0 },
	{ "perl", "Died at x.pl line 3.\n", "Died", "x.pl", 3 },
	{ "perl, a module", "Can't locate Foo.pm in @INC (you may need to "
	  "install the Foo module) at x.pl line 2.\nBEGIN failed--compilation "
	  "aborted at x.pl line 2.\n", "Can't locate Foo.pm in @INC (you may "
	  "need to install the Foo module)", "x.pl", 2 },
	{ "ruby", "x.rb:3:in `foo': undefined local variable (NameError)\n"
	  "\tfrom x.rb:5:in `<main>'\n",
	  "undefined local variable (NameError)", "x.rb", 3 },
	{ "ruby 3.4", "x.rb:3:in 'Object#foo': unhandled exception\n",
	  "unhandled exception", "x.rb", 3 },
	{ "php", "PHP Fatal error:  Uncaught Error: Call to undefined function "
	  "foo() in " APP "/x.php:3\nStack trace:\n#0 {main}\n  thrown in "
	  APP "/x.php on line 3\n", "PHP Fatal error:  Uncaught Error: Call to "
	  "undefined function foo()", "x.php", 3 },
	{ "php, a parser", "PHP Parse error:  syntax error, unexpected end of "
	  "file in " APP "/x.php on line 9\n", "PHP Parse error:  syntax error"
	  ", unexpected end of file", "x.php", 9 },
	{ "sh", "sh: 1: gh: not found\n", "sh: 1: gh: not found", "", 0 },
	{ "sh, a script", "./x.sh: 3: gh: not found\n", "gh: not found", "x.sh",
	  3 },
	{ "bash", "x.sh: line 3: foo: command not found\n",
	  "foo: command not found", "x.sh", 3 },
	{ "env", "env: 'node': No such file or directory\n",
	  "env: 'node': No such file or directory", "", 0 },
	{ "git", "hint: x\nfatal: not a git repository\nmore\n",
	  "fatal: not a git repository", "", 0 },
	{ "gcc under make", "cc -c file.c\nfile.c: In function 'main':\n"
	  "file.c:3:5: error: 'x' undeclared\n    3 |  x\nfile.c:4:5: error: "
	  "expected ';'\nmake: *** [Makefile:2: all] Error 1\n",
	  "error: 'x' undeclared", "file.c", 3 },
	{ "make alone", "building\nmake: *** [Makefile:2: all] Error 1\n",
	  "make: *** [Makefile:2: all] Error 1", "", 0 },
	{ "tsc", "src/x.ts(3,5): error TS2304: Cannot find name 'y'.\n",
	  "src/x.ts(3,5): error TS2304: Cannot find name 'y'.", "src/x.ts", 3 },
	{ "C#", "Unhandled exception. System.Exception: no\n   at P.Main() in "
	  APP "/src/App.cs:line 7\n", "System.Exception: no", "src/App.cs", 7 },
	{ "lua", "lua: x.lua:3: attempt to call a nil value\nstack traceback:\n"
	  "\t[C]: in ?\n", "lua: x.lua:3: attempt to call a nil value",
	  "x.lua", 3 },
	{ "argparse", "usage: main.py [-h]\nmain.py: error: unrecognized "
	  "arguments: -s\n", "main.py: error: unrecognized arguments: -s", "",
	  0 },
	{ "click", "Usage: main [OPTIONS]\nTry 'main --help' for help.\n\n"
	  "Error: No such option: -s\n", "Error: No such option: -s", "", 0 },
	{ "getopt", "main: invalid option -- 's'\nUsage: main [-v]\n"
	  "  -V        print version information and exit\n",
	  "main: invalid option -- 's'", "", 0 },
	{ "usage, and why", "need a port\nusage: main PORT\n  PORT  a number\n",
	  "need a port", "", 0 },
	{ "usage alone", "usage: main PORT\n  PORT  a number\n",
	  "usage: main PORT", "", 0 },
	{ "npm", "npm ERR! Missing script: \"start\"\nnpm ERR!\nnpm ERR! A "
	  "complete log of this run can be found in: /x\n",
	  "npm ERR! Missing script: \"start\"", "", 0 },
	{ "a word at the end", "starting\nport 80 is taken\n",
	  "port 80 is taken", "", 0 },
	{ "a prompt is none", "wrong password\nPassword for alice: ",
	  "wrong password", "", 0 },
	{ "nor one that got a newline", "wrong password\nPassword for alice:\n",
	  "wrong password", "", 0 },
	{ "nor a question", "no config\nContinue? ", "no config", "", 0 },
	{ "a file that is not of the tree", "Error: x\n    at /usr/lib/y.js:3:1"
	  "\n", "Error: x", "", 0 },
	{ "a way out of the tree", "../../etc/passwd:3: error: x\n",
	  "../../etc/passwd:3: error: x", "", 0 },
};

static void every_shape_is_recognised(void **state)
{
	const struct error_tree tree = {
		STR(APP), STR(""), has_file, NULL
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a = ARENA_INIT;
		struct error_line e;

		if (!error_line_find(&e, &a, str_c(rows[i].text), &tree))
			fail_msg("%s: nothing", rows[i].what);
		if (!str_eq(e.text, str_c(rows[i].error)) ||
		    !str_eq(e.file, str_c(rows[i].file)) ||
		    e.line != rows[i].line)
			fail_msg("%s: '%.*s' '%.*s' %u", rows[i].what,
				 STR_ARG(e.text), STR_ARG(e.file), e.line);
		arena_free(&a);
	}
}

static bool finds(struct error_line *e, struct arena *a, struct str text)
{
	const struct error_tree tree = {
		STR(APP), STR(""), has_file, NULL
	};

	return error_line_find(e, a, text, &tree);
}

static void silence_and_prompts_are_no_error(void **state)
{
	static const char *const none[] = {
		"", "\n\n", "Password for alice: ", "> ", "Name? ",
		"Password:\n", "Node.js v18.19.0\n",
	};
	struct arena a = ARENA_INIT;
	struct error_line e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		if (finds(&e, &a, str_c(none[i])))
			fail_msg("'%s': '%.*s'", none[i], STR_ARG(e.text));
	arena_free(&a);
}

static void a_question_is_told_from_what_was_said(void **state)
{
	(void)state;
	assert_true(error_line_asks(STR("Name: ")));
	assert_true(error_line_asks(STR("Go on?")));
	assert_false(error_line_asks(STR("Done.")));
	assert_false(error_line_asks(STR("")));
}

static void what_came_before_the_report_is_known(void **state)
{
	struct arena a = ARENA_INIT;
	struct error_line e;

	(void)state;
	assert_true(finds(&e, &a, STR("Traceback (most recent call last):\n"
				      "  File \"x\", line 1\nValueError: x\n")));
	assert_true(e.is_sure);
	assert_true(e.is_report);
	assert_false(e.preceded);
	assert_true(finds(&e, &a, STR("code.c:2: error: tab\n")));
	assert_true(e.is_sure);
	assert_false(e.is_report);
	assert_true(finds(&e, &a, STR("hello\nTraceback (most recent call "
				      "last):\n  File \"x\", line 1\nE: x\n")));
	assert_true(e.preceded);
	assert_true(finds(&e, &a, STR("usage: x FILE\n  FILE  a file\n")));
	assert_true(e.is_report);
	assert_false(e.preceded);
	assert_true(finds(&e, &a, STR("good bye\n")));
	assert_false(e.is_sure);
	arena_free(&a);
}

/* Whatever is printed, it ends soon and nothing is read beyond the end. */
static void any_bytes_will_do(void **state)
{
	static const char *const bits[] = {
		"a:1", ":/1", "line 1", " (1,", "\n", "\033[", "at ", "x.pl",
		"Error", ": ", "usage:", "File \"", "\", line ", "\0", "\xff",
	};
	struct arena a = ARENA_INIT;
	struct error_line e;
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		char text[4096];
		size_t n = 0;

		while (n + 16 < sizeof(text)) {
			const char *bit;

			seed = seed * 1664525 + 1013904223;
			bit = bits[(seed >> 16) % ARRAY_LEN(bits)];
			memcpy(text + n, bit, strlen(bit) + 1);
			n += *bit ? strlen(bit) : 1;
		}
		if (finds(&e, &a, (struct str){ text, n }))
			assert_true(e.text.len <= ERROR_LINE_MAX);
	}
	arena_free(&a);
}

static void long_output_is_looked_at_from_its_end(void **state)
{
	size_t len = 4 * ERROR_TEXT_MAX;
	char *text = mem_alloc(len + 32);
	struct arena a = ARENA_INIT;
	struct error_line e;

	(void)state;
	memset(text, ':', len);
	for (size_t i = 1; i < len; i += 2)
		text[i] = '1';
	memcpy(text + len, "\nValueError: x\n", 15);
	assert_true(finds(&e, &a, (struct str){ text, len + 15 }));
	assert_true(str_eq(e.text, STR("ValueError: x")));
	free(text);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_is_recognised),
		cmocka_unit_test(silence_and_prompts_are_no_error),
		cmocka_unit_test(a_question_is_told_from_what_was_said),
		cmocka_unit_test(what_came_before_the_report_is_known),
		cmocka_unit_test(any_bytes_will_do),
		cmocka_unit_test(long_output_is_looked_at_from_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
