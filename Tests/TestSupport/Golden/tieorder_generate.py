"""Writes tieorder.json: NumPy's order of tied counts on a processor with AVX-512.

Needs numpy 2.4.6 under Linux on x86-64 with AVX-512; it refuses to run elsewhere, because the
order of equal counts differs there. Run it in this folder: python tieorder_generate.py
"""

import json
import platform
import sys

import numpy as np
from numpy._core._multiarray_umath import __cpu_features__

NUMPY = "2.4.6"
MASK = (1 << 64) - 1
SIZES = [
    2, 3, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129, 200, 255, 256, 257, 258, 287, 288, 289,
    300, 511, 512, 513, 1000, 1024, 2047, 5000, 20000,
]
DISTINCT = [1, 2, 3, 5, 20, 1000]


def draws(seed, count):
    """The upper 31 bits of a 64-bit linear congruential generator."""
    values = []
    state = seed
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        values.append(state >> 33)
    return values


def uniform(seed, size, distinct):
    """Counts that are equally frequent."""
    return [draw % distinct for draw in draws(seed, size)]


def skewed(seed, size, distinct):
    """Counts like those of words: a count of at least c has a probability of 1/c."""
    return [min(distinct, (1 << 31) // (draw + 1)) for draw in draws(seed, size)]


def ordered(seed, size, distinct):
    """Counts that need no sorting."""
    return sorted(uniform(seed, size, distinct), reverse=True)


SHAPES = {"uniform": uniform, "skewed": skewed, "ordered": ordered}


class Adversary:
    """Finds counts that drive the sort through its last resorts, a std::sort and its heapsort.

    Keys are decided only when the sort compares them, each as small as is possible, so that no
    split divides well (McIlroy, "A killer adversary for quicksort", DOI
    10.1002/(SICI)1097-024X(19990410)29:4<341::AID-SPE237>3.0.CO;2-R).
    """

    def __init__(self, size):
        self.open = size
        self.keys = [self.open] * size
        self.decided = 0
        self.candidate = None

    def decide(self, position):
        if self.keys[position] == self.open:
            self.keys[position] = self.decided
            self.decided += 1

    def below(self, first, second):
        if self.keys[first] == self.open and self.keys[second] == self.open:
            self.decide(first if first == self.candidate else second)
        if self.keys[first] == self.open:
            self.candidate = first
        elif self.keys[second] == self.open:
            self.candidate = second
        return self.keys[first] < self.keys[second]

    def counts(self):
        size = len(self.keys)
        order = list(range(size))
        start = 0
        for _ in range(2 * (size.bit_length() - 1)):
            start += self.split_vectors(order, start)
        tail = order[start:]
        self.quicksort(tail, 0, len(tail), 2 * (len(tail).bit_length() - 1))
        self.keys = [min(key, self.decided) for key in self.keys]
        return [max(self.keys) - key for key in self.keys]

    def split_vectors(self, order, start):
        """One split around a median of eight; returns how many went to the front."""
        lower, upper = start, len(order)
        distance = (upper - lower - 1) // 8
        sample = [order[lower + lane * distance] for lane in range(1, 9)]
        for position in reversed(sample):
            self.decide(position)
        pivot = sorted(self.keys[position] for position in sample)[4]
        for _ in range((upper - lower) % 32):
            if self.keys[order[lower]] < pivot:
                lower += 1
            else:
                upper -= 1
                order[lower], order[upper] = order[upper], order[lower]
        source = order[:]
        front, back = lower, upper
        first, last = lower, upper - 32
        lower, upper = lower + 32, upper - 32
        while lower < upper or first is not None or last is not None:
            if lower < upper:
                from_right = back - upper < lower - front
                block = upper - 32 if from_right else lower
                lower, upper = (lower, upper - 32) if from_right else (lower + 32, upper)
            elif first is not None:
                block, first = first, None
            else:
                block, last = last, None
            for vector in range(block, block + 32, 8):
                positions = source[vector : vector + 8]
                less = [p for p in positions if self.keys[p] < pivot]
                rest = [p for p in positions if self.keys[p] >= pivot]
                order[front : front + len(less)] = less
                order[back - len(rest) : back] = rest
                front, back = front + len(less), back - len(rest)
        return front - start

    def quicksort(self, order, start, end, splits_left):
        while end - start > 16 and splits_left > 0:
            splits_left -= 1
            a, b, c = start + 1, (start + end) // 2, end - 1
            if self.below(order[a], order[b]):
                middle = b if self.below(order[b], order[c]) else (
                    c if self.below(order[a], order[c]) else a)
            else:
                middle = a if self.below(order[a], order[c]) else (
                    c if self.below(order[b], order[c]) else b)
            order[start], order[middle] = order[middle], order[start]
            lower, upper = start + 1, end
            while True:
                while self.below(order[lower], order[start]):
                    lower += 1
                upper -= 1
                while self.below(order[start], order[upper]):
                    upper -= 1
                if lower >= upper:
                    break
                order[lower], order[upper] = order[upper], order[lower]
                lower += 1
            self.quicksort(order, lower, end, splits_left)
            end = lower


def argsort(counts):
    return np.argsort(-np.asarray(counts, dtype=np.int64))


def digest(order):
    """FNV-1a over the positions, each taken as one 64-bit word."""
    value = 0xCBF29CE484222325
    for position in order.tolist():
        value = ((value ^ position) * 0x100000001B3) & MASK
    return f"{value:016x}"


def main():
    if np.__version__ != NUMPY or platform.system() != "Linux":
        sys.exit(f"tieorder_generate.py needs numpy {NUMPY} under Linux; this is {np.__version__}.")
    features = [
        name for name in ("AVX512_SKX", "X86_V4", "AVX512_ICL") if __cpu_features__.get(name)]
    if not {"AVX512_SKX", "X86_V4"} & set(features):
        sys.exit("tieorder_generate.py needs a processor with AVX-512 that NumPy may use.")
    cases = []
    for size in SIZES:
        for distinct in DISTINCT:
            for shape, make in SHAPES.items():
                if shape != "uniform" and (distinct == 1 or size < 200):
                    continue
                seed = len(cases) + 1
                order = argsort(make(seed, size, distinct))
                cases.append({
                    "shape": shape, "seed": seed, "size": size, "distinct": distinct,
                    "digest": digest(order), "head": order[:8].tolist()})
    hard = Adversary(600).counts()
    record = {
        "numpy": np.__version__, "cpuFeatures": features, "cases": cases,
        "hardCounts": hard, "hardOrder": argsort(hard).tolist()}
    with open("tieorder.json", "w") as file:
        lines = ",\n".join("    " + json.dumps(case) for case in record.pop("cases"))
        head = json.dumps(record)[1:-1]
        file.write("{\n  " + head + ',\n  "cases": [\n' + lines + "\n  ]\n}\n")


main()
