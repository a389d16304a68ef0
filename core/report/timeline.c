/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes over time as inline SVG: a line for each, from its first to its
 * last first event, and a mark wherever a fact was seen first.  Facts that
 * fall into one column share a mark, so that ten thousand stay drawable.
 */
#include "core/report/html.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/report/internal.h"

#define ROWS_MAX 40
#define COLUMNS 180
#define ROW_HEIGHT 22
#define LABEL_WIDTH 250
#define COLUMN_WIDTH 4
#define LABEL_MAX 34		/* bytes of a program's name */
#define TICKS 6

struct mark {
	size_t facts, news;
	const struct fact *first;	/* one that gates, if there is one */
};

struct chart {
	const struct process_tree *tree;
	uint64_t end;		/* ns at the right edge */
	size_t rows;
	struct mark *marks;	/* rows times COLUMNS */
};

static unsigned column_x(size_t column)
{
	return LABEL_WIDTH + (unsigned)column * COLUMN_WIDTH;
}

static void collect(struct chart *c, const struct fingerprint *fp,
		    const struct strmap *gating)
{
	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];
		const struct process_node *node = process_of(c->tree, f);
		size_t row = node ? (size_t)(node - c->tree->v) : c->rows;
		struct mark *m;
		bool news;

		if (row >= c->rows)
			continue;
		m = &c->marks[row * COLUMNS +
			      (size_t)((double)f->ev.ns / (double)c->end *
				       (COLUMNS - 1))];
		news = strmap_get(gating, f->line);
		if (!m->first || (news && !m->news))
			m->first = f;
		m->facts++;
		m->news += news;
	}
}

static void put_mark(struct buf *out, size_t row, size_t column,
		     const struct mark *m)
{
	buf_printf(out, "<circle class=\"mark%s\" cx=\"%u\" cy=\"%zu\" "
		   "r=\"%u\"><title>", m->news ? " new" : "",
		   column_x(column), row * ROW_HEIGHT + 12,
		   m->news ? 5U : 3U);
	put_seconds(out, m->first->ev.ns / 1000000);
	buf_c(out, ": ");
	html_str(out, m->first->line);
	if (m->facts > 1)
		buf_printf(out, " and %zu more", m->facts - 1);
	buf_c(out, "</title></circle>");
}

static void put_row(struct buf *out, const struct chart *c, size_t row)
{
	const struct process_node *node = &c->tree->v[row];
	const struct mark *marks = &c->marks[row * COLUMNS];
	unsigned indent = node->depth < 6 ? node->depth * 12 : 72;
	size_t first = COLUMNS, last = 0, y = row * ROW_HEIGHT + 12;
	struct str label = str_head(node->program, LABEL_MAX - indent / 6);

	buf_printf(out, "<text x=\"%u\" y=\"%zu\">", indent, y + 4);
	html_str(out, label);
	buf_printf(out, "%s<title>", label.len < node->program.len ?
		   "\xe2\x80\xa6" : "");
	html_str(out, node->chain);
	buf_c(out, "</title></text>");
	for (size_t i = 0; i < COLUMNS; i++) {
		if (!marks[i].facts)
			continue;
		first = first < i ? first : i;
		last = i;
	}
	if (first <= last)
		buf_printf(out, "<line class=\"span\" x1=\"%u\" y1=\"%zu\" "
			   "x2=\"%u\" y2=\"%zu\"/>", column_x(first), y,
			   column_x(last), y);
	for (size_t i = 0; i < COLUMNS; i++)
		if (marks[i].facts)
			put_mark(out, row, i, &marks[i]);
	buf_ch(out, '\n');
}

static void put_axis(struct buf *out, const struct chart *c)
{
	size_t bottom = c->rows * ROW_HEIGHT;

	for (unsigned i = 0; i <= TICKS; i++) {
		unsigned x = column_x(0) + i * (COLUMNS - 1) * COLUMN_WIDTH /
			     TICKS;

		buf_printf(out, "<line class=\"axis\" x1=\"%u\" y1=\"0\" "
			   "x2=\"%u\" y2=\"%zu\"/><text class=\"tick\" "
			   "x=\"%u\" y=\"%zu\" text-anchor=\"middle\">", x, x,
			   bottom, x, bottom + 16);
		put_seconds(out, c->end / 1000000 * i / TICKS);
		buf_c(out, "</text>\n");
	}
}

static uint64_t last_event(const struct fingerprint *fp)
{
	uint64_t last = 1000000;

	for (size_t i = 0; i < fp->n; i++)
		if (fp->facts[i].ev.process.len && fp->facts[i].ev.ns > last)
			last = fp->facts[i].ev.ns;
	return last;
}

void timeline_svg(struct buf *out, const struct process_tree *tree,
		  const struct fingerprint *fp, const struct strmap *gating)
{
	struct chart c = { .tree = tree, .end = last_event(fp) };

	c.rows = tree->n < ROWS_MAX ? tree->n : ROWS_MAX;
	c.marks = mem_array(c.rows * COLUMNS + 1, sizeof(*c.marks));
	collect(&c, fp, gating);
	buf_printf(out, "<svg viewBox=\"0 0 %u %zu\" role=\"img\" "
		   "aria-label=\"first events of each process over time\">\n",
		   column_x(COLUMNS) + 40, c.rows * ROW_HEIGHT + 24);
	put_axis(out, &c);
	for (size_t i = 0; i < c.rows; i++)
		put_row(out, &c, i);
	buf_c(out, "</svg>\n");
	if (tree->n > c.rows)
		buf_printf(out, "<p class=\"soft\">%zu more processes are in "
			   "the tree above.</p>\n", tree->n - c.rows);
	free(c.marks);
}
