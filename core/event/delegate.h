/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that have others do what their arguments say (delegates.def). */
#ifndef EVENT_DELEGATE_H
#define EVENT_DELEGATE_H

#include <stdbool.h>

#include "core/base/str.h"

/* Is this the name of one, without folders? */
bool delegate_is(struct str name);

#endif
