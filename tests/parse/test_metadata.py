from __future__ import annotations

import pytest

from celldeck.model import MarpOptions, Metadata
from celldeck.parse import parse
from celldeck.source import Source


def metadata(text: str, **options: object) -> Metadata:
    return parse(Source.of(text), MarpOptions(**options)).metadata  # type: ignore[arg-type]


def test_all_that_a_deck_says_of_itself() -> None:
    text = (
        "---\ntitle: T\ndescription: D\nauthor: A\nkeywords: one, two, one\nurl: https://example.org\n"
        "image: i.png\nlang: de\n---\n"
    )
    assert metadata(text) == Metadata("T", "D", "A", ("one", "two"), "https://example.org", "i.png", "de")


def test_the_title_is_the_source_of_the_first_heading_of_the_highest_rank() -> None:
    assert metadata("### c\n\n## *b* <!-- x -->\n\n## b2").title == "*b* <!-- x -->"


def test_an_empty_title_keeps_headings_out() -> None:
    assert metadata("---\ntitle: ''\n---\n# Heading").title is None


def test_without_the_cli_there_is_a_language_only() -> None:
    assert metadata("---\ntitle: T\n---\n# H", cli=False, lang="fr") == Metadata(lang="fr")


@pytest.mark.parametrize("url", ["example.org", "https://", "/path", "[a]"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    deck = parse(Source.of(f"---\nurl: {url}\n---\n"))
    assert deck.metadata.url is None
    assert [notice.kind for notice in deck.notices] == ["directive-value"]


def test_slides_have_the_text_of_their_first_heading_as_title() -> None:
    deck = parse(Source.of("# *One* `two` $x$\n\n## Three\n\n---\n\ntext"))
    assert [slide.title for slide in deck.slides] == ["One two x", None]
