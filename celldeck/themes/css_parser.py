"""Read CSS: text → tree, or CssError.

It fails on the texts on which PostCSS fails: whether Marp drops a deck's extra CSS depends on that.

PostCSS: https://postcss.org/api/#parse
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from celldeck.patterns import late
from celldeck.themes.css import AtRule, Comment, Declaration, Node, Nodes, Rule, split_commas
from celldeck.themes.css_tokens import SPACES, WHITE, CssError, Token, next_token, without_comments

DEEPEST = 100
"""Blocks may stand inside one another this deep; more is refused, since the passes walk by recursion."""

_CLOSERS = {"(": ")", "[": "]", "{": "}"}

# Most statements hold nothing that needs tokens: a pattern reads them whole. What it does not match
# (comments, escapes, colons in values, unbalanced brackets) is read token by token, to the same result.
_STRING = r""" "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' """
_RAW_URL = (
    r"""(?<=[uU][rR][lL]) (?<![^\s"'(),/:;\[\]{}][uU][rR][lL]) \( (?![ \t\n\r\f]*+["']) [^()"'\\]*+ \)"""
)
_PLAIN = r"""[^()\[\]{};"'\\/]++ | /(?!\*)"""


def _parentheses(depth: int) -> str:
    inner = f"| {_parentheses(depth - 1)}" if depth else ""
    return rf"{_RAW_URL} | \( (?: {_PLAIN} | {_STRING} {inner} )*+ \)"


_PARENTHESES = _parentheses(3)
_PLAIN_DECLARATION = late(
    rf"""([a-zA-Z-][\w-]*+) ([ \t\n\r\f]*+ : [ \t\n\r\f]*+)
    ( (?: [^;{{}}()\[\]"'\\/:!@]++ | /(?!\*) | {_PARENTHESES} | {_STRING} )*+ )
    ( (?i:!important)[ \t\n\r\f]*+ )? (?: ; | (?=\}}) )""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_RULE = late(
    rf"""(?!--)
    ( (?: [^;{{}}()\[\]"'\\/@]++ | /(?!\*) | {_PARENTHESES} | \[ (?: {_PLAIN} | {_STRING} )*+ \] )++ ) \{{""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_AT_RULE = late(
    rf"""@([\w-]++) (?=[ \t\n\r\f"#'(/;{{}}])
    ( (?: {_PLAIN} | {_PARENTHESES} | {_STRING} )*+ ) ([;{{]|(?=\}}))""",
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=64)
def parse(text: str) -> Nodes:
    """Return the nodes of a style sheet.

    Raises:
        CssError: the text is not CSS, or its blocks stand inside one another too deep.
    """
    return _Parser(text).parse()


class _Open(NamedTuple):
    """A block whose end has not come yet."""

    start: int
    selectors: tuple[str, ...] | None
    """None: it is an at-rule's."""
    name: str
    params: str
    nodes: list[Node]

    def closed(self) -> Rule | AtRule:
        if self.selectors is None:
            return AtRule(self.name, self.params, tuple(self.nodes))
        return Rule(self.selectors, tuple(self.nodes))


class _Parser:
    """Reads one text. `blocks` are those that are open, outermost first; the first one is the whole sheet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.blocks = [_Open(0, None, "", "", [])]

    def parse(self) -> Nodes:
        text = self.text
        size = len(text)
        while True:
            nodes = self.blocks[-1].nodes
            spaces = SPACES.match(text, self.at)
            assert spaces is not None  # it matches the empty text, too
            self.at = start = spaces.end()
            if start == size:
                break
            first = text[start]
            if first == "}":
                self._close(start)
            elif first == ";":
                self.at += 1
                if nodes and isinstance(rule := nodes[-1], Rule) and not rule.trailing:
                    nodes[-1] = rule._replace(trailing=";")
            elif text.startswith("/*", start):
                token = next_token(text, start)
                nodes.append(Comment(token.text[2:-2]))
                self.at = token.end
            elif first == "@":
                if plain := _PLAIN_AT_RULE.match(text, start):
                    self.at = plain.end()
                    self._at_rule(start, plain[1], plain[2].strip(WHITE), plain[3] == "{")
                else:
                    self._slow_at_rule(start)
            elif plain := _PLAIN_DECLARATION.match(text, start):
                self.at = plain.end()
                name, colon, value, important = plain.groups()
                if name.startswith("--"):
                    if important:
                        kept = value.rstrip(WHITE)
                        value, important = kept, value[len(kept) :] + important.rstrip(WHITE)
                    nodes.append(Declaration(name, value, important or "", colon))
                else:
                    nodes.append(Declaration(name, value.rstrip(WHITE), "!important" if important else ""))
            elif plain := _PLAIN_RULE.match(text, start):
                self.at = plain.end()
                self._open(_Open(start, split_commas(plain[1]), "", "", []))
            else:
                self._slow_statement(start)
        if len(self.blocks) > 1:
            raise self._error("a block is never closed", self.blocks[-1].start)
        return tuple(self.blocks[0].nodes)

    def _error(self, reason: str, at: int) -> CssError:
        return CssError(reason, self.text, at)

    def _open(self, block: _Open) -> None:
        if len(self.blocks) > DEEPEST:
            raise self._error(f"blocks stand inside one another more than {DEEPEST} deep", block.start)
        self.blocks.append(block)

    def _close(self, at: int) -> None:
        if len(self.blocks) == 1:
            raise self._error("a } closes nothing", at)
        block = self.blocks.pop()
        self.blocks[-1].nodes.append(block.closed())
        self.at = at + 1

    def _at_rule(self, start: int, name: str, params: str, opens: bool) -> None:
        if opens:
            self._open(_Open(start, None, name, params, []))
        else:
            self.blocks[-1].nodes.append(AtRule(name, params))

    def _slow_at_rule(self, start: int) -> None:
        word = next_token(self.text, start)
        if word.text == "@":
            raise self._error("an @ without a name", start)
        self.at = word.end
        tokens: list[Token] = []
        closers: list[str] = []
        opens = False
        while self.at < len(self.text):
            token = next_token(self.text, self.at)
            if not closers and token.kind == "}":
                break
            self.at = token.end
            if token.kind in ("(", "[") or (token.kind == "{" and closers):
                closers.append(_CLOSERS[token.kind])
            elif closers:
                if token.kind == closers[-1]:
                    closers.pop()
            elif token.kind in (";", "{"):
                opens = token.kind == "{"
                break
            tokens.append(token)
        self._at_rule(start, word.text[1:], without_comments(tokens).strip(WHITE), opens)

    def _slow_statement(self, start: int) -> None:
        """Read a declaration or the head of a rule; which one shows at its `;`, `{` or `}`."""
        tokens: list[Token] = []
        closers: list[str] = []
        outermost = start
        has_colon = False
        while self.at < len(self.text):
            token = next_token(self.text, self.at)
            custom = bool(tokens) and tokens[0].text.startswith("--")
            if token.kind in ("(", "[") or (token.kind == "{" and custom and has_colon):
                if not closers:
                    outermost = token.start
                closers.append(_CLOSERS[token.kind])
            elif closers:
                if token.kind == closers[-1]:
                    closers.pop()
            elif token.kind == ";":
                self.at = token.end
                if has_colon:
                    self.blocks[-1].nodes.append(self._declaration(tokens))
                    return
                break
            elif token.kind == "{":
                self.at = token.end
                self._open(_Open(start, split_commas(without_comments(tokens)), "", "", []))
                return
            elif token.kind == "}":
                break
            elif token.kind == ":":
                has_colon = True
            tokens.append(token)
            self.at = token.end
        if closers:
            raise self._error("a bracket is never closed", outermost)
        if not has_colon:
            raise self._error(f"`{tokens[0].text}` is neither a rule nor a declaration", start)
        if not tokens[0].text.startswith("--"):
            # Comments after the value are the block's, not the value's.
            while tokens[-1].kind in ("space", "comment"):
                self.at = tokens.pop().start
        self.blocks[-1].nodes.append(self._declaration(tokens))

    def _declaration(self, tokens: list[Token]) -> Declaration:
        first = next((i for i, token in enumerate(tokens) if token.kind == "word"), None)
        if first is None:
            raise self._error(f"`{tokens[-1].text}` is no property", tokens[-1].start)
        end = first
        while end < len(tokens) and tokens[end].kind not in (":", "space", "comment"):
            end += 1
        name = "".join(token.text for token in tokens[first:end])
        after = end
        while after < len(tokens):
            token = tokens[after]
            after += 1
            if token.kind == ":":
                break
            if token.kind == "word" and re.search(r"\w", token.text, re.ASCII):
                raise self._error(f"`{token.text}` stands between a property and its colon", token.start)
        is_custom = tokens[0].text.startswith("--")
        while after < len(tokens) and tokens[after].kind in ("space", "comment"):
            after += 1
        colon = "".join(token.text for token in tokens[end:after]) or ":"
        value = tokens[after:]
        value, important = _take_important(value)
        if is_custom:
            return Declaration(name, "".join(token.text for token in value), important, colon)
        # Marp's printer loses the `*` and `_` with which old browsers were addressed.
        name = name[1:] if name[0] in "_*" else name
        if any(token.kind == ":" for token in value):
            self._check_colons(value)
        return Declaration(name, without_comments(value).strip(WHITE), "!important" if important else "")

    def _check_colons(self, value: list[Token]) -> None:
        """Raise where a value holds a colon as if it began another declaration."""
        depth = 0
        before: Token | None = None
        for i, token in enumerate(value):
            depth += {"(": 1, ")": -1}.get(token.kind, 0)
            if depth == 0 and token.kind == ":":
                if before is None:
                    raise self._error("a colon too many", token.start)
                if before.text != "progid":
                    words = [other for other in value[:i] if other.kind != "space"]
                    culprit = words[-2] if len(words) > 1 else words[-1] if words else token
                    raise self._error("a semicolon is missing", culprit.end)
            before = token


def _take_important(value: list[Token]) -> tuple[list[Token], str]:
    """Return the tokens of a value without its `!important`, and that."""
    for i in range(len(value) - 1, -1, -1):
        text = value[i].text.lower()
        start = None
        if text == "!important":
            start = i
        elif text == "important":
            start = next((j for j in range(i - 1, 0, -1) if value[j].kind not in ("space", "comment")), None)
            if start is not None and value[start].text != "!":
                start = None
        if start is not None:
            while start and value[start - 1].kind == "space":
                start -= 1
            return value[:start], "".join(token.text for token in value[start:])
        if value[i].kind not in ("space", "comment"):
            break
    return value, ""
