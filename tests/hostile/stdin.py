# SPDX-License-Identifier: Apache-2.0
"""Writes to the file it reads from, through /proc/self/fd/0.

behavdiff must keep that in the run's own layer: no other run sees it.
"""
import os

fd = os.open("/proc/self/fd/0", os.O_RDWR)
if os.read(fd, 100) != b"hello\n":
    os.mkdir("leak")
os.lseek(fd, 0, os.SEEK_SET)
os.write(fd, b"OWNED\n")
