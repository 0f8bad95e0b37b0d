"""One file per check: facts in, a finding out; `report.py` runs them all."""
