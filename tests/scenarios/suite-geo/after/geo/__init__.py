# SPDX-License-Identifier: Apache-2.0
"""Distances and bearings on a sphere."""
from math import asin, atan2, cos, degrees, radians, sin, sqrt

RADIUS = 6371.0


def distance(a, b):
    """Kilometres between two points (latitude, longitude) in degrees."""
    (p, u), (q, v) = (map(radians, point) for point in (a, b))
    h = (sin((q - p) / 2) ** 2 +
         cos(p) * cos(q) * sin((v - u) / 2) ** 2)
    return 2 * RADIUS * asin(sqrt(min(1, h)))


def bearing(a, b):
    """Degrees from north in which b lies, seen from a."""
    (p, u), (q, v) = (map(radians, point) for point in (a, b))
    x = sin(v - u) * cos(q)
    y = cos(p) * sin(q) - sin(p) * cos(q) * cos(v - u)
    return degrees(atan2(x, y)) % 360
