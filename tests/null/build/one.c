/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
int one(void) { return 1; }
