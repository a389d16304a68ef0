# SPDX-License-Identifier: Apache-2.0
"""Type into a program that asks on a terminal: review.py KEYS COMMAND...

KEYS is a list of WAIT=TEXT pairs, one a line: when WAIT was printed since the
last pair, TEXT (with \\n, \\x03 and so on) is typed; WAIT of "!kill" sends
TEXT as a signal's number, "!size" makes so many columns, "!sleep" waits.  The
program's output goes to standard output, its exit status is ours (128 +
signal), and a last line says whether the terminal is as it was found.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

DEADLINE = 30


def wait_for(fd, seen, text):
    end = time.monotonic() + DEADLINE
    while text not in seen[0]:
        if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit(f"never printed: {text!r}; but {seen[0]!r}")
        try:
            data = os.read(fd, 65536)
        except OSError:
            data = b""
        if not data:
            return False
        sys.stdout.buffer.write(data)
        seen[0] += data
    seen[0] = seen[0].split(text, 1)[1]
    return True


def main():
    steps = [line.split("=", 1) for line in sys.argv[1].splitlines() if line]
    master, slave = pty.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    before = termios.tcgetattr(slave)
    child = os.fork()
    if not child:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in 0, 1, 2:
            os.dup2(slave, fd)
        os.closerange(3, 64)
        os.execvp(sys.argv[2], sys.argv[2:])
    seen = [b""]
    for wait, text in steps:
        if wait == "!kill":
            os.kill(child, int(text))
        elif wait == "!sleep":
            time.sleep(float(text))
        elif wait == "!size":
            size = struct.pack("4H", 24, int(text), 0, 0)
            fcntl.ioctl(master, termios.TIOCSWINSZ, size)
        elif wait_for(master, seen, wait.encode()):
            os.write(master, text.encode().decode("unicode_escape").encode())
    # Our own descriptor keeps the terminal open: the end is the child's.
    status = None
    end = time.monotonic() + DEADLINE
    while status is None and time.monotonic() < end:
        if select.select([master], [], [], 0.02)[0]:
            sys.stdout.buffer.write(os.read(master, 65536))
        pid, got = os.waitpid(child, os.WNOHANG)
        status = got if pid else None
    if status is None:
        os.kill(child, signal.SIGKILL)
        sys.exit("it did not end")
    while select.select([master], [], [], 0.02)[0]:
        sys.stdout.buffer.write(os.read(master, 65536))
    same = termios.tcgetattr(slave) == before
    print("terminal: as found" if same else "terminal: CHANGED")
    if os.WIFSIGNALED(status):
        sys.exit(128 + os.WTERMSIG(status))
    sys.exit(os.WEXITSTATUS(status))


main()
