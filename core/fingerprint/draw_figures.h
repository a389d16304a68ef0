/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a draw, for draw.c. */
#ifndef FINGERPRINT_DRAW_FIGURES_H
#define FINGERPRINT_DRAW_FIGURES_H

#include "core/fingerprint/draw.h"

/* What the tests of draw.c but one may be wrong in: far below DRAW_CHANCE. */
#define DRAW_FEW 1e-6

/* A set of bytes. */
struct charset {
	uint64_t v[4];
};

struct drawn {
	const struct draw *d;
	size_t head, tail;	/* characters that all names share */
	struct charset chars;	/* of what is between them */
	size_t length;		/* of all of it */
	struct charset alphabet;
	const char *of;		/* its name; NULL: any bytes */
	size_t whole;		/* names that are known as a whole */
	size_t min, max;	/* their widths */
	unsigned draws;		/* names of all runs, added up */
	unsigned least, most;	/* names in a run */
	uint64_t runs;		/* that drew something */
	double again, pairs;	/* pairs of draws of two runs, and equal ones */
};

/* as: whose beginning and end are not drawn; NULL: its own. */
struct drawn drawn_of(const struct draw *d, const struct drawn *as);
/* About so many names may be drawn, by how they differ; some are whole. */
double drawn_variety(const struct drawn *s);
/* Are its names decimal numbers? */
bool drawn_is_number(const struct drawn *s);
/* Or several with marks between them, addresses and times of the day? */
bool drawn_is_numbers(const struct drawn *s);
/* Bytes of the smallest alphabet that holds the names of both; 0: of none. */
unsigned drawn_alphabet_of_both(const struct drawn *a, const struct drawn *b);
unsigned charset_size(const struct charset *set);
size_t draw_common_head(struct str a, struct str b);
size_t draw_common_tail(struct str a, struct str b);
/* The first name that is known as a whole; there is one. */
struct str drawn_example(const struct drawn *s);
double draw_power(double base, size_t n);
unsigned draw_bits(uint64_t set);

#endif
