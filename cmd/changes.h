/* SPDX-License-Identifier: Apache-2.0 */
/* What changed from one baseline to another, for people. */
#ifndef CMD_CHANGES_H
#define CMD_CHANGES_H

#include "core/fingerprint/fingerprint.h"

/* "always", or "sometimes". */
const char *changes_how_often(const struct fingerprint *fp,
			      const struct fact *f);
/* What a reviewer will see in git diff, without the header: a fact a line. */
void changes_put(struct buf *out, const struct fingerprint *was,
		 const struct fingerprint *is);

#endif
