# SPDX-License-Identifier: Apache-2.0
"""The entries: a line of CSV each."""
import csv

PATH = "addresses.csv"


def add(name, address):
    with open(PATH, "a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow([name, address])
