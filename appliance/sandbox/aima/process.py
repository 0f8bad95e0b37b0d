"""`python -m appliance.sandbox.aima.process --state DIR`: the stand-in AIMA as a process of its own.

It says where it is in one JSON line and ends at SIGTERM, at the end of its standard input, or with its parent.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import click

from appliance.errors import KioskError
from appliance.identity.trust_file import trust_to_bytes
from appliance.runtime.logging import configure_logging
from appliance.sandbox.aima.demonstration import LOG_IN, PASSWORD, demonstration_configuration
from appliance.sandbox.aima.server import StandInAima
from drivers.lifeline import die_with_parent, exit_at_end_of

DEVICE_ID = "demonstration-kiosk-1"


@click.command()
@click.option("--state", type=click.Path(path_type=Path), required=True)
@click.option("--port", type=int, default=0)
def main(state: Path, port: int) -> None:
    die_with_parent()
    stop_logging = configure_logging("info")
    try:
        asyncio.run(_serve(state, port))
    except KioskError as error:
        click.echo(f"{error.code}: {error.sentence}", err=True)
        sys.exit(error.exit_status)
    finally:
        stop_logging()


async def _serve(state: Path, port: int) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    def stop() -> None:
        loop.call_soon_threadsafe(stopping.set)

    exit_at_end_of(sys.stdin.fileno(), stop)
    aima = await StandInAima.start(state, port=port)
    try:
        premises = aima.premises
        if premises.repository.configuration is None:
            configuration = await asyncio.to_thread(demonstration_configuration, premises.authority)
            await asyncio.to_thread(premises.repository.publish, configuration)
        said = {
            "url": aima.url,
            "control_url": aima.control_url,
            "token": premises.token,
            "otp": await premises.passwords.issue(DEVICE_ID),
            "trust": json.loads(trust_to_bytes(premises.authority.ca_pem, premises.repository.root)),
            "demonstration": {"technician_id": LOG_IN, "password": PASSWORD},
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        await stopping.wait()
    finally:
        await aima.close()


if __name__ == "__main__":
    main()
