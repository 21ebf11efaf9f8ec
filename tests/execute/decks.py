"""What the tests of execution share: decks from text, and a kernel that is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from celldeck.execute import ExecuteTools, Store
from celldeck.execute.kernels import Kernel, KernelFailed, OnMessage, Reply
from celldeck.model import Cell, Deck, MarpOptions
from celldeck.parse import parse
from celldeck.source import Source

Message = tuple[str, Mapping[str, Any]]


def deck_of(*cells: str, head: str = "kernel: python3", path: Path | str = "talk.md") -> Deck:
    """Return a deck with one cell a slide; the code of the first one starts on line 6."""
    text = f"---\n{head}\n---\n\n" + "\n---\n\n".join(f"```python\n{cell}\n```\n" for cell in cells)
    return parse(Source.of(text, path), MarpOptions())


def stream(text: str, name: str = "stdout") -> Message:
    """Return the message of something printed."""
    return "stream", {"name": name, "text": text}


def shows(text: str, display_id: str | None = None, kind: str = "display_data", **data: object) -> Message:
    """Return the message of something shown; `data` has underscores for the slash of a MIME type."""
    bundle = {"text/plain": text} | {mime.replace("_", "/"): content for mime, content in data.items()}
    return kind, {
        "data": bundle,
        "metadata": {},
        "transient": {"display_id": display_id} if display_id else {},
    }


def raises(name: str, message: str, *traceback: str) -> Message:
    """Return the message of an exception."""
    return "error", {"ename": name, "evalue": message, "traceback": list(traceback)}


class FakeKernel:
    """Answers code as a table says; code that the table lacks is printed."""

    def __init__(self, answers: Mapping[str, Iterable[Message] | KernelFailed | Reply] | None = None) -> None:
        self.answers = answers or {}
        self.ran: list[tuple[str, str, float]] = []
        """Code, name and time limit of each run."""
        self.starts: list[tuple[str, Path]] = []
        self.gateways: list[str | None] = []
        self.closes = 0
        self.files: tuple[Path, ...] = ()

    def start(self, name: str, folder: Path, gateway: str | None = None) -> Kernel:
        """Stand in for `StartKernel`."""
        self.gateways.append(gateway)
        self.starts.append((name, folder))
        return self

    def run(
        self,
        code: str,
        *,
        name: str,
        timeout_s: float,
        on_message: OnMessage,
        options: Mapping[str, object] | None = None,
    ) -> Reply:
        self.ran.append((code, name, timeout_s))
        answer = self.answers.get(code, [stream(code)])
        if isinstance(answer, KernelFailed):
            raise answer
        if isinstance(answer, Reply):
            return answer
        error = None
        for kind, content in answer:
            on_message(kind, content)
            if kind == "error":
                error = (content["ename"], content["evalue"])
        return Reply(error)

    def interrupt(self) -> None:
        raise AssertionError("nobody interrupts this kernel")

    def close(self) -> None:
        self.closes += 1

    @property
    def codes(self) -> list[str]:
        """The code of each run."""
        return [code for code, _, _ in self.ran]

    def tools(self, store: Store | None = None, **others: Any) -> ExecuteTools:
        """Return tools that start this kernel."""
        return ExecuteTools(store=store, start=self.start, **others)


def texts(cells: Iterable[Cell]) -> list[list[str] | None]:
    """Return the plain text of each output of each cell; None for a cell without outputs."""
    return [
        None if cell.outputs is None else [output.data.get("text/plain", "") for output in cell.outputs]
        for cell in cells
    ]
