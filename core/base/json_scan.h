/* SPDX-License-Identifier: Apache-2.0 */
/* What json.c checks in a text before cJSON may see it; for json.c only. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

#define JSON_MAX_DEPTH 32

/*
 * cJSON is lenient about tokens and nests deep enough to matter for a stack.
 * Tokens and depth are checked here, the order of tokens is left to cJSON.
 * Returns NULL, or what is wrong, with its offset in *at.
 */
const char *json_scan(struct str text, size_t *at);

/*
 * The array that is a member of the document itself: the offsets of its
 * brackets.  False where there is none that ends in one.  For this and the
 * next, json_scan() has found nothing wrong with text.
 */
bool json_scan_array(struct str text, const char *key, size_t *open,
		     size_t *close);
/* The offset of the comma that ends an array's element, or text.len. */
size_t json_scan_element(struct str text);

/* The offset of the nth key (0 is the first) of a text that is valid. */
size_t json_scan_key(struct str text, size_t nth);

#endif
