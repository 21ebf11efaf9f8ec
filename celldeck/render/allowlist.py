"""Which of an author's HTML passes into a slide: Marp's allowlist, and what becomes of the rest.

The filter works on one tag or one block at a time and neither closes nor removes anything: a tag that is not
allowed is shown as text.

Marp: https://github.com/marp-team/marp-core#html-boolean--object
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import lru_cache

from celldeck.frozen import frozen
from celldeck.js import trim
from celldeck.model import HtmlPolicy
from celldeck.patterns import late
from celldeck.render.html_tags import attributes, content, name_of, tags, without_comments

Attributes = Mapping[str, bool | Callable[[str], str]]
"""Name to: whether it is allowed, or what makes its value harmless."""

_CHARACTER_REFERENCE = late("&#([a-zA-Z0-9]*);?")
_COLON = late("&colon;?", re.IGNORECASE | re.ASCII)
_NEWLINE = late("&newline;?", re.IGNORECASE | re.ASCII)
_CONTROL = late("[\0-\x1f]")
_SCRIPT = late(r"<script(?:>|[ \t\f\n\r][^>]*>)", re.IGNORECASE | re.ASCII)
_END_OF_SCRIPT = late(r"</script[>/\t\f\n\r ]", re.IGNORECASE | re.ASCII)

_NEVER_FILLED = """area base br col command embed hr img input keygen link meta param source track wbr
circle ellipse line path polygon polyline rect stop use"""
"""Tags that are written `<br />`: of HTML, then of SVG."""


def sanitizer(policy: HtmlPolicy, *, xhtml: bool = True) -> Callable[[str], str]:
    """Return a function that takes one raw tag or one block of HTML and returns what may pass of it.

    Args:
        policy: `MarpOptions.html`: True lets every tag pass, False none, a mapping those that it names, and
            None those of Marp.
        xhtml: whether tags without content are written `<br />`.
    """
    rules = default_allowlist() if policy is None else policy
    rule, script = _rule(rules), _script_rule(rules)

    def pass_through(html: str) -> str:
        if script is not None and _is_one_script(html):
            return script.apply(html)
        filtered = rule.apply(html)
        return _VOID_RULE.apply(filtered) if xhtml else filtered

    # A deck has the same few tags over and over.
    remembered = lru_cache(maxsize=1024)(pass_through)
    return lambda html: remembered(html) if len(html) < 200 else pass_through(html)


def sanitize(html: str, policy: HtmlPolicy, *, xhtml: bool = True) -> str:
    """Return what may pass of one raw tag or one block of HTML; see `sanitizer`."""
    made = sanitizer(policy, xhtml=xhtml) if isinstance(policy, Mapping) else _kept_sanitizer(policy, xhtml)
    return made(html)


@lru_cache
def _kept_sanitizer(policy: bool | None, xhtml: bool) -> Callable[[str], str]:
    return sanitizer(policy, xhtml=xhtml)


# ---------------------------------------------------------------- Marp's list

# `header`, `footer` and `main` are not there: a directive makes the first two, and no slide has the third.
_ALLOWED = """
abbr address article aside b bdi bdo big br caption center cite code dd div dl dt em figcaption figure
h1 h2 h3 h4 h5 h6 hr i kbd mark nav p picture pre rp rt ruby s section small span strike strong sub summary
sup u ul wbr
a: href=web name rel target
audio: src=web autoplay controls loop muted preload
blockquote q: cite=web
col colgroup: align valign span width
del ins: cite=web datetime
details: open
img: src=picture srcset=pictures align alt decoding height loading width
li: type value
ol: reversed start type
table: width border align valign
tbody tfoot thead: align valign
td th: width rowspan colspan align valign
time: datetime
tr: rowspan align valign
video: poster=picture src=web autoplay controls loop muted playsinline preload height width
"""
"""Lines of tags, and after a colon the attributes they may have, with what checks their values."""

_ALLOWED_SOURCE = "source: src=picture srcset=pictures height media sizes type width"
"""The one tag that may not have what all others may."""


@lru_cache(maxsize=1)
def default_allowlist() -> Mapping[str, Attributes]:
    """Return Marp's allowlist: tags to attributes to what checks their values."""
    anywhere: Attributes = {"class": True, "dir": _direction, "lang": True, "title": True}
    listed: dict[str, Attributes] = {}
    for line in [*_ALLOWED.strip().split("\n"), _ALLOWED_SOURCE]:
        names, _, allowed = line.partition(":")
        own = {
            name: _CHECKS.get(check, True) for name, _, check in (a.partition("=") for a in allowed.split())
        }
        listed |= dict.fromkeys(names.split(), own if line is _ALLOWED_SOURCE else {**anywhere, **own})
    return listed


def _address(*schemes: str) -> Callable[[str], str]:
    """Return a check that empties a value with a colon, unless one of the schemes stands before the first."""

    def check(value: str) -> str:
        if ":" not in value:
            return value
        start = trim(value).lower()
        scheme = start.partition(":")[0]
        return value if any(start.startswith(s) if ":" in s else scheme == s for s in schemes) else ""

    return check


_picture = _address("http", "https", "data:image/")


def _pictures(value: str) -> str:
    return value if all(_picture(each) for each in value.split(",")) else ""


def _direction(value: str) -> str:
    return value.lower() if value.lower() in ("rtl", "ltr", "auto") else ""


_CHECKS = {"web": _address("http", "https"), "picture": _picture, "pictures": _pictures}


# ---------------------------------------------------------------- the filter


@frozen
class _Filter:
    """What happens to the parts of a piece of HTML."""

    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Tags, and their attributes, that are written anew."""
    check: Callable[[str, str, str], str] = lambda tag, name, value: value
    """Takes tag, name and value of an allowed attribute and gives its value."""
    other_tag: Callable[[str, str], str] = lambda tag, html: _as_text(html)
    """Takes the name and the text of a tag that is not allowed and gives what stands in its place."""
    other_attribute: Callable[[str, str], str] = lambda name, value: ""
    """Takes name and value of an attribute that is not allowed and gives what stands in its place."""
    text: Callable[[str], str] = lambda text: _as_text(text)
    """What happens to the text between tags."""
    comments: bool = False
    """Whether comments stay."""

    def apply(self, html: str) -> str:
        """Return the HTML with all of its parts treated."""
        if not self.comments:
            html = without_comments(html)
        parts: list[str] = []
        treated: dict[str, str] = {}
        done = 0
        for start, end in tags(html):
            tag = html[start:end]
            if tag not in treated:
                treated[tag] = self._tag(tag)
            parts += self.text(html[done:start]), treated[tag]
            done = end
        parts.append(self.text(html[done:]))
        return "".join(parts)

    def _tag(self, html: str) -> str:
        name = name_of(html)
        if name not in self.allowed:
            return self.other_tag(name, html)
        if html.startswith("</"):
            return f"</{name}>"
        source, closed = content(html)
        shown = []
        for attribute, value in attributes(source):
            if attribute not in self.allowed[name]:
                shown.append(self.other_attribute(attribute, value))
                continue
            checked = _escaped(self.check(name, attribute, _readable(value)))
            shown.append(f'{attribute}="{checked}"' if checked else attribute)
        listed = trim(" ".join(filter(None, shown)))
        return f"<{name}{' ' + listed if listed else ''}{' /' if closed else ''}>"


def _rule(policy: bool | Mapping[str, list[str] | Attributes]) -> _Filter:
    if policy is True:
        return _Filter(other_tag=lambda tag, html: html)
    if policy is False:
        return _Filter()

    def check(tag: str, name: str, value: str) -> str:
        rule = policy.get(tag)
        chosen = rule.get(name) if isinstance(rule, Mapping) else None
        return chosen(value) if callable(chosen) else value

    allowed = {
        tag.lower(): _allowed(attributes) for tag, attributes in policy.items() if _is_rule(attributes)
    }
    return _Filter(allowed=allowed, check=check)


def _script_rule(policy: bool | Mapping[str, list[str] | Attributes]) -> _Filter | None:
    """Return how a block that is one script passes with its content untouched; None: it does not."""
    if policy is True:
        return _Filter(
            allowed={"script": frozenset()},
            other_tag=lambda tag, html: html,
            other_attribute=lambda name, value: f'{name}="{_escaped(value)}"',
            text=lambda text: text,
            comments=True,
        )
    if policy is False or not _is_rule(policy.get("script")):
        return None
    rule = _rule({"script": policy["script"]})
    return _Filter(
        allowed=rule.allowed,
        check=rule.check,
        other_tag=lambda tag, html: html,
        text=lambda text: text,
        comments=True,
    )


def _is_rule(rule: object) -> bool:
    return isinstance(rule, list | tuple | Mapping)


def _allowed(rule: list[str] | Attributes) -> frozenset[str]:
    names = (
        (name for name, allowed in rule.items() if allowed is not False)
        if isinstance(rule, Mapping)
        else rule
    )
    return frozenset(name.lower() for name in names)


def _is_one_script(html: str) -> bool:
    start = _SCRIPT.match(html)
    if not start:
        return False
    block = html.rstrip(" \t\f\n\r")
    end = len(block) - len("</script>")
    return (
        end >= start.end()
        and block[end:].lower() == "</script>"
        and not _END_OF_SCRIPT.search(html, start.end(), end)
    )


def _void_tag(name: str, html: str) -> str:
    if name not in _VOID_NAMES:
        return html
    inside = trim(html[len(name) + (2 if html.startswith("</") else 1) : -1])
    return trim(f"<{name} {inside}".removesuffix("/")) + " />"


_VOID_NAMES = frozenset(_NEVER_FILLED.split())
_VOID_RULE = _Filter(other_tag=_void_tag)


# ---------------------------------------------------------------- values and text


def _readable(value: str) -> str:
    """Return a value with what stands for other characters resolved, so that a scheme cannot hide."""
    value = _CHARACTER_REFERENCE.sub(_referred, value.replace("&quot;", '"'))
    value = _NEWLINE.sub(" ", _COLON.sub(":", value))
    # Two halves of a character may have been written one by one; a half alone is nothing.
    value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return trim(_CONTROL.sub(" ", value))


def _referred(reference: re.Match[str]) -> str:
    """Return the character of a reference as JavaScript's parseInt and fromCharCode make it: of 16 bits."""
    code = reference[1]
    base = 16 if code[:1] in ("x", "X") else 10
    digits = re.match(
        "(?:0[xX])?([0-9a-fA-F]+)" if base == 16 else "([0-9]+)", code[1:] if base == 16 else code
    )
    if not digits:
        return "\0"
    try:
        return chr(int(float(int(digits[1], 16) if base == 16 else digits[1])) & 0xFFFF)
    except OverflowError:
        return "\0"


def _escaped(value: str) -> str:
    return _as_text(value.replace('"', "&quot;"))


def _as_text(html: str) -> str:
    return html.replace("<", "&lt;").replace(">", "&gt;")
