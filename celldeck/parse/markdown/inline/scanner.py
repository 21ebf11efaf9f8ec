"""Scanner: one pass over the text of a paragraph, from left to right, that finds what it is made of.

A rule looks at one character, and either takes what begins there or leaves the character as text. Rules are
also asked without taking anything, to find the `]` of a link's text: what lies between the brackets must not
be cut in two. The rules and their order are markdown-it's, with Marp's in between:
https://github.com/markdown-it/markdown-it/blob/master/lib/parser_inline.mjs
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from celldeck.errors import DeckError
from celldeck.js import SPACE
from celldeck.nodes import (
    ClassSpan,
    CodeSpan,
    HardBreak,
    HtmlInline,
    Image,
    Inline,
    InlineComment,
    InlineMath,
    Link,
    SoftBreak,
    Text,
)
from celldeck.parse.markdown.backticks import BacktickRuns
from celldeck.parse.markdown.brackets import CLASSES, match_brackets, names
from celldeck.parse.markdown.comments import find_comment
from celldeck.parse.markdown.destinations import read_destination, read_title
from celldeck.parse.markdown.entities import decode_name, decode_number
from celldeck.parse.markdown.inline import linkify
from celldeck.parse.markdown.inline.delimiters import Delimiter, flanks, pair, place
from celldeck.parse.markdown.inline.tree import build
from celldeck.parse.markdown.lines import MAX_NESTING
from celldeck.parse.markdown.references import References, normalize_label
from celldeck.parse.markdown.tags import TAG
from celldeck.parse.markdown.urls import is_allowed, normalize_link, normalize_link_text

# A text with more marks than this is no text; reading on could take minutes.
_TOKEN_LIMIT: Final = 300_000

_SPACES = re.compile(r"[ \t]*")
_SPACES_AND_LINE_ENDS = re.compile(r"[ \t\n]*")
_ESCAPED: Final = frozenset("\\!\"#$%&'()*+,./:;<=>?@[]^_`{|}~-")
_AUTOLINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\x00-\x20]*+)>")
_MAIL = re.compile(
    r"<([a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]++@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*)>"
)
_TAG = re.compile(TAG)
_LINK_TAG = re.compile(rf"(?ai)<a[>{SPACE}]")
_LINK_END_TAG = re.compile(rf"(?ai)</a[{SPACE}]*>")
_NUMBER_ENTITY = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_SCHEME = re.compile(r"[A-Za-z0-9+.-]*$")
_LINE_SEPARATOR = re.compile("[\r\u2028\u2029]")


@dataclass(frozen=True, slots=True)
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
        self.text = text
        self.rules = rules
        self.end = len(text)
        """The place where the text, or the link's text that is being read, ends."""
        self.level = 0
        self.tokens: list[Any] = []
        """What was found so far in the element that is being read: text, nodes and delimiters."""
        self.delimiters: list[Delimiter] = []
        self.pending: list[str] = []
        """Text that is not among the tokens yet."""
        self.link_level = 0
        """How many links, by Markdown or by `<a>`, are open: addresses in them are no links."""
        self.found = 0
        self.has_escapes = False
        self._line = line
        self._line_at = 0
        self._skips: dict[int, int] = {}
        self._closings: dict[int, int] = {}
        """Place of a `[` to that of its `]`, or -1."""
        self._link_closings: dict[int, int] = {}
        """The same, but -1 too if there is a link between them."""
        self._runs: BacktickRuns | None = None
        self._classes: dict[int, int] | None = None
        self._last_bracket: int | None = None
        self._last_angle: int | None = None
        self._last_comment: int | None = None
        self._special_html = True
        """No comment, declaration or the like was left open so far."""

    def read(self, start: int, end: int) -> list[Any]:
        """Read the text from `start` to before `end` and return its tokens, delimiters still among them."""
        outside = self.tokens, self.delimiters, self.pending, self.end
        tokens: list[Any] = []
        self.tokens, self.delimiters, self.pending, self.end = tokens, [], [], end
        self._scan(start, end)
        self.flush()
        if self.delimiters:
            pair(self.delimiters)
            place(tokens, self.delimiters)
        self.tokens, self.delimiters, self.pending, self.end = outside
        return tokens

    def _scan(self, at: int, end: int) -> None:
        text, pending = self.text, self.pending
        search = SPECIAL.search
        if self.level >= MAX_NESTING:
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
            at = _RULES[text[start]](self, start, False)
            if at < 0:
                pending.append(text[start])
                at = start + 1

    def flush(self) -> None:
        """Put the pending text among the tokens."""
        if self.pending:
            self.tokens.append("".join(self.pending))
            self.pending.clear()

    def push(self, token: object) -> None:
        """Add a token behind the pending text."""
        if self.pending:
            self.flush()
        self.tokens.append(token)
        self.found += 1
        if self.found > _TOKEN_LIMIT:
            raise DeckError(
                "this paragraph holds more marks than celldeck reads in one",
                hint="part it with blank lines",
            )

    def line_at(self, at: int) -> int:
        """Return the line that a place of the text stands on; places are asked for in order."""
        if at > self._line_at:
            self._line += self.text.count("\n", self._line_at, at)
            self._line_at = at
        return self._line

    # ------------------------------------------------------------ looking ahead

    def skip(self, at: int) -> int:
        """Return the place behind what begins at `at`, without reading it."""
        known = self._skips.get(at)
        if known is not None:
            return known
        after = -1
        if self.level < MAX_NESTING:
            rule = _RULES.get(self.text[at])
            if rule:
                self.level += 1
                after = rule(self, at, True)
                self.level -= 1
            elif self.text[at] != "]":
                special = _STOP.search(self.text, at, self.end)
                after = special.start() if special else self.end
        else:
            after = self.end
        if after < 0:
            after = at + 1
        self._skips[at] = after
        return after

    def closing_bracket(self, start: int, *, of_link: bool) -> int:
        """Return the place of the `]` that closes the `[` at `start`, or -1.

        Args:
            start: the place of the bracket.
            of_link: it begins a link's text, in which there must be no other link.
        """
        known = (self._link_closings if of_link else self._closings).get(start)
        if known is not None:
            return known if known < self.end else -1
        if self._last_bracket is None:
            self._last_bracket = self.text.rfind("]")
        if start > self._last_bracket:
            return -1
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
            after = self.skip(at)
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

    # ------------------------------------------------------------ rules

    def newline(self, at: int, silent: bool) -> int:
        """A line end: a break, a hard one after two spaces."""
        if not silent:
            pending = self.pending
            last = pending[-1] if pending else ""
            if last.endswith("  "):
                pending[-1] = last.rstrip(" ")
                self._push_break(HardBreak())
            else:
                if last.endswith(" "):
                    pending[-1] = last[:-1]
                self._push_break(SoftBreak())
        spaces = _SPACES.match(self.text, at + 1, self.end)
        assert spaces
        return spaces.end()

    def _push_break(self, token: SoftBreak | HardBreak) -> None:
        if self.pending and not any(self.pending):
            self.pending.clear()
        self.push(token)

    def escape(self, at: int, silent: bool) -> int:
        """A backslash: makes punctuation plain and a line end a break."""
        if at + 1 >= self.end:
            return -1
        char = self.text[at + 1]
        if char == "\n":
            if not silent:
                self.push(HardBreak())
            spaces = _SPACES.match(self.text, at + 2, self.end)
            assert spaces
            return spaces.end()
        if char == " ":
            if not silent:
                self._push_escaped("\\")
            return at + 1
        if not silent:
            self._push_escaped(char if char in _ESCAPED else "\\" + char)
        return at + 2

    def _push_escaped(self, text: str) -> None:
        self.has_escapes = True
        self.push(Text(text, escaped=True))

    def math(self, at: int, silent: bool) -> int:
        """`$tex$`, with no space inside its marks and no digit behind them."""
        text = self.text
        if text.startswith((" ", "\t"), at + 1):
            return -1
        closing = text.find("$", at + 1)
        while closing >= 0 and self._is_escaped(closing):
            closing = text.find("$", closing + 1)
        if closing < 0:
            return -1
        if closing == at + 1:
            if not silent:
                self.pending.append("$$")
            return at + 2
        if text[closing - 1] in " \t" or text[closing + 1 : closing + 2] in _DIGITS:
            return -1
        if not silent:
            self.push(InlineMath(text[at + 1 : closing], self.line_at(at)))
        return closing + 1

    def _is_escaped(self, at: int) -> bool:
        start = at
        while start and self.text[start - 1] == "\\":
            start -= 1
        return (at - start) % 2 == 1

    def code(self, at: int, silent: bool) -> int:
        """Code between runs of as many backticks."""
        text = self.text
        length = 1
        while at + length < self.end and text[at + length] == "`":
            length += 1
        if self._runs is None:
            self._runs = BacktickRuns(text)
        start = at + length
        closing = self._runs.next(length, start)
        if closing < 0:
            if not silent:
                self.pending.append("`" * length)
            return start
        if not silent:
            code = text[start:closing].replace("\n", " ")
            if len(code) > 2 and code[0] == code[-1] == " " and not _LINE_SEPARATOR.search(code):
                code = code[1:-1]
            self.push(CodeSpan(code))
        return closing + length

    def strikethrough(self, at: int, silent: bool) -> int:
        """A run of tildes, taken by twos."""
        if silent:
            return -1
        opens, closes, length = self._run(at, inside_words=True)
        if length < 2:
            return -1
        if length % 2:
            self.push("~")
        for _ in range(length // 2):
            self.push("~~")
            self.delimiters.append(Delimiter("~", 0, len(self.tokens) - 1, opens, closes))
        return at + length

    def emphasis(self, at: int, silent: bool) -> int:
        """A run of `*` or `_`."""
        if silent:
            return -1
        mark = self.text[at]
        opens, closes, length = self._run(at, inside_words=mark == "*")
        for _ in range(length):
            self.push(mark)
            self.delimiters.append(Delimiter(mark, length, len(self.tokens) - 1, opens, closes))
        return at + length

    def _run(self, at: int, *, inside_words: bool) -> tuple[bool, bool, int]:
        text, end, mark = self.text, self.end, self.text[at]
        after = at + 1
        while after < end and text[after] == mark:
            after += 1
        opens, closes = flanks(
            text[at - 1] if at else " ", text[after] if after < end else " ", inside_words=inside_words
        )
        return opens, closes, after - at

    def link(self, at: int, silent: bool) -> int:
        """`[text](address "title")`, or `[text][label]`."""
        closing = self.closing_bracket(at, of_link=True)
        if closing < 0:
            return -1
        target, behind = self._inline_target(closing + 1, is_image=False)
        if not target and behind >= 0:
            target = self._reference(at, closing, behind)
        if not target:
            return -1
        href, title, after = target
        if not silent:
            line = self.line_at(at)
            self.flush()
            self.level += 1
            self.link_level += 1
            children = build(self.read(at + 1, closing))
            self.link_level -= 1
            self.level -= 1
            self.push(Link(href, title or None, children, line))
        return after

    def image(self, at: int, silent: bool) -> int:
        """`![content](address "title")`, or `![content][label]`."""
        if at + 1 >= self.end or self.text[at + 1] != "[":
            return -1
        closing = self.closing_bracket(at + 1, of_link=False)
        if closing < 0:
            return -1
        target, behind = self._inline_target(closing + 1, is_image=True)
        if not target and behind == closing + 1:
            target = self._reference(at + 1, closing, behind)
        if not target:
            return -1
        href, title, after = target
        if not silent:
            line = self.line_at(at)
            content = self.text[at + 2 : closing]
            children = read_image_text(content, line, self.rules)
            self.push(Image(href, title or None, content, children, line))
        return after

    def _inline_target(self, at: int, *, is_image: bool) -> tuple[tuple[str, str, int] | None, int]:
        """Read what stands in parentheses from `at` on.

        Returns:
            Address, title and the place behind, or None; and the place where the label of a reference may
            stand instead, or -1. That place lies beyond what was read in vain, as it does in markdown-it.
        """
        text, end = self.text, self.end
        if at >= end or text[at] != "(":
            return None, at
        at = self._behind_spaces(at + 1)
        if at >= end:
            return None, -1
        href, title = "", ""
        destination = read_destination(text, at, end)
        if destination:
            href = normalize_link(destination.text)
            if is_allowed(href):
                at = destination.end
            else:
                href = ""
        if destination or is_image:
            behind = self._behind_spaces(at)
            found = read_title(text, behind, end) if behind > at else None
            at = behind
            if found:
                title = found.text
                at = self._behind_spaces(found.end)
        if at >= end or text[at] != ")":
            return None, at + 1
        return (href, title, at + 1), at + 1

    def _behind_spaces(self, at: int) -> int:
        spaces = _SPACES_AND_LINE_ENDS.match(self.text, at, self.end)
        return spaces.end() if spaces else at

    def _reference(self, opening: int, closing: int, at: int) -> tuple[str, str, int] | None:
        """Return address, title and end of the reference whose text stands between two brackets.

        Args:
            opening: the place of the text's `[`.
            closing: the place of its `]`.
            at: the place where a label may stand.
        """
        links = self.rules.references.links
        if not links:
            return None
        label, after = "", closing + 1
        if at < self.end and self.text[at] == "[":
            label_end = self.closing_bracket(at, of_link=False)
            if label_end >= 0:
                label, after = self.text[at + 1 : label_end], label_end + 1
        found = links.get(normalize_label(label or self.text[opening + 1 : closing]))
        return (*found, after) if found else None

    def angle(self, at: int, silent: bool) -> int:
        """`<address>`, a comment, or raw HTML."""
        if self._last_angle is None:
            self._last_angle = self.text.rfind(">")
        if at > self._last_angle:
            return -1
        after = self._autolink(at, silent)
        if after < 0 and at + 2 < self.end:
            if self.text[at + 1] == "!":
                after = self._comment(at, silent)
            if after < 0 and self.rules.html:
                after = self._html(at, silent)
        return after

    def _autolink(self, at: int, silent: bool) -> int:
        found = _AUTOLINK.match(self.text, at, self.end)
        scheme = ""
        if not found:
            found = _MAIL.match(self.text, at, self.end)
            scheme = "mailto:"
        if not found:
            return -1
        href = normalize_link(scheme + found[1])
        if not is_allowed(href):
            return -1
        if not silent:
            self.push(Link(href, None, (Text(normalize_link_text(found[1])),), self.line_at(at)))
        return found.end()

    def _comment(self, at: int, silent: bool) -> int:
        if self._last_comment is None:
            # Where both its start and its end can still follow.
            self._last_comment = min(self.text.rfind("<!--"), self.text.rfind("-->"))
        found = find_comment(self.text, at) if at <= self._last_comment else None
        if not found:
            return -1
        if not silent:
            self.push(InlineComment(found.text, self.line_at(at)))
        # Marp finds a comment that begins later on too, and then goes on by the comment's length from here.
        return at + found.end - found.start

    def _html(self, at: int, silent: bool) -> int:
        char = self.text[at + 1]
        if char in "!?":
            end = self._special_html_end(at)
        else:
            tag = _TAG.match(self.text, at)
            end = tag.end() if tag else -1
        if end >= 0 and not silent:
            html = self.text[at:end]
            self.link_level += bool(_LINK_TAG.match(html)) - bool(_LINK_END_TAG.match(html))
            self.push(HtmlInline(html))
        return end

    def _special_html_end(self, at: int) -> int:
        """Return the end of a comment, declaration, processing instruction or CDATA section, or -1."""
        text = self.text
        if text.startswith("<!--", at):
            for short in ("<!-->", "<!--->"):
                if text.startswith(short, at):
                    return at + len(short)
            inside, mark = at + 4, "-->"
        elif text.startswith("<![CDATA[", at):
            inside, mark = at + 9, "]]>"
        elif text.startswith("<?", at):
            inside, mark = at + 2, "?>"
        elif text[at + 2 : at + 3].isascii() and text[at + 2 : at + 3].isalpha():
            inside, mark = at + 3, ">"
        else:
            return -1
        if not self._special_html:
            return -1
        end = text.find(mark, inside)
        if end < 0:
            self._special_html = False
            return -1
        return end + len(mark)

    def entity(self, at: int, silent: bool) -> int:
        """`&name;`, `&#10;`, `&#xa;`."""
        number = _NUMBER_ENTITY.match(self.text, at)
        if number:
            if not silent:
                self._push_escaped(decode_number(number[1] or number[2], 16 if number[1] else 10))
            return number.end()
        name = _NAMED_ENTITY.match(self.text, at)
        meaning = decode_name(name[1]) if name else None
        if not name or meaning is None:
            return -1
        if not silent:
            self._push_escaped(meaning)
        return name.end()

    def address(self, at: int, silent: bool) -> int:
        """A bare address such as `https://example.org`, noticed at its colon."""
        if not self.rules.linkify or self.link_level > 0 or not self.text.startswith("://", at):
            return -1
        # A scheme of more than ten characters is none of those that are linked.
        reach = min(10, sum(map(len, self.pending)), at)
        scheme = _SCHEME.search(self.text, at - reach, at)
        start = scheme.start() if scheme else at
        if not ("a" <= self.text[start].lower() <= "z"):
            return -1
        url = linkify.address_at(self.text, start)
        if len(url) <= at - start:
            return -1
        url = url.rstrip("*")
        href = normalize_link(url)
        if not is_allowed(href):
            return -1
        if not silent:
            before = "".join(self.pending)[: start - at]
            self.pending.clear()
            if before:
                self.pending.append(before)
            self.push(Link(href, None, (Text(normalize_link_text(url)),), self.line_at(start)))
        return start + len(url)

    def classes(self, at: int, silent: bool) -> int:
        """remark.js's `.a.b[content]`."""
        if not self.rules.classes:
            return -1
        text = self.text
        opening = CLASSES.match(text, at, self.end)
        if not opening or (at and text[at - 1] in _WORD):
            return -1
        if self._classes is None:
            self._classes = match_brackets(text)
        closing = self._classes.get(opening.end() - 1, -1)
        if not 0 <= closing < self.end:
            return -1
        if not silent:
            self.flush()
            self.level += 1
            content = text[opening.end() : closing]
            start = closing - len(content.lstrip(" \t\n"))
            end = opening.end() + len(content.rstrip(" \t\n"))
            children = build(self.read(start, max(start, end)))
            self.level -= 1
            self.push(ClassSpan(names(opening), children))
        return closing + 1


def read_image_text(content: str, line: int, rules: Rules) -> tuple[Inline, ...]:
    """Return what the text in an image's brackets says; characters that were escaped stay apart."""
    scanner = Scanner(content, line, rules)
    return build(scanner.read(0, len(content)))


_DIGITS: Final = frozenset(string.digits)
_WORD: Final = frozenset(string.ascii_letters + string.digits + "_")
_Rule = Callable[[Scanner, int, bool], int]
_RULES: Final[dict[str, _Rule]] = {
    "\n": Scanner.newline,
    "\\": Scanner.escape,
    "$": Scanner.math,
    "`": Scanner.code,
    "~": Scanner.strikethrough,
    "*": Scanner.emphasis,
    "_": Scanner.emphasis,
    "[": Scanner.link,
    "!": Scanner.image,
    "<": Scanner.angle,
    "&": Scanner.entity,
    ":": Scanner.address,
    ".": Scanner.classes,
}
SPECIAL: Final = re.compile(r"[\n\\$`~*_\[<&]|!(?=\[)|:(?=//)|\.(?=[A-Za-z_-])")
"""Where a rule can begin: `!`, `:` and `.` mostly end a sentence or a word."""
_STOP = re.compile(r"[\n\\$`~*_\[\]<&]|!(?=\[)|:(?=//)|\.(?=[A-Za-z_-])")
