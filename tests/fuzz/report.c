/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two programs compared, and told in one of the formats.  The first byte of
 * the input chooses the format, the rest is events (events.h): the first two
 * runs are OLD's, the third is NEW's.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/compare/compare.h"
#include "core/report/report.h"
#include "core/report/result.h"
#include "tests/fuzz/events.h"

#define DOCUMENT_MAX ((size_t)16 << 20)

static void check_lines(struct str text)
{
	while (text.len)
		must(text_is_safe(take_until(&text, '\n')));
}

static void check_json(struct str text)
{
	autojson struct json *doc = NULL;

	must(!json_parse(&doc, text, DOCUMENT_MAX, NULL));
}

/* What is said of a document that readers of its format rely on. */
static void check_document(const char *format, struct str text)
{
	static const struct {
		const char *format;
		void (*check)(struct str text);
	} checks[] = {
		{ "text", check_lines }, { "json", check_json },
		{ "sarif", check_json }, { "sarif-new", check_json },
		{ "gitlab", check_json }, { "github", check_lines },
	};

	must(text.len);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (!strcmp(checks[i].format, format))
			checks[i].check(text);
}

/* What is kept of a comparison can be read again, and told. */
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

/*
 * SARIF lists every rule each time, which takes ten times as long as all the
 * rest: few bytes choose it.
 */
static const struct format *choose(const struct format *formats, size_t n,
				   unsigned choice)
{
	const struct format *f = &formats[choice / 2 % n];

	return choice >= 2 * n && !strncmp(f->name, "sarif", 5) ? formats : f;
}

static void tell(const struct report *r, unsigned choice)
{
	autobuf struct buf out = BUF_INIT;
	size_t n;
	const struct format *formats = formats_table(&n);
	const struct format *f = choose(formats, n, choice);
	const struct audit audit = {
		.fp = r->new, .from = "file", .version = "1", .verbosity = 1,
	};

	if (choice / 2 % (n + 1) == n) {
		check_result(r);
		return;
	}
	if (choice & 1 && f->write_audit)
		f->write_audit(&out, &audit);
	else
		f->write(&out, r);
	check_document(f->name, buf_view(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct policy policy = { .fail_on = LEVEL_NOTE };
	struct comparison cmp = { .arena = ARENA_INIT };
	struct str events = bytes(data, size);
	unsigned choice = take_byte(&events);
	struct fingerprint *old, *new, *sides[2];

	if (size > EVENTS_MAX_BYTES)
		return -1;
	old = merge_of(events, 0);
	new = run_of(events, 2);
	fingerprint_align(sides, old, new);
	compare(&cmp, sides[0], sides[1], &policy);
	tell(&(struct report){
		.old = sides[0], .new = sides[1], .cmp = &cmp,
		.fail_on = LEVEL_NOTE, .old_from = "file", .new_from = "file",
		.version = "1", .verbosity = 1,
	}, choice);
	comparison_free(&cmp);
	fingerprint_free(sides[0]);
	fingerprint_free(sides[1]);
	fingerprint_free(old);
	fingerprint_free(new);
	return 0;
}
