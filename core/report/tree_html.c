/* SPDX-License-Identifier: Apache-2.0 */
/* Processes as nested lists. */
#include "core/report/html.h"
#include "core/report/internal.h"

static void tree_html_put_node(struct buf *out, const struct process_node *node,
			       const char *mark)
{
	buf_c(out, "<li><code>");
	markup_html(out, node->program);
	buf_printf(out, "</code> <span class=\"soft\">%zu fact%s, from ",
		   node->facts, str_plural(node->facts));
	words_put_seconds(out, node->first_ns / 1000000);
	buf_c(out, "</span>");
	if (node->pointed_out)
		buf_printf(out, " <span class=\"%s\">%zu %s</span>", mark,
			   node->pointed_out, mark);
}

void tree_html(struct buf *out, const struct process_tree *tree,
	       const char *mark)
{
	unsigned depth = 0;

	buf_c(out, "<ul class=\"tree\">\n");
	for (size_t i = 0; i < tree->n; i++) {
		const struct process_node *node = &tree->v[i];

		if (i && node->depth > depth)
			buf_c(out, "\n<ul>\n");
		else if (i)
			buf_c(out, "</li>\n");
		for (; i && depth > node->depth; depth--)
			buf_c(out, "</ul></li>\n");
		depth = node->depth;
		tree_html_put_node(out, node, mark);
	}
	if (tree->n)
		buf_c(out, "</li>\n");
	for (; depth; depth--)
		buf_c(out, "</ul></li>\n");
	buf_c(out, "</ul>\n");
	if (tree->no_process)
		buf_printf(out, "<p class=\"soft\">%zu fact%s no process: seen "
			   "in the files after the run.</p>\n",
			   tree->no_process,
			   tree->no_process == 1 ? " names" : "s name");
	if (tree->left_out)
		buf_printf(out, "<p class=\"soft\">%zu fact%s of more "
			   "processes left out.</p>\n", tree->left_out,
			   str_plural(tree->left_out));
}
