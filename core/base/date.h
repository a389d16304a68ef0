/* SPDX-License-Identifier: Apache-2.0 */
/* Days of the Gregorian calendar, whatever the time zone is. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

/* The n decimal digits at this byte of s, 9 at most; -1: they are fewer. */
int date_digits(struct str s, size_t at, size_t n);
/*
 * Days since 1970-01-01 of what stands there as year, month and day, of four,
 * two and two digits with sep bytes between them; false where it is no day.
 */
bool date_days(int64_t *out, struct str s, size_t at, size_t sep);
/*
 * Do an hour, a minute and a second stand there, of two digits each with sep
 * bytes between them?
 */
bool date_is_time_of_day(struct str s, size_t at, size_t sep);

#endif
