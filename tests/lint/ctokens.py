# SPDX-License-Identifier: Apache-2.0
"""C taken apart as far as lints need it: comments, strings, names, functions."""
import pathlib
import re

TOKEN = re.compile(
    r'(?P<comment>/\*.*?\*/)'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<char>'(?:[^'\\\n]|\\.)*')"
    r'|(?P<name>[A-Za-z_]\w*)',
    re.DOTALL)

ATTRIBUTE = re.compile(r'__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)')

# In this style a function's head is at column 0 and its "{" alone on a line.
FUNCTION = re.compile(
    r'^(?P<type>[A-Za-z_][^\n;={}#]*?)\b(?P<name>\w+)\((?P<args>[^;{}]*?)\)\n\{',
    re.MULTILINE)


def tokens(text):
    """Yield (kind, text, line) of each comment, string and name."""
    line, at = 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if match.lastgroup != "char":
            yield match.lastgroup, match.group(), line


def functions(text):
    """Yield (name, line) of each function that is defined in a file."""
    blank = re.sub(r'/\*.*?\*/',
                   lambda m: re.sub(r'[^\n]', ' ', m.group()), text,
                   flags=re.DOTALL)
    blank = ATTRIBUTE.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), blank)
    for match in FUNCTION.finditer(blank):
        yield match.group("name"), blank.count("\n", 0, match.start()) + 1


def sources(root, pattern):
    """The files of core/ and cmd/ below root whose name matches, sorted."""
    return sorted(path for part in ("core", "cmd")
                  for path in (pathlib.Path(root) / part).rglob("*")
                  if re.search(pattern, path.name))
