/* SPDX-License-Identifier: Apache-2.0 */
/* What findings have in common: the functions that rows of causes.def name. */
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/compare/group.h"

/* A chain that was cut is followed up through so many others. */
#define HOPS_MAX 64

/* --- parts of facts --- */

/* The first two words. */
static struct str first_pair(struct str s)
{
	size_t n = object_first_word(s).len;

	if (n < s.len)
		n += 1 + object_first_word(str_sub(s, n + 1)).len;
	return (struct str){ s.p, n };
}

static bool group_keys_is_file(const struct fact *f)
{
	return f->kind >= EV_FILE_READ && f->kind <= EV_FILE_EXECUTABLE;
}

/* The path that changed; of a rename the old name, of a link its own. */
static struct str fact_path(const struct fact *f, struct str *second)
{
	struct str s = f->object;

	*second = STR("");
	if (event_shape(f->kind) == SHAPE_PATH_WORDS)
		return object_first_word(s);
	if (event_shape(f->kind) == SHAPE_PATH_PATH)
		object_split_arrow(f->object, &s, second);
	return s;
}

/* Secrets, and what runs again later, are no part of a heap of files. */
static bool is_plain_file(const struct finding *f)
{
	return group_keys_is_file(f->fact) &&
	       f->rule->category > CATEGORY_PERSISTENCE;
}

static void group_keys_put_key(struct buf *key, struct str shown,
			       struct str rest)
{
	buf_str(key, shown);
	buf_ch(key, '\n');
	buf_str(key, rest);
}

static struct str hidden_key(struct str key)
{
	const char *end = memchr(key.p, '\n', key.len);

	return end ? str_sub(key, (size_t)(end - key.p) + 1) : STR("");
}

/* --- programs --- */

static bool is_executed(const struct fact *f)
{
	return !f->err && (fact_executes(f) || f->kind == EV_EXEC_ARGS);
}

/* "c > d" of "a > b > c > d"; false where there is only one program. */
static bool last_pair(struct str chain, struct str *pair)
{
	struct str rest = chain, program, before = STR("");
	struct str last = STR("");

	while (chain_next(&rest, &program)) {
		before = last;
		last = program;
	}
	if (!before.len)
		return false;
	*pair = str_sub(chain, (size_t)(before.p - chain.p));
	return true;
}

static void note_program(struct grouping *g, const struct fact *f)
{
	struct str pair;

	/* A chain of one is what the scenario starts. */
	if (!is_executed(f) || !last_pair(f->ev.process, &pair))
		return;
	strmap_put(&g->programs, f->ev.process);
	strmap_put(&g->pairs, pair)->val.ptr = (void *)f;
}

/* The outermost program of a chain, up to where it is cut. */
static struct str outermost(const struct grouping *g, struct str chain)
{
	struct str rest = chain, program;

	while (chain_next(&rest, &program) &&
	       !str_eq(program, STR(CHAIN_CUT))) {
		struct str prefix = {
			chain.p, (size_t)(program.p - chain.p) + program.len
		};

		if (strmap_get(&g->programs, prefix))
			return prefix;
	}
	return STR("");
}

/* The chain of a program behind the cut, of another one than chain. */
static struct str behind_cut(const struct grouping *g, struct str chain)
{
	struct str rest = chain, program, before = STR("");
	bool cut = false;

	while (chain_next(&rest, &program)) {
		struct str pair = {
			before.p, (size_t)(program.p - before.p) + program.len
		};
		const struct strmap_entry *e = before.len ?
			strmap_get(&g->pairs, pair) : NULL;
		const struct fact *f = e ? e->val.ptr : NULL;

		if (f && !str_eq(f->ev.process, chain))
			return f->ev.process;
		if (cut)
			before = program;
		cut |= str_eq(program, STR(CHAIN_CUT));
	}
	return STR("");
}

/* The first of a chain's programs that were executed for the first time. */
static struct str new_program(const struct grouping *g, struct str chain)
{
	for (int hop = 0; hop < HOPS_MAX; hop++) {
		struct str found = outermost(g, chain), up;

		if (found.len)
			return found;
		up = behind_cut(g, chain);
		if (!up.len)
			break;
		chain = up;
	}
	return strmap_get(&g->programs, chain) ? chain : STR("");
}

bool cause_key_PROGRAM(const struct grouping *g, const struct finding *f,
		       struct buf *key)
{
	struct str chain = new_program(g, f->fact->ev.process);

	if (!chain.len)
		return false;
	group_keys_put_key(key, chain_last(chain), chain);
	return true;
}

bool cause_leads_PROGRAM(const struct finding *f, struct str key)
{
	return is_executed(f->fact) &&
	       str_eq(f->fact->ev.process, hidden_key(key));
}

/* --- folders --- */

bool group_folder_is_shared(struct str path)
{
	static const char *const shared[] = {
#define SHARED(path) path,
#include "core/compare/shared.def"
#undef SHARED
	};

	for (size_t i = 0; i < ARRAY_LEN(shared); i++)
		if (str_eq(path, str_c(shared[i])))
			return true;
	return false;
}

/* The outermost folder above path that a run made. */
static struct strmap_entry *made_above(const struct grouping *g,
				       struct str path)
{
	for (size_t i = 1; i < path.len; i++) {
		struct str above = { path.p, i };
		struct strmap_entry *e;

		if (path.p[i] != '/')
			continue;
		e = strmap_get(&g->made, above);
		if (e && !group_folder_is_shared(above))
			return e;
	}
	return NULL;
}

static void note_below(struct grouping *g, const struct fact *f)
{
	struct str second;
	struct strmap_entry *e;

	if (!group_keys_is_file(f))
		return;
	e = made_above(g, fact_path(f, &second));
	if (e)
		e->val.num = 1;
}

bool cause_key_FOLDER(const struct grouping *g, const struct finding *f,
		      struct buf *key)
{
	struct str second, path = fact_path(f->fact, &second);
	const struct strmap_entry *e;

	if (!is_plain_file(f))
		return false;
	e = made_above(g, path);
	if (!e)
		e = strmap_get(&g->made, path);
	if (!e || !e->val.num || group_folder_is_shared(e->key))
		return false;
	/* What is moved out of it, or into it, is not in it. */
	if (f->fact->kind == EV_FILE_RENAME && !path_below(second, e->key))
		return false;
	buf_str(key, e->key);
	return true;
}

bool finding_folder(const struct grouping *g, const struct finding *f,
		    struct buf *out)
{
	size_t start = out->len;
	struct str second;

	if (!cause_key_FOLDER(g, f, out))
		buf_str(out, path_dir(fact_path(f->fact, &second)));
	return out->len > start;
}

bool cause_leads_FOLDER(const struct finding *f, struct str key)
{
	return f->fact->kind == EV_FILE_CREATE && str_eq(f->fact->object, key);
}

/* --- dependencies --- */

static const struct {
	struct str folder;
	unsigned names;
} dependencies[] = {
#define DEPENDENCY(folder, names) { { folder, sizeof(folder) - 1 }, names },
#include "core/compare/dependencies.def"
#undef DEPENDENCY
};

static unsigned names_below(struct str folder)
{
	for (size_t i = 0; i < ARRAY_LEN(dependencies); i++)
		if (str_eq(folder, dependencies[i].folder))
			return dependencies[i].names;
	return 0;
}

static struct str group_keys_next_segment(struct str *rest)
{
	size_t n = 0;

	while (n < rest->len && rest->p[n] != '/')
		n++;

	struct str segment = { rest->p, n };

	*rest = str_sub(*rest, n + (n < rest->len));
	return segment;
}

/* "$TREE/node_modules/x" of "$TREE/node_modules/x/lib/a.js", the innermost. */
static struct str package_of(struct str path)
{
	struct str rest = path, found = STR("");

	while (rest.len) {
		unsigned names = names_below(group_keys_next_segment(&rest));
		struct str name = STR(""), after = rest;

		if (names && str_starts(after, STR("@")))
			names++;
		for (unsigned i = 0; i < names; i++)
			name = group_keys_next_segment(&after);
		if (names && name.len && after.len)
			found = (struct str){
				path.p, (size_t)(name.p - path.p) + name.len
			};
	}
	return found;
}

/* All that is read below /usr/lib/NAME and /usr/share/NAME: NAME. */
static struct str system_package(struct str path)
{
	struct str all = STR("/**");

	if (!str_ends(path, all) || zone_of(path) != ZONE_SYSTEM)
		return STR("");
	path.len -= all.len;
	return path_base(path);
}

bool cause_key_DEPENDENCY(const struct grouping *g, const struct finding *f,
			  struct buf *key)
{
	struct str package;

	(void)g;
	if (!is_plain_file(f) || f->fact->kind > EV_FILE_PROBE)
		return false;
	package = package_of(f->fact->object);
	if (!package.len)
		package = system_package(f->fact->object);
	buf_str(key, package);
	return package.len;
}

bool cause_leads_DEPENDENCY(const struct finding *f, struct str key)
{
	(void)f;
	(void)key;
	return false;
}

/* --- one file --- */

/* The folders above what runs again later lead to it. */
static void note_lasting(struct grouping *g, const struct finding *f)
{
	struct str second, path;

	if (!group_keys_is_file(f->fact) ||
	    f->rule->category != CATEGORY_PERSISTENCE)
		return;
	path = fact_path(f->fact, &second);
	for (size_t i = 1; i < path.len; i++) {
		struct strmap_entry *e;

		if (path.p[i] != '/' ||
		    !strmap_get(&g->made, (struct str){ path.p, i }))
			continue;
		e = strmap_put(&g->lasting, (struct str){ path.p, i });
		if (!e->val.ptr)
			e->val.ptr = (void *)f->fact;
	}
}

/* Of a folder that was made for one: the first file below it, else itself. */
static struct str lasting_file(const struct grouping *g,
			       const struct finding *f, struct str path)
{
	const struct strmap_entry *e;
	struct str second;

	if (f->fact->kind != EV_FILE_CREATE ||
	    f->rule->category != CATEGORY_PERSISTENCE)
		return path;
	/* Each one lies deeper. */
	while ((e = strmap_get(&g->lasting, path)))
		path = fact_path(e->val.ptr, &second);
	return path;
}

bool cause_key_FILE(const struct grouping *g, const struct finding *f,
		    struct buf *key)
{
	struct str second;

	if (!group_keys_is_file(f->fact) || f->fact->kind < EV_FILE_WRITE)
		return false;
	buf_str(key, lasting_file(g, f, fact_path(f->fact, &second)));
	return true;
}

/* The heaviest that is no folder above it. */
bool cause_leads_FILE(const struct finding *f, struct str key)
{
	struct str second;

	return str_eq(fact_path(f->fact, &second), key);
}

/* --- one peer --- */

/* "tcp 192.0.2.1:80" of what speaks to one or is one, else "". */
static struct str peer_of(const struct fact *f)
{
	switch (f->kind) {
	case EV_NET_BIND: case EV_NET_LISTEN: case EV_NET_CONNECT:
	case EV_NET_SEND: case EV_NET_TLS: case EV_NET_HTTP:
	case EV_NET_SPOKEN:
		return first_pair(f->object);
	default:
		return STR("");
	}
}

/* The name in "tcp PEER host NAME". */
static struct str host_of(const struct fact *f)
{
	struct str host = STR(" host ");
	struct str rest = str_sub(f->object, first_pair(f->object).len);

	if (f->kind != EV_NET_TLS && f->kind != EV_NET_HTTP)
		return STR("");
	return str_starts(rest, host) ? str_sub(rest, host.len) : STR("");
}

static void put_name_key(struct buf *key, struct str chain, struct str name)
{
	group_keys_put_key(key, chain, name);
}

/* The first peer of a chain, "" once there is another. */
static void note_peer(struct grouping *g, const struct fact *f)
{
	struct str peer = peer_of(f), host = host_of(f);
	autobuf struct buf name = BUF_INIT;
	struct strmap_entry *e;
	const struct fact *before;

	if (!peer.len)
		return;
	e = strmap_get(&g->peers, f->ev.process);
	before = e ? e->val.ptr : NULL;
	if (!e)
		strmap_put(&g->peers, f->ev.process)->val.ptr = (void *)f;
	else if (before && !str_eq(peer_of(before), peer))
		e->val.ptr = NULL;
	if (!host.len)
		return;
	put_name_key(&name, f->ev.process, host);
	strmap_put(&g->names, buf_view(&name))->val.ptr = (void *)f;
}

/* Is the socket "inet stream tcp" of the kind that speaks to the peer? */
static bool socket_fits(struct str words, struct str peer)
{
	struct str protocol = object_first_word(peer);
	struct str address = str_sub(peer, protocol.len +
				     (protocol.len < peer.len));
	bool six = str_starts(address, STR("["));

	if (str_eq(protocol, STR("unix")))
		return str_starts(words, STR("unix "));
	return str_ends(words, protocol) &&
	       str_eq(object_first_word(words),
		      six ? STR("inet6") : STR("inet"));
}

static struct str socket_peer(const struct grouping *g, const struct fact *f)
{
	const struct strmap_entry *e = strmap_get(&g->peers, f->ev.process);
	const struct fact *by = e ? e->val.ptr : NULL;

	if (!by || !socket_fits(f->object, peer_of(by)))
		return STR("");
	return peer_of(by);
}

/* Of a name: the peer that was then spoken to by it, else the name. */
static struct str dns_peer(const struct grouping *g, const struct fact *f)
{
	autobuf struct buf key = BUF_INIT;
	const struct strmap_entry *e;

	put_name_key(&key, f->ev.process, object_first_word(f->object));
	e = strmap_get(&g->names, buf_view(&key));
	return e ? peer_of(e->val.ptr) : object_first_word(f->object);
}

bool cause_key_PEER(const struct grouping *g, const struct finding *f,
		    struct buf *key)
{
	const struct fact *fact = f->fact;
	struct str peer = peer_of(fact);

	if (fact->kind == EV_NET_SOCKET)
		peer = socket_peer(g, fact);
	else if (fact->kind == EV_NET_DNS)
		peer = dns_peer(g, fact);
	if (!peer.len || !fact->ev.process.len)
		return false;
	group_keys_put_key(key, peer, fact->ev.process);
	return true;
}

bool cause_leads_PEER(const struct finding *f, struct str key)
{
	(void)key;
	return f->fact->kind == EV_NET_CONNECT ||
	       f->fact->kind == EV_NET_LISTEN;
}

/* --- one place --- */

bool cause_key_PLACE(const struct grouping *g, const struct finding *f,
		     struct buf *key)
{
	struct str second, path = fact_path(f->fact, &second);
	bool reads = f->fact->kind <= EV_FILE_PROBE;

	(void)g;
	if (!is_plain_file(f))
		return false;
	group_keys_put_key(key, path_dir(path),
			   reads ? STR("read ") : STR("change "));
	buf_str(key, f->fact->ev.process);
	return true;
}

bool cause_leads_PLACE(const struct finding *f, struct str key)
{
	(void)f;
	(void)key;
	return false;
}

/* --- what is known before --- */

void grouping_begin(struct grouping *g, struct matching *m)
{
	const struct fingerprint *new = m->new;
	struct fact_range made = fingerprint_kind(new, EV_FILE_CREATE);

	*g = (struct grouping){
		.m = m, .c = m->out, .programs = STRMAP_INIT,
		.pairs = STRMAP_INIT, .made = STRMAP_INIT,
		.peers = STRMAP_INIT, .names = STRMAP_INIT,
		.lasting = STRMAP_INIT,
	};
	if (!m->out->n)
		return;
	for (const struct fact *f = made.from; f < made.to; f++)
		if (!f->err)
			strmap_put(&g->made, f->object);
	for (size_t i = 0; g->made.n && i < new->n; i++)
		note_below(g, &new->facts[i]);
	for (size_t i = 0; i < g->c->n; i++) {
		if (!finding_is_free(g->c, i))
			continue;
		note_program(g, g->c->findings[i].fact);
		note_peer(g, g->c->findings[i].fact);
		note_lasting(g, &g->c->findings[i]);
	}
}

void grouping_end(struct grouping *g)
{
	strmap_free(&g->programs);
	strmap_free(&g->pairs);
	strmap_free(&g->made);
	strmap_free(&g->peers);
	strmap_free(&g->names);
	strmap_free(&g->lasting);
}
