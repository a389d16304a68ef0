/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that people and merges make: a baseline that is taken is written and
 * read as the same; of a result every finding can be told.
 */
#include "core/base/text.h"
#include "core/baseline/baseline.h"
#include "core/report/result.h"
#include "tests/fuzz/fuzz.h"

#define MAX_BYTES (1U << 16)

static void try_baseline(struct str text, bool resolve)
{
	autobaseline struct baseline *b = NULL, *again = NULL;
	autobuf struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err err = ERR_INIT;

	if (baseline_read(&b, "b.json", text, resolve, &err)) {
		must(err.code == ERR_TROUBLE && !b);
		return;
	}
	baseline_write(&once, b);
	must(!baseline_read(&again, "b.json", buf_view(&once), false, NULL));
	must(!again->merged);
	baseline_write(&twice, again);
	must(str_eq(buf_view(&once), buf_view(&twice)));
}

static void try_result(struct str text)
{
	struct err err = ERR_INIT;
	struct result r;
	size_t matches;

	if (result_read(&r, text, &err)) {
		must(err.code == ERR_TROUBLE && !r.v);
		return;
	}
	for (size_t i = 0; i < r.n; i++) {
		autobuf struct buf out = BUF_INIT;

		explain_finding(&out, &r, &r.v[i], false, 80);
		for (struct str rest = buf_view(&out); rest.len;)
			must(text_is_safe(take_until(&rest, '\n')));
		result_find(&r, str_c(r.v[i].f.id), &matches);
		must(matches);
	}
	result_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > MAX_BYTES)
		return 0;
	try_baseline(bytes(data, size), false);
	try_baseline(bytes(data, size), true);
	try_result(bytes(data, size));
	return 0;
}
