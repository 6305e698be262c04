"""Reads the data of a report as its own script does: JSON in a script element, numbers in Rice's code."""

import json

import html5lib

DIGITS = {c: i for i, c in enumerate(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")}
HTML = "{http://www.w3.org/1999/xhtml}"


def unpack(text, count):
    """Numbers of Rice's code; the first character counts the bits of remainders."""
    bits = "".join(format(DIGITS[c], "06b") for c in text[1:])
    size, place, numbers = DIGITS[text[0]], 0, []
    for _ in range(count):
        quotient = 0
        while quotient < 16 and bits[place] == "1":
            quotient, place = quotient + 1, place + 1
        if quotient == 16:
            numbers.append(int(bits[place:place + 32], 2))
            place += 32
        else:
            rest = int(bits[place + 1:place + 1 + size] or "0", 2)
            numbers.append((quotient << size) + rest)
            place += 1 + size
    assert len(bits) - place < 6 and "1" not in bits[place:], "something is left over"
    return numbers


def unpack_signed(text, count):
    return [-(n + 1) // 2 if n % 2 else n // 2 for n in unpack(text, count)]


def parse(path):
    """The document and its data, as a browser would parse them."""
    with open(path, "rb") as file:
        document = html5lib.parse(file, transport_encoding="utf-8")
    blocks = [e for e in document.iter(f"{HTML}script") if e.get("type") == "application/json"]
    assert len(blocks) == 1 and len(blocks[0]) == 0
    return document, json.loads(blocks[0].text)


class Rows:
    """The rows of a page with their relatives."""

    def __init__(self, data):
        rows = data["rows"]
        self.names = rows["names"]
        self.count = len(self.names)
        self.labels = unpack(rows["labels"], self.count)
        self.silhouettes = (
            unpack_signed(rows["silhouettes"], self.count) if rows["silhouettes"] else None)
        self.columns = {column["name"]: self._column(column) for column in rows["columns"]}
        self.relatives = self._relatives(data["relatives"]) if "relatives" in data else None

    def _column(self, column):
        if "numbers" in column:
            codes = unpack(column["codes"], self.count)
            return [[column["numbers"][code - 1]] if code else [] for code in codes]
        counts = unpack(column["counts"], self.count)
        codes = iter(unpack(column["codes"], sum(counts)))
        return [[column["values"][next(codes)] for _ in range(count)] for count in counts]

    def _relatives(self, packed):
        """For each row: (row or None, similarity in ten-thousandths, shared words)."""
        length = packed["length"]
        total = self.count * length
        rows = unpack(packed["rows"], total)
        greatest = unpack_signed(packed["greatest"], self.count)
        falls = iter(unpack(packed["falls"], self.count * (length - 1)))
        words = [[] for _ in range(total)]
        if packed["wordLimit"] > 0:
            row_counts = unpack(packed["rowWords"], self.count)
            steps = iter(unpack(packed["steps"], sum(row_counts)))
            counts = unpack(packed["counts"], total)
            places = iter(unpack(packed["places"], sum(counts)))
            for row in range(self.count):
                own, last = [], -1
                for _ in range(row_counts[row]):
                    last += next(steps) + 1
                    own.append(packed["words"][last])
                for place in range(row * length, (row + 1) * length):
                    words[place] = [own[next(places)] for _ in range(counts[place])]
        lists = []
        for row in range(self.count):
            similarity, one = greatest[row], []
            for rank in range(length):
                place = row * length + rank
                if rank:
                    similarity -= next(falls)
                one.append((rows[place] - 1 if rows[place] else None, similarity, words[place]))
            lists.append(one)
        return lists
