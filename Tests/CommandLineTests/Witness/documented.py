"""Runs the commands and the Python of a page as they are written: documented.py PAGE.

Blocks marked sh and python run in order, each block of Python with names of its own. Prints one JSON
object: the number of blocks of each kind and, for every block of Python, its names and what they hold.
"""

import json
import re
import subprocess
import sys
import types

text = open(sys.argv[1], encoding="utf-8").read()
blocks = re.findall(r"^```(sh|python)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def told(value):
    """What a test can compare: shapes of arrays and tables, counts of lists, plain values."""
    if hasattr(value, "columns") and hasattr(value, "shape"):
        return {"rows": len(value), "columns": [str(name) for name in value.columns]}
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return {"shape": list(value.shape), "type": str(value.dtype)}
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value if len(value) < 200 else {"characters": len(value)}
    if isinstance(value, (list, tuple, dict)):
        return {"count": len(value)}
    return str(type(value).__name__)


found = []
for kind, code in blocks:
    if kind == "sh":
        done = subprocess.run(["sh", "-ec", code], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{code}\nexit {done.returncode}\n{done.stderr}")
        continue
    names = {}
    exec(compile(code, f"{sys.argv[1]}: {code.splitlines()[0]}", "exec"), names)
    found.append({
        name: told(value) for name, value in names.items()
        if not name.startswith("__") and not isinstance(value, (types.ModuleType, type))
        and not callable(value)})
print(json.dumps({"commands": sum(kind == "sh" for kind, _ in blocks), "python": found}))
