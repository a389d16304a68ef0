# SPDX-License-Identifier: Apache-2.0
"""Processes that race: for a lock file, a directory, a file of another's."""
import os
import sys
import time

ME = sys.argv[1] if len(sys.argv) > 1 else ""
if not ME:
    pids = [os.spawnlp(os.P_NOWAIT, "python3", "python3", "main.py", str(n))
            for n in range(4)]
    with open("bait", "w") as file:
        file.write("bait")
    time.sleep(0.05)
    with open("go", "w") as file:
        file.write("go")
    for pid in pids:
        os.waitpid(pid, 0)
    sys.exit()

while not os.path.exists("go"):
    time.sleep(0.002)
for number in range(5):
    try:
        os.mkdir(f"dir{number}")
    except FileExistsError:
        pass
    while True:
        try:
            os.close(os.open("lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            time.sleep(0.0005)
    os.unlink("lock")
try:
    os.unlink("bait")
except FileNotFoundError:
    pass
