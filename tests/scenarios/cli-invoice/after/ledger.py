# SPDX-License-Identifier: Apache-2.0
"""Customers and what they owe: a JSON file for each."""
import json
import os


class Ledger:
    def __init__(self, folder):
        self.folder = folder

    def path(self, key):
        if not key.isidentifier():
            raise SystemExit(f"invoice: not a key: {key}")
        return os.path.join(self.folder, f"{key}.json")

    def customer(self, key):
        try:
            with open(self.path(key), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def store(self, key, customer):
        os.makedirs(self.folder, exist_ok=True)
        with open(self.path(key), "w", encoding="utf-8") as file:
            json.dump(customer, file, indent=1)

    def add_customer(self, key, name):
        self.store(key, {"name": name, "items": []})

    def add_item(self, key, number, text, price):
        customer = self.customer(key)
        customer["items"].append([number, text, price])
        self.store(key, customer)


def net(customer):
    items = customer["items"]
    return round(sum(number * price for number, _, price in items), 2)
