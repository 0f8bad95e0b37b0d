"""What the machine is made of: QEMU, a static shell, and Debian's own kernel as `scripts/slow-kernel` unpacked it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
_KERNEL: Final = PROJECT / ".cache" / "kernel"
_UDEVD: Final = Path("/lib/systemd/systemd-udevd")
_KVM: Final = Path("/dev/kvm")
_HARDWARE_HELP: Final = {"vmx", "svm"}


@dataclass(frozen=True, kw_only=True)
class Ingredients:
    qemu: str
    busybox: Path
    kernel: Path
    modules: Path
    accelerator: str


def missing() -> str:
    """What is not there and how it comes; empty where all is."""
    for name in ("qemu-system-x86_64", "busybox"):
        if shutil.which(name) is None:
            return f"needs {name}: run scripts/test --slow as root on Debian"
    if not _UDEVD.exists():
        return "needs the system package udev"
    if not any(_KERNEL.glob("boot/vmlinuz-*")):
        return "needs Debian's kernel: run scripts/slow-kernel on Debian for amd64"
    return ""


def gathered() -> Ingredients:
    """Call it where nothing is `missing`."""
    qemu, busybox = shutil.which("qemu-system-x86_64"), shutil.which("busybox")
    assert qemu is not None
    assert busybox is not None
    return Ingredients(
        qemu=qemu,
        busybox=Path(busybox),
        kernel=next(_KERNEL.glob("boot/vmlinuz-*")),
        modules=_KERNEL / "lib" / "modules",
        accelerator=_accelerator(),
    )


def _accelerator() -> str:
    """The processor's own help where it has it: a /dev/kvm can be there and still not carry a whole machine."""
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    can = os.access(_KVM, os.R_OK | os.W_OK) and _HARDWARE_HELP.intersection(flags)
    return "kvm" if can else "tcg,thread=multi"
