/* SPDX-License-Identifier: Apache-2.0 */
/* Commands: the words, quoted again, are the same words. */
#include "core/base/buf.h"
#include "core/base/text.h"
#include "core/scenario/scenario.h"
#include "tests/fuzz/fuzz.h"

static void quote(struct buf *out, const char *word)
{
	buf_c(out, out->len ? " '" : "'");
	for (; *word; word++) {
		if (*word == '\'')
			buf_c(out, "'\\''");
		else
			buf_ch(out, *word);
	}
	buf_ch(out, '\'');
}

static void again(char **argv)
{
	struct arena arena = ARENA_INIT;
	autobuf struct buf line = BUF_INIT;
	struct err err = ERR_INIT;
	char **back;

	for (size_t i = 0; argv[i]; i++)
		quote(&line, argv[i]);
	must(!scenario_split(&back, &arena, buf_view(&line), &err));
	for (size_t i = 0; argv[i] || back[i]; i++)
		must(argv[i] && back[i] && !strcmp(argv[i], back[i]));
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	char **argv = NULL;

	if (scenario_split(&argv, &arena, bytes(data, size), &err)) {
		must(err.code == ERR_TROUBLE);
		must(text_is_safe(str_c(err.msg)));
	} else {
		must(argv && argv[0]);
		again(argv);
	}
	arena_free(&arena);
	return 0;
}
