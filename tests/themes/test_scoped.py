"""`<style scoped>`: CSS for one slide."""

from __future__ import annotations

import pytest

from celldeck.themes.css_parser import parse
from celldeck.themes.minify import minify
from celldeck.themes.scoped import scope_to_slide

SLIDE = "section[data-marpit-scope-abcd1234]"


def scoped(*sheets: str) -> list[str]:
    return [minify(nodes) for nodes in scope_to_slide([parse(css) for css in sheets], "abcd1234")]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("h1", f"{SLIDE} h1"),
        ("section", SLIDE),
        ("section.a > p", f"{SLIDE}.a > p"),
        ("section::after", f"{SLIDE}::after"),
        ("section-x", f"{SLIDE} section-x"),
        (":root", f"{SLIDE} :root"),
        ("h1, section", f"{SLIDE} h1, {SLIDE}"),
    ],
)
def test_selectors_get_the_slides_key(selector: str, expected: str) -> None:
    assert scoped(f"{selector}{{x:y}}") == [f"{expected}{{x:y}}"]


def test_rules_in_media_and_supports_are_scoped_and_others_are_not() -> None:
    css = "@media print{@supports (x:y){p{x:y}}}@container (width > 1px){p{x:y}}@layer l{p{x:y}}"
    assert scoped(css) == [css.replace("p{x:y}", f"{SLIDE} p{{x:y}}", 1)]


def test_nested_rules_stay_as_they_are() -> None:
    assert scoped("a{b{x:y}}") == [f"{SLIDE} a{{b{{x:y}}}}"]


def test_animations_get_a_name_of_their_own_in_all_styles_of_the_slide() -> None:
    assert scoped(
        "p{animation:spin 1s, spin 2s}", "@keyframes spin{from{x:y}}", "p{animation-name:spin}"
    ) == [
        f"{SLIDE} p{{animation:spin-abcd1234 1s, spin 2s}}",
        "@keyframes spin-abcd1234{from{x:y}}",
        f"{SLIDE} p{{animation-name:spin-abcd1234}}",
    ]


@pytest.mark.parametrize("value", ["spinner 1s", "spin(1) 1s", "other"])
def test_other_names_of_animations_stay(value: str) -> None:
    assert (
        scoped("@keyframes spin{from{x:y}}", f"p{{animation:{value}}}")[1]
        == f"{SLIDE} p{{animation:{value}}}"
    )


def test_other_properties_keep_the_name() -> None:
    assert scoped("@keyframes spin{from{x:y}}p{transition:spin}")[0].endswith("p{transition:spin}")
