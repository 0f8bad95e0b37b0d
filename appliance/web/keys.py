"""What the application and its requests carry, by typed key."""

from __future__ import annotations

from aiohttp import web

from appliance.technicians.sessions import Session
from appliance.web.news import News
from appliance.web.ports import WebPorts

PORTS = web.AppKey("ports", WebPorts)
NEWS = web.AppKey("news", News)

SESSION = web.RequestKey("session", Session)
