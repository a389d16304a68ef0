/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two programs compared, and reported in one of the formats, but for SARIF
 * (sarif.c); or one of them as an auditor reads it.  The first byte of the
 * input chooses which, the rest is events.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/report/result.h"
#include "tests/fuzz/comparison.h"

static void check_lines(struct str text)
{
	while (text.len)
		must(text_is_safe(take_until(&text, '\n')));
}

/* What is said of a document that readers of its format rely on. */
static void check_document(const char *format, struct str text)
{
	static const struct {
		const char *format;
		void (*check)(struct str text);
	} checks[] = {
		{ "text", check_lines }, { "json", check_json },
		{ "gitlab", check_json }, { "github", check_lines },
	};

	must(text.len);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (!strcmp(checks[i].format, format))
			checks[i].check(text);
}

/* What is kept of a comparison can be read again, and explained. */
static void check_result(const struct report *r)
{
	autobuf struct buf text = BUF_INIT, out = BUF_INIT;
	struct err err = ERR_INIT;
	struct result back;

	report_result(&text, r, RESULT_MAX - 4096);
	must(!result_read(&back, buf_view(&text), &err));
	must(back.n + back.left_out == r->cmp->n);
	for (size_t i = 0; i < back.n; i++)
		explain_finding(&out, &back, &back.v[i], false, 60);
	check_lines(buf_view(&out));
	result_free(&back);
}

/* What one program did, as an auditor reads it: there is nothing to compare. */
static void check_audit(const struct format *f, struct str events)
{
	autofingerprint struct fingerprint *fp = merge_of(events, 0);
	autobuf struct buf out = BUF_INIT;
	const struct audit audit = {
		.fp = fp, .from = "file", .version = "1", .verbosity = 1,
	};

	f->write_audit(&out, &audit);
	check_document(f->name, buf_view(&out));
}

/* Half of the byte is the format's row, behind the last of them the result. */
static void check_format(const struct report *r, unsigned choice)
{
	autobuf struct buf out = BUF_INIT;
	size_t n;
	const struct format *formats = formats_table(&n);
	const struct format *f = &formats[choice / 2 % (n + 1)];

	if (f == formats + n) {
		check_result(r);
		return;
	}
	f->write(&out, r);
	check_document(f->name, buf_view(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str events = bytes(data, size);
	unsigned choice = take_byte(&events);
	size_t n;
	const struct format *formats = formats_table(&n);
	const struct format *f = &formats[choice / 2 % (n + 1)];
	bool is_format = f != formats + n;

	if (size > COMPARISON_MAX_BYTES)
		return -1;
	if (is_format && !strncmp(f->name, "sarif", 5))
		return -1;
	if ((choice & 1) && is_format && f->write_audit)
		check_audit(f, events);
	else
		check_comparison(events, choice, check_format);
	return 0;
}
