/* SPDX-License-Identifier: Apache-2.0 */
/* Exit statuses, as in behavdiff(1).  Never 0 on an internal error. */
#ifndef CMD_STATUS_H
#define CMD_STATUS_H

#include "core/base/err.h"
#include "core/compare/compare.h"

enum status {
#define STATUS(id, number, word, brief, text, example) STATUS_##id = number,
#include "cmd/status.def"
#undef STATUS
};

static inline enum status status_of_verdict(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return STATUS_PASS;
	case VERDICT_REGRESSION:
		return STATUS_REGRESSION;
	case VERDICT_INCONCLUSIVE:
		return STATUS_INCONCLUSIVE;
	}
	return STATUS_TROUBLE;
}

static inline enum status status_of_err(const struct err *err)
{
	return err->code == ERR_INCONCLUSIVE ? STATUS_INCONCLUSIVE :
	       STATUS_TROUBLE;
}

#endif
