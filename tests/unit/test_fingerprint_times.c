/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and epochs: near the run's own clock a token, else a name like any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "core/base/vec.h"
#include "core/fingerprint/fingerprint.h"

#define DAY ((int64_t)86400)
#define HOUR ((int64_t)3600)
#define TREE_TIME ((int64_t)1600000000)

/* What the path of such an event becomes in a run that began then. */
static void assert_shown(const struct event *ev, int64_t now, const char *want)
{
	const struct places places = {
		.tree = STR("/home/auditor/app"), .home = STR("/home/auditor"),
		.now = now, .tree_time = TREE_TIME,
	};
	autobuf struct buf out = BUF_INIT;

	normalise_object(&out, ev, &places);
	buf_add(&out, NULL, 0);
	assert_string_equal(out.p, want);
}

static void assert_path(enum event_kind kind, const char *path, int64_t now,
			const char *want)
{
	const struct event ev = { .kind = kind, .a = str_c(path) };

	assert_shown(&ev, now, want);
}

static int64_t noon(int year, int month, int day)
{
	struct tm tm = {
		.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day,
		.tm_hour = 12,
	};

	return timegm(&tm);
}

/* All near the noon of 2024-03-01, and none of them ten days later. */
static void each_form_is_near_or_stays(void **state)
{
	static const char *const rows[][2] = {
		{ "/srv/2024-03-01", "/srv/<time>" },
		{ "/srv/2024_03_01", "/srv/<time>" },
		{ "/srv/2024.03.01", "/srv/<time>" },
		{ "/srv/20240301", "/srv/<time>" },
		{ "/srv/app20240301.log", "/srv/app<time>.log" },
		{ "/srv/log-2024-03-01.txt", "/srv/log-<time>.txt" },
		{ "/srv/2024-03-01T12:00:00.123Z", "/srv/<time>" },
		{ "/srv/2024-03-01 12-00", "/srv/<time>" },
		{ "/srv/2024-03-01-120000+01:00", "/srv/<time>" },
		{ "/srv/2024-03-01_12xyz", "/srv/<time>_12xyz" },
		{ "/srv/20240301T120000", "/srv/<time>" },
		{ "/srv/20240301120000", "/srv/<time>" },
		{ "/srv/202403011200", "/srv/<time>" },
		{ "/srv/a-20240301_1200.log", "/srv/a-<time>.log" },
		{ "/srv/20240301120000_add_users.rb",
		  "/srv/<time>_add_users.rb" },
		{ "/srv/log1709294400.txt", "/srv/log<time>.txt" },
		{ "/srv/1709294400.25", "/srv/<time>" },
		{ "/srv/1709294400.7z", "/srv/<time>.7z" },
		{ "/srv/1709294400123", "/srv/<time>" },
		{ "/srv/1709294400123456", "/srv/<time>" },
		{ "/srv/1709294400123456789", "/srv/<time>" },
		{ "/srv/x/2024-03-01/y", "/srv/x/<time>/y" },
		{ "/srv/2024-03-01--1709294400", "/srv/<time>--<time>" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = rows[i][0];
		int64_t now = noon(2024, 3, 1);

		assert_path(EV_FILE_CREATE, path, now, rows[i][1]);
		assert_path(EV_FILE_CREATE, path, now + 10 * DAY, path);
		assert_path(EV_FILE_CREATE, path, now - 10 * DAY, path);
		/* No clock is no time near. */
		assert_path(EV_FILE_CREATE, path, 0, path);
		assert_path(EV_FILE_CREATE, path, NOW_ANY, rows[i][1]);
	}
}

/* Digits, and days that no calendar has, whatever the clock says. */
static void what_is_no_time_stays(void **state)
{
	static const char *const paths[] = {
		"/srv/2024-02-30", "/srv/2024-00-01", "/srv/2024-13-01",
		"/srv/2024-03-00", "/srv/20240230", "/srv/2024-03_01",
		"/srv/2024-3-1", "/srv/12024-03-01", "/srv/2024-03-012",
		"/srv/2024-03-01x", "/srv/202403011", "/srv/17092944001",
		"/srv/170929440012", "/srv/1709294400x", "/srv/0000-00-00",
		"/srv/17092944001234567890", "/srv/99999999999999999999",
		"/srv/9999999999999999999", "/srv/1234567890",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		assert_path(EV_FILE_CREATE, paths[i], noon(2024, 3, 1),
			    paths[i]);
}

/* So many days before and after today, at any hour of it. */
static void two_days_are_near(void **state)
{
	/* Leap days, where there are any, and the ends of years. */
	static const int days[][3] = {
		{ 2024, 2, 29 }, { 2024, 3, 1 }, { 2023, 2, 28 },
		{ 2000, 2, 29 }, { 2100, 2, 28 }, { 2024, 12, 31 },
		{ 2025, 1, 1 }, { 2038, 1, 19 }, { 1999, 12, 31 },
		{ 2286, 11, 20 }, { 2400, 2, 29 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		int64_t day = noon(days[i][0], days[i][1], days[i][2]) -
			      12 * HOUR;
		char path[64];

		snprintf(path, sizeof(path), "/srv/%04d-%02d-%02d",
			 days[i][0], days[i][1], days[i][2]);
		for (int off = -2; off <= 2; off++) {
			int64_t now = day + off * DAY;

			assert_path(EV_FILE_CREATE, path, now, "/srv/<time>");
			assert_path(EV_FILE_CREATE, path, now + DAY - 1,
				    "/srv/<time>");
		}
		assert_path(EV_FILE_CREATE, path, day - 2 * DAY - 1, path);
		assert_path(EV_FILE_CREATE, path, day + 3 * DAY, path);
	}
}

static void an_epoch_is_near_to_the_second(void **state)
{
	static const char *const units[] = { "", "999", "000000", "999999999" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		int64_t now = noon(2024, 12, 31);

		for (int off = -2; off <= 2; off += 2) {
			char path[64];

			snprintf(path, sizeof(path), "/srv/%lld%s",
				 (long long)(now + off * DAY), units[i]);
			assert_path(EV_FILE_CREATE, path, now, "/srv/<time>");
			/* One second more is too far. */
			assert_path(EV_FILE_CREATE, path, now - off / 2,
				    off ? path : "/srv/<time>");
		}
	}
}

/* Ten digits go on after 2033, and the largest of 64 bits is no time. */
static void numbers_do_not_overflow(void **state)
{
	(void)state;
	assert_path(EV_FILE_CREATE, "/srv/9999999999999999999", 9999999999,
		    "/srv/<time>");
	assert_path(EV_FILE_CREATE, "/srv/2500000000", 2500000000,
		    "/srv/<time>");
	assert_path(EV_FILE_CREATE, "/srv/9999-12-31", INT64_C(253402257600),
		    "/srv/<time>");
	assert_path(EV_FILE_CREATE, "/srv/18446744073709551615", 1844674407,
		    "/srv/18446744073709551615");
}

/* The program, or the host, of another day is another one. */
static void what_acts_is_todays(void **state)
{
	static const enum event_kind acts[] = {
		EV_EXEC, EV_EXEC_ANON, EV_FILE_EXECUTABLE, EV_NET_DNS,
	};
	int64_t day = noon(2024, 3, 1) - 12 * HOUR;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		const char *path = "/srv/2024-03-01/run";
		const char *shown = "/srv/<time>/run";

		/* 2024-03-01 begins at UTC+14, and ends at UTC-12. */
		assert_path(acts[i], path, day - 14 * HOUR, shown);
		assert_path(acts[i], path, day, shown);
		assert_path(acts[i], path, day + DAY + 12 * HOUR - 1, shown);
		assert_path(acts[i], path, day - 14 * HOUR - 1, path);
		assert_path(acts[i], path, day + DAY + 12 * HOUR, path);
		/* What only makes or reads it may be late. */
		assert_path(EV_FILE_CREATE, path, day + 2 * DAY, shown);
	}
}

/* The clock of a run goes on: what is done on its second day is of that. */
static void an_event_has_its_own_time(void **state)
{
	const struct event ev = {
		.kind = EV_EXEC, .a = STR("/srv/2024-03-02/run"),
		.ns = (uint64_t)20 * 3600 * 1000000000,
	};

	(void)state;
	assert_shown(&ev, noon(2024, 3, 1) - 5 * HOUR, "/srv/<time>/run");
	assert_path(EV_EXEC, "/srv/2024-03-02/run", noon(2024, 3, 1) - 5 * HOUR,
		    "/srv/2024-03-02/run");
}

/* The time of a commit differs from side to side, and is no other's. */
static void the_trees_own_second_is_known(void **state)
{
	static const char *const rows[][2] = {
		{ "/srv/1600000000", "/srv/<tree-time>" },
		{ "/srv/1600000000000", "/srv/<tree-time>" },
		{ "/srv/1600000000000000000", "/srv/<tree-time>" },
		{ "/srv/1600000000.0", "/srv/<tree-time>" },
		{ "/srv/a1600000000.tar", "/srv/a<tree-time>.tar" },
		{ "/srv/1600000001", "/srv/1600000001" },
		{ "/srv/1600000000001", "/srv/1600000000001" },
		{ "/srv/1600000000.5", "/srv/1600000000.5" },
		/* A fixed date may well be the day of a commit. */
		{ "/srv/2020-09-13", "/srv/2020-09-13" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_path(EV_FILE_CREATE, rows[i][0], noon(2024, 3, 1),
			    rows[i][1]);
	/* Also of a commit of today. */
	assert_path(EV_FILE_CREATE, "/srv/1600000000", TREE_TIME + 60,
		    "/srv/<tree-time>");
}

/* A text that reads like a token is none. */
static void the_tokens_cannot_be_forged(void **state)
{
	(void)state;
	assert_path(EV_FILE_CREATE, "/srv/<time>", noon(2024, 3, 1),
		    "/srv/\\x3ctime>");
	assert_path(EV_FILE_CREATE, "/srv/<tree-time>", noon(2024, 3, 1),
		    "/srv/\\x3ctree-time>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_near_or_stays),
		cmocka_unit_test(what_is_no_time_stays),
		cmocka_unit_test(two_days_are_near),
		cmocka_unit_test(an_epoch_is_near_to_the_second),
		cmocka_unit_test(numbers_do_not_overflow),
		cmocka_unit_test(what_acts_is_todays),
		cmocka_unit_test(an_event_has_its_own_time),
		cmocka_unit_test(the_trees_own_second_is_known),
		cmocka_unit_test(the_tokens_cannot_be_forged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
