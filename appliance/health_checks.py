"""Which checks the box runs on itself, and where each gets its facts. Part of the composition; judges nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from appliance.aima.forwarder import Forwarder
from appliance.configuration_in_force import ConfigurationInForce
from appliance.devices.desk import Desk
from appliance.devices.maintenance import Maintenance
from appliance.health.aima_reachability import judge_aima
from appliance.health.certificate import judge_certificate
from appliance.health.clock import judge_clock
from appliance.health.configuration import judge_configuration
from appliance.health.devices import judge_devices
from appliance.health.disk_space import check_disk_space
from appliance.health.finding import Finding
from appliance.health.maintenance import judge_maintenance
from appliance.health.models import judge_models
from appliance.health.orphans import judge_orphans
from appliance.health.queue_age import judge_queue
from appliance.health.report import Check
from appliance.identity.in_force import IdentityInForce
from appliance.model.configuration import FingerprintFormat
from appliance.runtime.clock import Clock
from appliance.runtime.time_floor import TimeFloor
from appliance.spool.spool import Spool
from appliance.spool.states import NEEDS_FILE, PackageState
from drivers.transport.wsq import wsq_available


def health_checks(
    state: Path,
    clock: Clock,
    time_floor: TimeFloor,
    identity: IdentityInForce,
    configuration: ConfigurationInForce,
    queue: Spool,
    desk: Desk,
    maintenance: Maintenance,
    forwarder: Forwarder,
    *,
    has_forest: bool,
    missing_face_packs: Callable[[], Sequence[str]],
) -> Mapping[str, Check]:
    """By the checks' names, in the order in which the page shows them."""

    async def clock_check() -> Finding:
        return judge_clock(clock.now(), await asyncio.to_thread(time_floor.floor))

    def certificate_check() -> Finding:
        leaf = identity.current.certificate_chain[0]
        return judge_certificate(leaf.not_valid_before_utc, leaf.not_valid_after_utc, clock.now())

    def configuration_check() -> Finding:
        refused, current = configuration.refused(), configuration.current()
        wants_wsq = current is not None and current.capture.fingerprint_format is FingerprintFormat.WSQ
        return judge_configuration(
            in_force=current is not None,
            lacks_wsq=wants_wsq and not wsq_available(),
            checked_at=configuration.confirmed_at(),
            refused_code=refused.code if refused else "",
            now=clock.now(),
        )

    def aima_check() -> Finding:
        return judge_aima(last_answer_at=forwarder.answered_at, error_code=forwarder.status.aima_error, now=clock.now())

    def queue_check() -> Finding:
        entries = queue.entries()
        refused = sum(entry.state is PackageState.REFUSED for entry in entries)
        waiting = [datetime.fromisoformat(entry.queued_at) for entry in entries if entry.state in NEEDS_FILE]
        return judge_queue(waiting, refused, clock.now())

    return {
        "devices": lambda: judge_devices(desk.statuses()),
        "maintenance": lambda: judge_maintenance([one.device_id for one in maintenance.due() if one.overdue]),
        "models": lambda: judge_models(has_forest=has_forest, missing_face_packs=missing_face_packs()),
        "configuration": configuration_check,
        "aima": aima_check,
        "queue": queue_check,
        "orphans": lambda: judge_orphans(queue.orphans),
        "disk": lambda: check_disk_space(state),
        "clock": clock_check,
        "certificate": certificate_check,
    }
