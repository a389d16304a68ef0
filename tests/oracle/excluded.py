# SPDX-License-Identifier: Apache-2.0
"""What the comparison leaves out, all of it.

Three tables, a reason in each row.  A row that is not needed fails the test,
so does one that takes more lines than it says.
"""

import os
import re
from collections import Counter, namedtuple

# Names that are drawn anew in each of the two runs and that one run alone
# cannot tell from fixed ones: the form's part is put as TOKEN on both sides.
# most: how many different lines of one side it may touch
Volatile = namedtuple("Volatile", "case form token most reason")

VOLATILE = [
    Volatile("program-git", r"(?<=/\.git/t)[A-Za-z0-9]{6}(?= |$)", "<rand>", 16,
             "git init tries whether links work, under a random name"),
    Volatile("program-git", r"(?<=/\.tmp-)\d+(?=-pack)", "<pid>", 20,
             "git repack puts its process id in names, and ids are drawn"),
    Volatile("program-python", r"(?<=/tmp/)[a-z0-9_]{8}(?= |$)", "<rand>", 2,
             "tempfile tries whether a directory can be written"),
    Volatile("program-bash", r"(?<=/sed)([A-Za-z0-9]{6}|<rand\?>)(?= |$)",
             "<rand?>", 4, "whether six characters were drawn is a rule of "
             "thumb: one name in eight looks like a word"),
    Volatile("program-calls", r"(?<= bytes, )([0-9a-f]{16}|\?)(?=>$)", "?", 2,
             "the hash of what was too long to be shown is XXH3, which "
             "Python's library has not"),
]

# Lines of one side only, word by word.
Line = namedtuple("Line", "case side line reason")
STRACE, BEHAVDIFF = "strace", "behavdiff"

LINES = [
    Line("shared", STRACE, "process.exit $TREE/shared status=1",
         "what is refused by what a path or descriptor leads to is refused "
         "by a tracer; the filter in sandbox.c cannot, and the fixture minds"),
]


def knows_threads():
    """Whether a pidfd can be of a thread: since Linux 6.9."""
    try:
        os.close(os.pidfd_open(os.getpid(), os.O_EXCL))
    except OSError:
        return False
    return True


if not knows_threads():
    LINES += [Line(case, side, line, "the tracer asks a socket through a pidfd, "
                   "and that of the process has none of this number")
              for case, side, line in (
                  ("leader_gone", STRACE, "net.bind tcp 127.0.0.1:8765"),
                  ("leader_gone", STRACE, "net.listen tcp 127.0.0.1:8765"),
                  ("leader_gone", BEHAVDIFF, "net.bind inet 127.0.0.1:8765"),
                  ("leader_gone", BEHAVDIFF, "net.listen unknown"),
                  ("threads", STRACE,
                   "net.connect tcp 127.0.0.1:9 = ECONNREFUSED"),
                  ("threads", BEHAVDIFF,
                   "net.connect inet 127.0.0.1:9 = ECONNREFUSED"))]

# Calls that an older strace prints as a number and registers, without paths.
# Both sides' lines become "numbers N...", so that how often and with which
# outcomes they came is still compared; a strace that knows the calls needs no
# row.  operation: of behavdiff's fact
Number = namedtuple("Number", "case numbers operation reason")

NUMBERS = [
    Number("mode", (452,), r"file\.mode \$TREE/(file 066[01]|link 0660)",
           "fchmodat2, known since strace 6.6"),
    Number("newer", (463,), r"file\.mode \$TREE/none xattr user\.note",
           "setxattrat, known since strace 6.13"),
    Number("newer", (466,),
           r"file\.mode \$TREE/none remove-xattr user\.note",
           "removexattrat, known since strace 6.13"),
    Number("newer", (464, 465, 468), r"file\.probe \$TREE/none",
           "getxattrat, listxattrat, known since strace 6.13; file_getattr"),
    Number("newer", (469,), r"file\.mode \$TREE/none attributes",
           "file_setattr, Linux 6.17"),
    Number("newer", (467,), r"priv open_tree_attr",
           "open_tree_attr, Linux 6.15"),
]


def renumber(case, facts, log):
    """Lines of calls that strace has no name for, under one name."""
    for row in NUMBERS:
        forms = [" syscall_0x%x(" % number for number in row.numbers]
        if row.case != case or \
                not any(form in line for line in log for form in forms):
            continue
        names = "|".join("syscall syscall_%d" % n for n in row.numbers)
        whole = re.compile("(%s|%s)(?P<outcome> = [A-Z0-9]+)?" %
                           (names, row.operation))
        out = Counter()
        for line, count in facts.items():
            match = whole.fullmatch(line)
            out["numbers %s%s" % (" ".join(map(str, row.numbers)),
                                  match.group("outcome") or "")
                if match else line] += count
        facts = out
    return facts


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


def strike(case, side, facts, trouble):
    """Take out the lines that the other side cannot have."""
    for row in LINES:
        if row.case == case and row.side == side and \
                not facts.pop(row.line, 0):
            trouble.append("a row that is not needed: " + row.line)
    return facts
