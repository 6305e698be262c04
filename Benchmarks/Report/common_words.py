#!/usr/bin/env python3
"""Writes a catalogue that is hard on the report: long texts that share very common words.

`./common_words.py > run/common.csv`, then
`kindred cluster run/common.csv --k 20 --stop-words none --out run/common` and look at `files` in
`run/common/timing.json`. Words follow Zipf's law, so that a few of them are in nearly every text.
"""

import argparse
import itertools
import random

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def name(number):
    """A word of at least three letters for each whole number."""
    letters = [LETTERS[number // 26**place % 26] for place in range(3)]
    return "".join(letters) + (str(number // 26**3) if number >= 26**3 else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=60, help="of a text")
    parser.add_argument("--vocabulary", type=int, default=20_000)
    parser.add_argument("--exponent", type=float, default=1.0, help="of Zipf's law")
    options = parser.parse_args()

    generator = random.Random(1)
    sums = list(
        itertools.accumulate(rank**-options.exponent for rank in range(1, options.vocabulary + 1))
    )
    words = [name(number) for number in range(options.vocabulary)]
    print("title,description")
    for row in range(options.rows):
        text = generator.choices(words, cum_weights=sums, k=options.words)
        print(f"Title {row + 1},{' '.join(text)}")


if __name__ == "__main__":
    main()
