# SPDX-License-Identifier: Apache-2.0
"""Names and texts made to look like facts, colours and formats of our own.

behavdiff must show each as data: no line of its output may begin with a fact
that did not happen, and no control byte may reach the terminal.
"""
import os
import socket
import subprocess
import sys

NAMES = [
    b"a\nexec /bin/evil", b"\x1b[31mred\x1b[0m\r", b"b = ENOENT",
    b"c -> d", b"\xff\xfe", "\u202ereversed".encode(), b'","fact":"evil',
    b"$TREE", b"<pid>", b" ", b"d (deleted)", b"\x7f", b"'; exec /bin/evil",
]

for name in NAMES:
    for path in (name, b"/tmp/" + name):
        try:
            os.mkdir(path)
            os.rename(path, path + b"2")
            os.symlink(name, path)
        except OSError:
            pass
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(b"\0" + name)
    except OSError:
        pass
    subprocess.run([b"/bin/true", name, b"\nexec /bin/evil"], check=False)
sys.stderr.write('x\nexec /bin/evil\n\x1b[31m = EPERM","fact":"evil\x00\x07')
sys.stderr.flush()
os._exit(3)
