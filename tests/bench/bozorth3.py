"""Run by the peers' own interpreter: NBIS's mindtct and bozorth3 as `nbis-py` has them.

python bozorth3.py FILE…      {"scores": of all pairs in order, "cpu_ms": what each took}
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path

import nbis  # type: ignore[import-not-found]  # only in the peers' environment


def main() -> None:
    settings = nbis.NbisExtractorSettings(
        min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=False, ppi=500.0
    )
    extractor = nbis.new_nbis_extractor(settings)
    found = [extractor.extract_minutiae(Path(path).read_bytes()) for path in sys.argv[1:]]
    scores, cpu_ms = [], []
    for first, second in itertools.combinations(found, 2):
        start = time.process_time_ns()
        scores.append(float(first.compare(second)))
        cpu_ms.append((time.process_time_ns() - start) / 1e6)
    sys.stdout.write(json.dumps({"scores": scores, "cpu_ms": cpu_ms}))


if __name__ == "__main__":
    main()
