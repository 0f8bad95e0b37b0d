"""The arguments of `scanimage`, so that no setting can be taken for another option. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from drivers.contracts import ScanRequest
from drivers.errors import OptionInvalid

_DEVICE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.:/;=,@+()\[\]%#&?~-]{0,254}")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
_VALUE: Final = re.compile(r"[\x20-\x7e]{0,255}")
_OWNED: Final = (
    "accept-md5-only",
    "all-options",
    "batch",
    "batch-count",
    "batch-double",
    "batch-increment",
    "batch-print",
    "batch-prompt",
    "batch-start",
    "buffer-size",
    "device-name",
    "dont-scan",
    "format",
    "formatted-device-list",
    "help",
    "icc-profile",
    "list-devices",
    "mode",
    "output-file",
    "progress",
    "resolution",
    "source",
    "test",
    "verbose",
    "version",
)
"""What the program or this driver decides; getopt also takes the beginnings of these names."""


class ScannerSettings(Protocol):
    """The part of the driver's options that becomes arguments."""

    @property
    def device(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def colour_mode(self) -> str: ...
    @property
    def grey_mode(self) -> str: ...
    @property
    def extra(self) -> Mapping[str, str]: ...


def check_device_name(name: str) -> None:
    """OptionInvalid for a name that SANE does not give."""
    if not _DEVICE.fullmatch(name):
        raise OptionInvalid("The scanner's device is not a name that SANE gives (scanimage -L lists them).")


def check_values(values: Iterable[str]) -> None:
    """OptionInvalid for a source, a mode or a path with anything but plain characters."""
    if not all(_VALUE.fullmatch(value) for value in values):
        raise OptionInvalid("A setting of the scanner holds a character that none of its settings has.")


def check_extra(extra: Mapping[str, str]) -> None:
    """OptionInvalid for a name that is not a scanner's own option."""
    check_values(extra.values())
    for name in extra:
        if not _NAME.fullmatch(name) or any(owned.startswith(name) for owned in _OWNED):
            raise OptionInvalid(f"The scanner's extra setting {name!r} is not one that may be given.")


def scan_arguments(
    settings: ScannerSettings,
    request: ScanRequest,
    area_mm: tuple[float, float] | None,
    where: Sequence[str],
) -> list[str]:
    """Always `--name=value`, so that a value is never taken for an option."""
    arguments = [f"--device-name={settings.device}", "--format=pnm"]
    # The source comes first: on some scanners the other options depend on it.
    if settings.source:
        arguments.append(f"--source={settings.source}")
    arguments.append(f"--mode={settings.colour_mode if request.colour else settings.grey_mode}")
    arguments.append(f"--resolution={request.resolution_ppi}")
    arguments += [f"--{name}={value}" for name, value in settings.extra.items()]
    if area_mm is not None:
        arguments += ["-l", "0", "-t", "0", "-x", f"{area_mm[0]:g}", "-y", f"{area_mm[1]:g}"]
    return [*arguments, *where]
