"""The styles of a remark page as a Marp deck's `style`.

remark: https://github.com/gnab/remark/wiki/Formatting
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from textwrap import dedent

_OWN = {
    "left": "section.left, .left { text-align: left }",
    "center": "section.center, .center { text-align: center }",
    "right": "section.right, .right { text-align: right }",
    "middle": "section.middle { align-content: center; justify-content: center }",
    "bottom": "section.bottom { align-content: end; justify-content: flex-end }",
}
"""What remark itself has for classes of slides and of text."""
_SLIDE = "section { align-content: start; justify-content: flex-start }"
"""remark's slides begin at the top, and Marp's stand in the middle."""
_SELECTORS = (
    (re.compile(r"\.remark-slide-number\b"), "section::after"),
    (re.compile(r"\.remark-slide-content\b"), "section"),
    (re.compile(r"\.remark-slide\b(?!-)"), "section"),
    (re.compile(r"\.remark-inline-code\b"), ":not(pre) > code"),
    (re.compile(r"\.remark-code\b(?!-)"), "pre code"),
)
_PAGE = re.compile(r"(?<![\w.#-])(?:html|body)(?![\w-])")
_LEFT = re.compile(r"\.remark-[\w-]+")
_RULE = re.compile(r"(/\*.*?\*/)|([^{}/;]+)(?=\{)", re.DOTALL)


def front_matter_style(styles: Sequence[str], classes: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return the CSS of a deck, and what of it does nothing in Marp.

    Args:
        styles: those of the page.
        classes: of its slides.
    """
    own = [rule for name, rule in _OWN.items() if name in classes]
    css = "\n".join([_SLIDE, *own, *(_RULE.sub(_selector, dedent(style)) for style in styles)])
    told = [
        f"the style sheet has rules for '{name}', which Marp has not"
        for name in dict.fromkeys(_LEFT.findall(css))
    ]
    told += [
        f"the style sheet loads {address} from the network"
        for address in re.findall(r"@import\s+(?:url\()?[\"']?(https?:[^\"')\s]+)", css)
    ]
    return "\n".join(line.rstrip() for line in css.expandtabs(2).split("\n")).strip("\n"), tuple(told)


def _selector(found: re.Match[str]) -> str:
    selector = found[2]
    if selector is None or selector.lstrip().startswith("@"):
        return found[0]
    for pattern, marp in _SELECTORS:
        selector = pattern.sub(marp, selector)
    return _PAGE.sub("section", selector)
