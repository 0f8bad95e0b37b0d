"""The manifest's JSON Schema (2020-12), for those who read packages without this code: `manifest.schema.json`.

It follows from `model/manifest.py`, so it is written by `python -m appliance.package.schema`, and a test refuses a
file that lags behind. Not used at run time: the structs themselves check.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from appliance.model.manifest import VERSION, Manifest

SCHEMA_PATH = Path(__file__).with_name("manifest.schema.json")
_WIDTH = 100


def manifest_schema() -> dict[str, Any]:
    """Every object is closed and all its properties are required: a manifest has exactly one form."""
    generated = msgspec.json.schema(Manifest)
    definitions = {name: _strict(definition) for name, definition in sorted(generated["$defs"].items())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:claim-kiosk:manifest:{VERSION}",
        "title": f"Manifest of a claim-kiosk package, version {VERSION}",
        "description": "Bound to the package by its bytes, which are RFC 8785. Digests are SHA-256, lower-case hex.",
        "$ref": generated["$ref"],
        "$defs": definitions,
    }


def schema_to_bytes() -> bytes:
    return (_laid_out(manifest_schema(), "") + "\n").encode()


def _laid_out(value: Any, indent: str) -> str:
    """JSON for people: what fits on a line stays on it, so that the file can be read whole."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + "  "
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner + _laid_out(item, inner) for item in value) + "\n" + indent + "]"
    pairs = (f"{inner}{json.dumps(key)}: {_laid_out(item, inner)}" for key, item in value.items())
    return "{\n" + ",\n".join(pairs) + "\n" + indent + "}"


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    strict = {key: _strict(value) for key, value in node.items() if key != "default"}
    if isinstance(strict.get("pattern"), str):
        # JSON Schema's `$` (ECMA-262) is the end already; only Python's needs the addition.
        strict["pattern"] = strict["pattern"].replace("$(?!\n)", "$").replace(r"$(?!\n)", "$")
    if isinstance(strict.get("properties"), dict):
        strict["required"] = list(strict["properties"])
        strict["additionalProperties"] = False
    return strict


if __name__ == "__main__":
    SCHEMA_PATH.write_bytes(schema_to_bytes())
