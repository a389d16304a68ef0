/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Style and script are files of their own, page.css and page.js, that the
 * assembler puts into the program (the Makefile knows they belong to this
 * object).
 */
#include "core/report/page.h"

#include "core/report/internal.h"

#define EMBED(name, file)						\
	__asm__(".pushsection .rodata\n"				\
		".global " #name "\n" #name ":\n"			\
		".incbin \"" file "\"\n"				\
		".byte 0\n"						\
		".popsection\n");					\
	extern const char name[] __attribute__((visibility("hidden")))

EMBED(page_css, "core/report/page.css");
EMBED(page_js, "core/report/page.js");

void page_begin(struct buf *out, struct str title, struct str salt,
		char nonce[HASH_HEX_LEN + 1])
{
	hash_hex(nonce, salt);
	buf_printf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		   "<meta charset=\"utf-8\">\n"
		   "<meta name=\"viewport\" content=\"width=device-width, "
		   "initial-scale=1\">\n"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\""
		   "default-src 'none'; style-src 'nonce-%s'; script-src "
		   "'nonce-%s'; base-uri 'none'; form-action 'none'\">\n"
		   "<meta name=\"referrer\" content=\"no-referrer\">\n"
		   "<title>", nonce, nonce);
	markup_html(out, title);
	buf_printf(out, "</title>\n<style nonce=\"%s\">\n", nonce);
	buf_c(out, page_css);
	buf_c(out, "</style>\n</head>\n<body>\n");
}

void page_end(struct buf *out, struct str data, const char *nonce)
{
	if (data.len) {
		buf_c(out, "<script type=\"application/json\" id=\"data\">");
		markup_script_json(out, data);
		buf_printf(out, "</script>\n<script nonce=\"%s\">\n", nonce);
		buf_c(out, page_js);
		buf_c(out, "</script>\n");
	}
	buf_c(out, "</body>\n</html>\n");
}
