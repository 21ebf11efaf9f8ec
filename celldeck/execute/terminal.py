"""What stands on a terminal once everything has been printed: carriage returns and backspaces played out.

A progress bar writes its line again and again; what it leaves is one line. Colours stay in the text as escape
sequences; every other control character is obeyed or dropped.

ECMA-48: https://www.ecma-international.org/publications-and-standards/standards/ecma-48/
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache

HEAD_CHARACTERS = 1 << 18
TAIL_CHARACTERS = 1 << 16
"""How much of a text's start and end is kept. A slide holds some 2,000 characters."""

LONGEST_ROW = 1 << 16
OPEN_ROWS = 64
"""How many rows back the cursor can go; nested progress bars go a few."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TOKEN = re.compile(
    r"[^\x00-\x08\x0a-\x1f\x7f]+"  # text; a tab is text
    r"|\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*[0-Z^-~\\]"
    r"|[\x00-\x1f\x7f]"
)
_UNFINISHED = re.compile(r"\x1b(?:[ -/]*|\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)\Z")
_LONGEST_ESCAPE = 4096


class Screen:
    """Takes text as it is printed, piece by piece, and keeps what is left of it.

    Memory is bounded: of a long text the start and the end are kept.
    """

    def __init__(self, head: int = HEAD_CHARACTERS, tail: int = TAIL_CHARACTERS) -> None:
        self.dropped = 0
        """How many characters were left out between the start and the end."""
        self._head_left = head
        self._tail_limit = tail
        self._head: list[str] = []
        self._tail: deque[str] = deque()
        self._tail_size = 0
        self._rows: list[_Row] = [_Row()]
        self._open_size = 0
        self._row = 0
        self._column = 0
        self._look = ""
        self._pending = ""

    def feed(self, text: str) -> None:
        """Print more text."""
        if self._pending:
            text, self._pending = self._pending + text, ""
        if not _CONTROL.search(text):
            self._print_lines(text)
            return
        cut = _UNFINISHED.search(text)
        if cut and len(text) - cut.start() < _LONGEST_ESCAPE:
            text, self._pending = text[: cut.start()], text[cut.start() :]
        for token in _TOKEN.finditer(text):
            piece = token[0]
            if piece == "\n":
                self._new_line()
            elif piece == "\r":
                self._column = 0
            elif piece == "\b":
                self._column = max(0, self._column - 1)
            elif token["final"]:
                self._control(token["final"], token["parameters"])
            elif piece[0] in "\t" or (piece[0] >= " " and piece[0] != "\x7f"):
                self._put(piece)

    @property
    def line(self) -> str:
        """The line that was printed last, without colours."""
        for row in reversed(self._rows):
            text = row.plain().strip()
            if text:
                return text
        return ""

    def text(self) -> str:
        """Return what stands there; where something was left out, a line says how much."""
        rows = "\n".join(row.text() for row in self._rows)
        if self._head_left > 0:
            return "".join(self._head) + rows
        return "".join(self._head) + _note(self.dropped) + "".join(self._tail) + rows

    def _print_lines(self, text: str) -> None:
        first, *rest = text.split("\n")
        self._put(first)
        for line in rest:
            self._new_line()
            self._put(line)

    def _put(self, text: str) -> None:
        at = 0
        while at < len(text):
            if at:
                # A line that goes on for ever is broken, so that no row grows without end.
                self._new_line()
            piece = text[at : at + max(1, LONGEST_ROW - self._column)]
            self._rows[self._row].put(self._column, piece, self._look)
            self._column += len(piece)
            self._open_size += len(piece)
            at += len(piece)

    def _new_line(self) -> None:
        self._row += 1
        self._column = 0
        if self._row == len(self._rows):
            self._rows.append(_Row())
            if self._open_size > HEAD_CHARACTERS:
                # What was written over counted each time.
                self._open_size = sum(row.size for row in self._rows)
            while len(self._rows) > OPEN_ROWS or (self._open_size > HEAD_CHARACTERS and len(self._rows) > 1):
                row = self._rows.pop(0)
                self._open_size -= row.size
                self._row -= 1
                self._finish(row.text() + "\n")

    def _finish(self, line: str) -> None:
        """Put a row that the cursor cannot reach any more where it stays."""
        if self._head_left > 0:
            self._head.append(line)
            self._head_left -= len(line)
            return
        self._tail.append(line)
        self._tail_size += len(line)
        while self._tail_size > self._tail_limit:
            gone = len(self._tail.popleft())
            self._tail_size -= gone
            self.dropped += gone

    def _control(self, final: str, parameters: str) -> None:
        if final == "m":
            self._look = _look(self._look, parameters)
            return
        first = parameters.split(";")[0]
        number = int(first) if first.isdecimal() else 0
        steps = min(max(1, number), LONGEST_ROW)
        if final in "AF":
            self._row = max(0, self._row - steps)
        elif final in "BE":
            self._row = min(len(self._rows) - 1, self._row + steps)
        elif final == "C":
            self._column = min(self._column + steps, LONGEST_ROW)
        elif final == "D":
            self._column = max(0, self._column - steps)
        elif final == "G":
            self._column = steps - 1
        elif final == "K":
            self._rows[self._row].erase(self._column, number)
        elif final == "J" and number in (2, 3):
            self._rows = [_Row()]
            self._row = self._column = 0
        if final in "EF":
            self._column = 0


class _Row:
    """One line: text as long as it is only added to, characters with their looks once it is written over."""

    __slots__ = ("_characters", "_looks", "_plain", "size")

    def __init__(self) -> None:
        self.size = 0
        self._plain: list[str] = []
        self._characters: list[str] | None = None
        self._looks: list[str] = []

    def put(self, column: int, text: str, look: str) -> None:
        if self._characters is None and column == self.size and not look:
            self._plain.append(text)
            self.size += len(text)
            return
        characters = self._opened()
        if column > self.size:
            characters.extend(" " * (column - self.size))
            self._looks.extend([""] * (column - self.size))
        characters[column : column + len(text)] = text
        self._looks[column : column + len(text)] = [look] * len(text)
        self.size = len(characters)

    def erase(self, column: int, which: int) -> None:
        """Erase to the end of the row, to its start (1) or all of it (2)."""
        characters = self._opened()
        if which == 1:
            count = min(column + 1, self.size)
            characters[:count] = " " * count
            self._looks[:count] = [""] * count
        else:
            start = 0 if which == 2 else column
            del characters[start:], self._looks[start:]
        self.size = len(characters)

    def plain(self) -> str:
        return "".join(self._plain if self._characters is None else self._characters)

    def text(self) -> str:
        if self._characters is None:
            return "".join(self._plain)
        parts: list[str] = []
        current = ""
        for character, look in zip(self._characters, self._looks, strict=True):
            if look != current:
                if current:
                    parts.append("\x1b[0m")
                if look:
                    parts.append(f"\x1b[{look}m")
                current = look
            parts.append(character)
        if current:
            parts.append("\x1b[0m")
        # What a shorter line was written over is blanks by now.
        return "".join(parts).rstrip(" ")

    def _opened(self) -> list[str]:
        if self._characters is None:
            self._characters = list("".join(self._plain))
            self._looks = [""] * self.size
        return self._characters


def _note(dropped: int) -> str:
    """Return the line that stands for what was left out, as the agent writes it too."""
    if not dropped:
        return ""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if dropped >= unit:
            return f"⋯ {dropped / unit:.3g} {name} left out ⋯\n"
    return f"⋯ {dropped} characters left out ⋯\n"


@lru_cache(maxsize=256)
def _look(before: str, parameters: str) -> str:
    """Return what is in force after one more sequence: numbers in a fixed order, empty for plain text."""
    slots = _slots(before)
    codes = [int(code) if code.isdecimal() else 0 for code in re.split("[;:]", parameters)]
    while codes:
        code = codes.pop(0)
        if code == 0:
            slots.clear()
        elif code in (38, 48):
            size = {5: 2, 2: 4}.get(codes[0] if codes else 0, len(codes))
            slots[code - 8] = ";".join(map(str, [code, *codes[:size]]))
            del codes[:size]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            slots[30] = str(code)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            slots[40] = str(code)
        elif code in (39, 49):
            slots.pop(code - 9, None)
        elif code in (1, 2, 3, 4, 7, 9):
            slots[code] = str(code)
        elif code in (22, 23, 24, 27, 29):
            for flag in (1, 2) if code == 22 else (code - 20,):
                slots.pop(flag, None)
    return ";".join(slots[slot] for slot in sorted(slots))


def _slots(look: str) -> dict[int, str]:
    """Return a look, as `_look` writes it, by what it sets: 30 the colour, 40 the background, else a flag."""
    slots: dict[int, str] = {}
    codes = look.split(";") if look else []
    while codes:
        code = int(codes.pop(0))
        if code in (38, 48):
            size = {"5": 2, "2": 4}.get(codes[0] if codes else "", len(codes))
            slots[code - 8] = ";".join([str(code), *codes[:size]])
            del codes[:size]
        elif code < 30:
            slots[code] = str(code)
        else:
            slots[30 if code < 40 or 90 <= code < 100 else 40] = str(code)
    return slots
