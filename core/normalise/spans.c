/* SPDX-License-Identifier: Apache-2.0 */
/* Volatile parts that are found by their form alone, wherever they stand. */
#include "core/base/ascii.h"
#include "core/base/date.h"
#include "core/base/vec.h"
#include "core/normalise/token.h"

/* Is there nothing that would make it part of a longer word? */
static bool token_starts_word(struct str s, size_t at)
{
	return !at || !ascii_is_alnum(s.p[at - 1]);
}

static bool token_ends_word(struct str s, size_t end)
{
	return end >= s.len || !ascii_is_alnum(s.p[end]);
}

static bool token_follows(struct str s, size_t at, struct str what)
{
	return at >= what.len &&
	       str_ends((struct str){ s.p, at }, what);
}

/* RFC 9562 */
static size_t token_span_uuid(struct str s, size_t at)
{
	static const char layout[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t len = sizeof(layout) - 1;

	if (s.len - at < len || !token_starts_word(s, at) ||
	    !token_ends_word(s, at + len))
		return 0;
	for (size_t i = 0; i < len; i++)
		if (layout[i] == '-' ? s.p[at + i] != '-' :
				     !ascii_is_xdigit(s.p[at + i]))
			return 0;
	return len;
}

/* Digits of a hash, or of a number that is drawn. */
#define HEX_MIN 16

/* So many or more, of which one is a letter, one is not. */
static size_t token_span_hex(struct str s, size_t at)
{
	if (!token_starts_word(s, at) && !token_follows(s, at, STR("0x")))
		return 0;

	size_t len = token_run(s, at, ascii_is_xdigit), digits = 0;

	if (len < HEX_MIN || !token_ends_word(s, at + len))
		return 0;
	for (size_t i = 0; i < len; i++)
		digits += ascii_is_digit(s.p[at + i]);
	return digits && digits < len ? len : 0;
}

/* n digits with a value of at most max. */
static bool token_number_up_to(struct str s, size_t at, size_t n, int max)
{
	int value = date_digits(s, at, n);

	return value >= 0 && value <= max;
}

static bool token_byte_in(struct str s, size_t at, const char *set)
{
	return at < s.len && s.p[at] && strchr(set, s.p[at]);
}

/* The fraction of a second: [.,] and 1 to 9 digits; its length, or 0. */
static size_t token_fraction(struct str s, size_t at)
{
	if (!token_byte_in(s, at, ".,"))
		return 0;

	size_t n = token_run(s, at + 1, ascii_is_digit);

	return n >= 1 && n <= 9 ? n + 1 : 0;
}

/* "Z" or "+01:00" */
static size_t token_time_zone(struct str s, size_t at)
{
	if (token_byte_in(s, at, "Z"))
		return 1;
	if (!token_byte_in(s, at, "+-") ||
	    !token_number_up_to(s, at + 1, 2, 23))
		return 0;

	size_t colon = token_byte_in(s, at + 3, ":");

	return token_number_up_to(s, at + 3 + colon, 2, 59) ? 5 + colon : 0;
}

/* "12:00:00", "12-00-00", "120000", "12:00"; its length, or 0. */
static size_t token_clock_time(struct str s, size_t at)
{
	if (!token_number_up_to(s, at, 2, 23))
		return 0;

	size_t sep = token_byte_in(s, at + 2, ":-.");

	if (!token_number_up_to(s, at + 2 + sep, 2, 59))
		return 0;

	size_t end = at + 4 + sep;

	if (sep && !token_byte_in(s, end, ":-."))
		return end - at;
	if (!token_number_up_to(s, end + sep, 2, 60))
		return sep ? end - at : 0;
	end += sep + 2;
	end += token_fraction(s, end);
	end += token_time_zone(s, end);
	return end - at;
}

/* --- times --- */

#define DAY ((int64_t)86400)
#define HOUR ((int64_t)3600)
/* The first time that takes ten digits: 2001-09-09T01:46:40. */
#define EPOCH_TEN ((int64_t)1000000000)

/* What a text may mean, in seconds since 1970; len 0: no time. */
struct instant {
	size_t len;
	int64_t first, last;	/* a date is any second of its day */
};

/* A part of a longer number is no time; "log1700000000" has one. */
static bool token_starts_number(struct str s, size_t at)
{
	return !at || !ascii_is_digit(s.p[at - 1]);
}

/* Four digits, two, two, of a day that there is; sep bytes between them. */
static struct instant token_civil_day(struct str s, size_t at, size_t sep)
{
	int64_t days;

	if (!date_days(&days, s, at, sep))
		return (struct instant){ 0 };
	return (struct instant){
		8 + 2 * sep, days * DAY, (days + 1) * DAY - 1,
	};
}

/* "2024-01-31", also with '_' or '.', alone or before a time */
static struct instant token_time_date(struct str s, size_t at)
{
	struct instant when;

	if (!token_byte_in(s, at + 4, "-_.") ||
	    !token_byte_in(s, at + 7, "-_.") || s.p[at + 4] != s.p[at + 7])
		return (struct instant){ 0 };
	when = token_civil_day(s, at, 1);
	if (when.len && token_byte_in(s, at + when.len, "T _-")) {
		size_t clock = at + when.len + 1;
		size_t len = token_clock_time(s, clock);

		if (len && token_ends_word(s, clock + len))
			when.len += 1 + len;
	}
	return when;
}

/* "20240131", also with "T120000", "_1200", "-120000", "120000Z" */
static struct instant token_time_compact(struct str s, size_t at)
{
	struct instant when = token_civil_day(s, at, 0);
	size_t end = at + 8 + token_byte_in(s, at + 8, "T_-");

	if (!when.len || !token_number_up_to(s, end, 2, 23) ||
	    !token_number_up_to(s, end + 2, 2, 59))
		return when;
	end += 4;
	if (token_number_up_to(s, end, 2, 60)) {
		end += 2;
		end += token_fraction(s, end);
	} else if (token_byte_in(s, at + 8, "-")) {
		/* A process id behind the day, as Ruby's Tempfile has it. */
		return when;
	}
	end += token_time_zone(s, end);
	if (token_ends_word(s, end))
		when.len = end - at;
	return when;
}

/*
 * Seconds since 1970, or their thousandths, millionths, billionths: 10, 13, 16
 * or 19 digits from September 2001 to November 2286, one less before.
 */
static struct instant token_time_epoch(struct str s, size_t at)
{
	size_t len = token_run(s, at, ascii_is_digit), n = 9 + len % 3;
	int64_t seconds;

	if (len < 9 || len > 19 || n > 10)
		return (struct instant){ 0 };
	seconds = date_digits(s, at, 9);
	if (n == 10)
		seconds = seconds * 10 + (s.p[at + 9] - '0');
	if (len == n &&
	    token_ends_word(s, at + len + token_fraction(s, at + len)))
		len += token_fraction(s, at + len);
	return (struct instant){ len, seconds, seconds };
}

static const struct {
	struct instant (*match)(struct str s, size_t at);
} times[] = {
#define TIME(matcher) { token_time_##matcher },
#include "core/normalise/normalise.def"
};

struct time_window time_window(const struct places *places, bool today)
{
	/* Where the day begins last, and first: UTC-12, UTC+14. */
	int64_t before = today ? 12 * HOUR : 2 * DAY;
	int64_t after = today ? 14 * HOUR : 2 * DAY;

	if (places->now == NOW_ANY)
		return (struct time_window){
			INT64_MIN, INT64_MAX, places->tree_time,
		};
	/* Nothing is in there. */
	if (places->now <= 0)
		return (struct time_window){
			INT64_MAX, INT64_MIN, places->tree_time,
		};
	return (struct time_window){
		places->now - before, places->now + after, places->tree_time,
	};
}

/* The very second, and not one digit more than that. */
static bool token_is_of_tree(struct str s, size_t at,
			     const struct instant *when, int64_t tree)
{
	size_t end = at + when->len;

	if (!tree || when->first != tree || when->last != tree)
		return false;
	while (end > at && token_byte_in(s, end - 1, "0.,"))
		end--;
	return end - at <= (tree < EPOCH_TEN ? 9 : 10);
}

bool token_time(struct str s, size_t at, const struct time_window *w,
		struct token *out)
{
	if (!ascii_is_digit(s.p[at]) || !token_starts_number(s, at))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		struct instant when = times[i].match(s, at);

		if (!when.len || !token_ends_word(s, at + when.len))
			continue;
		*out = (struct token){ at, when.len, TOKEN_TIME };
		if (token_is_of_tree(s, at, &when, w->tree))
			out->id = TOKEN_TREE_TIME;
		else if (when.last < w->from || when.first > w->to)
			continue;
		return true;
	}
	return false;
}

/* --- other numbers --- */

/* The number in what /proc/PID/fd and ns links say: "socket:[123]". */
static size_t token_span_inode(struct str s, size_t at)
{
	if (at < 3 || !token_follows(s, at, STR(":[")) ||
	    !ascii_is_alnum(s.p[at - 3]))
		return 0;

	size_t len = token_run(s, at, ascii_is_digit);

	return token_byte_in(s, at + len, "]") ? len : 0;
}

/*
 * Where the kernel puts programs, libraries, stacks and what is mapped while
 * ADDR_NO_RANDOMIZE is set (personality(2)): the end of the address space, and
 * two thirds of it (ELF_ET_DYN_BASE).  A gigabyte of each: of 12 digits that
 * are drawn, one in 60,000 is taken for an address.
 */
static const struct { uint64_t low, high; } token_address_ranges[] = {
	{ 0x7fffc0000000, 0x7fffffffffff },	/* x86-64 */
	{ 0x555555554000, 0x555595554000 },
	{ 0xffffc0000000, 0xffffffffffff },	/* arm64 */
	{ 0xaaaaaaaaa000, 0xaaaaeaaaa000 },
};

static bool token_is_address(const char *digits, size_t n, unsigned base)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * base + (uint64_t)ascii_hex_value(digits[i]);
	for (size_t i = 0; i < ARRAY_LEN(token_address_ranges); i++)
		if (value >= token_address_ranges[i].low &&
		    value <= token_address_ranges[i].high)
			return true;
	return false;
}

/* As pointers are printed: 12 hexadecimal digits, or 14 or 15 decimal ones. */
static size_t token_span_address(struct str s, size_t at)
{
	if (!token_starts_word(s, at) && !token_follows(s, at, STR("0x")))
		return 0;

	size_t hex = token_run(s, at, ascii_is_xdigit);
	size_t decimal = token_run(s, at, ascii_is_digit);

	if (!token_ends_word(s, at + hex))
		return 0;
	if (hex == 12 && token_is_address(s.p + at, hex, 16))
		return hex;
	return decimal == hex && (hex == 14 || hex == 15) &&
	       token_is_address(s.p + at, hex, 10) ? hex : 0;
}

static size_t token_span_pid(struct str s, size_t at)
{
	if (!token_follows(s, at, STR("pid=")))
		return 0;

	size_t len = token_run(s, at, ascii_is_digit);

	return token_ends_word(s, at + len) ? len : 0;
}

bool token_is_ephemeral(struct str digits)
{
	int port = digits.len == 5 ? date_digits(digits, 0, 5) : -1;

	/* net.ipv4.ip_local_port_range, the default since Linux 3.2 */
	return port >= 32768 && port <= 60999;
}

static bool token_is_loopback_v4(struct str host)
{
	size_t dots = 0;

	for (size_t i = 0; i < host.len; i++) {
		if (!ascii_is_digit(host.p[i]) && host.p[i] != '.')
			return false;
		dots += host.p[i] == '.';
	}
	return dots == 3 &&
	       (str_starts(host, STR("127.")) || str_eq(host, STR("0.0.0.0")));
}

/* Longer than any address of this host; keeps the search linear. */
#define HOST_MAX 64

/* The host that ends at `end`, with an IPv6 address in brackets. */
static struct str token_host_before(struct str s, size_t end)
{
	size_t from = end, least = end > HOST_MAX ? end - HOST_MAX : 0;

	if (from && s.p[from - 1] == ']') {
		while (from > least && s.p[from - 1] != '[')
			from--;
		return from > least ?
			(struct str){ s.p + from, end - 1 - from } : STR_NULL;
	}
	while (from > least && (ascii_is_alnum(s.p[from - 1]) ||
				token_byte_in(s, from - 1, ".-_")))
		from--;
	return (struct str){ s.p + from, end - from };
}

static bool token_is_local(struct str host)
{
	static const char mapped[] = "::ffff:";

	if (str_starts(host, str_c(mapped)))
		host = str_sub(host, sizeof(mapped) - 1);
	return token_is_loopback_v4(host) || str_eq(host, STR("::1")) ||
	       str_eq(host, STR("::")) || str_eq(host, STR("localhost"));
}

/*
 * An ephemeral port, after an address of this host or "port=".  A peer beyond
 * loopback keeps its port: a beacon is recognised by it.
 */
static size_t token_span_port(struct str s, size_t at)
{
	bool option = token_follows(s, at, STR("port="));

	if (!option && !token_follows(s, at, STR(":")))
		return 0;

	size_t len = token_run(s, at, ascii_is_digit);

	if (!token_ends_word(s, at + len) ||
	    !token_is_ephemeral((struct str){ s.p + at, len }))
		return 0;
	return option || token_is_local(token_host_before(s, at - 1)) ? len : 0;
}

const char *token_text(enum token_id id)
{
	static const char *const texts[] = {
#define TOKEN(id, text, recur) [TOKEN_##id] = text,
#include "core/normalise/normalise.def"
	};

	return texts[id];
}

bool token_may_recur(const struct token *t, enum recur of)
{
	static const enum recur recurs[] = {
#define TOKEN(id, text, recur) [TOKEN_##id] = RECUR_##recur,
#include "core/normalise/normalise.def"
	};

	return t->len > NUMBER_FEW && recurs[t->id] && recurs[t->id] <= of;
}

static const struct {
	size_t (*match)(struct str s, size_t at);
	enum token_id token;
} spans[] = {
#define SPAN(matcher, token) { token_span_##matcher, TOKEN_##token },
#include "core/normalise/normalise.def"
};

bool token_span(struct str s, size_t at, struct token *out)
{
	if (!ascii_is_xdigit(s.p[at]))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		size_t len = spans[i].match(s, at);

		if (len) {
			*out = (struct token){
				at, len, spans[i].token,
			};
			return true;
		}
	}
	return false;
}

bool token_forged(struct str s)
{
	/* "<300 bytes, ID>" is what normalise_shorten() writes. */
	if (s.len > 1 && ascii_is_digit(s.p[1]))
		return true;
	for (enum token_id id = 0; id < TOKEN_COUNT; id++)
		if (str_starts(s, str_c(token_text(id))))
			return true;
	/* "<drawn>", "<drawn2>" of places (drawn.h). */
	return str_starts(s, STR("<drawn"));
}

/* 16 digits of hexadecimal may happen to be all digits, or none. */
bool token_covers(struct str token, struct str name)
{
	return str_eq(token, str_c(token_text(TOKEN_HEX))) &&
	       name.len >= HEX_MIN &&
	       token_run(name, 0, ascii_is_xdigit) == name.len;
}
