"""Holds JSON against schemas: schemas.py FOLDER SCHEMA FILE [SCHEMA FILE]...

Prints what is wrong with each file. A member that the schema does not describe is wrong too here, though
not for readers, who ignore it.
"""

import copy
import json
import pathlib
import sys

from jsonschema import Draft202012Validator


def strict(schema):
    """The schema with every object closed."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(part) for name, part in schema.items()}
    kind = closed.get("type")
    if "properties" in closed and (kind == "object" or isinstance(kind, list)):
        closed.setdefault("additionalProperties", False)
    return closed


folder = pathlib.Path(sys.argv[1])
schemas = {}
for path in sorted(folder.glob("*.json")):
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:kindred:schema:{path.stem}:1", path
    schemas[path.stem] = strict(copy.deepcopy(schema))

faults = {}
for name, file in zip(sys.argv[2::2], sys.argv[3::2]):
    value = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
    errors = Draft202012Validator(schemas[name]).iter_errors(value)
    found = [f"{error.json_path}: {error.message[:300]}" for error in errors]
    if found:
        faults[f"{file} ({name})"] = found
print(json.dumps({"schemas": sorted(schemas), "faults": faults}))
