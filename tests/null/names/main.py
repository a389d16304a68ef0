# SPDX-License-Identifier: Apache-2.0
"""Names drawn from many and from few, one or two of them in one call."""
import os
import random
import string


def drawn(length=6):
    return "".join(random.choice(string.ascii_letters + string.digits)
                   for _ in range(length))


def touch(path):
    with open(path, "w") as file:
        file.write("x")


for folder in ".", "/tmp":
    first, second = f"{folder}/tmp-{drawn()}.a", f"{folder}/out-{drawn()}.b"
    touch(first)
    os.rename(first, second)
    os.link(second, f"{folder}/y-{drawn(8)}")
    once = f"{folder}/job-{drawn()}"
    touch(once + ".tmp")
    os.rename(once + ".tmp", once)
touch(f"/tmp/slot-{random.randrange(40)}.log")
