/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
int two(void) { return 1; }
