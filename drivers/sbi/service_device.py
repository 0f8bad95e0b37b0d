"""One device behind an SBI service: what it answers by now, given its sensor and its fault plan. No HTTP here."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

import cv2

from drivers.contracts import Stop
from drivers.errors import CaptureTimedOut, DeviceBusy, DriverError
from drivers.faults import FaultPlan
from drivers.sbi import answers
from drivers.sbi.answering import Answering, check_request, fingers_asked, numbered, refusal, refused_capture
from drivers.sbi.messages import (
    READY,
    CaptureAnswer,
    CaptureRequest,
    DiscoveredDevice,
    InfoAnswer,
)
from drivers.sbi.offered import Offer

_LONGEST_S: Final = 120.0


class Silence(Exception):
    """The fault plan says that no answer comes. `hangs`: the connection stays open."""

    def __init__(self, *, hangs: bool) -> None:
        super().__init__()
        self.hangs = hangs


@dataclass
class _Calendar:
    """When the device was last looked for, and what it has given since: faults begin by that."""

    opened_s: float
    given: int = 0


class ServedDevice:
    """Called from the service's threads. Captures exclude one another; live pictures go on beside them."""

    def __init__(self, offer: Offer, answering: Answering, faults: FaultPlan) -> None:
        self.offer = offer
        self._answering = answering
        self._faults = faults
        self._in_use = threading.Lock()
        self._calendar = _Calendar(time.monotonic())

    def discovered(self) -> DiscoveredDevice:
        self._calendar = _Calendar(time.monotonic())
        if self._faults.refuse:
            return self._answering.discovered("Not Registered")
        return self._answering.discovered("Busy" if self._in_use.locked() else READY)

    def info(self) -> InfoAnswer:
        if self._faults.refuse:
            return InfoAnswer(device_info="", error=numbered(answers.NOT_REGISTERED))
        if self._in_use.locked():
            return InfoAnswer(device_info="", error=numbered(answers.BUSY))
        return self._answering.info()

    def capture(self, request: CaptureRequest, stop: Stop) -> CaptureAnswer:
        """Errors are answers too. Raises Silence."""
        try:
            check_request(request, self.offer)
            (asked,) = request.bio
            fingers = fingers_asked(asked, self.offer)
            with self._held():
                timeout_s = min(max(0, request.timeout) / 1000, _LONGEST_S)
                deadline_s = time.monotonic() + timeout_s
                self._misbehave(stop)
                self._await_presence(deadline_s, stop)
                taken = self.offer.sensor.take(fingers, max(0.0, deadline_s - time.monotonic()), stop)
                answer = self._answering.captured(request, fingers, taken, cut_short=self._due.wrong_size)
                self._calendar.given += 1
                return answer
        except ValueError:
            return refused_capture(numbered(answers.COUNT_UNSUPPORTED))
        except DriverError as error:
            return refused_capture(refusal(error))

    def live(self, stop: Stop) -> Generator[bytes, None, None]:
        """JPEG pictures until stopped. Raises Silence."""
        with closing(self.offer.sensor.look(stop)) as pictures:
            for pixels in pictures:
                plan = self._due
                self._misbehave(stop)
                try:
                    self._await_presence(time.monotonic() + _LONGEST_S, stop)
                except CaptureTimedOut:
                    return
                encoded, jpeg = cv2.imencode(".jpg", pixels)
                if not encoded:
                    return
                yield bytes(len(jpeg)) if plan.corrupt or plan.wrong_size or plan.fault else jpeg.tobytes()
                self._calendar.given += 1

    @property
    def garbles(self) -> bool:
        return self._due.corrupt

    @property
    def splits(self) -> bool:
        return self._faults.split

    @property
    def _due(self) -> FaultPlan:
        return self._faults if self._faults.due(self._calendar.given) else FaultPlan()

    @contextmanager
    def _held(self) -> Iterator[None]:
        if not self._in_use.acquire(blocking=False):
            raise DeviceBusy
        try:
            yield
        finally:
            self._in_use.release()

    def _misbehave(self, stop: Stop) -> None:
        plan = self._due
        if plan.unplug or plan.crash:
            raise Silence(hangs=False)
        if plan.hang or plan.drop:
            raise Silence(hangs=True)
        if plan.delay_s:
            stop.wait(plan.delay_s)
        if plan.fault:
            raise DriverError

    def _await_presence(self, deadline_s: float, stop: Stop) -> None:
        present_s = self._calendar.opened_s + self._due.absent_s
        stop.wait(max(0.0, min(present_s, deadline_s) - time.monotonic()))
        if present_s > deadline_s or stop.is_set():
            raise CaptureTimedOut
