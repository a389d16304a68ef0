/* SPDX-License-Identifier: Apache-2.0 */
/* Execution context, process activity, and what could not be observed. */
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/report/audit_internal.h"
#include "core/report/process.h"

#define PLAN_MAX (1u << 20)	/* as large as fingerprint_read() takes */

static const char *const key_columns[] = { "what", "value", NULL };

/* --- context --- */

static void audit_context_put_key(struct document *d, const char *key,
				  struct str value)
{
	if (value.len)
		audit_put_row(d, NO_BASIS,
			      (struct str[CELLS_MAX]){ str_c(key), value });
}

static void audit_context_put_steps(struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;

	for (size_t i = 0; fp->n_ends && i < fp->ends[0].n_steps; i++) {
		const struct step_end *s = &fp->ends[0].steps[i];

		audit_context_put_key(d, "step",
				      audit_sprintf(d, "%.*s: %.*s",
						    STR_ARG(s->name),
						    STR_ARG(s->command)));
	}
}

static struct str joined(struct document *d, const struct json *array)
{
	autobuf struct buf text = BUF_INIT;
	struct str word;

	for (const struct json *v = json_first(array); v; v = json_next(v)) {
		if (!json_is_string(v, &word))
			continue;
		buf_c(&text, text.len ? " " : "");
		buf_str(&text, word);
	}
	return arena_str(&d->arena, buf_view(&text));
}

/* What no setting changes (core/sandbox). */
static void put_isolation(struct document *d)
{
	audit_context_put_key(d, "sandbox",
			      STR("namespaces of its own: user, mount, pid, "
				  "network, ipc, uts, cgroup"));
	audit_context_put_key(d, "sandbox",
			      STR("no capability, no_new_privs; io_uring, bpf "
				  "and the like refused and recorded"));
	audit_context_put_key(d, "sandbox",
			      STR("the host's system directories below "
				  "private layers, everything else empty"));
}

/* Does the plan have this setting, with this value? */
static bool plan_says(struct document *d, const char *key, struct str wanted)
{
	const struct fingerprint *fp = d->audit->fp;
	autojson struct json *plan = NULL;
	struct err err = ERR_INIT;
	struct str value;

	return fp->plan.len &&
	       !json_parse(&plan, fp->plan, PLAN_MAX, &err) &&
	       json_string(&value, plan, key) && str_eq(value, wanted);
}

/* The settings of the plan, in its own order. */
static void audit_context_put_plan(struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;
	autojson struct json *plan = NULL;
	struct err err = ERR_INIT;

	audit_context_put_key(d, "sandbox plan", fp->plan_digest);
	put_isolation(d);
	if (!fp->plan.len || json_parse(&plan, fp->plan, PLAN_MAX, &err))
		return;
	for (const struct json *v = json_first(plan); v; v = json_next(v)) {
		struct str key = json_key(v), text;
		const struct json *array = json_array(plan, key.p);
		uint64_t n;

		if (json_is_uint(v, &n))
			audit_context_put_key(
				d, "sandbox",
				audit_sprintf(d, "%.*s %llu", STR_ARG(key),
					      (unsigned long long)n));
		else if (json_is_string(v, &text))
			audit_context_put_key(d, "sandbox",
					      audit_sprintf(d, "%.*s %.*s",
							    STR_ARG(key),
							    STR_ARG(text)));
		else if (array && json_first(array))
			audit_context_put_key(
				d, "sandbox",
				audit_sprintf(d, "%.*s %.*s", STR_ARG(key),
					      STR_ARG(joined(d, array))));
	}
}

static void audit_context_put_ends(struct document *d)
{
	autobuf struct buf text = BUF_INIT;
	struct str lines, line;

	words_ends_lines(&text, d->audit->fp);
	lines = buf_view(&text);
	while (words_next_line(&lines, &line))
		audit_context_put_key(d, "duration", line);
}

void audit_context(struct document *d)
{
	const struct audit *a = d->audit;
	const struct fingerprint *fp = a->fp;

	chapter_begin(d, "context", "Execution context", key_columns, 2);
	audit_context_put_key(d, "revision", fp->spec);
	audit_context_put_key(d, "commit", fp->commit);
	audit_context_put_key(d, "tree", fp->tree);
	audit_context_put_key(d, "entry", fp->entry);
	audit_context_put_key(d, "scenario", fp->scenario);
	audit_context_put_steps(d);
	audit_context_put_key(d, "runs",
			      audit_sprintf(d, "%u, %s", fp->runs, a->from));
	audit_context_put_ends(d);
	audit_context_put_key(d, "configuration", a->config_from);
	audit_context_put_plan(d);
	audit_context_put_key(d, "observer",
			      audit_sprintf(d, "behavdiff %s", a->version));
	audit_context_put_key(d, "host", a->host);
	audit_context_put_key(d, "fingerprint", str_c(fp->digest));
}

/* --- processes --- */

/* What a step's own process came to, by the first run. */
static void step_end_of(struct buf *out, const struct fingerprint *fp,
			struct str program)
{
	for (size_t i = 0; fp->n_ends && i < fp->ends[0].n_steps; i++) {
		const struct step_end *s = &fp->ends[0].steps[i];

		if (!str_eq(s->command, program))
			continue;
		if (out->len)
			buf_c(out, ", ");
		step_end_text(out, s);
	}
}

/* Behind the program's path stands how it ended: "status=1". */
static void failures_of(struct buf *out, const struct fingerprint *fp,
			struct str chain)
{
	for (size_t i = 0; i < fp->n; i++) {
		const struct fact *f = &fp->facts[i];
		size_t at = f->object.len;

		if (f->kind != EV_PROCESS_EXIT || !str_eq(f->ev.process, chain))
			continue;
		while (at && f->object.p[at - 1] != ' ')
			at--;
		if (out->len)
			buf_c(out, ", ");
		buf_str(out, str_sub(f->object, at));
	}
}

static void put_process(struct document *d, const struct process_node *node)
{
	const struct fingerprint *fp = d->audit->fp;
	autobuf struct buf name = BUF_INIT, at = BUF_INIT, end = BUF_INIT;

	for (unsigned k = 0; k < node->depth; k++)
		buf_c(&name, "> ");
	buf_str(&name, node->program);
	words_put_seconds(&at, node->first_ns / 1000000);
	failures_of(&end, fp, node->chain);
	if (!node->depth)
		step_end_of(&end, fp, node->program);
	audit_put_row(d, NO_BASIS, (struct str[CELLS_MAX]){
		      buf_view(&name), buf_view(&at),
		      end.len ? buf_view(&end) : STR("no failure seen"),
		      audit_sprintf(d, "%zu", node->facts) });
}

static void audit_context_put_tree(struct document *d)
{
	struct process_tree tree;

	process_tree_make(&tree, d->audit->fp, NULL);
	for (size_t i = 0; i < tree.n; i++)
		put_process(d, &tree.v[i]);
	if (tree.left_out)
		audit_say(d, NO_BASIS,
			  "the tree leaves out %zu fact%s of more processes",
			  tree.left_out, str_plural(tree.left_out));
	if (!tree.n && d->audit->fp->n)
		audit_say(d, NO_BASIS,
			  "The facts name no process: a baseline keeps what "
			  "was done, without process and time");
	process_tree_free(&tree);
}

/* What a line on standard error says about why a program ended. */
static const struct {
	const char *text, *meaning;
} failures[] = {
	{ "error while loading shared libraries", "a library is missing" },
	{ "cannot open shared object file", "a library is missing" },
	{ "ModuleNotFoundError", "a module is missing" },
	{ "ImportError", "a module cannot be loaded" },
	{ "No module named", "a module is missing" },
	{ "Cannot find module", "a module is missing" },
	{ "TclError", "there is no display" },
	{ "cannot open display", "there is no display" },
	{ "Address already in use", "its address was taken" },
	{ "Permission denied", "it was refused access" },
	{ "PermissionError", "it was refused access" },
	{ "MemoryError", "memory ran out" },
};

static bool text_holds(struct str text, const char *part)
{
	return memmem(text.p, text.len, part, strlen(part));
}

static const char *meaning_of(struct str note)
{
	for (size_t i = 0; note.len && i < ARRAY_LEN(failures); i++)
		if (text_holds(note, failures[i].text))
			return failures[i].meaning;
	return NULL;
}

static void say_failure(struct document *d, struct basis one)
{
	const struct evidence *ev = &one.v[0]->ev;
	const char *why = meaning_of(ev->note);
	struct str who = chain_last(ev->process);

	if (!who.len)
		who = one.v[0]->object;
	audit_say_quote(d, one, "A process failed", who);
	if (ev->note.len) {
		struct str words =
			audit_sprintf(d, "Its last line on standard error%s%s",
				      why ? " says that " : "", why ? why : "");

		audit_say_quote(d, one, words.p, ev->note);
	}
}

static void say_failures(struct document *d)
{
	struct basis ends =
		audit_facts_by_rule(d, "process-exit process-crash");

	for (size_t i = 0; i < ends.n; i++)
		say_failure(d, (struct basis){ ends.v + i, 1 });
	if (!ends.n)
		audit_say(d, NO_BASIS,
			  "No process ended with a failure or by a "
			  "signal in %s", audit_span_of_runs(d).p);
}

static void say_zombies(struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;
	unsigned most = 0;

	for (size_t i = 0; i < fp->n_ends; i++)
		most = fp->ends[i].zombies > most ? fp->ends[i].zombies : most;
	if (most)
		audit_say(d, audit_facts_by_rule(d, "process-zombie"),
			  "Up to %u ended process%s not collected (zombies) at "
			  "the end of a run",
			  most, most == 1 ? " was" : "es were");
	else
		audit_say(d, NO_BASIS,
			  "No uncollected child (zombie) was left at the end "
			  "of a run");
}

/* A sentence when there are such facts, another when there are none. */
static void say_count(struct document *d, struct basis b, const char *some,
		      const char *none)
{
	if (b.n)
		audit_say(d, b, "%s: %zu", some, b.n);
	else if (none)
		audit_say(d, NO_BASIS, "%s in %s under this scenario", none,
			  audit_span_of_runs(d).p);
}

void audit_processes(struct document *d)
{
	static const char *const columns[] = {
		"process", "first seen after", "end", "facts", NULL
	};

	chapter_begin(d, "processes", "Process activity", columns, 1 | 4);
	audit_context_put_tree(d);
	say_count(d, audit_facts_by_kind(d, EV_EXEC, 0), "Programs executed",
		  "No program was executed");
	say_count(d, audit_facts_by_kind(d, EV_EXEC, 1),
		  "Programs looked for and not executed", NULL);
	say_count(d, audit_facts_by_rule(d, "@spawned"),
		  "Of these, programs that another program started", NULL);
	say_count(d, audit_facts_by_rule(d, "exec-anonymous"),
		  "Programs executed without a file",
		  "No program without a file was executed");
	say_failures(d);
	say_zombies(d);
	say_count(d, audit_facts_by_rule(d, "process-daemon"),
		  "Processes that left their session and outlived their parent",
		  NULL);
	say_count(d, audit_facts_by_rule(d, "process-left"),
		  "Processes that were still there at the end, their parent not",
		  NULL);
	say_count(d, audit_facts_by_kind(d, EV_PROCESS_SIGNAL, 0),
		  "Signals sent", NULL);
	say_count(d, audit_facts_by_rule(d, "process-inspect"),
		  "Looks into other processes", NULL);
	say_count(d, audit_facts_by_kind(d, EV_LIMIT, 0),
		  "Limits of the sandbox that were reached", NULL);
}

/* --- network --- */

void audit_network(struct document *d)
{
	chapter_begin(d, "network", "Network activity", NULL, 0);
	say_count(d, audit_facts_by_rule(d, "net-socket net-socket-local"),
		  "Kinds of sockets made", "No socket was made");
	say_count(d, audit_facts_by_kind(d, EV_NET_BIND, 0), "Addresses taken",
		  "No address was taken");
	say_count(d, audit_facts_by_kind(d, EV_NET_LISTEN, 0),
		  "Addresses served", "No address was served");
	say_count(d, audit_facts_by_kind(d, EV_NET_BIND, 1),
		  "Addresses asked for and not given", NULL);
	say_count(d, audit_facts_by_rule(d, "net-bind-any"),
		  "Of all that was bound or served, on every network of the "
		  "host",
		  NULL);
	say_count(d, audit_facts_by_rule(d, "net-connect"),
		  "Connections beyond this host attempted",
		  "No connection beyond this host was attempted");
	say_count(d, audit_facts_by_rule(d, "net-send"),
		  "Messages sent to an address",
		  "No message was sent to an address");
	say_count(d, audit_facts_by_rule(d, "net-dns"), "Names asked for",
		  "No name was asked for");
	say_count(d, audit_facts_by_rule(d, "net-tls net-http"),
		  "Hosts asked for by TLS and HTTP", NULL);
	say_count(d, audit_facts_by_rule(d, "net-unknown"),
		  "Peers spoken to in a protocol that is not read", NULL);
	say_count(d, audit_facts_by_rule(d, "net-connect-loopback"),
		  "Connections within this host", NULL);
	say_count(d, audit_facts_by_rule(d, "net-connect-local"),
		  "Local services used", NULL);
	say_count(d, audit_facts_by_rule(d, "net-name-service"),
		  "Name services used", NULL);
}

/* --- system calls and privileges --- */

/* The most frequent first. */
static int by_count(const void *pa, const void *pb)
{
	const struct counted *a = *(const struct counted *const *)pa;
	const struct counted *b = *(const struct counted *const *)pb;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static void put_histogram(struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;
	const struct counted **v = arena_alloc(&d->arena, (fp->n_syscalls + 1) *
					       sizeof(*v));

	for (size_t i = 0; i < fp->n_syscalls; i++)
		v[i] = &fp->syscalls[i];
	qsort(v, fp->n_syscalls, sizeof(*v), by_count);
	for (size_t i = 0; i < fp->n_syscalls; i++)
		audit_put_row(d, NO_BASIS, (struct str[CELLS_MAX]){
			      v[i]->name, audit_sprintf(d, "%llu",
			      (unsigned long long)v[i]->count) });
	if (!fp->n_syscalls)
		return;
	if (plan_says(d, "syscalls", STR("all")))
		audit_say(d, NO_BASIS,
			  "The table counts the calls of %u run%s, "
			  "unrecorded ones (reading and writing what is open, memory, "
			  "time, waiting) as well; time that is read without a call "
			  "(vdso(7)) is in none",
			  fp->runs, str_plural(fp->runs));
	else
		audit_say(d, NO_BASIS,
			  "The table counts the calls of %u run%s that were "
			  "looked at; unrecorded ones (reading and writing "
			  "what is open, memory, time, waiting) ran uncounted",
			  fp->runs, str_plural(fp->runs));
}

static void put_recorded(struct document *d)
{
	struct basis facts = audit_facts_by_rule(d, "syscall");

	if (plan_says(d, "syscalls", STR("all")))
		say_count(d, facts, "Calls that only their names describe, "
			  "unrecorded ones among them", "No call was made but "
			  "those that the other chapters describe");
	else
		say_count(d, facts,
			  "Calls beyond the unrecorded ones and those "
			  "that the other chapters describe",
			  "No call was made "
			  "beyond the unrecorded ones and those that the other "
			  "chapters describe");
}

void audit_calls(struct document *d)
{
	static const char *const columns[] = { "call", "times", NULL };

	chapter_begin(d, "calls", "System calls and privileges", columns, 1);
	put_histogram(d);
	say_count(d, audit_facts_by_rule(d, "privilege syscall-privileged"),
		  "Privileged calls", "No privileged call was made");
	say_count(d, audit_facts_by_rule(d, "memory-exec"),
		  "Programs that made memory executable",
		  "No anonymous memory was made executable");
	say_count(d, audit_facts_by_rule(d, "evasion"),
		  "Attempts to hide or to find out about being watched",
		  "No attempt to hide was seen");
	put_recorded(d);
}

/* --- what could not be observed --- */

static bool ended(const struct fingerprint *fp, struct str how)
{
	for (size_t i = 0; i < fp->n_ends; i++)
		if (str_eq(fp->ends[i].how, how))
			return true;
	return false;
}

/* Connections that no listener took. */
static struct basis facts_unanswered(struct document *d)
{
	struct basis b = audit_facts_by_kind(d, EV_NET_CONNECT, 1);
	size_t n = 0;

	for (size_t i = 0; i < b.n; i++)
		if (b.v[i]->err == event_errno_by_name(STR("ECONNREFUSED")))
			b.v[n++] = b.v[i];
	return (struct basis){ b.v, n };
}

void audit_limits(struct document *d)
{
	const struct fingerprint *fp = d->audit->fp;
	struct basis failed =
		audit_facts_by_rule(d, "process-exit process-crash");
	struct basis unanswered = facts_unanswered(d);

	chapter_begin(d, "limits", "What could not be observed", NULL, 0);
	for (size_t i = 0; i < d->all.n_reasons; i++)
		audit_say_quote(d, NO_BASIS, "Doubt", d->all.reasons[i]);
	audit_say(d, NO_BASIS,
		  "Events lost: %llu; events dropped at a bound: %llu",
		  (unsigned long long)fp->ledger.lost,
		  (unsigned long long)fp->ledger.dropped);
	for (size_t i = 0; i < fp->n_blind; i++)
		audit_say_quote(d, NO_BASIS, "Blind spot", fp->blind_spots[i]);
	if (plan_says(d, "network", STR("none")))
		audit_say(d, NO_BASIS,
			  "There was no network but the loopback: what the "
			  "program does with an answer from outside was not "
			  "seen");
	if (unanswered.n)
		audit_say(d, unanswered,
			  "No process listened at an address of this host that "
			  "was called: what the program does with an answer "
			  "was not seen");
	if (ended(fp, STR("deadline")))
		audit_say(d, NO_BASIS,
			  "A run was ended at its deadline: what would have "
			  "come later was not seen");
	if (ended(fp, STR("quiescent")))
		audit_say(d, NO_BASIS,
			  "A run was ended when every process waited for what "
			  "nothing in it could send: what a user or a peer "
			  "would have caused was not seen");
	if (failed.n)
		audit_say(d, failed,
			  "What a process that failed would have done after "
			  "that was not seen");
	audit_say(d, NO_BASIS,
		  "The content of files and connections was not looked into, "
		  "but for the names that are asked for by DNS, TLS and HTTP");
	audit_say(d, NO_BASIS,
		  "Only this scenario was run: other input, another time of "
		  "day and other users were not tried");
	audit_say(d, NO_BASIS, "%zu of %zu fact%s differ%s from run to run",
		  report_count_sometimes(fp), fp->n, str_plural(fp->n),
		  report_count_sometimes(fp) == 1 ? "s" : "");
}
