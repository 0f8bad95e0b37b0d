"""Passwords: Argon2id only, at bounded cost, and equal work for accounts that do not exist."""

from __future__ import annotations

import asyncio

import argon2
import pytest

from appliance.errors import ConfigurationError
from appliance.technicians.password import PasswordVerifier, check_password_hash, hash_password
from tests.unit.technicians.people import PASSWORD, technician


async def test_right_wrong_and_unknown() -> None:
    verifier = PasswordVerifier()
    password_hash = technician().password_hash
    try:
        assert await verifier.verify(password_hash, PASSWORD)
        for wrong in ("", PASSWORD + " ", "x" * 10_000, "\ud800"):
            assert not await verifier.verify(password_hash, wrong)
        assert not await verifier.verify(None, PASSWORD)
        assert not await verifier.verify("not a hash", PASSWORD)
    finally:
        await verifier.close()


async def test_an_unknown_account_costs_what_the_costliest_known_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[argon2.Parameters] = []
    verify = argon2.PasswordHasher.verify

    def watched(self: argon2.PasswordHasher, password_hash: str | bytes, password: str | bytes) -> bool:
        seen.append(argon2.extract_parameters(str(password_hash)))
        return verify(self, password_hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)
    cheap = technician().password_hash
    dear = argon2.PasswordHasher(time_cost=2, memory_cost=128, parallelism=1).hash(PASSWORD)
    verifier = PasswordVerifier()
    try:
        verifier.adopt([cheap, dear])
        await verifier.verify(None, PASSWORD)
        await verifier.verify(dear, PASSWORD)
    finally:
        await verifier.close()
    assert seen[0] == seen[1]


async def test_the_same_password_typed_on_two_keyboards() -> None:
    composed, decomposed = "coração", "corac\u0327a\u0303o"
    password_hash = await asyncio.to_thread(hash_password, composed)
    verifier = PasswordVerifier()
    try:
        assert await verifier.verify(password_hash, decomposed)
    finally:
        await verifier.close()


@pytest.mark.parametrize(
    "password_hash",
    [
        "",
        "secret",
        "$2b$12$abcdefghijklmnopqrstuv",
        argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, type=argon2.Type.I).hash("x"),
        "$argon2id$v=19$m=1048576,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2g",
        "$argon2id$v=19$m=65536,t=500,p=4$c2FsdHNhbHQ$aGFzaGhhc2g",
        "$argon2id$v=19$m=65536,t=3,p=64$c2FsdHNhbHQ$aGFzaGhhc2g",
    ],
    ids=["empty", "plain", "bcrypt", "argon2i", "too much memory", "too many passes", "too many lanes"],
)
def test_a_configured_hash_that_is_weak_or_would_exhaust_the_box_is_refused(password_hash: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        check_password_hash(password_hash)
    assert refused.value.code == "technician-password-hash"
