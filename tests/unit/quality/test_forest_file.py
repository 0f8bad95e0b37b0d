"""A forest's file is read as NIST's is meant, and no other file becomes a forest."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib import format as npy

from appliance.errors import ModelError
from appliance.models.manifest import load_packs
from appliance.models.store import PackState, models_folder, open_pack, verify
from appliance.quality.nfiq2 import forest_file
from appliance.quality.nfiq2.forest_file import read_forest
from appliance.quality.nfiq2.names import MEASURES
from tests.unit.quality.forests import Arrays, file_of, scored, some_arrays, walked

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, SEEDS)
def test_a_forest_that_was_read_scores_as_its_file_says(seed: int, values_seed: int) -> None:
    arrays = some_arrays(seed)
    values = np.random.default_rng(values_seed).normal(size=len(MEASURES)).astype(np.float32)
    assert scored(read_forest(file_of(arrays)), values) == walked(arrays, values)


@given(SEEDS, st.data())
def test_a_damaged_file_is_a_forest_or_a_named_error(seed: int, data: st.DataObject) -> None:
    damaged = bytearray(file_of(some_arrays(seed, 1)))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    _require_forest_or_refusal(bytes(damaged[: data.draw(st.integers(len(damaged) // 2, len(damaged)))]))


@given(SEEDS, st.sampled_from(["var", "thr", "left", "right", "value", "tree_off", "tree_n"]), st.data())
def test_a_file_with_any_one_number_changed_is_a_forest_that_ends_or_a_named_error(
    seed: int, name: str, data: st.DataObject
) -> None:
    arrays = some_arrays(seed)
    array = arrays[name]
    number = data.draw(st.floats(width=32) if array.dtype.kind == "f" else st.integers(-3, 700))
    array[data.draw(st.integers(0, len(array) - 1))] = number
    _require_forest_or_refusal(file_of(arrays))


def _require_forest_or_refusal(data: bytes) -> None:
    """What is read as a forest scores, and ends."""
    try:
        score: int | str = scored(read_forest(data), np.zeros(len(MEASURES), np.float32))
    except ModelError as refusal:
        score = refusal.code
    assert score == "model-invalid" or score in range(101)


def _set(name: str, value: float, *, inner: bool = True, offset: int = 0) -> Callable[[Arrays], None]:
    """Changes the first inner node's (or the first leaf's) number; `offset` counts it from that node's own place."""

    def change(arrays: Arrays) -> None:
        at = int(np.flatnonzero((arrays["var"] != -1) == inner)[0])
        root = int(arrays["tree_off"][arrays["tree_off"] <= at].max())
        arrays[name][at] = value + (at - root if offset else 0)

    return change


def _with(name: str, make: Callable[[Arrays], object]) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name] = np.asarray(make(arrays))

    return change


def _drop(name: str) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        del arrays[name]

    return change


def _two_trees_swapped(arrays: Arrays) -> None:
    arrays["tree_off"][[3, 4]] = arrays["tree_off"][[4, 3]]


WRONG: list[tuple[str, Callable[[Arrays], None]]] = [
    ("a missing array", _drop("right")),
    ("pickled objects", _with("value", lambda arrays: arrays["value"].astype(object))),
    ("pickled names", _with("feature_names", lambda arrays: arrays["feature_names"].astype(object))),
    ("records in place of numbers", _with("thr", lambda arrays: np.zeros(len(arrays["thr"]), [("a", "<f4")]))),
    ("wider numbers", _with("thr", lambda arrays: arrays["thr"].astype(np.float64))),
    ("numbers of the other byte order", _with("left", lambda arrays: arrays["left"].astype(">i4"))),
    ("a table in place of a row", _with("var", lambda arrays: arrays["var"][None])),
    ("another number of trees", _with("ntrees", lambda _: np.array(99, np.int32))),
    ("a tree too few", _with("tree_n", lambda arrays: arrays["tree_n"][:-1])),
    ("a list of no trees", _with("tree_off", lambda arrays: arrays["tree_off"][:0])),
    ("a node too many", _with("thr", lambda arrays: np.append(arrays["thr"], np.float32(0)))),
    ("no nodes at all", _with("var", lambda arrays: arrays["var"][:0])),
    ("a tree of no nodes", lambda arrays: arrays["tree_n"].__setitem__(0, 0)),
    ("a tree of fewer than none", lambda arrays: arrays["tree_n"].__setitem__(0, -1)),
    ("trees not in their order", _two_trees_swapped),
    ("measures in another order", _with("feature_names", lambda arrays: arrays["feature_names"][::-1])),
    ("a measure too few", _with("feature_names", lambda arrays: arrays["feature_names"][:-1])),
    ("a measure of another name", lambda arrays: arrays["feature_names"].__setitem__(0, "FDA")),
    ("a measure that there is not", _set("var", len(MEASURES))),
    ("a measure below a leaf's", _set("var", -2)),
    ("a child outside the forest", _set("left", 1 << 30)),
    ("a child before its tree", _set("right", -2)),
    ("a child that is its own parent", _set("left", 0, offset=1)),
    ("a child above its parent", _set("right", -1, offset=1)),
    ("a threshold that is no number", _set("thr", float("nan"))),
    ("a threshold without end", _set("thr", float("inf"))),
    ("half a vote", _set("value", 0.5, inner=False)),
    ("a vote that is no number", _set("value", float("nan"), inner=False)),
    ("two votes", _set("value", 2, inner=False)),
]


@pytest.mark.parametrize("change", [case[1] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_forest_is_refused(change: Callable[[Arrays], None]) -> None:
    arrays = some_arrays(7)
    read_forest(file_of(arrays))
    change(arrays)
    with pytest.raises(ModelError) as refusal:
        read_forest(file_of(arrays))
    assert refusal.value.code == "model-invalid"


def _npy(header: dict[str, object], values: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    npy.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + values


BAD_FILES: list[tuple[str, bytes]] = [
    ("an array that claims to be endless", _npy({"descr": "<i2", "fortran_order": False, "shape": (1 << 40,)})),
    ("an array of a negative length", _npy({"descr": "<i2", "fortran_order": False, "shape": (-1,)}, b"xx")),
    ("an array longer than it says", _npy({"descr": "<i2", "fortran_order": False, "shape": (1,)}, bytes(4))),
    ("a header of another version", b"\x93NUMPY\x03\x00" + bytes(80)),
    ("a header that is a program", b"\x93NUMPY\x01\x00\x14\x00__import__('os').abort"),
    ("a header too deep to be parsed", b"\x93NUMPY\x01\x00" + (9001).to_bytes(2, "little") + b"-" * 9000 + b"1"),
    ("no array", b"hello"),
    ("nothing", b""),
    ("an array far too large", bytes(forest_file.MAX_ARRAY_BYTES + 1)),
]


@pytest.mark.parametrize("array", [case[1] for case in BAD_FILES], ids=[case[0] for case in BAD_FILES])
def test_an_array_that_lies_is_refused(array: bytes) -> None:
    source, changed = io.BytesIO(file_of(some_arrays(7))), io.BytesIO()
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            written.writestr(name, array if name == "var.npy" else read.read(name))
    with pytest.raises(ModelError) as refusal:
        read_forest(changed.getvalue())
    assert refusal.value.code == "model-invalid"


@pytest.mark.parametrize("data", [b"", b"PK", b"\x80\x04N.", bytes(1000)])
def test_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(ModelError) as refusal:
        read_forest(data)
    assert refusal.value.code == "model-invalid"


@pytest.mark.shared
def test_nists_forest_scores_the_references_measures_as_the_reference_does(shared_data: Path) -> None:
    if verify(load_packs()["nfiq2-forest"], models_folder()) is not PackState.INSTALLED:
        pytest.skip("needs the model pack nfiq2-forest (scripts/models)")
    forest = read_forest(open_pack("nfiq2-forest")["nfiq2_rf.npz"])
    with (shared_data / "fingerprint" / "nfiq2_v2.3_reference.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 244
    wrong = [
        row["file"] for row in rows if forest.score({name: float(row[name]) for name in MEASURES}) != int(row["nfiq2"])
    ]
    assert wrong == []
