"""What a page is told when its deck was built again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driver import page as page_of

from celldeck.model import Metadata, Page
from celldeck.serve.site import NONE, Site


@pytest.fixture
def site() -> Site:
    return Site([Path("slides/talk.md"), Path("slides/Größe #1.md")])


def listener(site: Site, name: str = "talk") -> list[dict[str, Any]]:
    """Return the list that the messages for a deck go to, without the first one."""
    messages: list[dict[str, Any]] = []
    site.listen(name, lambda message: messages.append(json.loads(message)))
    messages.clear()
    return messages


def page(*slides: str, css: str = "", **others: Any) -> Page:
    return replace(page_of(*slides), slides=slides, css=css, **others)


def test_a_deck_has_no_page_until_a_build_is_good(site: Site) -> None:
    assert site.html("talk") is None
    site.fail("talk", "broken")
    assert (site.html("talk"), site.decks["talk"].error) == (None, "broken")
    site.publish("talk", page("a"))
    html = site.html("talk")
    assert html is not None
    assert '"live": "/~live/talk"' in html
    assert f'"version": "{site.decks["talk"].version}"' in html
    assert site.decks["talk"].error is None


def test_a_failed_build_leaves_the_last_good_page(site: Site) -> None:
    site.publish("talk", page("a"))
    before = site.html("talk")
    messages = listener(site)
    site.fail("talk", "broken")
    assert site.html("talk") == before
    assert messages == []


def test_a_page_that_waits_for_the_first_build_hears_that_it_failed(site: Site) -> None:
    messages = listener(site)
    site.fail("talk", "broken")
    assert messages == [{"version": NONE, "failed": True}]


def test_a_listener_hears_the_version_first_and_nothing_once_it_stops(site: Site) -> None:
    site.publish("talk", page("a"))
    heard: list[str] = []
    stop = site.listen("talk", heard.append)
    assert [json.loads(message) for message in heard] == [{"version": site.decks["talk"].version}]
    stop()
    stop()
    site.publish("talk", page("b"))
    assert len(heard) == 1


def test_only_the_listeners_of_the_deck_hear(site: Site) -> None:
    messages = listener(site, "Größe #1")
    site.publish("talk", page("a"))
    assert messages == []


def test_slides_that_stay_are_their_numbers_and_others_are_sent(site: Site) -> None:
    site.publish("talk", page("a", "b", "c", "b"))
    base = site.decks["talk"].version
    messages = listener(site)
    site.publish("talk", page("c", "new", "b", "b", "b"))
    (news,) = messages
    assert news["slides"] == [2, "new", 1, 3, "b"]
    assert (news["base"], news["version"]) == (base, site.decks["talk"].version)
    assert base != news["version"]


def test_a_slide_that_has_moved_is_still_itself(site: Site) -> None:
    def numbered(*texts: str) -> Page:
        return page(
            *(
                f'<svg><section id="{n}" data-marpit-scope-a{n}="" data-marpit-pagination="{n}">{text}</svg>'
                for n, text in enumerate(texts, 1)
            )
        )

    site.publish("talk", numbered("a", "b", "c"))
    messages = listener(site)
    for texts in (("new", "a", "b", "c"), ("a", "c"), ("c", "a"), ("c", "A"), ("new", "c", "B"), ("x", "y")):
        site.publish("talk", numbered(*texts))
    origins = [
        [
            entry if isinstance(entry, int) else entry[0] if isinstance(entry, list) else None
            for entry in news["slides"]
        ]
        for news in messages
    ]
    assert origins == [[None, 0, 1, 2], [1, 3], [1, 0], [0, 1], [None, 0, 1], [0, 1]]


def test_style_title_and_notes_go_along(site: Site) -> None:
    site.publish("talk", page("a", css="old"))
    messages = listener(site)
    site.publish("talk", page("a", css="new", metadata=Metadata(title="T"), notes=(("say <this>",),)))
    site.publish("talk", page("a", css="new", metadata=Metadata(), notes=((),)))
    first, second = messages
    assert (first["css"], first["title"]) == ("new", "T")
    assert "say &lt;this&gt;" in first["notes"]
    assert (second["css"], second["title"], second["notes"]) == (None, "deck", "")


def test_an_equal_build_is_no_news(site: Site) -> None:
    site.publish("talk", page("a"))
    messages = listener(site)
    site.publish("talk", page("a"))
    site.fail("talk", "broken")
    site.publish("talk", page("a"))
    assert (messages, site.decks["talk"].error) == ([], None)


def test_another_size_loads_the_page_anew(site: Site) -> None:
    site.publish("talk", page("a"))
    messages = listener(site)
    site.publish("talk", page("a", size_px=(960, 720)))
    assert messages == [{"version": site.decks["talk"].version}]


def test_another_server_counts_otherwise(site: Site) -> None:
    other = Site([Path("talk.md")])
    for one in (site, other):
        one.publish("talk", page("a"))
    assert site.decks["talk"].version != other.decks["talk"].version


def test_a_name_may_have_any_letters(site: Site) -> None:
    site.publish("Größe #1", page("a"))
    html = site.html("Größe #1")
    assert html is not None
    assert '"live": "/~live/Gr%C3%B6%C3%9Fe%20%231"' in html
