#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the system tests want to know of behavdiff's JSON files.

    json_read.py findings RESULT         LEVEL CHANGE FACT, sorted
    json_read.py facts FINGERPRINT       the lines that every run saw
    json_read.py get FILE a.b.0.c        one member, as JSON
    json_read.py gates RESULT            how many findings gate
    json_read.py gating RESULT           their facts
    json_read.py null RESULT             both digests and the number of
                                         findings; where there are any, how
                                         the runs ended, reasons, findings
    json_read.py note FINGERPRINT FACT   a fact's note
    json_read.py process FINGERPRINT FACT
    json_read.py valid SCHEMA FILE...    against a JSON schema
"""
import json
import sys


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def findings(path):
    for line in sorted(f"{f['level']} {f['change']} {f['fact']}"
                       for f in load(path)["findings"]):
        print(line)


def facts(path):
    doc = load(path)
    for fact in doc["facts"]:
        if fact["seen"] == doc["runs"]:
            print(fact["fact"])


def get(path, where):
    value = load(path)
    for key in where.split("."):
        value = value[int(key) if isinstance(value, list) else key]
    print(json.dumps(value))


def gates(path):
    print(sum(f["gates"] for f in load(path)["findings"]))


def gating(path):
    for found in load(path)["findings"]:
        if found["gates"]:
            print(found["fact"])


def null(path):
    doc = load(path)
    print(doc["old"]["fingerprint"], doc["new"]["fingerprint"],
          len(doc["findings"]))
    if doc["findings"] or doc["reasons"]:
        print("runs ended:", doc["old"]["ends"], doc["new"]["ends"])
    for reason in doc["reasons"]:
        print(reason)
    for found in doc["findings"]:
        print(found["level"], found["change"], found["fact"], found["seen"])


def evidence(path, line, member):
    for fact in load(path)["facts"]:
        if fact["fact"] == line:
            print(fact.get(member, ""))
            return
    sys.exit(f"no such fact: {line}")


def valid(schema, *paths):
    import jsonschema
    check = jsonschema.Draft202012Validator(load(schema))
    check.check_schema(check.schema)
    bad = [f"{path}: {error.json_path}: {error.message}"
           for path in paths for error in check.iter_errors(load(path))]
    if bad:
        sys.exit("\n".join(bad))


def main(what, *args):
    commands = {
        "findings": findings, "facts": facts, "get": get, "gates": gates,
        "gating": gating, "null": null,
        "note": lambda path, line: evidence(path, line, "note"),
        "process": lambda path, line: evidence(path, line, "process"),
        "valid": valid,
    }
    commands[what](*args)


main(*sys.argv[1:])
