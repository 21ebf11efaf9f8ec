"""Local pictures, fonts, media and styles become part of the page; the rest is told."""

from __future__ import annotations

import base64
import errno
import os
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from driver import page

from celldeck.export.inline import Finding, Inlined, inline, notices
from celldeck.export.local_files import LIMIT_BYTES, LocalFiles
from celldeck.export.placeholder import placeholder
from celldeck.source import Source

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PNG_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect id="r" width="9" height="9" fill="url(#g)"/></svg>'
SVG_URL = "data:image/svg+xml;base64," + base64.b64encode(SVG.encode()).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    deck = tmp_path / "slides"
    (deck / "pics").mkdir(parents=True)
    for name in ("a.png", "pics/b c.png", "pics/ü.png", "what?.png"):
        (deck / name).write_bytes(PNG)
    (deck / "d.svg").write_text(SVG)
    (deck / "f.woff2").write_bytes(b"wOF2 font")
    (deck / "s.mp3").write_bytes(b"ID3 sound")
    (deck / "fake.png").write_text("no picture at all")
    (deck / "lfs.png").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\n")
    return deck


def run(folder: Path, *slides: str, css: str = "", **more: object) -> Inlined:
    return inline(page(*slides, css=css), folder=folder, files=LocalFiles(), **more)  # type: ignore[arg-type]


def body(result: Inlined, number: int = 1) -> str:
    match = re.search(r"<section[^>]*>(.*)</section>", result.page.slides[number - 1], re.DOTALL)
    assert match
    return match[1]


def css_of(result: Inlined) -> str:
    return result.page.css.removeprefix(page().css)


# ---------------------------------------------------------------- where addresses stand


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<img src="a.png" alt="x" />', f'<img src="{PNG_URL}" alt="x" />'),
        ("<IMG SRC=a.png>", f'<IMG SRC="{PNG_URL}">'),
        ("<img src='a.png'>", f'<img src="{PNG_URL}">'),
        ('<img src="./pics/b%20c.png">', f'<img src="{PNG_URL}">'),
        ('<img src="pics/b c.png">', f'<img src="{PNG_URL}">'),
        ('<img src="pics/%C3%BC.png">', f'<img src="{PNG_URL}">'),
        ('<img src="a.png?raw=true&amp;x=1">', f'<img src="{PNG_URL}">'),
        ('<img src="what%3F.png">', f'<img src="{PNG_URL}">'),
        ('<img src="d.svg#r">', f'<img src="{SVG_URL}#r">'),
        (
            '<img srcset="a.png 1x, pics/b%20c.png 2x" src="a.png">',
            f'<img srcset="{PNG_URL} 1x, {PNG_URL} 2x" src="{PNG_URL}">',
        ),
        (
            '<picture><source srcset="a.png, d.svg 640w"></picture>',
            f'<picture><source srcset="{PNG_URL}, {SVG_URL} 640w"></picture>',
        ),
        ('<video poster="a.png"></video>', f'<video poster="{PNG_URL}"></video>'),
        (
            '<audio controls src="s.mp3"></audio>',
            '<audio controls src="data:audio/mpeg;base64,SUQzIHNvdW5k"></audio>',
        ),
        ('<svg><image href="a.png"/></svg>', f'<svg><image href="{PNG_URL}"/></svg>'),
        ('<svg><image xlink:href="a.png"/></svg>', f'<svg><image xlink:href="{PNG_URL}"/></svg>'),
        (
            '<p style="color:red;background:url(&quot;a.png&quot;) no-repeat">',
            f'<p style="color:red;background:url({PNG_URL}) no-repeat">',
        ),
        (
            "<style>p { background: url('a.png') }</style>",
            f"<style>p {{ background: url({PNG_URL}) }}</style>",
        ),
        # These are no addresses, or need nothing.
        ('<img src="data:image/png;base64,AAAA">', None),
        ('<a href="a.png">x</a>', None),
        ('<a href="#3">x</a>', None),
        ("<p>&lt;img src=&quot;a.png&quot;&gt;</p>", None),
        ('<p title="src=a.png">x</p>', None),
        ('<!-- <img src="a.png"> -->', None),
        ('<textarea><img src="a.png"></textarea>', None),
        ('<script>const x = "<img src=a.png>";</script>', None),
        ("<p>a < b and src</p>", None),
        ('<p title="unclosed src>x</p>', None),
        # Marp repeats a directive as a custom property, which draws nothing.
        ('<p style="--background-image:url(a.png);">', None),
    ],
)
def test_local_files_become_data_urls(folder: Path, before: str, after: str | None) -> None:
    result = run(folder, before)
    assert body(result) == (before if after is None else after)
    assert result.findings == ()


def test_stylesheets_get_their_pictures_and_fonts(folder: Path) -> None:
    css = (
        "/* url(a.png) */ @font-face { src: url('f.woff2') format('woff2') } "
        'p { background: url( "pics/b c.png" ); content: "url(a.png)"; mask: url(d.svg#r) }'
    )
    result = run(folder, "x", css=css)
    font = base64.b64encode(b"wOF2 font").decode()
    assert css_of(result) == (
        f"/* url(a.png) */ @font-face {{ src: url(data:font/woff2;base64,{font}) format('woff2') }} "
        f'p {{ background: url({PNG_URL}); content: "url(a.png)"; mask: url({SVG_URL}#r) }}'
    )
    assert result.findings == ()


def test_a_theme_finds_its_files_beside_the_deck_first_and_then_in_its_own_folder(
    folder: Path, tmp_path: Path
) -> None:
    themes = tmp_path / "themes"
    themes.mkdir()
    (themes / "logo.svg").write_text(SVG)
    (themes / "a.png").write_bytes(PNG + b"another")
    result = run(folder, "x", css="p { background: url(logo.svg), url(a.png) }", style_folders=[themes])
    assert css_of(result) == f"p {{ background: url({SVG_URL}), url({PNG_URL}) }}"


def test_an_imported_stylesheet_comes_with_its_own_files_and_never_in_circles(folder: Path) -> None:
    (folder / "pics" / "more.css").write_text('@import "more.css"; b { background: url("b c.png") }')
    result = run(folder, "x", css='@import "pics/more.css" screen; @import url(gone.css);')
    css = css_of(result)
    assert css.startswith("@import url(data:text/css;charset=utf-8,%40import%20%22more.css%22%3B%20b")
    assert css.endswith(" screen; @import url(gone.css);")
    assert quote(f"url({PNG_URL})") in css
    assert result.findings == (Finding("missing-file", "gone.css", None),)


def test_an_address_with_a_slash_may_mean_the_projects_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "root.png").write_bytes(PNG)
    absolute = (folder / "a.png").as_posix()
    result = run(
        folder,
        f'<img src="/images/root.png"><img src="{absolute}"><img src="{(folder / "a.png").as_uri()}">',
        root=tmp_path,
    )
    assert body(result) == f'<img src="{PNG_URL}">' * 3


def test_drawings_taken_from_another_file_come_into_the_slide_once(folder: Path) -> None:
    result = run(folder, '<svg><use href="d.svg#r"/></svg><svg><use xlink:href="d.svg#r"/></svg>', "<p>x</p>")
    first, second = re.findall(r'href="#(u[0-9a-f]{10}-r)"', body(result))
    prefix = first.removesuffix("r")
    assert first == second
    assert body(result) == (
        f'<svg><defs><g id="{prefix}"><rect id="{prefix}r" width="9" height="9" fill="url(#{prefix}g)"/>'
        f'</g></defs><use href="#{prefix}r"/></svg><svg><use xlink:href="#{prefix}r"/></svg>'
    )


def test_links_to_files_are_written_for_where_the_page_will_stand(folder: Path, tmp_path: Path) -> None:
    slide = (
        '<a href="pics/b%20c.png?x#y">x</a><a href="gone.pdf">y</a><a href="https://example.org/a.png">z</a>'
    )
    result = run(folder, slide, output=tmp_path / "dist" / "deck.html")
    assert body(result) == slide.replace("pics/", "../slides/pics/")


def test_a_background_of_several_slides_is_stored_once(folder: Path) -> None:
    (folder / "large.png").write_bytes(PNG + os.urandom(4000))
    figure = '<figure style="background-image:url(&quot;large.png&quot;);background-size:50%;"></figure>'
    result = run(folder, figure, figure, '<figure style="background-image:url(a.png);"></figure>')
    html = "".join(result.page.slides)
    data = base64.b64encode((folder / "large.png").read_bytes()).decode()
    assert data not in html
    assert result.page.css.count(data) == 1
    assert body(result, 1) == body(result, 2)
    key = re.search(r'data-celldeck-picture="(\w+)" style="background-size:50%;"', body(result))
    assert key
    assert f'[data-celldeck-picture="{key[1]}"]{{background-image:url(data:image/png' in result.page.css
    assert body(result, 3) == f'<figure style="background-image:url({PNG_URL});"></figure>'


def framed(result: Inlined) -> str:
    match = re.search(r'<iframe src="data:text/html;charset=utf-8;base64,([^"#]*)', body(result))
    assert match
    return base64.b64decode(match[1]).decode()


def test_a_page_in_a_frame_brings_what_it_needs_from_beside_it(folder: Path) -> None:
    (folder / "pics" / "page.html").write_text(
        '<link rel="stylesheet" href="page.css"><img src="b c.png"><img src="../a.png">'
        '<script src="x.js"></script><a href="b c.png">é</a>',
        "utf-8",
    )
    (folder / "pics" / "page.css").write_text("p { background: url('b c.png') }")
    (folder / "pics" / "x.js").write_text("go()")
    result = run(folder, '<iframe src="pics/page.html#end"></iframe>', output=folder / "out" / "x.html")
    style, *rest = framed(result).split(">", 1)
    assert quote(PNG_URL) in style
    assert rest == [
        f'<img src="{PNG_URL}"><img src="{PNG_URL}">'
        '<script src="data:text/javascript;base64,Z28oKQ=="></script><a href="b c.png">é</a>'
    ]
    assert body(result).endswith('#end"></iframe>')
    assert result.findings == ()


def test_what_a_page_in_a_frame_misses_is_told_with_its_slide(folder: Path) -> None:
    (folder / "page.html").write_text('<img src="gone.png">')
    result = run(folder, "", '<iframe src="page.html"></iframe>')
    assert result.findings == (Finding("missing-picture", "gone.png", 2),)


def test_pages_and_styles_that_hold_each_other_come_to_an_end(folder: Path) -> None:
    (folder / "page.html").write_text('<iframe src="pics/../pics/page.html"></iframe>')
    (folder / "pics" / "page.html").write_text('<iframe src="../pics/../page.html"></iframe>')
    (folder / "loop.css").write_text('@import "pics/../loop.css"; p { color: red }')
    assert "<iframe" in framed(run(folder, '<iframe src="page.html"></iframe>'))
    assert quote("p { color: red }") in body(run(folder, '<link rel="stylesheet" href="loop.css">'))


# ---------------------------------------------------------------- what cannot be had


def test_a_missing_picture_leaves_a_placeholder_that_names_it(folder: Path) -> None:
    result = run(
        folder,
        '<img src="gone%20away.png" alt="x">',
        '<figure style="background-image:url(&quot;gone%20away.png&quot;);"></figure>',
    )
    stand_in = placeholder("gone away.png")
    assert body(result, 1) == f'<img src="{stand_in}" alt="x">'
    assert body(result, 2) == f'<figure style="background-image:url({stand_in});"></figure>'
    assert result.findings == (Finding("missing-picture", "gone%20away.png", 1),)
    assert "gone away.png" in base64.b64decode(stand_in.split(",")[1]).decode()


@pytest.mark.parametrize("name", ["gone%20away.png", "fake.png"])
def test_a_missing_picture_keeps_its_address_where_none_shall_stand_in(folder: Path, name: str) -> None:
    slide = f'<img src="{name}" alt="x"><figure style="background-image:url(&quot;{name}&quot;);"></figure>'
    result = run(folder, slide, stand_ins=False)
    assert body(result).replace("&quot;", "") == slide.replace("&quot;", "")
    assert [finding.address for finding in result.findings] == [name]


def test_a_placeholder_shows_the_end_of_a_long_name_and_no_markup_of_it() -> None:
    svg = base64.b64decode(placeholder("x" * 80 + "<b>.png").split(",")[1]).decode()
    assert f"…{'x' * 36}&lt;b&gt;.png" in svg


@pytest.mark.parametrize(("name", "there"), [("A.PNG", "a.png"), ("a.jpeg", "a.png"), ("D.svg", "d.svg")])
def test_a_picture_that_is_there_under_a_like_name_is_offered(folder: Path, name: str, there: str) -> None:
    if (folder / name).exists():
        pytest.skip("this file system does not tell cases apart")
    result = run(folder, f'<img src="{name}">')
    assert result.findings == (Finding("missing-picture", name, 1, f"there is {there}"),)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("fake.png", "the file holds something else than its name says"),
        ("lfs.png", "it was not checked out: `git lfs pull` brings it"),
    ],
)
def test_a_picture_that_is_none_is_told(folder: Path, name: str, hint: str) -> None:
    result = run(folder, f'<img src="{name}">')
    assert result.findings == (Finding("broken-picture", name, 1, hint),)
    assert body(result) == f'<img src="{placeholder(name, what="not a picture")}">'


def test_what_is_in_the_network_stays_and_is_told_once(folder: Path) -> None:
    slide = '<img src="https://example.org/a.png"><iframe src="//example.org/f"></iframe>'
    css = "@import url(https://example.org/font.css);"
    result = run(folder, slide, slide, css=css)
    assert (body(result, 1), body(result, 2), css_of(result)) == (slide, slide, css)
    assert result.findings == (
        Finding("remote-picture", "https://example.org/a.png", 1),
        Finding("remote-file", "//example.org/f", 1),
        Finding("remote-file", "https://example.org/font.css", None),
    )


def test_a_file_too_large_to_embed_is_linked(folder: Path, tmp_path: Path) -> None:
    with (folder / "long.mp4").open("wb") as file:
        file.truncate(LIMIT_BYTES + 1)
    result = run(folder, '<video src="long.mp4"></video>', output=tmp_path / "dist" / "deck.html")
    assert body(result) == '<video src="../slides/long.mp4"></video>'
    assert result.findings == (Finding("large-file", "long.mp4", 1),)


@pytest.mark.parametrize("name", ["pics", "x" * 300 + ".png", "a%00b.png", "?", "../" * 40 + "gone.png"])
def test_names_that_no_picture_can_have_are_missing(folder: Path, name: str) -> None:
    result = run(folder, f'<img src="{name}">')
    assert result.findings == (() if name == "?" else (Finding("missing-picture", name, 1),))


def test_a_file_that_may_not_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not by the file's mode: root may read everything.
    def refuse(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = run(folder, '<img src="a.png">')
    assert result.findings == (
        Finding("missing-picture", "a.png", 1, "it cannot be read: Permission denied"),
    )


def test_a_file_is_read_again_only_when_it_has_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or plain(path))
    files = LocalFiles()
    for _ in range(3):
        inline(page('<img src="a.png"><img src="d.svg">'), folder=folder, files=files)
    assert read == ["a.png", "d.svg"]
    (folder / "a.png").write_bytes(PNG + b"more")
    inline(page('<img src="a.png"><img src="d.svg">'), folder=folder, files=files)
    assert read == ["a.png", "d.svg", "a.png"]


# ---------------------------------------------------------------- telling


def test_findings_point_to_where_the_author_wrote_them() -> None:
    source = Source.of("# A\n\n![](b.png)\n\n---\n\n![bg](ä%20x.png) ![](b.png)\n", "deck.md")
    findings = (
        Finding("missing-picture", "b.png", 2),
        Finding("missing-picture", "%C3%A4%20x.png", 2),
        Finding("remote-file", "https://example.org/x.css", None),
    )
    told = [str(notice) for notice in notices(findings, source, [(1, 5), (5, 8)])]
    assert told == [
        "deck.md:7:22: warning: the picture b.png is not there [missing-picture]\n"
        "  7 | ![bg](ä%20x.png) ![](b.png)\n"
        "    |                      ^^^^^",
        "deck.md:7:7: warning: the picture ä%20x.png is not there [missing-picture]\n"
        "  7 | ![bg](ä%20x.png) ![](b.png)\n"
        "    |       ^^^^^^^^^",
        "warning: https://example.org/x.css is loaded from the network when the deck is shown "
        "(named by the theme or a style) [remote-file]",
    ]
