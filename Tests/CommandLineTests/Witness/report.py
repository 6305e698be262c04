"""Compares a report with the other files of its run folder, and with `kindred recommend`.

report.py RUN_FOLDER KINDRED CATALOGUE STEP prints one JSON object: the number of comparisons by kind. It
ends with an error at the first difference. Every STEPth row is put to `recommend`.
"""

import base64
import csv
import hashlib
import json
import os
import re
import subprocess
import sys

import numpy as np

from report_page import HTML, Rows, parse, unpack, unpack_signed

folder, kindred, catalogue, step = sys.argv[1:]
done = {}


def same(kind, ours, theirs, what=""):
    assert ours == theirs, f"{kind} {what}: {ours!r} is not {theirs!r}"
    done[kind] = done.get(kind, 0) + 1


def near(kind, ours, theirs, half, what=""):
    assert abs(ours - theirs) <= half * 1.0001, f"{kind} {what}: {ours!r} is not near {theirs!r}"
    done[kind] = done.get(kind, 0) + 1


def table(name):
    with open(f"{folder}/{name}", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(cell):
    return float(cell) if cell != "" else None


document, data = parse(f"{folder}/report.html")
rows = Rows(data)
labels = table("labels.csv")

# The policy names the script and the style sheet that are there, and nothing may be fetched.
policy = next(
    e.get("content") for e in document.iter(f"{HTML}meta")
    if e.get("http-equiv") == "Content-Security-Policy")
same("policy", policy.split(";")[0], "default-src 'none'")
with open(f"{folder}/report.html", encoding="utf-8") as file:
    source = file.read()
for tag, rule in (("script", "script-src"), ("style", "style-src")):
    inside = re.search(rf"<{tag}>(.*?)</{tag}>", source, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
    same("policy", f"{rule} 'sha256-{digest}'" in policy, True, tag)
for element in document.iter():
    for attribute in ("src", "href", "action", "data"):
        value = element.get(attribute)
        same("links", value is None or value.startswith("#"), True, str(value))
for path in (os.path.abspath(folder), os.path.expanduser("~"), os.uname().nodename):
    # A short name can stand in packed numbers by chance.
    if len(path) > 6:
        same("secrets", path in source, False, path)

# sweep.csv and sweep.json.
with open(f"{folder}/sweep.json") as file:
    same("sweep.json", data["sweep"], json.load(file))
keys = {
    "k": "k", "inertia": "inertia", "silhouette": "silhouette",
    "calinski_harabasz": "calinski_harabasz", "davies_bouldin": "davies_bouldin",
    "stability": "stability",
}
for run, line in zip(data["sweep"]["runs"], table("sweep.csv"), strict=True):
    same("sweep.csv", run["algorithm"], line["algorithm"])
    for key, column in keys.items():
        same("sweep.csv", run.get(key), number(line[column]), key)
with open(f"{folder}/no_of_clusters.txt") as file:
    same("chosen k", data["k"], int(file.read()))
best = data["sweep"]["runs"][data["best"]]
same("chosen k", (best["k"], best["algorithm"]), (data["k"], data["algorithm"]))

# clusters.csv and clusters.json.
clusters = {cluster["cluster"]: cluster for cluster in data["clusters"]}
for line in table("clusters.csv"):
    cluster = clusters[int(line["cluster"])]
    same("clusters.csv", cluster["rows"], int(line["size"]))
    for key in ("silhouette", "cohesion", "distance", "inertia"):
        same("clusters.csv", cluster[key], number(line[key]), key)
with open(f"{folder}/clusters.json") as file:
    described = json.load(file)
for theirs in described:
    cluster = clusters[theirs["cluster"]]
    for ours, key in (("words", "words"), ("apart", "discriminating_words")):
        same("words", [w for w, _ in cluster[ours]], [w["word"] for w in theirs[key]])
        for (_, share), word in zip(cluster[ours], theirs[key]):
            near("shares", share, word["share"], 5e-5)
    for ours, key in (("typical", "representative"), ("odd", "odd")):
        same("titles", [rows.names[place] for place in cluster[ours]],
             [row["title"] if data["hasTitles"] else row["id"] for row in theirs[key]])
    for entry, profile in zip(cluster["profile"], theirs["profile"], strict=True):
        same("profiles", entry["column"], profile["column"])
        if "quartiles" in profile:
            same("profiles", entry["quartiles"], profile["quartiles"])
            same("profiles", entry["overall"], profile["overall_quartiles"])
        else:
            for (name, share, overall), value in zip(
                    entry["values"], profile["values"], strict=True):
                same("profiles", name, value["value"])
                near("profiles", share, value["share"], 5e-5)
                near("profiles", overall, value["overall_share"], 5e-5)
    if cluster["outline"]:
        own = sorted((float(line["silhouette"]) for line in labels
                      if int(line["cluster"]) == theirs["cluster"]), reverse=True)
        near("outlines", cluster["outline"][0] / 1000, own[0], 5e-4)
        near("outlines", cluster["outline"][-1] / 1000, own[-1], 5e-4)

# labels.csv.
same("rows", data["total"], len(labels))
origin = range(len(labels))
if data["shown"] == data["total"]:
    for place, line in enumerate(labels):
        same("rows", rows.names[place], line["title"] if data["hasTitles"] else line["id"])
        same("rows", rows.labels[place], int(line["cluster"]))
        if rows.silhouettes:
            near("rows", rows.silhouettes[place] / 1000, float(line["silhouette"]), 5e-4)
else:
    assert rows.count == data["shown"] < len(labels)
    names = [line["title"] if data["hasTitles"] else line["id"] for line in labels]
    # The rows are in the order of the catalogue.
    left = iter(range(len(names)))
    origin = [next(row for row in left if names[row] == name) for name in rows.names]
    for place, row in enumerate(origin):
        same("rows", rows.labels[place], int(labels[row]["cluster"]))

# The columns that rows are filtered by.
if catalogue.endswith(".csv") and data["shown"] == data["total"]:
    with open(catalogue, newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    for name, values in rows.columns.items():
        for place, line in enumerate(labels):
            cell = cells[int(line["row"]) - 1][name].strip()
            if values[place] and not isinstance(values[place][0], str):
                same("columns", values[place], [float(cell)])
            elif cell in values[place] or cell == "":
                same("columns", values[place], [cell] if cell else [])
            else:
                parts = [part.strip() for part in cell.split(",") if part.strip()]
                same("columns", values[place], list(dict.fromkeys(parts)))

# How the centers relate.
import h5py  # noqa: E402

with h5py.File(f"{folder}/model.h5") as model:
    centers = np.array(model["centroids"], dtype=np.float64)
if "similarity" in data:
    ours = unpack_signed(
        data["similarity"]["cosines"], len(clusters) * (len(clusters) - 1) // 2)
    lengths = np.linalg.norm(centers, axis=1)
    order = [cluster["cluster"] for cluster in data["clusters"]]
    place = 0
    for a in range(len(order)):
        for b in range(a):
            product = lengths[order[a]] * lengths[order[b]]
            theirs = centers[order[a]] @ centers[order[b]] / product if product else 0
            near("cosines", ours[place] / 100, theirs, 5.01e-3)
            place += 1
    same("cosines", sorted(data["similarity"]["order"]), list(range(len(order))))
    leaves = [node for node in data["tree"]["nodes"] if "children" not in node]
    same("tree", sum(node["rows"] for node in leaves), len(labels) if data["k"] == len(order)
         else sum(node["rows"] for node in leaves))
    same("tree", data["tree"]["nodes"][-1]["rows"], sum(node["rows"] for node in leaves))
    if data["tree"]["isOfCenters"]:
        same("tree", sorted(node["cluster"] for node in leaves), sorted(order))
if "map" in data:
    for axis in ("x", "y"):
        places = unpack(data["map"][axis], rows.count)
        same("map", 0 <= min(places) and max(places) <= data["map"]["side"], True)

# Known classes.
if "truth" in data:
    lines = table("truth.csv")
    same("truth.csv", data["truth"]["names"], [line["class"] for line in lines])
    counts = unpack(data["truth"]["counts"], len(lines) * data["k"])
    for index, line in enumerate(lines):
        same("truth.csv", counts[index * data["k"]:(index + 1) * data["k"]],
             [int(line[str(cluster)]) for cluster in range(data["k"])])

# Unseen rows.
if "heldOut" in data:
    lines = table("heldout.csv")
    same("heldout.csv", data["heldOut"]["rows"], len(lines))
    for cluster, size, silhouette in data["heldOut"]["clusters"]:
        own = [float(line["silhouette"]) for line in lines if int(line["cluster"]) == cluster]
        same("heldout.csv", size, len(own))
        if own:
            near("heldout.csv", silhouette, sum(own) / len(own), 1e-9)

# The relatives are those that the command prints.
if rows.relatives:
    limit = data["relatives"]["wordLimit"]
    for place in range(0, rows.count, int(step)):
        found = subprocess.run(
            [kindred, "recommend", folder, "--id", labels[origin[place]]["id"], "--format", "json"],
            check=True, capture_output=True).stdout
        theirs = json.loads(found)["recommendations"]
        ours = rows.relatives[place]
        same("relatives", len(ours), len(theirs))
        for (row, similarity, words), relative in zip(ours, theirs):
            if row is None:
                here = {labels[line]["id"] for line in origin}
                same("relatives left out", relative["id"] in here, False)
            else:
                same("relatives", rows.names[row],
                     relative["title"] if data["hasTitles"] else relative["id"])
                same("relatives", labels[origin[row]]["id"], relative["id"])
            near("similarities", similarity / 1e4, relative["similarity"], 5e-5)
            same("shared words", words, [w["word"] for w in relative["shared"]][:limit])

print(json.dumps(done))
