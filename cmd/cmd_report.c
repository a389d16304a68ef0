/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff report REV: what one revision did, as an auditor's document. */
#include "cmd/pipeline.h"
#include "cmd/status.h"
#include "cmd/version.h"
#include "core/report/report.h"

static void write_audit(struct buf *out, const struct format *format,
			const void *what, bool terminal)
{
	struct audit a = *(const struct audit *)what;

	if (!terminal) {
		a.color = false;
		a.width = 0;
		a.verbosity = a.verbosity < 0 ? 0 : a.verbosity;
	}
	format->write_audit(out, &a);
}

/* A file does not say what it was made on. */
static void put_host(struct buf *out, struct session *s)
{
	const struct environment *env;

	if (!session_rev(s, 0))
		return;
	env = session_environment(s);
	buf_printf(out, "%.*s, %.*s, Linux %.*s, %.*s", STR_ARG(env->machine),
		   STR_ARG(env->system), STR_ARG(env->kernel),
		   STR_ARG(env->libc));
}

static int write_session(struct session *s, const struct settings *set,
			 const struct destinations *to, struct err *err)
{
	autobuf struct buf host = BUF_INIT;

	put_host(&host, s);

	const struct audit a = {
		.fp = session_fingerprint(s, 0),
		.from = session_from(s, 0),
		.version = BEHAVDIFF_VERSION,
		.host = buf_view(&host),
		.config_from = str_c(session_config_name(s)),
		.color = output_color(set->color),
		.verbosity = set->quiet ? -1 : set->verbose,
		.width = output_width(),
	};
	const struct writer writer = { write_audit, &a };

	if (formats_write(to, &writer, err))
		return -1;
	/* A report compares nothing; it can only rest on too little. */
	return audit_has_doubts(&a) ? STATUS_INCONCLUSIVE : STATUS_PASS;
}

int cmd_report(const struct invocation *inv, struct err *err)
{
	autosession struct session *s = NULL;
	autodestinations struct destinations to = DESTINATIONS_INIT;

	if (command_takes(inv, 1, 1, err) ||
	    command_begin(&s, &to, &inv->set, OF_REVISION, err) ||
	    session_add(s, inv->operands.v[0], err) ||
	    session_run_all(s, err))
		return -1;
	return write_session(s, &inv->set, &to, err);
}
