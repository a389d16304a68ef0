/* SPDX-License-Identifier: Apache-2.0 */
/* What json.c checks in a text before cJSON may see it; for json.c only. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stddef.h>

#include "core/base/str.h"

#define JSON_MAX_DEPTH 32

/*
 * cJSON is lenient about tokens and nests deep enough to matter for a stack.
 * Tokens and depth are checked here, the order of tokens is left to cJSON.
 * Returns NULL, or what is wrong, with its offset in *at.
 */
const char *json_scan(struct str text, size_t *at);

/* The offset of the nth key (0 is the first) of a text that is valid. */
size_t json_scan_key(struct str text, size_t nth);

#endif
