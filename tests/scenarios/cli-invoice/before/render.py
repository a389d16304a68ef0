# SPDX-License-Identifier: Apache-2.0
"""The invoice as a page."""
import html


def rows(customer):
    for number, text, price in customer["items"]:
        yield (f"<tr><td>{number:g}<td>{html.escape(text)}"
               f"<td>{number * price:.2f}")


def write(path, config, customer):
    page = ["<!doctype html>", "<meta charset=utf-8>",
            f"<h1>{html.escape(config['issuer'])}</h1>",
            f"<p>To: {html.escape(customer['name'])}</p>",
            "<table>", *rows(customer), "</table>"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(page) + "\n")
