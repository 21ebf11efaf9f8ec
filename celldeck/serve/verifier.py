"""Verifier: runs decks whole when nothing else is to be done, to confirm what was made in parts."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from celldeck.errors import DeckError
from celldeck.session import Session, Verified

IDLE_S = 3.0
"""How long nothing must have changed before a deck is run whole."""


class Verifier:
    """Verifies one deck at a time, in a thread of its own; called from one thread."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._since = time.monotonic()
        self._thread: threading.Thread | None = None
        self._session: Session | None = None
        self._name = ""
        self._found: Verified | None = None
        self._tried: set[int] = set()
        """The builds that could not be verified, by their identity: not to be tried again."""

    @property
    def is_running(self) -> bool:
        """A deck is being verified, so its cells may write files."""
        return self._thread is not None

    def interrupt(self) -> None:
        """Something has changed: end what runs."""
        self._since = time.monotonic()
        thread, session = self._thread, self._session
        if thread is not None and session is not None:
            # A kernel that is just being started is not there to be ended yet.
            while thread.is_alive():
                session.stop_verifying()
                thread.join(0.1)
        self._thread = self._session = self._found = None

    def poll(self, sessions: Mapping[str, Session]) -> tuple[str, Verified] | None:
        """Return the name of a deck that has been verified, and what came of it; begin with another if idle.

        Args:
            sessions: the decks, by name.
        """
        if self._thread is not None:
            if self._thread.is_alive():
                return None
            name, found = self._name, self._found
            self._thread = self._session = self._found = None
            return None if found is None else (name, found)
        if time.monotonic() - self._since >= self._idle_s:
            for name, session in sessions.items():
                build = session.last
                if build is not None and build.provisional and id(build) not in self._tried:
                    self._begin(name, session)
                    break
        return None

    def _begin(self, name: str, session: Session) -> None:
        self._name, self._session = name, session
        self._tried = {id(session.last)}
        self._thread = threading.Thread(target=self._verify, args=(session,), daemon=True, name="verifier")
        self._thread.start()

    def _verify(self, session: Session) -> None:
        try:
            self._found = session.verify()
        except DeckError:
            # It was stopped, or its kernel died; the build that follows tells why.
            self._found = None
