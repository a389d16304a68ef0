# SPDX-License-Identifier: Apache-2.0
"""A table of places in a CSV file: name, latitude, longitude."""
import csv


def load(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {name: (float(lat), float(lon))
                for name, lat, lon in csv.reader(file)}


def save(path, places):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [name, lat, lon] for name, (lat, lon) in sorted(places.items()))
