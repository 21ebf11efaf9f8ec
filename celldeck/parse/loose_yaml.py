"""YAML as Marp reads it: every scalar is a string, and simple directive lines need no quotes.

Marp: https://github.com/marp-team/marpit/blob/main/src/markdown/directives/yaml.js (`looseYAML`), which
stands on js-yaml's FAILSAFE_SCHEMA.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from celldeck.js import SPACE, trim
from celldeck.patterns import late

if TYPE_CHECKING:
    import yaml

YamlValue = str | list["YamlValue"] | dict[str, "YamlValue"]

_NO_QUOTES_BEFORE = "[\"'{|>~&*"
_MOST_NODES = 20_000
"""A text whose aliases unfold to more values than this is refused."""


@dataclass(eq=False)
class YamlError(Exception):
    """A text that is no YAML, or that Marp's schema refuses."""

    problem: str
    line: int
    """0-based line of the text."""


def loosen(text: str, names: Collection[str]) -> str:
    """Return the text with the values of directive lines put between quotes.

    A line counts if it starts with one of `names`, with or without an underscore and quotes. Values that
    start a quoted, block or flow value, or an anchor, are left as they are.

    Args:
        names: the directives that may be written loosely.
    """
    known = frozenset(names)

    def quoted(match: re.Match[str]) -> str:
        name = match["name"]
        return _quoted(match) if name in known or name.removeprefix("_") in known else match[0]

    lines = text.replace("\r\n", "\n").split("\n")
    return trim("\n".join(_LINE.sub(quoted, line) for line in lines))


_LINE = late(
    rf"""^(?P<key>(?P<quote>["']?)(?P<name>[A-Za-z_]\w*)(?P=quote)[{SPACE}]*:)(?P<value>[^\n\r\u2028\u2029]+)$""",
    re.ASCII,
)
"""A line such as `class: a`, whatever the name."""


def _quoted(match: re.Match[str]) -> str:
    key, value = match["key"], match["value"]
    content = trim(value)
    if not content or content[0] in _NO_QUOTES_BEFORE:
        return match[0]
    gap = value[: value.index(content)]
    escaped = content.replace('"', '\\"')
    return f'{key}{gap}"{escaped}"'


def load(text: str) -> YamlValue:
    """Return what the text means, all scalars as strings.

    Raises:
        YamlError: it is empty, no YAML, more than one document, has a key twice, or a tag other than those
            of strings, lists and mappings.
    """
    if not text.strip():
        raise YamlError("there is nothing in it", 0)
    simple = _load_simple(text)
    if simple is not None:
        return simple
    try:
        return _load_any(text)
    except YamlError:
        if "\t" not in text:
            raise
    return _load_any(_INNER_TAB.sub(" ", _TAB_LINE.sub("", text)))


# Nearly every front matter and comment is made of lines such as `class: "lead"`. Reading those here keeps
# PyYAML, whose import takes longer than parsing a deck of 50 slides, out of most builds.
_SIMPLE_LINE = late(
    r"([A-Za-z_][A-Za-z0-9_-]*):"
    r"(?:[ ]+(?:\"([^\"\\]*)\"|'([^']*)'|([A-Za-z0-9_./][A-Za-z0-9 _./%(),-]*))|[ ]*)[ ]*"
)
_ODD_ASCII = late(r"[^\n -~]")


@lru_cache(maxsize=1)
def _odd_character() -> re.Pattern[str]:
    # Compiling so large a class takes milliseconds.
    return re.compile("[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _load_simple(text: str) -> dict[str, YamlValue] | None:
    """Return the mapping of a text with nothing but one-line keys; None for any other text."""
    if (_ODD_ASCII if text.isascii() else _odd_character()).search(text):
        return None
    found: dict[str, YamlValue] = {}
    for number, line in enumerate(text.split("\n")):
        if not line.strip(" ") or line.startswith("#"):
            continue
        match = _SIMPLE_LINE.fullmatch(line)
        if match is None:
            return None
        key, double, single, plain = match.groups()
        if key in found:
            raise YamlError(f"the key '{key}' stands twice", number)
        found[key] = double or single or (plain or "").rstrip(" ")
    return found or None


# YAML allows tabs between a key and its value; PyYAML does not (https://github.com/yaml/pyyaml/issues/450).
_TAB_LINE = late("^[ ]*\t[ \t]*$", re.MULTILINE)
_INNER_TAB = late("(?<=[^ \t\n])([ ]*)\t[ \t]*")


def _load_any(text: str) -> YamlValue:
    import yaml

    try:
        # The composer written in Python: the one in C is not in every wheel and reads some texts otherwise.
        # js-yaml ends a text with a line end, which a block scalar at its end then has.
        root = yaml.compose(text + "\n", Loader=_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(error.problem or "this is no YAML", mark.line if mark else 0) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise YamlError("this is no YAML", 0) from error
    if root is None:
        raise YamlError("there is nothing in it", 0)
    return _Plain(text).value(root)


@lru_cache(maxsize=1)
def _loader() -> type[yaml.BaseLoader]:
    import yaml

    class Loader(yaml.BaseLoader):
        """Lets an anchor be set again, as YAML does and PyYAML does not."""

        anchors: dict[str, yaml.Node]

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if not self.check_event(yaml.AliasEvent):
                self.anchors.pop(self.peek_event().anchor, None)  # type: ignore[no-untyped-call]
            return super().compose_node(parent, index)

    return Loader


class _Plain:
    """Turns nodes into plain values; a node that aliases refer to is turned once."""

    _TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map", "!", None)

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._done: dict[int, tuple[YamlValue, int]] = {}
        self._open: set[int] = set()

    def value(self, node: yaml.Node) -> YamlValue:
        return self._read(node, 0)[0]

    def _read(self, node: yaml.Node, indent: int) -> tuple[YamlValue, int]:
        """Return the value and how many values it holds, itself counted.

        Args:
            indent: columns that the lines of a quoted text have to be indented by at least.
        """
        import yaml

        known = self._done.get(id(node))
        if known is not None:
            return known
        line = node.start_mark.line
        if node.tag not in self._TAGS:
            raise YamlError(f"the tag {node.tag} is not read here", line)
        if id(node) in self._open:
            raise YamlError("a value holds itself", line)
        self._open.add(id(node))
        size = 1
        result: YamlValue
        if isinstance(node, yaml.SequenceNode):
            inner = indent if node.flow_style else node.start_mark.column + 1
            parts = [self._read(item, inner) for item in node.value]
            result, size = [value for value, _ in parts], 1 + sum(count for _, count in parts)
        elif isinstance(node, yaml.MappingNode):
            result = {}
            inner = indent if node.flow_style else node.start_mark.column + 1
            for key_node, value_node in node.value:
                key, _ = self._read(key_node, inner)
                if not isinstance(key, str):
                    raise YamlError("a key is no text", key_node.start_mark.line)
                if key in result:
                    raise YamlError(f"the key '{key}' stands twice", key_node.start_mark.line)
                result[key], count = self._read(value_node, inner)
                size += count
        else:
            quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
            for number in range(line + 1, node.end_mark.line + 1 if quoted else 0):
                # js-yaml refuses what PyYAML takes: a quoted text that goes on at the key's own column.
                content = self._lines[number]
                if content.strip() and len(content) - len(content.lstrip(" ")) < indent:
                    raise YamlError("a quoted text goes on without being indented", number)
            result = str(node.value)
        if size > _MOST_NODES:
            raise YamlError("its aliases unfold to too many values", line)
        self._open.discard(id(node))
        self._done[id(node)] = (result, size)
        return result, size
