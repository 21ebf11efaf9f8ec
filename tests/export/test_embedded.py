"""Data URLs in a text."""

import pytest

from celldeck.export.embedded import data_urls, without_data_urls


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
