/* SPDX-License-Identifier: Apache-2.0 */
/* Typed values: one check for each type, and what to say when it fails. */
#include "core/config/value.h"

#include <arpa/inet.h>
#include <assert.h>
#include <signal.h>

#include "core/base/ascii.h"
#include "core/base/buf.h"
#include "core/base/path.h"

#define WORD_MAX 64
#define TEXT_MAX 65536		/* half of what one exec argument may have */
#define SHOWN_MAX 80
#define DURATION_MAX (24ULL * 3600 * 1000)
#define MS_PER_S 1000

bool config_word(struct str s)
{
	if (!s.len || s.len > WORD_MAX || !ascii_is_alnum(s.p[0]))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is_alnum(s.p[i]) && !memchr("._-", s.p[i], 3))
			return false;
	return true;
}

/*
 * Decimal digits at the front of s; false when there are none or too many, or
 * a zero in front, behind which git reads octal ones.
 */
static bool take_number(struct str *s, uint64_t *out)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < s->len && ascii_is_digit(s->p[i]); i++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, s->p[i] - '0', &n))
			return false;
	if (!i || (i > 1 && *s->p == '0'))
		return false;
	*s = str_sub(*s, i);
	*out = n;
	return true;
}

struct unit {
	struct str name;
	uint64_t factor;
};

static bool with_unit(struct str text, const struct unit *units, size_t n,
		      uint64_t *out)
{
	uint64_t number;

	if (!take_number(&text, &number))
		return false;
	for (size_t i = 0; i < n; i++) {
		uint64_t product;

		if (!str_eq(units[i].name, text))
			continue;
		if (__builtin_mul_overflow(number, units[i].factor, &product))
			return false;
		*out = product;
		return true;
	}
	return false;
}

bool config_duration(struct str text, uint64_t *ms)
{
	static const struct unit units[] = {
		{ { "", 0 }, MS_PER_S }, { { "ms", 2 }, 1 },
		{ { "s", 1 }, MS_PER_S }, { { "m", 1 }, 60 * MS_PER_S },
		{ { "h", 1 }, 3600 * MS_PER_S },
	};

	return with_unit(text, units, sizeof(units) / sizeof(*units), ms);
}

bool config_size(struct str text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ { "", 0 }, 1 },
		{ { "k", 1 }, 1 << 10 }, { { "K", 1 }, 1 << 10 },
		{ { "m", 1 }, 1 << 20 }, { { "M", 1 }, 1 << 20 },
		{ { "g", 1 }, 1 << 30 }, { { "G", 1 }, 1 << 30 },
	};

	return with_unit(text, units, sizeof(units) / sizeof(*units), bytes);
}

/* Cut s at its first blank; both halves lose the blanks between them. */
static struct str value_cut_word(struct str s, struct str *rest)
{
	size_t end = 0;

	while (end < s.len && s.p[end] != ' ' && s.p[end] != '\t')
		end++;

	size_t next = end;

	while (next < s.len && (s.p[next] == ' ' || s.p[next] == '\t'))
		next++;
	*rest = str_sub(s, next);
	return (struct str){ s.p, end };
}

static bool duration_in_a_day(struct str text)
{
	uint64_t ms;

	return config_duration(text, &ms) && ms <= DURATION_MAX;
}

bool config_place(struct str text)
{
	static const struct str roots[] = {
		{ "/", 1 }, { "~/", 2 }, { "$HOME/", 6 }, { "$TREE/", 6 },
	};

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (str_starts(text, roots[i]))
			return path_is_contained(str_sub(text, roots[i].len));
	/* "$PWD/x" and "~user/x" mean something else elsewhere. */
	return text.len && *text.p != '$' && *text.p != '~' &&
	       path_is_contained(text);
}

static bool is_port(struct str text)
{
	uint64_t port;

	return take_number(&text, &port) && !text.len && port &&
	       port <= UINT16_MAX;
}

/* Of "[::1]:80" and "127.0.0.1:80" what stands in front of the port. */
static bool is_host(struct str host)
{
	char text[64];
	struct in6_addr any;
	bool six = host.len > 2 && host.p[0] == '[' &&
		   host.p[host.len - 1] == ']';

	if (six)
		host = (struct str){ host.p + 1, host.len - 2 };
	if (host.len >= sizeof(text))
		return false;
	memcpy(text, host.p, host.len);
	text[host.len] = '\0';
	return inet_pton(six ? AF_INET6 : AF_INET, text, &any) == 1 ||
	       (!six && !strcmp(text, "localhost"));
}

bool config_endpoint(struct str text)
{
	const char *colon = memrchr(text.p, ':', text.len);
	size_t host = colon ? (size_t)(colon - text.p) : 0;

	if (str_starts(text, STR("@")))
		return text.len > 1;
	if (text.len && memchr(text.p, '/', text.len))
		return config_place(text);
	if (!colon)
		return is_port(text);
	return is_host((struct str){ text.p, host }) &&
	       is_port(str_sub(text, host + 1));
}

bool config_ready(struct str text, struct str *word, struct str *rest)
{
	*word = value_cut_word(text, rest);
	if (str_eq(*word, STR("exit")))
		return !rest->len;
	if (str_eq(*word, STR("listen")))
		return !rest->len || config_endpoint(*rest);
	if (str_eq(*word, STR("output")))
		return rest->len && rest->len <= TEXT_MAX;
	if (str_eq(*word, STR("file")))
		return config_place(*rest);
	return str_eq(*word, STR("after")) && duration_in_a_day(*rest);
}

/* "SIGTERM" or "TERM"; real-time signals and the like have no name. */
static int signal_number(struct str name)
{
	if (str_starts(name, STR("SIG")))
		name = str_sub(name, 3);
	for (int sig = 1; sig < 32; sig++) {
		const char *known = sigabbrev_np(sig);

		if (known && str_eq(name, str_c(known)))
			return sig;
	}
	return 0;
}

bool config_stop(struct str text, int *sig, uint64_t *ms, struct str *step)
{
	struct str rest, word = value_cut_word(text, &rest);

	*sig = SIGTERM;
	*ms = 0;
	*step = STR("");
	if (str_eq(word, STR("signal")))
		word = value_cut_word(rest, &rest);
	if (!str_eq(word, STR("after"))) {
		*sig = signal_number(word);
		if (!*sig || !rest.len)
			return *sig != 0;
		word = value_cut_word(rest, &rest);
	}
	if (!str_eq(word, STR("after")))
		return false;
	if (config_word(rest))
		*step = rest;
	if (config_duration(rest, ms))
		return *ms <= DURATION_MAX;
	return step->len != 0;
}

bool config_expect(struct str text, struct str *word, struct str *rest)
{
	uint64_t status;
	struct str digits;

	*word = value_cut_word(text, rest);
	if (str_eq(*word, STR("output")))
		return rest->len && rest->len <= TEXT_MAX;
	digits = *rest;
	return str_eq(*word, STR("status")) && take_number(&digits, &status) &&
	       !digits.len && status <= 255;
}

static bool check_word(struct config_entry *e)
{
	return config_word(e->value);
}

static bool check_text(struct config_entry *e)
{
	return e->value.len && e->value.len <= TEXT_MAX;
}

static bool in_range(const struct config_entry *e)
{
	return !e->key->max ||
	       (e->num >= e->key->min && e->num <= e->key->max);
}

static bool check_count(struct config_entry *e)
{
	struct str rest = e->value;

	return take_number(&rest, &e->num) && !rest.len && in_range(e);
}

static bool check_size(struct config_entry *e)
{
	return config_size(e->value, &e->num) && in_range(e);
}

static bool check_duration(struct config_entry *e)
{
	return config_duration(e->value, &e->num) && in_range(e);
}

static bool check_path(struct config_entry *e)
{
	if (str_eq(e->value, STR(".")))
		return !e->key->min;
	return path_is_contained(e->value);
}

static bool one_of(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(s, str_c(*words)))
			return true;
	return false;
}

/* git's words for it; git also takes other numbers, we do not. */
static bool check_bool(struct config_entry *e)
{
	static const char *const yes[] = { "true", "yes", "on", "1", NULL };
	static const char *const no[] = { "false", "no", "off", "0", "", NULL };
	char low[8];

	if (e->value.len > sizeof(low))
		return false;
	for (size_t i = 0; i < e->value.len; i++) {
		char c = e->value.p[i];

		low[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}

	struct str s = { low, e->value.len };

	e->num = one_of(s, yes);
	return e->num || one_of(s, no);
}

static const char *const levels[] = {
	"error", "warning", "note", "never", NULL
};

static bool check_level(struct config_entry *e)
{
	return one_of(e->value, levels);
}

static bool check_mode(struct config_entry *e)
{
	static const char *const modes[] = { "enforce", "report-only", NULL };

	return one_of(e->value, modes);
}

static bool check_syscalls(struct config_entry *e)
{
	static const char *const which[] = { "notable", "all", NULL };

	return one_of(e->value, which);
}

static bool check_role(struct config_entry *e)
{
	static const char *const roles[] = { "subject", "fixture", NULL };

	return one_of(e->value, roles);
}

static bool value_check_ready(struct config_entry *e)
{
	struct str word, rest;

	return config_ready(e->value, &word, &rest);
}

static bool value_check_stop(struct config_entry *e)
{
	struct str step;
	uint64_t ms;
	int sig;

	return config_stop(e->value, &sig, &ms, &step);
}

static bool check_expect(struct config_entry *e)
{
	struct str word, rest;

	return config_expect(e->value, &word, &rest);
}

/*
 * KIND:GLOB LEVEL.  Objects may hold blanks ("tcp 127.0.0.1:80"), so may the
 * glob: the level is the last word.  Which kinds there are, core/compare knows.
 */
static bool check_regrade(struct config_entry *e)
{
	struct str s = e->value;
	size_t kind = 0, blank = s.len;

	while (kind < s.len && (ascii_is_alnum(s.p[kind]) || s.p[kind] == '.' ||
				s.p[kind] == '*'))
		kind++;
	while (blank && s.p[blank - 1] != ' ' && s.p[blank - 1] != '\t')
		blank--;
	return kind && s.p[kind] == ':' && blank > kind + 2 &&
	       one_of(str_sub(s, blank), levels);
}

bool config_variable(struct str s)
{
	size_t i = 0;

	while (i < s.len && (ascii_is_alnum(s.p[i]) || s.p[i] == '_'))
		i++;
	return i && i < s.len && s.p[i] == '=' && !ascii_is_digit(s.p[0]) &&
	       s.len <= TEXT_MAX;
}

static bool value_check_env(struct config_entry *e)
{
	return config_variable(e->value);
}

static bool usable_ipv4(struct in_addr a)
{
	uint32_t host = ntohl(a.s_addr);

	return host >> 24 != 0 && host >> 28 < 0xe;
}

/* An address that an interface can have: not "any", no multicast. */
static bool check_address(struct config_entry *e)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, e->value.p, &v4) == 1)
		return usable_ipv4(v4);
	return inet_pton(AF_INET6, e->value.p, &v6) == 1 &&
	       !IN6_IS_ADDR_UNSPECIFIED(&v6) && !IN6_IS_ADDR_MULTICAST(&v6);
}

static const struct type {
	bool (*check)(struct config_entry *e);
	const char *expected;
} types[] = {
	[CONFIG_WORD] = { check_word,
		"a name of letters, digits and . _ - inside, at most 64" },
	[CONFIG_TEXT] = { check_text, "a text of 1 to 65536 bytes" },
	[CONFIG_COMMAND] = { check_text,
		"words as in a shell, 1 to 65536 bytes" },
	[CONFIG_COUNT] = { check_count,
		"a whole number without a zero in front" },
	[CONFIG_SIZE] = { check_size, "bytes, or with a k, M or G: 512M" },
	[CONFIG_DURATION] = { check_duration,
		"seconds, or with ms, s, m or h: 1500ms" },
	[CONFIG_PATH] = { check_path,
		"a relative path without . and .. and doubled or final "
		"slashes" },
	[CONFIG_BOOL] = { check_bool, "true or false" },
	[CONFIG_LEVEL] = { check_level, "error, warning, note or never" },
	[CONFIG_READY] = { value_check_ready,
		"listen, listen PORT, listen ADDRESS:PORT, listen PATH, output "
		"TEXT, file PATH, exit or after DURATION" },
	[CONFIG_STOP] = { value_check_stop,
		"SIGNAL, after STEP, after DURATION, or SIGNAL with one of "
		"these" },
	[CONFIG_EXPECT] = { check_expect,
		"status N, of 0 to 255, or output TEXT" },
	[CONFIG_REGRADE] = { check_regrade,
		"KIND:GLOB LEVEL, as in file.create:/tmp/** warning" },
	[CONFIG_ENV] = { value_check_env,
		"NAME=VALUE with a NAME of letters, digits and _" },
	[CONFIG_MODE] = { check_mode, "enforce or report-only" },
	[CONFIG_ROLE] = { check_role, "subject or fixture" },
	[CONFIG_SYSCALLS] = { check_syscalls, "notable or all" },
	[CONFIG_ADDRESS] = { check_address,
		"a numeric IPv4 or IPv6 address of one host" },
};

bool config_is_text(enum config_type type, struct str value)
{
	struct str rest;

	if (type == CONFIG_READY || type == CONFIG_EXPECT)
		return str_eq(value_cut_word(value, &rest), STR("output"));
	return type == CONFIG_TEXT || type == CONFIG_COMMAND ||
	       type == CONFIG_ENV;
}

/* In the largest unit that leaves a whole number. */
static void add_number(struct buf *b, enum config_type type, uint64_t n)
{
	static const struct { uint64_t factor; const char *name; }
	sizes[] = { { 1 << 30, "G" }, { 1 << 20, "M" }, { 1 << 10, "k" },
		    { 1, "" } },
	times[] = { { 3600 * MS_PER_S, "h" }, { 60 * MS_PER_S, "m" },
		    { MS_PER_S, "s" }, { 1, "ms" } };

	if (type != CONFIG_SIZE && type != CONFIG_DURATION) {
		buf_printf(b, "%llu", (unsigned long long)n);
		return;
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		bool size = type == CONFIG_SIZE;
		uint64_t factor = size ? sizes[i].factor : times[i].factor;

		if (n % factor)
			continue;
		buf_printf(b, "%llu%s", (unsigned long long)(n / factor),
			   size ? sizes[i].name : times[i].name);
		return;
	}
}

static int refuse(const struct config_entry *e, struct err *err)
{
	const struct config_key *key = e->key;
	bool is_long = e->value.len > SHOWN_MAX;
	struct str shown = { e->value.p, is_long ? SHOWN_MAX : e->value.len };
	autobuf struct buf range = BUF_INIT;

	if (key->max) {
		buf_c(&range, ", from ");
		add_number(&range, key->type, key->min);
		buf_c(&range, " to ");
		add_number(&range, key->type, key->max);
	}
	err_set(err, ERR_TROUBLE, "%s.%s: bad value \"%.*s%s\": expected %s%s",
		key->section, key->name, STR_ARG(shown), is_long ? "..." : "",
		types[key->type].expected, range.p ? range.p : "");
	return err_hint(err, "%s: %s%s%s", key->name, key->help,
			*key->dflt ? "; default " : "", key->dflt);
}

/* "$HOME/x" where nothing expands it: what may be meant is CONFIG_HOME "/x". */
static bool find_unexpanded(struct str value, struct str *word,
			    struct str *meant)
{
	static const struct { struct str word, meant; } words[] = {
		{ { "$HOME", 5 }, { CONFIG_HOME, sizeof(CONFIG_HOME) - 1 } },
		{ { "${HOME}", 7 }, { CONFIG_HOME, sizeof(CONFIG_HOME) - 1 } },
		{ { "$TREE", 5 }, { CONFIG_TREE, sizeof(CONFIG_TREE) - 1 } },
		{ { "${TREE}", 7 }, { CONFIG_TREE, sizeof(CONFIG_TREE) - 1 } },
		{ { "~", 1 }, { CONFIG_HOME, sizeof(CONFIG_HOME) - 1 } },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		*word = words[i].word;
		*meant = words[i].meant;
		if (str_starts(value, *word) && (value.len == word->len ||
						 value.p[word->len] == '/'))
			return true;
	}
	return false;
}

int config_unexpanded(struct str variable, const char *what,
		      const char *write, struct err *err)
{
	const char *equals = memchr(variable.p, '=', variable.len);
	size_t name = (size_t)(equals - variable.p);
	struct str value = str_sub(variable, name + 1), word, meant, rest;

	if (!find_unexpanded(value, &word, &meant))
		return 0;
	rest = str_sub(value, word.len);
	if (rest.len > SHOWN_MAX)
		rest = STR("/...");
	err_set(err, ERR_TROUBLE, "%s: %.*s is not expanded here", what,
		STR_ARG(word));
	return err_hint(err, "nothing is: write %s%.*s=%.*s%.*s", write,
			(int)(name < SHOWN_MAX ? name : SHOWN_MAX), variable.p,
			STR_ARG(meant), STR_ARG(rest));
}

static int check_unexpanded(const struct config_entry *e, struct err *err)
{
	autobuf struct buf what = BUF_INIT, write = BUF_INIT;

	buf_printf(&what, "%s.%s", e->key->section, e->key->name);
	buf_printf(&write, "%s = ", e->key->name);
	return config_unexpanded(e->value, what.p, write.p, err);
}

int config_value_check(struct config_entry *e, struct err *err)
{
	assert(e->key->type < sizeof(types) / sizeof(*types));
	e->num = 0;
	if (!types[e->key->type].check(e))
		return refuse(e, err);
	return e->key->type == CONFIG_ENV ? check_unexpanded(e, err) : 0;
}
