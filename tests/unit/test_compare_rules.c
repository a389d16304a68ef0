/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule a fact falls under, what it weighs, and how a policy regrades. */
#include <stdio.h>

#include "core/compare/internal.h"
#include "tests/unit/facts.h"

struct row {
	const char *line, *rule;
	enum level level;
};

static const struct row rows[] = {
	{ "exec /usr/bin/id", "exec", LEVEL_ERROR },
	{ "exec /usr/bin/id = ENOENT", "exec-attempt", LEVEL_ERROR },
	{ "exec /tmp/x", "exec-temporary", LEVEL_ERROR },
	{ "exec $TREE/x", "exec-tree", LEVEL_ERROR },
	{ "exec.anonymous memfd:x", "exec-anonymous", LEVEL_ERROR },
	{ "exec.args /usr/bin/id -u", "exec-args", LEVEL_NOTE },
	{ "process.exit /bin/x status=1", "process-exit", LEVEL_WARNING },
	{ "process.exit /bin/x signal=SIGSEGV", "process-crash",
	  LEVEL_WARNING },
	{ "process.daemon /bin/x", "process-daemon", LEVEL_WARNING },
	{ "process.zombie /bin/x", "process-zombie", LEVEL_WARNING },
	{ "process.inspect ptrace /bin/x", "process-inspect", LEVEL_ERROR },
	{ "process.signal SIGTERM to step server /usr/bin/python3.11",
	  "process-signal-others", LEVEL_ERROR },
	{ "process.signal SIGUSR1 to group of step server",
	  "process-signal-others", LEVEL_ERROR },
	{ "process.signal SIGTERM to pid 1", "process-signal-others",
	  LEVEL_ERROR },
	{ "process.signal SIGCONT to every process = ESRCH",
	  "process-signal-others", LEVEL_ERROR },
	{ "process.signal SIGTERM to parent /usr/bin/make",
	  "process-signal-ends", LEVEL_ERROR },
	{ "process.signal SIGSTOP to other /usr/bin/sleep",
	  "process-signal-ends", LEVEL_ERROR },
	{ "process.signal SIGKILL to group of other", "process-signal-ends",
	  LEVEL_ERROR },
	{ "process.signal SIGUSR1 to parent /usr/bin/make", "process-signal",
	  LEVEL_WARNING },
	{ "process.signal 40 to other /bin/x", "process-signal",
	  LEVEL_WARNING },
	{ "process.signal SIGABRT to itself", "process-signal-self",
	  LEVEL_NOTE },
	{ "process.signal SIGTERM to child", "process-signal", LEVEL_WARNING },
	{ "process.signal SIGTERM to child /srv/itself", "process-signal",
	  LEVEL_WARNING },
	{ "process.signal SIGKILL to own group", "process-signal",
	  LEVEL_WARNING },
	{ "process.signal SIGTERM to no process = ESRCH", "process-signal",
	  LEVEL_WARNING },
	{ "file.read /usr/lib/python3.11/**", "file-read", LEVEL_NOTE },
	{ "file.read /etc/shadow = EACCES", "file-read-sensitive",
	  LEVEL_ERROR },
	{ "file.read $HOME/.ssh/id_rsa = ENOENT", "file-read-sensitive",
	  LEVEL_ERROR },
	{ "file.probe $HOME/.ssh", "file-probe-sensitive", LEVEL_WARNING },
	{ "file.probe $HOME/.netrc = ENOENT", "file-probe-sensitive",
	  LEVEL_WARNING },
	{ "file.probe $HOME/.ssh/id_rsa = ENOENT", "file-probe-secret",
	  LEVEL_ERROR },
	{ "file.probe $HOME/.mozilla/firefox/profiles.ini = ENOENT",
	  "file-probe-secret", LEVEL_ERROR },
	{ "file.read /proc/<pid>/root/etc/shadow = EACCES",
	  "file-read-sensitive", LEVEL_ERROR },
	{ "file.probe $TREE/x", "file-probe", LEVEL_NOTE },
	{ "file.write $TREE/x", "file-write", LEVEL_NOTE },
	{ "file.write $HOME/x", "file-write-outside", LEVEL_ERROR },
	{ "file.write $TREEX/x", "file-write-outside", LEVEL_ERROR },
	{ "file.write /dev/null", "file-write-device", LEVEL_NOTE },
	{ "file.write /dev/sda", "file-write-sensitive", LEVEL_ERROR },
	{ "file.create /tmp/<rand>", "file-create-outside", LEVEL_ERROR },
	{ "file.create $TREE/x y -z", "file-create", LEVEL_WARNING },
	{ "file.create /dev/null", "file-create-outside", LEVEL_ERROR },
	{ "file.write $HOME/.bashrc", "persist-shell", LEVEL_ERROR },
	{ "file.rename $TREE/x -> $HOME/.profile", "persist-shell",
	  LEVEL_ERROR },
	{ "file.create $HOME/.config/autostart/x.desktop", "persist-desktop",
	  LEVEL_ERROR },
	{ "file.create $HOME/.config/systemd/user/x.service",
	  "persist-service", LEVEL_ERROR },
	{ "file.create /etc/cron.d/x = EACCES", "persist-cron", LEVEL_ERROR },
	{ "file.create /etc/ld.so.preload", "persist-loader", LEVEL_ERROR },
	{ "file.write $HOME/.ssh/authorized_keys", "persist-access",
	  LEVEL_ERROR },
	{ "file.delete $TREE/x", "file-delete", LEVEL_WARNING },
	{ "file.link $HOME/.bashrc -> /tmp/x", "persist-shell", LEVEL_ERROR },
	{ "file.delete /srv/x", "file-delete-outside", LEVEL_ERROR },
	{ "file.rename $TREE/a -> $TREE/b", "file-rename", LEVEL_WARNING },
	{ "file.rename $TREE/a -> /tmp/b", "file-rename-outside", LEVEL_ERROR },
	{ "file.rename /tmp/a -> $TREE/b", "file-rename-outside", LEVEL_ERROR },
	{ "file.link $TREE/a -> /usr/bin/python3", "file-link", LEVEL_WARNING },
	{ "file.link $TREE/a -> /etc/shadow", "file-write-sensitive",
	  LEVEL_ERROR },
	{ "file.link /tmp/a -> $TREE/b", "file-link-outside", LEVEL_ERROR },
	{ "file.mode $TREE 0755", "file-mode", LEVEL_NOTE },
	{ "file.mode $TREE/a b 0755", "file-mode", LEVEL_NOTE },
	{ "file.mode /tmp/a 0755", "file-mode-outside", LEVEL_ERROR },
	{ "file.mode $TREE/tool 6755", "set-id", LEVEL_ERROR },
	{ "file.mode /tmp/a 4711 = EPERM", "set-id", LEVEL_ERROR },
	{ "file.mode $TREE/dir 2770", "set-id", LEVEL_ERROR },
	{ "file.mode $TREE/dir 1777", "file-mode", LEVEL_NOTE },
	{ "file.mode $TREE/4755 0755", "file-mode", LEVEL_NOTE },
	{ "file.mode $TREE/a xattr security.capability", "set-id",
	  LEVEL_ERROR },
	{ "file.mode $TREE/a remove-xattr security.capability", "file-mode",
	  LEVEL_NOTE },
	{ "file.create $TREE/.git/hooks/post-checkout", "persist-tree",
	  LEVEL_ERROR },
	{ "file.create $TREE/lib/x/.git/hooks/pre-push", "persist-tree",
	  LEVEL_ERROR },
	{ "file.create $TREE/srv.git/hooks/update", "persist-tree",
	  LEVEL_ERROR },
	{ "file.create $TREE/.git/hooks/pre-push.sample", "file-create",
	  LEVEL_WARNING },
	{ "file.mode $TREE/.git/hooks/pre-push 0755", "persist-tree",
	  LEVEL_ERROR },
	{ "file.write $TREE/.github/workflows/ci.yml", "persist-tree",
	  LEVEL_ERROR },
	{ "file.write $TREE/Makefile", "persist-tree", LEVEL_ERROR },
	{ "file.write $TREE/src/lib/setup.py", "persist-tree", LEVEL_ERROR },
	{ "file.rename $TREE/package.json.tmp -> $TREE/package.json",
	  "persist-tree", LEVEL_ERROR },
	{ "file.link $TREE/.envrc -> /tmp/x", "persist-tree", LEVEL_ERROR },
	{ "file.create $TREE/.vscode/tasks.json", "persist-tree",
	  LEVEL_ERROR },
	{ "file.create $TREE/a/CLAUDE.md", "persist-tree", LEVEL_ERROR },
	{ "file.create $TREE/node_modules/x/package.json", "file-create",
	  LEVEL_WARNING },
	{ "file.create $TREE/node_modules/x/.git/hooks/pre-commit",
	  "persist-tree", LEVEL_ERROR },
	{ "file.create $TREE/build/Makefile", "file-by-product",
	  LEVEL_NOTE },
	{ "file.create $TREE/Makefile.d/x", "file-create", LEVEL_WARNING },
	{ "file.create $TREE/xMakefile", "file-create", LEVEL_WARNING },
	{ "file.create $TREE/__pycache__", "file-by-product", LEVEL_NOTE },
	{ "file.create $TREE/a/b/__pycache__/m.cpython-311.pyc",
	  "file-by-product", LEVEL_NOTE },
	{ "file.rename $TREE/__pycache__/m.pyc.<n> -> "
	  "$TREE/__pycache__/m.pyc", "file-by-product", LEVEL_NOTE },
	{ "file.rename $TREE/app.py -> $TREE/__pycache__/m.pyc",
	  "file-rename", LEVEL_WARNING },
	{ "file.delete $TREE/src/main.o", "file-by-product", LEVEL_NOTE },
	{ "file.create $TREE/server.log", "file-create", LEVEL_WARNING },
	{ "file.create $TREE/builder/x", "file-create", LEVEL_WARNING },
	{ "file.create $TREE/users.json.tmp", "file-temporary", LEVEL_NOTE },
	{ "file.create $TREE/<rand>/x", "file-temporary", LEVEL_NOTE },
	{ "file.rename $TREE/app.py -> $TREE/app.py.tmp", "file-rename",
	  LEVEL_WARNING },
	{ "file.create $TREE/data = EEXIST", "file-unchanged", LEVEL_NOTE },
	{ "file.create $TREE/data = EACCES", "file-create", LEVEL_WARNING },
	{ "file.mode $HOME/.ssh/id_rsa owner 0", "file-write-sensitive",
	  LEVEL_ERROR },
	{ "file.executable $TREE/x", "file-program-inside", LEVEL_WARNING },
	{ "file.executable /tmp/x", "file-program-outside", LEVEL_ERROR },
	{ "net.socket inet stream tcp", "net-socket", LEVEL_ERROR },
	{ "net.socket inet6 dgram udp", "net-socket", LEVEL_ERROR },
	{ "net.socket vsock stream 0", "net-socket", LEVEL_ERROR },
	{ "net.socket family-99 raw 0", "net-socket", LEVEL_ERROR },
	{ "net.socket unix stream", "net-socket-local", LEVEL_NOTE },
	{ "net.socket netlink raw", "net-socket-local", LEVEL_NOTE },
	{ "net.bind tcp 0.0.0.0:8765", "net-bind-any", LEVEL_ERROR },
	{ "net.bind tcp 127.0.0.1:8765", "net-bind", LEVEL_ERROR },
	{ "net.listen tcp [::]:1", "net-bind-any", LEVEL_ERROR },
	{ "net.listen tcp [::1]:1", "net-listen", LEVEL_ERROR },
	{ "net.connect tcp 127.0.0.1:1", "net-connect-loopback", LEVEL_ERROR },
	{ "net.connect unix /run/x", "net-connect-local", LEVEL_ERROR },
	{ "net.connect unix /run/nscd/socket = ENOENT", "net-name-service",
	  LEVEL_NOTE },
	{ "net.connect udp 127.0.0.53:53", "net-name-service", LEVEL_NOTE },
	{ "net.connect tcp 127.0.0.53:53", "net-connect-loopback",
	  LEVEL_ERROR },
	{ "net.connect udp 127.0.0.54:53", "net-connect-loopback",
	  LEVEL_ERROR },
	{ "net.connect tcp 1.127.0.0:1", "net-connect", LEVEL_ERROR },
	{ "net.send udp 1.1.1.1:53", "net-send", LEVEL_ERROR },
	{ "net.dns example.org A", "net-dns", LEVEL_ERROR },
	{ "net.tls tcp 127.0.0.1:8443 host example.org", "net-tls",
	  LEVEL_ERROR },
	{ "net.tls tcp 127.0.0.1:8443 cut-short", "net-tls", LEVEL_ERROR },
	{ "net.tls tcp 10.0.0.1:8443 no-host", "net-tls", LEVEL_ERROR },
	{ "net.tls tcp 127.0.0.1:8443 no-host", "net-spoken-local",
	  LEVEL_NOTE },
	{ "net.http tcp [::1]:80 host example.org", "net-http", LEVEL_ERROR },
	{ "net.http tcp 127.0.0.1:80 connect localhost:22", "net-http",
	  LEVEL_ERROR },
	{ "net.http tcp 127.0.0.1:80 host 127.0.0.1", "net-spoken-local",
	  LEVEL_NOTE },
	{ "net.http tcp [::1]:80 host [::1]", "net-spoken-local", LEVEL_NOTE },
	{ "net.http tcp 127.0.0.1:80 host 127.0.0.1.example.org", "net-http",
	  LEVEL_ERROR },
	{ "net.http tcp 127.0.0.1:80 host localhost x", "net-http",
	  LEVEL_ERROR },
	{ "priv setuid(0)", "privilege", LEVEL_ERROR },
	{ "memory.exec /bin/x", "memory-exec", LEVEL_WARNING },
	{ "evasion ptrace-self", "evasion", LEVEL_ERROR },
	{ "syscall sysinfo", "syscall", LEVEL_NOTE },
	{ "syscall mount = EPERM", "syscall-privileged", LEVEL_ERROR },
	{ "syscall userfaultfd", "syscall-privileged", LEVEL_ERROR },
	{ "limit memory", "limit", LEVEL_WARNING },
	{ "step server", "step-broken", LEVEL_ERROR },
	{ "step.end client", "step-end", LEVEL_NOTE },
	{ "policy.edit .behavdiff", "policy-edit", LEVEL_ERROR },
	{ "policy.entry launcher.py", "policy-entry", LEVEL_ERROR },
	{ "policy.input in.txt", "policy-input", LEVEL_ERROR },
	{ "policy.bind deps", "policy-bind", LEVEL_WARNING },
};

static void every_fact_falls_under_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fact f = { .line = str_c(rows[i].line) };
		const struct rule *rule;

		assert_true(fact_parse(f.line, &f.kind, &f.operation,
				       &f.object, &f.err));
		rule = rule_for(&f, NULL, NULL);
		if (strcmp(rule->id, rows[i].rule))
			fail_msg("%s: %s, not %s", rows[i].line, rule->id,
				 rows[i].rule);
		assert_int_equal(rule->level, rows[i].level);
	}
}

/* Rules that also look at what the same runs did: NULL ends the list. */
static const struct {
	const char *line, *rule;
	const char *did[6];
} scenes[] = {
	{ "exec $TREE/tool", "exec-made", { "file.create $TREE/tool" } },
	{ "exec $TREE/tool", "exec-made", { "file.write $TREE/tool" } },
	{ "exec $TREE/tool", "exec-made",
	  { "file.rename /tmp/a -> $TREE/tool" } },
	{ "exec /tmp/x = EACCES", "exec-made", { "file.create /tmp/x" } },
	{ "exec $TREE/tool", "exec-tree", { "file.create $TREE/tools" } },
	{ "exec $TREE/tool", "exec-tree",
	  { "file.create $TREE/tool = EACCES" } },
	{ "exec $TREE/tool", "exec-tree",
	  { "file.rename $TREE/tool -> $TREE/old" } },
	{ "exec.args /usr/bin/python3.11 python3 -u /tmp/x.py a", "exec-made",
	  { "file.create /tmp/x.py" } },
	{ "exec.args /usr/bin/dash sh ./x.sh", "exec-made",
	  { "file.create $TREE/x.sh" } },
	{ "exec.args /usr/bin/dash sh x.sh", "exec-made",
	  { "file.create /tmp/x.sh" } },
	{ "exec.args /usr/bin/dash sh x.sh", "exec-args",
	  { "file.create /tmp/x.sh", "file.read $TREE/x.sh" } },
	{ "exec.args /usr/bin/python3.11 python3 m.py x.json", "exec-args",
	  { "file.create $TREE/x.json" } },
	/* Quoted words, and what may be the value of an option. */
	{ "exec.args /usr/bin/python3.11 python3 '/tmp/a b.py'", "exec-made",
	  { "file.create /tmp/a b.py" } },
	{ "exec.args /usr/bin/dash sh \"/tmp/it's\"", "exec-made",
	  { "file.create /tmp/it's" } },
	{ "exec.args /usr/bin/dash sh '/tmp/it'\\''s $' x", "exec-made",
	  { "file.create /tmp/it's $" } },
	{ "exec.args /usr/bin/python3.11 python3 -W error /tmp/x.py",
	  "exec-made", { "file.create /tmp/x.py", "file.read /tmp/x.py" } },
	{ "exec.args /usr/bin/python3.11 python3 -X dev -W error x.py",
	  "exec-made", { "file.create $TREE/x.py", "file.read $TREE/x.py" } },
	{ "exec.args /usr/bin/python3.11 python3 -u m.py /tmp/x", "exec-args",
	  { "file.create /tmp/x", "file.read $TREE/m.py", "file.read /tmp/x" }
	},
	{ "exec.args /usr/bin/python3.11 python3 -u m.py /tmp/x", "exec-args",
	  { "file.create /tmp/x" } },
	{ "exec.args /usr/bin/python3.11 python3 m.py /tmp/x", "exec-args",
	  { "file.create /tmp/x", "file.read /tmp/x" } },
	{ "exec.args /usr/bin/bash bash -l -c '/tmp/x y'", "exec-args",
	  { "file.create /tmp/x y" } },
	{ "exec.args /usr/bin/cat cat /tmp/x", "exec-args",
	  { "file.create /tmp/x" } },
	{ "exec.args /usr/bin/dash sh -c x.sh", "exec-args",
	  { "file.create $TREE/x.sh" } },
	{ "file.write $TREE/tool", "exec-overwritten", { "exec $TREE/tool" } },
	{ "file.rename $TREE/t -> $TREE/tool", "exec-overwritten",
	  { "exec $TREE/tool" } },
	{ "file.write $TREE/tool", "file-write", { "exec $TREE/tools" } },
	{ "file.create $TREE/x", "file-temporary", { "file.delete $TREE/x" } },
	{ "file.create $TREE/x", "file-temporary",
	  { "file.rename $TREE/x -> $TREE/y" } },
	{ "file.rename $TREE/x -> $TREE/y", "file-rename",
	  { "file.create $TREE/x" } },
	{ "file.delete $TREE/x", "file-temporary", { "file.create $TREE/x" } },
	{ "file.delete $TREE/x", "file-delete",
	  { "file.create $TREE/x = EEXIST" } },
	{ "file.create /tmp/d/x", "file-own-temporary",
	  { "file.create /tmp/d", "file.create /tmp/d/x" } },
	{ "file.create /tmp/d", "file-own-temporary",
	  { "file.create /tmp/d", "file.write /tmp/d/x" } },
	{ "file.delete /tmp/<rand>/a/b", "file-own-temporary",
	  { "file.create /tmp/<rand>", "file.create /tmp/<rand>/a" } },
	{ "file.link /tmp/d/now -> /tmp/d/1", "file-own-temporary",
	  { "file.create /tmp/d", "file.create /tmp/d/1" } },
	{ "file.rename /tmp/d/a -> /tmp/d/b", "file-own-temporary",
	  { "file.create /tmp/d", "file.create /tmp/d/a" } },
	{ "file.rename /tmp/d/a -> /srv/b", "file-rename-outside",
	  { "file.create /tmp/d", "file.create /tmp/d/a" } },
	{ "file.create /tmp/d/x", "file-create-outside",
	  { "file.create /tmp/d/x" } },
	{ "file.create /tmp/x", "file-create-outside",
	  { "file.create /tmp/x" } },
	{ "file.create /tmp/d/x", "file-create-outside",
	  { "file.create /tmp/d", "file.create /tmp/d/x", "exec /tmp/d/x" } },
	{ "file.executable /tmp/d/x", "file-program-outside",
	  { "file.create /tmp/d", "file.create /tmp/d/x",
	    "exec.args /usr/bin/dash sh /tmp/d/x" } },
	{ "file.create /tmp/d/x", "file-create-outside",
	  { "file.create /tmp/d", "file.create /tmp/d/x",
	    "@cat file.read /tmp/d/x" } },
	{ "file.create /tmp/d/x", "file-own-temporary",
	  { "file.create /tmp/d", "file.create /tmp/d/x",
	    "file.read /tmp/d/x" } },
	{ "file.create /tmp/d", "file-own-temporary",
	  { "file.create /tmp/d", "file.create /tmp/d/x",
	    "@rm file.read /tmp/d" } },
	{ "file.create $HOME/d/x", "file-create-outside",
	  { "file.create $HOME/d", "file.create $HOME/d/x" } },
};

/* "@cat LINE": another program did it. */
static struct fingerprint *scene_facts(const char *const *did)
{
	const char *lines[8] = { NULL };
	char text[8][128];
	struct fingerprint *fp;

	for (size_t i = 0; did[i]; i++) {
		const char *line = *did[i] == '@' ? strchr(did[i], ' ') + 1 :
						    did[i];

		snprintf(text[i], sizeof(text[i]), "3 %s", line);
		lines[i] = text[i];
	}
	fp = facts_v("new", 3, lines);
	for (size_t i = 0; did[i]; i++)
		for (size_t j = 0; j < fp->n && *did[i] == '@'; j++)
			if (str_eq(fp->facts[j].line,
				   str_c(strchr(did[i], ' ') + 1)))
				fp->facts[j].ev.process = STR("sh > cat x");
	return fp;
}

static void some_rules_look_at_what_else_was_done(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		struct fingerprint *fp = scene_facts(scenes[i].did);
		struct deeds did = DEEDS_INIT(fp);
		struct fact f = { .line = str_c(scenes[i].line) };
		const struct rule *rule;

		assert_true(fact_parse(f.line, &f.kind, &f.operation,
				       &f.object, &f.err));
		rule = rule_for(&f, &did, NULL);
		if (strcmp(rule->id, scenes[i].rule))
			fail_msg("%s after %s: %s, not %s", scenes[i].line,
				 scenes[i].did[0], rule->id, scenes[i].rule);
		deeds_free(&did);
		fingerprint_free(fp);
	}
}

/* A build that replaces its program did so before. */
static void what_the_other_side_made_too_is_not_overwritten(void **state)
{
	struct fingerprint *new = FACTS("new", "3 exec $TREE/tool");
	struct fingerprint *old = FACTS("old", "3 file.create $TREE/tool");
	struct deeds did = DEEDS_INIT(new), other = DEEDS_INIT(old);
	struct fact f = {
		.kind = EV_FILE_WRITE, .object = STR("$TREE/tool")
	};

	(void)state;
	assert_string_equal(rule_for(&f, &did, &other)->id, "file-write");
	assert_string_equal(rule_for(&f, &did, NULL)->id, "exec-overwritten");
	deeds_free(&did);
	deeds_free(&other);
	fingerprint_free(new);
	fingerprint_free(old);
}

static void every_rule_has_an_example_here(void **state)
{
	size_t n;
	const struct rule *rules = rules_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool seen = false;

		for (size_t j = 0; j < ARRAY_LEN(rows); j++)
			seen |= !strcmp(rules[i].id, rows[j].rule);
		for (size_t j = 0; j < ARRAY_LEN(scenes); j++)
			seen |= !strcmp(rules[i].id, scenes[j].rule);
		if (!seen)
			fail_msg("no example for rule %s", rules[i].id);
	}
}

static void every_kind_has_a_rule_for_any_object(void **state)
{
	(void)state;
	for (int kind = 0; kind < EV_COUNT; kind++) {
		struct fact f = {
			.kind = (enum event_kind)kind, .object = STR("")
		};
		const struct rule *rule = rule_for(&f, NULL, NULL);

		assert_non_null(rule);
		assert_true(rule->first <= f.kind && f.kind <= rule->last);
	}
}

static void secrets_are_known_and_other_files_are_not(void **state)
{
	static const char *const secret[] = {
		"/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/sudoers",
		"/etc/sudoers.d/me", "/root", "/root/.bashrc",
		"$HOME/.ssh", "$HOME/.ssh/keys/id", "/home/bob/.ssh/id_rsa",
		"$HOME/.netrc", "$HOME/.bash_history", "$HOME/.python_history",
		"/etc/ssh/ssh_host_rsa_key", "/etc/ssl/private/a/b.pem",
		"/proc/kcore", "/proc/<pid>/mem", "/proc/<pid>/environ",
		"/dev/mem", "$HOME/.mozilla/firefox/x/logins.json",
		"$HOME/.local/share/keyrings/login.keyring",
		"/var/run/docker.sock",
	};
	static const char *const plain[] = {
		"", "/", "/etc/passwd", "/etc/ssl/certs/a.pem", "/rooted",
		"$TREE/.ssh/id_rsa", "$HOME/.sshx", "/proc/self/environ",
		"/proc/self/mem", "/dev/null", "$HOME/x/.netrc",
		"/etc/ssh/ssh_config", "/xetc/shadow",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(secret); i++)
		if (!path_is_sensitive(str_c(secret[i])))
			fail_msg("not known: %s", secret[i]);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (path_is_sensitive(str_c(plain[i])))
			fail_msg("known: %s", plain[i]);
}

/* --- the policy --- */

static enum level regraded(const char *regrade, const char *line)
{
	struct err err = ERR_INIT;
	struct regrade r;
	struct policy policy = { .regrades = &r, .n = 1 };
	struct fact f = { .line = str_c(line) };

	assert_int_equal(regrade_parse(&r, str_c(regrade), &err), 0);
	assert_true(fact_parse(f.line, &f.kind, &f.operation, &f.object,
			       &f.err));
	return policy_level(&policy, &f, STR(""), LEVEL_ERROR);
}

/* What happens to a new error that these steps did. */
static bool fails_in(const char *steps)
{
	const struct regrade client = {
		.step = STR("client"), .kind = EV_NET_CONNECT,
		.glob = STR("**"), .level = LEVEL_NOTE,
	};
	const struct step_policy lax = { STR("lax"), LEVEL_NEVER };
	const struct policy policy = {
		.fail_on = LEVEL_ERROR, .regrades = &client, .n = 1,
		.steps = &lax, .n_steps = 1,
	};
	struct fingerprint *old = NO_FACTS("a");
	struct fingerprint *new = FACTS("b", "3 net.connect tcp 192.0.2.1:80");
	struct comparison cmp;
	bool fails;

	facts_by(new, "net.connect tcp 192.0.2.1:80", steps);
	compare(&cmp, old, new, &policy);
	assert_int_equal(cmp.n, 1);
	fails = cmp.findings[0].gates;
	assert_int_equal(cmp.verdict, fails ? VERDICT_REGRESSION :
			 VERDICT_PASS);
	comparison_free(&cmp);
	fingerprint_free(old);
	fingerprint_free(new);
	return fails;
}

static void the_strictest_of_the_steps_that_did_it_judges(void **state)
{
	(void)state;
	assert_true(fails_in("3 server"));
	assert_false(fails_in("3 client"));
	assert_false(fails_in("3 lax"));
	assert_false(fails_in("3 lax 3 client"));
	assert_true(fails_in("3 client 3 lax 1 server"));
	assert_true(fails_in("3 server 3 client"));
	assert_true(fails_in("3 client2"));
}

static void a_regrade_covers_what_its_glob_covers(void **state)
{
	static const struct {
		const char *regrade, *line;
		bool fits;
	} cases[] = {
		{ "file.create:/tmp/** note", "file.create /tmp/a/b", true },
		{ "file.create:/tmp/** note", "file.create /tmp/a = EACCES",
		  true },
		{ "file.create:/tmp/** note", "file.write /tmp/a", false },
		{ "file.create:/tmp/** note", "file.create /tmpx", false },
		{ "net.connect:tcp 127.0.0.1:* note",
		  "net.connect tcp 127.0.0.1:80", true },
		{ "file.rename:/tmp/** note", "file.rename /tmp/a -> /tmp/b",
		  true },
		{ "file.rename:/tmp/** note",
		  "file.rename /tmp/a -> /etc/passwd", false },
		{ "file.rename:/tmp/** note",
		  "file.rename /etc/passwd -> /tmp/a", false },
		{ "file.rename:/a/** -> /b/** note",
		  "file.rename /a/x -> /b/x", true },
		{ "file.rename:/a/** -> /b/** note",
		  "file.rename /a/x -> /c/x", false },
		{ "file.link:$TREE/** note",
		  "file.link $TREE/py -> /usr/bin/python3", true },
		{ "file.mode:/tmp/a note", "file.mode /tmp/a 0755", true },
		{ "file.mode:/tmp/a note", "file.mode /tmp/ab 0755", false },
		{ "file.*:/tmp/** note", "file.create /tmp/a", true },
		{ "file.*:/tmp/** note", "file.mode /tmp/a 0755", true },
		{ "file.*:/tmp/** note", "exec /tmp/a", false },
		{ "file.*:/tmp/** note", "file.rename /tmp/a -> /tmp/b", true },
		{ "file.*:/tmp/** note", "file.rename /tmp/a -> $HOME/b",
		  false },
		/* A link is where a write goes. */
		{ "file.*:/tmp/** note", "file.link /tmp/a -> /tmp/b", true },
		{ "file.*:/tmp/** note", "file.link /tmp/a -> b", true },
		{ "file.*:/tmp/** note", "file.link /tmp/a -> /etc/x", false },
		{ "file.*:/tmp/** note", "file.link /tmp/a -> ../etc/x",
		  false },
		{ "file.*:/tmp/** note", "file.link /tmp/a -> $HOME", false },
		{ "net.*:tcp 127.0.0.1:* note", "net.listen tcp 127.0.0.1:80",
		  true },
		{ "exec.*:/usr/bin/git ** note", "exec.args /usr/bin/git -C x",
		  true },
		{ "exec.*:/usr/bin/id note", "exec /usr/bin/id", false },
		{ "*:/usr/bin/id note", "exec /usr/bin/id", true },
		{ "*:** note", "net.connect tcp 192.0.2.1:80", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if ((regraded(cases[i].regrade, cases[i].line) ==
		     LEVEL_NOTE) != cases[i].fits)
			fail_msg("%s | %s", cases[i].regrade, cases[i].line);
}

static void the_last_regrade_wins_and_never_is_a_note(void **state)
{
	struct err err = ERR_INIT;
	struct regrade r[2];
	struct policy policy = {
		.fail_on = LEVEL_NOTE, .regrades = r, .n = 2
	};
	struct fingerprint *old = NO_FACTS("a");
	struct fingerprint *new = FACTS("b", "3 exec /bin/x", "3 exec /bin/y");
	struct comparison c;

	(void)state;
	regrade_parse(&r[0], STR("exec:/bin/* warning"), &err);
	regrade_parse(&r[1], STR("exec:/bin/x never"), &err);
	compare(&c, old, new, &policy);
	assert_int_equal(c.findings[0].level, LEVEL_WARNING);
	assert_true(c.findings[0].gates);
	assert_int_equal(c.findings[1].level, LEVEL_NOTE);
	assert_false(c.findings[1].gates);
	comparison_free(&c);
	fingerprint_free(old);
	fingerprint_free(new);
}

static void a_regrade_may_soothe_an_outcome_but_not_raise_it(void **state)
{
	struct err err = ERR_INIT;
	struct regrade r[2];
	struct policy policy = { .regrades = r, .n = 2 };
	struct fingerprint *old = FACTS("a", "3 exec /bin/x = EACCES",
					"3 file.read $TREE/a");
	struct fingerprint *new = FACTS("b", "3 exec /bin/x",
					"3 file.read $TREE/a = ENOENT");
	struct comparison c;

	(void)state;
	regrade_parse(&r[0], STR("exec:/bin/* warning"), &err);
	regrade_parse(&r[1], STR("file.read:** error"), &err);
	compare(&c, old, new, &policy);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.findings[0].level, LEVEL_WARNING);
	assert_int_equal(c.findings[1].level, LEVEL_NOTE);
	comparison_free(&c);
	fingerprint_free(old);
	fingerprint_free(new);
}

static void a_malformed_regrade_is_refused_by_name(void **state)
{
	static const char *const bad[] = {
		"", " ", "note", "exec note", "exec: note", "exec:/bin/x",
		"nothing:/x note", "exec:/x loud", ":/x note", "exec:/x note ,",
		"file*:/x note", "f.*:/x note", "fil.*:/x note",
		"file.c*:/x note", "file.**:/x note", ".*:/x note",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;
		struct regrade r = { .kind = EV_LIMIT };

		assert_int_equal(regrade_parse(&r, str_c(bad[i]), &err), -1);
		assert_int_equal(err.code, ERR_TROUBLE);
		assert_true(err.msg[0] && err.hint[0]);
		assert_int_equal(r.kind, EV_LIMIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fact_falls_under_its_rule),
		cmocka_unit_test(every_rule_has_an_example_here),
		cmocka_unit_test(some_rules_look_at_what_else_was_done),
		cmocka_unit_test(
			what_the_other_side_made_too_is_not_overwritten),
		cmocka_unit_test(every_kind_has_a_rule_for_any_object),
		cmocka_unit_test(secrets_are_known_and_other_files_are_not),
		cmocka_unit_test(a_regrade_covers_what_its_glob_covers),
		cmocka_unit_test(the_strictest_of_the_steps_that_did_it_judges),
		cmocka_unit_test(the_last_regrade_wins_and_never_is_a_note),
		cmocka_unit_test(a_regrade_may_soothe_an_outcome_but_not_raise_it),
		cmocka_unit_test(a_malformed_regrade_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
