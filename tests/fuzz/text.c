/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping loses nothing and lets nothing through. */
#include <stdlib.h>

#include "core/base/text.h"
#include "tests/fuzz/fuzz.h"

/* What text.h says, read backwards. */
static void unescape(struct buf *out, struct str s)
{
	static const char letters[] = "\\ntr", values[] = "\\\n\t\r";

	for (size_t i = 0; i < s.len; i++) {
		const char *known;
		char hex[3] = "";

		if (s.p[i] != '\\') {
			buf_ch(out, s.p[i]);
			continue;
		}
		must(++i < s.len);
		if (s.p[i] == 'x') {
			must(i + 2 < s.len);
			memcpy(hex, s.p + i + 1, 2);
			buf_ch(out, (char)strtol(hex, NULL, 16));
			i += 2;
			continue;
		}
		known = strchr(letters, s.p[i]);
		must(known && *known);
		buf_ch(out, values[known - letters]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autobuf struct buf escaped = BUF_INIT, back = BUF_INIT;
	autobuf struct buf once = BUF_INIT, twice = BUF_INIT;
	struct str in = bytes(data, size);

	text_escape(&escaped, in);
	must(text_is_safe(buf_view(&escaped)));
	unescape(&back, buf_view(&escaped));
	must(str_eq(buf_view(&back), in));

	text_sanitise(&once, in);
	must(text_is_safe(buf_view(&once)));
	must(text_is_safe(in) == str_eq(buf_view(&once), in));
	text_sanitise(&twice, buf_view(&once));
	must(str_eq(buf_view(&once), buf_view(&twice)));
	return 0;
}
