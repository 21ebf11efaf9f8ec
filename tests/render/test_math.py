"""Formulas: Marp's elements, their text alternative, what one formula means for the next, and errors."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from celldeck.cache import Cache
from celldeck.javascript.mathjax import MathJax
from celldeck.render.math import Typeset, Typesetter


@pytest.fixture(scope="module")
def mathjax() -> MathJax:
    return MathJax()


@pytest.fixture
def typesetter(mathjax: MathJax) -> Typesetter:
    return Typesetter(Cache(None), mathjax)


def drawing(typeset: Typeset) -> str:
    """Return what a formula looks like, without its source."""
    return re.sub(r' (?:data-tex|aria-label)="[^"]*"', "", typeset.html)


def test_an_inline_formula_is_marp_s_element_with_a_text_alternative(typesetter: Typesetter) -> None:
    html = typesetter.typeset("x", False).html
    start = (
        '<mjx-container data-tex="x" class="MathJax" jax="SVG"><svg style="vertical-align: -0.025ex;" '
        'xmlns="http://www.w3.org/2000/svg" width="1.294ex" height="1.025ex" role="img" aria-label="x" '
        'focusable="false" viewBox="0 -442 572 453"><g stroke="currentColor" fill="currentColor" '
        'stroke-width="0" transform="scale(1,-1)"><g data-mml-node="math"><g data-mml-node="mi">'
        '<path data-c="1D465" d="M52 289Q59 331 106 386T222 442'
    )
    assert html.startswith(start)
    assert html.endswith('"></path></g></g></g></svg></mjx-container>')


def test_a_displayed_formula_shrinks_to_the_width_of_its_slide(typesetter: Typesetter) -> None:
    assert typesetter.typeset("x\n", True).html.startswith(
        '<mjx-container data-tex="x" data-display="block" class="MathJax" jax="SVG" display="true" '
        'style="margin: 0;"><svg style="vertical-align: -0.025ex; display: block; width: 100%; height: auto; '
        'max-height: 1.025ex;" xmlns='
    )


def test_the_source_is_escaped_where_it_is_an_attribute(typesetter: Typesetter) -> None:
    html = typesetter.typeset(r'\text{"<é>"} a \& b', False).html
    assert html.count('="\\text{&quot;&lt;é&gt;&quot;} a \\&amp; b"') == 2
    ElementTree.fromstring(html)


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{aligned} a &= b \\ &= \frac{c}{d} \end{aligned}",
        r"f(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \begin{bmatrix} a \\ b \end{bmatrix}",
        r"\operatorname*{arg\,max}_\theta \operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        r"\underbrace{a + \dots + z}_{26} \overbrace{x}^{\text{one}}",
        r"{\color{red} x} + \textcolor{#06c}{y} + \colorbox{yellow}{$z$}",
        r"\ce{2 H2 + O2 -> 2 H2O} \qquad \ce{SO4^2-}",
        r"\text{损失函数 } L(\theta) \text{ の最小化}",
        r"\mathbf{W}^{(l)} \mathcal{L} \mathbb{E} \boldsymbol\theta \hat y \left\lVert x \right\rVert_2",
        r"\begin{array}{c|cc} a & b & c \\ \hline d & e & f \end{array}",
        r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt\pi}{2} \tag{1}",
        r"\cancel{x} \boxed{y} \xrightarrow[b]{a} \binom{n}{k} \substack{i<n \\ j<m} \bra{\psi}",
        "a +\n% a comment\nb",
        "",
    ],
)
def test_what_lectures_use_is_drawn_without_an_error(typesetter: Typesetter, tex: str) -> None:
    typeset = typesetter.typeset(tex, True)
    assert typeset.error is None
    assert "merror" not in typeset.html
    assert 'fill="red" stroke="red"><path data-c="5C"' not in typeset.html


@pytest.mark.parametrize(
    ("tex", "error"),
    [
        (r"\frac{1}{", "Missing close brace"),
        (r"x^2^3", "Double exponent: use braces to clarify"),
        (r"\left( x", "Extra \\left or missing \\right"),
        (r"a & b", "Misplaced &"),
        (r"\begin{nothing} x \end{nothing}", "Unknown environment 'nothing'"),
        (r"\nothing + \neither", "unknown command \\nothing, \\neither"),
        (
            r"\def\x{\x\x} \x",
            "MathJax maximum macro substitution count exceeded; is here a recursive macro call?",
        ),
    ],
)
def test_a_broken_formula_shows_its_source_and_tells_what_is_wrong(
    typesetter: Typesetter, tex: str, error: str
) -> None:
    typeset = typesetter.typeset(tex, False)
    assert typeset.error == error
    assert f'aria-label="{tex.replace("&", "&amp;")}"' in typeset.html


def test_where_mathjax_breaks_down_the_source_stands_as_text(typesetter: Typesetter) -> None:
    typeset = typesetter.typeset(r"\toggle{a<b}{c}\endtoggle", True)
    source = r"\toggle{a&lt;b}{c}\endtoggle"
    assert typeset.html == f'<span class="celldeck-broken-math" data-tex="{source}">{source}</span>'
    assert typeset.error == "TypeError: not a function"
    assert typesetter.typeset("x", False).error is None


def test_a_link_takes_no_script_into_the_page(typesetter: Typesetter) -> None:
    html = typesetter.typeset(r"\href{javascript:alert(1)}{x} \href{https://a.example/}{y}", False).html
    assert re.findall("<a[^>]*>", html) == ["<a>", '<a href="https://a.example/">']


def test_a_formula_that_takes_too_long_is_stopped(mathjax: MathJax, monkeypatch: pytest.MonkeyPatch) -> None:
    import celldeck.javascript.mathjax as module

    cache = Cache(None)
    monkeypatch.setattr(module, "_TIME_LIMIT_S", 0.01)
    long = "x" + r"+\frac{a}{b}" * 500
    assert Typesetter(cache, mathjax).typeset(long, False).error == "InternalError: interrupted"
    # What was stopped is not kept; a slow machine takes a while for it.
    monkeypatch.setattr(module, "_TIME_LIMIT_S", 60.0)
    assert Typesetter(cache, mathjax).typeset(long, False).error is None


# ---------------------------------------------------------------- definitions


@pytest.mark.parametrize(
    ("definition", "use", "means"),
    [
        (r"\newcommand{\R}{\mathbb{R}}", r"\R", r"\mathbb{R}"),
        (r"\newcommand{\half}[1]{\frac{#1}{2}}", r"\half{x}", r"\frac{x}{2}"),
        (r"\def\norm#1{\lVert#1\rVert}", r"\norm{x}", r"\lVert x\rVert"),
        (r"\let\eps\varepsilon", r"\eps", r"\varepsilon"),
        (r"\let\open=\{", r"\left\open x\right.", r"\left\{ x\right."),
        (r"\DeclareMathOperator{\argmin}{argmin}", r"\argmin_x", r"\operatorname{argmin}_x"),
        (r"\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}", r"\abs{x}", r"\lvert x\rvert"),
        (
            r"\newenvironment{brackets}{\left[}{\right]}",
            r"\begin{brackets}x\end{brackets}",
            r"\left[x\right]",
        ),
        (r"\definecolor{mine}{rgb}{1,0,0}", r"\color{mine}x", r"\color{#ff0000}x"),
        (r"\renewcommand{\alpha}{\beta}", r"\alpha", r"\beta"),
    ],
)
def test_a_definition_holds_for_later_formulas(
    typesetter: Typesetter, definition: str, use: str, means: str
) -> None:
    expected = re.sub("(?s)<defs.*", "", drawing(typesetter.typeset(means, False)))
    typesetter.typeset(definition, True)
    typesetter.typeset("y", False)
    assert paths(typesetter.typeset(use, False)) == paths_of(expected)


def paths(typeset: Typeset) -> list[str]:
    return paths_of(typeset.html)


def paths_of(html: str) -> list[str]:
    """Return the shapes and colours of a formula."""
    return re.findall(r'(?: d| fill)="([^"]*)"', html)


def test_a_definition_does_not_hold_in_the_next_deck(mathjax: MathJax) -> None:
    cache = Cache(None)
    one = Typesetter(cache, mathjax)
    one.typeset(r"\newcommand{\mine}{x}", True)
    assert one.typeset(r"\mine", False).error is None
    assert Typesetter(cache, mathjax).typeset(r"\mine", False).error == r"unknown command \mine"


def test_a_label_can_be_referred_to_and_not_be_given_twice(typesetter: Typesetter) -> None:
    labelled = r"\begin{equation} a = b \label{eq:one} \end{equation}"
    assert typesetter.typeset(r"\ref{eq:one}", False).html.count('data-c="3F"') == 3
    assert typesetter.typeset(labelled, True).error is None
    assert typesetter.typeset(labelled, True).error == "Label 'eq:one' multiply defined"


def deck(*formulas: str) -> list[tuple[str, bool]]:
    return [(tex, False) for tex in formulas]


def rendered(formulas: list[tuple[str, bool]], cache: Cache, mathjax: MathJax) -> list[Typeset]:
    typesetter = Typesetter(cache, mathjax)
    return [typesetter.typeset(tex, display) for tex, display in formulas]


def test_definitions_work_out_of_the_cache_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    formulas = deck(
        r"\newcommand{\A}{a} \newcommand{\B}{\A}", r"\B", r"\renewcommand{\A}{b}", r"\B", r"\def\C{\B}", r"\C"
    )
    cache = Cache(tmp_path)
    first = rendered(formulas, cache, MathJax())
    cache.flush()
    # A new formula at the end needs all that was defined before, which the new engine has not seen.
    again = rendered([*formulas, (r"\C^2", False)], Cache(tmp_path), MathJax())
    assert again[:-1] == first
    assert again[-1].error is None
    assert paths(again[-1])[-2] == paths(first[-1])[-1]
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "quickjs", None)
        assert rendered(formulas, Cache(tmp_path), MathJax()) == first


def test_a_changed_definition_changes_what_uses_it(mathjax: MathJax) -> None:
    cache = Cache(None)
    before = rendered(deck(r"\def\a{x}", r"\def\b{\a}", r"\b", "z"), cache, mathjax)
    after = rendered(deck(r"\def\a{y}", r"\def\b{\a}", r"\b", "z"), cache, mathjax)
    plain = rendered(deck("x", "y"), cache, mathjax)
    assert [drawing(each) for each in (before[2], after[2])] == [drawing(each) for each in plain]
    assert before[3] == after[3]


class Counting(MathJax):
    """MathJax that counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def typeset(self, tex: str, display: bool, definitions: object) -> dict[str, object]:
        self.asked.append(tex)
        return super().typeset(tex, display, definitions)  # type: ignore[arg-type]


def test_a_changed_definition_leaves_alone_what_does_not_use_it() -> None:
    cache, mathjax = Cache(None), Counting()
    rendered(deck(r"\newcommand{\mine}{x}", r"\mine", r"\alpha", "x+y"), cache, mathjax)
    mathjax.asked.clear()
    rendered(deck(r"\newcommand{\mine}{y}", r"\mine", r"\alpha", "x+y"), cache, mathjax)
    assert mathjax.asked == [r"\newcommand{\mine}{y}", r"\mine"]


def test_a_builtin_command_with_a_new_meaning_changes_everything_after_it() -> None:
    cache, mathjax = Cache(None), Counting()
    rendered(deck(r"\renewcommand{\mathrel}[1]{x}", r"\models", "z"), cache, mathjax)
    mathjax.asked.clear()
    rendered(deck(r"\renewcommand{\mathrel}[1]{y}", r"\models", "z"), cache, mathjax)
    assert mathjax.asked == [r"\renewcommand{\mathrel}[1]{y}", r"\models", "z"]
