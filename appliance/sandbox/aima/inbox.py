"""What the stand-in AIMA received: every package opened, every signature checked, one receipt a package, for ever.

    received/<package_id>/             package.p7m · package.asice · receipt.json · sender
    refused/<device_id>/<package_id>/  package.p7m · refused.json · …

A package is looked at in a folder of its own, which takes its place whole: a power cut leaves no half-made decision,
and what one box sends never stands in another's way.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from aiohttp import web
from cryptography.x509.oid import NameOID

from appliance.durable.private_file import private_directory, read_private, sync_directory, write_private
from appliance.errors import PackageError
from appliance.model.receipt import Receipt
from appliance.package.verify import VerifiedPackage, open_package, verify_asice
from appliance.sandbox.aima.authority import CLOCK_TOLERANCE, Authority
from appliance.sandbox.aima.devices import DeviceRecords
from appliance.sandbox.aima.misbehaviour import Conscience, Fault, spoiled
from appliance.sandbox.aima.peer import device_id
from appliance.sandbox.aima.receipts import ReceiptSigner, issue
from appliance.sandbox.aima.uploads import Upload

log = structlog.get_logger(__name__)

PACKAGE = "package.p7m"
CONTAINER = "package.asice"
RECEIPT = "receipt.json"
REFUSAL = "refused.json"
SENDER = "sender"
READ_BYTES = 1 << 20
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Inbox:
    def __init__(self, directory: Path, authority: Authority, records: DeviceRecords, conscience: Conscience) -> None:
        self._directory = directory
        self._refused = directory.with_name("refused")
        self._checking = directory.with_name("checking")
        self._under_way: set[tuple[str, str]] = set()
        self._authority = authority
        self._records = records
        self._conscience = conscience
        self._signer = ReceiptSigner(authority.receipt_certificate, authority.receipt_key)
        self._one_at_a_time = asyncio.Lock()
        for folder in (directory, self._refused, self._checking):
            private_directory(folder)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/packages/{package_id}/receipt", self.receipt)]

    async def take(self, upload: Upload, file: Path) -> None:
        """Looks into a whole upload and decides: a receipt or a refusal. Taken before: nothing changes."""
        name = (upload.device_id, upload.package_id)
        self._under_way.add(name)
        try:
            async with self._one_at_a_time:
                await asyncio.to_thread(self._take, upload, file)
        finally:
            self._under_way.discard(name)

    async def receipt(self, request: web.Request) -> web.Response:
        sender, package_id = device_id(request), request.match_info["package_id"]
        fault = self._conscience.take(
            "GET",
            request.path,
            Fault.RECEIPT_LATE,
            Fault.RECEIPT_REFUSED,
            Fault.RECEIPT_OTHER_PACKAGE,
            Fault.RECEIPT_OTHER_BYTES,
            Fault.RECEIPT_WRONG_SIGNATURE,
        )
        if fault is not None and fault.fault is Fault.RECEIPT_LATE:
            return web.json_response({"status": "pending"}, status=202)
        if fault is not None and fault.fault is Fault.RECEIPT_REFUSED:
            return web.json_response({"error": "told-to-refuse"}, status=422)
        status, data = await asyncio.to_thread(self._answer, sender, package_id)
        if fault is not None and status == 200:
            data = msgspec.json.encode(spoiled(msgspec.json.decode(data, type=Receipt), fault.fault))
        return web.Response(status=status, body=data, content_type="application/json")

    def _answer(self, sender: str, package_id: str) -> tuple[int, bytes]:
        if _IDENTIFIER.fullmatch(package_id) and _IDENTIFIER.fullmatch(sender):
            received, refused = self._directory / package_id, self._refused / sender / package_id
            receipt = read_private(received / RECEIPT)
            if receipt is not None and read_private(received / SENDER) == sender.encode():
                return 200, receipt
            if (sender, package_id) in self._under_way:
                return 202, b'{"status": "pending"}'
            refusal = read_private(refused / REFUSAL)
            if refusal is not None:
                return 422, refusal
        return 404, b'{"error": "package-unknown"}'

    def _take(self, upload: Upload, file: Path) -> None:
        received = self._directory / upload.package_id
        if read_private(received / SENDER) == upload.device_id.encode():
            return
        folder = self._checking / upload.upload_id
        shutil.rmtree(folder, ignore_errors=True)
        private_directory(folder)
        write_private(folder / SENDER, upload.device_id.encode())
        os.link(file, folder / PACKAGE)
        try:
            self._check(upload, folder)
        except PackageError as error:
            log.warning("package-refused", package_id=upload.package_id, code=error.code)
            write_private(folder / REFUSAL, msgspec.json.encode(error.to_dict()))
            self._put(folder, self._refused / upload.device_id / upload.package_id)
            return
        receipt = issue(
            self._signer, package_id=upload.package_id, sha256=upload.sha256, size=(folder / PACKAGE).stat().st_size
        )
        write_private(folder / RECEIPT, msgspec.json.encode(receipt))
        self._put(folder, received)
        log.info("package-received", package_id=upload.package_id, receipt_id=receipt.receipt_id)

    def _put(self, folder: Path, place: Path) -> None:
        """The decision, durable at once and whole; a refusal takes the place of an earlier one."""
        private_directory(place.parent)
        shutil.rmtree(place, ignore_errors=True)
        folder.replace(place)
        sync_directory(place.parent)

    def _check(self, upload: Upload, folder: Path) -> VerifiedPackage:
        """Raises PackageError by name for whatever is not as it should be."""
        if (self._directory / upload.package_id).exists():
            raise PackageError("Another box's package has that id.", code="package-id-taken")
        if _sha256(folder / PACKAGE) != upload.sha256:
            raise PackageError("Other bytes arrived than were announced.", code="package-other-bytes")
        open_package(
            folder / PACKAGE,
            self._authority.encryption_key,
            self._authority.encryption_certificate,
            folder / CONTAINER,
        )
        # As of its signing: a box that was renewed still sends what it sealed before. It is the sender who is known
        # now, by the certificate of this connection, and only its own packages are taken.
        verified = verify_asice(folder / CONTAINER, [self._authority.issuing_ca], at=None)
        if verified.manifest.package_id != upload.package_id:
            raise PackageError("The package is not the one that was announced.", code="package-other-id")
        names = verified.signer_certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if [name.value for name in names] != [upload.device_id]:
            raise PackageError("The package was signed by another box than sent it.", code="package-other-signer")
        if verified.signing_time > datetime.now(UTC) + CLOCK_TOLERANCE:
            raise PackageError("The package was signed at a time that has not come yet.", code="package-signing-time")
        centre = verified.manifest.centre
        if not self._records.stands_at(upload.device_id, (centre.centre_id, centre.post_id)):
            raise PackageError("The package names a centre or post that its box was never at.", code="package-place")
        return verified


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
