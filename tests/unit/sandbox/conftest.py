"""A running stand-in AIMA with two enrolled boxes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from appliance.aima.tls import client_context
from tests.unit.aima.post import Box, Post, a_post


@dataclass(frozen=True)
class Two:
    """The same stand-in seen by two boxes, and by somebody without a certificate."""

    post: Post
    other: aiohttp.ClientSession
    nobody: aiohttp.ClientSession


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with a_post(tmp_path) as post:
        yield post


@pytest.fixture
async def two(post: Post, tmp_path: Path) -> AsyncIterator[Two]:
    other = await asyncio.to_thread(Box.enrolled, tmp_path, post.authority, "box-2")
    bare = aiohttp.TCPConnector(ssl=client_context(post.authority.ca_pem))
    async with other.session(post.authority) as second, aiohttp.ClientSession(connector=bare) as third:
        yield Two(post, second, third)
