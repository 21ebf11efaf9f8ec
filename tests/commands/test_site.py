"""`python build.py site`, as a user types it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

from celldeck.cli import main

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text("[tool.celldeck]\n")
    Path("slides").mkdir()
    Path("slides/a deck.md").write_text(
        "---\ntitle: One & all\nauthor: An Author\nurl: https://a.org/talks/a.html\n---\n\n"
        "# First\n\n---\n\n# Second\n"
    )
    Path("slides/b.md").write_text("# Its title\n\n<!-- say this -->\n")


def test_a_site_has_an_index_that_leads_to_all_files_beside_it() -> None:
    assert main(["site", "--title", "My <talks>", "--notes-text"]) == 0
    index = Path("site/index.html").read_text("utf-8")
    assert "<h1>My &lt;talks&gt;</h1>" in index
    assert re.findall("<h2>(.*?)</h2>", index) == ["One &amp; all", "Its title"]
    links = [unquote(link) for link in re.findall(r'(?:href|src)="(.*?)"', index)]
    assert sorted(links) == sorted(
        f"{name}{ending}" for name in ("a deck", "b") for ending in (".html", ".png", ".pdf", ".notes.txt")
    )
    assert all((Path("site") / link).is_file() for link in links)
    assert Path("site/.nojekyll").exists()
    assert Path("site/b.notes.txt").read_text() == "say this"
    with Image.open("site/b.png") as picture:
        assert picture.width == 1200


def test_a_deck_that_says_its_address_has_its_preview_for_open_graph() -> None:
    assert main(["site", "slides/a deck.md"]) == 0
    html = Path("site/a deck.html").read_text("utf-8")
    assert '<meta property="og:image" content="https://a.org/talks/a%20deck.png">' in html


def test_a_deck_that_fails_is_told_and_the_others_are_published() -> None:
    Path("slides/b.md").write_bytes(b"\xff")
    assert main(["site", "-o", "public"]) == 1
    index = Path("public/index.html").read_text("utf-8")
    assert re.findall("<h2>(.*?)</h2>", index) == ["One &amp; all"]
