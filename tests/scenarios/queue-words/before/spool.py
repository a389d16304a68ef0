# SPDX-License-Identifier: Apache-2.0
"""A queue in folders: spool/new, spool/current, spool/done."""
import json
import os
import secrets

ROOT = "spool"
FOLDERS = ("new", "current", "done")


def prepare():
    for name in FOLDERS:
        os.makedirs(os.path.join(ROOT, name), exist_ok=True)


def path(folder, name):
    return os.path.join(ROOT, folder, name)


def put(job):
    """The name of the job that was queued."""
    name = f"{secrets.token_hex(8)}.json"
    hidden = path("new", f".{name}")
    with open(hidden, "w", encoding="utf-8") as file:
        json.dump(job, file)
    os.rename(hidden, path("new", name))
    return name


def take():
    """Name and job of the next one, or None."""
    for name in sorted(os.listdir(os.path.join(ROOT, "new"))):
        if not name.startswith("."):
            os.rename(path("new", name), path("current", name))
            with open(path("current", name), encoding="utf-8") as file:
                return name, json.load(file)
    return None


def finish(name, result):
    with open(path("current", name), "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.rename(path("current", name), path("done", name))


def is_done(name):
    return os.path.exists(path("done", name))
