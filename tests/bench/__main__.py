"""Runs the benchmarks of this folder and prints one table: `scripts/bench [NAME…] [--json]`.

A benchmark is a module here with `rows()`, or with `labelled_rows()` where it needs a test set's labels. One that
cannot run says why on stderr, and the whole then ends with 1.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from appliance.errors import KioskError
from tests.bench.row import Row

_NOT_BENCHMARKS = {
    "__init__",
    "__main__",
    "row",
    "processes",
    "clocked_camera",
    "previewing",
    "peers",
    "nbis_peer",
    "ofiqpy_peer",
}


def _names(offered: str) -> list[str]:
    """In the alphabet's order: the files of this folder that offer this function."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _NOT_BENCHMARKS)
    return [
        name
        for name in found
        if f"def {offered}(" in Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    ]


def _with_kin(names: list[str], known: list[str]) -> list[str]:
    """A name stands for those that go on with it too: `fingerprint` for `fingerprint_comparison` as well."""
    return [one for one in known if any(one == name or one.startswith(f"{name}_") for name in names)]


def _table(rows: list[tuple[str, Row]]) -> Table:
    table = Table("benchmark", "measure", box=None)
    for column in ("ours", "against", "theirs", "ratio"):
        table.add_column(column, justify="left" if column == "against" else "right")
    table.add_column("goal")
    for name, row in rows:
        ours, theirs = f"{row.ours:.3g} {row.unit}", f"{row.peer:.3g} {row.unit}"
        reached = "" if row.goal is None else "missed" if row.missed else "met"
        table.add_row(name, row.measure, ours, row.against, theirs, f"{row.ratio:.2f}", reached)
    return table


def main() -> int:
    labelled = _names("labelled_rows")
    known = sorted([*_names("rows"), *labelled])
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Ratios below 1: we take less.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(known)}; all unless given")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--labels", type=Path, metavar="FILE", help=f"a test set's CSV file, for {', '.join(labelled)}")
    parser.add_argument("--by", metavar="COLUMN", help="which of its columns says the group")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(known):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if (chosen.labels is None) != (chosen.by is None):
        parser.error("--labels and --by go together")
    with_labels = chosen.labels is not None
    if not with_labels and (bare := set(chosen.names) & set(labelled)):
        parser.error(f"{', '.join(sorted(bare))} needs --labels and --by")
    if with_labels and not set(_with_kin(chosen.names, labelled) or chosen.names) & set(labelled):
        parser.error(f"--labels are read by {', '.join(labelled)} only: name it")
    # Standard output is for the figures.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    rows: list[tuple[str, Row]] = []
    failed = []
    for name in _with_kin(chosen.names, known) or known:
        if name in labelled and not with_labels:
            continue
        sys.stderr.write(f"bench: {name}\n")
        try:
            module = importlib.import_module(f"tests.bench.{name}")
            measured: list[Row] = module.labelled_rows(chosen.labels, chosen.by) if name in labelled else module.rows()
        except (KioskError, OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or b""
            named = f"{error.code}: " if isinstance(error, KioskError) else ""
            sys.stderr.write(f"{named}{error}\n{said.decode(errors='replace') if isinstance(said, bytes) else said}")
            failed.append(name)
            continue
        rows += [(name, row) for row in measured]
        if chosen.json:
            for row in measured:
                sys.stdout.write(json.dumps({"benchmark": name, **row.to_dict()}) + "\n")
            sys.stdout.flush()
    if not chosen.json and rows:
        Console(width=140).print(_table(rows))
        sys.stdout.write("A ratio is ours divided by theirs, both taken in this run: below 1 we take less.\n")
        if held := [row for _, row in rows if row.goal is not None]:
            sys.stdout.write(f"Goals held to: {len(held)}, missed: {sum(row.missed for row in held)}.\n")
    for name in failed:
        sys.stderr.write(f"bench: {name} could not be measured\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
