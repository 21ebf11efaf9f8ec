from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from celldeck.execute.kernel import JupyterKernel
from celldeck.execute.kernels import Kernel, Kernels, environment
from celldeck.execute.standby import Standby, Zygote, beside, can_fork, imports_of, unfit_packages

pytestmark = pytest.mark.kernel
forks = pytest.mark.skipif(not can_fork(), reason="needs Linux without a GPU")

MODULES = ("numpy", "matplotlib", "matplotlib.pyplot", "pandas")


def said(kernel: Kernel, code: str) -> str:
    """Run code; return what it printed, or how it failed."""
    printed: list[str] = []

    def on_message(kind: str, content: object) -> None:
        assert isinstance(content, dict)
        if kind == "stream":
            printed.append(content["text"])
        if kind == "error":
            printed.append("\n".join(content["traceback"]))

    kernel.run(textwrap.dedent(code), name="1", timeout_s=60, on_message=on_message)
    return "".join(printed).strip()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def kernels() -> Iterator[Kernels]:
    """Kernels that stand by."""
    kernels = Kernels(standby=True)
    yield kernels
    kernels.close()


def standby_of(kernels: Kernels) -> Standby:
    assert kernels._standby is not None
    return kernels._standby


def test_imports_of_names_what_cells_import_in_order() -> None:
    sources = (
        "%matplotlib inline\nimport numpy as np, os.path\nfrom keras import layers, Model",
        "def f():\n    from . import beside\n    from math import *\n",
        "this is no Python",
    )
    assert imports_of(sources) == ("numpy", "os.path", "keras", "keras.layers", "keras.Model", "math")


def test_beside_names_what_would_be_imported_from_a_folder(tmp_path: Path) -> None:
    for name in ("numpy.py", "data.csv", "fast.cpython-311-x86_64-linux-gnu.so"):
        (tmp_path / name).write_text("")
    for name in ("package", "images"):
        (tmp_path / name).mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    assert beside(tmp_path) == {"numpy", "fast", "package"}


def test_a_package_that_prints_is_unfit_but_not_one_that_only_logs_its_start() -> None:
    noise = "I0000 00:00:1795622898.936687   29417 port.cc:153] oneDNN custom operations are on.\n"
    told = {"unfit": {"c": "it starts threads"}, "printed": {"a": "Welcome!\n", "b": noise}}
    assert unfit_packages(told) == {"a": "it prints", "c": "it starts threads"}


@forks
def test_a_parked_kernel_is_handed_out_at_once_and_the_next_one_is_prepared(
    tmp_path: Path, kernels: Kernels
) -> None:
    kernels.warm("python3", tmp_path, MODULES)
    assert standby_of(kernels).wait(tmp_path)
    began = time.monotonic()
    first = kernels.start("python3", tmp_path)
    assert time.monotonic() - began < 0.05
    assert said(first, "import os; print(os.getcwd(), os.getpid() == os.getpgrp())") == f"{tmp_path} True"
    assert standby_of(kernels).wait(tmp_path)
    second = kernels.start("python3", tmp_path)
    ask = "import os, uuid; print(os.getpid(), uuid.uuid4())"
    assert set(said(first, ask).split()).isdisjoint(said(second, ask).split())


PROBE = """
    import sys, os, warnings, signal, threading, atexit, builtins, logging
    def short(arguments):
        return [os.path.basename(a) for a in arguments if "connection" not in a]
    def modules():
        return sorted(sys.modules)
    def state():
        return {
            "modules": modules(),
            "path": sys.path,
            "argv": short(sys.argv),
            "original": short(sys.orig_argv),
            "main": sorted(n for n in vars(sys.modules["__main__"]) if not n.startswith("_i")),
            "filters": list(map(str, warnings.filters)),
            "environ": {n: v for n, v in os.environ.items() if n not in ("IPYTHONDIR", "JPY_PARENT_PID")},
            "signals": [str(signal.getsignal(s))[:30] for s in sorted(signal.valid_signals())],
            "threads": sorted(t.name.partition(" (")[0] for t in threading.enumerate()),
            "builtins": sorted(vars(builtins)),
            "hooks": [type(sys.stdout).__name__, sys.excepthook.__name__, type(sys.displayhook).__name__],
            "logging": [str(logging.root.handlers), logging.root.level],
            "stdin": sys.__stdin__.read(),
            "flags": str(sys.flags),
            "hash": hash("a"),
        }
    print(state())
"""
LATER = (
    "import numpy; print(modules(), sorted(vars(numpy)), numpy.__spec__.name, numpy.__spec__.origin)",
    "import matplotlib as m; print(modules(), hasattr(m, 'pyplot'), sorted(m.rcParams.items()))",
    "import matplotlib.pyplot as plt\nprint(modules(), sorted(vars(plt)), state()['filters'])",
    "print(plt._REPL_DISPLAYHOOK)",
    "import hashlib, io\nf = plt.figure(); plt.plot([1, 3, 2], label='a'); plt.legend(); b = io.BytesIO()\n"
    "f.savefig(b, format='png'); plt.close(f); print(hashlib.sha1(b.getvalue()).hexdigest())",
    "print(plt.get_backend())",
    "import pandas as pd\nprint(pd.DataFrame({'a': [1, 2]}), modules(), sorted(vars(pd)))",
    "import numpy.random, random\nprint(numpy.random.rand(), random.random())",
    "import pandas.plotting, matplotlib_inline.backend_inline\nprint(modules(), state()['environ'])",
    "try:\n    import nothing_of_this_name\nexcept ImportError as e:\n    print(e)",
)


@forks
@pytest.mark.parametrize("kind", ["forked", "spare"])
def test_a_kernel_that_stood_by_is_what_a_fresh_one_is(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    standby = Standby(environment, forks=kind == "forked")
    cold = JupyterKernel("python3", tmp_path)
    try:
        cold.start()
        standby.warm("python3", tmp_path, MODULES)
        assert standby.wait(tmp_path)
        assert standby.unfit == {}
        ready = standby.take("python3", tmp_path)
        assert ready is not None
        assert "'numpy'" not in said(ready, "import sys; print(list(sys.modules))")
        for code in (PROBE, *LATER):
            expected = said(cold, code)
            assert "Traceback" not in expected
            if code == PROBE:
                one, other = eval(said(ready, code)), eval(expected)
                assert set(one.pop("modules")) ^ set(other.pop("modules")) == set()
                assert {k: (v, other[k]) for k, v in one.items() if v != other[k]} == {}
            else:
                got = said(ready, code)
                assert set(got.split(", ")) ^ set(expected.split(", ")) == set()
                assert got == expected
    finally:
        standby.close()
        cold.close()


@forks
def test_packages_that_cannot_be_hidden_are_left_to_the_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site-packages"
    site.mkdir()
    codes = {
        "talks": "print('Welcome')",
        "warns": "import warnings; warnings.warn('old', DeprecationWarning, stacklevel=2)",
        "asks": "import IPython; shell = IPython.get_ipython()",
        "works": "from threading import *; import time; Timer(99, print).start()",
        "opens": "file = open(__file__)",
        "fails": "1 / 0",
        "sets": "import os, warnings; os.environ['SETS'] = '1'; warnings.filterwarnings('ignore', 'nothing')",
    }
    for name, code in codes.items():
        (site / f"{name}.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", f"{site}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.syspath_prepend(str(site))
    kernels = Kernels(standby=True)
    try:
        kernels.warm("python3", tmp_path, codes)
        assert standby_of(kernels).wait(tmp_path)
        assert standby_of(kernels).unfit == {
            "talks": "it prints",
            "warns": "it warns",
            "asks": "it asks for the shell",
            "works": "it starts threads",
            "opens": "it keeps files open",
            "fails": "it cannot be imported",
        }
        kernel = kernels.start("python3", tmp_path)
        assert said(kernel, "import talks") == "Welcome"
        assert said(kernel, "import asks; print(asks.shell is get_ipython())") == "True"
        code = "import os, warnings; print(os.environ.get('SETS'), 'nothing' in str(warnings.filters))"
        assert said(kernel, code) == "None False"
        assert said(kernel, f"import sets\n{code}") == "1 True"
    finally:
        kernels.close()


@forks
def test_what_has_changed_meanwhile_makes_a_parked_kernel_useless(
    tmp_path: Path, kernels: Kernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    kernels.warm("python3", tmp_path, MODULES)
    assert standby_of(kernels).wait(tmp_path)
    (tmp_path / "matplotlibrc").write_text("figure.titlesize: 33\n")
    kernel = kernels.start("python3", tmp_path)
    assert said(kernel, "import matplotlib; print(matplotlib.rcParams['figure.titlesize'])") == "33.0"
    assert standby_of(kernels).wait(tmp_path)
    (tmp_path / "pandas.py").write_text("own = 'mine'\n")
    assert said(kernels.start("python3", tmp_path), "import pandas; print(pandas.own)") == "mine"
    monkeypatch.setenv("KERAS_SOMETHING", "7")
    assert said(kernels.start("python3", tmp_path), "import os; print(os.environ['KERAS_SOMETHING'])") == "7"


@forks
def test_a_module_of_the_cell_s_own_stands_before_one_that_was_imported_early(
    tmp_path: Path, kernels: Kernels
) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "yaml.py").write_text("own = 'mine'\n")
    kernels.warm("python3", tmp_path, ["yaml"])
    assert standby_of(kernels).wait(tmp_path)
    kernel = kernels.start("python3", tmp_path)
    assert said(kernel, "import sys; sys.path.insert(0, 'vendor'); import yaml; print(yaml.own)") == "mine"


@forks
def test_nothing_outlives_its_owner(tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from celldeck.execute.kernels import Kernels
        kernels, folder = Kernels(standby=True), Path({str(tmp_path)!r})
        kernels.warm("python3", folder, ["numpy"])
        assert kernels._standby.wait(folder)
        kernel = kernels.start("python3", folder)
        assert kernels._standby.wait(folder)
        pids = [kernel._manager.provisioner.pid, kernels._standby._parked[folder][0]._manager.provisioner.pid]
        print(kernels._standby._zygotes[folder].process.pid, *pids, flush=True)
        input()
    """
    owner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    assert len(pids) == 3
    assert all(map(is_running, pids))
    owner.kill()
    owner.wait()
    owner.stdout.close()
    until = time.monotonic() + 10
    while any(map(is_running, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(is_running, pids))


@forks
def test_the_end_of_a_forked_kernel_is_told_as_that_of_any_other(tmp_path: Path, kernels: Kernels) -> None:
    from celldeck.execute.kernels import KernelDied

    kernels.warm("python3", tmp_path)
    for code, told in (
        ("import os; os._exit(3)", "exit status 3"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    ):
        assert standby_of(kernels).wait(tmp_path)
        kernel = kernels.start("python3", tmp_path)
        with pytest.raises(KernelDied, match=told):
            kernel.run(code, name="1", timeout_s=30, on_message=lambda kind, content: None)
        kernel.close()


@forks
def test_a_zygote_that_is_gone_is_replaced(tmp_path: Path, kernels: Kernels) -> None:
    kernels.warm("python3", tmp_path)
    standby = standby_of(kernels)
    assert standby.wait(tmp_path)
    standby._zygotes[tmp_path].process.kill()
    until = time.monotonic() + 10
    while standby._zygotes[tmp_path].is_ready and time.monotonic() < until:
        time.sleep(0.02)
    assert said(kernels.start("python3", tmp_path), "print(1)") == "1"
    assert standby.wait(tmp_path)
    assert said(kernels.start("python3", tmp_path), "print(2)") == "2"


@forks
def test_a_kernel_whose_zygote_has_ended_starts_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    zygote = Zygote(tmp_path, ("json",), environment())
    assert zygote.wait()
    zygote.close()
    kernel = JupyterKernel("python3", tmp_path, zygote=zygote)
    try:
        kernel.start()
        assert said(kernel, "print(1)") == "1"
    finally:
        kernel.close()
    assert caplog.records == []


def test_where_forking_is_not_safe_a_spare_kernel_stands_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert not can_fork()
    kernels = Kernels(standby=True)
    try:
        kernels.warm("python3", tmp_path, ["numpy"])
        assert standby_of(kernels).wait(tmp_path)
        assert standby_of(kernels)._zygotes == {}
        began = time.monotonic()
        kernel = kernels.start("python3", tmp_path)
        assert time.monotonic() - began < 0.05
        assert said(
            kernel, "import sys; print('numpy' in sys.modules); import numpy; print(numpy.zeros(1))"
        ) == ("False\n[0.]")
    finally:
        kernels.close()


def test_other_kernels_do_not_stand_by(tmp_path: Path, kernels: Kernels) -> None:
    kernels.warm("ir", tmp_path)
    assert standby_of(kernels).take("ir", tmp_path) is None
    assert standby_of(kernels)._thread is None


@forks
@pytest.mark.keras
def test_a_kernel_with_tensorflow_imported_trains(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    zygote = Zygote(
        tmp_path, ("numpy", "tensorflow", "keras", "matplotlib", "matplotlib.pyplot"), environment()
    )
    kernel = None
    try:
        assert zygote.wait()
        assert not zygote.told["touched"]
        kernel = JupyterKernel("python3", tmp_path, zygote=zygote)
        kernel.start()
        fit = """
            import keras, numpy as np, tensorflow as tf
            keras.utils.set_random_seed(1)
            model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            model.fit(np.ones((64, 2)), np.ones(64), verbose=0)
            print(model.layers[0].name, float(model.evaluate(np.ones((8, 2)), np.ones(8), verbose=0)))
        """
        told = said(kernel, fit)
    finally:
        if kernel:
            kernel.close()
        zygote.close()
    cold = JupyterKernel("python3", tmp_path)
    try:
        cold.start()
        assert said(cold, fit).splitlines()[-1] == told
    finally:
        cold.close()
