"""Follower: what waits to be sent to one phone."""

from __future__ import annotations

import asyncio


class Follower:
    """What waits to be sent over one stream: of each part of the talk the newest state alone."""

    def __init__(self) -> None:
        self._waiting: dict[object, bytes] = {}
        self._some = asyncio.Event()

    def put(self, part: object, message: bytes) -> None:
        """Let it have a message, in the place of an older one of the same part that it has not got yet."""
        self._waiting.pop(part, None)
        self._waiting[part] = message
        self._some.set()

    async def take(self) -> list[bytes]:
        """Wait for messages and return all that wait."""
        await self._some.wait()
        self._some.clear()
        messages = list(self._waiting.values())
        self._waiting.clear()
        return messages
