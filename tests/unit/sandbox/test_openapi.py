"""The description from which AIMA's engineers would build is the one that the stand-in keeps."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from aiohttp import web

from appliance.model.configuration import Configuration
from appliance.sandbox.aima import server
from tests.unit.aima.post import Post
from tests.unit.sandbox.conftest import Two
from tests.unit.sandbox.test_receiving import PATCH, TUS, create, receipt, sealed, upload

FILE = Path(server.__file__).with_name("openapi.json")
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
METHODS = {"get", "post", "head", "patch", "options", "put", "delete"}


def described() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item if method in METHODS}


def served(app: web.Application) -> set[tuple[str, str]]:
    """A `HEAD` that only comes along with its `GET` is not a route of its own."""
    routes = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}
    return {(method, path) for method, path in routes if method != "HEAD" or ("GET", path) not in routes}


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


async def test_every_route_is_described_and_every_description_served(post: Post) -> None:
    assert described() == served(post.aima.application())


def test_every_reference_leads_somewhere_and_nothing_lies_unused() -> None:
    used = set(references(DOCUMENT))
    there = {
        f"#/components/{kind}/{name}"
        for kind, items in DOCUMENT["components"].items()
        for name in items
        if kind != "securitySchemes"
    }
    assert used == there


def test_every_operation_has_a_name_of_its_own_and_every_path_its_parameters() -> None:
    names = []
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method not in METHODS:
                continue
            names.append(operation["operationId"])
            given = item.get("parameters", []) + operation.get("parameters", [])
            inside = {one["name"] for one in given if one.get("in") == "path"}
            assert inside == set(re.findall(r"{(\w+)}", path))
            assert operation["responses"]
    assert len(set(names)) == len(names)


def test_the_configurations_schema_is_the_models() -> None:
    """When the model changes, so does what AIMA has to send: copy what this says into the file."""
    _, schemas = msgspec.json.schema_components([Configuration], ref_template="#/components/schemas/{name}")
    there = DOCUMENT["components"]["schemas"]
    assert {name: there.get(name) for name in schemas} == json.loads(json.dumps(schemas))


def schema(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}


def statuses(path: str, method: str) -> set[int]:
    return {int(status) for status in DOCUMENT["paths"][path][method]["responses"]}


async def test_what_the_stand_in_answers_is_what_is_described(post: Post) -> None:
    data = sealed(post, "p1")
    status, body = await receipt(post.session, post, "p1")
    assert status in statuses("/packages/{package_id}/receipt", "get")
    jsonschema.validate(json.loads(body), schema("Error"))
    await upload(post.session, post, "p1", data)
    status, body = await receipt(post.session, post, "p1")
    assert status in statuses("/packages/{package_id}/receipt", "get")
    jsonschema.validate(json.loads(body), schema("Receipt"))
    await upload(post.session, post, "p2", data)
    status, body = await receipt(post.session, post, "p2")
    assert status in statuses("/packages/{package_id}/receipt", "get")
    jsonschema.validate(json.loads(body), schema("Error"))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        (TUS, b""),
        (PATCH, b""),
        (PATCH | {"Upload-Offset": "7"}, b"x"),
        (PATCH | {"Upload-Offset": "x"}, b"x"),
        (TUS | {"Upload-Offset": "0"}, b"x"),
        (PATCH | {"Upload-Offset": "0"}, bytes(100_000)),
    ],
)
async def test_every_refusal_of_bytes_is_described(two: Two, headers: dict[str, str], body: bytes) -> None:
    data = sealed(two.post, "p1")
    url = await create(two.post.session, two.post, "p1", data, hashlib.sha256(data).hexdigest())
    for session in (two.post.session, two.other, two.nobody):
        async with session.patch(url, headers=headers, data=body) as response:
            assert response.status in statuses("/files/{upload_id}", "patch") - {204}
