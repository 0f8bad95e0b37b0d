"""Run by the peers' own interpreter: NFIQ 2 as `nbis-py` has it, a PNG a line of standard input.

    … | python nbis_peer.py       {"ms": CPU time of its NFIQ 2 part, "score": …} a line

The package computes the score only together with minutiae of its own, so that what these take is taken off.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import nbis  # type: ignore[import-not-found]  # only in the peers' environment


def _extractor(*, with_nfiq2: bool) -> Any:
    return nbis.new_nbis_extractor(
        nbis.NbisExtractorSettings(
            min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=with_nfiq2, ppi=500.0
        )
    )


def _timed(extractor: Any, image: bytes) -> tuple[Any, float]:
    begin = time.process_time()
    found = extractor.extract_minutiae(image)
    return found, (time.process_time() - begin) * 1000


def main() -> None:
    both, alone = _extractor(with_nfiq2=True), _extractor(with_nfiq2=False)
    for line in sys.stdin:
        image = Path(line.strip()).read_bytes()
        found, with_ms = _timed(both, image)
        _, without_ms = _timed(alone, image)
        sys.stdout.write(json.dumps({"ms": with_ms - without_ms, "minutiae": len(found.get())}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
