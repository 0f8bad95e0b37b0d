"""The identity that the box acts under now, renewed before its certificate runs out (EST, RFC 7030 §4.2.2).

The key stays; only the certificate is replaced, whole and durably, after it was checked. A box whose certificate has
run out still starts and keeps what it holds: it cannot send, and says so, until somebody provisions it again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import aiohttp
import structlog

from appliance.durable.private_file import write_private
from appliance.errors import IdentityError, KioskError
from appliance.identity.certificates import certificates_from_pem, chain_to_pem, check_device_chain
from appliance.identity.est_client import EstClient
from appliance.identity.identity import Identity, Signer
from appliance.runtime.clock import Clock, timestamp
from appliance.runtime.daemon_call import call_in_daemon_thread

log = structlog.get_logger(__name__)

SHARE_LEFT = 1 / 3
"""Renewed once less than this share of its life is left: a box that is offline for weeks still has time."""
LOOK_EVERY = timedelta(hours=1)


def renewal_due(not_before: datetime, not_after: datetime, now: datetime) -> bool:
    """Within the last third of its life. One that has run out cannot authenticate its own renewal."""
    return not_after - (not_after - not_before) * SHARE_LEFT <= now <= not_after


class IdentityInForce:
    """`current` is what everybody asks. `on_renewed` is told in a thread, once the new one is durable."""

    def __init__(
        self,
        identity: Identity,
        *,
        session: aiohttp.ClientSession,
        aima_url: str,
        clock: Clock,
        on_renewed: Callable[[Identity], None] = lambda _identity: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.current = identity
        self._client = EstClient(session, aima_url)
        self._clock = clock
        self._on_renewed = on_renewed
        self._chance = chance

    def signer(self) -> Signer:
        """Raises IdentityError `certificate-expired`: what it signed now, AIMA would have to refuse."""
        if self._clock.now() > self.current.certificate_chain[0].not_valid_after_utc:
            raise IdentityError(
                "The box's certificate has expired: what was captured is kept, and can be sealed once the box has been "
                "provisioned again.",
                code="certificate-expired",
            )
        return self.current.signer()

    async def renew_if_due(self) -> bool:
        """Whether it was due and is done. Raises IdentityError, AimaUnreachable, AimaProtocolError, StateError."""
        identity, now = self.current, self._clock.now()
        leaf = identity.certificate_chain[0]
        if not renewal_due(leaf.not_valid_before_utc, leaf.not_valid_after_utc, now):
            return False
        chain = await self._client.renew(identity.key.renewal_request(leaf))
        pinned = certificates_from_pem(identity.trust.aima_ca_pem)
        # Checked before it is kept: what is on the disk has always been verified.
        check_device_chain(chain, identity.key.public_key, pinned, now)
        if chain[0].subject != leaf.subject:
            raise IdentityError("AIMA renewed the certificate under another name.", code="certificate-untrusted")
        await call_in_daemon_thread("certificate", write_private, identity.certificate_chain_path, chain_to_pem(chain))
        self.current = await call_in_daemon_thread("certificate", Identity.load, identity.directory, now)
        log.info("certificate-renewed", not_after=timestamp(chain[0].not_valid_after_utc))
        await call_in_daemon_thread("certificate", self._on_renewed, self.current)
        return True

    async def run(self, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """A supervised task: look every hour, spread so that boxes do not all ask at once."""
        while True:
            try:
                await self.renew_if_due()
            except KioskError as error:
                # The health check shows how long is left; the next look tries again.
                log.warning("certificate-not-renewed", code=error.code)
            await sleep(LOOK_EVERY.total_seconds() * (0.75 + self._chance() / 2))
