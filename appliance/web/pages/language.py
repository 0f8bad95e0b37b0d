"""The page's language."""

from __future__ import annotations

from aiohttp import web

from appliance.errors import UsageError
from appliance.web.answers import Answer, respond
from appliance.web.catalogues import LANGUAGES
from appliance.web.forms import Form
from appliance.web.languages import keep_language
from appliance.web.local_path import local_path


async def choose(request: web.Request) -> web.Response:
    """Open to everybody, like the log-in page itself. Raises UsageError `form-field`."""
    form = await Form.of(request)
    language = form.text("language")
    if language not in LANGUAGES:
        raise UsageError("The form's field “language” holds no such choice.", code="form-field")
    response = respond(request, Answer(data={"language": language}, see_other=local_path(form.text("next", "/"))))
    keep_language(response, language)
    return response
