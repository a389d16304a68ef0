/* SPDX-License-Identifier: Apache-2.0 */
/* Quoting, with sh(1) and git-config(1) as the oracles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/quote.h"

static const char *const texts[] = {
	"", "plain", "a b", "it's", "say \"it's\"", "$HOME `x` \\", "a;b # c",
	" at both ends ", "*?[~", "new\nline", "tab\tinside\t", "=", "A=1",
	"\\n", "'", "\"", "''\"\"", "-x", "{\"a\": [1, 2]}", "\xc3\xa4",
	"sh -c 'a | b'", "#", ";", "\\\\", "!",
};

/* What a program prints, given a command for sh. */
static void run(const char *command, struct buf *out)
{
	FILE *sh = popen(command, "re");

	assert_non_null(sh);
	assert_int_equal(fd_read_all(fileno(sh), out, 1 << 20), 0);
	assert_int_equal(pclose(sh), 0);
}

static void a_shell_reads_a_word_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		autobuf struct buf command = BUF_INIT;
		autobuf struct buf got = BUF_INIT;

		buf_c(&command, "printf %s ");
		quote_word(&command, str_c(texts[i]));
		run(command.p, &got);
		assert_true(str_eq(buf_view(&got), str_c(texts[i])));
	}
}

static void git_reads_a_value_back(void **state)
{
	(void)state;
	autobuf struct buf file = BUF_INIT;
	autobuf struct buf want = BUF_INIT;
	autobuf struct buf got = BUF_INIT;
	char path[] = "/tmp/test_quote.XXXXXX";
	char command[256];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	if (system("git --version >/dev/null 2>&1")) {
		unlink(path);
		skip();
	}
	buf_c(&file, "[a]\n");
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		buf_c(&file, "\tk = ");
		quote_value(&file, str_c(texts[i]));
		buf_ch(&file, '\n');
		buf_printf(&want, "%s", texts[i]);
		buf_ch(&want, '\0');
	}
	assert_int_equal(fd_write_all(fd, file.p, file.len), 0);
	close(fd);
	snprintf(command, sizeof(command),
		 "cd / && git config -z -f %s --get-all a.k", path);
	run(command, &got);
	unlink(path);
	assert_true(str_eq(buf_view(&got), buf_view(&want)));
}

/* What needs no quotes has none; of the others, those that read best. */
static void quotes_are_as_few_as_can_be(void **state)
{
	(void)state;
	static const struct { const char *text, *word, *value; } cases[] = {
		{ "a.py", "a.py", "a.py" },
		{ "", "''", "\"\"" },
		{ "a b", "'a b'", "a b" },
		{ "it's", "\"it's\"", "it's" },
		{ "a \"b\"", "'a \"b\"'", "a \\\"b\\\"" },
		{ "'$A'", "''\\''$A'\\'''", "'$A'" },
		{ "a;b", "'a;b'", "\"a;b\"" },
	};
	char *words[] = { "A=1", "A=1", "b c", "", NULL };
	autobuf struct buf all = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autobuf struct buf word = BUF_INIT;
		autobuf struct buf value = BUF_INIT;

		quote_word(&word, str_c(cases[i].text));
		quote_value(&value, str_c(cases[i].text));
		assert_string_equal(word.p, cases[i].word);
		assert_string_equal(value.p, cases[i].value);
	}
	/* In front, an assignment would be one. */
	quote_words(&all, words);
	assert_string_equal(all.p, "'A=1' A=1 'b c' ''");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shell_reads_a_word_back),
		cmocka_unit_test(git_reads_a_value_back),
		cmocka_unit_test(quotes_are_as_few_as_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
