"""Takes packages from the queue to AIMA, one after the other, until each has its verified receipt.

Nothing is sent twice: a package that was ever begun is first asked after, an interrupted upload goes on where AIMA's
offset says, and the same package id always has the same receipt. Nothing is erased before the receipt is durable.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
import msgspec
import structlog
from cryptography import x509

from appliance.aima.receipts import LARGEST_RECEIPT_BYTES, receipt_from_bytes, verify_receipt
from appliance.aima.tus import QUICK, TusClient, UploadElsewhere, UploadGone, unreachable
from appliance.errors import AimaError, AimaProtocolError, AimaUnreachable, ConfigurationError, KioskError
from appliance.model.receipt import Receipt
from appliance.runtime.clock import Clock

log = structlog.get_logger(__name__)

UPLOADS = "/files"
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 300.0
RECEIPT_POLL_S = 0.2
RECEIPT_POLLS = 10
MOST_RESUMPTIONS = 5
PERMANENT = frozenset({"package-refused-by-aima", "package-damaged", "upload-too-large"})
"""Sending the same bytes again cannot help: a person has to look."""


class Entry(Protocol):
    """What the forwarder needs of `spool.SpoolEntry`; `state` is one of the spool's names."""

    @property
    def package_id(self) -> str: ...
    @property
    def attendance_id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def upload_url(self) -> str: ...


class Queue(Protocol):
    """What the forwarder needs of `spool.Spool`."""

    def entries(self) -> Sequence[Entry]: ...
    def entry(self, package_id: str) -> Entry: ...
    def path(self, package_id: str) -> Path: ...
    async def check(self, package_id: str) -> None:
        """Raises StorageCorrupted `package-damaged`."""
        ...

    async def mark_sending(self, package_id: str, upload_url: str) -> Entry: ...
    async def mark_sent(self, package_id: str) -> Entry: ...
    async def mark_refused(self, package_id: str, code: str) -> Entry: ...
    async def mark_receipted(self, package_id: str, receipt: Receipt) -> Entry: ...
    async def erase(self, package_id: str) -> Entry: ...


class Pending(Enum):
    """AIMA has the package and is still looking at it."""

    PENDING = "pending"


PENDING = Pending.PENDING


class ForwarderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """For the page: whether AIMA answered last time, and what went wrong if not."""

    reachable: bool | None = None
    error: str = ""
    sentence: str = ""
    failures: int = 0
    next_attempt_s: float = 0.0


class Forwarder:
    """`run` is a supervised task; `wake` is called when something new lies in the queue.

    `receipt_certificate` answers whom the configuration in force names; None while there is none.
    `on_receipted` erases what the box still holds of the attendance, before the package itself goes.
    """

    def __init__(
        self,
        *,
        queue: Queue,
        session: aiohttp.ClientSession,
        origin: str,
        receipt_certificate: Callable[[], x509.Certificate | None],
        on_receipted: Callable[[Entry], Awaitable[None]],
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._queue = queue
        self._session = session
        self._origin = origin.rstrip("/")
        self._tus = TusClient(session, origin)
        self._receipt_certificate = receipt_certificate
        self._on_receipted = on_receipted
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._wake = asyncio.Event()
        self._due: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self.status = ForwarderStatus()
        self.answered_at: datetime | None = None

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            for entry in self._waiting():
                if self._due.get(entry.package_id, 0.0) <= self._clock.monotonic():
                    await self._try(entry)
            await self._rest()

    def _waiting(self) -> list[Entry]:
        return [entry for entry in self._queue.entries() if entry.state not in ("erased", "refused")]

    async def _rest(self) -> None:
        """Until something is due, or something new came."""
        due = [self._due.get(entry.package_id, 0.0) for entry in self._waiting()]
        if not due:
            await self._wake.wait()
            return
        waking = asyncio.ensure_future(self._wake.wait())
        sleeping = asyncio.ensure_future(self._sleep(max(0.05, min(due) - self._clock.monotonic())))
        try:
            await asyncio.wait({waking, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (waking, sleeping):
                task.cancel()
            await asyncio.gather(waking, sleeping, return_exceptions=True)

    async def _try(self, entry: Entry) -> None:
        try:
            await self.forward(entry)
        except KioskError as error:
            await self._failed(entry, error)
        else:
            self._due.pop(entry.package_id, None)
            self._failures.pop(entry.package_id, None)
            self.status = ForwarderStatus(reachable=True)
            self.answered_at = self._clock.now()

    async def _failed(self, entry: Entry, error: KioskError) -> None:
        failures = self._failures[entry.package_id] = self._failures.get(entry.package_id, 0) + 1
        delay_s = backoff_s(failures, self._chance())
        self._due[entry.package_id] = self._clock.monotonic() + delay_s
        self.status = ForwarderStatus(
            reachable=not isinstance(error, AimaUnreachable),
            error=error.code,
            sentence=error.sentence,
            failures=failures,
            next_attempt_s=delay_s,
        )
        log.warning("package-not-sent", package_id=entry.package_id, code=error.code, delay_s=round(delay_s, 1))
        if error.code in PERMANENT:
            await self._queue.mark_refused(entry.package_id, error.code)

    async def forward(self, entry: Entry) -> None:
        """One package as far as it will go. Raises AimaError, ConfigurationError, StateError."""
        if entry.state == "queued":
            entry = await self._queue.mark_sending(entry.package_id, "")
        elif entry.state in ("sending", "sent"):
            known = await self._fetch_receipt(entry)
            if known is None and entry.state == "sent":
                entry = await self._queue.mark_sending(entry.package_id, "")
            elif known is not None and entry.state == "sending":
                # It has arrived whole, only its answer was lost; a second upload would send it twice.
                entry = await self._queue.mark_sent(entry.package_id)
        if entry.state == "sending":
            await self._upload(entry)
            entry = await self._queue.mark_sent(entry.package_id)
        if entry.state == "sent":
            receipt = await self._await_receipt(entry)
            self._verify(entry, receipt)
            entry = await self._queue.mark_receipted(entry.package_id, receipt)
        if entry.state == "receipted":
            await self._on_receipted(entry)
            await self._queue.erase(entry.package_id)

    async def _upload(self, entry: Entry) -> None:
        await self._queue.check(entry.package_id)
        path, url = self._queue.path(entry.package_id), entry.upload_url
        for _ in range(MOST_RESUMPTIONS):
            try:
                if not url:
                    metadata = {"package_id": entry.package_id, "sha256": entry.sha256}
                    url = await self._tus.create(urlsplit(self._origin).path + UPLOADS, entry.bytes, metadata)
                    await self._queue.mark_sending(entry.package_id, url)
                offset = await self._tus.offset(url, entry.bytes)
                if offset < entry.bytes:
                    offset = await self._tus.send(url, path, offset, entry.bytes)
                if offset == entry.bytes:
                    return
            except UploadGone:
                url = ""
            except UploadElsewhere as error:
                log.info("upload-asked-again", package_id=entry.package_id, code=error.code)
        raise AimaProtocolError("The upload to AIMA does not get on: it is tried again later.", code="upload-stuck")

    async def _await_receipt(self, entry: Entry) -> Receipt:
        for _ in range(RECEIPT_POLLS):
            receipt = await self._fetch_receipt(entry)
            if isinstance(receipt, Receipt):
                return receipt
            await self._sleep(RECEIPT_POLL_S)
        raise AimaProtocolError("AIMA has the package but gave no receipt yet: it is asked again.", code="receipt-late")

    async def _fetch_receipt(self, entry: Entry) -> Receipt | Pending | None:
        """None when AIMA does not know the package. Raises AimaError `package-refused-by-aima` for one it refuses."""
        url = f"{self._origin}/packages/{entry.package_id}/receipt"
        try:
            async with self._session.get(url, allow_redirects=False, timeout=QUICK) as response:
                if response.status in (202, 404):
                    return PENDING if response.status == 202 else None
                if response.status == 422:
                    raise AimaError(
                        "AIMA refused the package: it is held on this box, call AIMA's support.",
                        code="package-refused-by-aima",
                    )
                if response.status >= 500:
                    raise AimaUnreachable("AIMA's service has a fault: receipts are asked for again later.")
                if response.status != 200:
                    raise AimaProtocolError("AIMA answered in a way that its protocol does not have.")
                data = b""
                async for chunk in response.content.iter_any():
                    data += chunk
                    if len(data) > LARGEST_RECEIPT_BYTES:
                        break
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable(error) from error
        if len(data) > LARGEST_RECEIPT_BYTES:
            raise AimaProtocolError("AIMA answered something that is not a receipt.", code="receipt-malformed")
        return receipt_from_bytes(data)

    def _verify(self, entry: Entry, receipt: Receipt) -> None:
        certificate = self._receipt_certificate()
        if certificate is None:
            raise ConfigurationError("No configuration says who signs receipts.", code="configuration-missing")
        verify_receipt(
            receipt,
            package_id=entry.package_id,
            sha256=entry.sha256,
            size=entry.bytes,
            certificate=certificate,
        )


def backoff_s(failures: int, chance: float) -> float:
    """Exponential with full jitter; `chance` is in [0, 1)."""
    return FIRST_DELAY_S + chance * min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures, 20))
