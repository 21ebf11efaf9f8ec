"""Messages of a kernel → the outputs of a cell.

Jupyter: https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-iopub-pub-sub-channel
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any

from celldeck.execute.agent import REPORT
from celldeck.execute.noise import without_noise
from celldeck.execute.terminal import Screen
from celldeck.frozen import frozen
from celldeck.model import Output

MOST_OUTPUTS = 500
LONGEST_TEXT = 1 << 18
"""Characters of a value's text, or of a traceback; a slide holds some 2,000."""
LARGEST_CONTENT = 1 << 26
"""Characters of one output in one MIME type: a film of a minute fits."""
LARGEST_CELL = 1 << 27
"""Characters of all outputs of a cell."""


VIEW = "application/vnd.jupyter.widget-view+json"
"""A widget of Jupyter: its id, for a page that has a kernel."""

HELD_BACK = "celldeck_held_back"
"""The kind of the message by which a server says that it does not pass on all that a kernel sends."""

_PLACE = re.compile(r" \(<cell [^>]*>, line \d+\)$")


@frozen
class Update:
    """A message that replaces what an earlier output shows."""

    display_id: str
    data: Mapping[str, str]
    metadata: Mapping[str, object]


@frozen
class Collected:
    """What a cell's run came to."""

    outputs: tuple[Output, ...]
    updates: tuple[Update, ...] = ()
    """For outputs of cells that ran before it."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """What the agent in the kernel said about the run; empty from kernels that have none."""
    left_out: tuple[str, ...] = ()
    """What was too much to keep, in words."""


class DisplayIds:
    """Gives the outputs of one run names that are the same in each run: kernels make them up at random."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def begin(self, cell: str) -> None:
        """Count anew for a cell that runs now."""
        self._counts[cell] = 0

    def name(self, raw: str, cell: str, *, shown: bool) -> str | None:
        """Return the name of an id; None for the update of an output that nobody showed.

        Args:
            raw: the kernel's id.
            cell: the name of the cell that the message belongs to.
            shown: the message shows the output, so it may be the first one about it.
        """
        if raw not in self._names:
            if not shown:
                return None
            number = self._counts.get(cell, 0)
            self._counts[cell] = number + 1
            self._names[raw] = f"{cell}.{number}"
        return self._names[raw]


class Collector:
    """Takes the messages of one cell as they come."""

    def __init__(self, cell: str, ids: DisplayIds) -> None:
        """Start without outputs.

        Args:
            cell: the name under which the kernel runs it, as in `<cell 3>`.
            ids: shared by all cells of the run.
        """
        self._cell = cell
        self._ids = ids
        ids.begin(cell)
        self._items: list[Output | dict[str, Screen]] = []
        self._updates: list[Update] = []
        self._report: Mapping[str, Any] = {}
        self._clear_first = False
        self._size = 0
        self._too_many = 0
        self._too_large = 0
        self._cut_text = 0
        self._is_held_back = False

    def feed(self, kind: str, content: Mapping[str, Any]) -> None:
        """Take a message of the iopub channel; kinds that show nothing are passed over."""
        if kind == "stream":
            self._stream(str(content["name"]), str(content["text"]))
        elif kind in ("display_data", "execute_result"):
            self._display(kind, content)
        elif kind == "update_display_data":
            self._update(content)
        elif kind == "error":
            self.error(str(content["ename"]), str(content["evalue"]), content.get("traceback") or ())
        elif kind == HELD_BACK:
            self._is_held_back = True
        elif kind == "clear_output":
            self._clear_first = bool(content.get("wait"))
            if not self._clear_first:
                self._items.clear()

    def error(self, name: str, message: str, traceback: Iterable[str] = ()) -> None:
        """Take an exception."""
        text = self._short("\n".join(traceback))
        line = None
        for found in re.finditer(r"<cell ([^>+]+)(?:\+(\d+))?>:(\d+)", text):
            if found[1] == self._cell:
                line = int(found[3]) + int(found[2] or 0)
        # Where a syntax error stands is said beside its message.
        message = self._short(_PLACE.sub("", message))
        # Shells send a status without a name.
        self._add(Output("error", {"text/plain": text}, error=(name or "Error", message), error_line=line))

    @property
    def has_error(self) -> bool:
        """An exception has come."""
        return any(isinstance(item, Output) and item.kind == "error" for item in self._items)

    @property
    def line(self) -> str:
        """The line that the cell printed last; empty if it printed nothing since its last output."""
        last = self._items[-1] if self._items else None
        if not isinstance(last, dict):
            return ""
        return next((line for screen in reversed(last.values()) if (line := screen.line)), "")

    def collected(self) -> Collected:
        """Return what has come until now.

        Between two other outputs, all that went to stdout stands before all that went to stderr: the order in
        which a kernel sends them is left to chance.
        """
        outputs: list[Output] = []
        for item in self._items:
            if isinstance(item, Output):
                outputs.append(self._settled(item))
                continue
            for name in ("stdout", "stderr"):
                text = item[name].text() if name in item else ""
                if name == "stderr":
                    text = without_noise(text)
                if text:
                    outputs.append(Output("stream", {"text/plain": text}, stream=name))
        return Collected(tuple(outputs), tuple(self._updates), self._report, tuple(self._left_out()))

    def _settled(self, output: Output) -> Output:
        """Return a widget as it stood when its cell ended, without the id that differs in every run."""
        if VIEW not in output.data:
            return output
        data = dict(output.data)
        model = json.loads(data.pop(VIEW)).get("model_id")
        return replace(output, data={**data, **self._report.get("widgets", {}).get(model, {})})

    def _left_out(self) -> Iterable[str]:
        dropped = sum(
            screen.dropped for item in self._items if isinstance(item, dict) for screen in item.values()
        )
        dropped += sum(self._report.get("dropped", {}).values()) + self._cut_text
        if dropped:
            yield f"{dropped:,} characters of text"
        if self._too_many:
            yield f"{self._too_many:,} outputs above {MOST_OUTPUTS}"
        if self._too_large:
            yield f"{self._too_large:,} outputs that are too large"
        if self._is_held_back:
            yield "what the Jupyter server holds back (its iopub_msg_rate_limit, iopub_data_rate_limit)"

    def _stream(self, name: str, text: str) -> None:
        self._clear_if_asked()
        if not self._items or not isinstance(self._items[-1], dict):
            self._items.append({})
        screens = self._items[-1]
        assert isinstance(screens, dict)
        screens.setdefault("stderr" if name == "stderr" else "stdout", Screen()).feed(text)

    def _display(self, kind: str, content: Mapping[str, Any]) -> None:
        data = content.get("data") or {}
        if REPORT in data:
            self._report = data[REPORT]
            return
        raw = (content.get("transient") or {}).get("display_id")
        name = self._ids.name(str(raw), self._cell, shown=True) if raw else None
        output = Output(
            "result" if kind == "execute_result" else "display",
            self._bundle(data),
            metadata=content.get("metadata") or {},
            display_id=name,
        )
        if name:
            # Shown again, an output changes wherever it is shown already.
            self._replace(Update(name, output.data, output.metadata))
        self._add(output)

    def _update(self, content: Mapping[str, Any]) -> None:
        raw = (content.get("transient") or {}).get("display_id")
        name = self._ids.name(str(raw), self._cell, shown=False) if raw else None
        if name:
            self._replace(
                Update(name, self._bundle(content.get("data") or {}), content.get("metadata") or {})
            )

    def _replace(self, update: Update) -> None:
        self._items = [updated(item, [update]) if isinstance(item, Output) else item for item in self._items]
        if update.display_id.partition(".")[0] != self._cell:
            # The last one counts, and a loop may send thousands.
            self._updates = [one for one in self._updates if one.display_id != update.display_id]
            self._updates.append(update)

    def _add(self, output: Output) -> None:
        self._clear_if_asked()
        if len(self._items) >= MOST_OUTPUTS:
            self._too_many += 1
            return
        self._items.append(output)

    def _clear_if_asked(self) -> None:
        if self._clear_first:
            self._items.clear()
            self._clear_first = False

    def _bundle(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return the content of each MIME type as text; what is too large is left out."""
        bundle: dict[str, str] = {}
        for mime, content in data.items():
            text = _as_text(mime, content)
            if mime == "text/plain":
                text = self._short(text)
            self._size += len(text)
            if len(text) > LARGEST_CONTENT or self._size > LARGEST_CELL:
                self._size -= len(text)
                self._too_large += 1
                bundle.setdefault("text/plain", f"⋯ {mime}: {len(text) / 1e6:.0f} MB left out ⋯")
            else:
                bundle[mime] = text
        return bundle

    def _short(self, text: str) -> str:
        # The agent's cut leaves a few characters more.
        if len(text) <= LONGEST_TEXT + 8:
            return text
        self._cut_text += len(text) - LONGEST_TEXT
        return f"{text[: LONGEST_TEXT // 2]}\n⋯\n{text[-LONGEST_TEXT // 2 :]}"


def updated(output: Output, updates: Iterable[Update]) -> Output:
    """Return the output as it is after the updates that are meant for it."""
    for update in updates:
        if output.display_id == update.display_id:
            output = replace(output, data=update.data, metadata=update.metadata)
    return output


def _as_text(mime: str, content: Any) -> str:
    if isinstance(content, list) and not mime.endswith("json"):
        content = "".join(map(str, content))
    if not isinstance(content, str) or (mime.endswith("json") and mime.startswith("application/")):
        return json.dumps(content, ensure_ascii=False)
    # Base64 in lines is the same picture.
    binary = mime.startswith(("image/", "audio/", "video/")) and mime != "image/svg+xml"
    return "".join(content.split()) if binary else content
