/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point of a tree without configured steps. */
#ifndef SCENARIO_DETECT_H
#define SCENARIO_DETECT_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/scenario/scenario.h"

/*
 * Fill s->steps and s->how by the order of detect.def.  The tree is only read,
 * at most 10,000 names and 256 KiB of each file, links are not followed.
 * ERR_INCONCLUSIVE when nothing fits.
 */
int scenario_detect(struct scenario *s, int treefd, struct err *err);

/*
 * Does this Python source do something by itself when run: outside strings
 * and comments, at the left margin, the `__main__` guard, a loop, or a call
 * that starts a program (main(), asyncio.run(), app.mainloop(), ...)?
 */
bool detect_python_runs(struct str source);

/*
 * Append the arguments that a program wants, as its source says: "FILE" or
 * "add|list ..." of argparse's calls or a usage text, "ARGUMENT" where it only
 * reads one.  One line that is safe to show.  False: none is known.
 */
bool detect_arguments(struct buf *out, struct str source);

#endif
