"""AIMA's side fails: each way has its name and its sentence, what was sealed is kept, and nothing is sent twice."""

from __future__ import annotations

import json
from collections import Counter

from tests.workflow.post import Box, StandIn, until, wait_for


async def test_a_box_starts_and_works_without_aima_and_sends_when_it_is_back(
    own_box: Box, own_stand_in: StandIn
) -> None:
    own_stand_in.stop()
    own_box.start()
    view = await own_box.take()
    async with own_box.technician() as technician:
        shown = await until(
            lambda: technician.look("/queue"), lambda queue: queue["forwarding"]["error"] == "aima-unreachable"
        )
    status = shown["forwarding"]
    assert status["reachable"] is False
    assert status["sentence"].endswith(".")
    assert (await own_box.package(view["attendance_id"]))["state"] in ("queued", "sending")

    own_stand_in.start()
    row = await own_box.package(view["attendance_id"], state="erased")
    assert (own_stand_in.received / row["package_id"] / "receipt.json").exists()


TROUBLES = (
    # fault, the requests that it meets, the name that it has in the log
    ("receipt-wrong-signature", "", "receipt-signature-invalid"),
    ("receipt-other-package", "", "receipt-other-package"),
    ("receipt-other-bytes", "", "receipt-other-bytes"),
    ("server-error", "/files", "aima-unreachable"),
    ("close", "/files", "aima-unreachable"),
    ("garbage", "/files", "aima-protocol"),
    ("server-error", "/packages", "aima-unreachable"),
    ("garbage", "/packages", "receipt-malformed"),
)


async def test_what_goes_wrong_on_aimas_side_is_named_and_got_over(box: Box, stand_in: StandIn) -> None:
    box.start()
    taken = []
    for number, (fault, path, _) in enumerate(TROUBLES, 1):
        stand_in.misbehave(fault, path=path, times=1)
        taken.append((await box.take())["attendance_id"])
        wait_for(lambda: len(box.logged("package-not-sent")) >= number, f"{fault} to be noticed")  # noqa: B023
        if fault.startswith("receipt-"):
            # The next one is for the next package, not for this one's second try.
            await box.package(taken[-1], state="erased")
    rows = [await box.package(attendance_id, state="erased") for attendance_id in taken]

    named = Counter(entry["code"] for entry in box.logged("package-not-sent"))
    assert named == Counter(code for _, _, code in TROUBLES)
    assert sorted(entry["attendance_id"] for entry in box.logged("package-queued")) == sorted(taken)
    for row in rows:
        receipt = json.loads((stand_in.received / row["package_id"] / "receipt.json").read_text())
        assert receipt["receipt_id"] == row["receipt_id"]


async def test_an_upload_that_is_cut_and_an_answer_that_is_lost_send_nothing_twice(box: Box, stand_in: StandIn) -> None:
    box.start()
    stand_in.misbehave("cut-upload", bytes=10_000)
    stand_in.misbehave("lose-answer", method="PATCH")
    before = set(stand_in.received.iterdir()) if stand_in.received.exists() else set()
    view = await box.take()
    row = await box.package(view["attendance_id"], state="erased")
    assert {path.name for path in set(stand_in.received.iterdir()) - before} == {row["package_id"]}


async def test_a_package_that_aima_refuses_is_held_on_the_box_and_said_so(box: Box, stand_in: StandIn) -> None:
    box.start()
    stand_in.misbehave("receipt-refused", times=1000)
    view = await box.take()
    row = await box.package(view["attendance_id"], state="refused")
    assert row["error"] == "package-refused-by-aima"
    assert (box.state / "spool" / f"{row['package_id']}.p7m").exists()
    async with box.technician() as technician:
        # Nothing is erased before there is a receipt.
        assert (await technician.attendance(view["attendance_id"]))["step"] == "sealed"
