"""A reader of the log that stalls holds up nobody, not even the end of the process."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import time

from appliance.runtime.log_writer import LogWriter

PATIENCE_S = 60.0

CHATTY = """
import structlog
from appliance.runtime.logging import configure_logging

stop = configure_logging()
for number in range(3000):
    structlog.get_logger("t").info("tick", number=number)
print("stopping", flush=True)
stop()
"""


def test_the_end_does_not_wait_for_a_reader_that_stalls() -> None:
    read_end, write_end = os.pipe()
    try:
        with subprocess.Popen([sys.executable, "-c", CHATTY], stdout=subprocess.PIPE, stderr=write_end) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == b"stopping\n"
                # Also without a fault of the interpreter's, whose own end would wait for stderr's lock.
                assert process.wait(PATIENCE_S) == 0
            finally:
                process.kill()
    finally:
        os.close(read_end)
        os.close(write_end)


def test_a_full_queue_that_nobody_empties_is_left_as_it_is() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    lines: queue.Queue[str | None] = queue.Queue(1)
    with os.fdopen(write_end, "w") as stream:
        writer = LogWriter(lines, stream, flush_s=0.1)
        writer.start()
        while True:
            try:
                lines.put("x" * 40_000, timeout=0.2)
            except queue.Full:
                break
        began = time.monotonic()
        writer.stop()
        assert time.monotonic() - began < 10
        while writer._thread.is_alive():
            _drain(read_end)
            if lines.empty():
                lines.put(None)
            time.sleep(0.01)
    os.close(read_end)


def _drain(descriptor: int) -> None:
    try:
        os.read(descriptor, 1 << 20)
    except BlockingIOError:
        return
