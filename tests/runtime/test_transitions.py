"""How slides give way to each other, in a real browser: which animation plays, for how long, which way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from driver import Presented, page

from celldeck.export.browser import Browser
from celldeck.model import Page
from celldeck.parse.transitions import BUILT_IN
from celldeck.render.page import document

pytestmark = pytest.mark.browser

Present = Callable[..., Presented]

# The animations of a transition as soon as it runs, held where they are: part, name, duration, direction.
PLAYED = """(async () => {
  for (let frame = 0; frame < 60; frame += 1) {
    await new Promise((done) => setTimeout(done, 10));
    const found = document.getAnimations().filter(({ effect }) =>
      /view-transition-(old|new)\\(root\\)/.test(effect.pseudoElement));
    if (!found.length) continue;
    return Object.fromEntries(found.map((animation) => {
      const { duration, direction } = animation.effect.getComputedTiming();
      const side = animation.effect.pseudoElement.match(/old|new/)[0];
      return [side, [animation.animationName, duration, direction]];
    }));
  }
  return {};
})()"""


def deck_with(*transitions: dict[str, Any] | None, css: str = "") -> Page:
    """Return a page whose slides have the attributes that `parse` gives for these transitions."""
    made = page(*[f"<h1>Slide {number}</h1>" for number in range(1, len(transitions) + 2)], css=css)
    slides = list(made.slides)
    for at, value in enumerate(transitions):
        if value:
            text = json.dumps(value).replace('"', "&quot;")
            slides[at] = slides[at].replace("<section ", f'<section data-transition="{text}" ')
            slides[at + 1] = slides[at + 1].replace("<section ", f'<section data-transition-back="{text}" ')
    return Page(**{**{f: getattr(made, f) for f in made.__dataclass_fields__}, "slides": tuple(slides)})


def built_in(name: str, **more: str) -> dict[str, Any]:
    return {"name": name, "builtinFallback": True, **more}


def test_every_name_of_marp_has_an_animation_both_ways(present: Present) -> None:
    deck = present(page("x"))
    names = deck.evaluate(
        "[...document.styleSheets].flatMap((s) => [...s.cssRules])"
        ".filter((r) => r instanceof CSSKeyframesRule).map((r) => r.name)"
    )
    for name in BUILT_IN:
        assert {f"marp-{side}-transition-__builtin__{name}" for side in ("outgoing", "incoming")} & set(names)


def finish(deck: Presented) -> None:
    deck.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
    deck.wait_for("!document.getAnimations().length")


def test_each_of_them_plays_on_and_back(present: Present) -> None:
    names = sorted(BUILT_IN)
    deck = present(deck_with(*map(built_in, names)))
    for key, order in (("ArrowRight", names), ("ArrowLeft", names[::-1])):
        for name in order:
            deck.press(key)
            played = deck.evaluate(PLAYED)
            assert played, f"{name} plays nothing with {key}"
            assert all(animation.endswith(f"__builtin__{name}") for animation, _, _ in played.values())
            assert {ms for _, ms, _ in played.values()} == {500}
            finish(deck)
    assert (deck.place, deck.errors) == ((0, 0), [])


def test_the_boundary_after_a_slide_is_animated_and_no_other(present: Present) -> None:
    deck = present(deck_with(None, built_in("fade", duration="80ms"), {"name": "none"}))
    durations = []
    for key in (*["ArrowRight"] * 3, *["ArrowLeft"] * 3):
        deck.press(key)
        durations.append({ms for _, ms, _ in deck.evaluate(PLAYED).values()})
        deck.wait_for("!document.getAnimations().length")
    assert durations == [set(), {80}, set(), set(), {80}, set()]


CUSTOM = """
@keyframes marp-transition-simple { from { opacity: 1; --marp-transition-duration: 70ms } to { opacity: 0 } }
@keyframes marp-outgoing-transition-two { from { opacity: 1 } to { opacity: 0 } }
@keyframes marp-incoming-transition-two { from { opacity: 0 } to { opacity: 1 } }
@keyframes marp-incoming-transition-backward-two { from { opacity: 0.5 } to { opacity: 1 } }
@keyframes marp-outgoing-transition-fade { from { opacity: 1 } to { opacity: 0 } }
@keyframes marp-outgoing-transition-way {
  to { transform: translateX(calc(var(--marp-transition-direction) * 9px)) }
}
"""


@pytest.mark.parametrize(
    ("said", "key", "played"),
    [
        (
            {"name": "simple"},
            "ArrowRight",
            {
                "old": ["marp-transition-simple", 70, "normal"],
                "new": ["marp-transition-simple", 70, "reverse"],
            },
        ),
        (
            {"name": "two", "duration": "90ms"},
            "ArrowRight",
            {
                "old": ["marp-outgoing-transition-two", 90, "normal"],
                "new": ["marp-incoming-transition-two", 90, "normal"],
            },
        ),
        (
            {"name": "two"},
            "ArrowLeft",
            {
                "old": ["marp-outgoing-transition-two", 500, "normal"],
                "new": ["marp-incoming-transition-backward-two", 500, "normal"],
            },
        ),
        (
            built_in("fade"),
            "ArrowRight",
            {"old": ["marp-outgoing-transition-fade", 500, "normal"]},
        ),
        ({"name": "nobody-has-this"}, "ArrowRight", {}),
    ],
    ids=["simple", "two sides", "backward", "own before ours", "unknown"],
)
def test_keyframes_of_an_author_are_found_by_marps_names(
    present: Present, said: dict[str, Any], key: str, played: dict[str, Any]
) -> None:
    deck = present(deck_with(said, css=CUSTOM), "#2" if key == "ArrowLeft" else "#1")
    deck.press(key)
    assert deck.evaluate(PLAYED) == played


def test_keyframes_know_the_direction(present: Present) -> None:
    deck = present(deck_with({"name": "way"}, css=CUSTOM))
    ways = []
    for key in ("ArrowRight", "ArrowLeft"):
        deck.press(key)
        deck.evaluate(PLAYED)
        ways.append(
            deck.evaluate(
                "getComputedStyle(document.documentElement).getPropertyValue('--marp-transition-direction')"
            )
        )
        finish(deck)
    assert ways == ["1", "-1"]


def test_less_motion_makes_every_transition_a_fade(browser: Browser, tmp_path: Any) -> None:
    (tmp_path / "deck.html").write_text(document(deck_with(built_in("cube"))), "utf-8")
    with browser.tab(1280, 720) as tab:
        features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
        tab.call("Emulation.setEmulatedMedia", {"features": features})
        deck = Presented(tab)
        tab.call("Page.bringToFront")
        tab.open((tmp_path / "deck.html").as_uri())
        deck.press("ArrowRight")
        assert deck.evaluate(PLAYED)["new"] == ["marp-incoming-transition-__builtin__fade", 500, "normal"]


def test_keys_during_a_transition_are_not_lost_and_keep_their_order(present: Present) -> None:
    deck = present(deck_with(*[built_in("slide", duration="2s")] * 5))
    deck.evaluate("globalThis.seen = []; celldeck.on('step', ({index}) => seen.push(index)); null")
    deck.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight")
    assert deck.place == (3, 0)
    deck.wait_for("seen.length === 5")
    assert deck.evaluate("seen") == [1, 2, 3, 2, 3]
    assert deck.evaluate("document.querySelector('.bespoke-marp-active h1').textContent") == "Slide 4"
    assert deck.errors == []


def test_elements_of_one_name_on_both_slides_morph(present: Present) -> None:
    css = ".box { view-transition-name: box; width: 90px; height: 90px; background: red }"
    made = deck_with(built_in("fade"), built_in("fade"), css=css)
    slides = tuple(slide.replace("<h1>", '<div class="box"></div><h1>') for slide in made.slides)
    deck = present(Page(**{**{f: getattr(made, f) for f in made.__dataclass_fields__}, "slides": slides}))
    deck.press("ArrowRight")
    deck.evaluate(PLAYED)
    parts = deck.evaluate("document.getAnimations().map((a) => a.effect.pseudoElement)")
    # The group moves from one box to the other; were hidden slides to keep the name, nothing would play.
    assert "::view-transition-group(box)" in parts
    assert deck.errors == []


def test_a_link_inside_the_deck_is_followed_without_a_transition(present: Present) -> None:
    deck = present(deck_with(built_in("fade")))
    deck.evaluate("location.hash = '#2'; null")
    assert deck.evaluate(PLAYED) == {}
    assert deck.place == (1, 0)
