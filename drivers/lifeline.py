"""A process that must not outlive another: it dies with its parent, however that one dies.

Two ways, used together because each has a gap: the kernel's parent-death signal (Linux `prctl(2)`), which follows
the *thread* that started the process, and the end of file on a pipe or socket whose other end the parent holds.
Imports little and depends on nothing in the project, so that it can run first and as a wrapper:

    python -I lifeline.py PARENT_PID command argument…

becomes `command` and dies with PARENT_PID. It is for programs that we did not write (`scanimage`).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_ORPHANED = 113
"""Exit status of a process that found its parent gone when it started."""


def die_with_parent(parent_pid: int | None = None, death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send `death_signal` to this process when the thread that started it ends.

    `parent_pid` is the process that started this one, as that one knew it; when it is not (any longer) our parent
    the process exits at once, since the signal would never come. Survives `execve` of an ordinary program, but not
    `fork`. Call it before anything slow. The starter must start us from a thread that lives as long as it does.
    """
    expected = os.getppid() if parent_pid is None else parent_pid
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(int(death_signal)), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if os.getppid() != expected:
        os._exit(_ORPHANED)


def exit_at_end_of(fd: int, leave: Callable[[], None] | None = None) -> threading.Thread:
    """Watch a pipe or socket from a thread and, at its end of file, call `leave` (default: exit at once).

    What arrives on `fd` is read and thrown away, so it must carry nothing else.
    """
    thread = threading.Thread(target=_watch, args=(fd, leave or _leave), name="lifeline", daemon=True)
    thread.start()
    return thread


def dying_with_us(command: Sequence[str]) -> list[str]:
    """`command`, wrapped so that it is killed when the calling thread or its process ends."""
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(os.getpid()), *command]


def _watch(fd: int, leave: Callable[[], None]) -> None:
    while True:
        try:
            if not os.read(fd, 4096):
                break
        except OSError:
            break
    leave()


def _leave() -> None:
    os._exit(_ORPHANED)


def _become(arguments: Sequence[str]) -> None:
    die_with_parent(int(arguments[0]))
    command = list(arguments[1:])
    try:
        os.execvp(command[0], command)  # noqa: S606 - becoming it, without a shell, is the point
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


if __name__ == "__main__":
    _become(sys.argv[1:])
