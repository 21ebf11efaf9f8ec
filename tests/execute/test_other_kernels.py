"""Kernels other than the Python that runs celldeck: if anything must run, all does, in a fresh one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from decks import texts

from celldeck import Session
from celldeck.errors import DeckError
from celldeck.settings import Settings

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(sys.platform == "win32", reason="needs bash"),
]


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of kernelspecs that are installed beside python3."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    return tmp_path / "share" / "kernels"


def install(kernels: Path, name: str, module: str, language: str, **more: object) -> None:
    folder = kernels / name
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", module, "-f", "{connection_file}"]
    spec = {"argv": argv, "language": language, "display_name": name, **more}
    (folder / "kernel.json").write_text(json.dumps(spec))


@pytest.fixture
def bash(kernels: Path, tmp_path: Path) -> Iterator[Session]:
    """A session on a deck that has yet to be written, with the kernel of bash installed."""
    pytest.importorskip("bash_kernel", reason="needs a kernel for bash: pip install bash_kernel")
    install(kernels, "bash", "bash_kernel", "bash", env={"PS1": "$"})
    with Session(tmp_path / "talk.md", settings=Settings(root=tmp_path)) as session:
        yield session


def write(session: Session, *cells: str, head: str = "kernel: bash", language: str = "bash") -> None:
    blocks = "\n---\n\n".join(f"```{language}\n{cell}\n```\n" for cell in cells)
    session.path.write_text(f"---\n{head}\n---\n\n{blocks}", "utf-8")


def test_bash_runs_its_fences_one_after_another_in_the_folder_of_the_deck(bash: Session) -> None:
    bash.path.write_text(
        "---\nkernel: bash\n---\n\n```bash\nn=5; pwd\n```\n\n```sh\n#| label: twice\necho $((2 * n))\n```\n\n"
        "```python\nprint(1)\n```\n",
        "utf-8",
    )
    build = bash.build()
    assert texts(build.deck.cells) == [[f"{bash.path.parent}\n"], ["10\n"]]
    assert build.is_clean
    assert build.deck.cells[1].label == "twice"


def test_an_edit_runs_everything_in_a_fresh_kernel_and_its_undoing_nothing(bash: Session) -> None:
    cells = ["echo $((n = n + 1))", "echo one", "echo $n"]
    write(bash, *cells)
    assert texts(bash.build().deck.cells) == [["1\n"], ["one\n"], ["1\n"]]
    write(bash, cells[0], "echo two", cells[2])
    build = bash.build()
    assert (build.ran, texts(build.deck.cells)) == ((0, 1, 2), [["1\n"], ["two\n"], ["1\n"]])
    write(bash, *cells)
    build = bash.build()
    assert (build.ran, texts(build.deck.cells)) == ((), [["1\n"], ["one\n"], ["1\n"]])


def test_a_command_that_fails_is_an_error_of_its_cell_and_the_next_one_runs(bash: Session) -> None:
    write(bash, "echo before\nls /nowhere/at/all", "echo after")
    first, second = bash.build().deck.cells
    assert [output.kind for output in first.outputs or ()][-1] == "error"
    assert "before\n" in (texts([first])[0] or [""])[0]
    assert texts([second]) == [["after\n"]]


def test_a_command_that_does_not_end_is_interrupted(bash: Session) -> None:
    write(bash, "#| timeout: 1\necho begun; sleep 100")
    with pytest.raises(DeckError, match=r"cell 1 cannot be finished: it ran longer than 1 s") as caught:
        bash.build()
    assert "begun" in (caught.value.hint or "")


def test_a_kernel_that_ends_is_told(bash: Session) -> None:
    write(bash, "echo before", "kill -9 $PPID; sleep 5")
    with pytest.raises(DeckError, match=r"cell 2 cannot be finished: the kernel was killed by SIGKILL"):
        bash.build()
    write(bash, "echo before", "echo after")
    assert texts(bash.build().deck.cells) == [["before\n"], ["after\n"]]


def test_files_that_a_cell_says_it_depends_on_run_it_again(bash: Session) -> None:
    (bash.path.parent / "data.txt").write_text("one\n")
    write(bash, "#| depends: data.txt\ncat data.txt")
    assert texts(bash.build().deck.cells) == [["one\n"]]
    assert bash.build().ran == ()
    (bash.path.parent / "data.txt").write_text("two\n")
    assert texts(bash.build().deck.cells) == [["two\n"]]


@pytest.mark.parametrize("head", ["kernel: other", "kernel: python3\nincremental: false"])
def test_another_python_and_one_that_is_not_incremental_run_all(
    head: str, kernels: Path, tmp_path: Path
) -> None:
    install(kernels, "other", "ipykernel_launcher", "python")
    with Session(tmp_path / "talk.md", settings=Settings(root=tmp_path)) as session:
        write(
            session, "n = globals().get('n', 0) + 1", "print('one')", "print(n)", head=head, language="python"
        )
        assert texts(session.build().deck.cells) == [[], ["one\n"], ["1\n"]]
        write(
            session, "n = globals().get('n', 0) + 1", "print('two')", "print(n)", head=head, language="python"
        )
        build = session.build()
        assert (build.ran, texts(build.deck.cells)) == ((0, 1, 2), [[], ["two\n"], ["1\n"]])
        assert build.is_clean


def test_a_kernel_that_is_not_installed_is_told_with_those_that_are_and_how_to_get_it(
    kernels: Path, tmp_path: Path
) -> None:
    install(kernels, "mine", "ipykernel_launcher", "python")
    with Session(tmp_path / "talk.md", settings=Settings(root=tmp_path)) as session:
        write(session, "1 + 1", head="kernel: ir", language="r")
        with pytest.raises(DeckError) as caught:
            session.build()
    assert caught.value.message == "there is no kernel 'ir'"
    hint = caught.value.hint or ""
    assert "mine, python3" in hint
    assert "IRkernel::installspec()" in hint
