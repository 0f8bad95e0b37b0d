"""Reads a forest from the bytes of a NumPy archive (`.npz`), and believes nothing that it says.

The arrays are those in which NIST's forest is handed on: `var`, `thr`, `left`, `right`, `value` with one entry a node
(`left` and `right` counted from the tree's own root), `tree_off` and `tree_n` with one a tree, `ntrees`, and
`feature_names`, the measures in the order of `var`. Nothing of NumPy that can unpickle is called.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from math import prod
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from appliance.errors import ModelError
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.names import MEASURES

TREES: Final = 100
MAX_ARRAY_BYTES: Final = 16 << 20
"""NIST's largest array takes half a megabyte."""

_LEAF: Final = -1
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    TypeError,
    KeyError,
    SyntaxError,
    OverflowError,
    MemoryError,  # how Python's parser refuses a header of too many brackets or signs
    struct.error,
)


def read_forest(data: bytes) -> Forest:
    """The forest in the bytes of an `.npz`.

    Every tree's nodes lie together, from its root on, and a child comes after its parent, so that every walk ends at
    a leaf. Raises ModelError `model-invalid`, with what is wrong.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            arrays = {name: _array(archive, name, kind, ndim) for name, (kind, ndim) in _ARRAYS.items()}
    except _DAMAGED as error:
        raise _invalid(f"its file cannot be read ({type(error).__name__})") from error
    if tuple(arrays["feature_names"].tolist()) != MEASURES:
        raise _invalid("its measures are not the 69 of the standard in their order")
    return _forest(arrays)


_ARRAYS: Final = {
    "var": ("<i2", 1),
    "thr": ("<f4", 1),
    "left": ("<i4", 1),
    "right": ("<i4", 1),
    "value": ("<f4", 1),
    "tree_off": ("<i4", 1),
    "tree_n": ("<i4", 1),
    "ntrees": ("<i4", 0),
    "feature_names": ("<U", 1),
}


def _forest(arrays: dict[str, NDArray[Any]]) -> Forest:
    measure, threshold, vote = arrays["var"], arrays["thr"], arrays["value"]
    nodes = len(measure)
    if any(len(arrays[name]) != nodes for name in ("thr", "left", "right", "value")):
        raise _invalid("its arrays of nodes are not of one length")
    starts, counts = arrays["tree_off"], arrays["tree_n"]
    if int(arrays["ntrees"]) != TREES or len(starts) != TREES or len(counts) != TREES:
        raise _invalid(f"it has not {TREES} trees")
    ends = np.cumsum(counts, dtype=np.int64)
    if (counts < 1).any() or ends[-1] != nodes or (starts != ends - counts).any():
        raise _invalid("its trees do not lie one after the other")
    if (measure < _LEAF).any() or (measure >= len(MEASURES)).any():
        raise _invalid("a node looks at a measure that there is not")
    inner = measure != _LEAF
    if not np.isfinite(threshold[inner]).all():
        raise _invalid("a threshold is not a number")
    if not np.isin(vote[~inner], (0, 1)).all():
        raise _invalid("a leaf votes neither for nor against")
    start, end = np.repeat(starts.astype(np.int64), counts), np.repeat(ends, counts)
    own = np.arange(nodes)
    children = []
    for side in (arrays["left"], arrays["right"]):
        child = start + side
        if ((child <= own) | (child >= end))[inner].any():
            raise _invalid("a node's child lies before it or outside its tree")
        children.append(np.where(inner, child, _LEAF).astype(np.int32))
    return Forest(
        measure=measure.astype(np.int32),
        threshold=threshold.astype(np.float32),
        left=children[0],
        right=children[1],
        vote=vote.astype(np.float32),
        roots=starts.astype(np.int32),
    )


def _array(archive: zipfile.ZipFile, name: str, kind: str, ndim: int) -> NDArray[Any]:
    """One array, whose header says what its bytes bear out. Raises ValueError and what zipfile and NumPy raise."""
    entry = archive.getinfo(f"{name}.npy")
    if entry.file_size > MAX_ARRAY_BYTES:
        raise _invalid(f"its array {name} is far too large")
    with archive.open(entry) as file:
        raw = file.read(MAX_ARRAY_BYTES + 1)
    stream = io.BytesIO(raw)
    if npy.read_magic(stream) != (1, 0):
        raise ValueError(name)
    shape, _, dtype = npy.read_array_header_1_0(stream)
    if len(shape) != ndim or not dtype.str.startswith(kind) or dtype.itemsize == 0:
        raise _invalid(f"its array {name} is of another kind")
    values = raw[stream.tell() :]
    if prod(shape) * dtype.itemsize != len(values):
        raise _invalid(f"its array {name} is not as long as it says")
    return np.frombuffer(values, dtype).reshape(shape)


def _invalid(what: str) -> ModelError:
    return ModelError(f"The fingerprint quality model is not used: {what}.", code="model-invalid")
