"""Writes one table in every style of quoting that pandas has; prints how many files there are."""

import csv
import json
import random
import sys

import pandas

seed = int(sys.argv[1])
random.seed(seed)
words = ["harbor", "detective", 'the "baker"', "moon, crew", "line\nbreak", "it's", "=1+1", " pad ", "é月", ""]
rows = [
    [f"s{i}", f"Title, {i}" if i % 3 else f'"{i}"', " ".join(random.choice(words) for _ in range(6))]
    for i in range(24)
]
frame = pandas.DataFrame(rows, columns=["id", "title", "description"])
styles = [
    dict(quoting=csv.QUOTE_MINIMAL),
    dict(quoting=csv.QUOTE_ALL),
    dict(quoting=csv.QUOTE_NONNUMERIC),
    dict(quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n"),
    dict(quoting=csv.QUOTE_ALL, lineterminator="\r\n"),
    dict(quoting=csv.QUOTE_ALL, encoding="utf-8-sig"),
    dict(quoting=csv.QUOTE_MINIMAL, sep=";"),
    dict(quoting=csv.QUOTE_ALL, sep="\t"),
]
for number, style in enumerate(styles):
    frame.to_csv(f"table-{number}.csv", index=False, **style)
frame.to_csv(f"table-{len(styles)}.csv.gz", index=False)
with open(f"table-{len(styles) + 1}.jsonl", "w", encoding="utf-8") as file:
    for row in rows:
        file.write(json.dumps(dict(zip(frame.columns, row))) + "\n")
print(json.dumps({"files": len(styles) + 2}))
