#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes invoices."""
import argparse
import configparser
import os
import sys

import ledger
import render


def load_config():
    path = os.environ.get("INVOICE_CONFIG") or \
        os.path.expanduser("~/.config/invoice/invoice.ini")
    parser = configparser.ConfigParser()
    if not parser.read(path):
        print(f"invoice: no configuration: {path}", file=sys.stderr)
        sys.exit(2)
    return parser["invoice"]


def parse():
    parser = argparse.ArgumentParser(prog="invoice", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    customer = commands.add_parser("customer", help="add a customer")
    customer.add_argument("what", choices=["add"])
    customer.add_argument("key")
    customer.add_argument("name")
    add = commands.add_parser("add", help="add an item")
    add.add_argument("key")
    add.add_argument("number", type=float)
    add.add_argument("text")
    add.add_argument("price", type=float)
    total = commands.add_parser("total", help="print what is owed")
    total.add_argument("key")
    page = commands.add_parser("render", help="write the invoice")
    page.add_argument("key")
    page.add_argument("file")
    return parser.parse_args()


def main():
    args = parse()
    config = load_config()
    book = ledger.Ledger(config["data"])
    if args.command == "customer":
        book.add_customer(args.key, args.name)
        return
    customer = book.customer(args.key)
    if customer is None:
        sys.exit(f"invoice: no such customer: {args.key}")
    if args.command == "add":
        book.add_item(args.key, args.number, args.text, args.price)
    elif args.command == "total":
        net = ledger.net(customer)
        gross = net * (1 + config.getfloat("vat") / 100)
        print(f"{gross:.2f} {config['currency']}")
    else:
        render.write(args.file, config, customer)
        print(f"written: {args.file}")


if __name__ == "__main__":
    main()
