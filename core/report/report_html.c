/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page that needs nothing else.  Verdict, findings, processes and timeline
 * are plain HTML and can be read and printed without a script; the table of
 * all facts is data for page.js, and so is the choice of a category.
 */
#include "core/base/json.h"
#include "core/report/html.h"
#include "core/report/internal.h"
#include "core/report/page.h"

/* --- the head --- */

static void report_html_put_side(struct buf *out, const char *label,
				 const struct fingerprint *fp, const char *from)
{
	buf_printf(out, "<tr><th scope=\"row\">%s</th><td><code>", label);
	markup_html(out, fp->spec);
	buf_c(out, "</code></td><td><code>");
	markup_html(out, str_head(fp->commit, 12));
	buf_printf(out, "</code></td><td>%s</td><td class=\"n\">%u</td>"
		   "<td class=\"n\">%zu</td><td>", from, fp->runs, fp->n);
	markup_html(out, fp->entry);
	buf_c(out, "</td></tr>\n");
}

static void report_html_put_head(struct buf *out, const struct report *r)
{
	const char *verdict = verdict_name(r->cmp->verdict);
	autobuf struct buf line = BUF_INIT, mode = BUF_INIT;
	autobuf struct buf beside = BUF_INIT;

	buf_c(out, "<a class=\"skip\" href=\"#findings\">Skip to the findings"
	      "</a>\n<header>\n<h1>");
	markup_html(out, r->old->spec);
	buf_c(out, " &#8594; ");
	markup_html(out, r->new->spec);
	summary_verdict_line(&line, r, false);
	buf_printf(out, "</h1>\n<p class=\"verdict %s\"><b>%s</b>", verdict,
		   verdict);
	markup_html(out, str_sub(buf_view(&line), strlen(verdict)));
	buf_c(out, "</p>\n");
	if (report_only_text(&mode, r))
		buf_printf(out, "<p class=\"verdict inconclusive\"><b>%s</b>"
			   "</p>\n", mode.p);
	for (size_t i = 0; i < r->cmp->n_reasons; i++) {
		buf_c(out, "<p class=\"verdict inconclusive\"><b>doubt</b>: ");
		markup_html(out, r->cmp->reasons[i]);
		buf_c(out, "</p>\n");
	}
	if (summary_beside_text(&beside, r)) {
		buf_c(out, "<p class=\"soft\">Not counted: ");
		markup_html(out, buf_view(&beside));
		buf_c(out, "</p>\n");
	}
	buf_c(out, "<div class=\"scroll\"><table><thead><tr><th></th>"
	      "<th>revision</th><th>commit</th><th>from</th><th class=\"n\">"
	      "runs</th><th class=\"n\">facts</th><th>entry</th></tr></thead>"
	      "<tbody>\n");
	report_html_put_side(out, "old", r->old, r->old_from);
	report_html_put_side(out, "new", r->new, r->new_from);
	buf_c(out, "</tbody></table></div>\n</header>\n"
	      "<nav aria-label=\"sections\"><ul>"
	      "<li><a href=\"#findings\">Findings</a></li>"
	      "<li><a href=\"#processes\">Processes</a></li>"
	      "<li><a href=\"#timeline\">Timeline</a></li>"
	      "<li><a href=\"#steps\">Steps</a></li>"
	      "<li><a href=\"#facts\">Facts</a></li>"
	      "<li><a href=\"#trust\">Trust</a></li></ul></nav>\n<main>\n");
}

/* --- facts: the frame; page.js fills it --- */

static void report_html_put_facts(struct buf *out)
{
	buf_c(out, "<section id=\"facts\"><h2>Facts side by side</h2>\n"
	      "<noscript><p>The table needs its script; "
	      "<code>--format json</code> has the findings as data.</p>"
	      "</noscript>\n"
	      "<form id=\"filter\" hidden role=\"search\">\n"
	      "<label>Search facts and findings<input type=\"search\" "
	      "name=\"q\" autocomplete=\"off\" placeholder=\"connect, "
	      "/etc, server.py\"></label>\n"
	      "<label>Kind<select name=\"kind\"><option value=\"\">all"
	      "</option></select></label>\n"
	      "<label>Side<select name=\"side\"><option value=\"\">all"
	      "</option><option value=\"differ\">all that differ</option>"
	      "<option value=\"only-new\">only new</option>"
	      "<option value=\"only-old\">only old</option>"
	      "<option value=\"both\">in some runs</option></select></label>\n"
	      "<output id=\"count\" class=\"soft\"></output>\n</form>\n"
	      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	      "aria-label=\"facts\"><table><thead><tr><th>fact</th>"
	      "<th class=\"n\">old</th><th class=\"n\">new</th></tr></thead>"
	      "<tbody id=\"rows\"></tbody></table></div>\n"
	      "<button id=\"more\" type=\"button\" hidden></button>\n"
	      "</section>\n");
}

/* Chains repeat from fact to fact: each is written once. */
static uint64_t chain_number(struct strmap *chains, struct str chain)
{
	struct strmap_entry *e = strmap_put(chains, chain);

	if (!e->val.num)
		e->val.num = chains->n;
	return e->val.num - 1;
}

/* f is the fact of NEW, or of OLD where NEW has none. */
static void report_html_put_fact(struct json_out *j, struct strmap *chains,
				 const struct fact *f, unsigned seen_old,
				 unsigned seen_new)
{
	json_begin_array_inline(j, NULL);
	json_put_str(j, NULL, f->line);
	json_put_uint(j, NULL, seen_old);
	json_put_uint(j, NULL, seen_new);
	json_put_uint(j, NULL, chain_number(chains, f->ev.process));
	json_put_str(j, NULL, f->ev.call);
	json_put_uint(j, NULL, f->ev.ns / 1000);
	json_put_str(j, NULL, f->ev.note);
	json_end_array(j);
}

/* Both lists are sorted: step through them side by side. */
static void put_all_facts(struct json_out *j, struct strmap *chains,
			  const struct report *r)
{
	const struct fact *o = r->old->facts, *o_end = o + r->old->n;
	const struct fact *n = r->new->facts, *n_end = n + r->new->n;

	json_begin_array(j, "facts");
	while (o < o_end || n < n_end) {
		int c = o == o_end ? 1 : n == n_end ? -1 :
			str_cmp(o->line, n->line);

		report_html_put_fact(j, chains, c < 0 ? o : n,
				     c <= 0 ? o->seen : 0,
				     c >= 0 ? n->seen : 0);
		o += c <= 0;
		n += c >= 0;
	}
	json_end_array(j);
}

static void make_data(struct buf *out, const struct report *r)
{
	struct strmap chains = STRMAP_INIT;
	struct json_out j;

	json_out_init(&j, out);
	json_begin_object(&j, NULL);
	json_begin_array_inline(&j, "runs");
	json_put_uint(&j, NULL, r->old->runs);
	json_put_uint(&j, NULL, r->new->runs);
	json_end_array(&j);
	put_all_facts(&j, &chains, r);
	json_begin_array(&j, "chains");
	for (size_t i = 0; i < chains.n; i++)
		json_put_str(&j, NULL, chains.entries[i].key);
	json_end_array(&j);
	json_end_object(&j);
	json_out_end(&j);
	strmap_free(&chains);
}

/* --- how far to trust it --- */

static void report_html_put_ends(struct buf *out, const char *label,
				 const struct fingerprint *fp)
{
	autobuf struct buf text = BUF_INIT;
	struct str lines, line;

	words_ends_lines(&text, fp);
	lines = buf_view(&text);
	while (words_next_line(&lines, &line)) {
		buf_printf(out, "<li>%s: ", label);
		markup_html(out, line);
		buf_c(out, "</li>\n");
	}
}

static void report_html_put_sentence(struct buf *out, const struct report *r,
				     void (*make)(struct buf *out,
						  const struct report *r))
{
	autobuf struct buf text = BUF_INIT;

	make(&text, r);
	buf_c(out, "<li>");
	markup_html(out, buf_view(&text));
	buf_c(out, "</li>\n");
}

static void report_html_put_trust(struct buf *out, const struct report *r)
{
	size_t io = 0, in = 0, n = 0;
	struct str spot;

	buf_c(out, "<section id=\"trust\"><h2>How far to trust it</h2>\n<ul>");
	report_html_put_ends(out, "old", r->old);
	report_html_put_ends(out, "new", r->new);
	report_html_put_sentence(out, r, summary_repeatability_text);
	report_html_put_sentence(out, r, summary_loss_text);
	report_html_put_sentence(out, r, summary_again_text);
	buf_c(out, "<li>configuration: ");
	markup_html(out, r->config_from);
	buf_c(out, "</li>\n");
	for (size_t i = 0; i < r->n_notes; i++) {
		buf_c(out, "<li>");
		markup_html(out, r->notes[i]);
		buf_c(out, "</li>\n");
	}
	for (; report_next_blind_spot(r, &io, &in, &spot); n++) {
		buf_c(out, "<li>blind spot: ");
		markup_html(out, spot);
		buf_c(out, "</li>\n");
	}
	if (!n)
		buf_c(out, "<li>No blind spots</li>\n");
	buf_c(out, "</ul></section>\n</main>\n"
	      "<footer><p>Written by behavdiff ");
	markup_html(out, str_c(r->version));
	buf_c(out, ". What was not seen is not proved absent.</p></footer>\n");
}

void report_html(struct buf *out, const struct report *r)
{
	autobuf struct buf data = BUF_INIT, title = BUF_INIT;
	char nonce[HASH_HEX_LEN + 1];

	make_data(&data, r);
	buf_printf(&title, "%s: ", verdict_name(r->cmp->verdict));
	buf_str(&title, r->old->spec);
	buf_c(&title, " and ");
	buf_str(&title, r->new->spec);
	page_begin(out, buf_view(&title), buf_view(&data), nonce);
	report_html_put_head(out, r);
	findings_html(out, r);
	sides_html(out, r);
	steps_html(out, r);
	report_html_put_facts(out);
	report_html_put_trust(out, r);
	page_end(out, buf_view(&data), nonce);
}
