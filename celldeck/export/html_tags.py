"""Start tags in a piece of HTML: look at each one's attributes and change them, everything else stays.

HTML: https://html.spec.whatwg.org/multipage/parsing.html#tag-open-state
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import lru_cache

# Possessive, so that text with a stray quote costs no more than text without.
_OPENING = re.compile(
    r"""<(?:!--.*?(?:-->|\Z)|([A-Za-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>]++)*+)>)""", re.DOTALL
)
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""",
)
# Elements whose content is text to the parser, whatever it looks like.
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
_ELEMENTS_WITH_ADDRESSES = ("<object", "<style")


class Tag:
    """A start tag: its name and attributes, and which of them are to change."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        """In lower case."""
        self._text = text
        self._changed: dict[str, str] = {}
        self.attributes: dict[str, str] = {}
        """Lower-case names to values, entities resolved. Of a name that stands twice the first counts."""
        for match in _ATTRIBUTE.finditer(text):
            value = next((group for group in match.groups()[1:] if group is not None), "")
            self.attributes.setdefault(match[1].lower(), html.unescape(value))

    def set(self, name: str, value: str) -> None:
        """Give an attribute that the tag has another value."""
        if value != self.attributes[name]:
            self._changed[name] = value

    def text(self) -> str:
        """Return the attributes as they are written, with those changes."""
        if not self._changed:
            return self._text
        left = dict(self._changed)

        def written(match: re.Match[str]) -> str:
            value = left.pop(match[1].lower(), None)
            return match[0] if value is None else f'{match[1]}="{_escaped(value)}"'

        return _ATTRIBUTE.sub(written, self._text)


def _escaped(value: str) -> str:
    # Most are pictures, long and with none of these; `replace` is 50 times as slow as a search.
    return html.escape(value) if any(character in value for character in "&<>\"'") else value


def rewrite(text: str, change: Callable[[Tag], str | None], css: Callable[[str], str]) -> str:
    """Return HTML with changed attributes.

    Args:
        change: is given each start tag that may hold an address, and calls its `set`; what it returns
            is put before the tag.
        css: is given the content of each `<style>` and returns another.
    """
    if not _is_worth_reading(text):
        return text
    parts: list[str] = []
    at = 0
    while match := _OPENING.search(text, at):
        parts.append(text[at : match.start()])
        at = match.end()
        if not match[1]:
            parts.append(match[0])
            continue
        name = match[1].lower()
        if name == "object" or _may_hold_address(match[2].lower()):
            tag = Tag(name, match[2])
            if before := change(tag):
                parts.append(before)
            parts.append(f"<{match[1]}{tag.text()}>")
        else:
            parts.append(match[0])
        if name in _RAW:
            closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
            end = closing.start() if closing else len(text)
            content = text[at:end]
            parts.append(css(content) if name == "style" else content)
            at = end
    parts.append(text[at:])
    return "".join(parts)


@lru_cache(maxsize=2048)
def _is_worth_reading(text: str) -> bool:
    # Kept, since an edit of a deck leaves most of its slides the very texts they were.
    lowered = text.lower()
    return _may_hold_address(lowered) or any(name in lowered for name in _ELEMENTS_WITH_ADDRESSES)


def _may_hold_address(lowered: str) -> bool:
    # Written out, since this is asked of every tag of a deck.
    return "href" in lowered or "src" in lowered or "url(" in lowered or "poster" in lowered
