"""What passes of raw HTML, and in which shape."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from celldeck.model import HtmlPolicy
from celldeck.render.allowlist import default_allowlist, sanitize, sanitizer


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # Tags and attributes of the list pass; quotes and case are put in order.
        ("<B>x</B>", "<b>x</b>"),
        ("<span CLASS='a b' title=t>", '<span class="a b" title="t">'),
        ("<details open>", "<details open>"),
        ('<p class="">', "<p class>"),
        ("<td colspan=2 align='right'>", '<td colspan="2" align="right">'),
        # Other attributes go, other tags are shown as text.
        ('<p id="a" style="color:red" onclick="x()" data-y="1" class=c>', '<p class="c">'),
        ("<svg><rect/></svg>", "&lt;svg&gt;&lt;rect/&gt;&lt;/svg&gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<header><main></header>", "&lt;header&gt;&lt;main&gt;&lt;/header&gt;"),
        ("<my-tag a='b'>", "&lt;my-tag a='b'&gt;"),
        # Nothing is closed or removed.
        ("<div><i>", "<div><i>"),
        ("</div></i>", "</div></i>"),
        # Tags that are never filled.
        ("<br>", "<br />"),
        ("<br/>", "<br />"),
        ("</br>", "<br />"),
        ("<hr class=x>", '<hr class="x" />'),
        ("<img src=a.png alt>", '<img src="a.png" alt />'),
        ("<div/>", "<div />"),
        # Text between tags.
        ("<b>1 < 2 & 3 > 2</b>", "<b>1 &lt; 2 & 3 &gt; 2</b>"),
        # Comments vanish, also unfinished ones.
        ("a<!-- <b> -->b<!---->c<!-- d", "abc"),
        # A tag that the text cuts off.
        ("<b", "&lt;b"),
        ("<p class='a", "&lt;p class='a"),
    ],
)
def test_sanitize_passes_what_marp_passes_by_default(html: str, expected: str) -> None:
    assert sanitize(html, None) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="https://a.example/?x=1&y=2#z">', '<a href="https://a.example/?x=1&y=2#z">'),
        ('<a href="page.html">', '<a href="page.html">'),
        ("<a href='#3'>", '<a href="#3">'),
        ('<a href="HTTP://a.example">', '<a href="HTTP://a.example">'),
        # Everything else with a colon loses its address.
        ('<a href="javascript:alert(1)">', "<a href>"),
        ('<a href=" JaVaScRiPt:alert(1)">', "<a href>"),
        ('<a href="java&#115;cript&#x3a;alert(1)">', "<a href>"),
        ('<a href="javascript&colon;alert(1)">', "<a href>"),
        ('<a href="java\nscript:alert(1)">', "<a href>"),
        ('<a href="mailto:a@example.com">', "<a href>"),
        ('<a href="notes/10:30">', "<a href>"),
        ('<a href="data:image/png;base64,AA">', "<a href>"),
        ('<img src="data:image/png;base64,AA">', '<img src="data:image/png;base64,AA" />'),
        ('<img src="data:text/html,x">', "<img src />"),
        ('<img srcset="a.png 1x, b.png 2x">', '<img srcset="a.png 1x, b.png 2x" />'),
        ('<img srcset="a.png 1x, javascript:x 2x">', "<img srcset />"),
        ('<blockquote cite="https://a.example">', '<blockquote cite="https://a.example">'),
        ('<video src="a.mp4" poster="data:image/png;x" controls>',) * 2,
        ("<p dir=RTL>", '<p dir="rtl">'),
        ("<p dir=up>", "<p dir>"),
    ],
)
def test_sanitize_checks_addresses_and_directions(html: str, expected: str) -> None:
    assert sanitize(html, None) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p title='&quot;&#65;&#x42;&newline;<i>'>", '<p title="&quot;AB &lt;i&gt;">'),
        # References are read as 16 bits: of an emoji, both halves have to be there.
        ("<p title='&#xD83D;&#xDE00;'>", '<p title="😀">'),
        ("<p title='&#xD83D;|'>", '<p title="\ufffd|">'),
        (f"<p title='&#{'9' * 5000};|'>", '<p title="|">'),
        ("<p title = 'a' class= b lang =c>", '<p title="a" class="b" lang="c">'),
        ("<p title=a\u00a0class=b>", '<p title="a" class="b">'),
        ('<p title="a"class="b">', '<p title="a" class="b">'),
        ('<p title=a\'b class=">">', '<p title="a\'b" class="&gt;">'),
        ("<p\n  class='a'\n  title='b\nc'>", '<p class="a" title="b c">'),
        ("<p =x class>", "<p class>"),
        ('<p class="a>b">', '<p class="a&gt;b">'),
        ("<p <b class=x>", '&lt;p <b class="x">'),
        ("< b></ b>", "&lt; b&gt;&lt;/ b&gt;"),
    ],
)
def test_sanitize_reads_attributes_as_js_xss_does(html: str, expected: str) -> None:
    assert sanitize(html, None) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<svg onload=x><path d=y></svg>", "<svg onload=x><path d=y /></svg>"),
        ("<P STYLE='a'>", "<P STYLE='a'>"),
        ("<br>a > b<!-- c --><input disabled>", "<br />a &gt; b<input disabled />"),
        # One script and nothing else is left alone, apart from the quotes in its tag.
        (
            "<script async src=a.js>if (a < b) c('</b>') <!-- d --></script>\n",
            """<script async="" src="a.js">if (a < b) c('</b>') <!-- d --></script>\n""",
        ),
        ("<script>a < b</script> more", "<script>a &lt; b</script> more"),
        (
            "<script>a < b</script><script>c < d</script>",
            "<script>a &lt; b</script><script>c &lt; d</script>",
        ),
    ],
)
def test_sanitize_passes_everything_if_the_policy_is_true(html: str, expected: str) -> None:
    assert sanitize(html, True) == expected


def test_sanitize_shows_everything_as_text_if_the_policy_is_false() -> None:
    assert sanitize("<b>x</b><br><!-- c -->", False) == "&lt;b&gt;x&lt;/b&gt;&lt;br&gt;"


def test_sanitize_obeys_an_allowlist_of_one_s_own() -> None:
    shout: Callable[[str], str] = str.upper
    policy: HtmlPolicy = {
        "MARK": ["Class"],
        "i": {"title": shout, "lang": True, "class": False},
        "script": ["src"],
    }
    html = "<mark class=a id=b><i title='x\"' lang=de class=c><b></mark>"
    assert sanitize(html, policy) == '<mark class="a"><i title="X&quot;" lang="de">&lt;b&gt;</mark>'
    assert sanitize("<script src=a async>b < c</script>", policy) == '<script src="a">b < c</script>'


def test_sanitize_leaves_void_tags_as_they_are_without_xhtml() -> None:
    assert sanitize("<br><hr/><img src=a>", None, xhtml=False) == '<br><hr /><img src="a">'


def test_the_default_list_has_marp_s_tags() -> None:
    allowed = default_allowlist()
    assert len(allowed) == 71
    assert not {"script", "style", "iframe", "form", "input", "svg", "header", "footer", "main"} & set(
        allowed
    )
    assert set(allowed["source"]) == {"src", "srcset", "height", "media", "sizes", "type", "width"}
    assert set(allowed["a"]) == {"class", "dir", "lang", "title", "href", "name", "rel", "target"}


@pytest.mark.parametrize(
    "html",
    [
        "<" * 300_000,
        "<b 'x <" * 50_000,
        f"<a {' ' * 300_000}x>",
        f"<a x={' ' * 300_000}y>",
        f"<a {'=' * 100_000}>",
        "<a " + "'\"" * 50_000 + ">",
        "<a " + 'x="' * 50_000 + ">",
        "<script " + ">" * 100_000,
        "<!--" * 100_000,
        f"<br {' ' * 300_000}x{' ' * 300_000}",
    ],
    ids=lambda html: html[:8],
)
@pytest.mark.parametrize("policy", [None, True])
def test_sanitize_takes_no_longer_for_hostile_html(html: str, policy: HtmlPolicy) -> None:
    start = time.process_time()
    sanitizer(policy)(html)
    assert time.process_time() - start < 1.5
