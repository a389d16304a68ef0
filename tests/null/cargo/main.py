# SPDX-License-Identifier: Apache-2.0
"""Draws what cargo does: folders of rustc's incremental state, s-TIME-RANDOM,
which are renamed when their content's hash is known, with files and links of
fixed names in them, and rustc's folder of temporary files."""
import os
import random
import time

HOME = os.environ["HOME"]
STATE = HOME + "/target/debug/incremental/hi-3cd0sd2yzm1v4/"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
DEPS = HOME + "/target/debug/deps/"
HASH = "2hwi70b84fmqz"
UNITS = ["1dgwx9fd0kd5w8m0", "2kp5f1v4vdx2krn8", "3qzlx3cd4blw6v2t",
         "4vkndkahlbf31vau", "9lkhmzzjgpgd0s9", "t7rut1i86tsrvum"]


def base36(number):
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = BASE36[digit] + text
    return text


def session():
    return f"s-{base36(time.time_ns() // 1000)}-{base36(random.getrandbits(32))}"


def put(path):
    open(path, "w", encoding="ascii").close()


def build():
    name = session()
    put(STATE + name + ".lock")
    os.mkdir(STATE + name + "-working")
    scratch = "/tmp/rustc" + "".join(random.choices(BASE36 + BASE36[10:].upper(),
                                                   k=6))
    os.mkdir(scratch)
    put(scratch + "/symbols.o")
    for unit in UNITS:
        part = f"{DEPS}hi-d957aaa8a387ce1a.{unit}.rcgu.o"
        put(part)
        os.link(part, f"{STATE}{name}-working/{unit}.o")
        os.unlink(part)
    for state in "dep-graph.bin", "query-cache.bin", "work-products.bin":
        put(f"{STATE}{name}-working/{state}")
    os.rename(f"{STATE}{name}-working", f"{STATE}{name}-{HASH}")
    os.unlink(scratch + "/symbols.o")
    os.rmdir(scratch)


os.makedirs(STATE)
os.mkdir(DEPS)
exec(open("evil", encoding="ascii").read())
build()
