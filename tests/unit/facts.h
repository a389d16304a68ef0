/* SPDX-License-Identifier: Apache-2.0 */
/* Fingerprints for tests, written down as "RUNS LINE" strings. */
#ifndef TESTS_UNIT_FACTS_H
#define TESTS_UNIT_FACTS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/compare/compare.h"

static int facts_by_line(const void *pa, const void *pb)
{
	const struct fact *a = pa, *b = pb;

	return str_cmp(a->line, b->line);
}

/* Of `runs` runs; lines end with NULL: "3 exec /usr/bin/id = ENOENT". */
static struct fingerprint *facts_v(const char *spec, unsigned runs,
				   const char *const *lines)
{
	struct fingerprint *fp = mem_alloc(sizeof(*fp));
	size_t max = 0;

	while (lines[max])
		max++;
	fp->runs = runs;
	fp->spec = arena_str(&fp->arena, str_c(spec));
	fp->commit = STR("0123456789abcdef0123456789abcdef01234567");
	fp->plan = STR("{\"network\": \"none\", \"uid\": 1000, "
		       "\"timeout_ms\": 60000}");
	fp->plan_digest = STR("00112233445566778899aabbccddeeff");
	memcpy(fp->digest, "ffeeddccbbaa99887766554433221100", 33);
	fp->facts = arena_alloc(&fp->arena, (max + 1) * sizeof(*fp->facts));
	for (size_t i = 0; i < max; i++) {
		struct fact *f = &fp->facts[fp->n++];

		f->seen = (unsigned)(lines[i][0] - '0');
		f->line = arena_str(&fp->arena, str_c(lines[i] + 2));
		if (!fact_parse(f))
			fail_msg("no fact: %s", lines[i] + 2);
		f->ev.count = f->seen;
		f->ev.ns = 1204000000;
		f->ev.step = STR("main");
		f->ev.process = STR("python3 launcher.py > python3 client.py");
		f->ev.call = STR("call(3)");
	}
	qsort(fp->facts, fp->n, sizeof(*fp->facts), facts_by_line);
	return fp;
}

#define FACTS(spec, ...) \
	facts_v(spec, 3, (const char *const[]){ __VA_ARGS__, NULL })
#define NO_FACTS(spec) facts_v(spec, 3, (const char *const[]){ NULL })

/*
 * Say who did a line: "3 signup 1 login" is two steps and the runs in which
 * each did it.
 */
static void __attribute__((unused))
facts_by(struct fingerprint *fp, const char *line, const char *steps)
{
	const struct fact *found = fingerprint_find(fp, str_c(line));
	struct step_evidence all[8];
	char *text = arena_c(&fp->arena, steps), *name;
	struct fact *f;
	size_t n = 0;

	if (!found)
		fail_msg("no fact: %s", line);
	f = &fp->facts[found - fp->facts];
	while (*text) {
		unsigned seen = (unsigned)strtoul(text, &text, 10);

		name = ++text;
		text += strcspn(text, " ");
		n++;
		all[n - 1] = (struct step_evidence){
			.step = { name, (size_t)(text - name) }, .seen = seen,
			.count = seen, .ns = 1000 * n, .process = f->ev.process,
			.call = STR("call(step)"),
		};
	}
	f->ev.step = all[0].step;
	fact_set_steps(&fp->arena, f, all, n);
}

/* Say which steps every run started: names end with NULL. */
static void __attribute__((unused))
facts_ran(struct fingerprint *fp, const char *const *names)
{
	size_t n = 0;

	while (names[n])
		n++;
	fp->n_ends = fp->runs;
	fp->ends = arena_alloc(&fp->arena, fp->n_ends * sizeof(*fp->ends));
	for (size_t r = 0; r < fp->n_ends; r++) {
		fp->ends[r].how = STR("exit");
		fp->ends[r].steps = arena_alloc(&fp->arena,
					n * sizeof(struct step_end));
		fp->ends[r].n_steps = n;
		for (size_t i = 0; i < n; i++)
			fp->ends[r].steps[i] = (struct step_end){
				.name = str_c(names[i]), .command = STR("x"),
				.started = true, .ended = true,
				.unmet = STR(""),
			};
	}
}
#define FACTS_RAN(fp, ...) \
	facts_ran(fp, (const char *const[]){ __VA_ARGS__, NULL })

/* Say how every run ended: one step. */
static void __attribute__((unused))
facts_end(struct fingerprint *fp, const char *how, const struct step_end *step)
{
	fp->n_ends = fp->runs;
	fp->ends = arena_alloc(&fp->arena, fp->n_ends * sizeof(*fp->ends));
	for (size_t i = 0; i < fp->n_ends; i++) {
		fp->ends[i].how = arena_str(&fp->arena, str_c(how));
		fp->ends[i].ms = 1500;
		fp->ends[i].steps = arena_alloc(&fp->arena, sizeof(*step));
		fp->ends[i].steps[0] = *step;
		fp->ends[i].n_steps = 1;
	}
}

#endif
