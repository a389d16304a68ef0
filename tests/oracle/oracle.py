# SPDX-License-Identifier: Apache-2.0
"""strace as the oracle: oracle.py BUILD WORK [CASE...]

Every fixture and the programs in programs/ run twice in the same sandbox,
under strace and under behavdiff; what the two say must be the same, both
ways.  TAP on standard output.  See README.md.
"""

import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import traceback

import excluded
import log
import watch
from excluded import BEHAVDIFF, STRACE

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "fixtures")
PATH = "/usr/local/bin:/usr/bin:/bin"

# Programs: how to start each in programs/, and what it takes.  One arena
# keeps malloc(3) from counting CPUs when threads happen to meet in it.
PROGRAMS = {
    "python": ("python3 -B python.py", ["python3"]),
    "perl": ("perl perl.pl", ["perl"]),
    "bash": ("bash bash.sh", ["bash"]),
    "git": ("sh git.sh", ["git"]),
    "gcc": ("sh gcc.sh", ["gcc"]),
    "sqlite": ("sh sqlite.sh", ["sqlite3"]),
    "server": ("python3 -B server.py", ["python3"]),
    "paths": ("python3 -B paths.py", ["python3"]),
    "calls": ("python3 -B calls.py", ["python3"]),
}
CONFIG = """[step "main"]
    command = %s
[sandbox]
    timeout = %ss
    env = MALLOC_ARENA_MAX=1
"""


class Case:
    def __init__(self, name, repo, command, deadline="600", exact=False):
        self.name, self.repo, self.command = name, repo, command
        self.deadline = deadline
        self.exact = exact      # how often each fact came counts too


class Result:
    """What one case gave; sent from a worker."""

    def __init__(self, name):
        self.name = name
        self.trouble = []
        self.missing, self.made_up = [], []
        self.strace, self.behavdiff = {}, {}
        self.lines = 0


def differences(strace, behavdiff, exact):
    """(missing from behavdiff, made up by it) as lines to be shown."""
    def less(a, b):
        out = []
        for line in sorted(a):
            if line not in b:
                out.append(line)
            elif exact and a[line] > b[line]:
                out.append("%s (%d times, not %d)" % (line, a[line], b[line]))
        return out

    return less(strace, behavdiff), less(behavdiff, strace)


class Oracle:
    def __init__(self, build, work):
        self.behavdiff = os.path.join(build, "behavdiff")
        self.sandbox = os.path.join(build, "oracle", "sandbox")
        self.work = work
        said = subprocess.run([self.behavdiff, "list", "syscalls"],
                              capture_output=True, text=True, check=True)
        rows = [line.split() for line in said.stdout.splitlines()]
        self.unrecorded = {row[0] for row in rows if row[1] == "unrecorded"}

    def config(self, case):
        path = os.path.join(self.work, case.name + ".cfg")
        with open(path, "w", encoding="ascii") as file:
            file.write(CONFIG % (case.command, case.deadline))
        return path

    def trace(self, case, config, result):
        """The product's facts, {line: how often}."""
        path = os.path.join(self.work, case.name + ".json")
        run = subprocess.run(
            [self.behavdiff, "-C", case.repo, "trace", "HEAD", "--no-cache",
             "--config", config, "--runs", "1", "-o", path],
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        # 3 is for those that end uncleanly, which is what they are for.
        if run.returncode not in (0, 3):
            raise RuntimeError("behavdiff: " + run.stderr)
        with open(path, encoding="utf-8") as file:
            print_ = json.load(file)
        if print_["ledger"]["lost"] or print_["ledger"]["dropped"]:
            result.trouble.append("events were lost")
        return print_["plan"]["digest"], {
            fact["fact"]: fact["count"] for fact in print_["facts"]}

    def compare(self, case):
        result = Result(case.name)
        config = self.config(case)
        seen = watch.watch(self.sandbox, case.repo, config)
        digest, facts = self.trace(case, config, result)
        if digest != seen.digest:
            result.trouble.append("another plan: %s, %s" %
                                  (seen.digest, digest))
        result.lines = len(seen.lines)
        result.strace = self.table(case, STRACE, seen.facts(self.unrecorded),
                                   seen, result.trouble)
        result.behavdiff = self.table(case, BEHAVDIFF, facts, seen,
                                      result.trouble)
        if not any(line.startswith("exec $") or line.startswith("exec /")
                   for line in result.strace):
            raise log.BadLog("no program was executed: " + seen.output)
        result.missing, result.made_up = differences(
            result.strace, result.behavdiff, case.exact)
        return result, seen

    def table(self, case, side, facts, seen, trouble):
        facts = excluded.strike(case.name, side, dict(facts), trouble)
        facts = excluded.renumber(case.name, facts, seen.lines)
        return excluded.fold(case.name, facts, trouble)

    def compare_again(self, case):
        """strace looks a child's id up in /proc, and leaves it out where it
        cannot; and it may be late for the first exec.  Such a log is none, and
        is written anew."""
        for _ in range(2):
            try:
                return self.compare(case)
            except log.BadLog as why:
                print("# %s: strace's log is not complete: %s" %
                      (case.name, why))
        return self.compare(case)

    def attempt(self, case):
        """In a worker, on a CPU of its own."""
        try:
            cpus = sorted(os.sched_getaffinity(0))
            worker = multiprocessing.current_process()._identity[-1]
            os.sched_setaffinity(0, {cpus[worker % len(cpus)]}
                                 if len(cpus) > 1 else cpus)
            return self.compare_again(case)[0]
        except watch.CannotTrace:
            raise
        except Exception:
            result = Result(case.name)
            result.trouble = traceback.format_exc().splitlines()[-12:]
            return result


# --- cases ---

def commit(repo):
    for args in (["init", "-q", "-b", "main"], ["add", "-A"],
                 ["commit", "-q", "-m", "start"]):
        subprocess.run(["git", "-C", repo, *args], check=True)


def fixtures(build, work):
    """The tree that tests/fixtures/README.md describes."""
    repo = os.path.join(work, "fixtures")
    os.makedirs(os.path.join(repo, "dir"))
    names = sorted(name[:-2] for name in os.listdir(FIXTURES)
                   if name.endswith(".c"))
    for name in names:
        shutil.copy(os.path.join(build, "fixtures", name), repo)
    for name, text, mode in (
            ("file", "text\n", 0o644), ("dir/file", "inner\n", 0o644),
            ("text", "not a program\n", 0o755),
            ("script", "#!./nothing --end\n", 0o755)):
        path = os.path.join(repo, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, mode)
    for name, target in (("link", "file"), ("dirlink", "dir"),
                         ("loop", "loop"), ("dangling", "dir/made")):
        os.symlink(target, os.path.join(repo, name))
    commit(repo)
    return [Case(name, repo, "./" + name, deadline(name), True)
            for name in names]


def deadline(name):
    with open(os.path.join(FIXTURES, name + ".c"), encoding="utf-8") as file:
        match = re.search(r"deadline: *(\d+)", file.read())
    if not match:
        return "600"
    # Where every instruction is emulated, strace's run takes far longer.
    return str(int(match.group(1)) * int(os.environ.get("ORACLE_SLOW", 1)))


def programs(work):
    repo = os.path.join(work, "programs")
    shutil.copytree(os.path.join(HERE, "programs"), repo)
    commit(repo)
    out, absent = [], []
    for name, (command, needs) in PROGRAMS.items():
        lacking = [need for need in needs if not shutil.which(need, path=PATH)]
        if name == "calls" and os.uname().machine != "x86_64":
            lacking = ["numbers of x86-64"]
        if lacking:
            absent.append((name, lacking[0]))
        else:
            # Its own name: there is a fixture called paths as well.
            out.append(Case("program-" + name, repo, command))
    return out, absent


# --- TAP ---

class Tap:
    def __init__(self):
        self.n = 0
        self.failed = 0

    def result(self, ok, name, notes=()):
        self.n += 1
        self.failed += not ok
        print("%sok %d - %s" % ("" if ok else "not ", self.n, name))
        if not ok:
            for note in list(notes)[:60]:
                print("# " + note)
        sys.stdout.flush()

    def skip(self, why, name):
        self.n += 1
        print("ok %d - %s # SKIP %s" % (self.n, name, why))


def report(tap, result):
    tap.result(not result.trouble, result.name + ": one plan, a table in use",
               result.trouble)
    if result.trouble and not result.strace:
        return
    tap.result(not result.missing, "%s: nothing that strace saw is missing "
               "(%d facts of %d lines)" % (result.name, len(result.strace),
                                           result.lines),
               ["missing: " + line for line in result.missing])
    tap.result(not result.made_up, "%s: nothing is made up (%d facts)" %
               (result.name, len(result.behavdiff)),
               ["made up: " + line for line in result.made_up])


def self_check(tap, oracle, case):
    """Can it fail?  Every call is taken out of a log, then every fact.

    The other side is what the whole log says, so that this judges the test
    and not the product.
    """
    result, seen = oracle.compare_again(case)
    start = next(i for i, line in enumerate(seen.lines)
                 if " execve(" in line and line.endswith(" = 0"))
    calls = [i for i in range(start + 1, len(seen.lines))
             if re.search(r"\] ((mkdir|mknod|unlink|rename|link|symlink)"
                          r"\w*|rmdir)\(.*\) += ", seen.lines[i])]
    unnoticed = []
    for i in calls:
        facts = seen.facts(oracle.unrecorded, seen.lines[:i] +
                           seen.lines[i + 1:])
        if not differences(facts, result.strace, True)[1]:
            unnoticed.append(seen.lines[i])
    tap.result(calls and not unnoticed, "self-check: a line less of strace's "
               "log is a fact made up, each of %d" % len(calls), unnoticed)
    unnoticed = []
    for line in result.strace:
        fewer = {key: n for key, n in result.strace.items() if key != line}
        if differences(result.strace, fewer, True)[0] != [line]:
            unnoticed.append(line)
    tap.result(result.strace and not unnoticed, "self-check: a fact less is "
               "missing, each of %d" % len(result.strace), unnoticed)


def main():
    build, work = sys.argv[1:3]
    tap = Tap()
    cases = fixtures(build, work)
    more, absent = programs(work)
    cases += more
    wanted = sys.argv[3:]
    cases = [c for c in cases if not wanted or c.name in wanted]
    oracle = Oracle(build, work)
    # What takes longest comes first.
    order = sorted(cases, key=lambda c: (c.exact, c.deadline))
    totals = [0, 0]
    try:
        with multiprocessing.Pool(2) as pool:
            for result in pool.imap(oracle.attempt, order):
                report(tap, result)
                totals[0] += len(result.strace)
                totals[1] += len(result.behavdiff)
        for case in cases:
            if case.name == "names":
                self_check(tap, oracle, case)
    except watch.CannotTrace as why:
        tap.skip("strace cannot trace here: %s" % why, "strace as the oracle")
    for name, lacking in absent:
        tap.skip("no " + lacking, "program-" + name)
    print("# %d facts of strace's looked for, %d of behavdiff's" %
          tuple(totals))
    print("1..%d" % tap.n)
    return tap.failed > 0


if __name__ == "__main__":
    sys.exit(main())
