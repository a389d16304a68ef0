/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of both sides of a comparison, as trees and over time. */
#include "core/report/html.h"
#include "core/report/internal.h"

struct side {
	const char *label, *from;
	const struct fingerprint *fp;
	const char *mark;	/* word and class of what is pointed out */
	struct strmap pointed_out;	/* lines */
	struct process_tree tree;
};

/* In NEW what fails the comparison, in OLD what is gone. */
static void mark_lines(struct side *s, const struct comparison *c, bool old)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct finding *f = &c->findings[i];

		if (old ? f->change == CHANGE_GONE : f->gates)
			strmap_put(&s->pointed_out, f->fact->line);
	}
}

static void side_make(struct side *s, const struct report *r, bool old)
{
	*s = (struct side){
		.label = old ? "old" : "new",
		.from = old ? r->old_from : r->new_from,
		.fp = old ? r->old : r->new,
		.mark = old ? "gone" : "new",
		.pointed_out = STRMAP_INIT,
	};
	mark_lines(s, r->cmp, old);
	process_tree_make(&s->tree, s->fp, &s->pointed_out);
}

static void sides_html_side_free(struct side *s)
{
	process_tree_free(&s->tree);
	strmap_free(&s->pointed_out);
}

static void put_title(struct buf *out, const struct side *s)
{
	buf_printf(out, "<h3>%s: ", s->label);
	markup_html(out, s->fp->spec);
	buf_c(out, "</h3>\n");
}

/* Where its processes and times are from, when that is not this run. */
static void put_origin(struct buf *out, const struct side *s)
{
	const char *text;

	if (!s->tree.n && s->fp->n)
		text = "Not known: a baseline keeps what was done, and not by "
		       "which process or when.";
	else if (!s->tree.n)
		text = "Nothing was seen.";
	else if (str_eq(str_c(s->from), STR("cache")))
		text = "From the cache: as it was when the revision was "
		       "traced.";
	else if (str_eq(str_c(s->from), STR("file")))
		text = "From a file: as it was when the file was made.";
	else
		return;
	buf_printf(out, "<p class=\"soft\">%s</p>\n", text);
}

static void sides_html_put_tree(struct buf *out, const struct side *s)
{
	buf_c(out, "<div>\n");
	put_title(out, s);
	put_origin(out, s);
	if (s->tree.n)
		tree_html(out, &s->tree, s->mark);
	buf_c(out, "</div>\n");
}

static void sides_html_put_timeline(struct buf *out, const struct side *s,
				    uint64_t end)
{
	put_title(out, s);
	if (s->tree.n)
		timeline_svg(out, &s->tree, s->fp, end, &s->pointed_out,
			     s->mark);
	else
		put_origin(out, s);
}

void sides_html(struct buf *out, const struct report *r)
{
	struct side old, new;
	uint64_t end_old = timeline_end(r->old), end = timeline_end(r->new);

	end = end > end_old ? end : end_old;
	side_make(&old, r, true);
	side_make(&new, r, false);
	buf_c(out, "<section id=\"processes\"><h2>Processes</h2>\n"
	      "<div class=\"sides\">\n");
	sides_html_put_tree(out, &old);
	sides_html_put_tree(out, &new);
	buf_c(out, "</div></section>\n"
	      "<section id=\"timeline\"><h2>Timeline</h2>\n");
	timeline_legend(out, "<span class=\"new\">red</span>: new, and makes "
			"the regression; <span class=\"gone\">hollow</span>: "
			"gone");
	sides_html_put_timeline(out, &old, end);
	sides_html_put_timeline(out, &new, end);
	buf_c(out, "</section>\n");
	sides_html_side_free(&new);
	sides_html_side_free(&old);
}
