"""The command line, as a user types it."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from celldeck import __version__, cli
from celldeck.settings import OPTIONS

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "CI": "true"}

Build = Callable[..., tuple[int, str, str]]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Build:
    """The command, in a project: a function of its arguments that gives the status, and what is told."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "PYTHONPATH"):
        monkeypatch.setenv(name, ENVIRONMENT[name])
    (tmp_path / ".git").mkdir()
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = cli.main(arguments)
        except SystemExit as exit:
            status = int(exit.code or 0)
        finally:
            signal.signal(signal.SIGTERM, handler)
        told = capsys.readouterr()
        return status, re.sub(r"\d+\.\d s", "0.0 s", told.out), told.err

    return run


def write(name: str, text: str | bytes = "# A slide\n") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def cells(*codes: str) -> str:
    return "---\nkernel: python3\n---\n\n" + "\n".join(f"```python\n{code}\n```\n" for code in codes)


# ---------------------------------------------------------------- what is built, and where to


def test_without_a_name_every_deck_of_slides_is_built_to_dist(build: Build) -> None:
    write("slides/a.md")
    write("slides/b.md", "# B\n\n---\n\n```python\n1\n```\n")
    write("slides/deep/c.md")
    write("slides/notes.txt")
    assert build() == (
        0,
        "slides/a.md → dist/a.html: 1 slide, 0.0 s\n"
        "slides/b.md → dist/b.html: 2 slides, 1 Python block left alone, 0.0 s\n",
        "",
    )
    assert sorted(path.name for path in Path("dist").iterdir()) == ["a.html", "b.html"]


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["t.md"], ["dist/t.html"]),
        (["t.md", "-o", "out.html"], ["out.html"]),
        (["t.md", "-o", "out.htm"], ["out.htm"]),
        (["t.md", "--output", "deep/er"], ["deep/er/t.html"]),
        (["t.md", "slides/a.md", "-o", "x"], ["x/a.html", "x/t.html"]),
        (["./t.md", "t.md"], ["dist/t.html"]),
        (["-o", "out", "t.md", "--strict", "slides/a.md"], ["out/a.html", "out/t.html"]),
        (["Übung 1.md"], ["dist/Übung 1.html"]),
        (["no-ending"], ["dist/no-ending.html"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0][-4:] != "html" else "",
)
def test_outputs_go_where_the_arguments_say(build: Build, arguments: list[str], files: list[str]) -> None:
    for name in ("t.md", "slides/a.md", "Übung 1.md", "no-ending"):
        write(name)
    status, out, err = build(*arguments)
    assert (status, err) == (0, "")
    assert sorted(path.as_posix() for path in Path().rglob("*.htm*")) == files
    assert len(out.splitlines()) == len(files)


def test_a_folder_that_has_the_ending_of_a_file_is_a_folder(build: Build) -> None:
    write("t.md")
    Path("out.html").mkdir()
    assert build("t.md", "-o", "out.html")[0] == 0
    assert Path("out.html/t.html").is_file()


@pytest.mark.browser
def test_an_output_that_ends_in_pdf_asks_for_one(build: Build, browser: object) -> None:
    write("t.md")
    status, out, _ = build("t.md", "-o", "handout.pdf")
    assert (status, out) == (0, "t.md → handout.html and .pdf: 1 slide, 0.0 s\n")
    assert Path("handout.pdf").read_bytes().startswith(b"%PDF")


def test_settings_of_the_project_hold_in_its_folders_too(
    build: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(
        "pyproject.toml",
        '[tool.celldeck]\ndecks = ["talks/**/*.md"]\noutput = "built"\ntheme-set = ["css"]\n',
    )
    write("talks/week 1/a.md", "---\ntheme: mine\n---\n")
    write("css/mine.css", "/* @theme mine */")
    (tmp_path / "talks" / "in").mkdir()
    monkeypatch.chdir(tmp_path / "talks" / "in")
    status, _, err = build()
    assert (status, err) == (0, "")
    assert (tmp_path / "built" / "a.html").is_file()
    assert build("../week 1/a.md", "--theme-set", "../../css/mine.css", "-o", "here.html")[::2] == (0, "")
    assert (tmp_path / "talks" / "in" / "here.html").is_file()


@pytest.mark.parametrize(
    ("setting", "flags"),
    [
        ('template = "bare"', ["--template", "bare"]),
        ('html-tags = "all"', ["--html-tags", "all"]),
        ('html-tags = "all"', ["--html"]),
        ('theme = "gaia"', ["--theme", "gaia"]),
        ('theme = "css/x.css"', ["--theme", "css/x.css"]),
        ('theme-set = ["css"]', ["--theme-set", "css"]),
        ("no-exec = true", ["--no-exec"]),
    ],
)
def test_a_setting_does_what_its_flag_does(build: Build, setting: str, flags: list[str]) -> None:
    write(
        "t.md",
        "---\nkernel: nowhere\ntheme: mine\n---\n\n<b onclick='x'>b</b>\n\n```python {eval=false}\n1\n```\n",
    )
    write("css/x.css", "/* @theme mine */ section { color: #010203 }")
    plain = build("t.md", "-o", "plain.html")
    flagged = build("t.md", "-o", "out.html", *flags)
    by_flag = Path("out.html").read_bytes()
    write("pyproject.toml", f"[tool.celldeck]\n{setting}\n")
    assert build("t.md", "-o", "out.html") == flagged
    assert Path("out.html").read_bytes() == by_flag
    if setting != "no-exec = true":
        assert by_flag != Path("plain.html").read_bytes()
    assert plain[0] == flagged[0] == 0


# ---------------------------------------------------------------- wrong use


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--nope"], "unrecognized arguments: --nope"),
        (["--jobs", "0"], "argument -j/--jobs: '0' is no whole number above 0"),
        (["-j", "two"], "argument -j/--jobs: 'two' is no whole number above 0"),
        (["--port", "65536"], "argument --port: 65536 is no port: they go up to 65535"),
        (["--template", "x"], "argument --template: invalid choice: 'x'"),
        (["--theme"], "argument --theme: expected one argument"),
    ],
)
def test_arguments_that_mean_nothing_are_wrong_use(build: Build, arguments: list[str], message: str) -> None:
    status, out, err = build(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: celldeck ")
    assert f"celldeck: error: {message}" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is no deck: nothing matches slides/*.md\n  hint: name one: build.py DECK.md\n"),
        (
            ["a.md", "b.md", "-o", "x.html"],
            "2 decks cannot all be written to x.html\n  hint: name a folder with -o\n",
        ),
        (
            ["a.md", "b/a.md"],
            "a.md and b/a.md would be written to the same file, dist/a.html\n"
            "  hint: build them one by one, into two folders with -o\n",
        ),
        (
            ["a.html", "-o", "."],
            "a.html would be written over\n  hint: name another file or folder with -o\n",
        ),
        (["a.md", "--theme-set", "css"], "there is no theme file or folder css\n"),
        (
            ["--theme-set", "b", "a.md"],
            "a.md is no theme\n  hint: name the decks before --theme-set, which takes all that follows\n",
        ),
    ],
    ids=["no deck", "one file", "same file", "over itself", "no themes", "swallowed"],
)
def test_what_cannot_be_meant_is_wrong_use(build: Build, arguments: list[str], message: str) -> None:
    for name in ("a.md", "b.md", "b/a.md", "a.html"):
        write(name)
    assert build(*arguments) == (2, "", message)
    assert not Path("dist").exists()


def test_a_wrong_setting_is_wrong_use(build: Build) -> None:
    write("slides/a.md")
    write("pyproject.toml", "[tool.celldeck]\nthem = 1\n")
    assert build() == (
        2,
        "",
        "pyproject.toml:2:1: unknown setting 'them' in [tool.celldeck]\n"
        "  2 | them = 1\n    | ^^^^\n  hint: did you mean 'theme'?\n",
    )
    for patterns in ('["/nowhere/*.md"]', '[""]', "[]"):
        write("pyproject.toml", f"[tool.celldeck]\ndecks = {patterns}\n")
        status, _, err = build()
        assert (status, err.split(":")[0]) == (2, "there is no deck")


def test_help_names_every_option_and_the_exit_statuses(build: Build) -> None:
    status, out, err = build("--help")
    assert (status, err) == (0, "")
    flags = set(re.findall(r"--[a-z-]+", out))
    assert flags == {f"--{option.name}" for option in OPTIONS if option.flag} | {
        "--help",
        "--html",
        "--watch",
        "--open",
        "--audience",
        "--audience-address",
        "--version",
    }
    words = " ".join(out.split())
    for option in OPTIONS:
        assert not option.flag or option.help in words, option.name
    assert "0 built, 1 a deck or a cell failed, 2 wrong use" in words
    assert build("--version") == (0, f"celldeck {__version__}\n", "")


# ---------------------------------------------------------------- decks that fail


@pytest.mark.parametrize(("jobs", "order"), [("1", "abcd"), ("2", "cbda")])
def test_of_decks_that_are_built_side_by_side_the_longest_is_begun_first(
    build: Build, monkeypatch: pytest.MonkeyPatch, jobs: str, order: str
) -> None:
    write("slides/a large one.png", bytes(1 << 16))
    for name, slides, more in (
        ("a", 1, ""),
        ("b", 9, ""),
        ("c", 1, "![x](a%20large%20one.png)"),
        ("d", 4, ""),
    ):
        write(f"slides/{name}.md", f"# A slide\n{more}" + "\n---\n" * slides)
    begun: list[Path] = []

    def side_by_side(work: Any, decks: Any, *rest: Any) -> list[bool]:
        begun.extend(decks)
        return [work(deck) for deck in decks]

    monkeypatch.setattr("celldeck.commands.build.side_by_side", side_by_side)
    assert build("--jobs", jobs)[0] == 0
    assert "".join(deck.stem for deck in begun) == order


def test_one_deck_that_fails_leaves_the_others_and_its_last_good_file(build: Build) -> None:
    for name in "abc":
        write(f"slides/{name}.md", f"# {name}\n")
    assert build()[0] == 0
    good = Path("dist/b.html").read_bytes()
    write("slides/a.md", "# new\n")
    write("slides/b.md", b"# \xff\n")
    status, out, err = build()
    assert (status, out) == (
        1,
        "slides/a.md → dist/a.html: 1 slide, 0.0 s\n"
        "slides/b.md: failed after 0.0 s; dist/b.html stays as it was\n"
        "slides/c.md → dist/c.html: 1 slide, 0.0 s\n",
    )
    assert err == (
        "slides/b.md:1:3: this is no UTF-8: byte 0xff\n  1 | # \ufffd\n    |   ^\n"
        "  hint: save the file as UTF-8\n"
    )
    assert Path("dist/b.html").read_bytes() == good
    assert b"new" in Path("dist/a.html").read_bytes()


def test_a_deck_that_is_not_there_fails(build: Build) -> None:
    write("slides/intro.md")
    assert build("slides/intra.md", "slides") == (
        1,
        "slides/intra.md: failed after 0.0 s\nslides: failed after 0.0 s\n",
        "there is no deck at slides/intra.md\n  hint: did you mean slides/intro.md?\n"
        "slides is a folder, not a deck\n  hint: name decks: slides/*.md\n",
    )


def test_an_output_folder_that_cannot_be_made_is_told(build: Build) -> None:
    write("slides/a.md")
    write("dist", "a file")
    status, out, err = build()
    assert (status, out) == (1, "slides/a.md: failed after 0.0 s\n")
    assert err == "dist/a.html cannot be written: dist is a file, not a folder\n"
    assert Path("dist").read_text() == "a file"


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_an_output_folder_without_permission_is_told(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    write("slides/a.md")
    Path("dist").mkdir(mode=0o500)
    if os.geteuid() == 0:
        # Root may write everywhere, so the system's answer is given in its place.
        plain_open = Path.open

        def refused(path: Path, *arguments: Any, **named: Any) -> Any:
            if path.parent.name == "dist":
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return plain_open(path, *arguments, **named)

        monkeypatch.setattr(Path, "open", refused)
    status, _, err = build()
    assert (status, err) == (1, "dist/a.html cannot be written: Permission denied\n")


def test_a_store_that_cannot_be_written_costs_only_time(build: Build) -> None:
    write("slides/a.md", "# A\n\n```python\nx = 1\n```\n\n$x^2$\n")
    write(".celldeck", "a file")
    assert build() == (0, "slides/a.md → dist/a.html: 1 slide, 1 Python block left alone, 0.0 s\n", "")


def test_a_warning_fails_a_strict_build_which_is_written_all_the_same(build: Build) -> None:
    write("slides/a.md", "![x](nowhere.png)\n")
    status, out, err = build()
    assert (status, out) == (0, "slides/a.md → dist/a.html: 1 slide, 1 warning, 0.0 s\n")
    assert err.startswith(
        "slides/a.md:1:6: warning: the picture nowhere.png is not there [missing-picture]\n"
    )
    Path("dist/a.html").unlink()
    status, out, strict_err = build("--strict")
    assert (status, strict_err) == (1, err)
    assert out == "slides/a.md → dist/a.html: 1 slide, 1 warning, which --strict refuses, 0.0 s\n"
    assert Path("dist/a.html").is_file()


def test_a_mistake_of_ours_keeps_its_traceback_and_leaves_the_other_decks(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from celldeck import pipeline

    load = pipeline.load
    monkeypatch.setattr(
        pipeline, "load", lambda path, tools: 1 // 0 if path.stem == "a" else load(path, tools)
    )
    write("slides/a.md")
    write("slides/b.md")
    status, out, err = build("--jobs", "1")
    assert (status, out.splitlines()[0]) == (1, "slides/a.md: failed after 0.0 s")
    assert err.startswith(
        "celldeck itself has failed, which is worth a report:\nTraceback (most recent call last):"
    )
    assert "ZeroDivisionError" in err
    assert out.splitlines()[1].startswith("slides/b.md → dist/b.html")


# ---------------------------------------------------------------- cells


@pytest.mark.kernel
def test_what_cells_do_wrong_is_told_well(build: Build) -> None:
    write("syntax.md", cells("x = = 1", "print('still here')"))
    write("raise.md", cells("def f():\n    raise ValueError('no\\nmore')", "f()"))
    write("exit.md", cells("import sys", "sys.exit()", "print('still here')"))
    write("allow.md", cells("#| error: allow\n1 / 0"))
    write("die.md", cells("import os", "#| label: end\nos._exit(3)", "print(1)"))
    write("loop.md", cells("#| timeout: 2\nwhile True:\n    pass"))
    write("big.md", cells("for _ in range(100):\n    print('x' * 1_000_000)"))
    write("none.md", "---\nkernel: nowhere\n---\n\n```python\n1\n```\n")
    names = ["syntax", "raise", "exit", "allow", "die", "loop", "big", "none"]
    for name in ("die", "loop", "none"):
        write(f"dist/{name}.html", "the last good one")
    status, out, err = build(*(f"{name}.md" for name in names), "--jobs", "4")
    assert status == 1
    built = {line.split(".md ")[0]: line for line in out.splitlines() if "→" in line}
    assert built == {
        "syntax": "syntax.md → dist/syntax.html: 1 slide, 2 cells (2 run), 1 failure, 0.0 s",
        "raise": "raise.md → dist/raise.html: 1 slide, 2 cells (2 run), 1 failure, 0.0 s",
        "exit": "exit.md → dist/exit.html: 1 slide, 3 cells (3 run), 1 failure, 0.0 s",
        "allow": "allow.md → dist/allow.html: 1 slide, 1 cell (1 run), 0.0 s",
        "big": "big.md → dist/big.html: 1 slide, 1 cell (1 run), 1 warning, 0.0 s",
    }
    assert set(re.findall(r"^.*failed after.*$", out, re.MULTILINE)) == {
        f"{name}.md: failed after 0.0 s; dist/{name}.html stays as it was" for name in ("die", "loop", "none")
    }
    for problem in (
        "syntax.md:6:1: cell 1 raised SyntaxError: invalid syntax\n  6 | x = = 1\n    | ^^^^^^^\n",
        "raise.md:11:1: cell 2 raised ValueError: no\n  11 | f()\n     | ^^^\n",
        "exit.md:10:1: cell 2 raised SystemExit\n  10 | sys.exit()\n     | ^^^^^^^^^^\n",
        "die.md:9:1: cell 'end' cannot be finished: the kernel ended with exit status 3\n  9 | ```python\n",
        "cell 1 cannot be finished: it ran longer than 2 s, and was interrupted\n",
        "  hint: give it more time with `#| timeout: 600`\n",
        "big.md:5:1: warning: this cell gives too much: ",
        "none.md:2:9: there is no kernel 'nowhere'\n  2 | kernel: nowhere\n    |         ^^^^^^^\n  hint: ",
    ):
        assert problem in err, err
    assert "Traceback" not in err
    for name in ("syntax", "exit"):
        assert "still here" in Path(f"dist/{name}.html").read_text("utf-8")
    assert Path("dist/big.html").stat().st_size < 2_000_000
    for name in ("die", "loop", "none"):
        assert Path(f"dist/{name}.html").read_text() == "the last good one"


@pytest.mark.kernel
def test_a_second_build_runs_nothing_and_loads_nothing_of_jupyter(build: Build) -> None:
    write("slides/a.md", cells("print('made once')"))
    status, out, err = build()
    assert (status, err) == (0, "")
    assert out == (
        "slides/a.md: 1 of 1 cells to run: cell 1: it has not run with this code, or not after this code\n"
        "slides/a.md: cell 1 of 1, 0.0 s\n"
        "slides/a.md → dist/a.html: 1 slide, 1 cell (1 run), 0.0 s\n"
    )
    first = Path("dist/a.html").read_bytes()
    code = "import sys; from celldeck.cli import main; main([]); print('jupyter_client' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, encoding="utf-8"
    )
    assert re.sub(r"\d+\.\d s", "0.0 s", answer.stdout) == (
        "slides/a.md → dist/a.html: 1 slide, 1 cell (0 run), 0.0 s\nFalse\n"
    ), answer.stderr
    assert Path("dist/a.html").read_bytes() == first


@pytest.mark.kernel
def test_outputs_that_cannot_be_stored_are_told(build: Build) -> None:
    write("a.md", cells("print('here')"))
    write(".celldeck", "a file")
    status, out, err = build("a.md")
    assert (status, out.splitlines()[-1]) == (
        0,
        "a.md → dist/a.html: 1 slide, 1 cell (1 run), 1 warning, 0.0 s",
    )
    assert err.startswith("warning: outputs could not be stored: .celldeck/outputs")
    assert "here" in Path("dist/a.html").read_text("utf-8")


# ---------------------------------------------------------------- as a process


def start(*arguments: str, **others: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "celldeck", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        **others,
    )


def wait_for(happens: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.02)


@pytest.mark.kernel
@pytest.mark.skipif(os.name != "posix", reason="needs the signals of Unix")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_stopping_it_while_cells_run_ends_their_kernels(build: Build, sent: signal.Signals) -> None:
    code = "import os, time\nopen(f'pid-{NAME}', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    for name in "ab":
        write(f"{name}.md", cells(code.replace("{NAME}", name)))
        write(f"dist/{name}.html", "the last good one")
    build_process = start("a.md", "b.md", "--jobs", "2", start_new_session=True)
    pids = [Path(f"pid-{name}") for name in "ab"]
    wait_for(lambda: all(pid.exists() and pid.read_text() for pid in pids))
    began = time.monotonic()
    os.kill(build_process.pid, sent)
    out, _ = build_process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert build_process.returncode == 130, out
    assert out.splitlines()[-1] == "stopped"
    assert "Traceback" not in out
    assert "failed" not in out
    for pid in pids:
        wait_for(lambda pid=pid: not is_alive(int(pid.read_text())))
    assert {path.read_text() for path in Path("dist").iterdir()} == {"the last good one"}


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    return state != "Z"


@pytest.mark.kernel
def test_two_builds_at_once_do_not_harm_each_other(build: Build) -> None:
    write("slides/a.md", cells("print('made')") + "\n$x^2$ :smile:\n\n```js\nlet x = 1;\n```\n")
    builds = [start(), start()]
    outs = [process.communicate(timeout=120)[0] for process in builds]
    assert [process.returncode for process in builds] == [0, 0], outs
    assert not any("warning" in out for out in outs), outs
    assert [path.name for path in Path("dist").iterdir()] == ["a.html"]
    status, out, err = build()
    assert (status, out, err) == (0, "slides/a.md → dist/a.html: 1 slide, 1 cell (0 run), 0.0 s\n", "")


@pytest.mark.parametrize(
    "command", [["-m", "celldeck"], [str(ROOT / "build.py")]], ids=["module", "build.py"]
)
def test_the_other_ways_to_start_it_are_the_same(build: Build, command: list[str]) -> None:
    write("slides/a.md")
    write("slides/b.md", b"\xff")
    answer = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, env=ENVIRONMENT, encoding="utf-8"
    )
    status, out, err = build()
    assert answer.returncode == status == 1
    assert re.sub(r"\d+\.\d s", "0.0 s", answer.stdout).replace("; dist/b.html stays as it was", "") == out
    assert answer.stderr == err


def test_the_installed_command_is_this_one() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"celldeck": "celldeck.cli:main"}
