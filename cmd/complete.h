/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may stand in place of the last word of a command line: the one answer
 * that the completion scripts of all shells ask for.
 */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include "core/base/buf.h"

/*
 * typed: n words, those after the program's name up to the cursor; the last is
 * to be completed, "" is a new one.  Follows every -C, so the working directory
 * changes.
 *
 * The first line written says what else the shell may offer: "words" nothing,
 * "files PREFIX", "folders PREFIX" or "json PREFIX" paths that follow PREFIX in
 * the word.  Then one candidate a line, a tab and what it means, if anything.
 */
void complete_words(struct buf *out, const char *const *typed,
		    size_t n);

/*
 * Is something known of this placeholder of a table of operands or options,
 * such as "REV", be it that nothing can be offered?
 */
bool complete_knows(struct str placeholder);

#endif
