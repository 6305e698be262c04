"""Writes catalogue_tables.json and catalogue_matrices.json beside this file.

Needs numpy 2.4.6, scipy 1.17.1 and pandas 3.1.1; the versions used are stored in the files.
"""

import base64
import csv
import gzip
import io
import json
import pathlib
import platform
import random
import zlib

import numpy
import pandas
import scipy
import scipy.io
import scipy.sparse

FOLDER = pathlib.Path(__file__).parent
VERSIONS = {
    "python": platform.python_version(),
    "numpy": numpy.__version__,
    "scipy": scipy.__version__,
    "pandas": pandas.__version__,
}
PIECES = [
    "a", "plain", " ", "  lead", "trail  ", ",", ";", "\t", '"', '""', '"quoted"', "\n", "\r\n",
    "\n\n", "é", "ß", "日本", "😀", "e\u0301", "\u00a0", "\u2028", "0", "-1.5e3", "NA", "null",
    "=1+1", "\\", "'", "#", "x" * 300,
]


def encoded(data):
    return base64.b64encode(data).decode("ascii")


def cell(rng):
    return "".join(rng.choice(PIECES) for _ in range(rng.choice([0, 1, 1, 2, 3, 5])))


def tables():
    rng = random.Random(20260101)
    cases = []
    for number in range(40):
        columns = rng.randint(2, 9)
        delimiter = [",", ",", ";", "\t"][number % 4]
        end = ["\n", "\r\n", "\r"][number % 3]
        # The writer leaves LF unquoted when rows end in CR, and its own reader then ends the row.
        is_full = end == "\r" or number // 2 % 2
        quoting = csv.QUOTE_ALL if is_full else csv.QUOTE_MINIMAL
        names = [f"c{i}" for i in range(columns)]
        rows = [[cell(rng) for _ in range(columns)] for _ in range(rng.randint(1, 25))]
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
        writer.writerow(names)
        for row in rows:
            writer.writerow(row)
            if number % 5 == 4:
                text.write(end)
        text = text.getvalue()
        if number % 7 == 3:
            text = text[: len(text) - len(end)]
        read = [
            row
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            if row
        ]
        assert read == [names] + rows, number
        if end != "\r":
            frame = pandas.read_csv(
                io.StringIO(text, newline=""), sep=delimiter, dtype=str, keep_default_na=False,
                na_filter=False, lineterminator="\n" if end == "\n" else None)
            if not any("\r" in value for row in rows for value in row):
                assert frame.values.tolist() == rows, number
        data = text.encode("utf-8")
        if number % 6 == 5:
            data = b"\xef\xbb\xbf" + data
        cases.append(
            {"name": f"table {number}", "suffix": "tsv" if delimiter == "\t" else "csv",
             "bytes": encoded(data), "columns": names, "rows": rows})
    text = "id,plot\n" + "".join(f"{i},line {i}\n" for i in range(200))
    data = text.encode()
    whole = gzip.compress(data, mtime=0)
    half = gzip.compress(data[:700], mtime=0) + gzip.compress(data[700:], mtime=0)
    wrong = bytearray(whole)
    wrong[-6] ^= 0x55
    broken = bytearray(whole)
    broken[40] ^= 0xFF
    compressed = {
        "whole": encoded(whole), "twoMembers": encoded(half), "zeroPadded": encoded(whole + bytes(512)),
        "truncated": encoded(whole[:300]), "noTrailer": encoded(whole[:-8]),
        "badChecksum": encoded(bytes(wrong)), "broken": encoded(bytes(broken)),
        "trailing": encoded(whole + b"extra"), "bomb": encoded(gzip.compress(bytes(4_000_000), mtime=0)),
    }
    return {"versions": VERSIONS, "tables": cases, "gzip": compressed, "gzipText": text}


def npy(array, **options):
    out = io.BytesIO()
    numpy.save(out, array, **options)
    return encoded(out.getvalue())


def npy_version(array, version):
    out = io.BytesIO()
    numpy.lib.format.write_array(out, array, version=version)
    return encoded(out.getvalue())


def npz(matrix, compressed=True):
    out = io.BytesIO()
    scipy.sparse.save_npz(out, matrix, compressed=compressed)
    return encoded(out.getvalue())


def npz_arrays(**arrays):
    out = io.BytesIO()
    numpy.savez(out, **arrays)
    return encoded(out.getvalue())


def mtx(matrix, **options):
    out = io.BytesIO()
    scipy.io.mmwrite(out, matrix, **options)
    return encoded(out.getvalue())


def matrices():
    rng = numpy.random.default_rng(20260101)
    dense = rng.normal(size=(7, 5)).astype("<f4")
    dense[rng.random((7, 5)) < 0.5] = 0
    whole = rng.integers(0, 100, size=(6, 4))
    csr = scipy.sparse.csr_matrix(dense)
    arrays = {}

    def add(name, suffix, data, expected):
        expected = numpy.asarray(expected, dtype="<f4")
        arrays[name] = {
            "suffix": suffix, "bytes": data, "shape": list(expected.shape),
            "elements": encoded(expected.tobytes())}

    for kind in ["<f4", ">f4", "<f8", ">f8", "<f2", ">f2"]:
        typed = dense.astype(kind)
        add(f"npy {kind}", "npy", npy(typed), typed.astype("<f4"))
        add(f"npy {kind} Fortran", "npy", npy(numpy.asfortranarray(typed)), typed.astype("<f4"))
    for kind in ["|i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "|u1", "<u2", ">u4", "<u8"]:
        add(f"npy {kind}", "npy", npy(whole.astype(kind)), whole)
    add("npy bool", "npy", npy(dense != 0), dense != 0)
    halves = numpy.array([[0x0001, 0x03FF, 0x0400, 0x7BFF, 0x8000, 0xC000]], "<u2").view("<f2")
    add("npy half edges", "npy", npy(halves), halves)
    add("npy version 2", "npy", npy_version(dense, (2, 0)), dense)
    add("npy version 3", "npy", npy_version(dense, (3, 0)), dense)
    for kind in ["<f4", "<f8", "<i4", "<i8"]:
        typed = (dense * 4).astype(kind)
        add(f"npz csr {kind}", "npz", npz(scipy.sparse.csr_matrix(typed)), typed)
    add("npz csr stored", "npz", npz(csr, compressed=False), dense)
    add("npz csr_array", "npz", npz(scipy.sparse.csr_array(dense)), dense)
    add("npz csc", "npz", npz(csr.tocsc()), dense)
    add("npz coo", "npz", npz(csr.tocoo()), dense)
    long = csr.copy()
    long.indices = long.indices.astype("<i8")
    long.indptr = long.indptr.astype("<i8")
    add("npz csr 64-bit indices", "npz", npz(long), dense)
    messy = scipy.sparse.csr_matrix(
        (numpy.array([1, 2, 4, 0, 8, -8, 16], "<f4"), numpy.array([3, 0, 3, 1, 2, 2, 1], "<i4"),
         numpy.array([0, 4, 4, 7], "<i4")), shape=(3, 4))
    add("npz messy", "npz", npz(messy), [[2, 0, 0, 5], [0, 0, 0, 0], [0, 16, 0, 0]])
    add("mtx general", "mtx", mtx(scipy.sparse.coo_matrix(dense.astype("f8")), precision=17), dense)
    add("mtx integer", "mtx", mtx(scipy.sparse.coo_matrix(whole)), whole)
    square = numpy.array([[2.5, 1, 0], [1, 0, -3], [0, -3, 4]])
    add("mtx symmetric", "mtx", mtx(scipy.sparse.coo_matrix(square), symmetry="symmetric"), square)
    skew = numpy.array([[0.0, 1, 0], [-1, 0, -3], [0, 3, 0]])
    add("mtx skew", "mtx", mtx(scipy.sparse.coo_matrix(skew), symmetry="skew-symmetric"), skew)
    pattern = scipy.sparse.coo_matrix(dense != 0)
    add("mtx pattern", "mtx", mtx(pattern, field="pattern"), dense != 0)
    add("mtx gz", "mtx.gz",
        encoded(gzip.compress(base64.b64decode(arrays["mtx general"]["bytes"]), mtime=0)), dense)

    ok = dict(data=csr.data, indices=csr.indices, indptr=csr.indptr, shape=numpy.array(csr.shape),
              format=numpy.array(b"csr"))
    nan = csr.data.copy()
    nan[3] = numpy.nan
    outside = csr.indices.copy()
    outside[2] = 5
    descending = csr.indptr.copy()
    descending[2] = descending[1] - 1
    huge = base64.b64decode(npy(dense)).replace(b"(7, 5)", b"(2**", 1)
    big = base64.b64decode(npy(dense))
    big = big.replace(b"'shape': (7, 5), }" + b" " * 20, b"'shape': (4294967296, 4294967296), }  ", 1)
    over = base64.b64decode(npy(dense)).replace(b"(7, 5)", b"(7, 6)", 1)
    objects = io.BytesIO()
    numpy.save(objects, numpy.array([["a", 1]], dtype=object), allow_pickle=True)
    stored = base64.b64decode(npz(csr, compressed=False))
    at = stored.index(csr.data.tobytes())
    flipped = bytearray(stored)
    flipped[at] ^= 1
    refused = {
        "npy.not-an-array": ["npy", encoded(b"not an array at all")],
        "npy.not-an-array literal": ["npy", encoded(huge)],
        "npy.size overflow": ["npy", encoded(big)],
        "npy.size": ["npy", encoded(over)],
        "npy.size truncated": ["npy", encoded(base64.b64decode(npy(dense))[:-3])],
        "npy.objects": ["npy", encoded(objects.getvalue())],
        "npy.type": ["npy", npy(numpy.array([["a", "b"]]))],
        "npy.type complex": ["npy", npy(dense.astype("<c8"))],
        "npy.type records": ["npy", npy(numpy.zeros((2, 2), dtype=[("a", "<f4")]))],
        "npy.shape": ["npy", npy(dense[0])],
        "matrix.no-elements": ["npy", npy(dense[:0])],
        "matrix.not-finite": ["npy", npy(numpy.array([[0, 1], [numpy.inf, 2]], "<f4"))],
        "matrix.not-finite Fortran": [
            "npy", npy(numpy.asfortranarray(numpy.array([[0, 1], [numpy.inf, 2]], "<f4")))],
        "matrix.not-finite single": ["npy", npy(numpy.array([[0, 1], [1e300, 2]]))],
        "npz.damaged": ["npz", encoded(stored[: len(stored) // 2])],
        "npz.damaged checksum": ["npz", encoded(bytes(flipped))],
        "npz.missing-array": ["npz", npz_arrays(**{k: v for k, v in ok.items() if k != "indptr"})],
        "npz.indices": ["npz", npz_arrays(**{**ok, "indices": outside})],
        "npz.indptr": ["npz", npz_arrays(**{**ok, "indptr": descending})],
        "npz.indptr short": ["npz", npz_arrays(**{**ok, "indptr": csr.indptr[:-1]})],
        "npz.indptr end": ["npz", npz_arrays(**{**ok, "data": csr.data[:-2]})],
        "npz.format": ["npz", npz_arrays(**{**ok, "format": numpy.array(b"bsr")})],
        "npz.shape": ["npz", npz_arrays(**{**ok, "shape": numpy.array([7, 5, 2])})],
        "matrix.not-finite npz": ["npz", npz_arrays(**{**ok, "data": nan})],
        "matrix.too-large": [
            "npz", npz_arrays(**{**ok, "format": numpy.array(b"coo"), "row": csr.indices,
                                 "col": csr.indices, "shape": numpy.array([2**40, 5])})],
    }
    labels = numpy.array([3, -1, 0, 2, 2], "<i8")
    return {
        "versions": VERSIONS, "arrays": arrays, "refused": refused,
        "written": {
            "dense": {"npy": npy(dense), "shape": [7, 5]},
            "labels": {kind: npy(labels.astype(kind)) for kind in ["<i4", "<i8", "|i1", ">i2"]},
            "doubles": npy(dense.astype("<f8")),
            "npz": npz(csr, compressed=False)},
    }


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, indent=1, sort_keys=True)
    (FOLDER / name).write_text(text + "\n")


if __name__ == "__main__":
    assert zlib.crc32(b"123456789") == 0xCBF43926
    write("catalogue_tables.json", tables())
    write("catalogue_matrices.json", matrices())
