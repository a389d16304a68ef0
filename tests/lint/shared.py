#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
Functions of different files that share a name, static or not: see shared.txt.

    shared.py [ROOT]            names that more files share than allowed
    shared.py --lower [ROOT]    allow no more than there are
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import ctokens  # noqa: E402


def look(root):
    """name: {file: line}"""
    found = {}
    for path in ctokens.sources(root, r"\.(c|h)$"):
        for name, line in ctokens.functions(path.read_text()):
            files = found.setdefault(name, {})
            files[str(path.relative_to(root))] = line
    return {name: files for name, files in found.items() if len(files) > 1}


def main():
    args = sys.argv[1:]
    lower = "--lower" in args
    args = [arg for arg in args if not arg.startswith("--")]
    root = pathlib.Path(args[0] if args else ".")
    table = root / "tests/lint/shared.txt"
    lines = table.read_text().splitlines()
    rows = [line.split("\t") for line in lines if line and line[0] != "#"]
    allowed = {name: int(files) for files, name in rows}
    shared = look(root)
    if lower:
        head = [line for line in lines if line.startswith("#")]
        kept = [f"{min(len(shared[name]), files)}\t{name}"
                for name, files in sorted(allowed.items()) if name in shared]
        table.write_text("\n".join(head + kept) + "\n")
        print(sum(len(files) for files in shared.values()))
        return
    for name, files in sorted(shared.items()):
        if len(files) > allowed.get(name, 1):
            print(f"{name}() stands in {len(files)} files, "
                  f"{allowed.get(name, 1)} allowed; a name begins with its "
                  "file's or module's: " +
                  ", ".join(f"{file}:{line}" for file, line in files.items()))


main()
