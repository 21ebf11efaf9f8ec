"""A client of Jupyter that tells the kernel which cell its code is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

log = logging.getLogger("celldeck.kernel")
log.addHandler(logging.NullHandler())
# nbclient and jupyter_client log what is raised as well.
log.propagate = False


class Client(AsyncKernelClient):
    """Sends code with the name of its cell, and the options that the agent is to know."""

    cell_name: str | None = None
    cell_options: Mapping[str, object] | None = None
    may_ask: bool = False
    """The code may ask for input."""

    def execute(self, code: str, silent: bool = False, store_history: bool = True, **_: Any) -> str:  # type: ignore[override]
        """Send code; the next one runs whatever became of this one."""
        content = {
            "code": code,
            "silent": silent,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": self.may_ask,
            "stop_on_error": False,
        }
        metadata: dict[str, object] = {"cellId": self.cell_name}
        if self.cell_options:
            metadata["celldeck"] = dict(self.cell_options)
        message = self.session.msg("execute_request", content, metadata=metadata)
        self.shell_channel.send(message)
        return str(message["header"]["msg_id"])
