/* SPDX-License-Identifier: Apache-2.0 */
/* One error, on the caller's stack, that gains context on the way up. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Every function that can fail for a reason outside the program takes a
 * `struct err *` as its last parameter, fills it and returns -1.  Callers add
 * context with err_wrap() ("outer: inner").  A hint is what the user can do
 * about it; the innermost hint wins.  Messages are one line and impersonal and
 * name the value at fault; bytes that came from outside are escaped on entry,
 * and what does not fit ends in "...".  A NULL err: the
 * caller does not need the reason.
 */
enum err_code {
	ERR_NONE,
	ERR_TROUBLE,		/* exit 2: usage, I/O, configuration, host */
	ERR_INCONCLUSIVE	/* exit 3: the program did not get going */
};

struct err {
	enum err_code code;
	int sys;		/* errno where there was one, else 0 */
	char msg[1024];
	char hint[512];
};

#define ERR_INIT { ERR_NONE, 0, "", "" }

/*
 * A new error; forgets the old one and its hint.  All four return -1, so that
 * `return err_set(...)` reads well.
 */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set(ERR_TROUBLE), with ": strerror(errno)" appended. */
int err_sys(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Prefix the message with "fmt: ". */
int err_wrap(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Set the hint unless a deeper layer has already set one. */
int err_hint(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
