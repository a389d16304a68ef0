/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes as many different names as it can, each almost 4 KiB long.  behavdiff
 * must stay small.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No digits, no hexadecimal: nothing that normalises to one token. */
static void name(char *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = "ghjklmnpqrstvwxyz"[rand() % 17];
	out[len] = '\0';
}

int main(void)
{
	static char path[4096] = "/tmp/";
	size_t used = 5;

	for (int depth = 0; depth < 15; depth++) {
		name(path + used, 240);
		used += 240;
		mkdir(path, 0700);
		path[used++] = '/';
	}
	for (;;) {
		name(path + used, 40);
		close(open(path, O_CREAT | O_WRONLY, 0600));
		unlink(path);
	}
}
