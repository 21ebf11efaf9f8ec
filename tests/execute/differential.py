"""Random decks, random edits, and what a clean run of a deck gives: what differential tests compare with.

The clean run is another program than the one tried: each deck runs in a process forked from one that has
imported the libraries, in an empty folder, with `exec`, and nothing of celldeck's.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import linecache
import multiprocessing
import os
import random
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

NAMES = tuple("abcdefgh")

Make = Callable[[random.Random], str]


def name(rng: random.Random) -> str:
    return rng.choice(NAMES)


def number(rng: random.Random) -> int:
    return rng.randint(0, 4)


def forms(about: str = "") -> tuple[Make, ...]:
    """Return what makes statements, each of another kind of state.

    Args:
        about: a regular expression; only of the templates in which it is found.
    """

    def simple(template: str) -> Make:
        """`N` is a name, `M` another one, `K` a small number."""

        def make(rng: random.Random) -> str:
            text = template
            for mark, value in (
                ("N", name(rng)),
                ("M", name(rng)),
                ("L", name(rng)),
                ("K", str(number(rng))),
            ):
                text = text.replace(f"${mark}", value)
            return text

        return make

    return tuple(simple(template) for template in TEMPLATES if re.search(about, template))


TEMPLATES = (
    # names
    "$N = $K",
    "$N = [$K, $K + 1]",
    "$N = {'k': $K}",
    "$N = $M",
    "$N = [$M]",
    "$N = ($M, $L)",
    "$N = {'k': $M, 'j': []}",
    "$N = $M[0] if isinstance($M, (list, tuple)) and $M else $K",
    "del $N",
    "$N, $M = $K, [$K]",
    "try:\n    $N\nexcept NameError:\n    $N = $K",
    "try:\n    $N = $M\nexcept NameError as e:\n    $N = str(e)",
    "$N = $M if '$M' in globals() else $K",
    "for $N in range($K + 1):\n    pass",
    "with __import__('contextlib').suppress(Exception):\n    $N = $M.copy()",
    # changes in place
    "$N.append($K)",
    "$N.append($M)",
    "$N['k'] = $K",
    "$N['j'].append($K)",
    "$N += [$K]",
    "$N[0] = $K",
    "$N *= 2",
    "if isinstance($N, list):\n    $N.sort(key=repr)",
    "if isinstance($N, dict):\n    $N.update(z=$K)",
    "if isinstance($N, list) and $N:\n    $N.pop()",
    "for $M in ([], [$K]):\n    $M.append($K)",
    # functions and classes
    "def $N():\n    return $M",
    "def $N(x=[]):\n    x.append($K)\n    return x",
    "def $N():\n    global $M\n    $M = $K",
    "$M = [$K]\nprint($N() if callable($N) else $N)",
    "print([$N() if callable($N) else $N for $M in [1]])",
    "class C:\n    $M = $K\n    made = $N() if callable($N) else $N\nprint(C.made)",
    "$N = lambda: $M",
    "$N = (lambda q: (lambda: q))($M)",
    "$N()",
    "print($N())",
    "$M = $N()",
    "def make():\n    n = [$K]\n    def up():\n        n[0] += 1\n    return up, lambda: n[0]\n"
    "$N, $M = make()",
    "class $N:\n    v = $K\n    def get(self):\n        return self.v",
    "$N = type('T', (), {'v': $K})()",
    "class C:\n    items = []\n    def add(self, x):\n        self.items.append(x)\n        return self\n"
    "$N = C().add($K)",
    "$N = C()\n$N.add($K)",
    "$N.v = $K",
    "$M = $N.get()",
    "print(getattr($N, 'v', None))",
    "print(getattr($N, 'items', None))",
    "import functools\n@functools.lru_cache\ndef $N(x=0):\n    return [$K]",
    "import functools\n$N = functools.partial(max, $K)",
    # iterators
    "$N = iter([1, 2, 3, $K])",
    "$N = (i for i in range(4))",
    "print(next($N, None))",
    "$N = zip([1, 2, 3], [$K, 5, 6])",
    "def gen():\n    i = $K\n    while True:\n        yield i\n        i += 1\n$N = gen()",
    "$N = enumerate($M)",
    "$N = list($M)",
    # numpy
    "$N = np.arange($K + 3.)",
    "$N = $M[:2]",
    "$N = np.asarray($M)",
    "$N[:1] = $K",
    "$N = $M.reshape(-1)",
    "print(np.sum($N))",
    "$N = np.zeros((2, 2)).T",
    "$N = np.array([$M], dtype=object)",
    "$N = $M.view()",
    "$N.flags.writeable = False",
    "$N = np.float64($K)",
    # pandas
    "$N = pd.DataFrame({'x': [1, 2, $K]})",
    "$N['y'] = $K",
    "$N = $M['x']",
    "$N.iloc[0] = $K",
    "print($N.shape)",
    "$N = $M.copy()",
    "print(pd.DataFrame({'x': [1, 2, 3]}).query('x > @$N'))",
    "pd.options.display.precision = $K + 1",
    "print(pd.Series([1 / 3]))",
    # random streams
    "random.seed($K)",
    "print(random.random())",
    "np.random.seed($K)",
    "print(np.random.rand())",
    "$N = np.random.default_rng($K)",
    "print($N.random())",
    "$N = random.Random($K)",
    "random.shuffle($N)",
    "$N = np.random.rand(2)",
    "$N = random.getstate()[1][:2]",
    # hidden state
    "np.set_printoptions(precision=$K + 1)",
    "print(np.array([1 / 3]))",
    "os.environ['V'] = '$K'",
    "print(os.environ.get('V'))",
    "os.environ.pop('V', None)",
    "import sys\nsys.path.append('/p$K')",
    "print(sys.path[-1][:3] if 'sys' in globals() else None)",
    "import decimal\ndecimal.getcontext().prec = $K + 2\nprint(decimal.Decimal(1) / 3)",
    "import math\nmath.answer = $K",
    "import math\nprint(getattr(math, 'answer', None))",
    "import json\njson.answer = [$K]",
    "import json\nprint(json.answer)",
    "import sys\nsys.setrecursionlimit(1000 + $K)",
    "import sys\nprint(sys.getrecursionlimit() % 10)",
    "np.seterr(all='ignore')",
    "os.makedirs('sub', exist_ok=True)\nos.chdir('sub')",
    "if os.path.basename(os.getcwd()) == 'sub':\n    os.chdir('..')",
    "print(os.path.basename(os.getcwd()) == 'sub')",
    # files
    "with open('f$K.txt', 'w') as file:\n    file.write(str($K))",
    "with open('f$K.txt', 'a') as file:\n    file.write('+')",
    "try:\n    print(open('f$K.txt').read())\nexcept OSError:\n    print('no file')",
    "if os.path.exists('f$K.txt'):\n    os.remove('f$K.txt')",
    "try:\n    with open('f$K.txt', 'r+') as file:\n        file.write('#')\nexcept OSError:\n    pass",
    "print(os.path.exists('f' + str($K) + '.txt'))",
    "print(sorted(name for name in os.listdir() if name.endswith('.txt')))",
    "if os.path.exists('f$K.txt'):\n    os.replace('f$K.txt', 'g.txt')",
    "try:\n    print(open('g.txt').read())\nexcept OSError:\n    print('no file')",
    "os.makedirs('sub', exist_ok=True)\nwith open('sub/f$K.txt', 'a') as file:\n    file.write('-')",
    "import shutil\nshutil.rmtree('sub', ignore_errors=True)",
    "import glob\nprint(sorted(glob.glob('sub/*')))",
    # reflection
    "exec('$N = $K')",
    "globals()['$N'] = [$K]",
    "print(eval('$N'))",
    "print(sorted(n for n in '$N$M' if n in globals()))",
    "print('$N' in dir())",
    # shown
    "print($N)",
    "print($N, $M)",
    "print($N is $M)",
    "$N",
    "print(type($N).__name__, len(str($N)))",
    "print([$N, $M][0] == $N)",
    "1 / $K",
)

FORMS = forms()
SETUP = "import os, random\nimport numpy as np\nimport pandas as pd"


def cell(rng: random.Random) -> str:
    """Return the code of a cell."""
    return "\n".join(rng.choice(FORMS)(rng) for _ in range(rng.choice((1, 1, 2, 2, 3, 4))))


def deck(rng: random.Random) -> list[str]:
    """Return the cells of a deck."""
    return [SETUP, *(cell(rng) for _ in range(rng.randint(3, 19)))]


def edited(cells: Sequence[str], rng: random.Random) -> list[str]:
    """Return the cells after an edit: one changed, inserted, deleted, moved, or two swapped."""
    cells = list(cells)
    at = rng.randrange(1, len(cells))
    match rng.choice(("change", "change", "change", "line", "insert", "delete", "move", "swap")):
        case "change":
            cells[at] = cell(rng)
        case "line":
            cells[at] += "\n" + rng.choice(FORMS)(rng)
        case "insert":
            cells.insert(at, cell(rng))
        case "delete" if len(cells) > 3:
            del cells[at]
        case "move":
            cells.insert(rng.randrange(1, len(cells)), cells.pop(at))
        case "swap":
            other = rng.randrange(1, len(cells))
            cells[at], cells[other] = cells[other], cells[at]
    return cells


def text_of(cells: Sequence[str], head: str = "kernel: python3") -> str:
    """Return the deck's Markdown."""
    return f"---\n{head}\n---\n\n" + "\n---\n\n".join(f"```python\n{code}\n```\n" for code in cells)


class Oracle:
    """Runs decks in processes of their own, each in an empty folder."""

    def __init__(self, libraries: Sequence[str] = ("numpy", "pandas")) -> None:
        """Take what is imported once; a library that starts threads when it is imported cannot be."""
        self._here, there = multiprocessing.Pipe()
        given = (there, tuple(libraries))
        self._process = multiprocessing.get_context("spawn").Process(target=serve, args=given, daemon=True)
        self._process.start()

    def run(self, cells: Sequence[str]) -> list[str]:
        """Return what each cell shows: what it printed, its value, the name of its exception."""
        self._here.send(list(cells))
        shown: list[str] = self._here.recv()
        return shown

    def close(self) -> None:
        self._here.send(None)
        self._process.join(5)


def serve(connection: Any, libraries: Sequence[str]) -> None:
    """Answer decks with what they show, until None comes."""
    for library in libraries:
        importlib.import_module(library)
    while (cells := connection.recv()) is not None:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            folder = tempfile.mkdtemp()
            try:
                os.chdir(folder)
                shown = repr(run(cells)).encode("utf-8", "surrogatepass")
            except BaseException as error:
                shown = repr([f"the clean run failed: {error!r}"]).encode()
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            with open(write, "wb") as pipe:
                pipe.write(shown)
            os._exit(0)
        os.close(write)
        with open(read, "rb") as pipe:
            shown = pipe.read()
        os.waitpid(child, 0)
        connection.send(ast.literal_eval(shown.decode("utf-8", "surrogatepass")))


def run(cells: Sequence[str]) -> list[str]:
    """Run a deck in this process, as a fresh kernel of celldeck's would."""
    import sys
    import types
    import warnings

    import numpy

    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    namespace = main.__dict__
    random.seed(0)
    numpy.random.seed(0)
    warnings.simplefilter("ignore")
    shown = []
    for number, code in enumerate(cells):
        out = io.StringIO()
        file = f"<cell {number}>"
        # As IPython does: libraries read the code of functions.
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        with contextlib.redirect_stdout(out):
            try:
                tree = ast.parse(code)
                last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, file, "exec"), namespace)
                if last is not None:
                    value = eval(compile(ast.Expression(last.value), file, "eval"), namespace)
                    if value is not None:
                        print(f"={pretty(value)}")
            except BaseException as error:
                print(f"!{type(error).__name__}")
        shown.append(out.getvalue())
    return shown


def pretty(value: Any) -> str:
    """Return a value as IPython prints it."""
    from IPython.lib.pretty import pretty as text

    return str(text(value))


def shown_of(deck: Any) -> list[str]:
    """Return what the cells of a built deck show, as `Oracle.run` says it."""
    shown = []
    for one in deck.cells:
        text = ""
        for output in one.outputs or ():
            if output.kind == "stream" and output.stream == "stdout":
                text += output.data["text/plain"]
            elif output.kind in ("result", "display"):
                text += f"={output.data['text/plain']}\n"
            elif output.error:
                text += f"!{output.error[0]}\n"
        shown.append(text)
    return shown


def masked(shown: Sequence[str]) -> list[str]:
    """Return what is shown without what differs from process to process: addresses."""
    import re

    return [re.sub(r"0x[0-9a-fA-F]{6,}", "0x", text) for text in shown]
