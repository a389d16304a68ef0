/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's document for a terminal. */
#include "core/report/audit_internal.h"

#define BASIS_SHOWN 5
#define INDENT "    "

static void audit_text_put_basis(struct buf *out, const struct audit *a,
				 const struct basis *b)
{
	size_t limit = a->verbosity > 0 ? b->n : BASIS_SHOWN;

	for (size_t i = 0; i < b->n && i < limit; i++) {
		buf_c(out, INDENT "| ");
		escape_str(out, b->v[i]->line);
		buf_printf(out, "  in %u of %u run%s\n", b->v[i]->seen,
			   a->fp->runs, str_plural(a->fp->runs));
	}
	if (b->n > limit)
		buf_printf(out, INDENT "| %zu more (-v shows them)\n",
			   b->n - limit);
}

/* "KEY: VALUE", or "KEY: HEAD VALUE, HEAD VALUE" where there are more. */
static void put_row_text(struct buf *out, const struct audit *a,
			 const struct chapter *c, const struct part *p)
{
	autobuf struct buf label = BUF_INIT, rest = BUF_INIT;

	escape_str(&label, p->cells[0]);
	buf_c(&label, ": ");
	for (size_t i = 1; c->columns[i]; i++) {
		if (c->prose)
			buf_c(&rest, i > 1 ? "; " : "");
		else if (i > 1)
			buf_printf(&rest, ", %s ", c->columns[i]);
		else if (c->columns[2])
			buf_printf(&rest, "%s ", c->columns[i]);
		buf_str(&rest, p->cells[i]);
	}
	buf_c(out, INDENT);
	buf_str(out, buf_view(&label));
	escape_str(out, buf_view(&rest));
	buf_ch(out, '\n');
	audit_text_put_basis(out, a, &p->basis);
}

static void audit_text_put_sentence(struct buf *out, const struct audit *a,
				    const struct part *p)
{
	autobuf struct buf text = BUF_INIT;

	buf_str(&text, p->cells[0]);
	buf_c(&text, p->cells[1].len ? ": " : ".");
	buf_str(&text, p->cells[1]);
	escape_wrapped(out, "  ", buf_view(&text), a->width);
}

static void audit_text_put_chapter(struct buf *out, const struct audit *a,
				   const struct chapter *c, size_t number)
{
	autobuf struct buf head = BUF_INIT;

	buf_printf(&head, "%zu. %s", number, c->title);
	buf_ch(out, '\n');
	style_c(out, a->color, STYLE_GOOD, head.p);
	buf_c(out, "\n\n");
	for (size_t i = 0; i < c->parts.n; i++) {
		const struct part *p = &c->parts.v[i];

		if (p->is_row) {
			put_row_text(out, a, c, p);
			continue;
		}
		audit_text_put_sentence(out, a, p);
		audit_text_put_basis(out, a, &p->basis);
	}
}

static void put_quiet(struct buf *out, const struct document *d)
{
	const struct chapter *last = &d->chapters.v[d->chapters.n - 1];

	escape_str(out, last->parts.v[0].cells[0]);
	buf_c(out, ".\n");
}

void audit_text(struct buf *out, const struct audit *a)
{
	__attribute__((cleanup(document_free)))
	struct document d;

	document_make(&d, a);
	if (a->verbosity < 0) {
		put_quiet(out, &d);
		return;
	}
	buf_c(out, "Dynamic analysis of ");
	escape_str(out, a->fp->spec);
	buf_ch(out, '\n');
	for (size_t i = 0; i < d.chapters.n; i++)
		audit_text_put_chapter(out, a, &d.chapters.v[i], i + 1);
}
