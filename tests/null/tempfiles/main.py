# SPDX-License-Identifier: Apache-2.0
"""Temporary files of every kind that Python makes, and some home-made."""
import os
import secrets
import subprocess
import tempfile

with tempfile.TemporaryFile() as file:
    file.write(b"x")
with tempfile.NamedTemporaryFile(suffix=".csv") as file:
    file.write(b"x")
with tempfile.TemporaryDirectory(prefix="job-") as folder:
    with open(os.path.join(folder, "result.txt"), "w") as file:
        file.write("done")
descriptor, path = tempfile.mkstemp(prefix="report", dir=".")
os.close(descriptor)
os.rename(path, "report.txt")
with open(f"/tmp/session-{secrets.token_hex(4)}", "w") as file:
    file.write("x")
with open(f"/tmp/lock.{os.getpid()}", "w") as file:
    file.write("x")
subprocess.run(["sh", "-c", "f=$(mktemp) && d=$(mktemp -d) && "
                "echo $$ >$d/pid.$$ && mv $f $d/kept && rm -r $d"], check=True)
