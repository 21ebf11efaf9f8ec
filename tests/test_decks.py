"""The decks of `slides/`: they are the examples that people read first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from driver import Presented, jumps
from selectolax.lexbor import LexborHTMLParser

from celldeck.nodes import CellPlace, CodeBlock
from celldeck.parse.walk import every_node
from celldeck.pipeline import Built, build, finish, load, self_contained
from celldeck.settings import Settings, read_settings
from celldeck.tools import Tools

Present = Callable[..., Presented]
ROOT = Path(__file__).parents[1]
DECKS = sorted((ROOT / "slides").glob("*.md"))
MOST_CODE_LINES = 12
"""On one slide: more cannot be read from the last row."""

pytestmark = pytest.mark.parametrize("deck", DECKS, ids=lambda deck: deck.stem)


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The project's own; its store too, so that decks which were just built do not train again."""
    return read_settings(ROOT)


@pytest.fixture(scope="module")
def rendered(settings: Settings) -> Iterator[dict[Path, Built]]:
    """The decks as they are without running a cell, pictures inside."""
    tools = Tools(settings)
    yield {
        deck: self_contained(finish(load(deck, tools), tools), tools, ROOT / "dist" / "deck.html")
        for deck in DECKS
    }
    tools.close()


def told(built: Built) -> list[str]:
    return [*map(str, built.notices), *built.failures]


def pictures_without_words(built: Built) -> list[tuple[int, str]]:
    """Return slide and tag of each picture that somebody who cannot see it is told nothing of."""
    return [
        (number, (picture.html or "")[:200])
        for number, slide in enumerate(built.page.slides, 1)
        for picture in LexborHTMLParser(slide).css("img, [role=img]")
        if not (picture.attributes.get("alt") or picture.attributes.get("aria-label") or "").strip()
    ]


def test_a_deck_is_built_without_a_warning(deck: Path, rendered: dict[Path, Built]) -> None:
    built = rendered[deck]
    assert told(built) == []
    assert len(built.page.slides) >= 10
    assert built.page.theme == "dsi-certificates-theme"
    assert built.deck.metadata.title


def test_no_slide_shows_more_code_than_can_be_read(deck: Path, rendered: dict[Path, Built]) -> None:
    parsed = rendered[deck].deck

    def lines(node: object) -> int:
        if isinstance(node, CodeBlock):
            return len(node.text.splitlines())
        if isinstance(node, CellPlace):
            cell = parsed.cells[node.index]
            return len(cell.shown.splitlines()) if cell.options["echo"] and cell.options["include"] else 0
        return 0

    counts = {slide.number: sum(map(lines, every_node(slide.blocks))) for slide in parsed.slides}
    assert any(counts.values())
    assert {number: count for number, count in counts.items() if count > MOST_CODE_LINES} == {}


def test_every_picture_has_words_for_it(deck: Path, rendered: dict[Path, Built]) -> None:
    assert pictures_without_words(rendered[deck]) == []


@pytest.mark.browser
def test_notes_that_are_wrapped_in_the_file_flow(deck: Path, rendered: dict[Path, Built]) -> None:
    notes = rendered[deck].page.typeset_notes
    assert any(notes)
    assert [note for note in notes if "<br" in note] == []


def test_nothing_moves_from_step_to_step(deck: Path, rendered: dict[Path, Built], present: Present) -> None:
    states, found = jumps(present(rendered[deck].page))
    assert states > 5
    assert found == []


@pytest.mark.kernel
@pytest.mark.keras
def test_every_cell_runs_once_and_what_it_shows_has_words(
    deck: Path, settings: Settings, request: pytest.FixtureRequest
) -> None:
    if find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow")
    tools = Tools(settings)
    try:
        built = build(deck, tools)
        assert told(built) == []
        assert [
            cell.index for cell in built.deck.cells if cell.options["eval"] and cell.outputs is None
        ] == []
        assert pictures_without_words(built) == []
        again = build(deck, tools)
        assert [cell.index for cell in again.deck.cells if cell.seconds is not None] == []
        assert again.page == built.page
        # Last, since there may be no browser.
        whole = self_contained(built, tools, ROOT / "dist" / "deck.html").page
        assert jumps(request.getfixturevalue("present")(whole))[1] == []
    finally:
        tools.close()
