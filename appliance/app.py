"""The composition root: the only place where the daemon's concrete classes meet.

Started in this order: lock, clock, identity, storage, configuration, devices, attendances, forwarding, the page;
stopped in the opposite one, within five seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import structlog

from appliance.aima.forwarder import Forwarder
from appliance.aima.tls import client_context
from appliance.attendance.judging import Judge
from appliance.attendance.permission import permit_all, refuse_simulated
from appliance.attendance.pictures import Pictures
from appliance.attendance.register import Register
from appliance.attendance.sealing import SpoolSealer
from appliance.attendance.service import AttendanceService
from appliance.attendance.upkeep import Upkeep
from appliance.configuration_in_force import ConfigurationInForce
from appliance.devices.desk import Desk
from appliance.devices.maintenance import Maintenance
from appliance.devices.plugging import PlugWatch
from appliance.devices.unused import UnusedDevices
from appliance.durable import journal, vault
from appliance.durable.ballast import Ballast
from appliance.durable.database import Database
from appliance.durable.holdings import DATABASE, SPOOL, VAULT, holds_data, require_database
from appliance.durable.journal import Journal
from appliance.durable.lock import InstanceLock
from appliance.durable.private_file import private_directory
from appliance.durable.vault import Vault
from appliance.errors import KioskError, ModelError
from appliance.health.report import Health
from appliance.health_checks import health_checks
from appliance.identity.identity import STORAGE_KEY, Identity
from appliance.identity.in_force import IdentityInForce
from appliance.identity.storage_key import StorageKey
from appliance.installed_face_assessor import InstalledFaces
from appliance.installed_forest import installed_forest
from appliance.model.device import DeviceSettings
from appliance.model.manifest import SoftwareRecord
from appliance.quality.nfiq2.forest import Forest
from appliance.runtime.clock import SystemClock
from appliance.runtime.clock_steps import ClockSteps
from appliance.runtime.logging import configure_logging
from appliance.runtime.loop_lag import LoopLag
from appliance.runtime.memory import keep_freed_memory
from appliance.runtime.name_resolver import DaemonResolver
from appliance.runtime.notify import Notifier
from appliance.runtime.parent import follow_parent
from appliance.runtime.tasks import Supervisor
from appliance.runtime.time_floor import TimeFloor
from appliance.settings import Mode, Settings, load_settings
from appliance.spool.retention import keep_records
from appliance.spool.spool import SCHEMA as SPOOL_SCHEMA
from appliance.spool.spool import Spool, SpoolEntry
from appliance.technicians.accounts import Accounts
from appliance.web.news import News
from appliance.web.ports import WebPorts
from appliance.web.server import start_web
from drivers.hotplug import PlugEvent
from drivers.profiles import load_profiles

log = structlog.get_logger(__name__)

STOP_DEADLINE_S = 3.0
HEALTH_INTERVAL_S = 2.0
"""The checks are cheap, and a technician who has plugged something in looks at once."""

TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10.0, sock_connect=10.0, sock_read=60.0)
"""An upload may take long on a town hall's line; what may not last is silence."""


async def run_daemon(settings_file: Path) -> int:
    """The whole daemon, until SIGTERM, SIGINT or the end of its parent. Returns the exit status."""
    follow_parent()
    settings = load_settings(settings_file)
    stop_logging = configure_logging("info")
    try:
        return await _serve(settings)
    except KioskError as error:
        log.error("not-running", code=error.code)
        raise
    finally:
        stop_logging()


async def _serve(settings: Settings) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    notifier = Notifier()
    async with AsyncExitStack() as stack:
        url = await _unless(stopping, start(settings, stack, notifier))
        if url is not None:
            notifier.ready(url)
            sys.stdout.write(json.dumps({"event": "ready", "url": url}) + "\n")
            sys.stdout.flush()
            log.info("ready", url=url, pid=os.getpid())
            await stopping.wait()
        notifier.stopping()
        log.info("stopping")
    log.info("stopped")
    return 0


async def _unless(stopping: asyncio.Event, starting: Coroutine[Any, Any, str]) -> str | None:
    """What `starting` answers; None when it was to stop before: then `starting` was cancelled and has ended."""
    start_task, stop_task = asyncio.create_task(starting), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({start_task, stop_task}, return_when=asyncio.FIRST_COMPLETED)
        if start_task.done():
            return start_task.result()
    finally:
        for task in (start_task, stop_task):
            task.cancel()
        await asyncio.gather(start_task, stop_task, return_exceptions=True)
    return None


async def start(settings: Settings, stack: AsyncExitStack, notifier: Notifier) -> str:
    """Starts everything; `stack` stops it, last started first. Returns the page's address.

    Raises KioskError by the name of whatever is missing or damaged.
    """
    clock = SystemClock()
    state = settings.state
    await asyncio.to_thread(private_directory, state)
    lock = InstanceLock(state / "lock")
    await asyncio.to_thread(lock.acquire)
    stack.callback(lock.release)
    ballast = Ballast(state / "ballast")
    time_floor = TimeFloor(state / "time-floor", clock)
    await asyncio.to_thread(time_floor.check)
    loaded = await asyncio.to_thread(Identity.load, state / "identity", clock.now(), out_of_date_allowed=True)
    await asyncio.to_thread(require_database, state)
    storage_key = await asyncio.to_thread(_storage_key, state)

    database = await Database.open(
        state / DATABASE, storage_key.derive("database"), journal.SCHEMA + vault.SCHEMA + SPOOL_SCHEMA
    )
    stack.push_async_callback(database.close)
    images = Vault(state / VAULT, database, storage_key.derive("vault"))
    stack.push_async_callback(images.close)
    await images.recover()
    queue = Spool(state / SPOOL, database, clock)
    stack.push_async_callback(queue.close)
    await queue.recover()

    tls = client_context(
        loaded.trust.aima_ca_pem,
        certificate_chain=loaded.certificate_chain_path,
        private_key=loaded.private_key_path,
    )
    accounts = Accounts(clock=clock)
    stack.push_async_callback(accounts.close)
    news = News()
    supervisor = Supervisor()
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls, resolver=DaemonResolver()), timeout=TIMEOUT)
    stack.push_async_callback(session.close)
    identity = IdentityInForce(
        loaded,
        session=session,
        aima_url=settings.aima.url,
        clock=clock,
        # Connections made from now on show the new certificate.
        on_renewed=lambda renewed: tls.load_cert_chain(renewed.certificate_chain_path, renewed.private_key_path),
    )
    configuration = ConfigurationInForce(accounts, clock, news.publish)
    follower = await configuration.follow(state, settings.aima.url, tls, session, stack)

    profiles = await asyncio.to_thread(load_profiles)
    for profile_id, wrong in profiles.wrong.items():
        log.error("profile-wrong", profile_id=profile_id, code=wrong.code)
    production = settings.kiosk.mode is Mode.PRODUCTION
    desk = Desk(
        [
            DeviceSettings(device_id=d.device_id, profile_id=d.profile, options=dict(d.options))
            for d in settings.devices
        ],
        profiles,
        production=production,
        wrong_profiles=profiles.wrong,
        on_change=lambda _status: news.publish(),
    )
    stack.push_async_callback(desk.close)
    await desk.start()
    maintenance = Maintenance(state / "maintenance.json", clock, desk.profiled)
    await maintenance.load()
    unused = UnusedDevices(profiles, desk.in_use(), production=production, on_change=news.publish)

    def heed(event: PlugEvent) -> None:
        desk.heed(event)
        unused.look_again()

    keep_freed_memory()
    forest = await asyncio.to_thread(_forest)
    faces = InstalledFaces()
    judge = Judge(forest, faces.load)
    stack.push_async_callback(judge.close)

    steps = ClockSteps(clock, configuration.vouched_at)
    register = Register(Journal(database))
    service = AttendanceService(
        register=register,
        vault=images,
        devices=desk,
        judge=judge,
        sealer=SpoolSealer(
            queue=queue,
            vault=images,
            signer=identity.signer,
            configuration=configuration.current,
            software=SoftwareRecord(name="claim-kiosk", version=version("claim-kiosk")),
            clock=clock,
            sandbox=settings.kiosk.mode is Mode.SANDBOX,
        ),
        configuration=configuration.current,
        clock=clock,
        permitted=refuse_simulated if production else permit_all,
        check_clock=lambda: asyncio.to_thread(time_floor.check),
    )
    register.watch(news.publish)

    forwarder = Forwarder(
        queue=queue,
        session=session,
        origin=settings.aima.url,
        receipt_certificate=configuration.receipt_certificate,
        on_receipted=lambda entry: service.erase(entry.attendance_id),
        clock=clock,
        seal_again=lambda entry: service.seal_again(entry.attendance_id),
        make_room=ballast.make_room,
    )

    def record_days() -> int | None:
        return configuration.sent_record_days() if steps.steady() else None

    queue.watch(forwarder.wake)
    queue.watch(news.publish)
    await service.load()
    upkeep = Upkeep(service, configuration=configuration.current, clock=clock, steady=steps.steady)

    lag = LoopLag()
    health = Health(
        health_checks(
            state,
            clock,
            time_floor,
            identity,
            configuration,
            queue,
            desk,
            maintenance,
            forwarder,
            has_forest=forest is not None,
            missing_face_packs=lambda: faces.missing,
        ),
        clock,
    )
    ports = WebPorts(
        attendances=service,
        pictures=Pictures(register, images),
        accounts=accounts,
        configuration=configuration.current,
        refused_configuration=configuration.refused,
        devices=desk.statuses,
        unused_devices=unused.current,
        care_due=maintenance.due,
        cared_for=maintenance.done,
        queue=lambda: [queue_view(entry, forwarder.faults) for entry in queue.entries()],
        try_again=queue.try_again,
        forwarding=lambda: msgspec.to_builtins(forwarder.status),
        health=health.findings,
        runtime=lambda: {"loop_lag_ms": asdict(lag.snapshot()), "pid": os.getpid()},
        clock=clock,
        sandbox=settings.kiosk.mode is Mode.SANDBOX,
        demonstration=settings.demonstration,
    )
    page = await start_web(ports, news, settings.web.host, settings.web.port)
    stack.push_async_callback(page.close)
    stack.push_async_callback(supervisor.close, STOP_DEADLINE_S)
    supervisor.start("loop-lag", lag.run)
    supervisor.start("time-floor", lambda: time_floor.keep(configuration.vouched_at))
    supervisor.start("face-networks", judge.warm_up)
    supervisor.start("configuration", follower.run)
    supervisor.start("certificate", identity.run)
    supervisor.start("sealing-backlog", upkeep.finish)
    supervisor.start("forwarder", forwarder.run)
    supervisor.start("ballast", ballast.keep)
    supervisor.start("sent-records", lambda: keep_records(queue, record_days, clock))
    supervisor.start("retention", upkeep.keep_retention)
    supervisor.start("plug-watch", PlugWatch(heed).run)
    supervisor.start("unused-devices", unused.run)
    supervisor.start("maintenance", maintenance.keep)
    supervisor.start("queue-inspection", queue.inspect)
    supervisor.start("health", lambda: health.run(interval_s=HEALTH_INTERVAL_S))
    supervisor.start("watchdog", notifier.feed_watchdog)
    return page.url


def _storage_key(state: Path) -> StorageKey:
    """Made where nothing was ever stored, and only there. Blocking; raises as StorageKey does."""
    path = state / "identity" / STORAGE_KEY
    return StorageKey.load(path) if holds_data(state) else StorageKey.create_or_load(path)


def _forest() -> Forest | None:
    """A damaged one is as good as none: prints are judged by simpler measures, and the health page says so."""
    try:
        return installed_forest()
    except ModelError as error:
        log.warning("model-unusable", code=error.code)
        return None


def queue_view(entry: SpoolEntry, faults: Mapping[str, str]) -> dict[str, Any]:
    """A row of the queue as the page and scripts see it. `faults` are the forwarder's, by package id."""
    return {
        "package_id": entry.package_id,
        "attendance_id": entry.attendance_id,
        "state": entry.state.value,
        "sha256": entry.sha256,
        "bytes": entry.bytes,
        "queued_at": entry.queued_at,
        "receipt_id": entry.receipt.receipt_id if entry.receipt else None,
        "error": entry.error or faults.get(entry.package_id),
    }
