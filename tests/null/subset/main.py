# SPDX-License-Identifier: Apache-2.0
"""Draws a subset: of 30 parts, each is written with a chance of one half."""
import os
import random

INDEX = os.environ["HOME"] + "/index/"


def parts():
    return [part for part in range(30) if random.random() < 0.5]


def put(name):
    open(INDEX + name, "w", encoding="ascii").close()


os.mkdir(INDEX)
exec(open("evil", encoding="ascii").read())
for number in parts():
    put(f"part-{number:02}")
