/* SPDX-License-Identifier: Apache-2.0 */
/*
 * git-config(1)'s syntax, section headers and keys one at a time, with no idea
 * which of them mean something.  Accepts what git accepts, but for the legacy
 * [section.subsection] and a key before the first section.
 */
#ifndef CONFIG_LEX_H
#define CONFIG_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/str.h"

enum config_token { CONFIG_END, CONFIG_SECTION, CONFIG_ENTRY };

struct config_item {
	enum config_token token;
	struct str section;	/* in lower case, as the name */
	struct str subsection;	/* as written, escapes resolved */
	bool has_subsection;
	struct str name;	/* CONFIG_ENTRY only, as what follows */
	struct str value;	/* unquoted, NUL-terminated */
	bool has_value;		/* false: the key stood alone, without "=" */
	/*
	 * '#' or ';' where a comment began behind the value, else '\0'; glued:
	 * with no blank in front of it.
	 */
	char comment;
	bool is_glued;
	bool is_quoted;		/* double quotes were taken off the value */
	/*
	 * Where they stood inside of the value and not around all of it, the
	 * value with them, as sh(1) would have got it; "" otherwise.
	 */
	struct str kept;
	struct str raw;		/* what stood behind "=", up to the last line */
};

struct config_lexer {
	struct str text;	/* free of NUL bytes */
	size_t pos;
	unsigned line;		/* of the next byte, from 1 */
	unsigned item_line;	/* where the last item, or the error, began */
	struct arena *arena;	/* every string of every item */
	struct config_item section;	/* the header in force */
};

void config_lex_init(struct config_lexer *lx, struct arena *arena,
		     struct str text);

/* The next item, CONFIG_END at the end.  Errors do not name the line. */
int config_lex_next(struct config_lexer *lx, struct config_item *out,
		    struct err *err);

#endif
