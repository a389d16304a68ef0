#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A forge's comments in $STORE/comments.json, behind the command lines that
the jobs use: installed as `gh` and as `curl`.  Every call is a line of
$STORE/calls; where $STORE/forbid is, nothing may be written.
"""
import json
import os
import subprocess
import sys

store = os.environ["STORE"]
path = os.path.join(store, "comments.json")
name = os.path.basename(sys.argv[0])
bot = {"gh": "github-actions[bot]", "curl": "forgejo-actions"}[name]
comments = json.load(open(path)) if os.path.exists(path) else []

words = sys.argv[1:]
takes = {"-X", "-F", "--jq", "-H", "-d"}
options, operands = {}, []
while words:
    word = words.pop(0)
    if word in takes:
        options[word] = words.pop(0)
    elif not word.startswith("-"):
        operands.append(word)
method = options.get("-X", "GET")
target = operands[-1]
if name == "gh":
    assert operands[0] == "api", operands
    assert os.environ["GH_TOKEN"], "no token"
with open(os.path.join(store, "calls"), "a") as f:
    print(name, method, target, file=f)


def body():
    if name == "gh":
        key, value = options["-F"].split("=", 1)
        assert key == "body" and value.startswith("@"), options
        return open(value[1:]).read()
    assert options["-d"] == "@-", options
    return json.load(sys.stdin)["body"]


if method == "GET":
    assert "/issues/7/comments" in target, target
    text = json.dumps(comments)
    if "--jq" in options:
        text = subprocess.run(["jq", "-r", options["--jq"]], input=text,
                              text=True, check=True,
                              stdout=subprocess.PIPE).stdout
    print(text, end="")
    sys.exit()
if os.path.exists(os.path.join(store, "forbid")):
    sys.exit("HTTP 403: Resource not accessible by integration")
if method == "POST":
    assert target.endswith("/issues/7/comments"), target
    comments.append({"id": 100 + len(comments), "user": {"login": bot},
                     "body": body()})
elif method == "PATCH":
    assert "/issues/comments/" in target, target
    wanted = int(target.rsplit("/", 1)[1])
    [comment] = [c for c in comments if c["id"] == wanted]
    assert comment["user"]["login"] == bot, comment
    comment["body"] = body()
json.dump(comments, open(path, "w"))
