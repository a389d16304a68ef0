/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's document as one page, for reading and for printing. */
#include "core/report/audit_internal.h"
#include "core/report/html.h"
#include "core/report/page.h"

#define BASIS_SHOWN 8

static void audit_html_put_fact(struct buf *out, const struct audit *a,
				const struct fact *f)
{
	buf_c(out, "<li><code>");
	markup_html(out, f->line);
	buf_printf(out, "</code> in %u of %u run%s</li>", f->seen, a->fp->runs,
		   str_plural(a->fp->runs));
}

static void audit_html_put_basis(struct buf *out, const struct audit *a,
				 const struct basis *b)
{
	size_t i = 0;

	if (!b->n)
		return;
	buf_c(out, "<ul class=\"basis\">");
	for (; i < b->n && i < BASIS_SHOWN; i++)
		audit_html_put_fact(out, a, b->v[i]);
	buf_c(out, "</ul>");
	if (i == b->n)
		return;
	buf_printf(out, "<details class=\"basis\"><summary>%zu more</summary>"
		   "<ul class=\"basis\">", b->n - i);
	for (; i < b->n; i++)
		audit_html_put_fact(out, a, b->v[i]);
	buf_c(out, "</ul></details>");
}

static void put_table_row(struct buf *out, const struct audit *a,
			  const struct chapter *c, const struct part *p)
{
	buf_c(out, "<tr>");
	for (size_t i = 0; c->columns[i]; i++) {
		buf_c(out, i ? "<td>" : "<th scope=\"row\">");
		markup_html(out, p->cells[i]);
		if (i == c->basis_at)
			audit_html_put_basis(out, a, &p->basis);
		buf_c(out, i ? "</td>" : "</th>");
	}
	buf_c(out, "</tr>\n");
}

static void audit_html_put_table(struct buf *out, const struct audit *a,
				 const struct chapter *c)
{
	bool open = false;

	for (size_t i = 0; i < c->parts.n; i++) {
		if (!c->parts.v[i].is_row)
			continue;
		if (!open) {
			buf_c(out, "<div class=\"scroll\"><table><thead><tr>");
			for (size_t k = 0; c->columns[k]; k++)
				buf_printf(out, "<th>%s</th>", c->columns[k]);
			buf_c(out, "</tr></thead><tbody>\n");
			open = true;
		}
		put_table_row(out, a, c, &c->parts.v[i]);
	}
	if (open)
		buf_c(out, "</tbody></table></div>\n");
}

static void audit_html_put_sentence(struct buf *out, const struct part *p)
{
	markup_html(out, p->cells[0]);
	if (!p->cells[1].len) {
		buf_ch(out, '.');
		return;
	}
	buf_c(out, ": <code>");
	markup_html(out, p->cells[1]);
	buf_c(out, "</code>");
}

static void audit_html_put_chapter(struct buf *out, const struct audit *a,
				   const struct chapter *c, size_t number)
{
	buf_printf(out, "<section id=\"%s\"><h2>%zu. %s</h2>\n", c->id, number,
		   c->title);
	audit_html_put_table(out, a, c);
	for (size_t i = 0; i < c->parts.n; i++) {
		if (c->parts.v[i].is_row)
			continue;
		buf_c(out, "<div class=\"sentence\">");
		audit_html_put_sentence(out, &c->parts.v[i]);
		audit_html_put_basis(out, a, &c->parts.v[i].basis);
		buf_c(out, "</div>\n");
	}
	buf_c(out, "</section>\n");
}

static void audit_html_put_timeline(struct buf *out, const struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;
	struct strmap grave = STRMAP_INIT;
	struct process_tree tree;

	for (size_t i = 0; i < d->all.n; i++)
		if (d->all.findings[i].level == LEVEL_ERROR)
			strmap_put(&grave, d->all.findings[i].fact->line);
	process_tree_make(&tree, fp, &grave);
	buf_c(out, "<section id=\"timeline\"><h2>Timeline</h2>\n");
	timeline_legend(out, "<span class=\"new\">red</span>: would be an "
			"error where it is new");
	timeline_svg(out, &tree, fp, timeline_end(fp), &grave, "new");
	buf_c(out, "</section>\n");
	process_tree_free(&tree);
	strmap_free(&grave);
}

static void put_nav(struct buf *out, const struct document *d)
{
	buf_c(out, "<nav aria-label=\"chapters\"><ul>");
	for (size_t i = 0; i < d->chapters.n; i++)
		buf_printf(out, "<li><a href=\"#%s\">%s</a></li>",
			   d->chapters.v[i].id, d->chapters.v[i].title);
	buf_c(out, "<li><a href=\"#timeline\">Timeline</a></li></ul></nav>\n"
	      "<main>\n");
}

void audit_html(struct buf *out, const struct audit *a)
{
	__attribute__((cleanup(document_free)))
	struct document d;
	autobuf struct buf title = BUF_INIT;
	char nonce[HASH_HEX_LEN + 1];

	document_make(&d, a);
	buf_c(&title, "Dynamic analysis of ");
	buf_str(&title, a->fp->spec);
	page_begin(out, buf_view(&title), str_c(a->fp->digest), nonce);
	buf_c(out, "<a class=\"skip\" href=\"#context\">Skip to the report</a>"
	      "\n<header><h1>");
	markup_html(out, buf_view(&title));
	buf_c(out, "</h1></header>\n");
	put_nav(out, &d);
	for (size_t i = 0; i < d.chapters.n; i++)
		audit_html_put_chapter(out, a, &d.chapters.v[i], i + 1);
	audit_html_put_timeline(out, &d);
	buf_c(out, "</main>\n<footer><p>Written by behavdiff ");
	markup_html(out, str_c(a->version));
	buf_c(out, ". What was not seen is not proved absent.</p></footer>\n");
	page_end(out, STR(""), nonce);
}
