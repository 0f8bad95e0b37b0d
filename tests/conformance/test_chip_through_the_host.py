"""Every chip reader again, where it really runs: in a host process of its own, asked by the daemon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from appliance.devices.chip import ChipSession, card_events, chip_session
from appliance.devices.deadlines import Deadlines
from appliance.devices.hosted_device import HostedDevice
from appliance.errors import DeviceError
from appliance.model.device import DeviceState
from drivers.contracts import ChipRequest
from drivers.contracts.apdu import COMMAND_LIMIT_BYTES
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.profiles import Profile, Use
from drivers.simulated.chip_card import ChipCard
from tests.conformance.chip_rigs import CHIP_RIGS, REMOVALS, SELECT
from tests.conformance.rig import PATIENCE_S, FaultCase, Rig

pytestmark = pytest.mark.blocking_allowed("the test's own peer, a pcscd, is started and ended beside the loop")

REQUEST = ChipRequest(timeout_s=PATIENCE_S)
every_reader = pytest.mark.parametrize("rig", CHIP_RIGS, ids=lambda rig: rig.name)
SIMULATED = next(rig for rig in CHIP_RIGS if rig.driver_id == "simulated-chip")
HOSTED_FAULTS = [
    pytest.param(rig, fault, id=f"{rig.name}-{fault.name}")
    for rig in CHIP_RIGS
    for fault in (*rig.hosted_faults, *(case for case in rig.faults if case.error and case not in REMOVALS))
]


@asynccontextmanager
async def hosted(
    rig: Rig, directory: Path, plan: FaultPlan = WELL_BEHAVED, *, slow: bool = False
) -> AsyncIterator[HostedDevice]:
    profile = Profile(
        profile_id=rig.name,
        contract=rig.contract,
        driver=rig.driver_id,
        vendor="Test",
        model="Rig",
        use=(Use.TRAINING,),
    )
    deadlines = Deadlines() if slow else Deadlines(frame_grace_s=1.0, transmit_s=4.5)
    with rig.bench(plan, directory) as options:
        device = HostedDevice("rig", profile, options, deadlines=deadlines)
        device.start()
        try:
            yield device
        finally:
            await device.close()


async def exchange(card: ChipSession, commands: int = 6) -> None:
    for _ in range(commands):
        assert await card.transmit(SELECT) == b"\x90\x00"
        await asyncio.sleep(0.01)


@every_reader
async def test_a_card_answers_and_the_device_is_ready_again(rig: Rig, tmp_path: Path) -> None:
    async with hosted(rig, tmp_path) as device:
        for _ in range(2):
            async with chip_session(device, REQUEST) as card:
                assert card.atr == ChipCard.atr
                assert device.status().state is DeviceState.BUSY
                await exchange(card)
            assert device.status().state is DeviceState.READY
        assert device.facts().simulated
        assert device.status().restarts == 0


# Every moment of a removal is in `test_chip_reader`; across the boundary one between commands and one during.
@pytest.mark.parametrize(
    ("rig", "fault"),
    [
        pytest.param(rig, case, id=f"{rig.name}-{case.name}")
        for rig in CHIP_RIGS
        for case in (REMOVALS[0], REMOVALS[-1])
    ],
)
async def test_a_removed_card_is_one_error_and_the_device_stays_ready(
    rig: Rig, fault: FaultCase, tmp_path: Path
) -> None:
    async with hosted(rig, tmp_path, fault.plan) as device:
        async with chip_session(device, REQUEST) as card:
            for _ in range(2):
                with pytest.raises(DeviceError) as removed:
                    await exchange(card)
                assert removed.value.code == "card-removed"
        assert device.status().state is DeviceState.READY
        async with chip_session(device, REQUEST) as card:
            await exchange(card)
        assert device.status().restarts == 0


@every_reader
async def test_a_card_that_goes_while_nothing_is_asked_of_it_is_noticed(rig: Rig, tmp_path: Path) -> None:
    async with hosted(rig, tmp_path, FaultPlan(after_frames=1, remove="between")) as device:
        async with chip_session(device, REQUEST) as card, asyncio.timeout(PATIENCE_S):
            await exchange(card, 1)
            with pytest.raises(DeviceError) as removed:
                await card.wait_removed()
        assert removed.value.code == "card-removed"


@every_reader
async def test_cards_are_seen_coming_and_going(rig: Rig, tmp_path: Path) -> None:
    async with hosted(rig, tmp_path) as device:
        async with card_events(device) as events, asyncio.timeout(PATIENCE_S):
            event = await anext(events)
            assert (event.present, event.atr) == (True, ChipCard.atr)
        async with chip_session(device, REQUEST) as card:
            await exchange(card, 1)


async def test_a_card_that_comes_and_goes_is_seen_each_time(tmp_path: Path) -> None:
    async with (
        hosted(SIMULATED, tmp_path, FaultPlan(remove="between")) as device,
        card_events(device) as events,
        asyncio.timeout(PATIENCE_S),
    ):
        assert [(await anext(events)).present for _ in range(3)] == [True, False, True]


@pytest.mark.parametrize(("rig", "fault"), HOSTED_FAULTS)
async def test_a_fault_keeps_its_name_across_the_process_boundary(rig: Rig, fault: FaultCase, tmp_path: Path) -> None:
    assert fault.error is not None
    async with hosted(rig, tmp_path, fault.plan) as device:
        with pytest.raises(DeviceError) as caught:
            async with chip_session(device, ChipRequest(timeout_s=fault.timeout_s)) as card:
                await exchange(card)
        assert caught.value.code == fault.error.code


async def test_a_second_session_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with SIMULATED.bench(WELL_BEHAVED, tmp_path) as options:
        profile = Profile(
            profile_id="p",
            contract=SIMULATED.contract,
            driver="simulated-chip",
            vendor="",
            model="",
            use=(Use.TRAINING,),
        )
        device = HostedDevice("rig", profile, options, deadlines=Deadlines(presence_s=0.2))
        device.start()
        try:
            async with chip_session(device, REQUEST):
                with pytest.raises(DeviceError) as busy:
                    async with chip_session(device, REQUEST):
                        pass
            assert busy.value.code == "device-busy"
        finally:
            await device.close()


async def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next(tmp_path: Path) -> None:
    plan = FaultPlan(delay_s=0.2)
    async with hosted(SIMULATED, tmp_path, plan, slow=True) as device, chip_session(device, REQUEST) as card:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await card.transmit(b"\0\xff\0\0")  # an instruction that it does not know: 6d00
        assert await card.transmit(SELECT) == b"\x90\x00"


async def test_more_than_a_command_can_hold_is_refused_and_not_sent(tmp_path: Path) -> None:
    async with hosted(SIMULATED, tmp_path) as device, chip_session(device, REQUEST) as card:
        with pytest.raises(DeviceError) as refused:
            await card.transmit(bytes(COMMAND_LIMIT_BYTES + 1))
        assert refused.value.code == "request-unsupported"
        await exchange(card, 1)
