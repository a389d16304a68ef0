/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats, and what every format counts. */
#include "core/base/vec.h"
#include "core/report/audit.h"
#include "core/report/internal.h"

static const struct format formats[] = {
#define AUDIT_YES(id) audit_##id
#define AUDIT_NO(id) NULL
#define FORMAT(id, name, both, help) \
	{ name, help, report_##id, AUDIT_##both(id) },
#include "core/report/formats.def"
#undef FORMAT
};

const struct format *formats_table(size_t *n)
{
	*n = ARRAY_LEN(formats);
	return formats;
}

const struct format *format_by_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (str_eq(name, str_c(formats[i].name)))
			return &formats[i];
	return NULL;
}

int verdict_exit(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return 0;
	case VERDICT_REGRESSION:
		return 1;
	case VERDICT_INCONCLUSIVE:
		break;
	}
	return 3;
}

int report_exit(const struct report *r)
{
	return r->report_only ? 0 : verdict_exit(r->cmp->verdict);
}

const char *report_mode(const struct report *r)
{
	return r->report_only ? "report-only" : "enforce";
}

size_t report_count_sometimes(const struct fingerprint *fp)
{
	size_t n = 0;

	for (size_t i = 0; i < fp->n; i++)
		n += !fact_always(fp, &fp->facts[i]);
	return n;
}

const struct fingerprint *finding_side(const struct report *r,
				       const struct finding *f)
{
	return f->seen_new ? r->new : r->old;
}

bool report_next_blind_spot(const struct report *r, size_t *io, size_t *in,
			    struct str *spot)
{
	bool old = *io < r->old->n_blind, new = *in < r->new->n_blind;
	int c;

	if (!old && !new)
		return false;
	c = !old ? 1 : !new ? -1 :
	    str_cmp(r->old->blind_spots[*io], r->new->blind_spots[*in]);
	*spot = c <= 0 ? r->old->blind_spots[*io] : r->new->blind_spots[*in];
	*io += c <= 0;
	*in += c >= 0;
	return true;
}
