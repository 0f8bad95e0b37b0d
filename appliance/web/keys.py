"""What the application and its requests carry, by typed key."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from appliance.technicians.sessions import Session
from appliance.web.news import News
from appliance.web.ports import WebPorts

PORTS = web.AppKey("ports", WebPorts)
NEWS = web.AppKey("news", News)
STREAMS = web.AppKey("streams", set[asyncio.Task[Any]])
"""Answers without an end, so that stopping can end them."""

SESSION = web.RequestKey("session", Session)
