"""Formulas: TeX to the SVG that Marp shows, by the same MathJax 3.2.2.

MathJax remembers between formulas: what `\\newcommand` defines on slide 2 works on slide 9. So a deck's
formulas go through one `Typesetter`, in the order of the deck, and what is kept in the cache depends on the
definitions that the formula uses, too.

Marp: https://github.com/marp-team/marp-core#math-typesetting
MathJax: https://docs.mathjax.org/en/v3.2/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape

from celldeck.cache import Cache
from celldeck.frozen import frozen
from celldeck.javascript.mathjax import VERSION, Definition, MathJax, Typesetting

CSS = """\
mjx-container[jax="SVG"] { direction: ltr; }
mjx-container[jax="SVG"] > svg { min-width: 1px; min-height: 1px; overflow: visible; }
mjx-container[jax="SVG"] > svg a { fill: blue; stroke: blue; }
mjx-container[jax="SVG"][display="true"] { display: block; margin: 1em 0; text-align: center; }
mjx-container[jax="SVG"][display="true"][width="full"] { display: flex; }
mjx-container[jax="SVG"][justify="left"] { text-align: left; }
mjx-container[jax="SVG"][justify="right"] { text-align: right; }
g[data-mml-node="merror"] > g { fill: red; stroke: red; }
g[data-mml-node="merror"] > rect[data-background] { fill: yellow; stroke: none; }
g[data-mml-node="mtable"] > line[data-line], svg[data-table] > g > line[data-line],
g[data-mml-node="mtable"] > rect[data-frame], svg[data-table] > g > rect[data-frame] {
  fill: none;
  stroke-width: 70px;
}
g[data-mml-node="mtable"] > .mjx-dashed, svg[data-table] > g > .mjx-dashed { stroke-dasharray: 140; }
g[data-mml-node="mtable"] > .mjx-dotted, svg[data-table] > g > .mjx-dotted {
  stroke-dasharray: 0, 140;
  stroke-linecap: round;
}
g[data-mml-node="mtable"] > g > svg { overflow: visible; }
foreignObject[data-mjx-xml] { overflow: visible; font-family: initial; line-height: normal; }
mjx-container[jax="SVG"] path[data-c], mjx-container[jax="SVG"] use[data-c] { stroke-width: 3; }
.celldeck-broken-math { color: red; }
@media print {
  mjx-container[jax="SVG"] path[data-c], mjx-container[jax="SVG"] use[data-c] { stroke-width: 0; }
}
"""
"""What formulas need of the page. As MathJax does, glyphs are a little bolder, but not on paper."""


@frozen
class Typeset:
    """A formula as a page shows it."""

    html: str
    """One `<mjx-container>`; where MathJax failed, the escaped source."""
    error: str | None = None
    """What is wrong with the formula, in words; its source is then shown. None: nothing."""


class Typesetter:
    """The formulas of one deck, from its first slide to its last. Make a new one for each render."""

    def __init__(self, cache: Cache, mathjax: MathJax | None = None) -> None:
        """Take the cache, and a MathJax to share with other renders."""
        self._cache = cache
        self._mathjax = mathjax or MathJax()
        self._definitions: list[Definition] = []
        self._coming: Typesetting | None = None
        """What is typeset elsewhere meanwhile."""

    def typeset(self, tex: str, display: bool) -> Typeset:
        """Return the HTML of a formula; those before it in the deck have been typeset before it.

        The `<mjx-container>` is Marp's, with the source as `data-tex` and as the picture's `aria-label`.

        Args:
            tex: its source, without dollars.
            display: whether it is a block of its own.

        Raises:
            DeckError: it is not in the cache and the engine or MathJax is not installed.
        """
        before = self._relevant(tex)
        key = _key(tex, display, before)
        kept = self._cache.get("math", key)
        if kept is None and self._coming is not None:
            self._collect()
            kept = self._cache.get("math", key)
        if kept is None:
            result = self._mathjax.typeset(tex, display, self._definitions)
            if not result.get("stopped"):
                self._cache.put("math", key, json.dumps(result, ensure_ascii=False))
        else:
            result = json.loads(kept)
        if result["names"]:
            self._definitions.append(Definition(tex, display, tuple(result["names"])))
        return _shown(tex, display, result["svg"], result["error"])

    def prepare(self, formulas: Iterable[tuple[str, bool]]) -> None:
        """Begin to typeset what is not in the cache yet, in other processes too where that is faster.

        Each is typeset alone, which is right for a formula that no definition reaches; the key in the cache
        says so, and one that needs definitions is typeset after them in its turn.

        Args:
            formulas: TeX, and whether it is a block of its own.
        """
        missing = [each for each in dict.fromkeys(formulas) if not self._cache.has("math", _key(*each))]
        if not missing:
            return
        self._coming = self._mathjax.typeset_many(missing)

    @property
    def is_waiting(self) -> bool:
        """Formulas are typeset elsewhere, and none has been asked for yet."""
        return self._coming is not None and self._coming.is_elsewhere

    def _collect(self) -> None:
        """Wait for what is typeset elsewhere, and keep it."""
        coming, self._coming = self._coming, None
        for formula, result in coming.results() if coming else ():
            if not result.get("stopped"):
                self._cache.put("math", _key(*formula), json.dumps(result, ensure_ascii=False))

    def _relevant(self, tex: str) -> list[Definition]:
        """Return the definitions that a formula may use, itself or through others, in their order.

        They are found by looking for their names in the text. That may find too many, which costs a second
        copy in the cache when one of them changes, and never too few.
        """
        found: set[int] = set()
        texts = [tex]
        while texts:
            text = texts.pop()
            for number, definition in enumerate(self._definitions):
                if number not in found and any(name == "*" or name in text for name in definition.names):
                    found.add(number)
                    texts.append(definition.tex)
        return [self._definitions[number] for number in sorted(found)]


def _key(tex: str, display: bool, before: Sequence[Definition] = ()) -> str:
    return json.dumps([VERSION, tex, display, [(each.tex, each.display) for each in before]])


def _shown(tex: str, display: bool, svg: str | None, error: str | None) -> Typeset:
    source = escape(tex.strip())
    if svg is None:
        return Typeset(f'<span class="celldeck-broken-math" data-tex="{source}">{source}</span>', error)
    block = ' data-display="block"' if display else ""
    html = svg.replace("<mjx-container ", f'<mjx-container data-tex="{source}"{block} ', 1)
    return Typeset(html.replace(' role="img"', f' role="img" aria-label="{source}"', 1), error)
