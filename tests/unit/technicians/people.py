"""Accounts with passwords that cost little to check, and a clock that the test turns."""

from __future__ import annotations

from datetime import UTC, datetime

import argon2

from appliance.model.configuration import (
    AimaEndpoints,
    Centre,
    CentreModel,
    Configuration,
    Post,
    Technician,
    TrainingCertificate,
)

PASSWORD = "correct horse battery staple"
_CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class TurnedClock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 5, 4, 9, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


def technician(technician_id: str = "ana", password: str = PASSWORD) -> Technician:
    return Technician(
        technician_id=technician_id,
        name="Ana",
        password_hash=_CHEAP.hash(password),
        languages=("pt", "en"),
        initial_training=TrainingCertificate(certificate_id="F-1", completed_on="2026-05-04"),
    )


def configuration(*technicians: Technician, lock_after_minutes: int = 10) -> Configuration:
    return Configuration(
        version="1",
        centre=Centre(
            centre_id="c-1",
            name="CLAIM",
            municipality="Lisboa",
            protocol_reference="P-1",
            model=CentreModel.CLAIM_2G,
        ),
        post=Post(post_id="p-1", name="Post 1"),
        technicians=technicians,
        areas=("regularizacao",),
        capture_plans=(),
        applicant_fields=(),
        aima=AimaEndpoints(encryption_certificate="", receipt_certificate=""),
        lock_after_minutes=lock_after_minutes,
    )
