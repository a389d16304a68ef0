/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The auditor's document as Markdown; foreign text in code spans only.  It is
 * posted where 65,536 characters are the limit, so every chapter has a share
 * of a budget, what one leaves over is the next one's, and what did not fit is
 * counted.
 */
#include "core/report/audit_internal.h"

#define BASIS_SHOWN 8
#define CELL_MAX 400
#define BUDGET 58000		/* bytes, and so no fewer than characters */

static void audit_markdown_put_basis(struct buf *out, const struct audit *a,
				     const struct basis *b)
{
	for (size_t i = 0; i < b->n && i < BASIS_SHOWN; i++) {
		buf_c(out, "  - ");
		markup_md_code(out, b->v[i]->line, CELL_MAX);
		buf_printf(out, " in %u of %u run%s\n", b->v[i]->seen,
			   a->fp->runs, str_plural(a->fp->runs));
	}
	if (b->n > BASIS_SHOWN)
		buf_printf(out, "  - **%zu more**\n", b->n - BASIS_SHOWN);
}

/* In a cell there are no lists. */
static void put_basis_cell(struct buf *out, const struct basis *b)
{
	for (size_t i = 0; i < b->n && i < BASIS_SHOWN; i++) {
		buf_c(out, "<br>");
		markup_md_code(out, b->v[i]->line, CELL_MAX);
	}
	if (b->n > BASIS_SHOWN)
		buf_printf(out, "<br>**%zu more**", b->n - BASIS_SHOWN);
}

static void put_row_cells(struct buf *out, const struct chapter *c,
			  const struct part *p)
{
	for (size_t k = 0; c->columns[k]; k++) {
		buf_c(out, "| ");
		if (c->foreign & 1U << k)
			markup_md_code(out, p->cells[k], CELL_MAX);
		else
			buf_str(out, p->cells[k]);
		if (k == c->basis_at)
			put_basis_cell(out, &p->basis);
		buf_ch(out, ' ');
	}
	buf_c(out, "|\n");
}

static void audit_markdown_put_sentence(struct buf *out, const struct audit *a,
					const struct part *p)
{
	buf_c(out, "- ");
	buf_str(out, p->cells[0]);
	if (p->cells[1].len) {
		buf_c(out, ": ");
		markup_md_code(out, p->cells[1], CELL_MAX);
	} else {
		buf_ch(out, '.');
	}
	buf_ch(out, '\n');
	audit_markdown_put_basis(out, a, &p->basis);
}

/* Rows or sentences up to `end`; returns how many do not fit. */
static size_t put_parts(struct buf *out, const struct audit *a,
			const struct chapter *c, bool rows, size_t end)
{
	size_t left = 0;

	for (size_t i = 0; i < c->parts.n; i++) {
		const struct part *p = &c->parts.v[i];
		autobuf struct buf text = BUF_INIT;

		if (p->is_row != rows)
			continue;
		if (rows)
			put_row_cells(&text, c, p);
		else
			audit_markdown_put_sentence(&text, a, p);
		if (left || out->len + text.len > end)
			left++;
		else
			buf_str(out, buf_view(&text));
	}
	return left;
}

static bool has_rows(const struct chapter *c)
{
	for (size_t i = 0; i < c->parts.n; i++)
		if (c->parts.v[i].is_row)
			return true;
	return false;
}

static void audit_markdown_put_table(struct buf *out, const struct audit *a,
				     const struct chapter *c, size_t end)
{
	size_t left;

	for (size_t i = 0; c->columns[i]; i++)
		buf_printf(out, "| %s ", c->columns[i]);
	buf_c(out, "|\n");
	for (size_t i = 0; c->columns[i]; i++)
		buf_c(out, "| --- ");
	buf_c(out, "|\n");
	left = put_parts(out, a, c, true, end);
	if (left)
		buf_printf(out, "\n**%zu more** row%s not fit here.\n", left,
			   left == 1 ? " does" : "s do");
	buf_ch(out, '\n');
}

static void audit_markdown_put_chapter(struct buf *out, const struct audit *a,
				       const struct chapter *c, size_t number,
				       size_t end)
{
	size_t left, half = out->len + (end - out->len) / 2;

	buf_printf(out, "\n## %zu. %s\n\n", number, c->title);
	/* Sentences say more than rows: half the room is theirs. */
	if (has_rows(c))
		audit_markdown_put_table(out, a, c, half);
	left = put_parts(out, a, c, false, end);
	if (left)
		buf_printf(out, "\n**%zu more** sentence%s not fit here.\n",
			   left, left == 1 ? " does" : "s do");
}

void audit_markdown(struct buf *out, const struct audit *a)
{
	__attribute__((cleanup(document_free)))
	struct document d;
	size_t n;

	document_make(&d, a);
	n = d.chapters.n;
	buf_c(out, "# Dynamic analysis of ");
	markup_md_code(out, a->fp->spec, CELL_MAX);
	buf_ch(out, '\n');
	for (size_t i = 0; i < n; i++)
		audit_markdown_put_chapter(out, a, &d.chapters.v[i], i + 1,
					   BUDGET * (i + 1) / n);
}
