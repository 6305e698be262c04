"""Writes model.json and runs.json: small model and runs files made by h5py, whole and damaged, and
what reading says.

Run with h5py 3.16.0 (HDF5 2.0.0) and numpy 2.4.6:

    python Tests/TestSupport/Golden/model_generate.py

The files share most of their bytes, so they are stored as blocks.
"""

import base64
import ctypes
import json
import pathlib
import re
import struct
import tempfile
import zlib

import h5py
import numpy as np

TEXT = "utf-8"
folder = pathlib.Path(tempfile.mkdtemp())


def packed(texts):
    encoded = [text.encode() for text in texts]
    offsets = np.cumsum([0] + [len(text) for text in encoded]).astype("<i8")
    return np.frombuffer(b"".join(encoded), "u1"), offsets


def parts():
    """The attributes and datasets of a whole model: 4 rows, 3 terms, 2 clusters."""
    options = {
        "latentDimensionCount": None, "longestNGram": 1, "seed": 0, "shortestNGram": 1,
        "maximumDocumentFrequency": {"fraction": {"_0": 1}},
        "minimumDocumentFrequency": {"count": {"_0": 1}},
        "stopWords": {"english": {}}, "tokenRule": "words", "usesSublinearTermFrequency": False,
    }
    attributes = {
        "format": "kindred-model", "format_version": 1, "program_version": "0.1.0",
        "options": "{}", "input_name": "films.csv", "input_sha256": "00" * 32,
        "text_columns": '["plot"]', "algorithm": "kmeans", "cluster_count": 2, "row_count": 4,
        "column_count": 3, "inertia": 1.5, "iterations": 7, "converged": 1,
        "feature_options": json.dumps(options, sort_keys=True),
    }
    datasets = {
        "centroids": np.array([[0.5, 0, 0.25], [0, 1, 0]], "<f4"),
        "labels": np.array([0, 1, 1, 0], "<i4"),
        "row_numbers": np.array([1, 2, 4, 5], "<i8"),
        "idf": np.array([1, 1.5, 2], "<f8"),
        "features/data": np.array([1, 1, 0.5, 0.5, 1], "<f4"),
        "features/indices": np.array([0, 1, 1, 2, 2], "<i4"),
        "features/indptr": np.array([0, 1, 2, 4, 5], "<i8"),
        "scores/values": np.array([np.nan, 0.25], "<f8"),
        "silhouettes": np.array([0.5, 0.25, -0.5, 0], "<f8"),
    }
    for name, texts in {
        "vocabulary": ["moon", "sea", "żółw"], "display_terms": ["moons", "sea", "żółw"],
        "row_ids": ["1", "2", "3", "4"], "titles": ["A", "", "Amélie", "月"],
        "scores/names": ["dunn", "silhouette"],
    }.items():
        datasets[name + "/bytes"], datasets[name + "/offsets"] = packed(texts)
    return attributes, datasets, {"features": {"shape": np.array([4, 3], "<i8")}}


def run_parts():
    """Two runs of 4 rows and 8 columns: one with sparse centroids, one with dense ones."""
    attributes = {
        "format": "kindred-runs", "format_version": 1, "program_version": "0.1.0", "run_count": 2,
        "row_count": 4, "column_count": 8,
    }
    datasets, others = {}, {}
    for name, count in (("kmeans-k0002", 2), ("minibatch-k0003", 3)):
        others[name] = {
            "algorithm": name.split("-")[0], "cluster_count": count, "inertia": 1.5,
            "iterations": 7, "converged": 1,
        }
        datasets[name + "/labels"] = np.array([0, 1, count - 1, 0], "<i4")
        datasets[name + "/scores/names/bytes"], datasets[name + "/scores/names/offsets"] = packed(
            ["dunn", "silhouette"])
        datasets[name + "/scores/values"] = np.array([np.nan, 0.25], "<f8")
    datasets["kmeans-k0002/silhouettes"] = np.array([0.5, 0.25, -0.5, 0], "<f8")
    datasets["kmeans-k0002/centroids/data"] = np.array([0.5, 0.25, 1], "<f4")
    datasets["kmeans-k0002/centroids/indices"] = np.array([0, 7, 3], "<i4")
    datasets["kmeans-k0002/centroids/indptr"] = np.array([0, 2, 3], "<i8")
    others["kmeans-k0002/centroids"] = {"shape": np.array([2, 8], "<i8")}
    datasets["minibatch-k0003/centroids/dense"] = np.arange(24, dtype="<f4").reshape(3, 8)
    return attributes, datasets, others


def write(change=None, after=None, libver="v108", parts=parts):
    """A file of the parts, changed before and after they are written."""
    attributes, datasets, others = parts()
    if change:
        change(attributes, datasets, others)
    path = folder / "model.h5"
    with create(path, libver) as file:
        for name, value in attributes.items():
            put(file, name, value)
        parents = {str(parent) for name in datasets for parent in pathlib.PurePath(name).parents}
        for name in sorted(parents - {"."}):
            make_group(file, name)
        for name, value in datasets.items():
            file.create_dataset(name, data=value, track_times=False)
        for name, values in others.items():
            for key, value in values.items():
                put(file[name], key, value)
        if after:
            after(file)
    return path.read_bytes()


def create(path, libver):
    """An empty file whose root keeps its links and attributes in its header, without an index."""
    versions = {"earliest": h5py.h5f.LIBVER_EARLIEST, "v108": h5py.h5f.LIBVER_V18,
                "v110": h5py.h5f.LIBVER_V110}
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(versions[libver], max(versions[libver], versions["v108"]))
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    creation.set_attr_phase_change(64, 0)
    creation.set_obj_track_times(False)
    if libver == "v108":
        # h5py has no name for this call of the library that it has loaded.
        maps = pathlib.Path("/proc/self/maps").read_text().split()
        library = ctypes.CDLL(next(word for word in maps if re.search(r"/libhdf5[-.]", word)))
        library.H5Pset_link_phase_change(
            ctypes.c_int64(creation.id), ctypes.c_uint(64), ctypes.c_uint(0))
    return h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, creation, access))


def make_group(file, name):
    creation = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    creation.set_obj_track_times(False)
    links = h5py.h5p.create(h5py.h5p.LINK_CREATE)
    h5py.h5g.create(file.id, name.encode(), links, creation)


def put(target, name, value):
    if isinstance(value, str):
        data = value.encode()
        kind = h5py.string_dtype(TEXT, max(1, len(data)))
        target.attrs.create(name, np.array(data, dtype=kind))
    elif isinstance(value, float):
        target.attrs[name] = np.float64(value)
    elif isinstance(value, int):
        target.attrs[name] = np.int64(value)
    else:
        target.attrs[name] = value


def set_attribute(name, value):
    return lambda attributes, datasets, others: attributes.update({name: value})


def set_dataset(name, value):
    return lambda attributes, datasets, others: datasets.update({name: value})


def drop(name):
    def change(attributes, datasets, others):
        for part in (attributes, datasets, others):
            for key in [key for key in part if key == name or key.startswith(name + "/")]:
                del part[key]
    return change


def replace(name, make):
    def after(file):
        del file[name]
        make(file, name)
    return after


def checksummed(wrong):
    def after(file):
        value = file["centroids"][()].tobytes()
        file["centroids"].attrs["crc32"] = np.int64(zlib.crc32(value) ^ wrong)
    return after


def virtual(file, name):
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_obj_track_times(False)
    space = h5py.h5s.create_simple((4,))
    creation.set_virtual(space, b"elsewhere.h5", b"labels", space)
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.STD_I32LE, space, creation)


def many_links(file):
    for number in range(80):
        file.create_dataset(f"extra{number:02}", data=np.zeros(1, "<f4"), track_times=False)


def patched(at, value):
    data = bytearray(write())
    data[at:at + len(value)] = value
    return bytes(data)


def stub(file, name, **options):
    file.create_dataset(name, data=np.zeros(4, "<i4"), track_times=False, **options)


nan, inf = float("nan"), float("inf")
f4 = lambda *values: np.array(values, "<f4")
i4 = lambda *values: np.array(values, "<i4")
i8 = lambda *values: np.array(values, "<i8")
f8 = lambda *values: np.array(values, "<f8")

cases = [
    # name, bytes, code ("" = reads), words in the message
    ("whole", write(), "", ""),
    ("whole with checksum", write(after=checksummed(0)), "", ""),
    ("wrong checksum", write(after=checksummed(1)), "damaged", "'centroids'"),
    ("not HDF5", b"show_id,title\n1,A\n" * 9, "not-hdf5", "not a model file"),
    ("signature only", write()[:8], "truncated", "ends early"),
    ("half", write()[:3000], "truncated", "ends early"),
    ("no format", write(drop("format")), "foreign", "not a Kindred model"),
    ("other format", write(set_attribute("format", "keras")), "foreign", "not a Kindred model"),
    ("format 3", write(set_attribute("format_version", 3)), "version",
     "format 3; this build reads 1"),
    ("format 0", write(set_attribute("format_version", 0)), "version", "format 0"),
    ("version as text", write(set_attribute("format_version", "1")), "shape", "format_version"),
]
for name in ("centroids", "labels", "idf", "display_terms", "row_ids", "features", "scores",
             "features/indices", "scores/values", "options", "algorithm", "cluster_count",
             "feature_options", "inertia", "row_count", "text_columns"):
    cases.append((f"no {name}", write(drop(name)), "missing-part", f"'{name}"))
cases += [
    ("no shape", write(lambda a, d, o: o.clear()), "missing-part", "attribute 'shape'"),
    ("rank of centroids", write(set_dataset("centroids", f4(1, 2, 3))), "shape",
     "'centroids' has 1 dimensions where 2 belong"),
    ("rank of labels", write(set_dataset("labels", i4([0, 1], [1, 0]))), "shape", "'labels'"),
    ("type of labels", write(set_dataset("labels", f4(0, 1, 1, 0))), "shape",
     "'labels' does not hold int32"),
    ("type of data", write(set_dataset("features/data", i4(1, 1, 1, 1, 1))), "shape",
     "'features/data'"),
    ("columns of centroids", write(set_dataset("centroids", f4([1, 2], [3, 4]))),
     "disagreement", "the centroids have 2 columns, the features 3"),
    ("vocabulary too short", write(lambda a, d, o: [
        d.update(dict(zip((n + "/bytes", n + "/offsets"), packed(["moon", "sea"]))))
        for n in ("vocabulary", "display_terms")] + [d.update(idf=f8(1, 2))]),
     "disagreement", "the centroids have 3 columns, the vocabulary 2 terms"),
    ("rows of centroids", write(set_attribute("cluster_count", 3)), "disagreement",
     "2 centroids for 3 clusters"),
    ("no row numbers", write(drop("row_numbers")), "missing-part", "'row_numbers'"),
    ("row numbers too few", write(set_dataset("row_numbers", i8(1, 2, 4))), "disagreement",
     "3 row numbers"),
    ("row number zero", write(set_dataset("row_numbers", i8(0, 1, 2, 3))), "disagreement",
     "the first row has the number 0"),
    ("row number twice", write(set_dataset("row_numbers", i8(1, 2, 2, 3))), "disagreement",
     "the row numbers do not ascend at row 2"),
    ("row numbers as int32", write(set_dataset("row_numbers", i4(1, 2, 4, 5))), "shape",
     "'row_numbers' does not hold int64"),
    ("runs for a model", write(parts=run_parts), "foreign", "not a Kindred model"),
    ("row count", write(set_attribute("row_count", 5)), "disagreement", "'row_count' says 5"),
    ("labels too few", write(set_dataset("labels", i4(0, 1, 1))), "disagreement",
     "there are 3 labels and 4 features"),
    ("silhouettes too few", write(set_dataset("silhouettes", f8(1))), "disagreement",
     "1 silhouettes"),
    ("weights too few", write(set_dataset("idf", f8(1))), "disagreement", "idf 1"),
    ("vocabulary unsorted", write(lambda a, d, o: d.update(
        dict(zip(("vocabulary/bytes", "vocabulary/offsets"), packed(["sea", "moon", "sea"]))))),
     "disagreement", "does not ascend at term 1"),
    ("label too large", write(set_dataset("labels", i4(0, 2, 1, 0))), "labels",
     "row 1 has the label 2"),
    ("label negative", write(set_dataset("labels", i4(0, 1, 1, -1))), "labels",
     "row 3 has the label -1"),
    ("NaN centroid", write(set_dataset("centroids", f4([0, 0, 0], [0, nan, 0]))),
     "disagreement", "cluster 1 has non-finite values"),
    ("infinite centroid", write(set_dataset("centroids", f4([inf, 0, 0], [0, 0, 0]))),
     "disagreement", "cluster 0 has non-finite values"),
    ("NaN feature", write(set_dataset("features/data", f4(1, 1, nan, 1, 1))), "disagreement",
     "row 2 of the features"),
    ("NaN weight", write(set_dataset("idf", f8(1, nan, 1))), "disagreement", "term 1"),
    ("offsets fall", write(set_dataset("features/indptr", i8(0, 2, 1, 4, 5))), "disagreement",
     "row 1 of 'features'"),
    ("offsets huge", write(set_dataset("features/indptr", i8(0, 2**62, 2, 4, 5))),
     "disagreement", "row 0 of 'features'"),
    ("offsets negative", write(set_dataset("features/indptr", i8(0, -5, 2, 4, 5))),
     "disagreement", "row 0 of 'features'"),
    ("offsets end early", write(set_dataset("features/indptr", i8(0, 1, 2, 4, 4))),
     "disagreement", "offsets from 0 to 4"),
    ("offsets empty", write(set_dataset("features/indptr", i8())), "disagreement",
     "0 row offsets"),
    ("column too large", write(set_dataset("features/indices", i4(0, 1, 1, 3, 2))),
     "disagreement", "row 2 of 'features'"),
    ("column repeated", write(set_dataset("features/indices", i4(0, 1, 1, 1, 2))),
     "disagreement", "row 2 of 'features'"),
    ("shape negative", write(lambda a, d, o: o["features"].update(shape=i8(-1, 3))),
     "disagreement", "'features' is -1×3"),
    ("shape huge", write(lambda a, d, o: o["features"].update(shape=i8(2**63 - 1, 3))),
     "disagreement", "'features' is"),
    ("text offsets beyond", write(set_dataset("titles/offsets", i8(0, 1, 1, 99, 11))),
     "disagreement", "the offsets of 'titles'"),
    ("text offsets fall", write(set_dataset("titles/offsets", i8(0, 7, 1, 7, 11))),
     "disagreement", "the offsets of 'titles'"),
    ("text offsets empty", write(set_dataset("titles/offsets", i8())), "disagreement",
     "the offsets of 'titles'"),
    ("text cut inside a letter", write(set_dataset("titles/offsets", i8(0, 1, 1, 4, 11))),
     "text", "element 2 of 'titles' is not valid UTF-8"),
    ("attribute not UTF-8", write(lambda a, d, o: a.update(
        algorithm=np.array(b"\xff\xfe", h5py.string_dtype(TEXT, 2)))), "text", "'algorithm'"),
    ("options not JSON", write(set_attribute("feature_options", "{")), "options",
     "'feature_options'"),
    ("options of another kind", write(set_attribute("feature_options", "[1]")), "options",
     "'feature_options'"),
    ("bounds of n-grams", write(lambda a, d, o: a.update(feature_options=re.sub(
        r'"longestNGram": 1', '"longestNGram": 0', a["feature_options"]))), "options", "n-gram"),
    ("iterations negative", write(set_attribute("iterations", -1)), "disagreement", "-1"),
    ("soft link", write(after=replace(
        "labels", lambda f, n: f.__setitem__(n, h5py.SoftLink("/row_ids")))), "structure",
     "soft or external link"),
    ("external link", write(after=replace(
        "labels", lambda f, n: f.__setitem__(n, h5py.ExternalLink("x.h5", "/y")))), "structure",
     "soft or external link"),
    ("external storage", write(after=replace("labels", lambda f, n: f.create_dataset(
        n, (4,), "<i4", external=[("secret.bin", 0, 16)], track_times=False))), "structure",
     "lie in another file"),
    ("chunked", write(after=replace("labels", lambda f, n: stub(f, n, chunks=(2,)))),
     "structure", "chunked"),
    ("compressed", write(after=replace(
        "labels", lambda f, n: stub(f, n, chunks=(4,), compression="gzip"))), "structure",
     "h"),
    ("virtual", write(after=replace("labels", virtual), libver="v110"), "structure", ""),
    ("variable-length text", write(after=lambda f: f.attrs.__setitem__("algorithm", "kmeans")),
     "structure", "variable-length"),
    ("variable-length titles", write(after=lambda f: f.create_dataset(
        "more", data=["a", "bb"], track_times=False)), "structure", "variable-length"),
    ("big-endian", write(set_dataset("labels", np.array([0, 1, 1, 0], ">i4"))), "structure",
     "little-endian"),
    ("float16", write(set_dataset("idf", np.array([1, 2, 3], "<f2"))), "structure",
     "little-endian"),
    ("compound", write(set_dataset("idf", np.zeros(3, [("a", "<f4")]))), "structure",
     "little-endian"),
    ("three dimensions", write(set_dataset("centroids", np.zeros((2, 3, 1), "<f4"))),
     "structure", "two dimensions"),
    ("null attribute", write(after=lambda f: f.attrs.__setitem__("x", h5py.Empty("<f4"))),
     "structure", "without a shape"),
    ("never written", write(after=replace("labels", lambda f, n: f.create_dataset(
        n, (4,), "<i4", track_times=False))), "structure", ""),
    ("many links", write(after=many_links), "structure", "indexed"),
    ("old layout", write(libver="earliest"), "structure", "another layout"),
    ("group for labels", write(after=replace("labels", lambda f, n: make_group(f, n))),
     "damaged", "'labels'"),
    ("dataset for titles", write(after=replace("titles", stub)), "missing-part", "titles/bytes"),
    ("structure's checksum", patched(44, b"\0\0\0\0"), "damaged", "checksum"),
    ("root far away", patched(36, struct.pack("<Q", 1 << 40)), "structure", ""),
    ("root beyond 2^63", patched(36, b"\xff" * 8), "structure", ""),
    ("end beyond the file", patched(28, struct.pack("<Q", 1 << 40)), "truncated", "ends early"),
]


def write_runs(change=None, after=None):
    return write(change, after, parts=run_parts)


def set_in_group(group, **values):
    return lambda attributes, datasets, others: others[group].update(values)


def without_attributes(*names):
    def change(attributes, datasets, others):
        for name in names:
            del others["kmeans-k0002"][name]
    return change


def rename(old, new):
    return lambda file: file.move(old, new)


def set_in_run(name, value):
    return set_dataset("kmeans-k0002/" + name, value)


run_cases = [
    ("whole", write_runs(), "", ""),
    ("model for runs", write(), "foreign", "not a Kindred runs file"),
    ("format 2", write_runs(set_attribute("format_version", 2)), "version", "format 2"),
    ("run count", write_runs(set_attribute("run_count", 3)), "disagreement",
     "'run_count' says 3, the file has 2 runs"),
    ("no run count", write_runs(drop("run_count")), "missing-part", "'run_count'"),
    ("other group", write_runs(after=lambda f: make_group(f, "notes")), "disagreement",
     "'notes' is not the name of a run"),
    ("name without zeros", write_runs(after=rename("kmeans-k0002", "kmeans-k2")),
     "disagreement", "'kmeans-k2' is not the name of a run"),
    ("name with a sign", write_runs(after=rename("kmeans-k0002", "kmeans-k+002")),
     "disagreement", "is not the name of a run"),
    ("name of another run", write_runs(after=rename("minibatch-k0003", "minibatch-k0004")), "", ""),
    ("other algorithm", write_runs(set_in_group("kmeans-k0002", algorithm="ward")),
     "disagreement", "'kmeans-k0002' says that it is ward with 2 clusters"),
    ("other cluster count", write_runs(set_in_group("kmeans-k0002", cluster_count=3)),
     "disagreement", "'kmeans-k0002' says that it is kmeans with 3 clusters"),
    ("iterations negative", write_runs(set_in_group("kmeans-k0002", iterations=-2)),
     "disagreement", "kmeans-k0002: the fit took -2 iterations"),
    ("inertia as integer", write_runs(set_in_group("kmeans-k0002", inertia=1)), "shape",
     "'inertia' is not 1 float64"),
    ("row count", write_runs(set_attribute("row_count", 5)), "disagreement",
     "kmeans-k0002: there are 4 labels for 5 rows"),
    ("column count", write_runs(set_attribute("column_count", 9)), "disagreement",
     "'kmeans-k0002/centroids' is 2×8"),
    ("shape huge", write_runs(lambda a, d, o: (
        o["kmeans-k0002/centroids"].update(shape=i8(2, 2**31 - 1)),
        a.update(column_count=2**31 - 2))), "disagreement", "which does not fit the run"),
    ("rows of centroids", write_runs(lambda a, d, o: (
        d.update({"kmeans-k0002/centroids/indptr": i8(0, 2, 3, 3)}),
        o["kmeans-k0002/centroids"].update(shape=i8(3, 8)))), "disagreement", "is 3×8"),
    ("column too large", write_runs(set_in_run("centroids/indices", i4(0, 8, 3))), "disagreement",
     "row 0 of 'kmeans-k0002/centroids'"),
    ("NaN centroid", write_runs(set_in_run("centroids/data", f4(1, 1, nan))), "disagreement",
     "kmeans-k0002: cluster 1 has non-finite values (column 3)"),
    ("label too large", write_runs(set_in_run("labels", i4(0, 2, 1, 0))), "labels",
     "row 1 has the label 2"),
    ("silhouettes too few", write_runs(set_in_run("silhouettes", f8(1))), "disagreement",
     "kmeans-k0002: there are 1 silhouettes for 4 rows"),
    ("scores too few", write_runs(set_in_run("scores/values", f8(1))), "disagreement",
     "'kmeans-k0002/scores' has 2 names and 1 values"),
    ("dataset for run", write_runs(after=replace("kmeans-k0002", stub)), "missing-part",
     "'algorithm'"),
    ("soft link for run", write_runs(after=replace(
        "kmeans-k0002", lambda f, n: f.__setitem__(n, h5py.SoftLink("/minibatch-k0003")))),
     "structure", "soft or external link"),
]
for name in ("labels", "centroids", "scores"):
    run_cases.append((f"no {name}", write_runs(drop("kmeans-k0002/" + name)), "missing-part",
                      f"'kmeans-k0002/{name}"))
for name in ("algorithm", "cluster_count", "inertia", "iterations", "converged"):
    run_cases.append((f"no {name}", write_runs(without_attributes(name)), "missing-part",
                      f"attribute '{name}' of 'kmeans-k0002' is missing"))


def in_blocks(data, blocks):
    """The file in blocks of 32 bytes: their places in a shared list, or -n for n blocks of zeros."""
    places = []
    for start in range(0, len(data), 32):
        block = data[start:start + 32].ljust(32, b"\0")
        if any(block):
            places.append(blocks.setdefault(block, len(blocks)))
        elif places and places[-1] < 0:
            places[-1] -= 1
        else:
            places.append(-1)
    return places


def save(target_name, cases):
    blocks = {}
    result = {
        "made with": {"h5py": h5py.version.version, "HDF5": h5py.version.hdf5_version,
                      "numpy": np.__version__},
        "cases": [{"name": name, "byteCount": len(data), "blocks": in_blocks(data, blocks),
                   "code": code, "words": words} for name, data, code, words in cases],
        "blocks": [],
    }
    result["blocks"] = [base64.b64encode(block).decode() for block in blocks]
    target = pathlib.Path(__file__).with_name(target_name)
    target.write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(len(cases), "cases,", target.stat().st_size, "bytes")


save("model.json", cases)
save("runs.json", run_cases)
