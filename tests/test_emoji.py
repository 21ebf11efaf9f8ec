"""Which characters and names become pictures, and what such a picture is."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from celldeck.emoji import CSS, _drawings, _twemoji, emojify, find_emoji, picture, shortcode
from celldeck.model import MarpOptions
from celldeck.themes import find_theme, load_themes, stylesheet


def shown(text: str, options: MarpOptions | None = None, shortcodes: bool = True, code: bool = False) -> str:
    """Return the HTML of a text with `[x]` for the picture of x."""
    html = emojify(text, options or MarpOptions(), shortcodes, code=code)
    return re.sub(r'<img class="emoji" [^>]*alt="([^"]*)"[^>]*/>', r"[\1]", html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no emoji, é, 中文, 「あ」", "no emoji, é, 中文, 「あ」"),
        ('a < b & "c"\'s', "a &lt; b &amp; &quot;c&quot;'s"),
        ("<😀>", "&lt;[😀]&gt;"),
        ("😀😃", "[😀][😃]"),
        # Text by default: a picture with U+FE0F only …
        ("✔ ☀ ➡ © ™", "✔ ☀ ➡ © ™"),
        ("✔\ufe0f☀\ufe0f©\ufe0f", "[✔\ufe0f][☀\ufe0f][©\ufe0f]"),
        # … but the heart always.
        ("❤ ❤\ufe0f", "[❤] [❤\ufe0f]"),
        # U+FE0E asks for text.
        ("😀\ufe0e ⌚\ufe0e ✔\ufe0e", "😀\ufe0e ⌚\ufe0e ✔\ufe0e"),
        ("⌚ ⌚\ufe0f", "[⌚] [⌚\ufe0f]"),
        # Sequences are one picture, the longest possible.
        ("👍🏽👩🏽‍💻", "[👍🏽][👩🏽‍💻]"),
        ("👨‍👩‍👧‍👦👩🏻‍🤝‍👨🏿", "[👨‍👩‍👧‍👦][👩🏻‍🤝‍👨🏿]"),
        ("👩‍🍕", "[👩]\u200d[🍕]"),
        ("🏳\ufe0f‍🌈🏳‍🌈", "[🏳\ufe0f‍🌈]🏳\u200d[🌈]"),
        ("🇫🇷🇦🇦🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "[🇫🇷]🇦🇦[🏴󠁧󠁢󠁳󠁣󠁴󠁿]"),
        ("1\ufe0f⃣#⃣1 #", "[1\ufe0f⃣][#⃣]1 #"),
        # Left as text, because Marp does.
        ("☝\ufe0f ✌\ufe0f", "☝\ufe0f ✌\ufe0f"),
    ],
)
def test_emojify_makes_pictures_of_the_characters_that_marp_does(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":smile: :+1::-1:", "[😄] [👍][👎]"),
        (":smile:smile:", "[😄]smile:"),
        # No space is needed before a name, and each colon may open one.
        ("a:b:c", "a[🅱\ufe0f]c"),
        ("x:y:smile:", "x:y[😄]"),
        ("12:30:45", "12:30:45"),
        (":100: :1234:", "[💯] [🔢]"),
        (":no_such_name: :Smile: : smile :", ":no_such_name: :Smile: : smile :"),
        # Marp has no drawing for this one.
        (":point_up:", "☝\ufe0f"),
        ('"<:cat:>"', "&quot;&lt;[🐱]&gt;&quot;"),
        ("😀:cat:✔:dog:", "[😀][🐱]✔[🐶]"),
    ],
)
def test_emojify_replaces_names_as_markdown_it_emoji_does(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (MarpOptions(emoji_shortcode=True), "😄 [🚀]"),
        (MarpOptions(emoji_shortcode=False), ":smile: [🚀]"),
        (MarpOptions(emoji_unicode=True), "[😄] 🚀"),
        (MarpOptions(emoji_unicode=False), "[😄] 🚀"),
        (MarpOptions(emoji_unicode=False, emoji_shortcode=False), ":smile: 🚀"),
    ],
)
def test_emojify_obeys_the_options(options: MarpOptions, expected: str) -> None:
    assert shown(":smile: 🚀", options) == expected


def test_emojify_leaves_names_alone_where_they_do_not_count() -> None:
    assert shown(":smile: 🚀", shortcodes=False) == ":smile: [🚀]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('print("🎉") # ✅ <', "print(&quot;[🎉]&quot;) # [✅] &lt;"),
        ("⚠\ufe0f ❤\ufe0f", "⚠ [❤]"),
        ("👨‍👩‍👧 👍🏽 🇫🇷 1\ufe0f⃣", "[👨] [👍] [🇫] 1"),
    ],
)
def test_emojify_shows_the_first_character_of_an_emoji_in_code(text: str, expected: str) -> None:
    assert shown(text, shortcodes=False, code=True) == expected


def test_find_emoji_yields_places_in_the_text() -> None:
    assert list(find_emoji("a😀b👍🏽✔")) == [(1, 2), (3, 5)]


def test_shortcode_knows_names_and_nothing_else() -> None:
    assert (shortcode("smile"), shortcode("bookmark_tabs"), shortcode("#")) == ("😄", "📑", None)


def drawing(emoji: str) -> ElementTree.Element:
    """Return the drawing of an emoji, whose HTML is otherwise what Marp writes."""
    source = re.fullmatch(
        rf'<img class="emoji" draggable="false" alt="{emoji}" src="data:image/svg\+xml,([^"<>#]*)" '
        r'data-marp-twemoji=""/>',
        picture(emoji),
    )
    assert source
    return ElementTree.fromstring(unquote(source[1]))


@pytest.mark.parametrize(
    "emoji", ["❤", "❤\ufe0f", "1\ufe0f⃣", "#⃣", "👍🏽", "👩🏽‍💻", "🇫🇷", "🇫", "👁\ufe0f‍🗨\ufe0f"]
)
def test_a_picture_is_twemojis_drawing_and_needs_no_network(emoji: str) -> None:
    found = drawing(emoji)
    assert found.get("viewBox") == "0 0 36 36"
    assert not list(found.iter("{http://www.w3.org/2000/svg}text"))


def test_the_same_emoji_has_the_same_drawing_with_and_without_its_selector() -> None:
    assert ElementTree.tostring(drawing("❤")) == ElementTree.tostring(drawing("❤\ufe0f"))
    assert ElementTree.tostring(drawing("❤")) != ElementTree.tostring(drawing("🧡"))


def test_an_emoji_without_a_drawing_is_drawn_by_the_font_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("celldeck.emoji._drawings", lambda: None)
    picture.cache_clear()
    found = drawing("❤")
    picture.cache_clear()
    (text,) = found
    assert (found.get("viewBox"), text.get("textLength"), text.text) == ("0 0 36 36", "36", "❤\ufe0f")


def test_twemoji_draws_all_emoji_of_unicode_17() -> None:
    data = pytest.importorskip("emoji").EMOJI_DATA
    found = [each for each in data if list(find_emoji(each)) == [(0, len(each))]]
    assert len(found) > 3889
    assert [each for each in found if not _twemoji(each)] == []


def test_text_without_emoji_looks_for_no_drawings() -> None:
    _drawings.cache_clear()
    emojify("é :no: 中 ✔", MarpOptions())
    assert _drawings.cache_info().misses == 0


def test_the_stylesheet_of_emoji_says_whose_they_are() -> None:
    page = stylesheet(load_themes([]), find_theme(load_themes([]), "default"), extra=[CSS])
    assert "Twemoji" in page
    assert "https://creativecommons.org/licenses/by/4.0/" in page


def test_all_emoji_of_unicode_17_are_found_whole() -> None:
    data = pytest.importorskip("emoji").EMOJI_DATA
    fully_qualified = {each for each, facts in data.items() if facts["status"] == 2 and facts["E"] <= 17}
    found = {each for each in fully_qualified if list(find_emoji(each)) == [(0, len(each))]}
    left = {each for each in fully_qualified - found if "🏻" not in each}
    # Those that Marp has no drawing for, and the same in other skin tones.
    bases = {each[0] for each in left}
    assert bases == set("☝⛷⛹✌✍🏋🏌🕴🕵🖐")
    assert {each[0] for each in fully_qualified - found} == bases
    assert len(found) == 3889
