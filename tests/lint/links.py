# SPDX-License-Identifier: Apache-2.0
"""What a document points to: links, paths and targets of make.

links.py KIND FILE...: prints "FILE:LINE: WHAT" for each that is not there.

links    relative links of Markdown, with the heading behind "#"
paths    in `code` and code blocks: what begins with a folder of the project
         (core/base/err.h, tests/system/*.sh), and names of C files and tables
         (rules.def), which must be somewhere in the project
targets  make TARGET
"""
import fnmatch
import os
import re
import sys

FOLDERS = "core", "cmd", "tests", "baselines", ".ci"
# core/base/err.h, also with a star; not $HOME/core/x, nor -core/x.
PATH = re.compile(r"(?<![\w$~./<>*-])(?:%s)/[\w./*-]*" %
                  "|".join(map(re.escape, FOLDERS)))
NAME = re.compile(r"(?<![\w$~./<>*-])[\w.*-]*[\w*]\.(?:c|h|def)\b(?![\w./(=])")
LINK = re.compile(r"!?\[[^]]*\]\(([^)\s]+)\)")
TARGET = re.compile(r"(?:^|[`$] ?|&& )make (?:[A-Z_]+=\S+ |-\S+ )*([a-z][a-z-]*)"
                    r"(?![\w/-])")
# Of other people's Makefiles.
FOREIGN = {"run"}


def project():
    """Every path of the project, folders with and without a final slash."""
    paths = set()
    for top in FOLDERS:
        for folder, _, files in os.walk(top):
            paths |= {folder, folder + "/"}
            paths |= {os.path.join(folder, file) for file in files}
    return paths


def headings(path):
    """The anchors that a forge makes of a document's headings."""
    found = set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                text = line.lstrip("#").strip().lower()
                text = re.sub(r"[^\w\- ]", "", text)
                found.add(text.replace(" ", "-"))
    return found


def code_of(lines):
    """(number, text) for each piece of `code` and each line of a block.

    A block that holds data of another file (a ```LANGUAGE that is no shell)
    names paths of no project of ours.
    """
    block = None
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("```"):
            block = line.strip()[3:] if block is None else None
        elif block is not None:
            if block in ("", "sh", "console"):
                yield number, line
        else:
            for text in re.findall(r"`([^`]+)`", line):
                yield number, text


def check_links(path, lines):
    """Links that lead nowhere."""
    block = False
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            block = not block
        if block:
            continue
        for link in LINK.findall(re.sub(r"`[^`]*`", "`", line)):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            to = os.path.join(os.path.dirname(path), name) if name else path
            if not os.path.exists(to):
                yield number, link
            elif anchor and anchor not in headings(to):
                yield number, link


def is_there(name, paths, base):
    """Is it in the project?  A word in capitals stands for any name."""
    pattern = re.sub(r"[A-Z]{3,}(?![a-z.]*md)", "*", name)
    if base:
        return any(fnmatch.fnmatchcase(os.path.basename(path), pattern)
                   for path in paths)
    return any(fnmatch.fnmatchcase(path, pattern) for path in paths)


def check_paths(path, lines):
    """Paths and names of files that are not there."""
    paths = project()
    for number, text in code_of(lines):
        for name in PATH.findall(text):
            if not is_there(name.rstrip("."), paths, False):
                yield number, name
        for name in NAME.findall(PATH.sub("", text)):
            if not is_there(name, paths, True):
                yield number, name


def check_targets(path, lines):
    """Targets that the Makefile has not."""
    with open("Makefile", encoding="utf-8") as file:
        targets = set(re.findall(r"^([a-z][a-z-]*):", file.read(), re.M))
    for number, text in code_of(lines):
        for target in TARGET.findall(text):
            if target not in targets | FOREIGN:
                yield number, "make " + target


KINDS = {"links": check_links, "paths": check_paths, "targets": check_targets}


def main():
    """Print what is not there."""
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        for number, what in KINDS[sys.argv[1]](path, lines):
            print(f"{path}:{number}: {what}")


main()
