# SPDX-License-Identifier: Apache-2.0
"""A large part of the library, and what scripts do with files."""

import asyncio
import concurrent.futures
import ctypes
import decimal
import email.message
import http.server
import json
import multiprocessing
import os
import shutil
import sqlite3
import ssl
import subprocess
import tempfile
import unittest
import urllib.request
import xml.dom.minidom
import xmlrpc.client

import jsonschema

jsonschema.validate({"a": 1}, {"type": "object"})
with open("a.json", "w") as file:
    json.dump([1], file)
os.replace("a.json", "b.json")
os.makedirs("x/y")
shutil.copy("b.json", "x/y/b")
shutil.rmtree("x")
with tempfile.NamedTemporaryFile() as file:
    file.write(b"x")
db = sqlite3.connect("chat.db")
db.execute("create table t (i)")
db.commit()
subprocess.run(["/bin/sh", "-c", "exec true"], check=True)
