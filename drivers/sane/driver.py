"""A document scanner through SANE's `scanimage`: killable, with numeric status codes, and nothing written to disk.

A flat bed gives one page, a feeder up to `page_limit` of them in one run. Not responsible for running the program
(`process`), for its output (`page`) nor for its limits (`capabilities`).
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from typing import Annotated

import msgspec

from drivers.contracts import DeviceIdentity, Frame, FramePool, Pixels, ScanRequest, Stop
from drivers.errors import (
    CaptureCancelled,
    DeviceLost,
    DeviceProtocolError,
    DeviceTimedOut,
    DriverError,
    OptionInvalid,
    RequestUnsupported,
    ScannerEmpty,
)
from drivers.sane.arguments import check_device_name, check_extra, check_values, scan_arguments
from drivers.sane.capabilities import Capabilities
from drivers.sane.channels import PAGES_MAX, Channels, feeder_channels, flat_bed_channel, sweep_channels
from drivers.sane.escl import SANE_NAME, EsclScanner, is_address
from drivers.sane.listing import FoundScanner, list_scanners
from drivers.sane.page import PageDecoder
from drivers.sane.process import ScanProcess, environment, run_briefly
from drivers.sane.status import error_from_exit, error_from_report, has_reported
from drivers.timings import SANE_LISTING_S

_SIMULATED = re.compile(r"(net:(\[[^\]]*\]|[^:]*):)*test(:|$)")
"""SANE's `test` backend, here or behind any number of its network backends: it draws what it gives."""
_END_S = 1.5
_REPORTED_END_S = 0.3
"""How long a run may still take to end that has said already what went wrong."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`device` is SANE's name of it, or the address of a driverless one (eSCL) on this machine.

    `feeder` says that `source` feeds pages by itself; `duplex_source` is the one that scans both sides.

    `extra` are settings of the scanner's own (`scanimage -A` lists them). `config_dir` replaces /etc/sane.d. SANE's
    own `test` backend is marked as simulated whatever `simulated` says.
    """

    device: str
    source: str = ""
    duplex_source: str = ""
    feeder: bool = False
    colour_mode: str = "Color"
    grey_mode: str = "Gray"
    extra: dict[str, str] = {}
    config_dir: str = ""
    open_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=120)] = 8.0
    simulated: bool = False


class SaneScanner:
    """A `DocumentScanner`."""

    def __init__(self, options: Options) -> None:
        self._escl = EsclScanner(options.device) if is_address(options.device) else None
        if self._escl is not None:
            options = msgspec.structs.replace(options, device=SANE_NAME)
        check_device_name(options.device)
        check_values(
            (options.source, options.duplex_source, options.colour_mode, options.grey_mode, options.config_dir)
        )
        check_extra(options.extra)
        self._options = options
        self._env = environment(options.config_dir)
        self._simulated = options.simulated or _SIMULATED.match(options.device) is not None
        self._capabilities: Capabilities | None = None
        self._sequence = 0

    def open(self) -> DeviceIdentity:
        """Ask the scanner what it can do; it is not held between scans. DeviceNotFound, DeviceBusy and others."""
        self.close()
        sweep_channels()
        options = self._options
        if self._escl is not None:
            self._env = environment(self._escl.configure())
        name = f"--device-name={options.device}"
        status, listing, complaint = run_briefly([name, "-A"], self._env, options.open_timeout_s)
        error = error_from_exit(status, complaint)
        if error is not None:
            raise self._refined(error)
        self._capabilities = Capabilities.from_listing(listing)
        self._sequence = 0
        known = self._known()
        return DeviceIdentity(
            vendor=known.vendor if known else "",
            model=known.model if known else "",
            simulated=self._simulated,
        )

    def _known(self) -> FoundScanner | None:
        """What SANE's listing says of it. A scanner that answers is not refused for a listing that does not."""
        with contextlib.suppress(DriverError):
            found = list_scanners(self._env, SANE_LISTING_S)
            return next((scanner for scanner in found if scanner.device == self._options.device), None)
        return None

    def close(self) -> None:
        self._capabilities = None
        if self._escl is not None:
            self._escl.close()

    def scan(self, request: ScanRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One frame a page. `timeout_s` is for each page: DeviceTimedOut."""
        if self._capabilities is None:
            raise DeviceLost("The scanner is not open.")
        if not 1 <= request.page_limit <= PAGES_MAX:
            raise RequestUnsupported(f"A scan has between 1 and {PAGES_MAX} pages.")
        area_mm = self._capabilities.area_for(request)
        options = self._options_for(request, self._capabilities)
        if stop.is_set():
            raise CaptureCancelled
        opening = feeder_channels(request.page_limit) if options.feeder else flat_bed_channel()
        with opening as channels:
            arguments = scan_arguments(options, request, area_mm, channels.arguments)
            process = ScanProcess(arguments, self._env)
            try:
                for pixels, captured_ns in _pages(process, channels, request.timeout_s, pool, stop):
                    yield Frame(
                        pixels=pixels,
                        sequence=self._sequence,
                        captured_monotonic_ns=captured_ns,
                        resolution_ppi=request.resolution_ppi,
                        simulated=self._simulated,
                    )
                    self._sequence += 1
            except DriverError as error:
                raise self._refined(error) from None
            finally:
                process.end()

    def _options_for(self, request: ScanRequest, capabilities: Capabilities) -> Options:
        """The options with the source that the request's sides need. RequestUnsupported, OptionInvalid."""
        options = self._options
        if request.sides == 2:
            if not options.duplex_source:
                raise RequestUnsupported("The scanner does not scan both sides.")
            options = msgspec.structs.replace(options, source=options.duplex_source, feeder=True)
        if options.source and capabilities.sources and options.source not in capabilities.sources:
            raise OptionInvalid(
                f"The scanner has no source {options.source}: it has {', '.join(capabilities.sources)}."
            )
        return options

    def _refined(self, error: DriverError) -> DriverError:
        return error if self._escl is None else self._escl.refined(error)


def _pages(
    process: ScanProcess, channels: Channels, timeout_s: float, pool: FramePool, stop: Stop
) -> Iterator[tuple[Pixels, int]]:
    """(pixels, monotonic ns) of each page, none of them partial. The scan's error once the whole pages are given."""
    pages = 0
    deadline = time.monotonic() + timeout_s
    for fd in channels.descriptors(process.stdout_fd):
        page = _page(process, fd, deadline, pool, stop, alone=not channels.goes_on)
        if page is None:
            break
        if not channels.goes_on:
            # One run, one page: it counts only if the run was a success.
            _check_end(process, deadline, pages=0, stop=stop)
        yield page, time.monotonic_ns()
        pages += 1
        deadline = time.monotonic() + timeout_s
    if channels.goes_on or not pages:
        _check_end(process, deadline, pages=pages, stop=stop)
    if not pages:
        raise DeviceProtocolError


def _page(process: ScanProcess, fd: int, deadline: float, pool: FramePool, stop: Stop, *, alone: bool) -> Pixels | None:
    """The page that comes through `fd`; None when the run ended without one. `alone`: no page came before it."""
    decoder = PageDecoder(pool)
    while True:
        if stop.is_set():
            raise CaptureCancelled
        ended = process.exit_status() is not None
        data = process.read(fd)
        if data:
            decoder.feed(data)
        elif data == b"" or ended or (has_reported if alone else error_from_report)(process.complaint):
            # `scanimage` may hang where it should end: what it has reported is what happened.
            break
        if time.monotonic() >= deadline:
            raise DeviceTimedOut("The scanner did not finish a page in time.")
    if not decoder.has_begun:
        return None
    try:
        return decoder.finish()
    except DeviceProtocolError:
        # A page breaks off when the paper jams or a cover opens: then that is what happened.
        _check_end(process, deadline, pages=0, stop=stop)
        raise


def _check_end(process: ScanProcess, deadline: float, *, pages: int, stop: Stop) -> None:
    """Raise what the run ended with. An empty feeder after the last page is how a stack ends.

    A flat bed's carriage goes home before the run ends, in the time that the page has.
    """
    began = time.monotonic()
    deadline = max(deadline, began + _END_S)
    while (status := process.exit_status(wait_s=0.1)) is None:
        if stop.is_set():
            raise CaptureCancelled
        reported = error_from_report if pages else has_reported
        if reported(process.complaint) and time.monotonic() >= began + _REPORTED_END_S:
            break
        if time.monotonic() >= deadline:
            raise DeviceTimedOut
    error = None if status is None else error_from_exit(status, process.complaint)
    if not status or status < 0:
        error = error_from_report(process.complaint) or error
    if error is not None and not (pages and isinstance(error, ScannerEmpty)):
        raise error


def create(options: Options) -> SaneScanner:
    """The scanner, not opened. OptionInvalid for a name or a setting that could be taken for something else."""
    return SaneScanner(options)
