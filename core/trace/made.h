/* SPDX-License-Identifier: Apache-2.0 */
/* How a file is made, and what of it is taken away. */
#ifndef TRACE_MADE_H
#define TRACE_MADE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "core/base/str.h"

struct task;
struct tracer;

/*
 * A file was made at path, with this mode asked for: an event where other users
 * may write to it, where it has set-id bits, and where the program itself asked
 * for more than its owner's bits (0666 and 0777 leave that to the umask).
 */
void made_report_mode(struct tracer *t, struct task *k, struct str path,
		      mode_t asked, const struct stat *st);
/* The same where the file is looked for by its path. */
void made_report_path(struct tracer *t, struct task *k, struct str path,
		      mode_t asked);
/* What a file held is gone, or a part of it. */
void made_report_truncated(struct tracer *t, struct task *k, struct str path);

#endif
