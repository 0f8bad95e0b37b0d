"""Run by the system's Python under `umockdev-wrapper`: a machine of pretended devices, plugged in and out on command.

    umockdev-wrapper /usr/bin/python3 testbed.py COMMAND…

starts COMMAND inside that machine. The command is told what happens on its standard input (`ready`) and asks on its
standard output: a line `add tty|usb|video SERIAL` or `remove tty|usb|video`; other lines are passed on to stderr.
"""

import subprocess
import sys

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402 (the version must be asked for first)

NODES = {
    "usb": ("usb", "bus/usb/001/007"),
    "tty": ("tty", "ttyUSB0"),
    "video": ("video4linux", "video0"),
}


def plug(testbed: "UMockdev.Testbed", kind: str, serial: str) -> str:
    subsystem, node = NODES[kind]
    facts = ["ID_VENDOR_ID", "05ba", "ID_MODEL_ID", "000a", "ID_SERIAL_SHORT", serial, "DEVNAME", f"/dev/{node}"]
    attributes = ["idVendor", "05ba", "idProduct", "000a", "busnum", "1", "devnum", "7", "serial", serial]
    # Adding one tells of it as well.
    path: str = testbed.add_device(subsystem, f"pretended-{kind}", None, attributes, facts)
    return path


def main() -> int:
    testbed = UMockdev.Testbed.new()
    paths: dict[str, str] = {}
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as command:
        assert command.stdin is not None
        assert command.stdout is not None
        for line in command.stdout:
            match line.split():
                case ["add", kind, serial]:
                    paths[kind] = plug(testbed, kind, serial)
                case ["remove", kind]:
                    testbed.uevent(paths[kind], "remove")
                    testbed.remove_device(paths.pop(kind))
                case _:
                    sys.stderr.write(line)
        return command.wait()


if __name__ == "__main__":
    sys.exit(main())
