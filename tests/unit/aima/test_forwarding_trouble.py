"""Forwarding when more goes wrong than a lost answer: AIMA forgets, changes its certificate, the disk is full."""

from __future__ import annotations

import asyncio
import shutil

from cryptography import x509

from appliance.aima.forwarder import LOST_AFTER
from appliance.errors import DiskFull, StorageCorrupted
from appliance.sandbox.aima.misbehaviour import Fault
from appliance.spool.spool import SpoolEntry
from appliance.spool.states import PackageState
from tests.unit.aima.post import Post
from tests.unit.package.world import certify


async def sent_without_receipt(post: Post) -> SpoolEntry:
    """A package that AIMA has, whose receipt is still to be fetched."""
    entry = await post.enqueue()
    post.tell(Fault.RECEIPT_LATE, times=10)
    await post.forwarder().attempt(entry.package_id)
    sent = post.spool.entry(entry.package_id)
    assert sent.state is PackageState.SENT
    return sent


async def test_a_package_that_receipts_do_not_know_yet_is_not_sent_again(post: Post) -> None:
    """404 for a package that was sent: the upload, not the box's memory, says how far it came."""
    entry = await sent_without_receipt(post)
    hidden = post.directory / "hidden"
    await asyncio.to_thread(shutil.move, post.directory / "aima" / "received" / entry.package_id, hidden)
    forwarder = post.forwarder()
    await forwarder.attempt(entry.package_id)
    assert forwarder.status.error == "receipt-late"
    assert post.spool.entry(entry.package_id).upload_url == entry.upload_url
    await asyncio.to_thread(shutil.move, hidden, post.directory / "aima" / "received" / entry.package_id)
    await forwarder.attempt(entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED
    assert len(list((post.directory / "aima" / "uploads").glob("*.json"))) == 1


async def test_a_package_that_aima_lost_for_good_is_sent_anew(post: Post) -> None:
    entry = await sent_without_receipt(post)
    await asyncio.to_thread(shutil.rmtree, post.directory / "aima" / "received" / entry.package_id)
    forwarder = post.forwarder()
    for _ in range(LOST_AFTER + 1):
        await forwarder.attempt(entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED
    assert post.received() == [entry.package_id]


async def test_a_receipt_signed_before_aima_changed_its_certificate_is_believed(post: Post) -> None:
    entry = await sent_without_receipt(post)
    forwarder = post.forwarder()
    forwarder._receipt_certificate = lambda: certify("Test receipts of tomorrow").certificate
    await forwarder.attempt(entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED


async def test_a_receipt_signed_after_the_change_is_believed_too(post: Post) -> None:
    """Sent while the old certificate was in force; AIMA signed with the new one, which then came into force."""
    entry = await post.enqueue()
    yesterday = certify("Test receipts of yesterday").certificate
    certificates: list[x509.Certificate] = [yesterday]
    forwarder = post.forwarder()
    forwarder._receipt_certificate = lambda: certificates[0]
    await forwarder.attempt(entry.package_id)
    assert forwarder.status.error == "receipt-wrong-signer"
    assert post.erased == []
    certificates[0] = post.authority.receipt_certificate
    await forwarder.attempt(entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED


async def test_a_certificate_that_the_configuration_never_named_is_not_believed(post: Post) -> None:
    entry = await post.enqueue()
    forwarder = post.forwarder()
    forwarder._receipt_certificate = lambda: certify("Test stranger").certificate
    for _ in range(3):
        await forwarder.attempt(entry.package_id)
    assert forwarder.status.error == "receipt-wrong-signer"
    assert post.spool.entry(entry.package_id).state is PackageState.SENT


async def test_a_full_disk_gives_up_what_was_kept_for_it_and_goes_on(post: Post) -> None:
    entry, full, asked = await post.enqueue(), [True], []
    mark_sent = post.spool.mark_sent

    async def on_a_full_disk(package_id: str) -> SpoolEntry:
        if full[0]:
            raise DiskFull("The disk is full.")
        return await mark_sent(package_id)

    async def make_room() -> bool:
        asked.append(1)
        full[0] = False
        return True

    post.spool.mark_sent = on_a_full_disk  # type: ignore[method-assign] # a disk that is full just here
    forwarder = post.forwarder()
    await forwarder.attempt(entry.package_id)
    assert (forwarder.status.error, forwarder.status.aima_error, forwarder.status.reachable) == ("disk-full", "", None)
    forwarder._make_room = make_room
    await forwarder.attempt(entry.package_id)
    assert (post.spool.entry(entry.package_id).state, asked) == (PackageState.ERASED, [1])


async def test_a_fault_of_the_box_does_not_say_that_aima_does_not_answer(post: Post) -> None:
    first, second = await post.enqueue(), await post.enqueue()

    async def fails(_attendance_id: str) -> None:
        raise StorageCorrupted("on purpose", code="database-unreadable")

    forwarder = post.forwarder()
    await forwarder.attempt(first.package_id)
    broken = post.forwarder(fails)
    broken.status = forwarder.status
    await broken.attempt(second.package_id)
    status = broken.status
    assert (status.reachable, status.error, status.aima_error) == (True, "database-unreadable", "")


async def test_a_package_held_while_another_was_on_its_way_stays_held(post: Post) -> None:
    entry = await post.enqueue()
    await post.spool.mark_refused(entry.package_id, "package-damaged")
    await post.forwarder().attempt(entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.REFUSED
    assert post.received() == []


async def test_a_held_package_that_aima_has_after_all_is_not_sent_again(post: Post) -> None:
    entry = await sent_without_receipt(post)
    await post.spool.mark_refused(entry.package_id, "package-refused-by-aima")
    await post.spool.try_again(entry.package_id)
    await post.forwarder().attempt(entry.package_id)
    assert post.spool.entry(entry.package_id).state is PackageState.ERASED
    assert len(list((post.directory / "aima" / "uploads").glob("*.json"))) == 1
