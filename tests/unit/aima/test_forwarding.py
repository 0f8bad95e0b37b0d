"""A package's road to AIMA: sent once, receipted once, erased only then, whatever goes wrong in between."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from appliance.aima.pace import LONGEST_DELAY_S, backoff_s
from appliance.errors import AimaError, KioskError, StorageCorrupted
from appliance.sandbox.aima.misbehaviour import Fault
from appliance.spool.states import PackageState
from tests.unit.aima.post import Post, a_post
from tests.unit.package.world import large_part


async def walk(post: Post, package_id: str, times: int = 8) -> list[str]:
    """Tries as the forwarder's task would, without its waits; the codes of what went wrong on the way."""
    forwarder, codes = post.forwarder(), []
    for _ in range(times):
        entry = post.spool.entry(package_id)
        if entry.state in (PackageState.ERASED, PackageState.REFUSED):
            break
        await forwarder.attempt(entry.package_id)
        if forwarder.status.error:
            codes.append(forwarder.status.error)
    return codes


async def test_a_package_is_sent_receipted_and_erased(post: Post) -> None:
    entry = await post.enqueue()
    await post.forwarder().forward(entry)
    done = post.spool.entry(entry.package_id)
    assert done.state is PackageState.ERASED
    assert done.receipt is not None
    assert (done.receipt.package_id, done.receipt.sha256) == (entry.package_id, entry.sha256)
    assert post.erased == [entry.attendance_id]
    assert not post.spool.path(entry.package_id).exists()
    assert post.received() == [entry.package_id]


FAULTS = [
    # what AIMA does, on which request, and what the technician is told meanwhile
    (Fault.CLOSE, "POST", "/files", ["aima-unreachable"]),
    (Fault.SERVER_ERROR, "POST", "/files", ["aima-unreachable"]),
    (Fault.GARBAGE, "POST", "/files", ["aima-protocol"]),
    (Fault.HANG, "POST", "/files", ["aima-unreachable"]),
    (Fault.LOSE_ANSWER, "POST", "/files", ["aima-unreachable"]),
    (Fault.HTTP_LOCATION, "POST", "/files", []),
    (Fault.CLOSE, "HEAD", "/files", ["aima-unreachable"]),
    (Fault.SERVER_ERROR, "HEAD", "/files", ["aima-unreachable"]),
    (Fault.GARBAGE, "HEAD", "/files", ["upload-offset"]),
    (Fault.SERVER_ERROR, "PATCH", "/files", ["aima-unreachable"]),
    (Fault.GARBAGE, "PATCH", "/files", ["aima-protocol"]),
    (Fault.CUT_UPLOAD, "PATCH", "/files", ["aima-unreachable"]),
    (Fault.LOSE_ANSWER, "PATCH", "/files", ["aima-unreachable"]),
    (Fault.CLOSE, "GET", "/packages", ["aima-unreachable"]),
    (Fault.SERVER_ERROR, "GET", "/packages", ["aima-unreachable"]),
    (Fault.GARBAGE, "GET", "/packages", ["receipt-malformed"]),
    (Fault.RECEIPT_LATE, "GET", "/packages", []),
    (Fault.RECEIPT_OTHER_PACKAGE, "GET", "/packages", ["receipt-other-package"]),
    (Fault.RECEIPT_OTHER_BYTES, "GET", "/packages", ["receipt-other-bytes"]),
    (Fault.RECEIPT_WRONG_SIGNATURE, "GET", "/packages", ["receipt-signature-invalid"]),
]


@pytest.mark.parametrize(("fault", "method", "path", "codes"), FAULTS)
async def test_a_fault_is_named_and_then_overcome(
    post: Post, fault: Fault, method: str, path: str, codes: list[str]
) -> None:
    entry = await post.enqueue()
    # The client itself asks once more when a kept connection turns out to be closed (RFC 9110 §9.2.2).
    post.tell(fault, method, path, times=2 if fault is Fault.CLOSE and method in ("GET", "HEAD") else 1, size=1000)
    assert await walk(post, entry.package_id) == codes
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED
    assert post.received() == [entry.package_id]
    assert post.erased == [entry.attendance_id]


async def test_an_upload_goes_on_where_it_was_cut(post: Post) -> None:
    entry = await post.enqueue(parts=[large_part("face.png", 3 << 20)])
    post.tell(Fault.CUT_UPLOAD, size=1 << 20)
    await walk(post, entry.package_id, times=1)
    cut = post.spool.entry(entry.package_id)
    uploads = list((post.directory / "aima" / "uploads").glob("*.part"))
    assert cut.state is PackageState.SENDING
    assert [path.stat().st_size >= 1 << 20 for path in uploads] == [True]
    await walk(post, entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED
    assert post.spool.entry(entry.package_id).upload_url == cut.upload_url


async def test_an_upload_that_aima_forgot_is_begun_anew(post: Post) -> None:
    entry = await post.enqueue()
    await post.spool.mark_sending(entry.package_id, "/files/00000000000000000000000000000000")
    assert await walk(post, entry.package_id) == []
    assert post.received() == [entry.package_id]


async def test_a_package_that_has_its_receipt_already_is_not_uploaded_again(post: Post) -> None:
    entry = await post.enqueue()
    post.tell(Fault.SERVER_ERROR, "GET", "/packages")
    assert await walk(post, entry.package_id, times=1) == ["aima-unreachable"]
    post.tell(Fault.SERVER_ERROR, "POST", "/files", times=99)
    post.tell(Fault.SERVER_ERROR, "PATCH", "/files", times=99)
    assert await walk(post, entry.package_id) == []
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED


async def test_nothing_is_erased_before_a_good_receipt(post: Post) -> None:
    entry = await post.enqueue()
    post.tell(Fault.RECEIPT_WRONG_SIGNATURE, times=99)
    assert set(await walk(post, entry.package_id)) == {"receipt-signature-invalid"}
    assert post.spool.entry(entry.package_id).state is PackageState.SENT
    assert post.erased == []
    assert post.spool.path(entry.package_id).exists()


async def test_a_late_receipt_is_waited_for_and_named(post: Post) -> None:
    entry = await post.enqueue()
    post.tell(Fault.RECEIPT_LATE, times=20)
    codes = await walk(post, entry.package_id)
    assert set(codes) == {"receipt-late"}
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED


async def test_a_refused_package_is_held_for_a_person(post: Post) -> None:
    entry = await post.enqueue()
    post.tell(Fault.RECEIPT_REFUSED)
    assert await walk(post, entry.package_id) == ["package-refused-by-aima"]
    held = post.spool.entry(entry.package_id)
    assert (held.state, held.error) == (PackageState.REFUSED, "package-refused-by-aima")
    assert post.spool.path(entry.package_id).exists()
    await post.spool.try_again(entry.package_id)
    assert await walk(post, entry.package_id) == []
    assert post.received() == [entry.package_id]


async def test_a_file_damaged_on_the_disk_is_held_not_sent(post: Post) -> None:
    entry = await post.enqueue()
    path = post.spool.path(entry.package_id)
    data = await asyncio.to_thread(path.read_bytes)
    await asyncio.to_thread(path.write_bytes, data[:-1] + b"?")
    assert await walk(post, entry.package_id) == ["package-damaged"]
    assert post.spool.entry(entry.package_id).state is PackageState.REFUSED
    assert post.received() == []


async def test_an_erasure_that_fails_is_done_again(post: Post) -> None:
    entry = await post.enqueue()
    fails = iter([True, False])

    async def erase(attendance_id: str) -> None:
        if next(fails):
            raise StorageCorrupted("on purpose")
        post.erased.append(attendance_id)

    forwarder = post.forwarder(erase)
    await forwarder.attempt(entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.RECEIPTED
    assert post.spool.path(entry.package_id).exists()
    await forwarder.attempt(entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED
    assert post.erased == [entry.attendance_id]


async def test_without_a_configuration_nothing_is_believed(post: Post) -> None:
    entry = await post.enqueue()
    forwarder = post.forwarder()
    forwarder._receipt_certificate = lambda: None
    with pytest.raises(KioskError) as refused:
        await forwarder.forward(entry)
    assert refused.value.code == "configuration-missing"
    assert post.erased == []


async def test_the_task_sends_what_is_queued_while_it_runs(post: Post) -> None:
    forwarder, done = post.forwarder(), asyncio.Event()

    def look() -> None:
        forwarder.wake()
        if len(post.erased) == 3 and all(one.state is PackageState.ERASED for one in post.spool.entries()):
            done.set()

    post.spool.watch(look)
    task = asyncio.create_task(forwarder.run())
    entries = [await post.enqueue() for _ in range(3)]
    async with asyncio.timeout(20):
        await done.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert post.received() == sorted(entry.package_id for entry in entries)
    assert forwarder.status.reachable is True


async def test_a_server_that_is_not_aima_is_named(post: Post, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    entry = await post.enqueue()
    async with a_post(tmp_path / "other") as other:
        forwarder = post.forwarder()
        forwarder._tus = type(forwarder._tus)(post.session, other.aima.url)
        with pytest.raises(AimaError) as refused:
            await forwarder.forward(entry)
    assert refused.value.code == "aima-certificate"


def test_backoff_grows_to_its_limit_and_spreads() -> None:
    assert [backoff_s(failures, 0.0) for failures in (1, 5, 50)] == [1.0, 1.0, 1.0]
    longest = [backoff_s(failures, 0.999999) for failures in range(1, 60)]
    assert longest == sorted(longest)
    assert longest[-1] <= LONGEST_DELAY_S + 1
