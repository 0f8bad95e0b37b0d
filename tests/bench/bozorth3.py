"""The peer of `fingerprint_comparison`: NBIS's mindtct and bozorth3, where a Python has its bindings.

It runs in that Python, so it imports nothing of ours: `PYTHON tests/bench/bozorth3.py FILE…` prints the scores of all
pairs in order, and the CPU time that each took, as one JSON object.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path


def main() -> None:
    from nbis import nbis

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
