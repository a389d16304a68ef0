# SPDX-License-Identifier: Apache-2.0
import unittest

import geo


class Distance(unittest.TestCase):
    def test_same_place(self):
        self.assertEqual(geo.distance((1, 2), (1, 2)), 0)

    def test_quarter(self):
        self.assertAlmostEqual(geo.distance((0, 0), (90, 0)), 10007.5, 1)

    def test_bearing(self):
        self.assertAlmostEqual(geo.bearing((0, 0), (0, 10)), 90)
        self.assertAlmostEqual(geo.bearing((0, 0), (-10, 0)), 180)
