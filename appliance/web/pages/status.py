"""The queue, the devices, the post and its health: snapshots to look at."""

from __future__ import annotations

from aiohttp import web

from appliance.errors import ConfigurationError, UsageError
from appliance.model.device import Care
from appliance.web.answers import Answer, respond
from appliance.web.configuration_reasons import explained
from appliance.web.forms import Form
from appliance.web.keys import NEWS, PORTS
from appliance.web.views import device_view


async def queue(request: web.Request) -> web.Response:
    ports = request.app[PORTS]
    data = {"packages": list(ports.queue()), "forwarding": ports.forwarding()}
    context = {"may_try_again": ports.try_again is not None}
    return respond(request, Answer(data=data, template="queue.html", context=context))


async def try_again(request: web.Request) -> web.Response:
    """Puts a held package back into the queue. Raises StateError by the name of why not."""
    ports, package_id = request.app[PORTS], request.match_info["package_id"]
    if ports.try_again is None:
        raise UsageError("There is no such page.", code="http-404")
    await ports.try_again(package_id)
    return respond(request, Answer(data={"package_id": package_id}, see_other="/queue"))


async def devices(request: web.Request) -> web.Response:
    """The post's own, and what is plugged in besides with the reason why it is not used."""
    ports = request.app[PORTS]
    data = {
        "devices": [device_view(status, ports.care_due()) for status in ports.devices()],
        "unused": [
            {"kind": str(other.kind), "description": other.description, "usb": other.usb, "reason": str(other.reason)}
            for other in ports.unused_devices()
        ],
    }
    return respond(request, Answer(data=data, template="devices.html"))


async def cared_for(request: web.Request) -> web.Response:
    """A device was cleaned or calibrated: the count begins again."""
    ports, form = request.app[PORTS], await Form.of(request)
    device_id = request.match_info["device_id"]
    care = form.choice("care", Care)
    await ports.cared_for(device_id, care)
    request.app[NEWS].publish()
    return respond(request, Answer(data={"device_id": device_id, "care": str(care)}, see_other="/devices"))


async def post(request: web.Request) -> web.Response:
    """Centre, post, configuration in force and refused, health."""
    ports = request.app[PORTS]
    configuration, refused = ports.configuration(), ports.refused_configuration()
    reasons = refused.reasons if isinstance(refused, ConfigurationError) else ()
    data = {
        "configuration_version": configuration.version if configuration else None,
        "refused_configuration": {**refused.to_dict(), "reasons": list(reasons)} if refused else None,
        "centre": configuration.centre.name if configuration else None,
        "post": configuration.post.name if configuration else None,
        "health": [
            {
                "check": finding.check,
                "state": str(finding.state),
                "code": finding.code,
                "sentence": finding.sentence,
            }
            for finding in ports.health()
        ],
    }
    context = {"configuration": configuration, "reasons": [explained(reason) for reason in reasons]}
    return respond(request, Answer(data=data, template="post.html", context=context))


async def healthz(request: web.Request) -> web.Response:
    """For machines, without log-in and without personal data."""
    ports = request.app[PORTS]
    status = "ok" if ports.configuration() is not None else "unconfigured"
    return web.json_response({"status": status, **ports.runtime()})
