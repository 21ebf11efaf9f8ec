"""A Python process that has imported what cells will ask for, and becomes a kernel of Jupyter.

Its first argument is JSON: `modules`, to import, and perhaps `socket`, the number of one over which an owner
asks for forks. Without, it becomes a kernel at once, a spare one; the other arguments are that kernel's. It
imports nothing of celldeck.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import sys
import threading
import types
from typing import Any

# What a kernel imports itself, now or with its first cell; a name that another version lacks is passed over.
KERNEL = (
    "runpy",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.datapub",
    "IPython.core.interactiveshell",
)
LATER = (
    "comm",
    "debugpy",
    "IPython.core.completerlib",
    "IPython.core.magics",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "IPython.core.profiledir",
    "ipykernel.pylab.config",
    "matplotlib_inline.config",
    "ipykernel.debugger",
    "ipykernel.subshell_manager",
    "ipykernel.shellchannel",
    "zmq.asyncio",
    "zmq.eventloop.zmqstream",
    "tornado.platform.asyncio",
    "sqlite3",
    "jedi",
)


def load(name: str) -> Any:
    """Return a module that stands beside this one; it gets no place in `sys.modules`."""
    module = types.ModuleType("celldeck_" + name)
    module.__file__ = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    with open(module.__file__, encoding="utf-8") as file:
        exec(compile(file.read(), module.__file__, "exec"), module.__dict__)
    return module


def main() -> None:
    """Import, serve, and become a kernel."""
    settings = json.loads(sys.argv[1])
    if sys.path and os.path.abspath(sys.path[0]) == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]
    # ipykernel reads it while it is imported, and ends its process if that parent goes.
    if "socket" in settings:
        os.environ["JPY_PARENT_PID"] = str(os.getpid())
    for name in KERNEL:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    early = load("imports").Early()
    early.bring(list(LATER))
    early.unfit.clear()
    printed = early.bring(settings["modules"])
    early.hide()
    launcher = getattr(importlib.util.find_spec("ipykernel_launcher"), "origin", None)
    argv = [launcher or "ipykernel_launcher.py", *sys.argv[2:]]
    if "socket" in settings:
        argv = serve(early, settings["socket"], printed)
    # Ours, not a kernel's.
    sys.modules.pop("gc", None)
    # A cell may print the name of its thread.
    threading._counter = itertools.count(1).__next__  # type: ignore[attr-defined]
    sys.argv[:] = argv
    sys.orig_argv[:] = [sys.executable, "-m", "ipykernel_launcher", *argv[1:]]
    importlib.import_module("ipykernel.kernelapp").launch_new_instance()


def serve(early: Any, descriptor: int, printed: dict[str, str]) -> list[str]:
    """Fork as often as asked; return, in a child, the arguments of the kernel that it is to be."""
    gc = importlib.import_module("gc")
    forks = load("forks").Forks(descriptor)
    context = early.hidden.get("tensorflow.python.eager.context")
    touched = context is not None and getattr(context._context, "_context_handle", None) is not None
    gc.collect()
    # Counting references in what never goes would copy its pages into every kernel.
    gc.freeze()
    tops = [name for name in early.hidden if "." not in name]
    told = {"printed": printed, "unfit": early.unfit, "touched": touched, "tops": tops}
    forks.send({"ready": told})
    wanted = forks.serve()
    early.reseed()
    argv: list[str] = wanted["argv"]
    return argv


main()
