"""Local boot settings: where the state lies, which devices are plugged in, where AIMA is. One TOML file.

What AIMA decides (centre, technicians, thresholds) is not here: that comes signed (`remote_config`). A wrong key or
value is refused by name; nothing falls back to a default in silence.

    [kiosk]
    state = "state"              # relative to this file
    mode = "production"          # or "sandbox"

    [web]
    host = "127.0.0.1"           # a loopback address, nothing else
    port = 0                     # 0: a free one

    [aima]
    url = "https://aima.example"

    [[devices]]
    device_id = "reader-1"       # yours to choose; the page and the records show it
    profile = "sbi-slap"         # a file's stem in firmware_profiles/
    options = { trust = "scanner-maker.pem" }    # also relative to this file

    [[devices]]
    device_id = "camera-1"
    profile = "opencv-camera"
    options = { device = "usb:046d:0825" }       # or "/dev/video0", or an address

    [[devices]]
    device_id = "scanner-1"
    profile = "escl-scanner"
    options = { device = "http://127.0.0.1:60000/eSCL" }

`options` are the driver's: `claim-kiosk capture --profile ID --set nothing=0` names them all.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from appliance.errors import SettingsError

_LARGEST_FILE_BYTES = 256 * 1024

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
OptionName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_URL = re.compile(r"https://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?/?")
"""Every address of AIMA's stands under its root (the OpenAPI file); a path would be dropped in silence."""

_FILES = ("scenes", "trust")
"""Options of any driver that name a file or a folder."""

OptionValue = bool | int | float | str


class Mode(StrEnum):
    PRODUCTION = "production"
    SANDBOX = "sandbox"


class KioskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`state` is absolute once loaded."""

    state: Annotated[str, msgspec.Meta(min_length=1)]
    mode: Mode = Mode.PRODUCTION


class WebSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0


class AimaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: str


class DeviceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`options` are judged by the driver that the profile names."""

    device_id: Name
    profile: Name
    options: dict[OptionName, OptionValue | dict[OptionName, OptionValue]] = {}


class DemonstrationLogIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A log-in that the log-in page may show, because it opens a sandbox and nothing else."""

    technician_id: Name
    password: str


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kiosk: KioskSettings
    aima: AimaSettings
    web: WebSettings = WebSettings()
    devices: tuple[DeviceSettings, ...] = ()
    demonstration: DemonstrationLogIn | None = None

    @property
    def state(self) -> Path:
        return Path(self.kiosk.state)


def load_settings(path: Path) -> Settings:
    """Read and judge a settings file; blocks, so it is called before the event loop runs.

    Raises SettingsError: `settings-missing`, `settings-unreadable`, `settings-toml` (not TOML), `settings-unknown-key`,
    `settings-missing-key`, `settings-value`, `settings-not-loopback`, `settings-aima-url`, `settings-device-twice`,
    `settings-demonstration`.
    """
    settings = parse_settings(_read(path), name=str(path))
    try:
        state = (path.resolve().parent / Path(settings.kiosk.state).expanduser()).resolve()
    except (RuntimeError, ValueError, OSError) as error:  # nobody of that name, a NUL, a loop of links
        raise SettingsError(f"{path}: kiosk.state: this is not a folder's path.", code="settings-value") from error
    kiosk = msgspec.structs.replace(settings.kiosk, state=str(state))
    devices = tuple(_placed(device, path.resolve().parent) for device in settings.devices)
    return msgspec.structs.replace(settings, kiosk=kiosk, devices=devices)


def _placed(device: DeviceSettings, folder: Path) -> DeviceSettings:
    """The files that its options name, absolute: a daemon is started from anywhere."""
    named = {
        name: str(folder / value)
        for name, value in device.options.items()
        if name in _FILES and isinstance(value, str) and value
    }
    return msgspec.structs.replace(device, options={**device.options, **named})


def parse_settings(data: bytes, *, name: str = "settings") -> Settings:
    """The pure half: bytes in, settings with `state` as written out. Raises as `load_settings` does."""
    try:
        settings = msgspec.toml.decode(data, type=Settings)
    except msgspec.ValidationError as error:
        raise _refused(name, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{name}: not a TOML file: {error}.", code="settings-toml") from error
    _refuse_open_door(name, settings.web.host)
    _refuse_bad_url(name, settings.aima.url)
    if settings.demonstration is not None and settings.kiosk.mode is Mode.PRODUCTION:
        raise SettingsError(
            f"{name}: demonstration: a box in service shows nobody's log-in.", code="settings-demonstration"
        )
    for device_id, times in Counter(device.device_id for device in settings.devices).items():
        if times > 1:
            raise SettingsError(
                f"{name}: devices.device_id: {device_id} stands there {times} times.", code="settings-device-twice"
            )
    aima = msgspec.structs.replace(settings.aima, url=settings.aima.url.rstrip("/"))
    return msgspec.structs.replace(settings, aima=aima)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: there is no such settings file.", code="settings-missing") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}.", code="settings-unreadable") from error
    if len(data) > _LARGEST_FILE_BYTES:
        raise SettingsError(f"{path}: too large for a settings file.", code="settings-unreadable")
    return data


def _refused(name: str, message: str) -> SettingsError:
    """msgspec's sentence with its path turned into the key as a person writes it: `web.port`, `devices[0].profile`."""
    match = re.fullmatch(r"(?P<what>.*?)(?: - at `(?:key in )?\$\.?(?P<where>[^`]*)`)?", message, re.DOTALL)
    what, where = (match["what"], match["where"] or "") if match else (message, "")
    code = "settings-value"
    field = re.search(r"(unknown|required) field `([^`]+)`", what)
    if field:
        code = "settings-unknown-key" if field[1] == "unknown" else "settings-missing-key"
        where = f"{where}.{field[2]}".lstrip(".")
        what = "there is no such key" if field[1] == "unknown" else "this key is missing"
    return SettingsError(f"{name}: {where}: {what}.", code=code)


def _refuse_open_door(name: str, host: str) -> None:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingsError(
            f"{name}: web.host: only a loopback address such as 127.0.0.1 is allowed.", code="settings-not-loopback"
        )


def _refuse_bad_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        good = bool(_URL.fullmatch(url)) and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise SettingsError(
            f"{name}: aima.url: an https:// address without user, path, query or fragment is needed.",
            code="settings-aima-url",
        )
