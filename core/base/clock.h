/* SPDX-License-Identifier: Apache-2.0 */
/* Time that passes, whatever the host's date. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t clock_ns(void);
/* The same in milliseconds. */
uint64_t clock_ms(void);

#endif
