#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judge the pairs of tests/verdicts: TAP on standard output.

    verdict_pairs.py BEHAVDIFF SCRATCH WORD FILE...

A pair is tried when its name holds WORD; with one, all output is shown.
The format is that of tests/verdicts/README.md.
"""
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys

MARK = re.compile(r"(---|\+\+\+|@@@|===) (.*)")
FINDING = re.compile(r"(error|warning|note) ")
VERDICTS = {0: "pass", 1: "regression", 3: "inconclusive"}
KEYS = ("run", "before", "after", "then", "needs",
        "exit", "first", "must", "never", "count", "silent")
SECONDS = 120


class Pair:
    def __init__(self, name, why, old, keys):
        self.name, self.why = name, why
        self.old, self.new = dict(old), dict(old)
        self.keys = list(keys)

    def all(self, key):
        return [value for k, value in self.keys if k == key]

    def one(self, key, default=None):
        return (self.all(key) or [default])[-1]


def edited(where, text, diff):
    """TEXT after hunks, apart by empty lines, of lines '-', '+' and ' '."""
    for hunk in re.split(r"\n\n+", diff.strip("\n")):
        lines = hunk.splitlines(keepends=True)
        was, now = ("".join(line[1:].rstrip("\n") + "\n" for line in lines
                            if line[0] in signs) for signs in ("- ", "+ "))
        if f"\n{text}".count(f"\n{was}") != 1:
            sys.exit(f"{where}: not there once:\n{was}")
        text = f"\n{text}".replace(f"\n{was}", f"\n{now}")[1:]
    return text


def key_of(where, line):
    key, _, value = line.partition(":")
    if key not in KEYS:
        sys.exit(f"{where}: no such key: {line}")
    return key, value.strip()


def parse(path):
    """The pairs of a file."""
    old, keys, pairs = {}, [], []
    sign, name, body = "", "", []

    def close():
        text = "".join(body).rstrip("\n") + "\n"
        if sign == "---":
            old[name] = text
        elif sign == "+++" and name.endswith(" (gone)"):
            del pairs[-1].new[name[:-7]]
        elif sign == "+++":
            pairs[-1].new[name] = text
        elif sign == "@@@":
            new = pairs[-1].new
            new[name] = edited(f"{path}: {pairs[-1].name}: {name}",
                               new[name], "".join(body))
        else:
            where = pairs[-1].keys if pairs else keys
            where += [key_of(path, line.rstrip("\n")) for line in body
                      if line.strip() and not line.startswith("#")]

    with open(path, encoding="utf-8") as file:
        for line in file:
            mark = MARK.fullmatch(line.rstrip("\n"))
            if not mark:
                body.append(line)
                continue
            close()
            sign, name, body = mark[1], mark[2], []
            if sign == "===":
                name, _, why = name.partition(": ")
                pairs.append(Pair(name, why, old, keys))
    close()
    return pairs


def git(repo, *args):
    return subprocess.run(("git", *args), cwd=repo, check=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True).stdout


def shell(repo, lines):
    for line in lines:
        subprocess.run(["sh", "-e", "-c", line], cwd=repo, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def commit(repo, files, lines, what):
    for name, text in files.items():
        path = os.path.join(repo, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    git(repo, "add", "-A", "-f")
    shell(repo, lines)
    git(repo, "commit", "-q", "--allow-empty", "-m", what)


def make_repo(pair, repo):
    os.makedirs(repo)
    git(repo, "init", "-q", "-b", "main")
    commit(repo, pair.old, pair.all("before"), "old")
    git(repo, "checkout", "-q", "-b", "topic")
    for name in pair.old.keys() - pair.new.keys():
        os.unlink(os.path.join(repo, name))
    commit(repo, pair.new, pair.all("after"), "new")
    shell(repo, pair.all("then"))


def wrong(pair, status, output):
    """What is not as wanted, one sentence each."""
    lines = output.splitlines()
    found = [line for line in lines if FINDING.match(line)]
    if not pair.all("silent") and not pair.all("exit"):
        yield "it says neither what the exit status is nor silent"
        return
    wanted = 0 if pair.all("silent") else int(pair.one("exit"))

    def seen(pattern):
        return sum(bool(re.search(pattern, line)) for line in lines)

    if status != wanted:
        yield f"exit {status}, wanted {wanted}"
    word = VERDICTS.get(wanted)
    compared = not pair.one("run", "").startswith("baseline")
    if word and compared and not seen(f"^{word}: "):
        yield f"the verdict is not '{word}'"
    first = pair.one("first")
    if first and not (found and re.match(first, found[0])):
        yield f"first is '{(found or [''])[0]}', wanted {first}"
    for pattern in pair.all("must"):
        if not seen(pattern):
            yield f"no line has {pattern}"
    for pattern in pair.all("never") + \
            ["^(error|warning) "] * bool(pair.all("silent")):
        if seen(pattern):
            yield f"a line has {pattern}"
    for count in pair.all("count"):
        number, pattern = count.split(" ", 1)
        if seen(pattern) != int(number):
            yield f"{seen(pattern)} lines have {pattern}, wanted {number}"


def judge(behavdiff, scratch, pair):
    """(what is wrong, output), or (None, '') where it cannot be tried."""
    if not all(shutil.which(need) for need in pair.all("needs")):
        return None, ""
    os.environ["BEHAVDIFF"] = behavdiff
    repo = os.path.join(scratch, pair.name, "repo")
    make_repo(pair, repo)
    args = shlex.split(pair.one("run", "main topic"))
    more = ["--no-cache"] + ["--runs=2"] * ("--runs" not in args)
    try:
        done = subprocess.run([behavdiff, *args, *more], cwd=repo,
                              stdin=subprocess.DEVNULL, timeout=SECONDS,
                              stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, errors="replace")
    except subprocess.TimeoutExpired:
        return [f"no answer within {SECONDS} s"], ""
    return list(wrong(pair, done.returncode, done.stdout)), done.stdout


def main(behavdiff, scratch, word, *paths):
    pairs = [pair for path in paths for pair in parse(path)
             if word in pair.name]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda pair: judge(behavdiff, scratch, pair), pairs)
        for number, (pair, (bad, output)) in enumerate(zip(pairs, results), 1):
            failed += bool(bad)
            print("not ok" if bad else "ok", number, "-",
                  f"{pair.name}: {pair.why}" if bad is not None else
                  f"{pair.name} # SKIP needs {' '.join(pair.all('needs'))}")
            for line in bad or ():
                print("#", line)
            if bad or word:
                for line in output.splitlines()[:60]:
                    print("#  |", line)
            sys.stdout.flush()
    print(f"1..{len(pairs)}")
    sys.exit(failed > 0 or not pairs)


main(*sys.argv[1:])
