#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
Words that do not belong in core/ and cmd/: see words.txt, and
words_kept.txt for the texts that stay.

    words.py [ROOT]            more places than allowed, one row a line
    words.py --show [ROOT]     every place of every row
    words.py --lower [ROOT]    allow no more than there are
"""
import fnmatch
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import ctokens  # noqa: E402


class Row:
    def __init__(self, line):
        self.where, allowed, words, self.instead = line.split("\t")
        self.allowed = int(allowed)
        self.words = words.split()
        self.places = []
        self.plain = {word for word in self.words if re.fullmatch("[a-z]+", word)}
        self.globs = [word for word in self.words if word not in self.plain]

    def __str__(self):
        return "\t".join((self.where, str(self.allowed), " ".join(self.words),
                          self.instead))

    def has_name(self, name):
        name = name.lower()
        return (not self.plain.isdisjoint(name.split("_")) or
                any(fnmatch.fnmatchcase(name, glob.lstrip("="))
                    for glob in self.globs))

    def has_file(self, path):
        return (any(fnmatch.fnmatchcase(path, glob) for glob in self.globs) or
                not self.plain.isdisjoint(re.split("[/_]", path)))


def words_of(text):
    return re.findall(r"[A-Za-z]+", text)


def read_kept(root):
    """Texts that stay, by path: of words_kept.txt."""
    kept = {}
    table = root / "tests/lint/words_kept.txt"
    for line in table.read_text().splitlines() if table.exists() else []:
        if line and line[0] != "#":
            path, text, _ = line.split("\t")
            kept.setdefault(path, []).append(text)
    return kept


def look_at_prose(rows, letter, text, path, line, kept):
    for number, one in enumerate(text.split("\n"), line):
        for stays in kept.get(str(path), []):
            one = one.replace(stays, "")
        for word in words_of(one):
            for row in rows:
                if letter in row.where and word.lower() in row.plain:
                    row.places.append(f"{path}:{number}: {word}")


def look_at_names(rows, names, kept):
    for name, place in sorted(names.items()):
        if name in kept.get(place.split(":")[0], []):
            continue
        for row in rows:
            if "n" in row.where and row.has_name(name):
                row.places.append(f"{place}: {name}")


def look(rows, root):
    names = {}
    kept = read_kept(root)
    for path in ctokens.sources(root, r"\.(c|h|def)$"):
        shown = path.relative_to(root)
        stem = str(shown.with_suffix(""))
        for row in rows:
            if "f" in row.where and row.has_file(stem):
                row.places.append(f"{shown}: the file's name")
        for kind, text, line in ctokens.tokens(path.read_text()):
            if kind == "name":
                names.setdefault(text, f"{shown}:{line}")
            else:
                letter = "c" if kind == "comment" else "s"
                look_at_prose(rows, letter, text, shown, line, kept)
    look_at_names(rows, names, kept)
    for path in ctokens.sources(root, r"\.(md|1|5)$"):
        look_at_prose(rows, "d", path.read_text(), path.relative_to(root), 1,
                      kept)


def main():
    args = sys.argv[1:]
    show, lower = "--show" in args, "--lower" in args
    args = [arg for arg in args if not arg.startswith("--")]
    root = pathlib.Path(args[0] if args else ".")
    table = root / "tests/lint/words.txt"
    lines = table.read_text().splitlines()
    rows = [Row(line) for line in lines if line and line[0] != "#"]
    look(rows, root)
    for row in rows:
        count = len(row.places)
        if show:
            print("\n".join(row.places))
        elif not lower and count > row.allowed:
            print(f"{count} places, {row.allowed} allowed, of "
                  f"'{' '.join(row.words)}': say {row.instead}")
            print("\n".join("  " + place for place in row.places))
    if lower:
        left = iter(rows)
        for i, line in enumerate(lines):
            if line and line[0] != "#":
                row = next(left)
                row.allowed = min(row.allowed, len(row.places))
                lines[i] = str(row)
        table.write_text("\n".join(lines) + "\n")
        print(sum(row.allowed for row in rows))


main()
