"""What a scanner behind SBI might tell a client that does not look closely: for tests, beside the fault plan."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from cryptography.hazmat.primitives import serialization

from drivers.sbi.authority import KeySigner, MadeUpAuthority
from drivers.sbi.jws import from_base64url, to_base64url
from drivers.sbi.messages import Biometric, CapturePayload, DigitalId

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_OFF: Final = timedelta(minutes=6)


class Lie(StrEnum):
    NONE = "none"
    WRONG_SIGNATURE = "wrong-signature"
    UNTRUSTED_CERTIFICATE = "untrusted-certificate"
    EXPIRED_CERTIFICATE = "expired-certificate"
    UNSIGNED = "alg-none"
    SYMMETRIC = "alg-hs256"
    NO_CERTIFICATE = "no-certificate"
    FOREIGN_CERTIFICATE = "foreign-certificate"
    CRITICAL_HEADER = "critical-header"
    CLOCK_BEHIND = "clock-behind"
    CLOCK_AHEAD = "clock-ahead"
    OTHER_TRANSACTION = "other-transaction"
    OTHER_SPEC_VERSION = "other-spec-version"
    OTHER_PURPOSE = "other-purpose"
    OTHER_ENVIRONMENT = "other-environment"
    OTHER_DEVICE = "other-device"
    OTHER_FINGER = "other-finger"
    MISSING_SCORE = "missing-score"
    IMPOSSIBLE_SCORE = "impossible-score"
    BROKEN_CHAIN = "broken-chain"
    NO_HASH = "no-hash"
    LESSER_LEVEL = "lesser-level"
    CALLBACK_ELSEWHERE = "callback-elsewhere"


class Liar:
    """A `Manner`. Lies about signatures are told `while_opening` or in captures, so that either check is met alone."""

    def __init__(self, lie: Lie, authority: MadeUpAuthority, at: datetime, *, while_opening: bool = False) -> None:
        self._lie = lie
        self._authority = authority
        self._at = at
        self._while_opening = while_opening
        self._honest = authority.signer()

    def sign(self, payload: bytes, *, capturing: bool) -> str:
        token = self._honest.sign(payload)
        if capturing is self._while_opening:
            return token
        header, body, signature = token.split(".")
        match self._lie:
            case Lie.WRONG_SIGNATURE:
                changed = bytes([from_base64url(signature)[0] ^ 1]) + from_base64url(signature)[1:]
                return f"{header}.{body}.{to_base64url(changed)}"
            case Lie.UNTRUSTED_CERTIFICATE:
                return MadeUpAuthority(self._at).signer().sign(payload)
            case Lie.EXPIRED_CERTIFICATE:
                return self._authority.expired_signer().sign(payload)
            case Lie.UNSIGNED:
                return f"{_changed(header, alg='none')}.{body}."
            case Lie.SYMMETRIC:
                return self._symmetric(_changed(header, alg="HS256"), body)
            case Lie.NO_CERTIFICATE:
                return f"{_changed(header, x5c=[])}.{body}.{signature}"
            case Lie.FOREIGN_CERTIFICATE:
                # Somebody else's key, under the name of the trusted device.
                stranger = MadeUpAuthority(self._at).signer()
                return KeySigner(stranger.key, self._honest.chain).sign(payload)
            case Lie.CRITICAL_HEADER:
                return f"{_changed(header, crit=['b64'], b64=False)}.{body}.{signature}"
            case _:
                return token

    def callback(self, address: str) -> str:
        return "http://198.51.100.7:4501/" if self._lie is Lie.CALLBACK_ELSEWHERE else address

    def level(self, certification: str) -> str:
        return "L0" if self._lie is Lie.LESSER_LEVEL else certification

    def payload(self, payload: CapturePayload) -> CapturePayload:
        match self._lie:
            case Lie.CLOCK_BEHIND:
                return msgspec.structs.replace(payload, timestamp=(self._at - _OFF).strftime(_TIME))
            case Lie.CLOCK_AHEAD:
                return msgspec.structs.replace(payload, timestamp=(self._at + _OFF).strftime(_TIME))
            case Lie.OTHER_TRANSACTION:
                return msgspec.structs.replace(payload, transaction_id=payload.transaction_id[::-1] + "0")
            case Lie.OTHER_PURPOSE:
                return msgspec.structs.replace(payload, purpose="Auth")
            case Lie.OTHER_ENVIRONMENT:
                return msgspec.structs.replace(payload, env="Staging")
            case Lie.OTHER_DEVICE:
                return msgspec.structs.replace(payload, digital_id=self._stranger(payload.digital_id))
            case Lie.OTHER_FINGER:
                return msgspec.structs.replace(payload, bio_sub_type="Left LittleFinger")
            case Lie.MISSING_SCORE:
                return msgspec.structs.replace(payload, quality_score=None)
            case Lie.IMPOSSIBLE_SCORE:
                return msgspec.structs.replace(payload, quality_score=101.0)
            case _:
                return payload

    def biometric(self, biometric: Biometric) -> Biometric:
        match self._lie:
            case Lie.OTHER_SPEC_VERSION:
                return msgspec.structs.replace(biometric, spec_version="1.0.0")
            case Lie.BROKEN_CHAIN:
                broken = hashlib.sha256((biometric.hash or "").encode()).hexdigest().upper()
                return msgspec.structs.replace(biometric, hash=broken)
            case Lie.NO_HASH:
                return msgspec.structs.replace(biometric, hash="")
            case _:
                return biometric

    def _symmetric(self, header: str, body: str) -> str:
        """The signer's public key as a shared secret: what a verifier that lets the token choose would accept."""
        public = self._honest.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        signed = f"{header}.{body}"
        return f"{signed}.{to_base64url(hmac.new(public, signed.encode(), hashlib.sha256).digest())}"

    def _stranger(self, digital_id: str) -> str:
        claimed = DigitalId.from_json(from_base64url(digital_id.split(".")[1]))
        return self._honest.sign(msgspec.structs.replace(claimed, serial_no="another").to_json())


def _changed(header: str, **members: object) -> str:
    return to_base64url(msgspec.json.encode(msgspec.json.decode(from_base64url(header)) | members))
