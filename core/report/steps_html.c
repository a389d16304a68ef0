/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of both sides printed. */
#include "core/report/html.h"
#include "core/report/internal.h"

static void steps_html_put_step(struct buf *out, const struct fingerprint *fp,
				const struct step_end *first)
{
	autobuf struct buf end = BUF_INIT;
	size_t run;
	const struct step_end *s = words_step(fp, first->name, &run);

	step_end_text(&end, s);
	buf_printf(out, "<details class=\"step\"%s><summary>",
		   s->error.len ? " open" : "");
	markup_html(out, buf_view(&end));
	buf_c(out, " <code>");
	markup_html(out, s->command);
	buf_printf(out, "</code> <span class=\"soft\">run %zu of %zu</span>"
		   "</summary>\n", run + 1, fp->n_ends);
	if (s->error.len) {
		buf_c(out, "<p class=\"bad\">");
		markup_html(out, s->error);
		buf_c(out, "</p>\n");
	}
	if (s->output.len) {
		buf_c(out, "<pre tabindex=\"0\">");
		markup_html_lines(out, s->output);
		buf_c(out, "</pre>");
	} else {
		buf_c(out, "<p class=\"soft\">It printed nothing, or it was "
		      "not kept.</p>");
	}
	buf_c(out, "</details>\n");
}

static void steps_html_put_side(struct buf *out, const char *label,
				const struct fingerprint *fp)
{
	buf_printf(out, "<div>\n<h3>%s: ", label);
	markup_html(out, fp->spec);
	buf_c(out, "</h3>\n");
	if (!fp->n_ends || !fp->ends[0].n_steps)
		buf_c(out, "<p class=\"soft\">Not known.</p>\n");
	for (size_t i = 0; fp->n_ends && i < fp->ends[0].n_steps; i++)
		steps_html_put_step(out, fp, &fp->ends[0].steps[i]);
	buf_c(out, "</div>\n");
}

void steps_html(struct buf *out, const struct report *r)
{
	buf_c(out, "<section id=\"steps\"><h2>What the steps printed</h2>\n"
	      "<div class=\"sides\">\n");
	steps_html_put_side(out, "old", r->old);
	steps_html_put_side(out, "new", r->new);
	buf_c(out, "</div></section>\n");
}
