/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every format against hostile names: what a program, a repository or an
 * edited file says must stay text wherever it is shown.
 */
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/report/report.h"
#include "tests/unit/facts.h"
#include "tests/unit/texts.h"

/* All syntaxes at once; "\x1b" and the line ends must never come out. */
static const char evil[] =
	"x`` | \\| </script></details></td>\"'><img src=x onerror=alert(1)>"
	"\r\n::error file=a::b\n##[error]x @user #1 [a](http://h) &lt;"
	"<!-- ]]> --> %0A\x1b[31m\xff\xe2\x80\xae";

struct page {
	struct fingerprint *old, *new;
	struct comparison cmp;
	struct step_line step;
	struct report r;
	struct audit a;
	struct buf out;
};

/* Takes both fingerprints. */
static void open_page(struct page *p, struct fingerprint *old,
		      struct fingerprint *new)
{
	struct policy policy = { .fail_on = LEVEL_ERROR };

	*p = (struct page){ .old = old, .new = new };
	compare(&p->cmp, old, new, &policy);
	p->r = (struct report){
		.old = old, .new = new, .cmp = &p->cmp, .fail_on = LEVEL_ERROR,
		.old_from = "traced", .new_from = "file",
		.config_from = STR("defaults"), .version = "1.2.3",
		.config_path = STR(".behavdiff"),
	};
	p->a = (struct audit){
		.fp = new, .from = "traced", .version = "1.2.3",
		.config_from = STR("defaults"),
	};
}

static void close_page(struct page *p)
{
	buf_free(&p->out);
	comparison_free(&p->cmp);
	fingerprint_free(p->old);
	fingerprint_free(p->new);
}

static const char *written(struct page *p, const char *format)
{
	buf_clear(&p->out);
	format_by_name(str_c(format))->write(&p->out, &p->r);
	return p->out.p;
}

static const char *audited(struct page *p, const char *format)
{
	buf_clear(&p->out);
	format_by_name(str_c(format))->write_audit(&p->out, &p->a);
	return p->out.p;
}

static struct fingerprint *hostile(void)
{
	struct fingerprint *fp = FACTS("b", "3 exec /bin/a",
		"3 file.read $TREE/a.py",
		"3 net.connect tcp 203.0.113.7:4444 = ENETUNREACH");

	fp->spec = fp->entry = str_c(evil);
	for (size_t i = 0; i < fp->n; i++) {
		struct evidence *ev = &fp->facts[i].ev;

		ev->process = ev->call = ev->note = ev->step = str_c(evil);
	}
	/* Longer than the line it had: a copy of its own. */
	fp->facts[2].line = arena_str(&fp->arena, str_c(evil));
	fp->facts[2].object = fp->facts[2].line;
	return fp;
}

/* Every line, on its own, is safe to show. */
static void is_safe(const char *name, const struct buf *out)
{
	for (size_t at = 0; at < out->len;) {
		size_t end = at;

		while (end < out->len && out->p[end] != '\n')
			end++;
		/* Style and script are indented with tabs; nobody else's. */
		while (at < end && out->p[at] == '\t')
			at++;
		if (!text_is_safe((struct str){ out->p + at, end - at }))
			fail_msg("%s: %.*s", name, (int)(end - at),
				 out->p + at);
		at = end + 1;
	}
}

static void no_format_lets_a_control_character_through(void **state)
{
	const struct str note = str_c(evil);
	struct page p;
	size_t n;
	const struct format *formats = formats_table(&n);

	(void)state;
	open_page(&p, NO_FACTS("a"), hostile());
	p.r.config_from = p.a.config_from = str_c(evil);
	p.r.notes = &note;
	p.r.n_notes = 1;
	for (size_t i = 0; i < n; i++) {
		written(&p, formats[i].name);
		is_safe(formats[i].name, &p.out);
		if (!formats[i].write_audit)
			continue;
		audited(&p, formats[i].name);
		is_safe(formats[i].name, &p.out);
	}
	close_page(&p);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	struct page p;
	size_t n;
	const struct format *formats = formats_table(&n);

	(void)state;
	open_page(&p, FACTS("a", "3 exec /bin/a"), hostile());
	for (size_t i = 0; i < n; i++) {
		char *first = mem_strdup(written(&p, formats[i].name));

		assert_string_equal(first, written(&p, formats[i].name));
		free(first);
		if (!formats[i].write_audit)
			continue;
		first = mem_strdup(audited(&p, formats[i].name));
		assert_string_equal(first, audited(&p, formats[i].name));
		free(first);
	}
	close_page(&p);
}

/* --- HTML and XML --- */

static void markup_stays_text_in_html(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"), hostile());
	lacks(written(&p, "html"), "<img");
	lacks(p.out.p, "--><!--");
	has(p.out.p, "&lt;img src=x onerror=alert(1)&gt;");
	/* In the data block the same as JSON escapes. */
	has(p.out.p, "\\u003cimg src=x onerror=alert(1)\\u003e");
	lacks(audited(&p, "html"), "<img");
	has(p.out.p, "&lt;img");
	lacks(p.out.p, "<script");
	close_page(&p);
}

static void a_page_loads_nothing(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"), FACTS("b", "3 exec /bin/a"));
	has(written(&p, "html"), "default-src 'none'");
	lacks(p.out.p, "http:");
	lacks(p.out.p, "https:");
	lacks(p.out.p, "url(");
	lacks(p.out.p, " src=");
	close_page(&p);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void both_sides_have_a_tree_and_a_timeline(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, FACTS("a", "3 exec /bin/a", "3 file.read $TREE/old"),
		  FACTS("b", "3 exec /bin/a", "3 net.dns evil.example A"));
	p.old->facts[0].ev.ns = 5000000000;
	p.r.old_from = "cache";
	assert_int_equal(count(written(&p, "html"), "<ul class=\"tree\">"), 2);
	assert_int_equal(count(p.out.p, "<svg "), 2);
	has(p.out.p, "<span class=\"gone\">1 gone</span>");
	has(p.out.p, "<span class=\"new\">1 new</span>");
	/* A lane for each, and one axis for both sides. */
	assert_int_equal(count(p.out.p, "class=\"mark process\""), 2);
	assert_int_equal(count(p.out.p, "class=\"mark file gone\""), 1);
	assert_int_equal(count(p.out.p, "class=\"mark network new\""), 1);
	assert_int_equal(count(p.out.p, ">5.000 s<"), 2);
	has(p.out.p, "From the cache: as it was when");
	has(p.out.p, "From a file: as it was when");
	close_page(&p);
}

static void a_side_without_evidence_says_so(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, FACTS("baseline", "3 exec /bin/a"),
		  FACTS("b", "3 exec /bin/a"));
	p.old->facts[0].ev = (struct evidence){ .ns = 0 };
	assert_int_equal(count(written(&p, "html"), "<ul class=\"tree\">"), 1);
	assert_int_equal(count(p.out.p, "<svg "), 1);
	assert_int_equal(count(p.out.p, "a baseline keeps what was done"), 2);
	close_page(&p);
}

static void junit_counts_what_fails(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"), hostile());
	lacks(written(&p, "junit"), "<img");
	has(p.out.p, "<testsuite name=\"exec\" tests=\"1\" failures=\"1\" "
	    "errors=\"0\" skipped=\"0\">");
	has(p.out.p, "<testsuite name=\"priv\" tests=\"1\" failures=\"0\" "
	    "errors=\"0\" skipped=\"0\">");
	p.new->ledger.lost = 1;
	comparison_free(&p.cmp);
	compare(&p.cmp, p.old, p.new,
		&(struct policy){ .fail_on = LEVEL_ERROR });
	has(written(&p, "junit"), "<error type=\"doubt\"");
	close_page(&p);
}

/* --- Markdown --- */

/* The text outside code spans; runs of backticks pair up (CommonMark 6.1). */
static char *outside_code(const char *text)
{
	autobuf struct buf out = BUF_INIT;

	while (*text) {
		size_t fence = strspn(text, "`");
		const char *close = text + fence;

		if (!fence) {
			buf_ch(&out, *text++);
			continue;
		}
		while (*close) {
			size_t run = strspn(close, "`");

			if (run == fence)
				break;
			close += run ? run : 1;
		}
		assert_true(*close);
		text = close + fence;
	}
	buf_ch(&out, '\0');
	return buf_steal(&out);
}

static void foreign_text_is_inside_code_in_markdown(void **state)
{
	struct page p;
	char *outside;

	(void)state;
	open_page(&p, NO_FACTS("a"), hostile());
	outside = outside_code(written(&p, "markdown"));
	lacks(outside, "onerror");
	lacks(outside, "@user");
	lacks(outside, "](");
	free(outside);
	outside = outside_code(audited(&p, "markdown"));
	lacks(outside, "onerror");
	lacks(outside, "@user");
	free(outside);
	close_page(&p);
}

/* GFM splits cells before it looks at code: count bars that are not ours. */
static void a_bar_does_not_end_its_cell(void **state)
{
	struct page p;
	const char *row;
	size_t bars = 0;

	(void)state;
	open_page(&p, NO_FACTS("a"), hostile());
	row = strstr(written(&p, "markdown"), "| **error** |");
	assert_non_null(row);
	for (; *row != '\n'; row++) {
		if (*row == '\\' && row[1] != '\n')
			row++;
		else
			bars += *row == '|';
	}
	assert_int_equal(bars, 5);
	close_page(&p);
}

static struct fingerprint *many(const char *spec, const char *kind, size_t n,
				size_t length)
{
	const char **lines = mem_array(n + 1, sizeof(*lines));
	struct arena arena = ARENA_INIT;
	struct fingerprint *fp;
	char *name = mem_alloc(length + 1);

	memset(name, '|', length);
	for (size_t i = 0; i < n; i++) {
		autobuf struct buf text = BUF_INIT;

		buf_printf(&text, "3 %s /x/%05zu%s", kind, i, name);
		lines[i] = arena_str(&arena, buf_view(&text)).p;
	}
	fp = facts_v(spec, 3, lines);
	free(lines);
	free(name);
	arena_free(&arena);
	return fp;
}

static void a_comment_stays_below_its_limit(void **state)
{
	static const size_t lengths[] = { 1, 300, 4000 };
	struct page p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		open_page(&p, many("a", "file.read", 1500, lengths[i]),
			  many("b", "evasion", 1500, lengths[i]));
		has(written(&p, "markdown"), "more** new behaviours");
		assert_true(p.out.len < 60000);
		has(p.out.p, "\n</details>\n");
		close_page(&p);
	}
}

/* Each of them led by a program, with more that is worse than fits. */
static void so_do_causes_of_many_findings(void **state)
{
	struct page p;
	struct fingerprint *new = many("b", "evasion", 1500, 400);

	(void)state;
	for (size_t i = 0; i < new->n; i++) {
		struct fact *f = &new->facts[i];
		autobuf struct buf chain = BUF_INIT;

		buf_printf(&chain, "a > b%zu", i / 10);
		f->ev.process = arena_str(&new->arena, buf_view(&chain));
		if (i % 10)
			continue;
		f->kind = EV_EXEC_ARGS;
	}
	open_page(&p, many("a", "file.read", 1500, 400), new);
	assert_true(p.cmp.causes[0].n > 8);
	has(written(&p, "markdown"), "more** that are as dangerous");
	assert_true(p.out.len < 60000);
	close_page(&p);
}

/* Every part of it has more than fits, of what grows most when written. */
static void so_does_one_with_too_much_of_everything(void **state)
{
	struct page p;
	struct fingerprint *old = many("a", "file.read", 600, 4000);
	struct fingerprint *new = many("b", "evasion", 600, 4000);
	struct fingerprint *notes = many("c", "file.probe", 900, 4000);
	struct fact *all = arena_alloc(&new->arena,
				       1500 * sizeof(*all));
	struct str spots[200];

	(void)state;
	memcpy(all, new->facts, new->n * sizeof(*all));
	memcpy(all + new->n, notes->facts, notes->n * sizeof(*all));
	for (size_t i = 0; i < 200; i++)
		spots[i] = all[i].line;
	for (size_t i = new->n; i < new->n + 300; i++)
		all[i].seen = 2;
	new->facts = all;
	new->n += notes->n;
	new->blind_spots = spots;
	new->n_blind = 200;
	open_page(&p, old, new);
	for (size_t i = 0; i < 100; i++)
		comparison_add_reason(&p.cmp, all[i].line);
	p.r.notes = spots;
	p.r.n_notes = 200;
	has(written(&p, "markdown"), "### New in some runs");
	has(p.out.p, "more** new behaviours");
	has(p.out.p, "<summary>600 gone");
	if (p.out.len >= 60000)
		fail_msg("%zu bytes", p.out.len);
	close_page(&p);
	fingerprint_free(notes);
}

/* A thousand programs that fail with long last words, and start each other. */
static void so_does_the_auditors_document(void **state)
{
	static const char bars[] = "|`|`|`|`|`|`|`|`|`|`|`|`|`|`|`|`|`|`|`|";
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"), many("b", "process.exit", 1500, 300));
	for (size_t i = 0; i < p.new->n; i++) {
		p.new->facts[i].ev.process = p.new->facts[i].line;
		p.new->facts[i].ev.note = str_c(bars);
	}
	has(audited(&p, "markdown"), "more** rows do not fit here");
	has(p.out.p, "more** sentences do not fit here");
	has(p.out.p, "\n## 9. Conclusion\n\n- In 3 runs");
	assert_true(p.out.len < 60000);
	assert_true(p.out.len > 20000);
	close_page(&p);
}

/* --- places --- */

static struct fingerprint *placed(const char *spec)
{
	struct fingerprint *fp = FACTS(spec, "3 file.read $TREE/client.py",
				       "3 exec /usr/bin/id");

	for (size_t i = 0; i < fp->n; i++)
		fp->facts[i].ev.process =
			STR("python3 launcher.py > python3 client.py > id");
	return fp;
}

static void a_finding_stands_at_the_script_that_ran(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"), placed("main:impl04"));
	has(written(&p, "github"),
	    "::error file=impl04/client.py,line=1,title=behavdiff exec::exec "
	    "/usr/bin/id");
	has(written(&p, "gitlab"), "\"path\": \"impl04/client.py\"");
	has(written(&p, "sarif"), "\"uri\": \"impl04/client.py\"");
	close_page(&p);
}

static void else_at_its_step_else_at_the_configuration(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"), FACTS("b", "3 exec /usr/bin/id"));
	has(written(&p, "github"), "::error file=.behavdiff,line=1,");
	p.step = (struct step_line){ STR("main"), 12 };
	p.r.steps = &p.step;
	p.r.n_steps = 1;
	has(written(&p, "github"), "::error file=.behavdiff,line=12,");
	close_page(&p);
}

/* A name that is escaped or has a token is not guessed back. */
static void an_absolute_or_escaped_word_is_no_place(void **state)
{
	struct page p;
	struct fingerprint *fp = FACTS("b", "3 exec /usr/bin/id",
				       "3 file.read $TREE/../x",
				       "3 file.read $TREE/<rand>.py");

	(void)state;
	for (size_t i = 0; i < fp->n; i++)
		fp->facts[i].ev.process =
			STR("/usr/bin/id ../x <rand>.py a\\x20b");
	open_page(&p, NO_FACTS("a"), fp);
	has(written(&p, "github"), "::error file=.behavdiff,line=1,");
	lacks(p.out.p, "file=../x");
	close_page(&p);
}

/* `python3 checks` runs the package of that name. */
static void a_folder_is_no_place(void **state)
{
	static const char *const below[] = {
		"3 file.read $TREE/checks/__main__.py",
		"3 file.read $TREE/checks.py",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		struct fingerprint *fp = FACTS("b", "3 exec /usr/bin/id",
					       "3 file.read $TREE/checks",
					       below[i]);
		struct page p;

		for (size_t k = 0; k < fp->n; k++)
			fp->facts[k].ev.process = STR("python3 checks > id");
		open_page(&p, NO_FACTS("a"), fp);
		has(written(&p, "github"), i ? "file=checks,line=1," :
		    "file=.behavdiff,line=1,");
		close_page(&p);
	}
}

/* --- annotations --- */

static void an_annotation_is_one_line_that_starts_with_ours(void **state)
{
	struct page p;
	const char *line;

	(void)state;
	open_page(&p, NO_FACTS("a"), hostile());
	line = written(&p, "github");
	while (*line) {
		if (strncmp(line, "::error file=", 13) &&
		    strncmp(line, "::notice file=", 14) &&
		    strncmp(line, "::warning ", 10) &&
		    strncmp(line, "behavdiff: ", 11))
			fail_msg("%s", line);
		line = strchr(line, '\n') + 1;
	}
	has(p.out.p, "%250A");	/* a %0A of theirs is no line end */
	close_page(&p);
}

static void more_than_ten_annotations_are_counted(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"), many("b", "evasion", 25, 1));
	has(written(&p, "github"), "\nbehavdiff: 15 more at error\n");
	close_page(&p);
}

/* --- SARIF --- */

static struct json *parsed(struct page *p, const char *format)
{
	struct json *doc = NULL;
	struct err err = ERR_INIT;

	written(p, format);
	if (json_parse(&doc, buf_view(&p->out), 1 << 24, &err))
		fail_msg("%s:\n%s", err.msg, p->out.p);
	return doc;
}

static size_t results(const struct json *doc)
{
	const struct json *run = json_first(json_array(doc, "runs"));
	size_t n = 0;

	for (const struct json *v = json_first(json_array(run, "results")); v;
	     v = json_next(v))
		n++;
	return n;
}

static void sarif_declares_every_rule_whatever_was_found(void **state)
{
	struct page p;
	autojson struct json *doc = NULL;
	const struct json *rule;
	size_t n;

	(void)state;
	rules_table(&n);
	open_page(&p, NO_FACTS("a"), NO_FACTS("b"));
	doc = parsed(&p, "sarif");
	rule = json_first(json_array(json_object(json_object(json_first(
		json_array(doc, "runs")), "tool"), "driver"), "rules"));
	for (; rule; rule = json_next(rule))
		n--;
	assert_int_equal(n, 0);
	close_page(&p);
}

static void the_new_form_has_the_new_only(void **state)
{
	struct page p;
	autojson struct json *full = NULL;
	autojson struct json *news = NULL;

	(void)state;
	open_page(&p, FACTS("a", "3 exec /bin/a", "3 exec /bin/c"),
		  FACTS("b", "3 exec /bin/b", "1 exec /bin/c",
			"3 exec.args /bin/b x"));
	full = parsed(&p, "sarif");
	assert_int_equal(results(full), 3);
	has(p.out.p, "\"relatedLocations\": [");
	has(p.out.p, "\"baselineState\": \"absent\"");
	has(p.out.p, "\"baselineState\": \"unchanged\"");
	news = parsed(&p, "sarif-new");
	assert_int_equal(results(news), 1);
	lacks(p.out.p, "baselineState");
	close_page(&p);
}

/* The members of a cause are told with it, at its level. */
static void a_cause_is_one_result_in_every_format(void **state)
{
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"),
		  FACTS("b", "3 exec.args /bin/b x",
			"3 net.connect tcp 192.0.2.1:80"));
	assert_int_equal(p.cmp.n_causes, 1);
	assert_int_equal(p.cmp.findings[p.cmp.causes[0].leader].level,
			 LEVEL_NOTE);
	has(written(&p, "github"), "::error file=.behavdiff,line=1,title="
	    "behavdiff exec-args::exec.args /bin/b x");
	has(p.out.p, "; and 1 more finding by the program python3 client.py (1 "
	    "network): net.connect tcp 192.0.2.1:80\n");
	has(written(&p, "gitlab"), "\"severity\": \"critical\"");
	has(written(&p, "sarif"), "\"level\": \"error\"");
	has(p.out.p, "\"text\": \"net.connect tcp 192.0.2.1:80\"");
	has(written(&p, "junit"), "<failure type=\"exec-args\"");
	has(p.out.p, "\nnet.connect tcp 192.0.2.1:80\n");
	has(written(&p, "markdown"), "<br>- **error** ` net.connect tcp "
	    "192.0.2.1:80 `");
	has(written(&p, "html"), "<details class=\"finding error\" open ");
	close_page(&p);
}

/* One finding at the line that the error names, its consequences under it. */
static void a_broken_step_leads_what_it_leaves_undone(void **state)
{
	struct step_end end = {
		.name = STR("main"), .started = true, .was_ready = true,
		.ended = true
	};
	struct fingerprint *old = FACTS("a", "3 exec /bin/a",
					"3 file.create $TREE/x");
	struct fingerprint *new = FACTS("b", "3 exec /bin/a",
					"3 process.exit /bin/a status=1");
	struct page p;

	(void)state;
	facts_end(old, "exit", &end);
	end.status = 1 << 8;
	end.error = STR("SyntaxError: invalid syntax");
	end.error_file = STR("src/main.py");
	end.error_line = 7;
	end.output = STR("Traceback <b>\nSyntaxError: invalid syntax\n");
	facts_end(new, "exit", &end);
	open_page(&p, old, new);
	has(written(&p, "text"), "error    step main  in 3 of 3 runs  id ");
	has(p.out.p, "SyntaxError: invalid syntax, src/main.py:7");
	lacks(p.out.p, "found after");
	has(p.out.p, "2 more findings because of the step main (1 file, 1 "
	    "process)");
	has(p.out.p, "\nregression: 1 broken step, exit 1\n");
	lacks(p.out.p, "gone: always");
	has(written(&p, "github"), "::error file=src/main.py,line=7,title="
	    "behavdiff step-broken::step main in 3 of 3 runs: ");
	has(written(&p, "gitlab"), "\"path\": \"src/main.py\"");
	has(written(&p, "sarif"), "\"text\": \"main no longer ends");
	has(written(&p, "markdown"), "2 more findings because of the step");
	has(written(&p, "html"), "<pre tabindex=\"0\">Traceback &lt;b&gt;\n"
	    "SyntaxError: invalid syntax\n</pre>");
	has(p.out.p, "<dt>look at</dt><dd>src/main.py:7</dd>");
	p.r.verbosity = 1;
	has(written(&p, "text"), "new: step main printed in run 1 of 3:\n"
	    "         Traceback <b>\n");
	close_page(&p);
}

/* Steps that wait for the broken one are counted where the verdict is. */
static void a_verdict_counts_the_steps_that_wait_for_a_broken_one(void **state)
{
	static const char *const wanted[] = {
		"regression: 1 broken step, exit 1",
		"regression: 1 broken step and 1 that waits for it, exit 1",
		"regression: 1 broken step and 2 that wait for it, exit 1",
	};
	struct step_end done[] = {
		{ .name = STR("db"), .started = true, .ended = true },
		{ .name = STR("web"), .started = true, .ended = true,
		  .after = STR("db") },
		{ .name = STR("client"), .started = true, .ended = true,
		  .after = STR("web") },
	};

	(void)state;
	for (size_t waits = 0; waits < 3; waits++) {
		struct fingerprint *old = FACTS("a", "3 exec /bin/a");
		struct fingerprint *new = FACTS("b", "3 exec /bin/a");
		struct step_end left[3] = { done[0], done[1], done[2] };
		struct page p;

		left[0].status = 1 << 8;
		for (size_t i = 1; i <= waits; i++)
			left[i].started = left[i].ended = false;
		facts_end(old, "exit", done);
		facts_end(new, "exit", left);
		for (size_t i = 0; i < old->n_ends; i++) {
			old->ends[i].steps = done;
			new->ends[i].steps = left;
			old->ends[i].n_steps = new->ends[i].n_steps = 3;
		}
		open_page(&p, old, new);
		has(written(&p, "text"), wanted[waits]);
		close_page(&p);
	}
}

static void accepted_findings_are_suppressed_not_hidden(void **state)
{
	const struct accept accept = {
		.fact = STR(""), .reason = STR("health \"check\""),
		.by = STR("A<nn"), .date = STR("2030-01-01"),
		.expires = STR("2030-12-31"),
	};
	struct page p;
	autojson struct json *full = NULL;
	autojson struct json *news = NULL;

	(void)state;
	open_page(&p, NO_FACTS("a"), FACTS("b", "3 exec /bin/b"));
	p.cmp.findings[0].accepted = true;
	p.cmp.findings[0].gates = false;
	p.cmp.causes[0].gating = 0;
	full = parsed(&p, "sarif");
	assert_int_equal(results(full), 1);
	has(p.out.p, "\"status\": \"accepted\"");
	news = parsed(&p, "sarif-new");
	assert_int_equal(results(news), 0);
	has(written(&p, "junit"), "<skipped message=\"accepted\"/>");
	p.cmp.findings[0].accept = &accept;
	has(written(&p, "sarif"),
	    "\"justification\": \"health \\\"check\\\"\"");
	has(written(&p, "junit"),
	    "<skipped message=\"accepted until 2030-12-31 "
	    "by A&lt;nn: health &quot;check&quot;\"/>");
	has(written(&p, "html"), "<dt>accept</dt><dd>accepted until 2030-12-31 "
	    "by A&lt;nn: health &quot;check&quot;</dd>");
	assert_string_equal(written(&p, "gitlab"), "[]\n");
	close_page(&p);
}

static void a_message_holds_no_link_of_others(void **state)
{
	struct page p;
	autojson struct json *doc = NULL;
	struct str text;
	const struct json *result;

	(void)state;
	open_page(&p, NO_FACTS("a"), hostile());
	doc = parsed(&p, "sarif");
	result = json_first(json_array(json_first(json_array(doc, "runs")),
				       "results"));
	assert_non_null(result);
	for (; result; result = json_next(result)) {
		assert_true(json_string(&text, json_object(result, "message"),
					"text"));
		assert_null(memmem(text.p, text.len, "](", 2));
	}
	close_page(&p);
}

static void notes_and_the_mode_are_in_every_format_that_has_room(void **state)
{
	static const char *const formats[] = {
		"text", "json", "markdown", "html", "sarif", "junit",
	};
	const struct str note = STR("trusted side: the merge base");
	struct page p;

	(void)state;
	open_page(&p, NO_FACTS("a"), FACTS("b", "3 exec /bin/a"));
	p.r.notes = &note;
	p.r.n_notes = 1;
	p.r.report_only = true;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		has(written(&p, formats[i]), note.p);
		if (strcmp(formats[i], "json"))
			has(p.out.p, "report-only: would have exited 1");
	}
	has(written(&p, "text"),
	    ", exit 0\nreport-only: would have exited 1\n");
	has(written(&p, "json"), "\"mode\": \"report-only\",\n  \"exit\": 0,\n"
	    "  \"would_exit\": 1,\n");
	has(written(&p, "sarif"), "\"exitCode\": 0");
	has(written(&p, "github"), "::warning title=behavdiff report-only::"
	    "report-only: would have exited 1\n");
	p.r.report_only = false;
	has(written(&p, "sarif"), "\"exitCode\": 1");
	lacks(written(&p, "text"), "report-only");
	close_page(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_format_lets_a_control_character_through),
		cmocka_unit_test(the_same_input_gives_the_same_bytes),
		cmocka_unit_test(markup_stays_text_in_html),
		cmocka_unit_test(a_page_loads_nothing),
		cmocka_unit_test(both_sides_have_a_tree_and_a_timeline),
		cmocka_unit_test(a_side_without_evidence_says_so),
		cmocka_unit_test(junit_counts_what_fails),
		cmocka_unit_test(foreign_text_is_inside_code_in_markdown),
		cmocka_unit_test(a_bar_does_not_end_its_cell),
		cmocka_unit_test(a_comment_stays_below_its_limit),
		cmocka_unit_test(so_do_causes_of_many_findings),
		cmocka_unit_test(so_does_one_with_too_much_of_everything),
		cmocka_unit_test(so_does_the_auditors_document),
		cmocka_unit_test(a_finding_stands_at_the_script_that_ran),
		cmocka_unit_test(else_at_its_step_else_at_the_configuration),
		cmocka_unit_test(an_absolute_or_escaped_word_is_no_place),
		cmocka_unit_test(a_folder_is_no_place),
		cmocka_unit_test(an_annotation_is_one_line_that_starts_with_ours),
		cmocka_unit_test(more_than_ten_annotations_are_counted),
		cmocka_unit_test(sarif_declares_every_rule_whatever_was_found),
		cmocka_unit_test(the_new_form_has_the_new_only),
		cmocka_unit_test(a_cause_is_one_result_in_every_format),
		cmocka_unit_test(a_broken_step_leads_what_it_leaves_undone),
		cmocka_unit_test(
			a_verdict_counts_the_steps_that_wait_for_a_broken_one),
		cmocka_unit_test(accepted_findings_are_suppressed_not_hidden),
		cmocka_unit_test(
			notes_and_the_mode_are_in_every_format_that_has_room),
		cmocka_unit_test(a_message_holds_no_link_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
