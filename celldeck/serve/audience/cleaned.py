"""A slide as the audience gets it: what it shows, and nothing that only the presenter or the program needs.

Comments go, in HTML and in styles. Of the `data-` attributes those stay that themes, the presented page and
Marp's own HTML are known to use, and all of those inside the HTML that a cell's value gave of itself, since
its scripts may need them.
"""

from __future__ import annotations

import re

_NAMES = """
auto-scaling cell code frame footnote-ref footnote-backref background-color background-image
background-position background-repeat background-size class color footer header heading-divider lang
paginate size style theme transition transition-back c display mjx-texclass mml-node tex
"""
KEPT = frozenset(f"data-{name}" for name in _NAMES.split())
_KEPT_FAMILIES = ("data-celldeck-", "data-marpit-", "data-bespoke-", "data-mjx-")

# Possessive, as in `export/html_tags.py`: stray quotes cost nothing.
_MARKUP = re.compile(
    r"""<!--.*?(?:--!?>|\Z)
    | <\?[^>]*> | <!(?!\[CDATA\[)[^>]*>
    | </(?P<end>[A-Za-z][^\s/>]*)[^>]*>
    | <(?P<start>[A-Za-z][^\s/>]*)(?P<attributes>(?:"[^"]*"|'[^']*'|[^"'>]++)*+)>""",
    re.DOTALL | re.VERBOSE,
)
_DATA = re.compile(
    r"""\s+(?P<name>data-[^\s"'<>/=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?|"[^"]*"|'[^']*'""",
    re.IGNORECASE,
)
_CSS_COMMENT = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|url\([^)"']*\)""", re.DOTALL
)
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
_OUTPUT_HTML = re.compile(r'\sclass="cell-output [^"]*cell-output-html\b')


def cleaned(html: str) -> str:
    """Return the HTML of a slide, or of what a cell shows, without what is not for the audience."""
    parts: list[str] = []
    at = 0
    inside = 0
    """How many <div> are open, counted from the one around HTML that a value gave of itself; 0: none is."""
    while match := _MARKUP.search(html, at):
        parts.append(html[at : match.start()])
        at = match.end()
        name = (match["start"] or match["end"] or "").lower()
        if match["end"]:
            parts.append(match[0])
            inside -= bool(inside and name == "div")
        elif match["start"]:
            if name == "div" and (inside or _OUTPUT_HTML.search(match["attributes"])):
                inside += 1
            parts.append(match[0] if inside else _without_data(match))
            if name in _RAW:
                closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, at)
                end = closing.start() if closing else len(html)
                parts.append(cleaned_css(html[at:end]) if name == "style" else html[at:end])
                at = end
    parts.append(html[at:])
    return "".join(parts)


def cleaned_css(css: str) -> str:
    """Return a stylesheet without its comments."""
    return _CSS_COMMENT.sub(lambda match: "" if match[0].startswith("/*") else match[0], css)


def _without_data(match: re.Match[str]) -> str:
    if "data-" not in match["attributes"].lower():
        return match[0]
    attributes = _DATA.sub(lambda found: found[0] if _stays(found["name"]) else "", match["attributes"])
    return f"<{match['start']}{attributes}>"


def _stays(name: str | None) -> bool:
    # A quoted value was skipped, so that what stands in it is not taken for an attribute.
    if name is None:
        return True
    name = name.lower()
    return name in KEPT or name.startswith(_KEPT_FAMILIES)
