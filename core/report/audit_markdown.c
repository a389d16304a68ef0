/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's document as Markdown; foreign text in code spans only. */
#include "core/report/audit_internal.h"

#define BASIS_SHOWN 8
#define CELL_MAX 600

static void put_basis(struct buf *out, const struct audit *a,
		      const struct basis *b)
{
	for (size_t i = 0; i < b->n && i < BASIS_SHOWN; i++) {
		buf_c(out, "  - ");
		md_code(out, b->v[i]->line, CELL_MAX);
		buf_printf(out, " (%u/%u)\n", b->v[i]->seen, a->fp->runs);
	}
	if (b->n > BASIS_SHOWN)
		buf_printf(out, "  - **%zu more**\n", b->n - BASIS_SHOWN);
}

/* In a cell there are no lists. */
static void put_basis_cell(struct buf *out, const struct basis *b)
{
	for (size_t i = 0; i < b->n && i < BASIS_SHOWN; i++) {
		buf_c(out, "<br>");
		md_code(out, b->v[i]->line, CELL_MAX);
	}
	if (b->n > BASIS_SHOWN)
		buf_printf(out, "<br>**%zu more**", b->n - BASIS_SHOWN);
}

static void put_table(struct buf *out, const struct chapter *c)
{
	bool any = false;

	for (size_t i = 0; i < c->parts.n; i++)
		any |= c->parts.v[i].is_row;
	if (!any)
		return;
	for (size_t i = 0; c->columns[i]; i++)
		buf_printf(out, "| %s ", c->columns[i]);
	buf_c(out, "|\n");
	for (size_t i = 0; c->columns[i]; i++)
		buf_c(out, "| --- ");
	buf_c(out, "|\n");
	for (size_t i = 0; i < c->parts.n; i++) {
		const struct part *p = &c->parts.v[i];

		if (!p->is_row)
			continue;
		for (size_t k = 0; c->columns[k]; k++) {
			buf_c(out, "| ");
			if (c->foreign & 1U << k)
				md_code(out, p->cells[k], CELL_MAX);
			else
				buf_str(out, p->cells[k]);
			if (k == c->basis_at)
				put_basis_cell(out, &p->basis);
			buf_ch(out, ' ');
		}
		buf_c(out, "|\n");
	}
	buf_ch(out, '\n');
}

static void put_sentence(struct buf *out, const struct part *p)
{
	buf_str(out, p->cells[0]);
	if (p->cells[1].len) {
		buf_c(out, ": ");
		md_code(out, p->cells[1], CELL_MAX);
	} else {
		buf_ch(out, '.');
	}
	buf_ch(out, '\n');
}

void audit_markdown(struct buf *out, const struct audit *a)
{
	__attribute__((cleanup(document_free)))
	struct document d;

	document_make(&d, a);
	buf_c(out, "# Dynamic analysis of ");
	md_code(out, a->fp->spec, CELL_MAX);
	buf_ch(out, '\n');
	for (size_t i = 0; i < d.chapters.n; i++) {
		const struct chapter *c = &d.chapters.v[i];

		buf_printf(out, "\n## %zu. %s\n\n", i + 1, c->title);
		put_table(out, c);
		for (size_t k = 0; k < c->parts.n; k++) {
			if (c->parts.v[k].is_row)
				continue;
			buf_c(out, "- ");
			put_sentence(out, &c->parts.v[k]);
			put_basis(out, a, &c->parts.v[k].basis);
		}
	}
}
