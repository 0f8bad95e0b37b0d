"""Forms and scripts walk the same attendance over the same routes."""

from __future__ import annotations

import asyncio
import hashlib

from appliance.errors import DeviceError
from appliance.web.notice import LANGUAGES, notice_paragraphs, notice_text
from tests.unit.web.counter import MRZ, Counter, Person

STROKES = "[[[10,40,0.5,0],[30,20,0.6,16]]]"


async def test_a_script_takes_an_attendance_from_opening_to_the_queue(counter: Counter, ana: Person) -> None:
    path = await ana.at_capture("permit")
    for target in ("document", "face", "right_hand", "left_hand"):
        status, view = await ana.post(f"{path}/capture", target=target)
        assert (status, view["targets"][[t["name"] for t in view["targets"]].index(target)]["phase"]) == (200, "done")
    _, view = await ana.post(f"{path}/signature", strokes=STROKES)
    assert (view["step"], view["signature"]) == ("review", {"signed": True})
    _, view = await ana.post(f"{path}/seal")
    assert view["step"] == "sealed"
    assert view["package_id"] == counter.queue[0]["package_id"]


async def test_values_that_the_mrz_gave_keep_that_origin_until_they_are_changed(ana: Person) -> None:
    path = await ana.open()
    _, view = await ana.post(f"{path}/mrz", lines=MRZ)
    read = {"surname": "ERIKSSON", "given-names": "ANNA MARIA", "birth-date": "1974-08-12", "expiry": "2012-04-15"}
    assert view["mrz"] == read
    fields = {f"field:{name}": value for name, value in view["mrz"].items()}
    _, view = await ana.post(f"{path}/applicant", **{**fields, "field:given-names": "ANNA"})
    assert {name: field["origin"] for name, field in view["applicant"].items()} == {
        "surname": "mrz",
        "given-names": "technician",
        "birth-date": "mrz",
        "expiry": "mrz",
    }


async def test_the_page_is_prefilled_and_says_what_the_document_gave(ana: Person) -> None:
    path = await ana.open()
    _, page = await ana.submit(f"{path}/mrz", lines=MRZ)
    assert 'value="ERIKSSON"' in page
    assert page.count("lido do documento") == 4


async def test_who_is_refused_stays_on_the_page_and_keeps_what_they_typed(ana: Person) -> None:
    path = await ana.open()
    status, page = await ana.submit(
        f"{path}/applicant", **{"field:surname": "SANTOS", "field:birth-date": "1990-02-31"}
    )
    assert status == 409
    assert 'value="SANTOS"' in page
    assert "Verifique os campos do requerente" in page
    assert (await ana.see(f"{path}/applicant"))[0] == 303


async def test_a_representative_needs_a_name_a_standing_and_a_proof(ana: Person) -> None:
    path = await ana.open()
    fields = {"field:surname": "SILVA", "field:birth-date": "1990-05-01", "representative_name": "Rosa Silva"}
    standing = {"representative_standing": "parent"}
    assert (await ana.post(f"{path}/applicant", **fields))[1]["error"] == "form-field"
    assert (await ana.post(f"{path}/applicant", **fields, **standing))[1]["error"] == "applicant-fields"
    _, view = await ana.post(f"{path}/applicant", **fields, **standing, representative_proof="Certidão 12")
    assert view["representative"] == {"name": "Rosa Silva", "standing": "parent", "proof": "Certidão 12"}


async def test_the_record_holds_the_hash_of_the_notice_that_was_shown(counter: Counter, ana: Person) -> None:
    path = await ana.at_capture()
    notice = counter.ports.attendances.register.get(path.split("/")[2]).notice
    assert notice is not None
    assert notice.text_sha256 == hashlib.sha256(notice_text("pt").encode()).hexdigest()


def test_the_notice_names_both_controllers_and_asks_for_no_consent() -> None:
    for language in LANGUAGES:
        text = notice_text(language)
        assert "AIMA" in text
        assert "munic" in text
        assert not {"aceito", "accept", "agree", "concordo"} & set(text.lower().split())
    assert notice_paragraphs("pt")[-1] == "O atendimento no CLAIM é gratuito; as taxas da AIMA são pagas à parte."


async def test_the_notice_is_in_its_own_language_whatever_the_pages_is(ana: Person) -> None:
    path = await ana.open()
    await ana.post(f"{path}/applicant", **{"field:surname": "SILVA", "field:birth-date": "1990-05-01"})
    _, page = await ana.see(f"{path}?notice=en")
    assert '<html lang="pt">' in page
    assert '<article class="notice" lang="en">' in page
    assert "joint controllers" in page


async def test_a_used_up_round_shows_every_choice_and_marks_one(counter: Counter, ana: Person) -> None:
    counter.device.scores = [20]
    path = await ana.at_capture()
    for _ in range(3):
        await ana.post(f"{path}/capture", target="right_hand")
    _, page = await ana.see(path)
    assert page.count("Recomendado") == 1
    assert page.index("Passar ao dedo seguinte") < page.index("Usar a melhor imagem")
    for word in ("Tentar mais uma série", "Recomeçar do princípio", "A seguir: Polegar direito"):
        assert word in page
    _, view = await ana.post(f"{path}/decide", target="right_hand", decision="fallback")
    assert view["targets"][0]["position"] == "right_thumb"


async def test_a_missing_finger_is_recorded_and_the_next_one_asked_for(ana: Person) -> None:
    path = await ana.at_capture()
    _, view = await ana.post(
        f"{path}/exempt", target="right_hand", position="right_index", reason="missing", permanent="1"
    )
    assert view["targets"][0]["exemptions"] == [{"position": "right_index", "reason": "missing"}]
    assert view["targets"][0]["position"] == "right_thumb"


async def test_a_device_that_fails_is_named_on_the_page_and_costs_no_attempt(counter: Counter, ana: Person) -> None:
    counter.device.scores = [DeviceError("unplugged", code="device-lost"), 90]
    path = await ana.at_capture()
    status, page = await ana.submit(f"{path}/capture", target="right_hand")
    assert status == 503
    assert "ligue-o de novo" in page
    assert "Tentativa 1 de 3" in page


async def test_take_now_ends_only_its_own_attendances_capture(counter: Counter, ana: Person) -> None:
    path, other = await ana.at_capture(), await ana.at_capture()
    counter.device.hold = asyncio.Event()
    counter.device.scores = [20]
    before = counter.news.number
    capture = asyncio.create_task(ana.post(f"{path}/capture", target="right_hand"))
    await counter.news.after(before)
    assert "Ficar já com a melhor imagem" in (await ana.see(path))[1]
    await ana.post(f"{other}/take")
    await asyncio.sleep(0.1)
    assert not capture.done()
    await ana.post(f"{path}/take")
    status, view = await capture
    assert (status, len(view["targets"][0]["attempts"])) == (200, 1)


async def test_somebody_without_training_is_told_so_and_opens_nothing(counter: Counter, ana: Person) -> None:
    await ana.post("/logout")
    await ana.log_in("rui")
    status, page = await ana.submit("/attendances", plan_id="permit", areas=["saude"])
    assert status == 403
    assert "formação inicial não está registada" in page
    assert counter.ports.attendances.register.all() == ()


async def test_abandoning_erases_images_and_journal(counter: Counter, ana: Person) -> None:
    path = await ana.at_capture()
    await ana.post(f"{path}/capture", target="right_hand")
    assert counter.vault.kept
    _, view = await ana.post(f"{path}/abandon", reason="left")
    assert view["step"] == "abandoned"
    assert not counter.vault.kept
    assert (await ana.ask(path))[0] == 404


async def test_after_the_receipt_the_page_says_that_all_is_erased(counter: Counter, ana: Person) -> None:
    counter.queue.append({
        "package_id": "p" * 32, "attendance_id": "b" * 32, "state": "erased", "sha256": "", "bytes": 1,
        "queued_at": "2026-11-24T10:00:00Z", "receipt_id": "r-1", "error": None,
    })  # fmt: skip
    status, page = await ana.see(f"/attendances/{'b' * 32}")
    assert status == 200
    assert "A AIMA confirmou a receção" in page
    assert (await ana.ask(f"/attendances/{'b' * 32}"))[0] == 404


async def test_a_sealing_that_fails_can_be_abandoned_on_its_page(counter: Counter, ana: Person) -> None:
    path = await ana.at_capture("one")
    await ana.post(f"{path}/capture", target="right_hand")
    await ana.post(f"{path}/signature", strokes=STROKES)
    counter.sealer.fails = True
    assert (await ana.post(f"{path}/seal"))[1]["error"] == "sealing-failed"
    _, page = await ana.see(path)
    assert f'action="{path}/abandon"' in page
    _, view = await ana.post(f"{path}/abandon", reason="cannot be sealed")
    assert (view["step"], counter.vault.kept, counter.queue) == ("abandoned", {}, [])
