#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the JSON schemas allow is what the tables of the code say.

    schemas.py FILE     with the kinds of facts, one a line
"""
import json
import re
import sys


def schema(name):
    with open(f"baselines/{name}.schema.json", encoding="utf-8") as file:
        return json.load(file)


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def names(path, prefix):
    """The strings of a table whose rows are [PREFIX_NAME] = "name"."""
    return set(re.findall(rf'\[{prefix}_\w+\] = "([a-z]+)"', text(path)))


def check(kinds):
    fingerprint, result = schema("fingerprint"), schema("result")
    finding = result["$defs"]["finding"]["properties"]
    line = fingerprint["properties"]["facts"]["items"]["properties"]["fact"]
    if not kinds:
        yield "no kinds of facts"
    for kind in kinds:
        if not re.search(finding["kind"]["pattern"], kind):
            yield f"kind {kind} does not match the schema of results"
        if not re.search(line["pattern"], kind + " /x"):
            yield f"kind {kind} does not match that of fingerprints"
    for rule in re.findall(r'RULE\("([^"]*)"', text("core/compare/rules.def")):
        if not re.search(finding["rule"]["pattern"], rule):
            yield f"rule {rule} does not match the schema of results"
    for what, allowed, known in (
            ("sections", fingerprint["properties"]["sections"]["required"],
             names("core/event/event.c", "SECTION")),
            ("changes", finding["change"]["enum"],
             names("core/compare/finding.c", "CHANGE")),
            ("verdicts", result["properties"]["verdict"]["enum"],
             names("core/compare/verdict.c", "VERDICT")),
            ("levels", result["properties"]["fail_on"]["enum"],
             names("core/compare/finding.c", "LEVEL"))):
        if set(allowed) != known:
            yield f"{what}: {sorted(allowed)} in the schema, {sorted(known)}"


problems = list(check(text(sys.argv[1]).split()))
if problems:
    sys.exit("\n".join(problems))
