"""Asks AIMA for a package's receipt. What a receipt must say to be believed is `receipts.py`."""

from __future__ import annotations

from enum import Enum

import aiohttp

from appliance.aima.failures import NOT_ADMITTED, not_admitted, unreachable
from appliance.aima.receipts import LARGEST_RECEIPT_BYTES, receipt_from_bytes
from appliance.aima.tus import QUICK
from appliance.errors import AimaError, AimaProtocolError, AimaUnreachable
from appliance.model.receipt import Receipt


class Answer(Enum):
    PENDING = "pending"
    """AIMA has the package and is still looking at it."""
    UNKNOWN = "unknown"
    """AIMA has no such package of this box."""


class ReceiptClient:
    """`session` carries the TLS context; `origin` is AIMA's `https://host:port`."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session = session
        self._origin = origin

    async def fetch(self, package_id: str) -> Receipt | Answer:
        """Not verified yet. Raises AimaUnreachable, AimaProtocolError, and AimaError `package-refused-by-aima`,
        `box-certificate-refused`.
        """
        url = f"{self._origin}/packages/{package_id}/receipt"
        try:
            async with self._session.get(url, allow_redirects=False, timeout=QUICK) as response:
                if response.status != 200:
                    return _without_receipt(response.status)
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


def _without_receipt(status: int) -> Answer:
    if status == 202:
        return Answer.PENDING
    if status == 404:
        return Answer.UNKNOWN
    if status == 422:
        raise AimaError(
            "AIMA refused the package: it is held on this box, call AIMA's support.", code="package-refused-by-aima"
        )
    if status in NOT_ADMITTED:
        raise not_admitted()
    if status >= 500:
        raise AimaUnreachable("AIMA's service has a fault: receipts are asked for again later.")
    raise AimaProtocolError("AIMA answered in a way that its protocol does not have.")
