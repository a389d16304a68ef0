# SPDX-License-Identifier: Apache-2.0
"""Requests of HTTP/2 connections: RFC 9113, RFC 7541.

The two tables of RFC 7541 are read where the product keeps them: a wrong row
makes its unit tests fail, which compare with other encoders.
"""

import ast
import os
import re

TOP = os.path.join(os.path.dirname(__file__), "..", "..", "core", "netcap")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
BLOCK_MAX = TABLE_MAX = 16384


class Broken(Exception):
    """It cannot be understood any more."""


def rows(name):
    with open(os.path.join(TOP, name), encoding="ascii") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    return re.findall(r'[A-Z]+\(((?:"(?:\\.|[^"\\])*"|[^()"])*)\)', text)


def read_codes():
    """(length, code) to byte: codes of a canonical code, shortest first."""
    out, code, length = {}, 0, 0
    for row in rows("hpack_huffman.def"):
        bits, count, strings = row.split(",", 2)
        symbols = b"".join(ast.literal_eval("b" + part) for part in
                           re.findall(r'"(?:\\.|[^"\\])*"', strings))
        assert len(symbols) == int(count), row
        code <<= int(bits) - length
        length = int(bits)
        for symbol in symbols:
            out[length, code] = symbol
            code += 1
    return out


CODES = read_codes()
FIXED = [tuple(part.encode() for part in ast.literal_eval("(" + row + ")"))
         for row in rows("hpack_static.def")]


def unpacked(data):
    out, code, length = bytearray(), 0, 0
    for byte in data:
        for shift in range(7, -1, -1):
            code, length = code << 1 | byte >> shift & 1, length + 1
            if (length, code) in CODES:
                out.append(CODES[length, code])
                code, length = 0, 0
    if length > 7 or code != (1 << length) - 1:
        raise Broken
    return bytes(out)


class Fields:
    """One direction's table."""

    def __init__(self):
        self.own, self.max = [], 4096   # newest first
        self.data, self.at = b"", 0

    def shrink(self):
        while sum(len(n) + len(v) + 32 for n, v in self.own) > self.max:
            self.own.pop()

    def byte(self):
        if self.at >= len(self.data):
            raise Broken
        self.at += 1
        return self.data[self.at - 1]

    def number(self, bits):
        top = (1 << bits) - 1
        value = self.byte() & top
        if value < top:
            return value
        shift = 0
        while True:
            byte = self.byte()
            value += (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def string(self):
        coded = self.at < len(self.data) and self.data[self.at] & 128
        length = self.number(7)
        text = self.data[self.at:self.at + length]
        self.at += length
        if len(text) < length:
            raise Broken
        return unpacked(text) if coded else text

    def entry(self, index):
        table = FIXED + self.own
        if not 0 < index <= len(table):
            raise Broken
        return table[index - 1]

    def field(self):
        """(name, value), None of a new size of the table."""
        first = self.data[self.at]
        if first & 128:
            return self.entry(self.number(7))
        if first & 0xe0 == 0x20:
            self.max = self.number(5)
            if self.max > TABLE_MAX:
                raise Broken
            self.shrink()
            return None
        index = self.number(6 if first & 64 else 4)
        name = self.entry(index)[0] if index else self.string()
        pair = (name, self.string())
        if first & 64:
            self.own.insert(0, pair)
            self.shrink()
        return pair

    def decode(self, data):
        self.data, self.at, out = data, 0, []
        while self.at < len(data):
            pair = self.field()
            out += [pair] if pair else []
        return out


class Frames:
    """What a client says behind the preface."""

    def __init__(self):
        self.fields = Fields()
        self.data = b""
        self.block = b""

    def read(self, data):
        """The fields of each request."""
        self.data += data
        out = []
        while len(self.data) >= 9:
            length = int.from_bytes(self.data[:3], "big")
            kind, flags = self.data[3], self.data[4]
            if kind in (1, 9) and length + len(self.block) > BLOCK_MAX:
                raise Broken
            if len(self.data) < 9 + length:
                break
            part, self.data = self.data[9:9 + length], self.data[9 + length:]
            if kind == 1:
                part = self.bare(part, flags)
            if kind in (1, 9):
                self.block += part
            if kind in (1, 9) and flags & 4:
                fields = self.fields.decode(self.block)
                self.block = b""
                out += [fields] if b":method" in dict(fields) else []
        return out

    @staticmethod
    def bare(part, flags):
        pad, front = 0, 0
        if flags & 8:
            if not part:
                raise Broken
            pad, front = part[0], 1
        front += 5 if flags & 32 else 0
        if front + pad > len(part):
            raise Broken
        return part[front:len(part) - pad]
