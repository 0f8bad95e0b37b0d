"""Local boot settings: what is read, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.errors import SettingsError
from appliance.settings import DeviceSettings, Mode, load_settings, parse_settings

GOOD = """
[kiosk]
state = "state"
mode = "sandbox"

[web]
port = 8080

[aima]
url = "https://aima.example:8443"

[[devices]]
device_id = "reader-1"
profile = "zfm-serial"
options = { path = "/dev/ttyUSB0", baud = 57600, loud = false }
"""


def _written(folder: Path, text: str | bytes) -> Path:
    path = folder / "kiosk.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_whole_file(tmp_path: Path) -> None:
    settings = load_settings(_written(tmp_path, GOOD))
    assert settings.state == tmp_path / "state"
    assert settings.kiosk.mode is Mode.SANDBOX
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)
    assert settings.aima.url == "https://aima.example:8443"
    assert settings.devices == (
        DeviceSettings(
            device_id="reader-1",
            profile="zfm-serial",
            options={"path": "/dev/ttyUSB0", "baud": 57600, "loud": False},
        ),
    )


def test_what_may_be_left_out(tmp_path: Path) -> None:
    text = '[kiosk]\nstate = "/var/lib/claim-kiosk"\n[aima]\nurl = "https://aima.example"\n'
    settings = load_settings(_written(tmp_path, text))
    assert settings.state == Path("/var/lib/claim-kiosk")
    assert settings.kiosk.mode is Mode.PRODUCTION
    assert (settings.web.host, settings.web.port, settings.devices) == ("127.0.0.1", 0, ())


_DEVICE = '[[devices]]\ndevice_id = "reader-1"\nprofile = "p"\n'

WRONG = [
    ("not TOML", "[kiosk", "settings-toml", ""),
    ("not text", b"\xff\xfe\x00", "settings-toml", ""),
    ("empty", "", "settings-missing-key", "kiosk"),
    ("unknown section", GOOD + "\n[clock]\n", "settings-unknown-key", "clock"),
    ("unknown key", GOOD.replace("port", "prot"), "settings-unknown-key", "web.prot"),
    ("unknown device key", GOOD.replace("profile", "profil"), "settings-unknown-key", "devices[0].profil"),
    ("missing key", GOOD.replace('state = "state"', ""), "settings-missing-key", "kiosk.state"),
    ("wrong type", GOOD.replace("8080", '"8080"'), "settings-value", "web.port"),
    ("out of range", GOOD.replace("8080", "70000"), "settings-value", "web.port"),
    ("unknown mode", GOOD.replace('"sandbox"', '"test"'), "settings-value", "kiosk.mode"),
    ("empty state", GOOD.replace('"state"', '""'), "settings-value", "kiosk.state"),
    ("bad device id", GOOD.replace("reader-1", "../reader"), "settings-value", "devices[0].device_id"),
    ("nested option", GOOD.replace("false", "[1]"), "settings-value", "devices[0].options"),
    ("same device twice", GOOD + _DEVICE, "settings-device-twice", "reader-1"),
    ("all addresses", GOOD.replace("port", 'host = "0.0.0.0"\nport'), "settings-not-loopback", "web.host"),
    ("a name", GOOD.replace("port", 'host = "kiosk.local"\nport'), "settings-not-loopback", "web.host"),
    ("plain http", GOOD.replace("https", "http"), "settings-aima-url", "aima.url"),
    ("no host", GOOD.replace("aima.example:8443", ""), "settings-aima-url", "aima.url"),
    ("a path", GOOD.replace("aima.example:8443", "aima.example:8443/kiosks"), "settings-aima-url", "aima.url"),
    ("bad port", GOOD.replace("8443", "x"), "settings-aima-url", "aima.url"),
    ("a space in the URL", GOOD.replace("aima.example", "aima example"), "settings-aima-url", "aima.url"),
    ("an escape in the URL", GOOD.replace("aima.example", "aima%41"), "settings-aima-url", "aima.url"),
    ("a control in the URL", GOOD.replace("aima.example", "aima\\u007f"), "settings-aima-url", "aima.url"),
    ("port 0", GOOD.replace("8443", "0"), "settings-aima-url", "aima.url"),
    ("nobody's folder", GOOD.replace('"state"', '"~nouser-at-all/x"'), "settings-value", "kiosk.state"),
    ("a NUL in a path", GOOD.replace('"state"', '"a\\u0000b"'), "settings-value", "kiosk.state"),
    ("password in the URL", GOOD.replace("aima.example", "a:b@aima.example"), "settings-aima-url", "aima.url"),
]


@pytest.mark.parametrize(("text", "code", "key"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_wrong_is_refused_by_name(tmp_path: Path, text: str | bytes, code: str, key: str) -> None:
    path = _written(tmp_path, text)
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    assert refused.value.code == code
    assert str(path) in refused.value.sentence
    assert key in refused.value.sentence


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path / "none.toml")
    assert refused.value.code == "settings-missing"
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path)
    assert refused.value.code == "settings-unreadable"
    with pytest.raises(SettingsError) as refused:
        load_settings(_written(tmp_path, b"#" * 300_000))
    assert refused.value.code == "settings-unreadable"


def test_ipv6_loopback_is_loopback(tmp_path: Path) -> None:
    settings = load_settings(_written(tmp_path, GOOD.replace("port", 'host = "::1"\nport')))
    assert settings.web.host == "::1"


def test_a_slash_at_the_end_of_aimas_address_means_nothing() -> None:
    with_slash = parse_settings(GOOD.replace("aima.example:8443", "aima.example:8443/").encode())
    assert with_slash == parse_settings(GOOD.encode())
    assert with_slash.aima.url == "https://aima.example:8443"


def test_files_that_devices_name_stand_beside_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    options = '{ trust = "maker.pem", device = "maker.pem", port = 4501 }'
    device = f'[[devices]]\ndevice_id = "reader-1"\nprofile = "sbi-slap"\noptions = {options}\n'
    path.write_text(f'[kiosk]\nstate = "state"\n[aima]\nurl = "https://aima.example"\n{device}')
    (reader,) = load_settings(path).devices
    assert reader.options == {"trust": str(tmp_path / "maker.pem"), "device": "maker.pem", "port": 4501}
    path.write_text(path.read_text().replace('trust = "maker.pem"', 'trust = "/etc/maker.pem"'))
    assert load_settings(path).devices[0].options["trust"] == "/etc/maker.pem"
