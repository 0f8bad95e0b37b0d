"""What another page, another program or a hostile applicant may try at the local page, and what it gets."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import aiohttp
import pytest
import structlog
from yarl import URL

from appliance.web.local_path import local_path
from tests.unit.web.counter import Counter, Person, person_at

NOT_LOGGED_IN = [
    ("GET", "/"), ("GET", "/queue"), ("GET", "/devices"), ("GET", "/post"), ("GET", "/preview"), ("GET", "/events"),
    ("GET", "/session"), ("GET", f"/attendances/{'0' * 32}"), ("GET", "/nowhere"), ("POST", "/attendances"),
    ("POST", f"/attendances/{'0' * 32}/seal"), ("POST", "/logout"), ("POST", f"/queue/{'0' * 32}/try-again"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), NOT_LOGGED_IN)
async def test_nothing_is_shown_or_done_without_a_session(counter: Counter, method: str, path: str) -> None:
    async with (
        aiohttp.ClientSession(headers={"Accept": "application/json"}) as session,
        session.request(method, counter.url_of(path)) as response,
    ):
        assert (response.status, (await response.json())["error"]) == (401, "session-ended")


# The request as it differs from an honest one; what it is refused with.
FOREIGN = [
    ("DNS rebinding", {"Host": "evil.example"}, "host-refused"),
    ("DNS rebinding with our port", {"Host": "evil.example:80"}, "host-refused"),
    ("loopback as a prefix", {"Host": "127.0.0.1.evil.example"}, "host-refused"),
    ("user in the host", {"Host": "127.0.0.1@evil.example"}, "host-refused"),
    ("cross-site form", {"Origin": "https://evil.example"}, "origin-refused"),
    ("sandboxed frame", {"Origin": "null"}, "origin-refused"),
    ("another port of this machine", {"Origin": "http://127.0.0.1:1"}, "origin-refused"),
    ("wrong token", {"X-CSRF-Token": "x"}, "csrf"),
    ("token that is not ASCII", {"X-CSRF-Token": "ç"}, "csrf"),
]


@pytest.mark.parametrize(("attack", "headers", "error"), FOREIGN, ids=[case[0] for case in FOREIGN])
async def test_what_another_page_sends_is_refused_by_name(
    ana: Person, attack: str, headers: dict[str, str], error: str
) -> None:
    form = {"csrf": ana.csrf, "plan_id": "permit", "areas": "saude"}
    wanted = {"Accept": "application/json", **headers}
    async with ana.session.post(ana.counter.url_of("/attendances"), data=form, headers=wanted) as response:
        assert (response.status, (await response.json())["error"]) == (403, error)
    assert ana.counter.ports.attendances.register.all() == ()


async def test_a_form_without_a_token_changes_nothing(ana: Person) -> None:
    ana.csrf = ""
    assert (await ana.post("/attendances", plan_id="permit", areas=["saude"]))[1]["error"] == "csrf"


WRONG = [
    ("no such page", "GET", "/nowhere", {}, 404, "http-404"),
    ("no such attendance", "GET", f"/attendances/{'f' * 32}", {}, 404, "attendance-unknown"),
    ("an id that is none", "GET", "/attendances/..%2f..%2fetc", {}, 404, "http-404"),
    ("out of the static folder", "GET", "/static/..%2fserver.py", {}, 404, "http-404"),
    ("out of it by a full path", "GET", "/static/%2fetc%2fpasswd", {}, 404, "http-404"),
    ("the static folder itself", "GET", "/static/", {}, 403, "http-403"),
    ("a method that there is not", "POST", "/devices", {}, 405, "http-405"),
    ("a plan that there is not", "POST", "/attendances", {"plan_id": "?", "areas": "saude"}, 409, "attendance-request"),
    ("an area that there is not", "POST", "/attendances", {"plan_id": "one", "areas": "x"}, 409, "attendance-request"),
]


@pytest.mark.parametrize(
    ("case", "method", "path", "fields", "status", "error"), WRONG, ids=[case[0] for case in WRONG]
)
async def test_a_wrong_request_is_named_and_never_a_traceback(
    ana: Person, case: str, method: str, path: str, fields: dict[str, str], status: int, error: str
) -> None:
    url = URL(ana.counter.url_of(path), encoded=True)
    for accept in ("application/json", "text/html"):
        form = {"csrf": ana.csrf, **fields} if method == "POST" else None
        async with ana.session.request(method, url, data=form, headers={"Accept": accept}) as response:
            assert response.status == status
            body = await response.text()
            assert error in body
            assert "Traceback" not in body


async def test_more_than_a_form_can_need_is_not_even_read(ana: Person) -> None:
    body = io.BytesIO(b"plan_id=" + b"x" * 1_200_000)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    async with ana.session.post(ana.counter.url_of("/attendances"), data=body, headers=headers) as response:
        assert (response.status, (await response.json())["error"]) == (413, "request-too-large")


MARKUP = "<script>alert(1)</script>\"'"


async def test_what_an_applicant_is_called_is_text_and_not_markup(ana: Person) -> None:
    path = await ana.open()
    fields: dict[str, Any] = {"field:surname": MARKUP, "field:birth-date": "not a date"}
    _, refused = await ana.submit(f"{path}/applicant", **fields)
    _, page = await ana.submit(f"{path}/applicant", **{**fields, "field:birth-date": "1990-05-01"})
    _, edited = await ana.see(f"{path}?edit=applicant")
    for text in (refused, page, edited):
        assert "<script>alert" not in text
        assert "<script>alert" not in text.replace("&#34;", '"')
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;" in refused
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;" in edited


async def test_an_error_page_repeats_nothing_that_was_sent(ana: Person) -> None:
    _, page = await ana.see("/%3Cscript%3Ealert(1)%3C/script%3E")
    assert "alert(1)" not in page.replace("&lt;", "<").split("<main")[1]


LEADING_AWAY = [
    "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/x\r\nSet-Cookie: a=b",
    "evil", "", "/ç", "/a b",
]  # fmt: skip


@pytest.mark.parametrize("path", LEADING_AWAY)
def test_a_way_back_leads_nowhere_else(path: str) -> None:
    assert local_path(path) == "/"


async def test_every_answer_carries_the_headers_that_keep_others_out(ana: Person) -> None:
    for path in ("/", "/login", "/healthz", "/static/base.css", "/nowhere", "/events"):
        async with ana.session.get(ana.counter.url_of(path), allow_redirects=False) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_sessions_cookie_is_kept_from_scripts_and_other_sites(counter: Counter) -> None:
    async with person_at(counter) as person:
        form = {"technician_id": "ana", "password": "correct horse battery staple"}
        async with person.session.post(
            counter.url_of("/login"), data=form, headers={"Accept": "application/json"}
        ) as response:
            cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie


async def test_a_locked_screen_shows_nothing_until_the_password_is_given_again(ana: Person) -> None:
    path = await ana.open()
    ana.counter.clock.seconds += 601
    status, page = await ana.ask(path)
    assert (status, "session-locked" in page) == (401, True)
    assert (await ana.see(path))[0] == 303
    _, page = await ana.see(f"/login?next={path}")
    assert "Ecrã bloqueado" in page
    assert path in page
    assert (await ana.post("/unlock", password="wrong"))[1]["error"] == "log-in-refused"
    status, answer = await ana.post("/unlock", password="correct horse battery staple")
    ana.csrf = answer["csrf"]
    assert (await ana.ask(path))[0] == 200


async def test_what_the_page_does_by_itself_does_not_keep_it_unlocked(ana: Person) -> None:
    for _ in range(3):
        ana.counter.clock.seconds += 250
        status, _ = await ana.ask("/", {"X-Background": "1"})
    assert status == 401


async def test_the_stream_of_events_ends_when_the_screen_locks(ana: Person) -> None:
    async with ana.session.get(ana.counter.url_of("/events")) as response:
        assert (await response.content.readuntil(b"\n\n")).startswith(b"data: ")
        ana.counter.clock.seconds += 601
        ana.counter.news.publish()
        rest = await asyncio.wait_for(response.content.read(), 10)
    assert b"event: locked" in rest


async def test_a_reader_who_leaves_is_no_fault_of_the_pages(ana: Person) -> None:
    news = ana.counter.news
    with structlog.testing.capture_logs() as lines:
        async with ana.session.get(ana.counter.url_of("/events")) as response:
            await response.content.readuntil(b"\n\n")
        for _ in range(20):
            news.publish()
            await asyncio.sleep(0.01)
    assert [line for line in lines if line["event"] == "request-failed"] == []


async def test_the_machines_page_says_nothing_about_people(ana: Person) -> None:
    path = await ana.open()
    await ana.post(f"{path}/applicant", **{"field:surname": "UNIQUE", "field:birth-date": "1990-05-01"})
    async with aiohttp.ClientSession() as session, session.get(ana.counter.url_of("/healthz")) as response:
        text = await response.text()
    assert response.status == 200
    assert "UNIQUE" not in text
    assert path.split("/")[2] not in text


async def test_the_list_of_attendances_shows_no_names(ana: Person) -> None:
    path = await ana.open()
    await ana.post(f"{path}/applicant", **{"field:surname": "UNIQUE", "field:birth-date": "1990-05-01"})
    assert "UNIQUE" not in (await ana.see("/"))[1]
