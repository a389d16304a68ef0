/* SPDX-License-Identifier: Apache-2.0 */
/* rules.def as a table, and the predicates its rows name. */
#include <assert.h>
#include <errno.h>

#include "core/base/path.h"
#include "core/event/limit.h"
#include "core/compare/internal.h"
#include "core/compare/when_exec.h"
#include "core/compare/when_ipc.h"
#include "core/compare/when_refused.h"
#include "core/compare/when_signals.h"

_Static_assert(EV_FILE_EXECUTABLE - EV_FILE_WRITE == 7,
	       "rules.def counts on the kinds that change files in a row");

static const char *const privileged_calls[] = {
#define PRIVILEGED(name) name,
#include "core/compare/privileged.def"
#undef PRIVILEGED
};

/* --- the parts of an object --- */

static struct str second_word(struct str s)
{
	object_cut_word(&s);
	return object_first_word(s);
}

/*
 * Ask about each path of the object until one says yes.  Of "PATH WORDS" the
 * path may hold blanks itself, so every beginning that ends at one of the
 * first blanks is asked.
 */
static bool some_path(const struct fact *f,
		      bool (*ask)(struct str path, const void *arg),
		      const void *arg)
{
	struct str a, b;

	if (event_shape(f->kind) == SHAPE_PATH_PATH &&
	    object_split_arrow(f->object, &a, &b))
		return ask(a, arg) || ask(b, arg);
	if (ask(f->object, arg))
		return true;
	if (event_shape(f->kind) != SHAPE_PATH_WORDS)
		return false;
	for (size_t i = 0, asked = 0; i < f->object.len && asked < 64; i++) {
		if (f->object.p[i] != ' ')
			continue;
		if (ask((struct str){ f->object.p, i }, arg))
			return true;
		asked++;
	}
	return false;
}

/* The path whose place counts: of a link its name, not what it points to. */
static enum zone fact_zone(const struct fact *f)
{
	struct str a, b;

	if (event_shape(f->kind) == SHAPE_PATH_WORDS)
		return zone_of(object_first_word(f->object));
	if (event_shape(f->kind) != SHAPE_PATH_PATH ||
	    !object_split_arrow(f->object, &a, &b))
		return zone_of(f->object);
	if (f->kind == EV_FILE_LINK || zone_of(a) != ZONE_TREE)
		return zone_of(a);
	return zone_of(b);
}

/* --- predicates, named by the rows --- */

static bool when_any(const struct fact *f)
{
	(void)f;
	return true;
}

static bool when_failed(const struct fact *f)
{
	return f->err != 0;
}

static bool when_in_temp(const struct fact *f)
{
	return fact_zone(f) == ZONE_TEMP;
}

static bool when_in_tree(const struct fact *f)
{
	return fact_zone(f) == ZONE_TREE;
}

static bool when_outside(const struct fact *f)
{
	return fact_zone(f) != ZONE_TREE;
}

static bool when_by_signal(const struct fact *f)
{
	const struct str mark = STR(" signal=");

	for (size_t i = 0; i + mark.len <= f->object.len; i++)
		if (str_starts(str_sub(f->object, i), mark))
			return true;
	return false;
}

static bool ask_sensitive(struct str path, const void *arg)
{
	(void)arg;
	return watchlist_is_sensitive(path);
}

static bool ask_secret(struct str path, const void *arg)
{
	(void)arg;
	return watchlist_is_secret(path);
}

static bool when_secret(const struct fact *f)
{
	return some_path(f, ask_secret, NULL);
}

static bool when_sensitive(const struct fact *f)
{
	return some_path(f, ask_sensitive, NULL);
}

static bool ask_startup(struct str path, const void *arg)
{
	return watchlist_is_startup(path, *(const enum startup_set *)arg);
}

/* A link changes the place of its name, not the one it points to. */
static bool in_startup(const struct fact *f, enum startup_set set)
{
	struct str name, target;

	if (f->kind == EV_FILE_LINK &&
	    object_split_arrow(f->object, &name, &target))
		return ask_startup(name, &set);
	return some_path(f, ask_startup, &set);
}

#define STARTUP_PREDICATE(name)						\
	static bool when_startup_##name(const struct fact *f)		\
	{								\
		return in_startup(f, STARTUP_##name);			\
	}
STARTUP_PREDICATE(shell)
STARTUP_PREDICATE(desktop)
STARTUP_PREDICATE(service)
STARTUP_PREDICATE(cron)
STARTUP_PREDICATE(loader)
STARTUP_PREDICATE(access)

/* Of a link the name, of a rename both: what is changed. */
static bool changes_only(const struct fact *f, bool (*ask)(struct str path))
{
	struct str a, b;

	if (event_shape(f->kind) != SHAPE_PATH_PATH ||
	    !object_split_arrow(f->object, &a, &b))
		return ask(f->object);
	return ask(a) && (f->kind == EV_FILE_LINK || ask(b));
}

static bool when_by_product(const struct fact *f)
{
	return changes_only(f, watchlist_is_by_product);
}

/* Where the answer of ask_run_by() goes. */
struct run_by {
	const char **runner;
};

static bool ask_run_by(struct str path, const void *arg)
{
	const struct run_by *found = arg;

	*found->runner = watchlist_run_by(path);
	return *found->runner != NULL;
}

const char *fact_run_by(const struct fact *f)
{
	const char *runner = NULL;
	struct str name, target;

	if (f->kind == EV_FILE_LINK &&
	    object_split_arrow(f->object, &name, &target))
		return watchlist_run_by(name);
	some_path(f, ask_run_by, &(struct run_by){ &runner });
	return runner;
}

static bool when_run_by_others(const struct fact *f)
{
	return fact_run_by(f) != NULL;
}

/* The name is taken, or there is nothing of that name. */
static bool when_changes_nothing(const struct fact *f)
{
	return f->err == EEXIST || f->err == ENOENT;
}

/* Or "PATH xattr security.capability" */
static bool when_set_id(const struct fact *f)
{
	const char *mode = object_mode(f->object);

	return str_ends(f->object, STR(" xattr security.capability")) ||
	       (mode && ((mode[0] - '0') & 6));
}

static bool when_others_write(const struct fact *f)
{
	const char *mode = object_mode(f->object);

	if (str_ends(f->object, STR(" xattr system.posix_acl_access")) ||
	    str_ends(f->object, STR(" xattr system.posix_acl_default")))
		return true;
	/* With the sticky bit they may add files, and not change others'. */
	return mode && !((mode[0] - '0') & 1) &&
	       (((mode[2] - '0') & 2) || ((mode[3] - '0') & 2));
}

static bool sets_target(struct str call)
{
	enum { SETS, FREES, LOOKS };
#define TARGET(name, argument, by, deed) \
	if ((deed) == SETS && str_eq(call, STR(#name)))	\
		return true;
#include "core/event/targets.def"
#undef TARGET
	return false;
}

/* "prlimit64 of child PATH": of its own family, and no look into memory. */
static bool when_sets_child(const struct fact *f)
{
	static const char *const targets[] = {
		" of child", " of descendant", " of group of children",
	};
	struct str call = object_first_word(f->object);
	struct str rest = str_sub(f->object, call.len);

	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		if (str_starts(rest, str_c(targets[i])))
			return sets_target(call);
	return false;
}

static bool when_plain_device(const struct fact *f)
{
	static const char *const devices[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/tty",
		"/dev/ptmx", "/dev/pts/*", "/dev/console", "/dev/stdin",
		"/dev/stdout", "/dev/stderr", "/dev/fd/*", "/dev/random",
		"/dev/urandom",
	};

	for (size_t i = 0; i < ARRAY_LEN(devices); i++)
		if (path_glob(str_c(devices[i]), f->object))
			return true;
	return false;
}

/*
 * How the C library asks for names: its cache daemons, and the resolver that
 * the sandbox's resolv.conf names.  What is asked is a fact of its own, and so
 * is a datagram that asks nothing (net.send).  By TCP it asks no server there:
 * the sandbox's answers are whole and short.
 */
static bool when_name_service(const struct fact *f)
{
	static const char *const services[] = {
		"unix /run/nscd/socket", "unix /var/run/nscd/socket",
		"unix /run/systemd/resolve/io.systemd.Resolve",
		"unix /run/systemd/userdb/*", "udp 127.0.0.53:53",
	};

	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		if (path_glob(str_c(services[i]), f->object))
			return true;
	return false;
}

/* The family, with or without the prefix of its constant. */
static bool when_local_socket(const struct fact *f)
{
	static const char *const families[] = {
		"unix", "netlink", "AF_UNIX", "AF_LOCAL", "AF_NETLINK",
	};
	struct str family = object_first_word(f->object);

	/* Of netlink only that of addresses: others show or change the host. */
	if (f->kind == EV_NET_SOCKET && str_eq(family, STR("netlink")))
		return str_eq(f->object, STR("netlink raw")) ||
		       str_eq(f->object, STR("netlink dgram"));
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (str_eq(family, str_c(families[i])))
			return true;
	return false;
}

static bool when_netlink_ask(const struct fact *f)
{
	return str_eq(f->object, STR("netlink netlink groups=0"));
}

static bool when_any_address(const struct fact *f)
{
	struct str address = second_word(f->object);

	return str_starts(address, STR("0.0.0.0:")) ||
	       str_starts(address, STR("[::]:"));
}

/* ip(7): a connection to the any-address goes to the loopback. */
static bool when_loopback(const struct fact *f)
{
	struct str address = second_word(f->object);

	return str_starts(address, STR("127.")) ||
	       str_starts(address, STR("[::1]:")) ||
	       str_starts(address, STR("[::ffff:127.")) ||
	       when_any_address(f);
}

/* 127.0.0.1.example.org is not of this host: every byte counts. */
static bool is_loopback_host(struct str host)
{
	static const char *const names[] = {
		"localhost", "[::1]", "0.0.0.0", "[::]",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(host, str_c(names[i])))
			return true;
	if (!str_starts(host, STR("127.")))
		return false;
	for (size_t i = 0; i < host.len; i++)
		if (host.p[i] != '.' && (host.p[i] < '0' || host.p[i] > '9'))
			return false;
	return true;
}

/* "tcp PEER host NAME" or "tcp PEER no-host" (core/netcap/payload.h) */
static bool when_local_host(const struct fact *f)
{
	struct str rest = f->object, host = STR("host ");

	for (int skip = 0; skip < 2; skip++) {
		size_t len = object_first_word(rest).len;

		rest = str_sub(rest, len + (len < rest.len));
	}
	if (str_starts(rest, host))
		return is_loopback_host(str_sub(rest, host.len));
	return str_eq(rest, STR("no-host")) && when_loopback(f);
}

static bool when_privileged(const struct fact *f)
{
	struct str name = object_first_word(f->object);
	const char *args = name.len ? memchr(name.p, '(', name.len) : NULL;

	/* "vhangup", or with arguments that are decoded. */
	if (args)
		name.len = (size_t)(args - name.p);
	for (size_t i = 0; i < ARRAY_LEN(privileged_calls); i++)
		if (str_eq(name, str_c(privileged_calls[i])))
			return true;
	return false;
}

/* A call ended with an error, or the limit is one that ends no run. */
static bool when_goes_on(const struct fact *f)
{
	return limit_is_met(f->object, f->err);
}

/* --- predicates about more than one line --- */

/* What the side did that the fact is of, and what the other did. */
struct sides {
	struct deeds *did, *other;
};

/* What the same runs made is executed, or interpreted. */
static bool when_made(const struct fact *f, const struct sides *s)
{
	if (f->kind == EV_EXEC_ARGS)
		return deeds_made_script(s->did, f).len > 0;
	return deeds_made(s->did, f->object);
}

/*
 * The C library asks its cache daemon first, and then reads how else to ask; a
 * program that goes on in no such way has asked the daemon itself.
 */
static bool when_asks_daemon(const struct fact *f, const struct sides *s)
{
	static const char *const reads[] = {
		"file.read /etc/nsswitch.conf", "file.read /etc/passwd",
		"file.read /etc/group", "file.read /etc/hosts",
	};

	if (!f->err || !path_glob(STR("unix /run/nscd/socket"), f->object) ||
	    !s->did || !s->did->fp)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(reads); i++)
		if (fingerprint_find(s->did->fp, str_c(reads[i])))
			return false;
	return true;
}

static bool when_refused_resolver(const struct fact *f, const struct sides *s)
{
	return when_refused_resolved(f) || when_asks_daemon(f, s);
}

/* Its deed is another user's, host's or service's, which is not here. */
static bool when_elsewhere(const struct fact *f, const struct sides *s)
{
	struct str rest = f->object;

	return when_refused_delegate(f) ||
	       deeds_is_set_id(s->did, object_cut_word(&rest));
}

/* A program is replaced that was there, and only now so. */
static bool when_overwritten(const struct fact *f, const struct sides *s)
{
	struct str from, to = f->object;

	if (f->kind == EV_FILE_RENAME &&
	    !object_split_arrow(f->object, &from, &to))
		return false;
	return !f->err && (f->kind == EV_FILE_WRITE ||
			   f->kind == EV_FILE_RENAME) &&
	       deeds_ran(s->did, to) && !deeds_made(s->other, to);
}

/* All that the fact changes is in directories of the run's own. */
static bool when_own_temp(const struct fact *f, const struct sides *s)
{
	struct str a = f->object, b = STR("");

	if (event_shape(f->kind) == SHAPE_PATH_WORDS)
		a = object_first_word(a);
	if (event_shape(f->kind) == SHAPE_PATH_PATH)
		object_split_arrow(f->object, &a, &b);
	if (f->kind == EV_FILE_LINK)
		b = STR("");
	if (!deeds_own_temp(s->did, a) ||
	    (b.len && zone_of(b) != ZONE_TREE && !deeds_own_temp(s->did, b)))
		return false;
	if (f->kind == EV_FILE_DELETE || f->kind == EV_FILE_MODE)
		return true;
	if (b.len)
		a = b;
	return !deeds_ran(s->did, a) && !deeds_passed_on(s->did, a);
}

static bool is_temporary_name(struct str path)
{
	static const char *const patterns[] = {
		"*.tmp", "*.temp", "*.swp", "*.swo", "*.swx", "*~", ".#*",
		"*.part", ".~lock.*",
	};
	const struct str token = STR("<rand>");
	struct str base = path_base(path);

	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		if (path_glob(str_c(patterns[i]), base))
			return true;
	for (size_t i = 0; i + token.len <= path.len; i++)
		if (str_starts(str_sub(path, i), token))
			return true;
	return false;
}

/* It was left behind before. */
static bool other_left(const struct sides *s, struct str path)
{
	return deeds_made(s->other, path) && !deeds_removed(s->other, path);
}

/* What comes and goes within one run leaves nothing behind. */
static bool when_temporary(const struct fact *f, const struct sides *s)
{
	struct str a = f->object, b = a;

	if (event_shape(f->kind) == SHAPE_PATH_PATH)
		object_split_arrow(f->object, &a, &b);
	if (f->kind == EV_FILE_DELETE)
		return is_temporary_name(a) ||
		       (deeds_made(s->did, a) && !other_left(s, a));
	if (f->kind == EV_FILE_RENAME)
		return (is_temporary_name(a) || deeds_made(s->did, a)) &&
		       (is_temporary_name(b) || deeds_removed(s->did, b));
	return is_temporary_name(a) || deeds_removed(s->did, a);
}

/* --- the table --- */

static const struct rule rules[] = {
#define RULE(id, category, first, last, when, level, message, help, example) \
	{ id, CATEGORY_##category, EV_##first, EV_##last,		     \
	  LEVEL_##level, message, help, example },
#include "core/compare/rules.def"
#undef RULE
};

/* A predicate asks a fact alone, or also what else the sides did. */
struct predicate {
	bool (*alone)(const struct fact *f);
	bool (*within)(const struct fact *f, const struct sides *s);
};

#define ALONE(when) \
	_Generic(when, bool (*)(const struct fact *): when, default: NULL)
#define WITHIN(when) \
	_Generic(when, bool (*)(const struct fact *, const struct sides *): \
		 when, default: NULL)

static const struct predicate predicates[] = {
#define RULE(id, category, first, last, when, level, message, help, example) \
	{ ALONE(when_##when), WITHIN(when_##when) },
#include "core/compare/rules.def"
#undef RULE
};

static bool rules_fits(const struct predicate *p, const struct fact *f,
		       const struct sides *s)
{
	return p->alone ? p->alone(f) : p->within(f, s);
}

const struct rule *rules_table(size_t *n)
{
	*n = ARRAY_LEN(rules);
	return rules;
}

const struct rule *rule_for(const struct fact *f, struct deeds *did,
			    struct deeds *other)
{
	const struct sides sides = { did, other };

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (f->kind >= rules[i].first && f->kind <= rules[i].last &&
		    rules_fits(&predicates[i], f, &sides))
			return &rules[i];
	assert(!"rules.def ends every kind with `any`");
	return NULL;
}

/* --- what an outcome is weighed by --- */

bool fact_executes(const struct fact *f)
{
	return f->kind == EV_EXEC || f->kind == EV_EXEC_ANON;
}

bool fact_writes_outside(const struct fact *f)
{
	return f->kind >= EV_FILE_WRITE && f->kind <= EV_FILE_EXECUTABLE &&
	       when_outside(f) &&
	       !(f->kind == EV_FILE_WRITE && when_plain_device(f));
}

bool fact_reads_sensitive(const struct fact *f)
{
	return f->kind == EV_FILE_READ && when_sensitive(f);
}

bool fact_beyond_loopback(const struct fact *f)
{
	return (f->kind == EV_NET_CONNECT || f->kind == EV_NET_SEND) &&
	       !when_local_socket(f) && !when_loopback(f);
}
