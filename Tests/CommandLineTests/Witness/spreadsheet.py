"""Reads CSV as pandas does and tells what a spreadsheet would run: spreadsheet.py FILE..."""

import json
import sys

import pandas as pd



def is_number(text):
    """Whether a spreadsheet takes it for a number and nothing else."""
    try:
        float(text)
    except ValueError:
        return False
    return True


result = {}
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        has_mark = file.read(3) == b"\xef\xbb\xbf"
    table = pd.read_csv(path, keep_default_na=False, encoding="utf-8-sig")
    texts = [
        value
        for column in table.columns
        if not pd.api.types.is_numeric_dtype(table[column])
        for value in map(str, table[column])
        if not is_number(value)
    ]
    result[path] = {
        "has_mark": has_mark,
        "columns": list(table.columns),
        "numeric": [c for c in table.columns if pd.api.types.is_numeric_dtype(table[c])],
        "titles": [str(value) for value in table["title"]] if "title" in table else [],
        "formulas": sum(text[:1] in ("=", "+", "-", "@", "\t", "\r") for text in texts),
    }
print(json.dumps(result))
