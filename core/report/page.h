/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of our HTML pages: one file, nothing loaded from anywhere. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/str.h"

/*
 * From <!DOCTYPE> to the start of <body>.  The page may run and style only
 * what carries the nonce (Content Security Policy, level 3), and load nothing.
 * salt: text that is secret until the page is made; gives the nonce.
 */
void page_begin(struct buf *out, struct str title, struct str salt,
		char nonce[HASH_HEX_LEN + 1]);
/* data: JSON for the script, "" for a page without one. */
void page_end(struct buf *out, struct str data, const char *nonce);

#endif
