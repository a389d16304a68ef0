/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options as tables: one row gives parsing, usage and help.  Nothing here
 * knows a command; a row says by bits which sets of options it belongs to.
 */
#ifndef CMD_OPT_H
#define CMD_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/vec.h"

/* Repeated values, and operands; the strings are argv's. */
struct opt_list {
	const char **v;
	size_t n, cap;
};

enum opt_type {
	OPT_FLAG,		/* int: becomes the row's number */
	OPT_TEXT,		/* const char * */
	OPT_LIST,		/* struct opt_list, repeatable */
	OPT_COUNT,		/* unsigned, 1 to the row's number */
	OPT_DURATION,		/* uint64_t: milliseconds, not 0 */
	OPT_CHOICE		/* const char *: one of the words of arg */
};

struct opt {
	unsigned sets;		/* bits */
	char letter;		/* 0: has none */
	const char *name;	/* without the dashes; NULL: has none */
	enum opt_type type;
	size_t offset;		/* of its field in the settings */
	const char *arg;	/* "FILE", "a|b|c"; NULL for a flag */
	unsigned number;
	const char *help;
};

struct opt_table {
	const struct opt *v;
	size_t n;
};

/* Does arg begin with a dash, and is it more than that? */
bool opt_is_option(const char *arg);

/* An option as it was written. */
struct opt_word {
	const struct opt *row;	/* NULL: unknown */
	const char *value;	/* in the same word, or NULL */
};

/* Of several rows of this name, the one of `sets` is preferred. */
struct opt_word opt_take_apart(const struct opt_table *table, unsigned sets,
			       const char *arg);

/*
 * The first word of argv (NULL-terminated) that is neither an option nor an
 * option's value, NULL when there is none before the end or "--".
 */
char **opt_first_operand(const struct opt_table *table, char **argv);

/*
 * Parse argv with the rows that have a bit of `sets`.  `--name=value`,
 * `--name value`, `-nvalue`, `-n value`; options may follow operands; `--` ends
 * them; `-` is an operand.  Fields of options not given keep their values; the
 * last of several wins.  Values are argv's own strings.
 */
int opt_parse(void *settings, struct opt_list *operands,
	      const struct opt_table *table, unsigned sets, char **argv,
	      struct err *err);

/* Append the help of the rows that have a bit of `sets`, a line or two each. */
void opt_help(struct buf *out, const struct opt_table *table, unsigned sets);

#endif
