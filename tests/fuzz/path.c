/* SPDX-License-Identifier: Apache-2.0 */
/* Paths: normal ones stay below the root, and a glob matches what it spells. */
#include "core/base/path.h"
#include "tests/fuzz/fuzz.h"

static bool is_normal(struct str p)
{
	if (!p.len || *p.p != '/' || (p.len > 1 && str_ends(p, STR("/"))))
		return false;
	for (size_t i = 0; p.len > 1 && i < p.len; i++) {
		struct str rest = str_sub(p, i + 1);
		size_t n = 0;

		if (p.p[i] != '/')
			continue;
		while (n < rest.len && rest.p[n] != '/')
			n++;
		if (!n || str_eq((struct str){ rest.p, n }, STR(".")) ||
		    str_eq((struct str){ rest.p, n }, STR("..")))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autobuf struct buf joined = BUF_INIT, again = BUF_INIT;
	autobuf struct buf literal = BUF_INIT;
	struct str rest = bytes(data, size);
	struct str base = take_until(&rest, '\n');

	path_join(&joined, base, rest);
	must(is_normal(buf_view(&joined)));
	path_join(&again, STR("/"), buf_view(&joined));
	must(str_eq(buf_view(&joined), buf_view(&again)));
	must(path_below(buf_view(&joined), STR("/")));
	if (path_is_contained(rest))
		must(rest.len && *rest.p != '/');
	/* Every byte quoted: the pattern is the path. */
	for (size_t i = 0; i < rest.len; i++) {
		if (rest.p[i] != '/')
			buf_ch(&literal, '\\');
		buf_ch(&literal, rest.p[i]);
	}
	if (rest.len)
		must(path_glob(buf_view(&literal), rest));
	path_glob(base, rest);
	return 0;
}
