/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unrecorded calls, when they are recorded all the same: every call stops then,
 * and those that would have passed are recorded by name.  The very filter that
 * would have let them pass is asked which these are, so that all others are
 * recorded as without it.  The number at the stop could say it as well, but a
 * filter of the program's own may give any (seccomp(2): of several with the
 * same action the newest one's data counts).
 *
 * A call that passes has no second stop, so only its name is recorded.
 */
#include "core/trace/unrecorded.h"

#include <assert.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/trace/emit.h"
#include "core/trace/filter.h"
#include "core/trace/tracer.h"

struct unrecorded {
	struct sock_fprog filter;	/* that of runs without them */
	bool no_fact[CALLS_MAX];	/* NO_FACT of syscalls.def */
	char *names[CALLS_MAX];	/* by number, NULL: not asked yet */
};

int unrecorded_begin(struct unrecorded **out, struct err *err)
{
	struct unrecorded *u = mem_alloc(sizeof(*u));

	*out = u;
	filter_no_fact(u->no_fact);
	return trace_filter(&u->filter, false, err);
}

void unrecorded_free(struct unrecorded *u)
{
	for (size_t i = 0; u && i < CALLS_MAX; i++)
		free(u->names[i]);
	if (u)
		free(u->filter.filter);
	free(u);
}

/*
 * What the kernel does with a filter (Documentation/networking/filter.rst, for
 * seccomp in seccomp_check_filter() of kernel/seccomp.c), as far as filter.c
 * and libseccomp make use of it.
 */
static uint32_t unrecorded_run_filter(const struct sock_fprog *filter,
				      const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t at = 0; at < filter->len; at++) {
		const struct sock_filter *op = &filter->filter[at];
		bool yes;

		switch (op->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + op->k, sizeof(a));
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= op->k;
			continue;
		case BPF_JMP | BPF_JA:
			at += op->k;
			continue;
		case BPF_RET | BPF_K:
			return op->k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == op->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			yes = a > op->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			yes = a >= op->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			yes = a & op->k;
			break;
		default:
			assert(!"an instruction that no filter here has");
			return SECCOMP_RET_TRACE;
		}
		at += yes ? op->jt : op->jf;
	}
	return SECCOMP_RET_TRACE;
}

static const char *unrecorded_name(struct unrecorded *e, int nr)
{
	char name[64];

	if (!e->names[nr])
		e->names[nr] = mem_strdup(syscall_name(nr, name, sizeof(name)));
	return e->names[nr];
}

/* Without a result: it has none yet. */
static void unrecorded_report(struct tracer *t, struct task *k)
{
	const char *name = unrecorded_name(t->unrecorded, k->call.nr);
	char call[80];

	snprintf(call, sizeof(call), "%s()", name);
	emit_process(t, k->process, k->tid, EV_SYSCALL, str_c(name), STR(""), 0,
		     str_c(call));
}

bool unrecorded_call(struct tracer *t, struct task *k)
{
	const struct call *c = &k->call;
	struct seccomp_data data = { .nr = c->nr, .arch = c->arch };

	if (!t->unrecorded || c->nr < 0 || c->nr >= CALLS_MAX)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(c->args); i++)
		data.args[i] = c->args[i];
	if (unrecorded_run_filter(&t->unrecorded->filter, &data) !=
	    SECCOMP_RET_ALLOW)
		return false;
	unrecorded_report(t, k);
	return true;
}

void unrecorded_no_fact(struct tracer *t, struct task *k)
{
	int nr = k->call.nr;

	if (t->unrecorded && nr >= 0 && nr < CALLS_MAX &&
	    t->unrecorded->no_fact[nr])
		unrecorded_report(t, k);
}
