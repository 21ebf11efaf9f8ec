"""Addresses: what `href` holds, what a link shows, and what is refused."""

from __future__ import annotations

import pytest

from celldeck.parse.markdown.urls import is_allowed, normalize_link, normalize_link_text


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("a/b.c?d=e&f#g", "a/b.c?d=e&f#g"),
        ("a b\"c<d>'", "a%20b%22c%3Cd%3E'"),
        ("%20%zz%", "%20%25zz%25"),
        ("ä", "%C3%A4"),
        ("https://Bücher.Example/ä", "https://xn--Bcher-kva.Example/%C3%A4"),
        ("//é.com:80/x", "//xn--9ca.com:80/x"),
        ("https://a@b@é.com", "https://a@b@xn--9ca.com"),
        ("ftp://é.com", "ftp://%C3%A9.com"),
        ("mailto:ä@é.com", "mailto:%C3%A4@xn--9ca.com"),
        ("https://例。jp/", "https://xn--fsq.jp/"),
        ("http://[::1]:80/", "http://%5B::1%5D:80/"),
        ("http://a{b}.c/d", "http://a%7Bb%7D.c/d"),
        ("  http://a.b  ", "http://a.b"),
        ("http://@a.b", "http://a.b"),
        ("http://" + "a." * 130 + "/", "http:///"),
    ],
)
def test_normalize_link_encodes_characters_and_hosts(url: str, href: str) -> None:
    assert normalize_link(url) == href


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://xn--bcher-kva.example/%C3%A4", "https://bücher.example/ä"),
        ("https://xn--99999999.example/", "https://xn--99999999.example/"),
        ("a%20b%2Fc%25", "a b%2Fc%25"),
        ("%C3%28%E4%BD%FF", "\ufffd(\ufffd\ufffd\ufffd"),
    ],
)
def test_normalize_link_text_decodes_what_can_be_shown(url: str, text: str) -> None:
    assert normalize_link_text(url) == text


@pytest.mark.parametrize(
    ("href", "allowed"),
    [
        ("https://a.b", True),
        ("", True),
        ("javascript:a", False),
        (" JavaScript:a", False),
        ("vbscript:a", False),
        ("file:///a", False),
        ("data:text/html,a", False),
        ("data:image/svg+xml;base64,a", False),
        ("data:image/PNG;base64,a", True),
    ],
)
def test_is_allowed_refuses_what_could_hold_a_script(href: str, allowed: bool) -> None:
    assert is_allowed(href) is allowed
