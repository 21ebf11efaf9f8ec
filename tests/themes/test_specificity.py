"""How specific selectors are."""

from __future__ import annotations

import pytest

from celldeck.themes.selectors import read_selectors
from celldeck.themes.specificity import Specificity, specificity, specificity_of_list


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", (0, 0, 0)),
        ("section h1", (0, 0, 2)),
        ("h1.a[b]:hover", (0, 3, 1)),
        ("#a::after", (1, 0, 1)),
        ("a:before", (0, 0, 2)),
        (":where(#a .b)", (0, 0, 0)),
        (":is(a, .b #c, .d)", (1, 1, 0)),
        (":not(.a, b)", (0, 1, 0)),
        (":has(> img.a)", (0, 1, 1)),
        (":nth-child(2n + 1)", (0, 1, 0)),
        (":nth-child(2n + 1 of p.a, #b)", (1, 1, 0)),
        ("::slotted(p.a)", (0, 1, 2)),
        (":lang(de)", (0, 1, 0)),
    ],
)
def test_specificity(text: str, expected: Specificity) -> None:
    (parts,) = read_selectors(text)
    assert specificity(parts) == expected


def test_specificity_of_a_list_is_its_highest() -> None:
    assert specificity_of_list(read_selectors("a b c, .d, e f")) == (0, 1, 0)
    assert specificity_of_list(()) == (0, 0, 0)
