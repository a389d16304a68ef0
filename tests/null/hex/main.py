# SPDX-License-Identifier: Apache-2.0
"""Draws 7 lower and 12 upper hexadecimal digits: files are made under the one
name and renamed to the other."""
import os
import random

STORE = os.environ["HOME"] + "/store/"


def name():
    return "".join(random.choices("0123456789abcdef", k=7)) + ".part"


def final():
    return "".join(random.choices("0123456789ABCDEF", k=12))


def put(first, second):
    open(STORE + first, "w", encoding="ascii").close()
    os.rename(STORE + first, STORE + second)


os.mkdir(STORE)
exec(open("evil", encoding="ascii").read())
for _ in range(2):
    put(name(), final())
