#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does a comparison show what the file `expect` of a scenario wants?

    expect.py needs EXPECT                   commands that must succeed first
    expect.py exit EXPECT                    the status that is wanted
    expect.py shows EXPECT FINGERPRINT RESULT   what is amiss, a line each

FINGERPRINT is of the old revision, RESULT is old against new.  A line of
`expect` is a word and a value; README.md beside this file lists the words.
"""
import json
import re
import sys

WORDS = ("needs", "fact", "exit", "finding", "only", "never")


def read(path):
    """The values of each word, in the order they stand in."""
    values = {word: [] for word in WORDS}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            word, _, value = line.strip().partition(" ")
            if not word or word.startswith("#"):
                continue
            if word not in values or not value:
                sys.exit(f"{path}:{number}: not a line of expect: {line}")
            values[word].append(value)
    if len(values["exit"]) != 1 or not values["fact"]:
        sys.exit(f"{path}: one exit and a fact are needed")
    return values


def any_of(patterns, line):
    return any(re.fullmatch(pattern, line) for pattern in patterns)


def amiss(want, fingerprint, result):
    """What is not as wanted; levels count as the policy graded them."""
    facts = [f["fact"] for f in fingerprint["facts"]
             if f["seen"] == fingerprint["runs"]]
    findings = result["findings"]
    lines = [f"{f['level']} {f['fact']}" for f in findings]
    for pattern in want["fact"]:
        if not any(re.fullmatch(pattern, fact) for fact in facts):
            yield f"old never did: {pattern}"
    for pattern in want["finding"]:
        if not any(re.fullmatch(pattern, line) for line in lines):
            yield f"not found: {pattern}"
    for finding, line in zip(findings, lines):
        if finding["gates"] and want["only"] and \
                not any_of(want["only"], line):
            yield f"fails the comparison, and should not: {line}"
        if any_of(want["never"], line):
            yield f"found, and should not be: {line}"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main(what, path, *others):
    want = read(path)
    if what == "shows":
        lines = list(amiss(want, *map(load, others)))
    else:
        lines = want[what]
    print("\n".join(lines), end="\n" if lines else "")


main(*sys.argv[1:])
