"""Data URLs in a text."""

import pytest

from celldeck.export.embedded import data_urls, decoded, encoded, without_data_urls


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in data_urls(text)]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("", []),
        ("no data here", []),
        ('<img src="data:image/png;base64,AAAA=">', ["data:image/png;base64,AAAA="]),
        ("<img src='data:image/png;base64,AAAA'>", ["data:image/png;base64,AAAA"]),
        ("url(data:font/woff2;base64,AB+/) format(x)", ["data:font/woff2;base64,AB+/"]),
        ("url( data:image/gif,1 )url(data:image/gif,2)", ["data:image/gif,1", "data:image/gif,2"]),
        ("data:image/gif,1\n", ["data:image/gif,1"]),
        ("at the end data:image/gif,1", ["data:image/gif,1"]),
        ("data:", ["data:"]),
        ("data:data:x y", ["data:data:x"]),
    ],
)
def test_ends_where_the_address_does(text: str, urls: list[str]) -> None:
    assert found(text) == urls


def test_the_rest_of_a_text() -> None:
    text = """<p style="background:url(data:image/png;base64,AA) 'x'">data:x</p>"""
    assert without_data_urls(text) == """<p style="background:url() 'x'">"""
    assert without_data_urls("as it is") == "as it is"


@pytest.mark.parametrize("text", ["Y2VsbGRlY2s=", "Y2Vs bGRl\nY2s=", " Y2VsbGRlY2s= "])
def test_base64_is_read_with_blanks_or_without(text: str) -> None:
    assert decoded(text) == b"celldeck"
    assert encoded(b"celldeck") == "Y2VsbGRlY2s="


@pytest.mark.parametrize("text", ["Y2VsbGRlY2s", "Zürich=="])
def test_what_is_no_base64_is_told(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whatever the library says)
        decoded(text)
