"""What runs inside a Python kernel. It goes there as text, so it imports nothing of ours and works remotely.

It sees to four things, so that they are the same in every run and fit for a slide: what a cell's code is
called (`<cell 3>`, whatever the process), how much it may print, what its tracebacks say, and which files and
packages it used.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

MODULES = (
    "names",
    "streams",
    "values",
    "tracebacks",
    "watch",
    "figures",
    "pictures",
    "variables",
    "channels",
    "graph",
    "traces",
    "fingerprints",
    "trace",
    "start",
)
"""In the order in which they are loaded; `start` is handed the others."""

REPORT = "application/vnd.celldeck.report+json"
"""The MIME type of the message with which the agent ends each cell."""

_LOADER = """
def load(texts, settings):
    import types
    modules = {}
    for name, text in texts.items():
        module = modules[name] = types.ModuleType("celldeck_agent_" + name)
        exec(compile(text, "<celldeck " + name + ">", "exec"), module.__dict__)
    modules["start"].install(get_ipython(), modules, settings)
load(%r, %r)
"""


@cache
def _texts() -> dict[str, str]:
    folder = Path(__file__).parent
    return {name: (folder / f"{name}.py").read_text("utf-8") for name in MODULES}


@cache
def digest() -> str:
    """Return a digest of the agent: outputs made with another one may differ."""
    return hashlib.sha1("\0".join(_texts().values()).encode("utf-8")).hexdigest()


def code(*, head: int, tail: int, longest_text: int, largest_content: int) -> str:
    """Return Python code that starts the agent in the kernel that runs it.

    Args:
        head: how many characters of a stream of one cell are sent on as they come.
        tail: how many of its end are sent after that; what lies between is dropped.
        longest_text: how many characters of a value's text are sent.
        largest_content: how many characters a value may have in any other MIME type.
    """
    settings = {
        "head": head,
        "tail": tail,
        "longest_text": longest_text,
        "largest_content": largest_content,
        "report": REPORT,
    }
    loader = _LOADER % (_texts(), settings)
    return f"exec(compile({loader!r}, '<celldeck>', 'exec'), {{'get_ipython': get_ipython}})"
