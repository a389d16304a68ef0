#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare two revisions again and again, by runs that were kept before.

    replays.py REPLAY REPOSITORY RECORDINGS OLD NEW FIRST LAST [GLOB]

REPLAY is build/replay/replay, RECORDINGS what its REPLAY_RECORD wrote; the
comparisons are numbered FIRST to LAST, which is their luck.

Without GLOB the comparisons are to be silent.  A line for each on standard
output:    rNUMBER replay STATUS OLD-DIGEST NEW-DIGEST FINDINGS
With it a finding that gates is to match:    rNUMBER STATUS found|missed
What went wrong is on standard error.
"""
import fnmatch
import json
import os
import subprocess
import sys


def compare(replay, repository, recordings, old, new, number, options):
    env = dict(os.environ, REPLAY_FROM=recordings, REPLAY_SEED=str(number),
               XDG_CACHE_HOME="/dev/null")
    done = subprocess.run(
        [replay, "-C", repository, "--format", "json", *options, old, new],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    try:
        return done, json.loads(done.stdout)
    except ValueError:
        return done, None


def tell(number, done, lines):
    print(f"comparison {number}, replayed: status {done.returncode}",
          *done.stderr.decode("utf-8", "replace").splitlines()[:5],
          *lines[:15], sep="\n", file=sys.stderr)


def silent(number, done, result):
    if not result:
        print(f"r{number}", "replay", done.returncode, "- - 0")
        tell(number, done, [])
        return
    found = [f"{f['level']} {f['change']} {f['fact']} {f['seen']}"
             for f in result["findings"]]
    print(f"r{number}", "replay", done.returncode, result["old"]["fingerprint"],
          result["new"]["fingerprint"], len(found))
    if done.returncode or found or result["reasons"]:
        tell(number, done, result["reasons"] + found)


def evil(number, done, result, glob):
    gating = [f["fact"] for f in (result or {"findings": []})["findings"]
              if f["gates"]]
    found = done.returncode == 1 and any(
        fnmatch.fnmatchcase(fact, glob) for fact in gating)
    print(f"r{number}", done.returncode, "found" if found else "missed")
    if not found:
        tell(number, done, [f"no {glob}"] + gating)


def main(replay, repository, recordings, old, new, first, last, glob=None):
    options = ["--fail-on", "warning"] if glob else []
    for number in range(int(first), int(last) + 1):
        done, result = compare(replay, repository, recordings, old, new,
                               number, options)
        if glob:
            evil(number, done, result, glob)
        else:
            silent(number, done, result)


if __name__ == "__main__":
    main(*sys.argv[1:])
