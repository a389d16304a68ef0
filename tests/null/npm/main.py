# SPDX-License-Identifier: Apache-2.0
"""Draws what npm does: temporary names of eight hexadecimal digits that are
renamed to content's own, packages unpacked below a drawn name and moved, and
a log of the time."""
import os
import random
import string
import time

HOME = os.environ["HOME"]
CACHE = HOME + "/.npm/_cacache/"
MODULES = HOME + "/project/node_modules/"
CONTENT = {"left-pad": "3f/a1/9be41c", "is-odd": "77/0c/d1f2ab"}


def temporary():
    return os.urandom(4).hex()


def suffix():
    return "".join(random.choices(string.ascii_letters + string.digits, k=8))


def put(path):
    open(path, "w", encoding="ascii").close()


def install(package, content):
    part = CACHE + "tmp/" + temporary()
    put(part)
    os.makedirs(os.path.dirname(CACHE + "content-v2/sha512/" + content))
    os.rename(part, CACHE + "content-v2/sha512/" + content)
    place = f"{MODULES}.{package}-{suffix()}"
    os.mkdir(place)
    put(place + "/index.js")
    os.rename(place, MODULES + package)


for folder in CACHE + "tmp", MODULES, HOME + "/.npm/_logs":
    os.makedirs(folder)
exec(open("evil", encoding="ascii").read())
for each, bytes_of in CONTENT.items():
    install(each, bytes_of)
put(time.strftime(HOME + "/.npm/_logs/%Y-%m-%dT%H_%M_%S_")
    + f"{time.time_ns() // 1000000 % 1000:03}Z-debug-0.log")
