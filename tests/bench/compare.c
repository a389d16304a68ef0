/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compare two fingerprints of N facts that share all but one in a thousand,
 * and print how long that took and how much memory the process has used:
 *	seconds S
 *	megabytes M
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "core/compare/compare.h"

#define UNSHARED 1000

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Names that no rule takes for volatile: five letters, counted. */
static void name_of(char out[6], size_t i)
{
	for (int at = 4; at >= 0; at--, i /= 26)
		out[at] = (char)('a' + i % 26);
	out[5] = '\0';
}

static struct fingerprint *make(size_t n, char side)
{
	const struct places places = {
		.tree = STR("/home/auditor/app"), .home = STR("/home/auditor"),
	};
	const struct builder_limits limits = { n + 1, (size_t)4 << 30 };
	struct builder *b = builder_new(&places, &limits);
	struct event_sink sink = builder_sink(b);

	for (size_t i = 0; i < n; i++) {
		char name[6], path[64];
		struct event ev = {
			.kind = EV_FILE_READ, .ns = i,
			.call = STR("openat(\"name\") = 3"),
			.process = STR("python3 client.py"),
		};

		name_of(name, i);
		snprintf(path, sizeof(path), "/home/auditor/app/%c/%s",
			 i % UNSHARED ? 'x' : side, name);
		ev.a = str_c(path);
		sink.take(sink.ctx, &ev);
	}
	return builder_seal(b, NULL, n, 0);
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	const struct policy policy = { .fail_on = LEVEL_ERROR };
	struct fingerprint *old = make(n, 'o'), *new = make(n, 'n');
	struct fingerprint *sides[2];
	struct comparison c;
	struct rusage usage;
	double start = now();

	fingerprint_align(sides, old, new);
	compare(&c, sides[0], sides[1], &policy);
	getrusage(RUSAGE_SELF, &usage);
	printf("seconds %.3f\nmegabytes %.1f\nfindings %zu\n", now() - start,
	       (double)usage.ru_maxrss / 1024, c.n);
	return c.n == 2 * ((n + UNSHARED - 1) / UNSHARED) ? 0 : 1;
}
