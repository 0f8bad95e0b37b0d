"""Fields of a posted form, read strictly: a missing or repeated one is named, a file is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from aiohttp import web
from multidict import MultiDictProxy

from appliance.errors import UsageError

Choice = TypeVar("Choice", bound=StrEnum)


class Form:
    def __init__(self, fields: MultiDictProxy[str | bytes | bytearray | web.FileField]) -> None:
        self._fields = fields

    @classmethod
    async def of(cls, request: web.Request) -> Form:
        return cls(await request.post())

    def text(self, name: str, default: str | None = None) -> str:
        """Raises UsageError `form-field` when it is missing (without a default), repeated, or not text."""
        values = self._fields.getall(name, [])
        if not values and default is not None:
            return default
        if len(values) != 1 or not isinstance(values[0], str):
            raise UsageError(f"The form lacks the field “{name}”.", code="form-field")
        return values[0]

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self._fields.getall(name, []) if isinstance(value, str))

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        """Raises UsageError `form-field` for anything but one of the choices."""
        try:
            return kind(self.text(name))
        except ValueError:
            raise UsageError(f"The form's field “{name}” holds no such choice.", code="form-field") from None

    def count(self, name: str, least: int = 1) -> int:
        """A number from `least` on, of four digits at most. Raises UsageError `form-field` for anything else."""
        text = self.text(name)
        if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) >= least):
            raise UsageError(f"The form's field “{name}” holds no number.", code="form-field")
        return int(text)

    def prefixed(self, prefix: str) -> dict[str, str]:
        """All fields under a prefix, by the rest of their names."""
        names = {name for name in self._fields if name.startswith(prefix)}
        return {name.removeprefix(prefix): self.text(name) for name in sorted(names)}
