"""What is left out of standard error, and what is not."""

from __future__ import annotations

import subprocess
import sys

SAYING = """
import os, sys, threading
from appliance.face.standard_error import without_lines
os.write(2, b"before\\n")
with without_lines(b"INFO: "):
    os.write(2, b"INFO: hello\\n")
    other = threading.Thread(target=lambda: print("from another thread", file=sys.stderr, flush=True))
    other.start()
    other.join()
    print("within", file=sys.stderr, flush=True)
    os.write(2, b"no end of line")
os.write(2, b"\\nafter INFO: \\n")
"""


def test_only_the_lines_that_begin_so_are_left_out() -> None:
    done = subprocess.run([sys.executable, "-c", SAYING], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0] == "before"
    assert lines[1:3] == ["from another thread", "within"]
    assert lines[3:] == ["no end of line", "after INFO: "]


RAISING = """
import os
from appliance.face.standard_error import without_lines
try:
    with without_lines(b"x"):
        os.write(2, b"said\\n")
        raise ValueError
except ValueError:
    os.write(2, b"caught\\n")
"""


def test_what_a_raising_block_said_is_not_lost() -> None:
    done = subprocess.run([sys.executable, "-c", RAISING], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr.splitlines() == ["said", "caught"]
