"""What `--out` leaves behind: what the stand-in AIMA received and opened, for anyone to check with `openssl`.

The private key in it opens demonstration packages only; the folder is its owner's alone all the same.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.durable.private_file import named, private_directory, write_private
from appliance.errors import StateError
from appliance.identity.identity import KEY
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.inbox import CONTAINER, PACKAGE, RECEIPT
from appliance.sandbox.layout import Layout

KEY_FILE = "aima-key.pem"
TRUST = "trust"
TRUSTED = ("aima-root-ca.pem", "aima-device-ca.pem", "aima-receipts.pem")
_LEFT_BY_US = frozenset({PACKAGE, CONTAINER, RECEIPT, KEY_FILE, TRUST})
_STATE_FILES = ("box.db", "settings.toml", "identity", "sandbox.json")
_COPY_BYTES = 1 << 20


def received(layout: Layout, package_id: str) -> Path:
    """Where the stand-in AIMA keeps a package that it has."""
    return layout.aima / "received" / package_id


def check_out(out: Path, layout: Layout) -> None:
    """Whether `--out` may be written to; asked before anything is started. Blocking.

    Raises StateError `state-foreign` for a folder in which a box or a sandbox lives, `out-unsuitable` for a file and
    for a folder that cannot be made private because others use it, `out-not-empty` for one with something else in it.
    """
    folder = out.resolve()
    in_a_box = any((above / "box.db").exists() or (above / "identity" / KEY).exists() for above in folder.parents)
    in_sandbox = any(folder.is_relative_to(path) for path in (layout.kiosk, layout.aima))
    if in_a_box or in_sandbox or folder == layout.root or any((folder / name).exists() for name in _STATE_FILES):
        raise StateError("That folder holds a box's state: choose another one for --out.", code="state-foreign")
    try:
        known = folder.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise named(error, folder) from error
    if not stat.S_ISDIR(known.st_mode):
        raise StateError("--out names a file: it needs a folder, which may be new.", code="out-unsuitable")
    shared = known.st_mode & stat.S_ISVTX or known.st_uid != os.getuid() or folder == Path.home()
    if shared:
        raise StateError("--out needs a folder of its own: that one serves others as well.", code="out-unsuitable")
    if not _ours(folder):
        raise StateError(
            f"--out names a folder with something else in it, {folder.name}: choose a new or an empty one.",
            code="out-not-empty",
        )


def _ours(folder: Path) -> bool:
    """Whether nothing lies in `folder` but what an earlier `--out` left, whole or not; also when it is empty."""
    try:
        names = {_finished(path.name) for path in folder.iterdir()}
        trust = folder / TRUST
        trusted = {_finished(path.name) for path in trust.iterdir()} if TRUST in names else set()
    except OSError as error:
        raise named(error, folder) from error
    return names <= _LEFT_BY_US and trusted <= set(TRUSTED)


def _finished(name: str) -> str:
    """The name that a file which a power cut left half-written would have got (`write_private`)."""
    return name.removeprefix(".").removesuffix(".unfinished") if name.endswith(".unfinished") else name


def leave_evidence(layout: Layout, package_id: str, out: Path) -> None:
    """Folders 0700, files 0600. Blocking. Raises DiskFull, StateError."""
    private_directory(out)
    try:
        for name in (PACKAGE, CONTAINER, RECEIPT):
            _copy(received(layout, package_id) / name, out / name)
    except OSError as error:
        raise named(error, out) from error
    authority = Authority.create_or_load(layout.aima / "authority")
    pair = (authority.encryption_key_path.read_bytes(), authority.encryption_certificate.public_bytes(Encoding.PEM))
    write_private(out / KEY_FILE, b"".join(pair))
    private_directory(out / TRUST)
    trusted: tuple[x509.Certificate, ...] = (
        authority.root.certificate, authority.issuing_ca, authority.receipt_certificate,
    )  # fmt: skip
    for name, certificate in zip(TRUSTED, trusted, strict=True):
        write_private(out / TRUST / name, certificate.public_bytes(Encoding.PEM))


def _copy(source: Path, target: Path) -> None:
    """In pieces: a package may be larger than what this process should hold."""
    target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as copy, source.open("rb") as original:
        while piece := original.read(_COPY_BYTES):
            copy.write(piece)
