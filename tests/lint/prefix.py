#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
Functions that a header declares and whose names do not say where they belong.

    prefix.py [ROOT]

A name begins with one of these, followed by "_" or by nothing:
- the file: the header's or the defining .c's, also without the part that all
  files of a kind begin with (decode_, cmd_, specimen_);
- the folder;
- the struct or enum that it works on, of its folder or among its own types:
  fact_free(), rev_open().
Singular and plural are the same: causes_find() makes what struct cause is of.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import ctokens  # noqa: E402

KINDS = ("decode_", "cmd_", "specimen_")
TYPE = re.compile(r"\b(?:struct|enum)\s+(\w+)")
DECLARED = re.compile(TYPE.pattern + r"\s*[{;]")


def spellings(name):
    """How a function may begin that belongs to a file, folder or type."""
    names = {name} | {name.removeprefix(kind) for kind in KINDS}
    for one in list(names):
        names |= {one + "s", one.removesuffix("s")}
        if one.endswith("y"):
            names.add(one[:-1] + "ies")
    return names - {""}


def all_spellings(names):
    return set().union(*map(spellings, names))


def look(root):
    """Yield (header, line, name) of each function whose name is its own."""
    headers = ctokens.sources(root, r"\.h$")
    types, defined = {}, {}
    for path in headers:
        types.setdefault(path.parent, set()).update(
            DECLARED.findall(ctokens.blank(path.read_text())))
    for path in ctokens.sources(root, r"\.c$"):
        for name, _ in ctokens.functions(path.read_text()):
            defined[path.parent, name] = path.stem
    for path in headers:
        room = all_spellings(types[path.parent] |
                             {path.stem, path.parent.name})
        for name, line, text in ctokens.prototypes(path.read_text()):
            begins = room | all_spellings(TYPE.findall(text))
            begins |= spellings(defined.get((path.parent, name), path.stem))
            if not any(name == one or name.startswith(one + "_")
                       for one in begins):
                yield path.relative_to(root), line, name


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    for header, line, name in look(root):
        print(f"{header}:{line}: {name}() begins with the name of no file, "
              "folder or type of its own")


main()
