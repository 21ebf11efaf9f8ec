"""What is mended in a deck's text: what is sure, once, and with the same to be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celldeck.mends import Mended, mend_text
from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.source import Source


def mend(text: str) -> Mended:
    return mend_text(Source.of(text), MarpOptions())


def after(text: str) -> str:
    """Return the deck as it is mended, which is sure to be mended once and for all."""
    mended = mend(text).text
    assert not mend(mended).mends
    return mended


def run(*slides: str) -> str:
    return "# First\n\n---\n\n" + "\n\n---\n\n".join(slides) + "\n\n---\n\n# Last\n"


def around(slide: str) -> str:
    return f"# First\n\n---\n\n{slide}\n\n---\n\n# Last\n"


SEED = (
    "# Why?\n\n- one &amp; all\n\n- .grey[two]\n\n- .grey[three]",
    "# Why?\n\n- one &amp; all\n\n- two\n\n- .grey[three]\n\n![w:450](a.png)\n<small>_The caption_</small>",
    '# Why?\n\n- one &amp; all\n\n- two\n\n- three\n\n.center[\n<img src="b.png" width="300" alt="B">\n]',
)


def test_a_run_of_grey_becomes_a_slide_of_dim_items_with_their_pictures() -> None:
    assert after(run(*SEED)) == around(
        "<!-- _class: dim figure-below -->\n\n# Why?\n\n* one &amp; all\n\n* two\n"
        "  ![only w:450 The caption](a.png)\n\n* three\n  ![only w:300 B](b.png)"
    )


def test_a_run_that_swaps_pictures_becomes_a_slide_with_an_item_for_each() -> None:
    copies = (
        "# A\n\ntext\n\n![](a.png)",
        "# A\n\ntext\n\n.center[\n![w:20](b.png)\n_cap_\n]",
        "# A\n\ntext\n\n<img src='c d.png' alt='C &amp; D' style='width: 30%'>",
    )
    assert after(run(*copies)) == around(
        "<!-- _class: dim figure-below -->\n\n# A\n\ntext\n\n* ![only](a.png)\n* ![only w:20 cap](b.png)\n"
        "* ![only w:30% C & D](<c d.png>)"
    )
    above = (slide.replace("text\n\n", "") + "\n\ntext" for slide in copies)
    assert after(run(*above)).count("<!-- _class: dim -->") == 1


def test_a_light_that_moves_becomes_a_spotlight() -> None:
    copies = (
        "# A\n\n1. one\n2. .grey[two]\n3. .grey[three]",
        "# A\n\n1. .grey[one]\n2. two\n3. .grey[three]",
        "# A\n\n1. .grey[one]\n2. .grey[two]\n3. three",
    )
    assert after(run(*copies)) == around("<!-- _class: spotlight -->\n\n# A\n\n1) one\n2) two\n3) three")


def test_items_that_are_never_grey_stay_before_the_first_step() -> None:
    copies = ("# A\n\n- one\n- two\n- .grey[three]", "# A\n\n- one\n- two\n- three")
    assert after(run(*copies)) == around("<!-- _class: dim -->\n\n# A\n\n- one\n* two\n* three")


def test_classes_and_notes_are_kept() -> None:
    copies = (
        "<!-- _class: lead -->\n\n# A\n\n- one\n- .grey[two]\n\n<!-- always -->",
        "<!-- _class: lead -->\n\n# A\n\n- one\n- two\n\n<!-- always -->\n\n<!-- now -->",
    )
    assert after(run(*copies)) == around(
        "<!-- _class: lead dim -->\n\n# A\n\n* one\n* two\n\n<!-- always -->\n\n<!--\n[click:1]\nnow\n-->"
    )
    deck = parse(Source.of(after(run(*copies))))
    assert deck.slides[1].directives["class"] == "lead dim"


def test_lines_that_are_added_become_steps() -> None:
    copies = ("# A\n\n- one\n- two", "# A\n\n- one\n- two\n- three", "# A\n\n- one\n- two\n- three\n- four")
    assert after(run(*copies)) == around("# A\n\n- one\n- two\n* three\n* four")


def test_a_picture_that_stays_the_same_stays_where_it_is() -> None:
    copies = ("# A\n\n- one\n- .grey[two]\n\n![](a.png)", "# A\n\n- one\n- two\n\n![](a.png)")
    assert after(run(*copies)) == around("<!-- _class: dim -->\n\n# A\n\n* one\n* two\n\n![](a.png)")


def test_links_to_slides_by_number_follow() -> None:
    text = run(*SEED) + "\n[a](#1) [b](#3) [c](#5)\n"
    assert after(text).endswith("\n[a](#1) [b](#2.2) [c](#3)\n")


@pytest.mark.parametrize(
    ("copies", "why"),
    [
        (
            ("# A\n\n.grey[one]\n\ntwo", "# A\n\none\n\ntwo"),
            "text outside of the items of a list is grey",
        ),
        (
            ("# A\n\n- a .grey[b]\n- c", "# A\n\n- a b\n- c"),
            "only a part of an item is grey",
        ),
        (
            ("# A\n\n- a\n- .grey[b]\n- .grey[c]", "# A\n\n- a\n- b\n- c"),
            "they do not light one item after another",
        ),
        (
            ("# A\n\n- a\n- .grey[b]\n\n![bg right](a.png)", "# A\n\n- a\n- b\n\n![bg right](b.png)"),
            "the picture beside or behind the text changes",
        ),
        (
            ("# A\n\n- a\n- .grey[b]\n\n![](a.png)", "# A\n\n- a\n- b"),
            "a picture goes away again",
        ),
        (
            ("# A\n\n- .red[a]\n- b", "# A\n\n- a\n- .red[b]"),
            "red moves, and no look of steps does that",
        ),
        (
            ("# A\n\ntext\n\n![](a.png)", "# A\n\ntext\n\n<img src='b.png' class='x'>"),
            "more changes than one picture",
        ),
        (
            ("# A\n\n- a\n- b", "# A\n\n- a\n- b\n  - c\n\nnew"),
            "something is added inside of what is there",
        ),
        (("# A\n\n- a\n- b", "# A\n\n- a\n- b\n- c\n- d"), "several items are new at once"),
    ],
)
def test_what_steps_cannot_say_stays_and_is_told(copies: tuple[str, ...], why: str) -> None:
    mended = mend(run(*copies))
    assert mended.text == run(*copies)
    assert mended.left == (f"{len(copies)} slides 'A' stay as they are: {why}",)


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("---\ntheem: gaia\n---\n", "---\ntheme: gaia\n---\n"),
        ("<!-- backgroundcolor: red -->\n", "<!-- backgroundColor: red -->\n"),
        ("<!-- _clas: lead -->\n", "<!-- _class: lead -->\n"),
        ("# A\n\ntext\nmore\n---\n\n# B\n", "# A\n\ntext\nmore\n\n---\n\n# B\n"),
        ("<!-- a --> text\n", "<!-- a -->\ntext\n"),
        ("<style>p { margin: 0 }</style> text\n", "<style>p { margin: 0 }</style>\ntext\n"),
        ("![bg](a.png) <!-- note -->\n", "![bg](a.png)\n\n<!-- note -->\n"),
        ("It costs $5 for you and $ more\n", "It costs $5 for you and $ more\n"),
        ("from $5 for one, 4$ for two\n", "from \\$5 for one, 4\\$ for two\n"),
    ],
)
def test_slips_are_mended(text: str, fixed: str) -> None:
    assert after(text) == fixed


def test_front_matter_keeps_copies_as_they_are() -> None:
    text = "---\ncollapse: false\n---\n\n" + run(*SEED)
    assert mend(text).text == text


@pytest.mark.parametrize("text", ["<!-- bg: red -->\n", "<!-- _theme: gaia -->\n", "<!-- thing: x -->\n"])
def test_guesses_are_left_alone(text: str) -> None:
    assert not mend(text).mends


ITEM = st.sampled_from(("one", "two *x*", "`three`", "four\n  - inner", "five\n\n  more"))


@given(
    items=st.lists(ITEM, min_size=2, max_size=5),
    loose=st.booleans(),
    pictures=st.sampled_from(("none", "same", "each", "late")),
    moves=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_a_mended_run_has_the_states_of_its_copies(
    items: list[str], loose: bool, pictures: str, moves: bool
) -> None:
    def copy(state: int) -> str:
        lines = []
        for at, text in enumerate(items):
            is_lit = at == state if moves else at <= state
            first, *rest = text.split("\n", 1)
            below = "".join(f"\n{line}" for line in rest)
            if not is_lit:
                # Grey ends with its paragraph, so what is below is marked by itself.
                below = below.replace("inner", ".grey[inner]").replace("more", ".grey[more]")
            lines.append(f"- {first if is_lit else f'.grey[{first}]'}{below}")
        shown = {"none": False, "same": True, "each": True, "late": state > 0}[pictures]
        name = "same" if pictures == "same" else str(state)
        figure = f"\n\n![w:99](p{name}.png)" if shown else ""
        return "# Title\n\n" + ("\n\n" if loose else "\n").join(lines) + figure

    text = run(*map(copy, range(len(items))))
    mended = after(text)
    (slide,) = [s for s in parse(Source.of(mended), MarpOptions(collapse=False)).slides if s.title == "Title"]
    assert slide.fragments == len(items)
    look = ("spotlight" if moves else "dim") + " figure-below" * (pictures in ("each", "late"))
    assert slide.directives["class"] == look
    for state in range(len(items)):
        wanted = pictures == "each" or (pictures == "late" and state > 0)
        assert (f"![only w:99](p{state}.png)" in mended) == wanted
    assert mended.count("psame.png") == (pictures == "same")


def test_decks_of_this_project_need_no_mend() -> None:
    for path in sorted((Path(__file__).parents[2] / "slides").glob("*.md")):
        assert not mend(path.read_text("utf-8")).mends, path
