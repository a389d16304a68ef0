# SPDX-License-Identifier: Apache-2.0
import os
import tempfile
import unittest

from geo import places

SOME = {"Berlin": (52.5, 13.4), "Paris": (48.9, 2.4)}


class Places(unittest.TestCase):
    def test_there_and_back(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "places.csv")
            places.save(path, SOME)
            self.assertEqual(places.load(path), SOME)

    def test_missing(self):
        with self.assertRaises(FileNotFoundError):
            places.load("no-such-file.csv")
