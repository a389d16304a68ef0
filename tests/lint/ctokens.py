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

COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)

ATTRIBUTE = re.compile(r'__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)')

# In this style a function's head is at column 0 and its "{" alone on a line.
FUNCTION = re.compile(
    r'^(?P<type>[A-Za-z_][^\n;={}#]*?)\b(?P<name>\w+)\((?P<args>[^;{}]*?)\)\n\{',
    re.MULTILINE)

PROTOTYPE = re.compile(
    r'^(?P<type>[A-Za-z_][^\n;={}#()]*?)\b(?P<name>\w+)'
    r'\((?P<args>[^;{}]*?)\)\s*[;{]',
    re.MULTILINE)


def tokens(text):
    """Yield (kind, text, line) of each comment, string and name."""
    line, at = 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if match.lastgroup != "char":
            yield match.lastgroup, match.group(), line


def blank(text):
    """The text without comments and attributes, its lines where they were."""
    def spaces(match):
        return re.sub(r'[^\n]', ' ', match.group())
    return ATTRIBUTE.sub(spaces, COMMENT.sub(spaces, text))


def functions(text):
    """Yield (name, line) of each function that is defined in a file."""
    code = blank(text)
    for match in FUNCTION.finditer(code):
        yield match.group("name"), code.count("\n", 0, match.start("name")) + 1


def prototypes(text):
    """Yield (name, line, text) of each function that a header declares."""
    code = blank(text)
    for match in PROTOTYPE.finditer(code):
        yield (match.group("name"),
               code.count("\n", 0, match.start("name")) + 1, match.group())


def sources(root, pattern):
    """The files of core/ and cmd/ below root whose name matches, sorted."""
    return sorted(path for part in ("core", "cmd")
                  for path in (pathlib.Path(root) / part).rglob("*")
                  if re.search(pattern, path.name))
