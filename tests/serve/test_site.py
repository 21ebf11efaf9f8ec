"""What a page is told when its deck was built again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driver import page as page_of

from celldeck.model import Deck, Metadata, Page
from celldeck.parse import parse
from celldeck.serve.problems import Problem
from celldeck.serve.site import NONE, Site
from celldeck.source import Source


@pytest.fixture
def site() -> Site:
    return Site([Path("slides/talk.md"), Path("slides/Größe #1.md")])


def listener(site: Site, name: str = "talk") -> list[dict[str, Any]]:
    """Return the list that the messages for a deck go to, without the first ones."""
    messages: list[dict[str, Any]] = []
    site.listen(name, lambda message: messages.append(json.loads(message)), has(site, name))
    messages.clear()
    return messages


def has(site: Site, name: str = "talk") -> tuple[str, tuple[str, ...]] | None:
    """Return what a page has that shows the deck as it is."""
    shown = site.decks[name].shown
    return shown and (shown.version, shown.keys)


def publish(site: Site, name: str, page: Page, *problems: Problem, **others: Any) -> None:
    site.publish(name, page, problems=problems, **others)


def news(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["kind"] == "news"]


def page(*slides: str, css: str = "", **others: Any) -> Page:
    return replace(page_of(*slides), slides=slides, css=css, **others)


def test_a_deck_has_no_page_until_a_build_is_good(site: Site) -> None:
    assert site.html("talk") is None
    site.fail("talk", "broken")
    assert (site.html("talk"), site.decks["talk"].error) == (None, "broken")
    publish(site, "talk", page("a"))
    html = site.html("talk")
    assert html is not None
    assert '"live": "/~live/talk"' in html
    assert f'"version": "{site.decks["talk"].version}"' in html
    assert site.decks["talk"].error is None


def test_a_failed_build_leaves_the_last_good_page_and_is_told_until_one_is_good(site: Site) -> None:
    publish(site, "talk", page("a"))
    before = site.html("talk")
    messages = listener(site)
    site.fail("talk", "broken")
    assert site.html("talk") == before
    publish(site, "talk", page("a"))
    assert messages == [
        {"kind": "problems", "error": "broken", "told": []},
        {"kind": "problems", "error": None, "told": []},
    ]


def test_a_page_that_waits_for_the_first_build_hears_that_it_failed_and_then_of_the_build(site: Site) -> None:
    messages = listener(site)
    site.fail("talk", "broken")
    assert messages == [{"kind": "problems", "error": "broken", "told": []}]
    publish(site, "talk", page("a"))
    assert news(messages) == [
        {"kind": "news", "base": NONE, "version": site.decks["talk"].version, "anew": True}
    ]


def test_a_listener_hears_what_it_has_missed_and_nothing_once_it_stops(site: Site) -> None:
    publish(site, "talk", page("a", "b", css="old"))
    version, keys = has(site) or (NONE, ())
    publish(site, "talk", page("c", "a", "b", css="new"))
    heard: list[dict[str, Any]] = []
    stop = site.listen("talk", lambda message: heard.append(json.loads(message)), (version, keys))
    (missed,) = news(heard)
    assert (missed["base"], missed["slides"], missed["css"]) == (version, ["c", 0, 1], "new")
    stop()
    stop()
    publish(site, "talk", page("b"))
    assert news(heard) == [missed]


def test_a_page_of_another_server_that_shows_the_same_has_missed_nothing(site: Site) -> None:
    other = Site([Path("talk.md")])
    for one in (site, other):
        publish(one, "talk", page("a", "b", css="c", notes=(("n",), ())))
    assert has(site) == has(other)
    assert news(listener(other)) == []
    publish(other, "talk", page("a", "B", css="c", notes=(("n",), ())))
    heard: list[dict[str, Any]] = []
    other.listen("talk", lambda message: heard.append(json.loads(message)), has(site))
    assert news(heard)[0]["slides"] == [0, [1, "B"]]


def test_only_the_listeners_of_the_deck_hear(site: Site) -> None:
    messages = listener(site, "Größe #1")
    publish(site, "talk", page("a"))
    assert messages == []


def test_slides_that_stay_are_their_numbers_and_others_are_sent(site: Site) -> None:
    publish(site, "talk", page("a", "b", "c", "b"))
    base = site.decks["talk"].version
    messages = listener(site)
    publish(site, "talk", page("c", "new", "b", "b", "b"))
    (heard,) = news(messages)
    assert heard["slides"] == [2, "new", 1, 3, "b"]
    assert (heard["base"], heard["version"]) == (base, site.decks["talk"].version)
    assert base != heard["version"]


def test_a_slide_that_has_moved_is_still_itself(site: Site) -> None:
    def numbered(*texts: str) -> Page:
        return page(
            *(
                f'<svg><section id="{n}" data-marpit-scope-a{n}="" data-marpit-pagination="{n}">{text}</svg>'
                for n, text in enumerate(texts, 1)
            )
        )

    publish(site, "talk", numbered("a", "b", "c"))
    messages = listener(site)
    for texts in (("new", "a", "b", "c"), ("a", "c"), ("c", "a"), ("c", "A"), ("new", "c", "B"), ("x", "y")):
        publish(site, "talk", numbered(*texts))
    origins = [
        [
            entry if isinstance(entry, int) else entry[0] if isinstance(entry, list) else None
            for entry in heard["slides"]
        ]
        for heard in news(messages)
    ]
    assert origins == [[None, 0, 1, 2], [1, 3], [1, 0], [0, 1], [None, 0, 1], [0, 1]]


def test_style_title_and_notes_go_along_where_they_change_and_slides_where_they_do(site: Site) -> None:
    publish(site, "talk", page("a", css="old"))
    messages = listener(site)
    publish(site, "talk", page("a", css="new", metadata=Metadata(title="T"), notes=(("say <this>",),)))
    publish(site, "talk", page("a", css="new", metadata=Metadata(), notes=((),)))
    publish(site, "talk", page("b", css="new", metadata=Metadata(), notes=((),)))
    first, second, third = news(messages)
    assert (first["css"], first["title"]) == ("new", "T")
    assert "say &lt;this&gt;" in first["notes"]
    assert "slides" not in first
    assert (second["title"], second["notes"], "css" in second) == ("deck", "", False)
    assert third.keys() == {"kind", "version", "base", "slides", "keys"}


def test_an_equal_build_is_no_news(site: Site) -> None:
    publish(site, "talk", page("a"))
    messages = listener(site)
    publish(site, "talk", page("a"))
    assert messages == []


def test_another_size_loads_the_page_anew(site: Site) -> None:
    publish(site, "talk", page("a"))
    base = site.decks["talk"].version
    messages = listener(site)
    publish(site, "talk", page("a", size_px=(960, 720)))
    assert news(messages) == [
        {"kind": "news", "version": site.decks["talk"].version, "base": base, "anew": True}
    ]


def test_a_name_may_have_any_letters(site: Site) -> None:
    publish(site, "Größe #1", page("a"))
    html = site.html("Größe #1")
    assert html is not None
    assert '"live": "/~live/Gr%C3%B6%C3%9Fe%20%231"' in html


def test_problems_are_told_when_they_change(site: Site) -> None:
    problem = Problem("k", "m", "talk.md", 3, "x", 1, 1, "h", 0)
    publish(site, "talk", page("a"), problem)
    messages = listener(site)
    publish(site, "talk", page("a"), problem)
    publish(site, "talk", page("a"))
    assert messages == [{"kind": "problems", "error": None, "told": []}]
    publish(site, "talk", page("a"), problem)
    assert messages[-1]["told"] == [problem.as_json()]


# ---------------------------------------------------------------- with what the slides were made of


def deck_of(*slides: str) -> Deck:
    return parse(Source.of("\n\n---\n\n".join(slides), "talk.md"))


def show(site: Site, *slides: str, edited: bool = True) -> None:
    deck = deck_of(*slides)
    made = replace(page(*(f"<svg>{slide}</svg>" for slide in slides)), source=deck.source)
    site.publish("talk", made, deck=deck, edited=edited)


@pytest.mark.parametrize(
    ("slides", "edited"),
    [
        (("# A", "# B!", "# C"), 1),
        (("# A", "# B", "# C", "# D"), 3),
        (("# A", "# New", "# B", "# C"), 1),
        (("# A", "# C"), 1),
        (("# A", "# B"), 1),
        (("# A", "# B", "# C\n\nmore"), 2),
        (("# A\n\n<!-- a note -->", "# B", "# C"), 0),
    ],
)
def test_the_slide_that_was_edited_is_told(site: Site, slides: tuple[str, ...], edited: int) -> None:
    show(site, "# A", "# B", "# C")
    messages = listener(site)
    show(site, *slides)
    assert [heard["edited"] for heard in news(messages)] == [edited]


def test_no_slide_was_edited_where_something_else_was(site: Site) -> None:
    show(site, "# A", "# B")
    messages = listener(site)
    show(site, "# A", "# B!", edited=False)
    assert ["edited" in heard for heard in news(messages)] == [False]


def test_what_does_not_fit_moves_with_its_slide_and_goes_with_an_edit(site: Site) -> None:
    show(site, "# A", "# B", "# C")
    version = site.decks["talk"].version
    site.measured("talk", "0", {1: (Problem("overflow", "of another build"),)})
    assert site.decks["talk"].problems == ()
    site.measured("talk", version, {1: (Problem("overflow", "B", "talk.md", 5, slide=1),), 2: ()})
    show(site, "# A", "# New", "# B", "# C")
    assert site.decks["talk"].problems == (Problem("overflow", "B", "talk.md", 9, slide=2),)
    show(site, "# A", "# New", "# B", "# C!")
    assert len(site.decks["talk"].problems) == 1
    show(site, "# A", "# New", "# B!", "# C!")
    assert site.decks["talk"].problems == ()


# ---------------------------------------------------------------- decks that come and go, files


def test_decks_come_and_go(site: Site) -> None:
    publish(site, "talk", page("a"))
    messages = listener(site)
    assert site.hold([Path("other.md")]) == ["other"]
    # It is still looked at, so it is not forgotten.
    assert (site.decks["talk"].state, messages[-1]["error"]) == (
        "gone",
        "slides/talk.md is not there any more",
    )
    assert "Größe #1" not in site.decks
    assert site.hold([Path("other.md"), Path("slides/talk.md")]) == ["talk"]
    publish(site, "talk", page("a"))
    assert (site.decks["talk"].state, messages[-1]["error"]) == ("built", None)


def test_files_of_the_project_have_an_address_and_others_none(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "a b").mkdir(parents=True)
    (root / "a b" / "ö.png").write_bytes(b"x")
    (tmp_path / "secret").write_text("x")
    (root / "way").symlink_to(tmp_path / "secret")
    (root / "inside").symlink_to(root / "a b" / "ö.png")
    site = Site([], root=root)
    address = site.link(root / "a b" / "ö.png")
    assert address is not None
    assert address.startswith("/~files/a%20b/%C3%B6.png?")
    assert site.link(root / "inside") == address
    assert site.link(root / "a b" / ".." / "a b" / "ö.png") == address
    assert [site.link(path) for path in (root / "way", tmp_path / "secret", root / "nobody", root)] == [
        None
    ] * 4
