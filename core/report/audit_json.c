/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's document, schema behavdiff.audit/1. */
#include "core/base/json.h"
#include "core/report/audit_internal.h"

static void audit_json_put_basis(struct json_out *j, const struct basis *b)
{
	json_begin_array(j, "facts");
	for (size_t i = 0; i < b->n; i++)
		json_put_str(j, NULL, b->v[i]->line);
	json_end_array(j);
}

static void put_part(struct json_out *j, const struct chapter *c,
		     const struct part *p)
{
	json_begin_object(j, NULL);
	if (p->is_row) {
		json_begin_array_inline(j, "cells");
		for (size_t i = 0; c->columns[i]; i++)
			json_put_str(j, NULL, p->cells[i]);
		json_end_array(j);
	} else {
		json_put_str(j, "sentence", p->cells[0]);
		json_put_str(j, "quote", p->cells[1]);
	}
	audit_json_put_basis(j, &p->basis);
	json_end_object(j);
}

static void audit_json_put_chapter(struct json_out *j, const struct chapter *c)
{
	json_begin_object(j, NULL);
	json_put_str(j, "id", str_c(c->id));
	json_put_str(j, "title", str_c(c->title));
	json_begin_array_inline(j, "columns");
	for (size_t i = 0; c->columns && c->columns[i]; i++)
		json_put_str(j, NULL, str_c(c->columns[i]));
	json_end_array(j);
	json_begin_array(j, "parts");
	for (size_t i = 0; i < c->parts.n; i++)
		put_part(j, c, &c->parts.v[i]);
	json_end_array(j);
	json_end_object(j);
}

void audit_json(struct buf *out, const struct audit *a)
{
	__attribute__((cleanup(document_free)))
	struct document d;
	struct json_out j;

	document_make(&d, a);
	json_out_init(&j, out);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR("behavdiff.audit/1"));
	json_begin_object(&j, "subject");
	json_put_str(&j, "spec", a->fp->spec);
	json_put_str(&j, "commit", a->fp->commit);
	json_put_str(&j, "tree", a->fp->tree);
	json_put_str(&j, "fingerprint", str_c(a->fp->digest));
	json_put_str(&j, "plan", a->fp->plan_digest);
	json_put_uint(&j, "runs", a->fp->runs);
	json_put_uint(&j, "facts", a->fp->n);
	json_put_str(&j, "from", str_c(a->from));
	json_end_object(&j);
	json_put_bool(&j, "doubts", d.all.n_reasons);
	json_begin_array(&j, "chapters");
	for (size_t i = 0; i < d.chapters.n; i++)
		audit_json_put_chapter(&j, &d.chapters.v[i]);
	json_end_array(&j);
	json_end_object(&j);
	json_out_end(&j);
}
