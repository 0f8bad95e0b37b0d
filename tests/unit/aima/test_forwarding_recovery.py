"""What looks like the end of a package's road and is not: damage that can be mended, a refusal by mistake."""

from __future__ import annotations

import asyncio
import os

import pytest

from appliance.aima.forwarder import LOST_AFTER
from appliance.aima.queue import Entry
from appliance.aima.receipt_client import Answer
from appliance.errors import AimaUnreachable, DiskFull, PackageError, StoredPartDamaged
from appliance.model.receipt import Receipt
from appliance.sandbox.aima import inbox
from appliance.sandbox.aima.misbehaviour import Fault
from appliance.spool.states import PackageState
from tests.unit.aima.post import Post
from tests.unit.package.world import large_part


def uploads(post: Post) -> int:
    return len(list((post.directory / "aima" / "uploads").glob("*.json")))


async def damage(post: Post, package_id: str) -> None:
    size = post.spool.entry(package_id).bytes
    await asyncio.to_thread(post.spool.path(package_id).write_bytes, os.urandom(size))


@pytest.mark.parametrize("begun", [True, False], ids=["an upload begun", "nothing sent"])
async def test_a_damaged_package_is_sealed_again_under_its_id(post: Post, begun: bool) -> None:
    entry = await post.enqueue(parts=[large_part("face.png", 1 << 20)])
    if begun:
        post.tell(Fault.CUT_UPLOAD, size=1000)
        await post.forwarder().attempt(entry.package_id)
        assert post.spool.entry(entry.package_id).upload_url
    await damage(post, entry.package_id)
    await post.forwarder(seal_again=post.seal_again).attempt(entry.package_id)
    done = post.spool.entry(entry.package_id)
    assert (done.state, done.error, post.received()) == (PackageState.ERASED, "", [entry.package_id])
    assert done.receipt is not None
    assert done.receipt.sha256 == done.sha256 != entry.sha256


async def test_a_damaged_package_that_aima_has_is_not_sealed_again(post: Post) -> None:
    """The answer to the last byte was lost; then the disk's turn came."""
    entry = await post.enqueue()
    post.tell(Fault.LOSE_ANSWER, "PATCH")
    await post.forwarder().attempt(entry.package_id)
    await damage(post, entry.package_id)
    await post.forwarder(seal_again=_never).attempt(entry.package_id)
    done = post.spool.entry(entry.package_id)
    assert (done.state, done.sha256) == (PackageState.ERASED, entry.sha256)


async def _never(_entry: Entry) -> None:
    raise AssertionError("sealed again")


@pytest.mark.parametrize(
    ("trouble", "state", "code"),
    [
        (StoredPartDamaged("gone", code="image-missing", part="x"), PackageState.REFUSED, "package-damaged"),
        (DiskFull("full"), PackageState.SENDING, "disk-full"),
    ],
    ids=["its parts are gone", "no room now"],
)
async def test_a_damaged_package_that_cannot_be_sealed_again_is_held_or_waits(
    post: Post, trouble: Exception, state: PackageState, code: str
) -> None:
    entry = await post.enqueue()
    await damage(post, entry.package_id)

    async def fails(_entry: Entry) -> None:
        raise trouble

    forwarder = post.forwarder(seal_again=fails)
    await forwarder.attempt(entry.package_id)
    assert (post.spool.entry(entry.package_id).state, forwarder.status.error) == (state, code)
    assert (post.received(), uploads(post)) == ([], 0)


async def test_a_refusal_that_aima_has_mended_is_got_over_by_trying_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise PackageError("AIMA has the wrong certificate.", code="x")

    entry, forwarder = await post.enqueue(), post.forwarder()
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "verify_asice", broken)  # AIMA's own mistake
        await forwarder.attempt(entry.package_id)
        assert post.spool.entry(entry.package_id).error == "package-refused-by-aima"
        await post.spool.try_again(entry.package_id)
        await forwarder.attempt(entry.package_id)
        # Asked once more, sent once more, refused once more: a person's word is good for one try.
        assert (post.spool.entry(entry.package_id).state, uploads(post)) == (PackageState.REFUSED, 2)
    await post.spool.try_again(entry.package_id)
    await forwarder.attempt(entry.package_id)
    assert (post.spool.entry(entry.package_id).state, uploads(post)) == (PackageState.ERASED, 3)


async def test_what_nobody_foresaw_about_one_package_stops_no_other(post: Post) -> None:
    bad, good = await post.enqueue("aa" * 16), await post.enqueue("bb" * 16)

    async def fails(attendance_id: str) -> None:
        if bad.package_id in attendance_id:
            raise RuntimeError("a mistake of ours")

    forwarder = post.forwarder(fails)
    running = asyncio.create_task(forwarder.run())
    try:
        async with asyncio.timeout(60):
            while post.spool.entry(good.package_id).state is not PackageState.ERASED:
                await asyncio.sleep(0.01)
            assert not running.done()
            await asyncio.sleep(0.05)
            assert forwarder.faults == {bad.package_id: "forwarding-fault"}
            assert forwarder.status.error == "forwarding-fault"
            assert forwarder._pace.failures(bad.package_id) > 0
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    forwarder._on_receipted = post.forwarder()._on_receipted
    await forwarder.attempt(bad.package_id)
    assert (forwarder.faults, post.spool.entry(bad.package_id).state) == ({}, PackageState.ERASED)


async def test_a_network_that_fails_says_nothing_of_what_aima_has(post: Post) -> None:
    """AIMA's receipts are late to know a package; between two looks the network is down for long."""
    entry, forwarder = await post.enqueue(), post.forwarder()
    down = False

    async def fetch(package_id: str) -> Receipt | Answer:
        if down:
            raise AimaUnreachable("down")
        return Answer.UNKNOWN

    as_it_is = forwarder._receipts.fetch
    forwarder._receipts.fetch = fetch  # type: ignore[method-assign] # receipts that lag behind, then no network
    await forwarder.attempt(entry.package_id)
    down = True
    for _ in range(LOST_AFTER + 1):
        await forwarder.attempt(entry.package_id)
    down = False
    for _ in range(LOST_AFTER - 1):
        await forwarder.attempt(entry.package_id)
    assert (forwarder.status.error, uploads(post)) == ("receipt-late", 1)
    forwarder._receipts.fetch = as_it_is  # type: ignore[method-assign]
    await forwarder.attempt(entry.package_id)
    assert (post.spool.entry(entry.package_id).state, uploads(post)) == (PackageState.ERASED, 1)


async def test_an_upload_that_gets_on_is_not_slowed_down(post: Post) -> None:
    entry, forwarder = await post.enqueue(parts=[large_part("face.png", 3 << 20)]), post.forwarder()
    post.tell(Fault.CUT_UPLOAD, times=3, size=1 << 20)
    failures = []
    while post.spool.entry(entry.package_id).state is not PackageState.ERASED:
        await forwarder.attempt(entry.package_id)
        failures.append(forwarder._pace.failures(entry.package_id))
    assert max(failures) == 1
