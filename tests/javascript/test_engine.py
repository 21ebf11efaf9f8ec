"""The engine: calls, errors, limits, and what is told when it is not there."""

from __future__ import annotations

import gc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from celldeck.errors import DeckError
from celldeck.javascript.engine import Engine, ScriptError
from celldeck.packages import package_folder

FUNCTIONS = """
const same = (x) => x;
const repeat = (text, n) => { let all = ""; for (let i = 0; i < n; i++) all += text; return all; };
const deep = (n) => (n ? 1 + deep(n - 1) : 0);
const fail = () => { throw new TypeError("no such thing"); };
const hang = () => { for (;;); };
const slow = () => /(x+x+)+y/.test("x".repeat(50));
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine([], after=FUNCTIONS)


@pytest.mark.parametrize("value", [None, True, 1.5, 'a\n"é😀\u2028\ud83d</script>', [1, {"a": []}]])
def test_values_come_back_as_they_went(engine: Engine, value: Any) -> None:
    assert engine.call("same", value) == value


def test_a_function_that_returns_nothing_returns_none(engine: Engine) -> None:
    assert engine.call("(() => {})") is None


def test_a_long_string_comes_back_whole(engine: Engine) -> None:
    assert engine.call("repeat", "ab", 100_000) == "ab" * 100_000


def test_calls_may_nest_deeply(engine: Engine) -> None:
    assert engine.call("deep", 10_000) == 10_000


def test_what_javascript_throws_is_told(engine: Engine) -> None:
    with pytest.raises(ScriptError, match=r"^TypeError: no such thing$"):
        engine.call("fail")
    assert engine.call("same", 1) == 1


@pytest.mark.parametrize("function", ["hang", "slow"])
def test_a_call_that_takes_too_long_is_stopped(engine: Engine, function: str) -> None:
    with pytest.raises(ScriptError, match="interrupted"):
        engine.call(function, time_limit_s=0.2)
    assert engine.call("same", 1) == 1


def test_an_endless_recursion_is_stopped(engine: Engine) -> None:
    with pytest.raises(ScriptError, match="stack"):
        engine.call("deep", 10_000_000)


def test_calls_may_come_from_several_threads(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda i: engine.call("same", i), range(100))) == list(range(100))


def test_files_run_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("const a = before + 1;")
    (tmp_path / "b.js").write_text("const b = a + 1;")
    engine = Engine(
        [tmp_path / "a.js", tmp_path / "b.js"], before="const before = 1;", after="const f = () => [a, b];"
    )
    assert engine.call("f") == [2, 3]


def test_a_file_that_throws_or_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="ReferenceError: nothing is not defined"):
        Engine([], after="nothing()")
    with pytest.raises(DeckError, match=r"cannot read .*a\.js"):
        Engine([tmp_path / "a.js"])


def test_a_missing_engine_is_told_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "quickjs", None)
    with pytest.raises(DeckError) as caught:
        Engine([])
    assert str(caught.value) == (
        "formulas and highlighted code need the Python package 'quickjs-ng', which is not installed\n"
        "  hint: run: python -m pip install --force-reinstall quickjs-ng"
    )


def test_the_old_package_of_the_same_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Context:
        def eval(self, code: str) -> str:
            return "undefined"

    old = ModuleType("quickjs")
    old.Context = Context  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "quickjs", old)
    with pytest.raises(DeckError, match="the Python module 'quickjs' is an old one"):
        Engine([])


def test_an_engine_may_be_dropped_while_another_is_called() -> None:
    """The garbage collector may find one in the middle of a call; that must not block."""
    engine = Engine([], after=FUNCTIONS)
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(5):
            circle: list[object] = [Engine([])]
            circle.append(circle)
            del circle
            assert engine.call("same", 1) == 1
    finally:
        gc.set_threshold(*before)


def test_package_folder_finds_packages_without_loading_them() -> None:
    code = "import sys; from celldeck.packages import package_folder as f; print(f('pyreveal').name)"
    code += "; print('pyreveal' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["pyreveal", "False"]


def test_package_folder_tells_what_is_missing() -> None:
    with pytest.raises(DeckError, match="the Python package 'no_such_package' is not installed"):
        package_folder("no_such_package")


def test_a_process_ends_though_an_engine_runs() -> None:
    code = (
        "from celldeck.javascript.engine import Engine\n"
        "engine = Engine([], after='f = () => 1')\n"
        "print(engine.call('f'))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "1\n", "")
