/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as text, and their days. */
#include "core/base/date.h"

#include "core/base/ascii.h"

int date_digits(struct str s, size_t at, size_t n)
{
	int value = 0;

	if (at > s.len || s.len - at < n)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		if (!ascii_is_digit(s.p[i]))
			return -1;
		value = value * 10 + (s.p[i] - '0');
	}
	return value;
}

/* Of 1 to 12. */
static int date_days_in(int year, int month)
{
	static const unsigned char days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};
	bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool date_days(int64_t *out, struct str s, size_t at, size_t sep)
{
	int year = date_digits(s, at, 4);
	int month = date_digits(s, at + 4 + sep, 2);
	int day = date_digits(s, at + 6 + 2 * sep, 2);

	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > date_days_in(year, month))
		return false;

	/* Days before a month of a year that begins in March. */
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t before = (153 * m + 2) / 5 + day - 1;

	*out = 365 * y + y / 4 - y / 100 + y / 400 + before - 719468;
	return true;
}

bool date_is_time_of_day(struct str s, size_t at, size_t sep)
{
	int hour = date_digits(s, at, 2);
	int minute = date_digits(s, at + 2 + sep, 2);
	int second = date_digits(s, at + 4 + 2 * sep, 2);

	/* A leap second is the 61st. */
	return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
	       second >= 0 && second < 61;
}
