from __future__ import annotations

from celldeck.parse import parse
from celldeck.source import Source


def test_styles_stand_in_the_order_in_which_they_apply() -> None:
    deck = parse(
        Source.of(
            "---\nstyle: 'a {}'\n---\n<style scoped>b {}</style>\n\n<style>c {}</style>\n\n---\n\n"
            "> <style data-scoped>\n> d {}\n> </style>\n\n<style></style>"
        )
    )
    assert [(style.css, style.line, style.slide) for style in deck.styles] == [
        ("a {}", 2, None),
        ("c {}", 6, None),
        ("b {}", 4, 1),
        ("d {}", 10, 2),
    ]
    scopes = [style.scope for style in deck.styles]
    assert scopes[:2] == [None, None]
    assert scopes[2]
    assert scopes[3]
    assert scopes[2] != scopes[3]


def test_scope_keys_stay_the_same_and_differ_from_slide_to_slide() -> None:
    text = "<style scoped>a {}</style>\n\n---\n\n<style scoped>a {}</style>\n\n---\n\ntext"
    keys = [slide.scope for slide in parse(Source.of(text)).slides]
    assert keys == [slide.scope for slide in parse(Source.of(text + "\n\nmore")).slides]
    assert keys[2] is None
    assert keys[0] != keys[1]
    assert all(key is not None and len(key) == 8 and key.isalnum() and key.isascii() for key in keys[:2])
