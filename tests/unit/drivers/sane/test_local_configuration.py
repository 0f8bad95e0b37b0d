"""SANE as the system configures it, but for whatever would look around on the network."""

from __future__ import annotations

from pathlib import Path

from drivers.sane.local_configuration import ON_THE_NETWORK, write_configuration
from drivers.sane.process import environment


def test_network_backends_are_left_out_and_everything_else_is_kept(tmp_path: Path) -> None:
    system, private = tmp_path / "system", tmp_path / "private"
    (system / "dll.d").mkdir(parents=True)
    private.mkdir()
    (system / "dll.conf").write_text("# all\nnet\ngenesys\nescl # by Bonjour\n#hp\npixma\n\n")
    (system / "dll.d" / "airscan").write_text("airscan\n")
    (system / "dll.d" / "maker").write_text("maker\npixma\n")
    (system / "pixma.conf").write_text("auto_detection=yes\n")
    write_configuration(system, private)
    assert (private / "dll.conf").read_text().split() == ["genesys", "pixma", "maker"]
    assert (private / "pixma.conf").read_text() == "auto_detection=yes\n"
    assert not (private / "dll.d").exists()


def test_no_run_sees_them_unless_it_is_told_to() -> None:
    directory = environment("").get("SANE_CONFIG_DIR")
    if directory is not None:
        assert not set((Path(directory) / "dll.conf").read_text().split()) & ON_THE_NETWORK
    assert environment("/elsewhere")["SANE_CONFIG_DIR"] == "/elsewhere"
