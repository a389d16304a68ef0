/* SPDX-License-Identifier: Apache-2.0 */
/* behavdiff cache list|clear: what is kept from earlier commands. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/cmd.h"
#include "cmd/status.h"
#include "core/base/cleanup.h"
#include "core/base/text.h"
#include "core/run/cache.h"

static void cmd_cache_list(struct buf *out, struct cache *c)
{
	struct cache_entry *all;
	size_t n = cache_list(c, &all);
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		autobuf struct buf safe = BUF_INIT;
		time_t used = (time_t)all[i].used;
		char when[32] = "";
		struct tm tm;

		if (gmtime_r(&used, &tm))
			strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
		text_escape(&safe, str_c(all[i].name));
		buf_printf(out, "%s  %10" PRIu64 "  %s\n", when, all[i].bytes,
			   safe.p);
		sum += all[i].bytes;
	}
	free(all);
	buf_printf(out, "%zu file%s, %" PRIu64 " of %" PRIu64 " bytes in %s\n",
		   n, str_plural(n), sum, CACHE_MAX, cache_path(c));
}

int cmd_cache(const struct invocation *inv, struct err *err)
{
	const struct opt_list *ops = &inv->operands;
	autobuf struct buf out = BUF_INIT;
	struct cache *c;
	bool clear;

	if (ops->n != 1 || (strcmp(ops->v[0], "list") &&
			    strcmp(ops->v[0], "clear"))) {
		err_set(err, ERR_TROUBLE, "cache: 'list' or 'clear' is wanted");
		return err_hint(err, "see behavdiff cache --help");
	}
	clear = !strcmp(ops->v[0], "clear");
	c = cache_open();
	if (!c) {
		err_set(err, ERR_TROUBLE, "cache: there is none");
		return err_hint(err, "it is $XDG_CACHE_HOME/behavdiff or "
				"~/.cache/behavdiff, a folder of your own that "
				"no other user can write");
	}
	if (clear) {
		size_t n = cache_clear(c);

		buf_printf(&out, "%zu file%s removed\n", n, str_plural(n));
	} else {
		cmd_cache_list(&out, c);
	}
	cache_close(c);
	return output_stdout(&out, err) ? -1 : STATUS_PASS;
}
