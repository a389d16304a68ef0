/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitLab Code Quality ("Import Code Quality results", the report format): an
 * array of what is new, a cause each.  GitLab compares two reports by
 * fingerprint itself.
 */
#include "core/base/json.h"
#include "core/report/internal.h"

static const char *const severities[] = {
	[LEVEL_NOTE] = "info",
	[LEVEL_WARNING] = "minor",
	[LEVEL_ERROR] = "critical",
	[LEVEL_NEVER] = "info",
};

static void report_gitlab_put_cause(struct json_out *j, const struct report *r,
				    const struct cause *cause)
{
	const struct finding *f = &r->cmp->findings[cause->leader];
	autobuf struct buf store = BUF_INIT, text = BUF_INIT;
	struct place at = place_of(&store, r, f);

	finding_sentence(&text, f);
	buf_c(&text, ": ");
	buf_str(&text, f->fact->line);
	buf_ch(&text, ' ');
	finding_seen_text(&text, f);
	cause_and_text(&text, r->cmp, cause);
	json_begin_object(j, NULL);
	json_put_str(j, "description", buf_view(&text));
	json_put_str(j, "check_name", str_c(f->rule->id));
	json_put_str(j, "fingerprint", str_c(f->id));
	json_put_str(j, "severity", str_c(severities[cause->level]));
	json_begin_object(j, "location");
	json_put_str(j, "path", at.path);
	json_begin_object_inline(j, "lines");
	json_put_uint(j, "begin", at.line);
	json_end_object(j);
	json_end_object(j);
	json_end_object(j);
}

void report_gitlab(struct buf *out, const struct report *r)
{
	struct json_out j;

	json_out_init(&j, out);
	json_begin_array(&j, NULL);
	for (size_t i = 0; i < r->cmp->n_causes; i++) {
		const struct cause *cause = &r->cmp->causes[i];
		const struct finding *f = &r->cmp->findings[cause->leader];

		if (finding_is_news(f) && !f->accepted)
			report_gitlab_put_cause(&j, r, cause);
	}
	json_end_array(&j);
	json_out_end(&j);
}
