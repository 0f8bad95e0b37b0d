"""Checking a password against its Argon2id string, off the event loop, at the same cost whether the account exists.

Not responsible for how often one may try (`throttle.py`).
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import argon2

from appliance.errors import ConfigurationError

_LONGEST_PASSWORD = 256
_MOST_MEMORY_KIB = 256 * 1024
_MOST_PASSES = 10
_MOST_LANES = 8


def hash_password(password: str) -> str:
    """An Argon2id string (RFC 9106, second recommended option's memory) as `Technician.password_hash` holds it."""
    return argon2.PasswordHasher().hash(_prepared(password))


def check_password_hash(password_hash: str) -> argon2.Parameters:
    """The parameters of a configured hash. Raises ConfigurationError `technician-password-hash`.

    Only Argon2id, and only costs that a small box can pay: a configuration must not be able to exhaust it.
    """
    try:
        parameters = argon2.extract_parameters(password_hash)
    except (argon2.exceptions.InvalidHashError, ValueError) as error:
        raise _bad_hash() from error
    if (
        parameters.type is not argon2.Type.ID
        or parameters.memory_cost > _MOST_MEMORY_KIB
        or parameters.time_cost > _MOST_PASSES
        or parameters.parallelism > _MOST_LANES
    ):
        raise _bad_hash()
    return parameters


class PasswordVerifier:
    """Owns one thread: verifications queue up, so that their memory (64 MiB each) is never taken twice."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
        self._hasher = argon2.PasswordHasher()
        self._stand_in = ""

    def adopt(self, password_hashes: Iterable[str]) -> None:
        """Make the stand-in cost what the configured accounts cost. Blocks for one hash; raises as
        `check_password_hash`."""
        parameters = [check_password_hash(password_hash) for password_hash in password_hashes]
        costliest = max(parameters, key=lambda one: one.memory_cost * one.time_cost, default=None)
        hasher = argon2.PasswordHasher.from_parameters(costliest) if costliest else self._hasher
        self._stand_in = hasher.hash(secrets.token_urlsafe())

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` is the account's. None (no such account) takes as long and is never right."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._verify, password_hash, password)

    async def close(self) -> None:
        """Waits for a verification under way (well under a second)."""
        await asyncio.to_thread(self._executor.shutdown, cancel_futures=True)

    def _verify(self, password_hash: str | None, password: str) -> bool:
        if not self._stand_in:
            self.adopt(())
        known = password_hash is not None and len(password) <= _LONGEST_PASSWORD
        try:
            right = self._hasher.verify(
                password_hash if known and password_hash else self._stand_in, _prepared(password[:_LONGEST_PASSWORD])
            )
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        return right and known


def _prepared(password: str) -> bytes:
    """One form for one password, whatever keyboard it was typed on (RFC 8265, OpaqueString: NFC)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")


def _bad_hash() -> ConfigurationError:
    return ConfigurationError(
        "A technician's password hash in the configuration is not a usable Argon2id string.",
        code="technician-password-hash",
    )
