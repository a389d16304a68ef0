# SPDX-License-Identifier: Apache-2.0
"""What the comparison leaves out, all of it.

Three tables, a reason in each row.  A row that is not needed fails the test, so
does one that takes more lines than it says.
"""

import re
from collections import Counter, namedtuple

# Names that are drawn anew in each of the two runs and that one run alone
# cannot tell from fixed ones: the form's part is put as TOKEN on both sides.
# most: how many different lines of one side it may touch
Volatile = namedtuple("Volatile", "case form token most reason")

VOLATILE = [
    Volatile("program-git", r"(?<=/\.git/t)[A-Za-z0-9]{6}(?= |$)", "<rand>", 16,
             "git init tries whether links work, under a random name"),
    Volatile("program-git", r"(?<=/info/refs_|info/packs_)[A-Za-z0-9]{6}(?= |$)",
             "<rand>", 8, "git gc writes its lists under random names"),
    Volatile("program-python", r"(?<=/tmp/)[a-z0-9_]{8}(?= |$)", "<rand>", 2,
             "tempfile tries whether a directory can be written"),
    Volatile("program-bash", r"(?<=/sed)([A-Za-z0-9]{6}|<rand>)(?= |$)",
             "<rand>", 4, "whether six characters were drawn is a rule of "
             "thumb: one name in eight looks like a word"),
    Volatile("program-calls", r"(?<= bytes, )([0-9a-f]{16}|\?)(?=>$)", "?", 2,
             "the hash of what was too long to be shown is XXH3, which "
             "Python's library has not"),
]

# Lines of one side only, word by word.  needs: what strace's log must hold
# for the row to be in force, "" for always.
Line = namedtuple("Line", "case side needs line reason")
STRACE, BEHAVDIFF = "strace", "behavdiff"
FCHMODAT2 = "strace knows fchmodat2(2), number 452, since 6.6; before, it " \
            "prints registers and no path"
NUMBER = " syscall_0x1c4("

LINES = [
    Line("mode", STRACE, NUMBER, "syscall syscall_452", FCHMODAT2),
    Line("mode", STRACE, NUMBER, "syscall syscall_452 = EOPNOTSUPP",
         FCHMODAT2),
    Line("mode", BEHAVDIFF, NUMBER, "file.mode $TREE/file 0660", FCHMODAT2),
    Line("mode", BEHAVDIFF, NUMBER, "file.mode $TREE/file 0661", FCHMODAT2),
    Line("mode", BEHAVDIFF, NUMBER,
         "file.mode $TREE/link 0660 = EOPNOTSUPP", FCHMODAT2),
]


# Fixtures that strace cannot judge at all.
FIXTURES = {
    "newer": "strace knows these calls since 6.13 and later; before, it "
             "prints registers and no path",
    "shared": "what the descriptor or the path is decides whether a call is "
              "refused, which takes a tracer: the filter in box.c cannot",
    "wide": "strace prints both halves of an int's register, and the filter "
            "in box.c compares both, as libseccomp does",
}


def fold(case, facts, trouble):
    """Put the volatile parts of {line: count} as tokens."""
    rows = [row for row in VOLATILE if row.case == case]
    touched = Counter()
    out = Counter()
    for line, count in facts.items():
        for row in rows:
            line, n = re.subn(row.form, row.token, line)
            touched[row] += n > 0
        out[line] += count
    for row in rows:
        if not touched[row]:
            trouble.append("a row that is not needed: " + row.reason)
        if touched[row] > row.most:
            trouble.append("a row that takes %d lines: %s" %
                           (touched[row], row.reason))
    return out


def strike(case, side, facts, log, trouble):
    """Take out the lines that the other side cannot have."""
    for row in LINES:
        if row.case != case or row.side != side or \
                not any(row.needs in line for line in log):
            continue
        if not facts.pop(row.line, 0):
            trouble.append("a row that is not needed: " + row.line)
    return facts
