"""The build line, from a deck's path to its files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from celldeck.errors import DeckError
from celldeck.model import Output
from celldeck.pipeline import (
    Built,
    Tools,
    build,
    failures,
    finish,
    load,
    read_source,
    run,
    self_contained,
    write,
)
from celldeck.settings import Settings

DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><circle r="2"/></svg>'

Make = Callable[..., Tools]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Give tools for a project in `tmp_path`, where we are: a function of settings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    made: list[Tools] = []

    def tools(**settings: Any) -> Tools:
        made.append(Tools(Settings(**settings)))
        return made[-1]

    yield tools
    for one in made:
        one.close()


def deck(text: str, name: str = "talk.md") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def told(built: Built) -> list[str]:
    """Return the first line of each notice."""
    return [str(notice).split("\n")[0] for notice in built.notices]


# ---------------------------------------------------------------- cells


def test_a_file_that_a_deck_takes_code_from_is_part_of_it(make: Make) -> None:
    deck("x = 1\nraise ValueError\n", "src/train.py")
    tools = make()
    path = deck(
        "---\nkernel: python3\n---\n\n```python {file=../src/train.py depends=a.csv}\n```\n", "a/talk.md"
    )
    loaded = load(path, tools)
    assert loaded.cells[0].source == "x = 1\nraise ValueError"
    assert tools.parts == {Path("src/train.py").resolve(), Path("a/a.csv").resolve()}
    assert {Path("src").resolve(), Path("a").resolve()} <= tools.folders()
    raised = Output("error", {"text/plain": ""}, error=("ValueError", ""), error_line=2)
    cells = (replace(loaded.cells[0], outputs=(raised,)),)
    (told,) = failures(replace(loaded, cells=cells))
    assert told.split("\n")[0].endswith("src/train.py:2:1: cell 1 raised ValueError")
    (gone,) = load(deck("```python {file=gone.py}\n```\n", "b.md"), make(execute=("b.md",))).notices
    assert gone.message == "this cell is not run: there is no gone.py"


def test_a_value_that_raises_and_one_that_is_nothing_are_told(make: Make) -> None:
    loaded = load(deck("---\nkernel: python3\n---\n\nAt `{python} a` and\n`{python} b`.\n"), make())
    raised = Output("error", {"text/plain": ""}, error=("NameError", "no a"), error_line=1)
    cells = (replace(loaded.cells[0], outputs=(raised,)), replace(loaded.cells[1], outputs=()))
    built = finish(replace(loaded, cells=cells), make())
    assert [failure.split("\n")[0] for failure in built.failures] == [
        "talk.md:5:5: a value raised NameError: no a"
    ]
    assert told(built) == [
        "talk.md:6:2: warning: this value is None, so nothing is shown of it [empty-value]"
    ]
    assert "⚠ NameError" in built.page.slides[0]


# ---------------------------------------------------------------- reading


def test_read_source_gives_the_text(make: Make) -> None:
    path = deck("\ufeff# Grüße\r\n")
    assert (read_source(path).text, read_source(path).path) == ("# Grüße\n", path)


def test_a_deck_that_is_not_there_is_told_with_one_that_is(make: Make) -> None:
    deck("", "slides/intro.md")
    with pytest.raises(DeckError) as error:
        read_source(Path("slides/intor.md"))
    assert str(error.value) == "there is no deck at slides/intor.md\n  hint: did you mean slides/intro.md?"
    with pytest.raises(DeckError) as error:
        read_source(Path("nowhere/a.md"))
    assert str(error.value) == "there is no deck at nowhere/a.md"


def test_a_folder_is_no_deck(make: Make) -> None:
    Path("slides").mkdir()
    with pytest.raises(DeckError) as error:
        read_source(Path("slides"))
    assert str(error.value) == "slides is a folder, not a deck\n  hint: name decks: slides/*.md"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"# A\n\nGr\xfc\xdfe\n",
            "talk.md:3:3: this is no UTF-8: byte 0xfc\n  3 | Gr\ufffd\ufffde\n    |   ^",
        ),
        ("# Ä".encode("utf-16"), "talk.md:1:1: this is no UTF-8: byte 0xff\n"),
    ],
    ids=["latin-1", "utf-16"],
)
def test_a_deck_that_is_no_utf_8_is_told_with_its_place(make: Make, data: bytes, message: str) -> None:
    Path("talk.md").write_bytes(data)
    with pytest.raises(DeckError) as error:
        read_source(Path("talk.md"))
    assert str(error.value).startswith(message)
    assert str(error.value).endswith("\n  hint: save the file as UTF-8")


# ---------------------------------------------------------------- decks


@pytest.mark.parametrize("text", ["", "\n", "---\n---\n", "---\ntheme: gaia\n---", "\ufeff"])
def test_a_deck_without_text_is_one_slide(make: Make, text: str) -> None:
    built = build(deck(text), make())
    assert (len(built.page.slides), built.notices, built.failures) == (1, (), ())


def test_yaml_that_cannot_be_read_is_told_with_its_line(make: Make) -> None:
    built = build(deck("---\ntitle: a\nheader: [b\nfooter: c\n---\n\n# Slide\n"), make())
    assert len(built.page.slides) == 1
    (notice,) = told(built)
    assert notice.startswith("talk.md:4:1: warning: the whole front matter is ignored, since it is no YAML")


def test_a_fence_that_is_never_closed_is_told_and_not_run(make: Make) -> None:
    built = build(deck("---\nkernel: python3\n---\n\n```python\nprint(1)\n\n---\n\n# no slide\n"), make())
    assert told(built) == ["talk.md:5:1: warning: this cell is never closed [unclosed-fence]"]
    assert built.deck.cells[0].outputs is None


def test_notices_come_in_the_order_of_the_deck(make: Make) -> None:
    built = build(
        deck("---\ntheme: gaia2\n---\n\n![](b.png) ![bg](a.png)\n\n---\n\n$\\frac{1$\n\n<!-- clas: x -->\n"),
        make(),
    )
    built = self_contained(built, make(), Path("out.html"))
    assert [re.sub(r"^talk\.md:([\d:]+): .*\[(.*)\]$", r"\1 \2", line) for line in told(built)] == [
        "2:8 unknown-theme",
        "5:5 missing-picture",
        "5:18 missing-picture",
        "9:2 broken-formula",
        "11:6 unknown-directive",
    ]


def test_kinds_of_notices_can_be_silenced(make: Make) -> None:
    path = deck("---\ntheme: gaia2\n---\n\n![](b.png)\n")
    tools = make(silence=("missing-picture", "unknown-theme"))
    assert self_contained(build(path, tools), tools, Path("out.html")).notices == ()


def test_python_blocks_of_a_deck_that_does_not_opt_in_are_left_alone(make: Make) -> None:
    text = "```python\nopen('ran', 'w')\n```\n\n```py\n1\n```\n"
    built = build(deck(text, "slides/talk.md"), make(execute=("talks/*.md",)))
    assert (built.deck.cells, built.deck.idle_python_blocks) == ((), 2)
    opted = load(deck(text, "talks/talk.md"), make(execute=("talks/*.md",)))
    assert (len(opted.cells), opted.kernel) == (2, "python3")
    assert not list(Path().rglob("ran"))


def test_without_execution_stored_outputs_are_shown_and_nothing_runs(make: Make) -> None:
    tools = make(no_exec=True)
    built = finish(run(load(deck("---\nkernel: nowhere\n---\n\n```python\n1\n```\n"), tools), tools), tools)
    assert [cell.outputs for cell in built.deck.cells] == [None]
    assert "<code" in built.page.slides[0]


# ---------------------------------------------------------------- themes


def test_a_theme_that_nobody_has_is_told_and_the_default_used(make: Make) -> None:
    built = build(deck("---\ntheme: dsi-certificate-theme\n---\n"), make())
    assert built.page.theme == "default"
    assert [str(notice) for notice in built.notices] == [
        "talk.md:2:8: warning: unknown theme 'dsi-certificate-theme', so another is used [unknown-theme]\n"
        "  2 | theme: dsi-certificate-theme\n"
        "    |        ^^^^^^^^^^^^^^^^^^^^^\n"
        "  hint: did you mean 'dsi-certificates-theme'? themes here: celldeck, default, "
        "dsi-certificates-theme, gaia, uncover"
    ]


@pytest.mark.parametrize("place", ["mine.css", "theme/a.css", "themes/b.css"])
def test_a_theme_beside_the_deck_is_found_by_its_name(make: Make, place: str) -> None:
    deck("/* @theme mine */\nsection { color: #010203 }", f"talks/{place}")
    Path("talks/.#mine.css").symlink_to("nowhere")
    built = build(deck("---\ntheme: mine\n---\n", "talks/talk.md"), make())
    assert (built.page.theme, built.notices) == ("mine", ())
    assert "#010203" in built.page.css


def test_the_theme_for_every_deck_beats_those_that_decks_name(make: Make) -> None:
    deck("section { color: #010203 }", "plain.css")
    deck("/* @theme mine */", "set/mine.css")
    path = deck("---\ntheme: nobody-has-it\n---\n")
    for settings in ({"theme": "gaia"}, {"theme": "mine", "theme_set": ("set",)}):
        built = build(path, make(**settings))
        assert (built.page.theme, built.notices) == (settings["theme"], ())
    assert "#010203" in build(path, make(theme="plain.css")).page.css
    with pytest.raises(DeckError) as error:
        build(path, make(theme="gaja"))
    assert str(error.value) == (
        "there is no theme 'gaja' to use for every deck\n"
        "  hint: did you mean 'gaia'? themes here: celldeck, default, dsi-certificates-theme, gaia, uncover"
    )


def test_a_marp_project_builds_as_it_is(make: Make) -> None:
    deck("/* @theme mine */\nsection { color: #010203; background: url(dot.svg) }", "conf/themes/mine.css")
    deck(DOT, "conf/themes/dot.svg")
    deck(
        "themeSet: ./conf/themes\ntheme: mine\nhtml: true\noptions: {markdown: {breaks: false}}",
        ".marprc.yml",
    )
    tools = make()
    built = self_contained(
        build(deck("a\nb <b onclick='x'>c</b>", "talks/t.md"), tools), tools, Path("o.html")
    )
    assert (built.page.theme, built.notices) == ("mine", ())
    assert "<br" not in built.page.slides[0]
    assert "onclick" in built.page.slides[0]
    assert "#010203" in built.page.css
    assert "url(data:image/svg+xml" in built.page.css


@pytest.mark.parametrize("settings", [{"theme_set": ("styles",)}, {"theme": "styles/mine.css"}])
def test_the_files_of_a_theme_are_found_beside_it(make: Make, settings: dict[str, Any]) -> None:
    deck("/* @theme mine */\nsection { background: url('dot.svg') }", "styles/mine.css")
    deck(DOT, "styles/dot.svg")
    tools = make(**settings)
    built = self_contained(build(deck("---\ntheme: mine\n---\n", "talks/t.md"), tools), tools, Path("o.html"))
    assert built.notices == ()
    assert "data:image/svg+xml" in built.page.css


def test_the_bare_page_shows_the_pictures_that_marps_page_shows_and_leaves_the_others_to_the_browser(
    make: Make,
) -> None:
    deck(
        "/* @theme mine */\nsection { background: url('dot.svg') } p { background: url(a.svg) }",
        "styles/mine.css",
    )
    for name in ("styles/dot.svg", "talks/a.svg", "b.svg"):
        deck(DOT, name)
    path = deck("---\ntheme: mine\n---\n![](a.svg) ![](b.svg) ![](/b.svg) ![](gone.svg)\n", "talks/t.md")
    tools = make(theme_set=("styles",))
    bare = self_contained(build(path, tools, "bare"), tools, Path("o.html"), "bare")
    assert re.findall(r'<img src="([^"]{,9})', bare.page.slides[0]) == [
        "data:imag",
        "b.svg",
        "/b.svg",
        "gone.svg",
    ]
    assert re.findall(r"background:url\(['\"]?([^)'\"]{,9})", bare.page.css) == ["dot.svg", "data:imag"]
    assert sorted(notice.kind for notice in bare.notices) == ["missing-picture"] * 4
    presented = self_contained(build(path, tools), tools, Path("o.html"))
    assert presented.page.slides[0].count('src="data:image/svg+xml') == 4
    assert [notice.kind for notice in presented.notices] == ["missing-picture"]


def test_a_size_that_the_theme_does_not_have_is_told(make: Make) -> None:
    built = build(deck("---\ntheme: default\nsize: 5:4\n---\n"), make())
    assert built.page.size_px == (1280, 720)
    (notice,) = built.notices
    assert str(notice).startswith(
        "talk.md:3:1: warning: the theme 'default' has no size '5:4', so its own is used"
    )
    assert notice.hint is not None
    assert "4:3" in notice.hint
    assert build(deck("---\nsize: 4:3\n---\n"), make()).page.size_px == (960, 720)


# ---------------------------------------------------------------- files


def test_write_gives_one_file_with_everything_local_in_it(make: Make) -> None:
    deck(DOT, "talks/dot.svg")
    path = deck("![A dot](dot.svg) [data](data.csv)\n", "talks/talk.md")
    deck("1", "talks/data.csv")
    tools = make()
    built = write(build(path, tools), tools, Path("dist/deep/talk.html"))
    html = Path("dist/deep/talk.html").read_text("utf-8")
    assert built.notices == ()
    assert 'src="data:image/svg+xml' in html
    assert 'href="../../talks/data.csv"' in html
    assert sorted(path.name for path in Path("dist").rglob("*")) == ["deep", "talk.html"]


def test_a_missing_picture_has_a_placeholder_and_is_told_with_its_line(make: Make) -> None:
    deck(DOT, "Plot.SVG")
    tools = make()
    built = write(build(deck("# A\n\n![A plot](plot.svg)\n"), tools), tools, Path("dist/talk.html"))
    assert [str(notice) for notice in built.notices] == [
        "talk.md:3:11: warning: the picture plot.svg is not there [missing-picture]\n"
        "  3 | ![A plot](plot.svg)\n"
        "    |           ^^^^^^^^\n"
        "  hint: there is Plot.SVG"
    ]
    assert 'src="data:image/svg+xml' in Path("dist/talk.html").read_text("utf-8")


def test_the_bare_template_has_all_slides_and_nothing_that_presents(make: Make) -> None:
    tools = make()
    write(build(deck("# A\n\n---\n\n# B\n"), tools, "bare"), tools, Path("bare.html"), "bare")
    html = Path("bare.html").read_text("utf-8")
    assert html.count("<section") == 2
    assert "importmap" not in html
    assert "celldeck-options" not in html


def test_html_of_a_deck_passes_as_the_settings_say(make: Make) -> None:
    path = deck("<b onclick='x'>bold</b> <script>1</script>\n")
    assert "<script>" not in build(path, make()).page.slides[0]
    everything = build(path, make(html_tags="all")).page.slides[0]
    assert "<script>1</script>" in everything
    assert "onclick" in everything


@pytest.mark.parametrize("place", ["file/talk.html", "file/deep/talk.html"])
def test_an_output_folder_that_is_a_file_is_told(make: Make, place: str) -> None:
    Path("file").touch()
    tools = make()
    with pytest.raises(DeckError) as error:
        write(build(deck("# A\n"), tools), tools, Path(place))
    assert str(error.value) == f"{place} cannot be written: file is a file, not a folder"


def test_an_output_that_is_a_folder_is_told_and_stays(make: Make) -> None:
    Path("talk.html").mkdir()
    tools = make()
    with pytest.raises(DeckError) as error:
        write(build(deck("# A\n"), tools), tools, Path("talk.html"))
    assert str(error.value) == "talk.html cannot be written: it is a folder"
    assert Path("talk.html").is_dir()


def test_a_write_that_fails_leaves_the_last_good_file(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = make()
    write(build(deck("# Good\n"), tools), tools, Path("talk.html"))
    good = Path("talk.html").read_bytes()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "talk.html")

    again = build(Path("talk.md"), tools)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(DeckError) as error:
            write(again, tools, Path("talk.html"))
    assert str(error.value) == "talk.html cannot be written: Permission denied"
    assert Path("talk.html").read_bytes() == good


def test_the_pdf_of_a_machine_without_a_browser_is_told_and_the_html_written(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROME_PATH", "/nowhere/chrome")
    tools = make(pdf=True)
    with pytest.raises(DeckError, match="CHROME_PATH names /nowhere/chrome"):
        write(build(deck("# A\n"), tools), tools, Path("talk.html"))
    assert Path("talk.html").is_file()
    assert not Path("talk.pdf").exists()


@pytest.mark.browser
def test_the_pdf_stands_beside_the_html(make: Make, browser: object) -> None:
    tools = make(pdf=True)
    write(build(deck("# A\n\n---\n\n![B](b.png)\n"), tools, "bare"), tools, Path("talk.html"), "bare")
    assert Path("talk.pdf").read_bytes().startswith(b"%PDF")


# ---------------------------------------------------------------- cells that fail


def test_failures_name_the_line_that_raised(make: Make) -> None:
    from celldeck.model import Output

    text = (
        "---\nkernel: python3\n---\n\n```python\nx = 1\n1 / 0\n```\n\n```python {error=allow}\n1 / 0\n```\n"
    )
    tools = make()
    loaded = load(deck(text), tools)
    error = Output("error", {}, error=("ZeroDivisionError", "division by zero\nmore"), error_line=2)
    cells = [replace(cell, outputs=(error,)) for cell in loaded.cells]
    labelled = replace(cells[0], label="fit", outputs=(replace(error, error=("Stop", ""), error_line=None),))
    assert finish(replace(loaded, cells=tuple(cells)), tools).failures == (
        "talk.md:7:1: cell 1 raised ZeroDivisionError: division by zero\n  7 | 1 / 0\n    | ^^^^^",
    )
    assert finish(replace(loaded, cells=(labelled, cells[1])), tools).failures == (
        "talk.md:5:1: cell fit raised Stop\n  5 | ```python\n    | ^^^^^^^^^",
    )


def test_a_build_without_cells_loads_nothing_that_only_others_need(make: Make) -> None:
    path = deck("---\nkernel: python3\n---\n\n# A\n\n* step\n\n![x](y.png)\n")
    heavy = ["nbclient", "jupyter_client", "tornado", "asyncio", "quickjs", "numpy", "pikepdf", "watchdog"]
    code = (
        "import sys; from celldeck.cli import main; "
        f"main([{str(path)!r}]); print([m for m in {heavy!r} if m in sys.modules])"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert answer.stdout.splitlines()[-1] == "[]", answer.stdout + answer.stderr


def test_a_deck_that_is_far_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("celldeck.pipeline.LARGEST_BYTES", 1_000_000)
    (tmp_path / "deck.md").write_text("x" * 2_000_000)
    with pytest.raises(DeckError, match=r"deck\.md has 2 MB, more than is read as one deck"):
        read_source(tmp_path / "deck.md")
