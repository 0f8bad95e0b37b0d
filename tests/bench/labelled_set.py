"""A test set and what its makers wrote of each picture: a CSV file beside the pictures, read and never guessed at.

One column is called `file`: a picture or a film, from the labels' folder on. Every other column is a label.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance.errors import UsageError

FILE: Final = "file"


@dataclass(frozen=True, slots=True)
class Labelled:
    """`group`: what the labels say in the column that was asked for; empty where they say nothing."""

    path: Path
    group: str


def labelled(labels: Path, by: str) -> list[Labelled]:
    """In the order of the file. Raises UsageError: `labels-unreadable`, `labels-no-column`, `labels-empty`,
    `labels-picture-missing`.
    """
    try:
        with labels.open(encoding="utf-8-sig", newline="") as file:
            found = list(_rows(csv.DictReader(file, strict=True), labels, by))
    except FileNotFoundError:
        raise UsageError(f"There is no labels file {labels}.", code="labels-unreadable") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{labels} cannot be read as CSV in UTF-8: {error}.", code="labels-unreadable") from error
    if not found:
        raise UsageError(f"{labels} names no picture.", code="labels-empty")
    return found


def _rows(reader: csv.DictReader[str], labels: Path, by: str) -> Iterator[Labelled]:
    columns = list(reader.fieldnames or ())
    for wanted in (FILE, by):
        if columns.count(wanted) != 1:
            there = ", ".join(columns) or "none"
            raise UsageError(f"{labels} has not one column {wanted!r}; its columns: {there}.", code="labels-no-column")
    if by == FILE:
        raise UsageError(f"Pictures are grouped by a label, and {FILE!r} is none.", code="labels-no-column")
    for row in reader:
        name = (row[FILE] or "").strip()
        path = labels.parent / name
        if not name or not path.is_file():
            # By its line: a file's name may be a person's.
            raise UsageError(
                f"{labels}, line {reader.line_num}: the picture is not there.", code="labels-picture-missing"
            )
        yield Labelled(path, (row[by] or "").strip())
