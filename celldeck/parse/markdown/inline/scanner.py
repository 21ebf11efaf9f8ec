"""Scanner: one pass over the text of a paragraph, from left to right, that finds what it is made of.

Where a character may begin something, its rule (`rules/`) either takes what begins there or leaves the
character as text. Rules are also asked without taking anything, to find the `]` of a link's text: what lies
between the brackets must not be cut in two.

markdown-it: https://github.com/markdown-it/markdown-it/blob/master/lib/parser_inline.mjs
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from celldeck.errors import DeckError
from celldeck.frozen import frozen
from celldeck.nodes import Text
from celldeck.parse.markdown.backticks import CodeEnds
from celldeck.parse.markdown.brackets import Brackets
from celldeck.parse.markdown.inline.delimiters import Delimiter, pair, place
from celldeck.parse.markdown.inline.rules import RULES, SPECIAL, SPECIAL_OR_CLOSING
from celldeck.parse.markdown.lines import MAX_NESTING
from celldeck.parse.markdown.references import References

# A paragraph with more in it than this is no text; reading on would take seconds.
_TOKEN_LIMIT: Final = 100_000


@frozen
class Rules:
    """Which rules hold for a text, and the link references that it may use."""

    html: bool
    linkify: bool
    math: bool
    classes: bool
    typographer: bool
    emoji: bool
    """Characters that are emoji become pictures, which end an address."""
    references: References


class Scanner:
    """The state of one pass over one text."""

    def __init__(self, text: str, line: int, rules: Rules) -> None:
        """Begin a pass.

        Args:
            text: one or more lines.
            line: the line that it begins on.
            rules: what is read in it.
        """
        self.text = text
        self.rules = rules
        self.end = len(text)
        """The place where the text, or the part of it that is being read, ends."""
        self.tokens: list[Any] = []
        """What was found so far in the element that is being read: text, nodes and delimiters."""
        self.delimiters: list[Delimiter] = []
        self.pending: list[str] = []
        """Text that is not among the tokens yet."""
        self.link_level = 0
        """How many links, by Markdown or by `<a>`, are open: addresses in them are no links."""
        self.has_escapes = False
        self.has_open_special = False
        """A comment, declaration or the like in raw HTML was not closed."""
        self._level = 0
        self._found = 0
        self._line = line
        self._line_at = 0
        self._lasts: dict[str, int] = {}
        self._skips: dict[int, int] = {}
        self._closings: dict[int, int] = {}
        """Place of a `[` to that of its `]`, or -1."""
        self._link_closings: dict[int, int] = {}
        """The same, but -1 too if there is a link between them."""

    def read(self, start: int, end: int) -> list[Any]:
        """Read the text from `start` to before `end` and return what it is made of: text, nodes, and starts
        and ends of elements.

        Raises:
            DeckError: there is far more in it than any text needs.
        """
        outside = self.tokens, self.delimiters, self.pending, self.end
        tokens: list[Any] = []
        self.tokens, self.delimiters, self.pending, self.end = tokens, [], [], end
        self._scan(start, end)
        self._flush()
        if self.delimiters:
            pair(self.delimiters)
            place(tokens, self.delimiters)
        self.tokens, self.delimiters, self.pending, self.end = outside
        return tokens

    def read_inside(self, start: int, end: int) -> list[Any]:
        """Read a part of the text as what stands in an element that begins here."""
        self._flush()
        self._level += 1
        tokens = self.read(start, end)
        self._level -= 1
        return tokens

    def _scan(self, at: int, end: int) -> None:
        text, pending = self.text, self.pending
        search = SPECIAL.search
        if self._level >= MAX_NESTING:
            pending.append(text[at:end])
            return
        while at < end:
            special = search(text, at, end)
            if not special:
                pending.append(text[at:end])
                return
            start = special.start()
            if start > at:
                pending.append(text[at:start])
            at = RULES[text[start]](self, start, False)
            if at < 0:
                pending.append(text[start])
                at = start + 1

    def _flush(self) -> None:
        if self.pending:
            self.tokens.append("".join(self.pending))
            self.pending.clear()

    def push(self, token: object) -> None:
        """Add a token behind the pending text."""
        if self.pending:
            self._flush()
        self.tokens.append(token)
        self._found += 1
        if self._found > _TOKEN_LIMIT:
            raise DeckError(
                "this paragraph holds more than celldeck reads in one", hint="part it with blank lines"
            )

    def push_escaped(self, text: str) -> None:
        """Add characters that must not be read again."""
        self.has_escapes = True
        self.push(Text(text, escaped=True))

    def line_at(self, at: int) -> int:
        """Return the line that a place of the text stands on; places are asked for in order."""
        if at > self._line_at:
            self._line += self.text.count("\n", self._line_at, at)
            self._line_at = at
        return self._line

    def last(self, mark: str) -> int:
        """Return the last place of a mark in the text, or -1: it need not be looked for behind that."""
        known = self._lasts.get(mark)
        if known is None:
            known = self._lasts[mark] = self.text.rfind(mark)
        return known

    @cached_property
    def code_ends(self) -> CodeEnds:
        """Where code in the text ends."""
        return CodeEnds(self.text)

    @cached_property
    def brackets(self) -> Brackets:
        """The pairs of brackets that may stand around the content of a class."""
        return Brackets(self.text)

    def closing_bracket(self, start: int, *, of_link: bool) -> int:
        """Return the place of the `]` that closes the `[` at `start`, or -1.

        Args:
            start: the place of the bracket.
            of_link: it begins a link's text, in which there must be no other link.
        """
        known = (self._link_closings if of_link else self._closings).get(start)
        if known is not None:
            return known if known < self.end else -1
        # Brackets in between are settled on the way, so that nested ones are not gone through again.
        text, end = self.text, self.end
        opened = [start]
        at = start + 1
        while at < end:
            char = text[at]
            if char == "]":
                opener = opened.pop()
                self._closings[opener] = at
                self._link_closings.setdefault(opener, at)
                if not opened:
                    return at
                at += 1
                continue
            after = self._skip(at)
            if char == "[":
                if after == at + 1:
                    opened.append(at)
                else:
                    self._link_closings.update((opener, -1) for opener in opened)
                    if of_link:
                        return -1
            at = after
        for opener in opened:
            self._closings[opener] = -1
            self._link_closings[opener] = -1
        return -1

    def _skip(self, at: int) -> int:
        """Return the place behind what begins at `at`, without reading it."""
        known = self._skips.get(at)
        if known is not None:
            return known
        after = -1
        if self._level >= MAX_NESTING:
            after = self.end
        elif rule := RULES.get(self.text[at]):
            self._level += 1
            after = rule(self, at, True)
            self._level -= 1
        elif self.text[at] != "]":
            special = SPECIAL_OR_CLOSING.search(self.text, at, self.end)
            after = special.start() if special else self.end
        if after < 0:
            after = at + 1
        self._skips[at] = after
        return after
