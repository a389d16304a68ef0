/* SPDX-License-Identifier: Apache-2.0 */
/* `.behavdiff`: the syntax as git reads it, the values as keys.def wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/config/config.h"
#include "core/config/lex.h"
#include "core/config/value.h"

#define NONE ((struct str){ "", 0 })

static void parse(struct config *cfg, const char *text)
{
	struct err err = ERR_INIT;

	if (config_parse(cfg, "f", str_c(text), &err))
		fail_msg("%s", err.msg);
}

/* The text is refused with a message that begins so, and a hint with this. */
static void refused(const char *text, const char *msg, const char *hint)
{
	struct err err = ERR_INIT;
	struct config cfg;

	memset(&cfg, 0x55, sizeof(cfg));

	struct config before = cfg;

	if (!config_parse(&cfg, "f", str_c(text), &err))
		fail_msg("accepted: %s", text);
	assert_memory_equal(&cfg, &before, sizeof(cfg));
	assert_int_equal(err.code, ERR_TROUBLE);
	if (strncmp(err.msg, msg, strlen(msg)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", err.msg, msg);
	if (!strstr(err.hint, hint))
		fail_msg("hint \"%s\" lacks \"%s\"", err.hint, hint);
}

static void has_str(const struct config *cfg, const char *section,
		    const char *sub, const char *name, const char *want)
{
	struct str got = config_str(cfg, section, str_c(sub), name);

	assert_int_equal(got.len, strlen(want));
	assert_string_equal(got.p, want);
}

/* --- values --- */

static void an_empty_configuration_gives_every_default(void **state)
{
	(void)state;
	struct config cfg;

	config_init(&cfg);
	assert_false(cfg.present);
	has_str(&cfg, "behavdiff", "", "baselines", "baselines");
	has_str(&cfg, "step", "any", "ready", "after 0s");
	assert_int_equal(config_num(&cfg, "behavdiff", NONE, "runs"), 3);
	assert_int_equal(config_num(&cfg, "sandbox", NONE, "timeout"), 60000);
	assert_int_equal(config_num(&cfg, "sandbox", NONE, "memory"), 1 << 30);
	assert_false(config_has(&cfg, "sandbox", NONE, "env"));
	assert_null(config_nth(&cfg, "sandbox", NONE, "env", 0));
	assert_int_equal(config_line(&cfg, "sandbox", NONE, "timeout"), 0);
	config_free(&cfg);
}

/* Plans that lack a key are compared by the words of its default. */
static void is_written_so(const struct config_key *key, uint64_t num)
{
	autobuf struct buf text = BUF_INIT;

	if (!config_is_number(key->type))
		return;
	config_put_number(&text, key->type, num);
	assert_string_equal(text.p, key->dflt);
}

static void every_default_is_a_value_of_its_type(void **state)
{
	(void)state;
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		struct config_entry e = { .key = &keys[i] };
		struct err err = ERR_INIT;

		e.value = str_c(keys[i].dflt);
		if (e.value.len && config_value_check(&e, &err))
			fail_msg("%s", err.msg);
		if (keys[i].plan.part == CONFIG_SETTING)
			is_written_so(&keys[i], e.num);
	}
}

static void the_documented_example_is_read(void **state)
{
	(void)state;
	struct config cfg;
	struct str name;

	parse(&cfg,
	      "[behavdiff]\n"
	      "    baselines = baselines      # where they live\n"
	      "    runs = 5\n"
	      "[sandbox]\n"
	      "    timeout = 1500ms\n"
	      "    memory = 2G\n"
	      "    env = SOCP_MODE=test\n"
	      "    env = EMPTY=\n"
	      "    bind = vendor/venv\n"
	      "    address = 10.13.89.250\n"
	      "[step \"server\"]\n"
	      "    command = python3 server.py\n"
	      "    dir = integration\n"
	      "    ready = listen\n"
	      "[step \"client\"]\n"
	      "    command = python3 client.py --name alice\n"
	      "    stdin = tests/session.txt\n"
	      "    after = server\n"
	      "[policy]\n"
	      "    fail-on = error\n"
	      "    level = file.create:/tmp/** warning\n"
	      "    level = net.bind:tcp 127.0.0.1:* note\n");
	assert_true(cfg.present);
	assert_string_equal(cfg.name, "f");
	assert_int_equal(config_num(&cfg, "behavdiff", NONE, "runs"), 5);
	assert_int_equal(config_num(&cfg, "sandbox", NONE, "timeout"), 1500);
	assert_true(config_num(&cfg, "sandbox", NONE, "memory") == 2ULL << 30);
	has_str(&cfg, "step", "server", "command", "python3 server.py");
	has_str(&cfg, "step", "client", "after", "server");
	assert_int_equal(config_line(&cfg, "step", STR("client"), "after"), 18);
	assert_int_equal(config_header(&cfg, "step", STR("client"), "after"),
			 15);
	assert_string_equal(
		config_nth(&cfg, "sandbox", NONE, "env", 1)->value.p, "EMPTY=");
	assert_null(config_nth(&cfg, "sandbox", NONE, "env", 2));
	assert_int_equal(
		config_nth(&cfg, "policy", NONE, "level", 1)->line, 22);
	assert_true(config_subsection(&cfg, "step", 1, &name));
	assert_string_equal(name.p, "client");
	assert_false(config_subsection(&cfg, "step", 2, &name));
	config_free(&cfg);
}

static void a_section_may_be_split_and_keeps_its_order(void **state)
{
	(void)state;
	struct config cfg;
	struct str name;

	parse(&cfg, "[step \"b\"]\nready = exit\n[step \"a\"]\nready = exit\n"
		    "[step \"b\"]\ncommand = x\n");
	assert_true(config_subsection(&cfg, "step", 0, &name));
	assert_string_equal(name.p, "b");
	assert_true(config_subsection(&cfg, "step", 1, &name));
	assert_string_equal(name.p, "a");
	assert_false(config_subsection(&cfg, "step", 2, &name));
	has_str(&cfg, "step", "b", "command", "x");
	config_free(&cfg);
}

static void names_ignore_case_but_a_steps_name_does_not(void **state)
{
	(void)state;
	struct config cfg;

	parse(&cfg, "[SandBox]\nTimeOut = 2s\n[Step \"A\"]\nREADY = exit\n"
		    "[step \"a\"]\nready = listen\n");
	assert_int_equal(config_num(&cfg, "sandbox", NONE, "timeout"), 2000);
	has_str(&cfg, "step", "A", "ready", "exit");
	has_str(&cfg, "step", "a", "ready", "listen");
	config_free(&cfg);
}

static void durations_have_units(void **state)
{
	(void)state;
	uint64_t ms = 7;

	assert_true(config_duration(STR("0"), &ms) && ms == 0);
	assert_true(config_duration(STR("60"), &ms) && ms == 60000);
	assert_true(config_duration(STR("1500ms"), &ms) && ms == 1500);
	assert_true(config_duration(STR("2m"), &ms) && ms == 120000);
	assert_true(config_duration(STR("1h"), &ms) && ms == 3600000);
	ms = 7;
	assert_false(config_duration(STR(""), &ms));
	assert_false(config_duration(STR("s"), &ms));
	assert_false(config_duration(STR("-1"), &ms));
	assert_false(config_duration(STR("+1"), &ms));
	assert_false(config_duration(STR("1 s"), &ms));
	assert_false(config_duration(STR("1.5s"), &ms));
	assert_false(config_duration(STR("1d"), &ms));
	assert_false(config_duration(STR("0x10"), &ms));
	assert_false(config_duration(STR("010"), &ms));
	assert_false(config_duration(STR("00"), &ms));
	assert_false(config_duration(STR("18446744073709551616ms"), &ms));
	assert_false(config_duration(STR("18446744073709551615s"), &ms));
	assert_int_equal(ms, 7);
}

static void sizes_have_units(void **state)
{
	(void)state;
	uint64_t n = 7;

	assert_true(config_size(STR("4096"), &n) && n == 4096);
	assert_true(config_size(STR("4k"), &n) && n == 4096);
	assert_true(config_size(STR("512M"), &n) && n == 512ULL << 20);
	assert_true(config_size(STR("3g"), &n) && n == 3ULL << 30);
	n = 7;
	assert_false(config_size(STR("M"), &n));
	assert_false(config_size(STR("1MB"), &n));
	assert_false(config_size(STR("1T"), &n));
	assert_false(config_size(STR("18446744073709551615k"), &n));
	assert_int_equal(n, 7);
}

static void nonsense_values_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"[behavdiff]\nruns = 0", "[behavdiff]\nruns = 65",
		"[behavdiff]\nruns = 3x", "[behavdiff]\nruns =",
		"[behavdiff]\nbaselines = /tmp", "[behavdiff]\nbaselines = ..",
		"[behavdiff]\nbaselines = a/../../b",
		"[sandbox]\ntimeout = 0", "[sandbox]\ntimeout = 25h",
		"[sandbox]\ntimeout = -1", "[sandbox]\nmemory = 1k",
		"[sandbox]\nmemory = 65537G", "[sandbox]\nprocesses = 0",
		"[sandbox]\nprocesses = 100001", "[sandbox]\nfiles = 0",
		"[sandbox]\ndescriptors = 3", "[sandbox]\nenv = NAME",
		"[sandbox]\nenv = =x", "[sandbox]\nenv = 1A=x",
		"[sandbox]\nenv = A-B=x", "[sandbox]\nbind = .",
		"[sandbox]\nbind = a/./b", "[sandbox]\naddress = localhost",
		"[sandbox]\naddress = 10.0.0.256", "[sandbox]\naddress = 10.1",
		"[sandbox]\naddress = 0.0.0.0", "[sandbox]\naddress = ::",
		"[sandbox]\naddress = 224.0.0.1",
		"[sandbox]\naddress = 255.255.255.255",
		"[sandbox]\naddress = ff02::1", "[sandbox]\naddress = ::1/64",
		"[sandbox]\naddress =", "[step \"a\"]\ncommand =",
		"[step \"a\"]\ncommand = \"\"", "[step \"a\"]\ndir = ../b",
		"[step \"a\"]\nstdin = .", "[step \"a\"]\nafter = b c",
		"[step \"a\"]\nready = soon", "[step \"a\"]\nready = exit 0",
		"[step \"a\"]\nready = listen 0",
		"[step \"a\"]\nready = listen 65536",
		"[step \"a\"]\nready = listen http",
		"[step \"a\"]\nready = listen :80",
		"[step \"a\"]\nready = listen 127.0.0.1",
		"[step \"a\"]\nready = listen ::1:80",
		"[step \"a\"]\nready = listen [::1]",
		"[step \"a\"]\nready = listen [localhost]:80",
		"[step \"a\"]\nready = listen example.org:80",
		"[step \"a\"]\nready = listen 80 81",
		"[step \"a\"]\nready = listen @",
		"[step \"a\"]\nready = listen /tmp/../x",
		"[step \"a\"]\nready = output", "[step \"a\"]\nready = after",
		"[step \"a\"]\nready = after 25h",
		"[step \"a\"]\nready = file /", "[step \"a\"]\nready = file ~/",
		"[step \"a\"]\nready = file /tmp/../x",
		"[step \"a\"]\nready = file $HOME",
		"[step \"a\"]\nstop = after", "[step \"a\"]\nstop = soon",
		"[step \"a\"]\nstop = after 25h",
		"[step \"a\"]\nstop = after b c",
		"[step \"a\"]\nstop = TERM after -b",
		"[step \"a\"]\nready = file ../x", "[step \"a\"]\nready = EXIT",
		"[policy]\nfail-on = fatal", "[policy]\nfail-on = Error",
		"[policy]\nlevel = file.create:/tmp/**",
		"[policy]\nlevel = file.create /tmp warning",
		"[policy]\nlevel = :/tmp warning",
		"[policy]\nlevel = file.create: warning",
		"[policy]\nlevel = file.create:x high",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(bad[i], "f:2: ", "");
}

static void sensible_values_are_accepted(void **state)
{
	(void)state;
	static const char *const good[] = {
		"[behavdiff]\nruns = 1", "[behavdiff]\nruns = 64",
		"[behavdiff]\nbaselines = .", "[behavdiff]\nbaselines = a/b",
		"[sandbox]\ntimeout = 1ms", "[sandbox]\ntimeout = 24h",
		"[sandbox]\nprocesses = 100000", "[sandbox]\nenv = _a1=x = y",
		"[sandbox]\naddress = 127.0.0.2",
		"[sandbox]\naddress = fd00::1", "[step \"a\"]\ndir = .",
		"[step \"a.b_c-1\"]\nafter = a.b_c-1",
		"[step \"a\"]\nready = output  ready to  serve",
		"[step \"a\"]\nready = file run/pid",
		"[step \"a\"]\nready = file /tmp/.X11-unix/X0",
		"[step \"a\"]\nready = file $HOME/.cache/x",
		"[step \"a\"]\nready = file ~/x",
		"[step \"a\"]\nready = listen 8765",
		"[step \"a\"]\nready = listen 127.0.0.1:8765",
		"[step \"a\"]\nready = listen localhost:8765",
		"[step \"a\"]\nready = listen [::1]:80",
		"[step \"a\"]\nready = listen /run/x.sock",
		"[step \"a\"]\nready = listen @bus",
		"[step \"a\"]\nstop = after b",
		"[step \"a\"]\nstop = SIGINT after b",
		"[step \"a\"]\nready = after 1500ms",
		"[policy]\nfail-on = never",
		"[policy]\nlevel = net.connect:tcp 10.0.0.1:80 never",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct config cfg;

		parse(&cfg, good[i]);
		assert_int_equal(cfg.n, 1);
		config_free(&cfg);
	}
}

static void a_bool_may_stand_alone_and_knows_gits_words(void **state)
{
	(void)state;
	static const struct config_key key = {
		.section = "s", .name = "b", .type = CONFIG_BOOL,
		.dflt = "", .help = "",
	};
	static const struct { const char *text; int want; } cases[] = {
		{ "true", 1 }, { "YES", 1 }, { "on", 1 }, { "1", 1 },
		{ "false", 0 }, { "No", 0 }, { "off", 0 }, { "0", 0 },
		{ "", 0 }, { "2", -1 }, { "truely", -1 }, { "tru", -1 },
		{ "falsefalse", -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct config_entry e = { .key = &key };
		int rc;

		e.value = str_c(cases[i].text);
		rc = config_value_check(&e, NULL);
		assert_int_equal(rc ? -1 : (int)e.num, cases[i].want);
	}
}

static void ready_comes_apart(void **state)
{
	(void)state;
	struct str word, rest;

	assert_true(config_ready(STR("output  is up "), &word, &rest));
	assert_true(str_eq(word, STR("output")));
	assert_true(str_eq(rest, STR("is up ")));
	assert_true(config_ready(STR("listen"), &word, &rest));
	assert_int_equal(rest.len, 0);
	assert_false(config_ready(STR(""), &word, &rest));
}

static void stop_comes_apart(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int sig;
		uint64_t ms;
		const char *step;
	} cases[] = {
		{ "INT", SIGINT, 0, "" },
		{ "after 2s", SIGTERM, 2000, "2s" },
		{ "after client", SIGTERM, 0, "client" },
		{ "SIGINT after client.2", SIGINT, 0, "client.2" },
		{ "HUP after 10ms", SIGHUP, 10, "10ms" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str step;
		uint64_t ms;
		int sig;

		assert_true(config_stop(str_c(cases[i].text), &sig, &ms,
					&step));
		assert_int_equal(sig, cases[i].sig);
		assert_int_equal(ms, cases[i].ms);
		assert_true(str_eq(step, str_c(cases[i].step)));
	}
}

/* --- messages --- */

static void a_message_names_file_line_value_and_what_is_expected(void **state)
{
	(void)state;
	refused("[behavdiff]\n\n; x\nruns = 0\n",
		"f:4: behavdiff.runs: bad value \"0\": expected a whole "
		"number without a zero in front, from 1 to 64",
		"how often each revision is run");
	refused("[sandbox]\ntimeout = 100h\n",
		"f:2: sandbox.timeout: bad value \"100h\": expected seconds, "
		"or with ms, s, m or h: 1500ms, from 1ms to 24h",
		"default 60s");
}

static void a_comment_never_cuts_a_text(void **state)
{
	(void)state;
	struct config cfg;

	refused("[step \"a\"]\ncommand = /bin/sh -c 'echo one; echo two'\n",
		"f:2: step.command: \";\" begins a comment, and the value "
		"would end before it: /bin/sh -c 'echo one",
		"double quotes: command = \"/bin/sh -c 'echo one; echo two'\"");
	refused("[step \"a\"]\ncommand = /bin/echo one;two\n",
		"f:2: step.command: \";\" begins", "one;two\"");
	refused("[step \"a\"]\ncommand = a 'b; c(\\\"d\\\")' \"e\"\n",
		"f:2: step.command: \";\" begins",
		"command = \"a 'b; c(\\\"d\\\")' \\\"e\\\"\"");
	refused("[step \"a\"]\nargs = x # why\n",
		"f:2: step.args: \"#\" begins", "a line of its own");
	/* What a shell would expand and nothing here does. */
	refused("[sandbox]\nenv = A=$HOME/x\n",
		"f:2: sandbox.env: $HOME is not expanded here",
		"write env = A=/home/auditor/x");
	refused("[step \"a\"]\nenv = \"DB=${TREE}/db\"\n",
		"f:2: step.env: ${TREE} is not expanded here",
		"write env = DB=/home/auditor/app/db");
	refused("[step \"a\"]\nenv = A=~\n",
		"f:2: step.env: ~ is not expanded here",
		"write env = A=/home/auditor");
	parse(&cfg, "[sandbox]\nenv = A=$HOMER\nenv = B=a$HOME\n"
	      "env = C=~user\n");
	config_free(&cfg);
	refused("[sandbox]\nenv = A=\"b\" # why\n",
		"f:2: sandbox.env: \"#\" begins", "double quotes");
	refused("[step \"a\"]\nready = output a;b\n",
		"f:2: step.ready: \";\" begins", "double quotes");
	refused("[step \"a\"]\nexpect = output #1\n",
		"f:2: step.expect: \"#\" begins", "double quotes");
	/* Glued to the value it is one of it. */
	refused("[sandbox]\ntimeout = 90s;x\n",
		"f:2: sandbox.timeout: \";\" begins", "double quotes");
	refused("[policy]\nlevel = file.create:/tmp/a#b warning\n",
		"f:2: policy.level: \"#\" begins", "double quotes");
	parse(&cfg, "[sandbox]\ntimeout = 90s\t# why\nenv = \"A=b;c # d\"\n"
		    "[step \"a\"]\nready = listen 80 ; the chat\n"
		    "command = sh -c \"'a; b'\"\nafter = b # first\n"
		    "expect = status 0 # well\n"
		    "[policy]\nlevel = file.create:/tmp/** warning # why\n");
	has_str(&cfg, "sandbox", "", "env", "A=b;c # d");
	has_str(&cfg, "step", "a", "ready", "listen 80");
	has_str(&cfg, "step", "a", "command", "sh -c 'a; b'");
	config_free(&cfg);
}

/* Of a command the words are compared, when it is split. */
static void double_quotes_in_a_text_do_not_vanish(void **state)
{
	(void)state;
	struct config cfg;

	refused("[step \"a\"]\ntype = send \"hello\"\n",
		"f:2: step.type: git-config takes the double quotes away, "
		"what is left is: send hello",
		"write type = send \\\"hello\\\"; without quotes: "
		"type = send hello");
	refused("[step \"a\"]\nready = output {\"ok\": true}\n",
		"f:2: step.ready: git-config takes",
		"ready = output {\\\"ok\\\": true}");
	refused("[step \"a\"]\nexpect = output \"a;b\"\n",
		"f:2: step.expect: git-config takes",
		"expect = \"output \\\"a;b\\\"\"; without quotes: "
		"expect = \"output a;b\"");
	refused("[sandbox]\nenv = A={\"b\":1}\n",
		"f:2: sandbox.env: git-config takes", "A={\\\"b\\\":1}");
	refused("[sandbox]\nenv = A=\"b\"c\n",
		"f:2: sandbox.env: git-config takes", "A=bc");
	parse(&cfg, "[sandbox]\nenv = A=\"b # \\\"c\"\nenv = \"B=1\"\n"
		    "timeout = 9\"0\"s\n"
		    "[step \"a\"]\n"
		    "command =  x \"a \\\"b\"\t \\\"c\\\" \"#\\\nd\"  \n"
		    "args = \"a  b\" \n"
		    "type = \"send  a \"\n");
	has_str(&cfg, "sandbox", "", "env", "A=b # \"c");
	assert_int_equal(config_num(&cfg, "sandbox", NONE, "timeout"), 90000);
	has_str(&cfg, "step", "a", "command", "x a \"b\t \"c\" #d");
	assert_string_equal(
		config_nth(&cfg, "step", STR("a"), "command", 0)->kept.p,
		"x \"a \\\"b\"\t \"c\" \"#d\"");
	assert_int_equal(
		config_nth(&cfg, "step", STR("a"), "args", 0)->kept.len, 0);
	config_free(&cfg);
}

static void an_unknown_key_brings_the_near_ones(void **state)
{
	(void)state;
	refused("[sandbox]\ntimeuot = 3\n",
		"f:2: unknown key \"timeuot\" in [sandbox]",
		"did you mean timeout?");
	refused("[behavdiff]\ntimeout = 3\n",
		"f:2: unknown key \"timeout\" in [behavdiff]",
		"timeout is a key of [sandbox]");
	refused("[behavdiff]\nfrobnicate = 3\n", "f:2: unknown key",
		"keys of [behavdiff]: baselines, runs");
	refused("[sandbx]\n", "f:1: unknown section \"sandbx\"",
		"did you mean sandbox?");
	refused("[core]\n", "f:1: unknown section \"core\"",
		"sections: behavdiff, sandbox, step, scenario, policy");
}

static void include_is_an_error_that_says_so(void **state)
{
	(void)state;
	refused("[include]\npath = x\n", "f:1: [include] is not supported",
		"into this file");
	refused("\n[IncludeIf \"gitdir:~/x\"]\npath = x\n",
		"f:2: [includeif] is not supported", "into this file");
}

static void sections_have_names_where_they_should(void **state)
{
	(void)state;
	refused("[step]\n", "f:1: [step] needs a name", "[step \"NAME\"]");
	refused("[sandbox \"x\"]\n", "f:1: [sandbox \"x\"]: this section takes",
		"[sandbox]");
	refused("[policy \"x\"]\n[step \"y\"]\ncommand = z\n",
		"f:1: [policy \"x\"] names no step", "[step \"x\"]");
	refused("[step \"y\"]\ncommand = z\n[policy \"y\"]\n"
		"mode = report-only\n",
		"f:4: policy.mode cannot be set for one step", "");
	refused("[step \"y\"]\ncommand = z\n[scenario \"s\"]\nstep = y\n"
		"step = x\n",
		"f:5: scenario.step = \"x\" names no step", "[step \"x\"]");
	refused("[policy]\nmode = off\n", "f:2: policy.mode: bad value",
		"report-only");
	refused("[behavdiff]\nsyscalls = every\n",
		"f:2: behavdiff.syscalls: bad value \"every\": expected "
		"notable or all", "all: reading");
	refused("[step \"\"]\n", "f:1: [step \"\"]: bad name", "letters");
	refused("[step \"../x\"]\n", "f:1: [step \"../x\"]: bad name", "");
	refused("[step.server]\n", "f:1: [step.subsection] is the old form",
		"[section \"subsection\"]");
}

static void a_key_stands_once_unless_it_is_repeatable(void **state)
{
	(void)state;
	refused("[behavdiff]\nruns = 1\n[BEHAVDIFF]\nRuns = 2\n",
		"f:4: behavdiff.runs = \"2\": given twice",
		"the first stands on line 2");
	refused("[step \"a\"]\ndir = x\n[step \"b\"]\ndir = x\n"
		"[step \"a\"]\ndir = y\n",
		"f:6: step.dir = \"y\": given twice", "line 2");
}

static void a_key_without_a_value_is_refused(void **state)
{
	(void)state;
	refused("[behavdiff]\nruns\n", "f:2: behavdiff.runs has no value",
		"runs = VALUE");
}

static void broken_syntax_is_refused_with_its_line(void **state)
{
	(void)state;
	refused("runs = 1\n", "f:1: \"runs\" stands before any section", "");
	refused("[behavdiff\nruns = 1\n", "f:1: bad section header", "");
	refused("[]\n", "f:1: bad section header", "");
	refused("[step server]\n", "f:1: bad section header", "");
	refused("[step \"a\" ]\n", "f:1: bad section header", "");
	refused("[step \"a", "f:1: bad section header", "");
	refused("[step \"a\\", "f:1: bad section header", "");
	refused("[", "f:1: bad section header", "");
	refused("[step\n\"a\"]\n", "f:1: bad section header", "");
	refused("[sandbox]\n= 3\n", "f:2: unexpected \"=\"", "key = value");
	refused("[sandbox]\n9a = 3\n", "f:2: unexpected \"9\"", "");
	refused("[sandbox]\ntime_out = 3\n", "f:2: unexpected \"_\"", "");
	refused("[sandbox]\ntimeout 3\n", "f:2: unexpected \"3\"", "");
	refused("[sandbox]\nenv = \"A=b\n", "f:2: env: a quote is never", "");
	refused("[sandbox]\n\nenv = A=\\\n\\q\n",
		"f:3: env: unknown escape \\q", "\\n \\t \\b");
}

static void hostile_bytes_do_not_reach_the_message(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct config cfg;

	assert_int_equal(config_parse(&cfg, "a\nb", STR("[x\x1b[31m"), &err),
			 -1);
	assert_string_equal(err.msg, "a\\nb:1: bad section header");
	refused("[step \"\x1b]0;\xe2\x80\xae\"]\n",
		"f:1: [step \"\\x1b]0;\\xe2\\x80\\xae\"]: bad name", "");
	refused("[sandbox]\n\x1b = 1\n", "f:2: unexpected \"\\x1b\"", "");
	refused("[sandbox]\n\xff", "f:2: unexpected \"\\xff\"", "");
}

static void a_nul_byte_and_a_huge_file_are_refused(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct config cfg;
	size_t len = (1 << 20) + 1;
	char *big = mem_alloc(len);

	memset(big, '\n', len);
	assert_int_equal(config_parse(&cfg, "f", STR("[a]\n\0"), &err), -1);
	assert_string_equal(err.msg, "f:2: a NUL byte");
	assert_int_equal(
		config_parse(&cfg, "f", (struct str){ big, len }, &err), -1);
	assert_string_equal(err.msg, "f: larger than 1 MiB");
	assert_int_equal(
		config_parse(&cfg, "f", (struct str){ big, len - 1 }, &err), 0);
	config_free(&cfg);
	free(big);
}

static void the_number_of_values_and_steps_is_bounded(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;

	buf_c(&b, "[sandbox]\n");
	for (int i = 0; i <= 4096; i++)
		buf_c(&b, "env=A=\n");
	refused(b.p, "f:4098: more than 4096 values", "");
	buf_clear(&b);
	for (int i = 0; i <= 64; i++)
		buf_printf(&b, "[step \"s%d\"]\nready = exit\n", i);
	refused(b.p, "f:130: \"s64\": more than 64 steps", "");
}

static void a_long_value_is_cut_in_the_message(void **state)
{
	(void)state;
	autobuf struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct config cfg;

	buf_c(&b, "[behavdiff]\nruns = ");
	for (int i = 0; i < 100000; i++)
		buf_c(&b, "9");
	assert_int_equal(config_parse(&cfg, "f", buf_view(&b), &err), -1);
	assert_non_null(strstr(err.msg, "999...\": expected a whole number"));
}

/* --- the syntax, with git as the oracle --- */

/* What `git config --list -z` would print. */
static int list(struct str text, struct buf *out)
{
	struct arena arena = ARENA_INIT;
	struct config_lexer lx;
	struct config_item it = { .token = CONFIG_SECTION };
	int rc = 0;

	config_lex_init(&lx, &arena, text);
	while (!rc && it.token != CONFIG_END) {
		rc = config_lex_next(&lx, &it, NULL);
		if (rc || it.token != CONFIG_ENTRY)
			continue;
		buf_str(out, it.section);
		buf_ch(out, '.');
		buf_str(out, it.subsection);
		if (it.has_subsection)
			buf_ch(out, '.');
		buf_str(out, it.name);
		if (it.has_value)
			buf_ch(out, '\n');
		buf_str(out, it.value);
		buf_ch(out, '\0');
	}
	arena_free(&arena);
	return rc;
}

/* 0 with git's listing, or -1 when git refuses the file. */
static int git_list(struct str text, struct buf *out)
{
	char path[] = "/tmp/test_config.XXXXXX";
	char command[256];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text.p, text.len), 0);
	close(fd);
	snprintf(command, sizeof(command),
		 "cd / && git config -f %s --list -z 2>/dev/null", path);

	FILE *git = popen(command, "re");

	assert_non_null(git);
	assert_int_equal(fd_read_all(fileno(git), out, 1 << 20), 0);

	int rc = pclose(git) ? -1 : 0;

	unlink(path);
	return rc;
}

static void need_git(void)
{
	if (!system("git --version >/dev/null 2>&1"))
		return;
	print_message("git is missing: nothing to compare with\n");
	skip();
}

static void agrees_with_git(struct str text)
{
	autobuf struct buf ours = BUF_INIT;
	autobuf struct buf gits = BUF_INIT;
	int rc = list(text, &ours);

	if (rc != git_list(text, &gits))
		fail_msg("%s, git does not: [[%.*s]]",
			 rc ? "refused" : "accepted", STR_ARG(text));
	if (!rc && !str_eq(buf_view(&ours), buf_view(&gits)))
		fail_msg("\"%.*s\" where git has \"%.*s\": [[%.*s]]",
			 STR_ARG(buf_view(&ours)), STR_ARG(buf_view(&gits)),
			 STR_ARG(text));
}

static void files_mean_what_git_says_they_mean(void **state)
{
	(void)state;
	static const char *const files[] = {
		"", "\n\n", "# only a comment", "[a]", "[a]\n[b]\n",
		"[a]\nk = v\n", "[a]k=v", "[a]\nk=v # c\nl = v;c\n",
		"\xef\xbb\xbf[a]\r\nk = v\r\nl = w\r\n",
		"[a]\nk\n", "[a]\nk =\n", "[a]\nk   \nl = x",
		"[A-1]\nKeY-2 = VaLuE\n", "[a \"Sub\"]\nk = v\n",
		"[a \"su\\\"b\\\\x\\y.z]#;\"]\nk = v\n",
		"[a   \t\"\"]\nk = v\n",
		"[a]\nk = \"  quoted # not ; comment \"  # comment\n",
		"[a]\nk = a \"b  c\" d\nl = \"\"\nm = \" \"\n",
		"[a]\nk = n\\nt\\tb\\bq\\\"s\\\\.\n",
		"[a]\nk = one \\\n   two\\\nthree \\\n\n[b]\nl = x\n",
		"[a]\nk = \"in quotes \\\n  too\"\n", "[a]\nk = x\\",
		"[a]\nk = x # comment \\\nl = y\n", "[a]\nk = \\\n",
		"[a]\nk = x   \\\n   # c\n", "[a]\nk = a\r \r\n",
		"[a]\nk = \xc3\xa4 \xff\xfe\n", "[a] k = 1 [b]\nl = 2\n",
		"[a]\n\tk\t=\tv\t\n", "[a]\nk = x \"\" \n", "  [a]  # x\nk=v",
		"[a]\nk = '#x'\n", "[a]\nk = = =\n",
		"\xef\xbb\xbf", "[a]\nk == v\n",
	};

	need_git();
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		agrees_with_git(str_c(files[i]));
}

static void what_git_refuses_we_refuse(void **state)
{
	(void)state;
	static const char *const files[] = {
		"[a", "[a b]", "[a \"b]", "[a \"b\" ]", "[a \"b\"c]", "[a\n]",
		"[a \"x\ny\"]", "[a]\nk_x = 1", "[a]\nk = \"", "[a]\nk = \\x",
		"[a]\n1 = 2", "[a]\nk v", "[a]\n= v", "]", "\xef\xbb[a]\n",
		"[a ]", "[a]\nk = \\", "[a]\nk\r= v\n", "[a \"b\\\n\"]",
	};

	need_git();
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		agrees_with_git(str_c(files[i]));
}

/*
 * A fixed sequence of files from the bytes that mean something.  No dot in
 * headers, no tab or lone CR, which older gits turn into a space (see lex.c).
 */
static void random_files_mean_what_git_says_they_mean(void **state)
{
	(void)state;
	static const char bytes[] = "\"\"\\\\\\\n\n  #;==abnk[]";
	uint32_t seed = 1;

	need_git();
	for (int i = 0; i < 200; i++) {
		autobuf struct buf b = BUF_INIT;

		buf_c(&b, i % 2 ? "[s]\nk =" : "[s \"");
		for (int k = 0; k < 4 + i % 13; k++) {
			seed = seed * 1664525 + 1013904223;
			buf_ch(&b, bytes[(seed >> 16) % (sizeof(bytes) - 1)]);
		}
		agrees_with_git(buf_view(&b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_configuration_gives_every_default),
		cmocka_unit_test(every_default_is_a_value_of_its_type),
		cmocka_unit_test(the_documented_example_is_read),
		cmocka_unit_test(a_section_may_be_split_and_keeps_its_order),
		cmocka_unit_test(names_ignore_case_but_a_steps_name_does_not),
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(nonsense_values_are_refused),
		cmocka_unit_test(sensible_values_are_accepted),
		cmocka_unit_test(a_bool_may_stand_alone_and_knows_gits_words),
		cmocka_unit_test(ready_comes_apart),
		cmocka_unit_test(stop_comes_apart),
		cmocka_unit_test(
		a_message_names_file_line_value_and_what_is_expected),
		cmocka_unit_test(a_comment_never_cuts_a_text),
		cmocka_unit_test(double_quotes_in_a_text_do_not_vanish),
		cmocka_unit_test(an_unknown_key_brings_the_near_ones),
		cmocka_unit_test(include_is_an_error_that_says_so),
		cmocka_unit_test(sections_have_names_where_they_should),
		cmocka_unit_test(a_key_stands_once_unless_it_is_repeatable),
		cmocka_unit_test(a_key_without_a_value_is_refused),
		cmocka_unit_test(broken_syntax_is_refused_with_its_line),
		cmocka_unit_test(hostile_bytes_do_not_reach_the_message),
		cmocka_unit_test(a_nul_byte_and_a_huge_file_are_refused),
		cmocka_unit_test(the_number_of_values_and_steps_is_bounded),
		cmocka_unit_test(a_long_value_is_cut_in_the_message),
		cmocka_unit_test(files_mean_what_git_says_they_mean),
		cmocka_unit_test(what_git_refuses_we_refuse),
		cmocka_unit_test(random_files_mean_what_git_says_they_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
