"""What the stand-in AIMA received: every package opened, every signature checked, one receipt a package, for ever.

received/<package_id>/ package.p7m · package.asice · receipt.json · sender     or     refused.json · sender
"""

from __future__ import annotations

import asyncio
import hashlib
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
from appliance.sandbox.aima.authority import Authority
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
    def __init__(self, directory: Path, authority: Authority, conscience: Conscience) -> None:
        self._directory = directory
        self._authority = authority
        self._conscience = conscience
        self._signer = ReceiptSigner(authority.receipt_certificate, authority.receipt_key)
        self._one_at_a_time = asyncio.Lock()
        private_directory(directory)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/packages/{package_id}/receipt", self.receipt)]

    async def take(self, upload: Upload, file: Path) -> None:
        """Looks into a whole upload and decides: a receipt or a refusal. Taken before: nothing changes."""
        async with self._one_at_a_time:
            await asyncio.to_thread(self._take, upload, file)

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
        folder = self._directory / package_id
        if not _IDENTIFIER.fullmatch(package_id) or read_private(folder / SENDER) != sender.encode():
            return 404, b'{"error": "package-unknown"}'
        receipt = read_private(folder / RECEIPT)
        if receipt is not None:
            return 200, receipt
        refusal = read_private(folder / REFUSAL)
        return (422, refusal) if refusal is not None else (202, b'{"status": "pending"}')

    def _take(self, upload: Upload, file: Path) -> None:
        folder = self._directory / upload.package_id
        if (folder / RECEIPT).exists() or (folder / REFUSAL).exists():
            return
        private_directory(folder)
        write_private(folder / SENDER, upload.device_id.encode())
        shutil.copyfile(file, folder / PACKAGE)
        (folder / PACKAGE).chmod(0o600)
        try:
            self._check(upload, folder)
        except PackageError as error:
            log.warning("package-refused", package_id=upload.package_id, code=error.code)
            write_private(folder / REFUSAL, msgspec.json.encode(error.to_dict()))
            return
        receipt = issue(
            self._signer, package_id=upload.package_id, sha256=upload.sha256, size=(folder / PACKAGE).stat().st_size
        )
        sync_directory(folder)
        write_private(folder / RECEIPT, msgspec.json.encode(receipt))
        log.info("package-received", package_id=upload.package_id, receipt_id=receipt.receipt_id)

    def _check(self, upload: Upload, folder: Path) -> VerifiedPackage:
        """Raises PackageError by name for whatever is not as it should be."""
        if _sha256(folder / PACKAGE) != upload.sha256:
            raise PackageError("Other bytes arrived than were announced.", code="package-other-bytes")
        open_package(
            folder / PACKAGE,
            self._authority.encryption_key,
            self._authority.encryption_certificate,
            folder / CONTAINER,
        )
        verified = verify_asice(folder / CONTAINER, [self._authority.root.certificate], at=datetime.now(UTC))
        if verified.manifest.package_id != upload.package_id:
            raise PackageError("The package is not the one that was announced.", code="package-other-id")
        names = verified.signer_certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if [name.value for name in names] != [upload.device_id]:
            raise PackageError("The package was signed by another box than sent it.", code="package-other-signer")
        return verified


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
