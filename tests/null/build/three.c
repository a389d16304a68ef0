/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
int three(void) { return 1; }
