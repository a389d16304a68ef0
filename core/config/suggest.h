/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest known name for an unknown section or key. */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include "core/base/err.h"
#include "core/base/str.h"

/* Hints: near names first, else every name there is.  Both return -1. */
int config_suggest_section(struct str section, struct err *err);
int config_suggest_key(struct str section, struct str name, struct err *err);

#endif
