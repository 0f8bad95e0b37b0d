"""What the kernel finds in memory before it has a disk: a static shell, the modules it needs, and the first process.

The first process loads the modules, mounts this machine's own files read-only with memory laid over them, so that the
interpreter, the environment and the project are there as they are, and starts the command. Not responsible for
starting the machine (`machine`) or for where the kernel comes from (`kernel`).
"""

from __future__ import annotations

import lzma
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT_TAG: Final = "root"
FAILED: Final = "no root to start from"
_DEPENDS: Final = re.compile(rb"\0depends=([^\0]*)\0")
_MAGIC: Final = "070701"
_FOLDER, _EXECUTABLE, _DEVICE = 0o040755, 0o100755, 0o020600
_CONSOLE: Final = (5, 1)

_FIRST_PROCESS: Final = """\
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
trap 'echo "{failed}"; poweroff -f' EXIT
set -e
mkdir -p /proc /sys /lower /upper /root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
while read -r module parameters; do
    insmod /modules/$module $parameters
done </modules/order
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro {tag} /lower
mount -t tmpfs memory /upper
mkdir /upper/files /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work overlay /root
mount --move /proc /root/proc
mount --move /sys /root/sys
mount -t devtmpfs devices /root/dev
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts terminals /root/dev/pts
mount -t tmpfs memory /root/dev/shm
mount -t tmpfs memory /root/run
trap - EXIT
exec switch_root /root /bin/sh -c {command}
"""


def initial_files(busybox: Path, modules: Path, wanted: Mapping[str, str], command: str) -> bytes:
    """A cpio archive (newc). `wanted` are modules and their parameters, `command` is for the shell of the root.

    Raises LookupError for a module that the kernel does not have.
    """
    files: dict[str, tuple[int, bytes]] = dict.fromkeys(("bin", "dev", "modules"), (_FOLDER, b""))
    files["bin/busybox"] = (_EXECUTABLE, busybox.read_bytes())
    files["dev/console"] = (_DEVICE, b"")
    order = load_order(modules, list(wanted))
    for name, content in order.items():
        files[f"modules/{name}"] = (_EXECUTABLE, content)
    lines = [f"{name} {wanted.get(name, '')}\n" for name in order]
    files["modules/order"] = (_EXECUTABLE, "".join(lines).encode())
    first = _FIRST_PROCESS.format(failed=FAILED, tag=ROOT_TAG, command=shlex.quote(command))
    files["init"] = (_EXECUTABLE, first.encode())
    return b"".join(_entries(files))


def load_order(modules: Path, wanted: Sequence[str]) -> dict[str, bytes]:
    """Each module after those it depends on, with its content; what is built into the kernel is passed over."""
    files = {_module_name(path): path for path in modules.rglob("*.ko*")}
    built_in = {
        _module_name(Path(line)) for path in modules.rglob("modules.builtin") for line in path.read_text().splitlines()
    }
    order: dict[str, bytes] = {}

    def add(name: str) -> None:
        if name in order or name in built_in:
            return
        if name not in files:
            raise LookupError(f"the kernel has no module {name}")
        path = files[name]
        content = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        depends = _DEPENDS.search(content)
        for needed in depends[1].decode().split(",") if depends else ():
            if needed:
                add(needed.replace("-", "_"))
        order[name] = content

    for name in wanted:
        add(name)
    return order


def _module_name(path: Path) -> str:
    return path.name.partition(".ko")[0].replace("-", "_")


def _entries(files: Mapping[str, tuple[int, bytes]]) -> Iterator[bytes]:
    """The archive's entries in order, its trailer last (the kernel's Documentation/driver-api/early-userspace)."""
    for number, (name, (mode, content)) in enumerate([*files.items(), ("TRAILER!!!", (0, b""))], start=1):
        major, minor = _CONSOLE if mode == _DEVICE else (0, 0)
        path = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, major, minor, len(path), 0)
        header = _MAGIC.encode() + b"".join(f"{field:08X}".encode() for field in fields)
        yield _padded(header + path) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
