/* SPDX-License-Identifier: Apache-2.0 */
/* What the types of keys.def mean: is a value one of its type? */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/config/config.h"

/*
 * Check e->value against e->key's type and range and set e->num where the
 * type has a number (0 or 1 for a BOOL).  The error names key and value.
 */
int config_value_check(struct config_entry *e, struct err *err);

/*
 * Is a value of this type free text, of which no part may be taken for a
 * comment: a command, a variable, a text to wait for?
 */
bool config_is_text(enum config_type type, struct str value);

#endif
