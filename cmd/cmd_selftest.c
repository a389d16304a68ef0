/* SPDX-License-Identifier: Apache-2.0 */
/*
 * behavdiff selftest: known behaviours, run and traced through the same
 * sandbox, tracer and builder as every revision, each with the fact it must
 * leave.  The specimen is this program itself: a copy of it is the tree's
 * program, and runs as `./specimen selftest --specimen NAME`.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/status.h"
#include "cmd/suggest.h"
#include "core/base/cleanup.h"
#include "core/base/fd.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/run/adhoc_runs.h"
#include "core/sandbox/plan.h"
#include "core/selftest/specimen.h"

#define PROGRAM_MAX (256U << 20)
/* What the dynamic linker ends with when it cannot load a program. */
#define LOADER_ERROR 1
#define LOADER_MISSING 127

/* Small, so that the limits are reached in no time. */
static const char settings[] =
	"[sandbox]\n"
	"timeout = 120s\n"
	"processes = 32\n"
	"files = 64M\n"
#if SPECIMEN_SANITIZED
	"memory = 32768G\n"
	"env = ASAN_OPTIONS=detect_leaks=0\n";
#else
	"memory = 256M\n";
#endif

enum outcome { DETECTED, BLIND, SKIPPED, OUTCOMES };

static const char *const selftest_outcomes[] = {
	[DETECTED] = "detected", [BLIND] = "blind", [SKIPPED] = "skipped",
};

struct result {
	const struct specimen *specimen;
	const struct fingerprint *fp;
	enum outcome outcome;
	bool known;		/* blind, and blind.def says so */
	bool left;		/* detected only by what it left behind */
	bool recovered;		/* detected, though blind.def says otherwise */
	struct str why;		/* of a skip, or of a known blind spot */
};

struct selftest {
	struct result *v;
	size_t n;
	size_t count[OUTCOMES];
	size_t known, recovered;
	struct ledger ledger;	/* summed up */
};

/* --- inside the sandbox --- */

/*
 * A specimen does what it says: fills disks, forks without end, signals every
 * process.  It runs only where the sandbox can be recognised.
 */
static bool in_sandbox(void)
{
	char cwd[256] = "";

	return getuid() == PLAN_UID && getppid() == 1 &&
	       getcwd(cwd, sizeof(cwd)) &&
	       !strcmp(cwd, PLAN_TREE) &&
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
	       prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2;
}

static int run_specimen(const char *name, struct err *err)
{
	const struct specimen *p = specimen_by_name(name);

	if (!in_sandbox())
		return err_set(err, ERR_TROUBLE, "--specimen: only inside the "
			       "sandbox, where selftest itself uses it");
	if (!p)
		return err_set(err, ERR_TROUBLE,
			       "--specimen: there is no specimen '%s'", name);
	specimen_run(p);
}

/* --- outside --- */

static int selftest_unknown(const char *name, struct err *err)
{
	struct suggest nearest = SUGGEST_INIT(name);
	size_t n;
	const struct specimen *specimens = specimen_table(&n);

	err_set(err, ERR_TROUBLE, "selftest: there is no specimen '%s'", name);
	for (size_t i = 0; i < n; i++)
		suggest_try(&nearest, specimens[i].name);
	if (nearest.best)
		return err_hint(err, "did you mean '%s'?", nearest.best);
	return err_hint(err, "behavdiff list specimens names them");
}

/* The specimens named, in the table's order, each once; all without a name. */
static int cmd_selftest_choose(struct selftest *s, const struct opt_list *names,
			       struct err *err)
{
	size_t n;
	const struct specimen *specimens = specimen_table(&n);

	for (size_t k = 0; k < names->n; k++)
		if (!specimen_by_name(names->v[k]))
			return selftest_unknown(names->v[k], err);
	s->v = mem_array(n, sizeof(*s->v));
	for (size_t i = 0; i < n; i++) {
		bool wanted = !names->n;

		for (size_t k = 0; k < names->n; k++)
			wanted |= !strcmp(names->v[k], specimens[i].name);
		if (wanted)
			s->v[s->n++].specimen = &specimens[i];
	}
	return 0;
}

static char **selftest_argv(const char *name)
{
	static char program[] = "./" SPECIMEN_SELF, command[] = "selftest",
		    option[] = "--specimen";
	char **argv = mem_array(5, sizeof(*argv));

	argv[0] = program;
	argv[1] = command;
	argv[2] = option;
	argv[3] = (char *)name;
	return argv;
}

static int selftest_execute(struct adhoc_run *v, const struct selftest *s,
			    const struct settings *set, struct err *err)
{
	autobuf struct buf self = BUF_INIT;
	struct adhoc_runs t = {
		.settings = settings, .v = v, .n = s->n, .jobs = set->jobs,
		.progress = !set->quiet && isatty(STDERR_FILENO),
	};

	if (fd_read_file(AT_FDCWD, "/proc/self/exe", &self, PROGRAM_MAX, err))
		return -1;

	const struct adhoc_file files[] = {
		{ SPECIMEN_SELF, S_IFREG | 0755, buf_view(&self) },
		{ SPECIMEN_DATA, S_IFREG | 0644, STR("data\n") },
		{ SPECIMEN_DIR, S_IFDIR | 0755, STR("") },
		{ SPECIMEN_INNER, S_IFREG | 0644, STR("inner\n") },
		{ SPECIMEN_WAY, S_IFLNK, STR(SPECIMEN_DIR) },
	};

	t.files = files;
	t.n_files = ARRAY_LEN(files);
	return adhoc_runs_execute(&t, err);
}

/* --- judging --- */

static const struct step_end *end_of(const struct fingerprint *fp)
{
	return fp->n_ends && fp->ends[0].n_steps ? &fp->ends[0].steps[0] : NULL;
}

/* What the specimen said of its failure, or last. */
static struct str last_words(const struct fingerprint *fp, int status)
{
	autobuf struct buf line = BUF_INIT;
	const struct step_end *end = end_of(fp);
	const struct fact *f;

	if (end && end->error.len)
		return end->error;
	buf_printf(&line, "process.exit $TREE/" SPECIMEN_SELF " status=%d",
		   status);
	f = fingerprint_find(fp, buf_view(&line));
	return f ? f->ev.note : STR_NULL;
}

/* A program that does not run proves nothing about what is seen of it. */
static int cannot_run(const char *name, struct str why, struct err *err)
{
	err_set(err, ERR_TROUBLE, "selftest: %s: this program does not run in "
		"the sandbox%s%.*s", name, why.len ? ": " : "", STR_ARG(why));
	return err_hint(err, "it needs the libraries it was built with below "
			"/usr, /lib or /opt");
}

static int cmd_selftest_judge(struct result *r, struct err *err)
{
	const struct specimen *p = r->specimen;
	const struct step_end *end = end_of(r->fp);
	int status = end && end->ended && WIFEXITED(end->status) ?
			     WEXITSTATUS(end->status) : -1;
	const char *blind = specimen_blind_spot(p);
	const struct fact *f;

	if (!end || !end->started)
		return cannot_run(p->name, STR_NULL, err);
	if (status == LOADER_ERROR || status == LOADER_MISSING ||
	    status == STATUS_TROUBLE)
		return cannot_run(p->name, last_words(r->fp, status), err);
	f = fingerprint_find(r->fp, str_c(p->fact));
	if (f) {
		r->outcome = DETECTED;
		r->left = str_eq(f->ev.note, STR(UNTRACED));
		r->recovered = blind != NULL;
	} else if (status == SPECIMEN_SKIPPED) {
		r->outcome = SKIPPED;
		r->why = last_words(r->fp, status);
		if (!r->why.len)
			r->why = STR("no reason was seen");
	} else {
		r->outcome = BLIND;
		r->known = blind != NULL;
		r->why = str_c(blind);
	}
	return 0;
}

static int judge_all(struct selftest *s, struct err *err)
{
	for (size_t i = 0; i < s->n; i++) {
		struct result *r = &s->v[i];
		const struct ledger *l = &r->fp->ledger;

		if (cmd_selftest_judge(r, err))
			return -1;
		s->count[r->outcome]++;
		s->known += r->known;
		s->recovered += r->recovered;
		s->ledger.stops += l->stops;
		s->ledger.events += l->events;
		s->ledger.merged += l->merged;
		s->ledger.dropped += l->dropped;
		s->ledger.lost += l->lost;
	}
	return 0;
}

/* A list that is too long is as wrong as one that is too short. */
static bool passes(const struct selftest *s)
{
	return s->count[BLIND] == s->known && !s->recovered &&
	       !s->ledger.lost;
}

/* --- showing --- */

static void cmd_selftest_put_facts(struct buf *out,
				   const struct fingerprint *fp)
{
	for (size_t i = 0; i < fp->n; i++) {
		buf_c(out, "    ");
		text_sanitise(out, fp->facts[i].line);
		buf_ch(out, '\n');
	}
}

static void cmd_selftest_put_result(struct buf *out, const struct result *r,
				    bool verbose)
{
	switch (r->outcome) {
	case DETECTED:
		buf_printf(out, "DETECTED %s: %s%s%s\n", r->specimen->name,
			   r->specimen->fact,
			   r->left ? " (by what it left, not by its call)" : "",
			   r->recovered ?
			   " (no longer a blind spot: blind.def)" : "");
		break;
	case BLIND:
		buf_printf(out, "BLIND %s: %s", r->specimen->name,
			   r->specimen->fact);
		if (r->known)
			buf_printf(out, " (known: %.*s)", STR_ARG(r->why));
		buf_ch(out, '\n');
		break;
	default:
		buf_printf(out, "SKIPPED %s: ", r->specimen->name);
		text_sanitise(out, r->why);
		buf_ch(out, '\n');
	}
	if (!verbose)
		return;
	buf_printf(out, "    (%s)\n", r->specimen->proves);
	cmd_selftest_put_facts(out, r->fp);
}

static void cmd_selftest_put_text(struct buf *out, const struct selftest *s,
				  const struct settings *set)
{
	for (size_t i = 0; i < s->n; i++)
		if (!set->quiet || (s->v[i].outcome == BLIND &&
				    !s->v[i].known) || s->v[i].recovered)
			cmd_selftest_put_result(out, &s->v[i], set->verbose);
	if (set->quiet && passes(s))
		return;
	buf_printf(out, "stops %llu, events %llu, merged %llu, dropped %llu, "
		   "lost %llu\n", (unsigned long long)s->ledger.stops,
		   (unsigned long long)s->ledger.events,
		   (unsigned long long)s->ledger.merged,
		   (unsigned long long)s->ledger.dropped,
		   (unsigned long long)s->ledger.lost);
	buf_printf(out, "%zu detected, %zu blind", s->count[DETECTED],
		   s->count[BLIND] - s->known);
	buf_printf(out, ", %zu blind and known, %zu skipped\n", s->known,
		   s->count[SKIPPED]);
}

static void put_json_result(struct json_out *j, const struct result *r)
{
	json_begin_object(j, NULL);
	json_put_str(j, "name", str_c(r->specimen->name));
	json_put_str(j, "outcome", str_c(selftest_outcomes[r->outcome]));
	json_put_bool(j, "known", r->known || r->recovered);
	if (r->outcome == DETECTED)
		json_put_bool(j, "traced", !r->left);
	json_put_str(j, "fact", str_c(r->specimen->fact));
	json_put_str(j, "proves", str_c(r->specimen->proves));
	if (r->why.len)
		json_put_str(j, "why", r->why);
	json_end_object(j);
}

static void put_json(struct buf *out, const struct selftest *s)
{
	const struct { const char *name; uint64_t n; } counts[] = {
		{ "detected", s->count[DETECTED] },
		{ "blind", s->count[BLIND] - s->known },
		{ "known", s->known }, { "skipped", s->count[SKIPPED] },
	}, ledger[] = {
		{ "stops", s->ledger.stops }, { "events", s->ledger.events },
		{ "merged", s->ledger.merged },
		{ "dropped", s->ledger.dropped }, { "lost", s->ledger.lost },
	};
	struct json_out j;

	json_out_init(&j, out);
	json_begin_object(&j, NULL);
	json_put_str(&j, "schema", STR("behavdiff.selftest/1"));
	json_put_bool(&j, "passed", passes(s));
	json_begin_object_inline(&j, "counts");
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		json_put_uint(&j, counts[i].name, counts[i].n);
	json_end_object(&j);
	json_begin_object_inline(&j, "ledger");
	for (size_t i = 0; i < ARRAY_LEN(ledger); i++)
		json_put_uint(&j, ledger[i].name, ledger[i].n);
	json_end_object(&j);
	/* The name that the schema promises since version 1. */
	json_begin_array(&j, "plants");
	for (size_t i = 0; i < s->n; i++)
		put_json_result(&j, &s->v[i]);
	json_end_array(&j);
	json_end_object(&j);
	json_out_end(&j);
}

/* --- all of it --- */

static int cmd_selftest_show(const struct selftest *s,
			     const struct settings *set,
			     bool json, struct err *err)
{
	autobuf struct buf out = BUF_INIT;

	if (json)
		put_json(&out, s);
	else
		cmd_selftest_put_text(&out, s, set);
	if (output_stdout(&out, err))
		return -1;
	return passes(s) ? STATUS_PASS : STATUS_REGRESSION;
}

static int cmd_selftest_run(struct selftest *s, struct adhoc_run *v,
			    const struct settings *set,
			    bool json, struct err *err)
{
	if (selftest_execute(v, s, set, err))
		return -1;
	for (size_t i = 0; i < s->n; i++)
		s->v[i].fp = v[i].result;
	return judge_all(s, err) ? -1 : cmd_selftest_show(s, set, json, err);
}

int cmd_selftest(const struct invocation *inv, struct err *err)
{
	const struct settings *set = &inv->set;
	bool json = set->format && !strcmp(set->format, "json");
	struct selftest s = { .n = 0 };
	struct adhoc_run *v;
	int status;

	if (set->specimen)
		return run_specimen(set->specimen, err);
	if (cmd_selftest_choose(&s, &inv->operands, err))
		return -1;
	v = mem_array(s.n, sizeof(*v));
	for (size_t i = 0; i < s.n; i++)
		v[i] = (struct adhoc_run){
			s.v[i].specimen->name,
			selftest_argv(s.v[i].specimen->name), NULL
		};
	status = cmd_selftest_run(&s, v, set, json, err);
	for (size_t i = 0; i < s.n; i++) {
		fingerprint_free(v[i].result);
		free(v[i].argv);
	}
	free(v);
	free(s.v);
	return status;
}
