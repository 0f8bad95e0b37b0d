"""Takes packages from the queue to AIMA, one after the other, until each has its verified receipt.

Nothing is sent twice: a package that was ever begun is first asked after, an interrupted upload goes on where AIMA's
offset says, and the same package id always has the same receipt. Nothing is erased before the receipt is durable.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
import msgspec
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.aima.pace import Pace
from appliance.aima.queue import Entry, Queue
from appliance.aima.receipt_client import Answer, ReceiptClient
from appliance.aima.receipts import verify_by_one_of
from appliance.aima.tus import TusClient, UploadElsewhere, UploadGone
from appliance.errors import (
    AimaError,
    AimaProtocolError,
    AimaUnreachable,
    AttendanceError,
    ConfigurationError,
    DiskFull,
    KioskError,
    ServiceError,
    StorageCorrupted,
    StoredPartDamaged,
)
from appliance.model.receipt import Receipt
from appliance.runtime.clock import Clock

log = structlog.get_logger(__name__)

UPLOADS = "/files"
RECEIPT_POLL_S = 0.2
RECEIPT_POLLS = 10
MOST_RESUMPTIONS = 5
LOST_AFTER = 5
"""Tries after which a package that AIMA's uploads call whole, and its receipts unknown, is sent anew. Only tries that
ended so: a network that fails says nothing of what AIMA has."""
_FAULT = "Something unexpected stopped a package on its way: it is tried again; tell the field engineer."
FINAL = frozenset({"erased", "refused"})
REFUSED, DAMAGED = "package-refused-by-aima", "package-damaged"
PERMANENT = frozenset({REFUSED, DAMAGED, "upload-too-large"})
"""Sending the same bytes again cannot help: a person has to look."""


class ForwarderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """For the page: whether AIMA answered last time (None before the first), and what holds a package up, if anything.

    `error` may also be a fault of this box (a full disk, a damaged package); `aima_error` never is.
    """

    reachable: bool | None = None
    error: str = ""
    sentence: str = ""
    aima_error: str = ""
    failures: int = 0
    next_attempt_s: float = 0.0


class Forwarder:
    """`run` is a supervised task; `wake` is called when something new lies in the queue.

    `receipt_certificate` answers whom the configuration in force names; None while there is none.
    `on_receipted` erases what the box still holds of the attendance, before the package itself goes.
    `seal_again` makes a package that the disk damaged anew, of the same parts and under the same id.
    `make_room` frees space that was kept for a full disk, and says whether there was any: sending is what frees more.
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
        seal_again: Callable[[Entry], Awaitable[None]] | None = None,
        make_room: Callable[[], Awaitable[bool]] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        origin = origin.rstrip("/")
        self._queue = queue
        self._tus = TusClient(session, origin)
        self._receipts = ReceiptClient(session, origin)
        self._receipt_certificate = receipt_certificate
        self._on_receipted = on_receipted
        self._seal_again = seal_again
        self._make_room = make_room
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._wake = asyncio.Event()
        self._pace = Pace()
        self._unknown: dict[str, int] = {}
        """How often AIMA's uploads called a package whole that its receipts did not know."""
        self.faults: dict[str, str] = {}
        """By package id, the code of what nobody foresaw; the others go on meanwhile."""
        self.status = ForwarderStatus()
        self.answered_at: datetime | None = None

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            for entry in self._waiting():
                if self._pace.due(entry.package_id) <= self._clock.monotonic():
                    await self.attempt(entry.package_id)
            await self._rest()

    def _waiting(self) -> list[Entry]:
        return [entry for entry in self._queue.entries() if entry.state not in FINAL]

    async def _rest(self) -> None:
        """Until something is due, or something new came."""
        due = [self._pace.due(entry.package_id) for entry in self._waiting()]
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

    async def attempt(self, package_id: str) -> None:
        """One package as far as it goes now; what stops it is named in `status`, and when it is tried again."""
        entry = self._queue.entry(package_id)
        if entry.state in FINAL:
            return  # held or erased while another package was on its way
        try:
            try:
                await self.forward(entry)
            except DiskFull:
                if self._make_room is None or not await self._make_room():
                    raise
                await self.forward(self._queue.entry(package_id))
        except KioskError as error:
            self.faults.pop(package_id, None)
            await self._failed(package_id, error)
        except Exception as error:
            log.error("forwarding-fault", package_id=package_id, exc_info=error)
            unforeseen = ServiceError(_FAULT, code="forwarding-fault")
            self.faults[package_id] = unforeseen.code
            await self._failed(package_id, unforeseen)
        else:
            self._forget(package_id)
            # What nobody foresaw about another package stays to be seen.
            fault = next(iter(self.faults.values()), "")
            self.status = ForwarderStatus(reachable=True, error=fault, sentence=_FAULT if fault else "")
            self.answered_at = self._clock.now()

    def _forget(self, package_id: str) -> None:
        self._pace.done(package_id)
        self._unknown.pop(package_id, None)
        self.faults.pop(package_id, None)

    async def _failed(self, package_id: str, error: KioskError) -> None:
        delay_s = self._pace.failed(package_id, self._clock.monotonic(), self._chance())
        of_aima = isinstance(error, AimaError)
        self.status = ForwarderStatus(
            reachable=not isinstance(error, AimaUnreachable) if of_aima else self.status.reachable,
            error=error.code,
            sentence=error.sentence,
            aima_error=error.code if of_aima else self.status.aima_error,
            failures=self._pace.failures(package_id),
            next_attempt_s=delay_s,
        )
        log.warning("package-not-sent", package_id=package_id, code=error.code, delay_s=round(delay_s, 1))
        if error.code in PERMANENT and self._queue.entry(package_id).state not in FINAL:
            await self._queue.mark_refused(package_id, error.code)
            self._forget(package_id)

    async def forward(self, entry: Entry) -> None:
        """One package as far as it will go. Raises AimaError, ConfigurationError, StateError, DiskFull."""
        if entry.state == "queued":
            entry = await self._mark_sending(entry, "")
        elif entry.state in ("sending", "sent"):
            entry = await self._ask_first(entry)
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

    async def _ask_first(self, entry: Entry) -> Entry:
        """Where a package stands at AIMA that was begun before: arrived, or the upload says how far it came."""
        try:
            known = await self._receipts.fetch(entry.package_id)
        except AimaError as error:
            if error.code != REFUSED or not entry.insisted:
                raise
            # AIMA's word of before a person asked for it again: it is judged anew, from an upload of its own.
            return await self._mark_sending(entry, "")
        if known is not Answer.UNKNOWN:
            # It has arrived whole; perhaps only the answer was lost. A second upload would send it twice.
            return entry if entry.state == "sent" else await self._queue.mark_sent(entry.package_id)
        if entry.state == "sent":
            # The upload is asked how far it came. When it has been whole for many tries, AIMA has lost the package.
            lost = self._unknown.get(entry.package_id, 0) >= LOST_AFTER
            return await self._mark_sending(entry, "" if lost else entry.upload_url)
        # Asked now: what a person asked for is not asked a second time.
        return await self._mark_sending(entry, entry.upload_url) if entry.insisted else entry

    async def _mark_sending(self, entry: Entry, upload_url: str) -> Entry:
        certificate = self._receipt_certificate()
        pem = certificate.public_bytes(Encoding.PEM).decode("ascii") if certificate else ""
        return await self._queue.mark_sending(entry.package_id, upload_url, pem)

    async def _upload(self, entry: Entry) -> None:
        """Until AIMA has all of it. Of a package that is there whole already, nothing is read any more."""
        path, url, sound = self._queue.path(entry.package_id), entry.upload_url, False
        for _ in range(MOST_RESUMPTIONS):
            try:
                offset = await self._tus.offset(url, entry.bytes) if url else 0
                if offset == entry.bytes:
                    return
                if not sound:
                    entry, sound = await self._sound(entry), True
                    url = entry.upload_url and url
                if not url:
                    metadata = {"package_id": entry.package_id, "sha256": entry.sha256}
                    url = await self._tus.create(UPLOADS, entry.bytes, metadata)
                    await self._mark_sending(entry, url)
                    offset = await self._tus.offset(url, entry.bytes)
                self._pace.reached(entry.package_id, offset)
                if await self._tus.send(url, path, offset, entry.bytes) == entry.bytes:
                    return
            except UploadGone:
                url = ""
            except UploadElsewhere as error:
                log.info("upload-asked-again", package_id=entry.package_id, code=error.code)
        raise AimaProtocolError("The upload to AIMA does not get on: it is tried again later.", code="upload-stuck")

    async def _sound(self, entry: Entry) -> Entry:
        """The package as it was sealed; one that was damaged here is sealed again, for AIMA has none of it.

        Raises StorageCorrupted `package-damaged` where its parts are gone as well.
        """
        try:
            await self._queue.check(entry.package_id)
        except StorageCorrupted as error:
            if error.code != DAMAGED or self._seal_again is None:
                raise
            try:
                await self._seal_again(entry)
            except (StoredPartDamaged, AttendanceError) as cause:
                log.error("package-lost", package_id=entry.package_id, code=cause.code)
                raise error from cause
            return self._queue.entry(entry.package_id)
        return entry

    async def _await_receipt(self, entry: Entry) -> Receipt:
        answer: Receipt | Answer = Answer.PENDING
        for _ in range(RECEIPT_POLLS):
            answer = await self._receipts.fetch(entry.package_id)
            if isinstance(answer, Receipt):
                return answer
            await self._sleep(RECEIPT_POLL_S)
        unknown = self._unknown.get(entry.package_id, 0)
        self._unknown[entry.package_id] = unknown + 1 if answer is Answer.UNKNOWN else 0
        raise AimaProtocolError("AIMA has the package but gave no receipt yet: it is asked again.", code="receipt-late")

    def _verify(self, entry: Entry, receipt: Receipt) -> None:
        """By whom the configuration names now, or named when the sending began: AIMA may have changed between."""
        current = self._receipt_certificate()
        before = entry.receipt_certificate
        signers = [x509.load_pem_x509_certificate(before.encode())] if before else []
        if current is not None and current not in signers:
            signers.append(current)
        if not signers:
            raise ConfigurationError("No configuration says who signs receipts.", code="configuration-missing")
        about = {"package_id": entry.package_id, "sha256": entry.sha256}
        verify_by_one_of(receipt, **about, size=entry.bytes, certificates=signers)
