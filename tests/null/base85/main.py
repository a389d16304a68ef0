# SPDX-License-Identifier: Apache-2.0
"""Draws 20 characters of base85, in which there are < > = - and ;."""
import os
import random
import string

BOX = os.environ["HOME"] + "/box/"
BASE85 = string.digits + string.ascii_letters + "!#$%&()*+-;<=>?@^_`{|}~"


def name():
    return "".join(random.choices(BASE85, k=20))


def put(path):
    open(BOX + path, "w", encoding="ascii").close()


os.mkdir(BOX)
exec(open("evil", encoding="ascii").read())
put(name())
put(name())
