"""What `doctor` finds, and what it says is to be mended."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from celldeck.cli import main
from celldeck.commands import doctor
from celldeck.commands.doctor import Finding, findings, tensorflow_finding

CARDLESS = {"version": "2.21.0", "gpus": [], "cuda": True, "wanted": ["12.5.1", "9"]}


def test_it_tells_of_everything_and_ends_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--quick"]) == 0
    told = capsys.readouterr().out
    for about in (
        "Python",
        "packages",
        "kernel python3",
        "browser",
        "fonts",
        "port",
        "kept outputs",
        "devices",
    ):
        assert any(line[2:].startswith(about) for line in told.splitlines()), about
    assert "ipykernel" in told
    assert told.rstrip().endswith("all is well")


def test_a_missing_package_is_told_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "_WANTED", (("no-such-package-here", "flying", ""),))
    assert main(["doctor", "--quick"]) == 1
    told = capsys.readouterr().out
    assert "✗ package: no-such-package-here is missing (flying)" in told
    assert "mend: python -m pip install no-such-package-here" in told
    assert told.rstrip().endswith("1 thing to mend")


def test_a_port_that_is_taken_is_told_with_the_next_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "pyproject.toml").write_text(f"[tool.celldeck]\nport = {port}\n")
        (found,) = (one for one in findings(tmp_path, quick=True) if one.about == "port")
    assert found.state == "note"
    assert f"; {port} is taken" in found.told


def test_a_browser_that_is_not_there_is_a_note_with_a_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHROME_PATH", raising=False)
    (tmp_path / "pyproject.toml").write_text('[tool.celldeck]\nbrowser = "/no/such/browser"\n')
    (found,) = (one for one in findings(tmp_path, quick=True) if one.about == "browser")
    assert found.state == "note"
    assert "/no/such/browser" in found.told
    assert found.mend


def test_a_kernel_whose_program_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in (("gone", '{"argv": ["/no/such/program"]}'), ("broken", "{")):
        (tmp_path / "kernels" / name).mkdir(parents=True)
        (tmp_path / "kernels" / name / "kernel.json").write_text(content)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = {one.about: one for one in findings(tmp_path, quick=True)}
    assert "/no/such/program is not there" in found["kernel gone"].told
    assert "cannot be read" in found["kernel broken"].told


@pytest.mark.parametrize(
    ("told", "has_card", "visible", "expected"),
    [
        ({**CARDLESS, "gpus": ["NVIDIA L4"]}, True, None, ("good", "computes on NVIDIA L4", None)),
        (CARDLESS, False, None, ("good", "there is no graphics card", None)),
        (CARDLESS, True, "-1", ("note", "CUDA_VISIBLE_DEVICES hides it", "unset CUDA_VISIBLE_DEVICES")),
        (CARDLESS, True, "", ("note", "CUDA_VISIBLE_DEVICES hides it", "unset CUDA_VISIBLE_DEVICES")),
        ({**CARDLESS, "cuda": False}, True, None, ("note", "built without CUDA", "[gpu]")),
        (CARDLESS, True, "0", ("note", "CUDA 12.5.1 and cuDNN 9", "nvidia-smi")),
        ({"error": "ImportError: x"}, True, None, ("bad", "ImportError: x", "force-reinstall")),
    ],
)
def test_why_a_graphics_card_is_not_used(
    told: dict[str, object],
    has_card: bool,
    visible: str | None,
    expected: tuple[str, str, str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    found: Finding = tensorflow_finding(told, has_card, visible)
    state, text, mend = expected
    assert found.state == state
    assert text in found.told
    assert (mend in (found.mend or "")) if mend else found.mend is None
