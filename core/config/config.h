/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `.behavdiff`: git-config syntax (git-config(1), "CONFIGURATION FILE"), every
 * key and value checked against keys.def.  An unknown section or key, a bad
 * value, a key given twice that may stand once, and `include` are errors that
 * name file and line.  The text is hostile: at most 1 MiB, 4096 values and 64
 * subsections (steps), no recursion.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"

enum config_type {
	CONFIG_WORD, CONFIG_TEXT, CONFIG_COMMAND, CONFIG_COUNT, CONFIG_SIZE,
	CONFIG_DURATION, CONFIG_PATH, CONFIG_BOOL, CONFIG_LEVEL,
	CONFIG_READY, CONFIG_STOP, CONFIG_EXPECT, CONFIG_REGRADE,
	CONFIG_ENV, CONFIG_ADDRESS, CONFIG_MODE, CONFIG_SYSCALLS,
	CONFIG_ROLE
};

/* May a section have a name of its own, [section "name"]? */
enum config_naming {
	CONFIG_NAME_NO,
	CONFIG_NAME_YES,	/* it must */
	CONFIG_NAME_STEP	/* it may, and it is that of a step */
};

/*
 * Where "$HOME" and "$TREE" of config_place() are: the sandbox's user has one
 * home, and the tree is in it.
 */
#define CONFIG_USER "auditor"
#define CONFIG_HOME "/home/" CONFIG_USER
#define CONFIG_TREE CONFIG_HOME "/app"

/* At the root of the repository; nothing larger is read. */
#define CONFIG_FILE ".behavdiff"
#define CONFIG_BYTES_MAX ((size_t)1 << 20)
/* Different names of subsections in one file. */
#define CONFIG_SUBSECTIONS_MAX 64

/* Is a key part of the plan, which two fingerprints must have in common? */
enum config_part {
	CONFIG_SETTING,		/* it is a member of the settings */
	CONFIG_SCENARIO,	/* it is in the digest of the steps */
	CONFIG_APART		/* no */
};

struct config_plan {
	enum config_part part;
	const char *text;	/* SETTING: the member; APART: why not */
};

/* A row of keys.def. */
struct config_key {
	const char *section;
	enum config_naming naming;
	const char *name;
	enum config_type type;
	bool many;
	uint64_t min, max;	/* of a number; see keys.def for a PATH */
	const char *dflt;
	struct config_plan plan;
	const char *help;
};

struct config_entry {
	const struct config_key *key;
	struct str subsection;	/* "" without one */
	struct str value;	/* unquoted, NUL-terminated */
	uint64_t num;		/* COUNT; SIZE in bytes; DURATION in ms */
	unsigned line;
	unsigned header;	/* the line of the [section] it stands in */
	bool is_quoted;		/* it stood in double quotes, or part of it */
	/*
	 * The value with the double quotes that stood inside of it; "" without
	 * any.  Of commands only: elsewhere they are an error.
	 */
	struct str kept;
};

/* A file that a value names; see scenario_beside(). */
struct config_file {
	struct str name;	/* the value */
	struct str text;
};

struct config {
	struct arena arena;
	const char *name;	/* for messages: "impl04:.behavdiff" */
	struct config_entry *v;
	size_t n;
	bool present;		/* false: there was no file, all is default */
	/* The caller's choice, "" for "default". */
	struct str scenario;
	struct config_file *files;	/* in the arena; the caller's */
	size_t n_files;
};

/* An empty configuration: every look-up gives the default. */
void config_init(struct config *cfg);
/*
 * Make cfg from text; name is for messages.  cfg is untouched on failure and
 * must not hold an earlier configuration (config_free() it first).
 */
int config_parse(struct config *cfg, const char *name, struct str text,
		 struct err *err);
void config_free(struct config *cfg);

/*
 * Look-ups by the table's names, e.g. ("sandbox", "", "timeout"): the value,
 * or the default from keys.def.  Asking for a key that is not in the table is
 * a programming error.
 */
struct str config_str(const struct config *cfg, const char *section,
		      struct str subsection, const char *name);
uint64_t config_num(const struct config *cfg, const char *section,
		    struct str subsection, const char *name);
bool config_has(const struct config *cfg, const char *section,
		struct str subsection, const char *name);
/* The i-th entry of a MANY key, in file order; NULL past the last. */
const struct config_entry *config_nth(const struct config *cfg,
				      const char *section,
				      struct str subsection, const char *name,
				      size_t i);
/*
 * The i-th subsection of this section that has a key, in order of first
 * appearance.
 */
bool config_subsection(const struct config *cfg, const char *section,
		       size_t i, struct str *out);
/* The line a key stood on, 0 for a default: for messages. */
unsigned config_line(const struct config *cfg, const char *section,
		     struct str subsection, const char *name);

/* The line of the [section "subsection"] that this key stands in, or 0. */
unsigned config_header(const struct config *cfg, const char *section,
		       struct str subsection, const char *name);

/* --- keys.c: the table --- */

/* Every row of keys.def, in its order. */
const struct config_key *config_keys(size_t *n);
/* COUNT, SIZE, DURATION: the value is `num` of its entry. */
bool config_is_number(enum config_type type);
/* A number as it is written in the file: "512M", "1500ms", "64". */
void config_put_number(struct buf *out, enum config_type type, uint64_t num);

/* --- settings.c: plans, as JSON --- */

/*
 * Two plans that differ, setting by setting: "sandbox.memory 512M and 1G,
 * sandbox.env A=1 and nothing".  A setting that one of them lacks is at its
 * default there: the plan is older than the key.  False: none differs, or one
 * of the texts is no plan.
 */
bool config_settings_differ(struct buf *out, struct str was, struct str is);

/*
 * A value of type READY in its two halves, "file" and "db/ready": false when
 * malformed.  word is one of listen, output, file, exit, after; rest, what
 * follows it: of listen an ENDPOINT, TEXT, PLACE, a DURATION, or "".
 */
bool config_ready(struct str text, struct str *word, struct str *rest);

/*
 * Where a server listens: PORT, ADDRESS:PORT with a numeric IPv4 address,
 * [ADDRESS]:PORT, localhost:PORT, a PLACE with a slash in it, or @NAME of an
 * abstract unix socket.
 */
bool config_endpoint(struct str text);

/*
 * A path of the sandbox: absolute, below the home directory ("~/x", "$HOME/x")
 * or the tree ("x", "$TREE/x").  No empty, "." or ".." segments.
 */
bool config_place(struct str text);

/*
 * A value of type STOP: the signal's number (SIGTERM when none is named), and
 * what follows `after`: a DURATION in ms, 0 without one, or the name of a step,
 * "" without one.  What can be read as either is a DURATION, and its text is in
 * step as well.  False when malformed.
 */
bool config_stop(struct str text, int *sig, uint64_t *ms, struct str *step);

/*
 * A value of type EXPECT: word is status or output, rest a number of 0 to 255
 * or TEXT; false when malformed.
 */
bool config_expect(struct str text, struct str *word, struct str *rest);

/*
 * A step's name, and what `after` takes: letters, digits and ._- but no ._-
 * in front, at most 64.
 */
bool config_word(struct str s);

/* NAME=VALUE, with a NAME of letters, digits and _. */
bool config_variable(struct str s);

/*
 * An error where the value of a variable begins with $HOME, $TREE or ~, which
 * are not expanded: what names it, write is what stands in front of NAME=VALUE.
 */
int config_unexpanded(struct str variable, const char *what,
		      const char *write, struct err *err);

/* "60s" "1500ms" "2m" "1h" or plain seconds -> ms; false when malformed. */
bool config_duration(struct str text, uint64_t *ms);
/* "1G" "512M" "4k" or plain bytes; false when malformed or too large. */
bool config_size(struct str text, uint64_t *bytes);

#endif
