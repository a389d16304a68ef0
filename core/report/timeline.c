/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes over time as inline SVG: for each a line from its first to its
 * last first event, and on three lanes a mark wherever a fact was seen first.
 * Facts that fall into one column of a lane share a mark, so that ten thousand
 * stay drawable.
 */
#include "core/report/html.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/report/internal.h"

#define ROWS_MAX 40
#define COLUMNS 180
#define ROW_HEIGHT 36
#define LANE_HEIGHT 9
#define LABEL_WIDTH 250
#define COLUMN_WIDTH 4
#define LABEL_MAX 34		/* bytes of a program's name */
#define TICKS_MAX 8

/* Shape and colour of a lane's marks; CSS has the colours. */
static const struct lane {
	const char *name, *symbol, *what;
	/* Around the mark's middle, for a mark of this half size. */
	const char *small, *large;
} lanes[] = {
	{ "process", "&#9650;", "programs, processes, privileges",
	  "m0-4l4 7h-8z", "m0-6l6 10h-12z" },
	{ "network", "&#9670;", "sockets",
	  "m0-4l4 4l-4 4l-4-4z", "m0-6l6 6l-6 6l-6-6z" },
	{ "file", "&#9679;", "files",
	  "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
	  "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z" },
};

#define LANES ARRAY_LEN(lanes)

static size_t lane_of(const struct fact *f)
{
	switch (event_section(f->kind)) {
	case SECTION_NETWORK:
		return 1;
	case SECTION_FILE:
		return 2;
	case SECTION_PROCESS: case SECTION_PRIVILEGE: case SECTION_SYSCALL:
	case SECTION_COUNT:
		break;
	}
	return 0;
}

struct mark {
	size_t facts, pointed_out;
	const struct fact *first;	/* a marked one, if there is one */
};

struct chart {
	const struct process_tree *tree;
	const char *mark;
	uint64_t end;		/* ns at the right edge */
	size_t rows;
	struct mark (*marks)[LANES][COLUMNS];	/* rows of them */
};

static unsigned column_x(size_t column)
{
	return LABEL_WIDTH + (unsigned)column * COLUMN_WIDTH;
}

static size_t lane_y(size_t row, size_t lane)
{
	return row * ROW_HEIGHT + 8 + lane * LANE_HEIGHT;
}

static void timeline_collect(struct chart *c, const struct fingerprint *fp,
			     const struct strmap *pointed_out)
{
	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];
		const struct process_node *node = process_of(c->tree, f);
		size_t row = node ? (size_t)(node - c->tree->v) : c->rows;
		struct mark *m;
		bool is_pointed_out;

		if (row >= c->rows)
			continue;
		m = &c->marks[row][lane_of(f)]
			[(size_t)((double)f->ev.ns / (double)c->end *
				  (COLUMNS - 1))];
		is_pointed_out = strmap_get(pointed_out, f->line);
		if (!m->first || (is_pointed_out && !m->pointed_out))
			m->first = f;
		m->facts++;
		m->pointed_out += is_pointed_out;
	}
}

static void put_mark(struct buf *out, const struct chart *c, size_t row,
		     size_t lane, size_t column)
{
	const struct mark *m = &c->marks[row][lane][column];

	if (!m->facts)
		return;
	buf_printf(out, "<path class=\"mark %s%s%s\" d=\"M%u %zu%s\"><title>",
		   lanes[lane].name, m->pointed_out ? " " : "",
		   m->pointed_out ? c->mark : "", column_x(column),
		   lane_y(row, lane),
		   m->pointed_out ? lanes[lane].large : lanes[lane].small);
	words_put_seconds(out, m->first->ev.ns / 1000000);
	buf_c(out, ": ");
	markup_html(out, m->first->line);
	if (m->facts > 1)
		buf_printf(out, " and %zu more", m->facts - 1);
	buf_c(out, "</title></path>");
}

/* From its first to its last mark. */
static void put_span(struct buf *out, const struct chart *c, size_t row)
{
	size_t first = COLUMNS, last = 0, y = lane_y(row, 1);

	for (size_t lane = 0; lane < LANES; lane++) {
		for (size_t i = 0; i < COLUMNS; i++) {
			if (!c->marks[row][lane][i].facts)
				continue;
			first = first < i ? first : i;
			last = last > i ? last : i;
		}
	}
	if (first <= last)
		buf_printf(out, "<line class=\"span\" x1=\"%u\" y1=\"%zu\" "
			   "x2=\"%u\" y2=\"%zu\"/>", column_x(first), y,
			   column_x(last), y);
}

static void timeline_put_row(struct buf *out, const struct chart *c, size_t row)
{
	const struct process_node *node = &c->tree->v[row];
	unsigned indent = node->depth < 6 ? node->depth * 12 : 72;
	struct str label = str_head(node->program, LABEL_MAX - indent / 6);

	buf_printf(out, "<text x=\"%u\" y=\"%zu\">", indent,
		   lane_y(row, 1) + 4);
	markup_html(out, label);
	buf_printf(out, "%s<title>", label.len < node->program.len ?
		   "\xe2\x80\xa6" : "");
	markup_html(out, node->chain);
	buf_c(out, "</title></text>");
	put_span(out, c, row);
	for (size_t lane = 0; lane < LANES; lane++)
		for (size_t i = 0; i < COLUMNS; i++)
			put_mark(out, c, row, lane, i);
	buf_ch(out, '\n');
}

/* --- the axis --- */

/* Of 1, 2, 5, 10, 20 ... ms, the first that needs no more than TICKS_MAX. */
static uint64_t tick_ms(uint64_t end_ms)
{
	static const uint64_t steps[] = { 1, 2, 5 };

	for (uint64_t power = 1;; power *= 10)
		for (size_t i = 0; i < ARRAY_LEN(steps); i++)
			if (end_ms / (steps[i] * power) < TICKS_MAX)
				return steps[i] * power;
}

static void put_axis(struct buf *out, const struct chart *c)
{
	size_t bottom = c->rows * ROW_HEIGHT;
	uint64_t end = c->end / 1000000, step = tick_ms(end);

	for (uint64_t ms = 0; ms <= end; ms += step) {
		unsigned x = column_x(0) + (unsigned)
			((double)ms * 1e6 / (double)c->end *
			 (COLUMNS - 1) * COLUMN_WIDTH);

		buf_printf(out, "<line class=\"axis\" x1=\"%u\" y1=\"0\" "
			   "x2=\"%u\" y2=\"%zu\"/><text class=\"tick\" "
			   "x=\"%u\" y=\"%zu\" text-anchor=\"middle\">", x, x,
			   bottom, x, bottom + 16);
		words_put_seconds(out, ms);
		buf_c(out, "</text>\n");
	}
}

uint64_t timeline_end(const struct fingerprint *fp)
{
	uint64_t last = 1000000;

	for (size_t i = 0; i < fp->n; i++)
		if (fp->facts[i].ev.process.len && fp->facts[i].ev.ns > last)
			last = fp->facts[i].ev.ns;
	return last;
}

void timeline_legend(struct buf *out, const char *what)
{
	buf_c(out, "<p class=\"soft\">When each process did something for the "
	      "first time:");
	for (size_t i = 0; i < LANES; i++)
		buf_printf(out, "%s <span class=\"key %s\">%s</span> %s",
			   i ? "," : "", lanes[i].name, lanes[i].symbol,
			   lanes[i].what);
	buf_printf(out, "; %s.</p>\n", what);
}

void timeline_svg(struct buf *out, const struct process_tree *tree,
		  const struct fingerprint *fp, uint64_t end,
		  const struct strmap *pointed_out, const char *mark)
{
	struct chart c = { .tree = tree, .mark = mark, .end = end };

	c.rows = tree->n < ROWS_MAX ? tree->n : ROWS_MAX;
	c.marks = mem_array(c.rows + 1, sizeof(*c.marks));
	timeline_collect(&c, fp, pointed_out);
	buf_c(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	      "aria-label=\"timeline of ");
	markup_html(out, fp->spec);
	buf_printf(out, "\">\n<svg viewBox=\"0 0 %u %zu\" role=\"img\" "
		   "aria-label=\"first events of each process over time\">\n",
		   column_x(COLUMNS) + 40, c.rows * ROW_HEIGHT + 24);
	put_axis(out, &c);
	for (size_t i = 0; i < c.rows; i++)
		timeline_put_row(out, &c, i);
	buf_c(out, "</svg></div>\n");
	if (tree->n > c.rows)
		buf_printf(out, "<p class=\"soft\">%zu more process%s in "
			   "the tree above.</p>\n", tree->n - c.rows,
			   tree->n - c.rows == 1 ? " is" : "es are");
	free(c.marks);
}
