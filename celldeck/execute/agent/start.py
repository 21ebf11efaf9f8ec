"""Put the agent's parts to work in a shell of IPython."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
import warnings
from typing import Any


def install(shell: Any, modules: dict[str, Any], settings: dict[str, Any]) -> None:
    """Start the agent; called once, before the first cell."""
    names = modules["names"].install(shell)
    modules["tracebacks"].Tracebacks(shell, names)

    def make_streams() -> Any:
        return modules["streams"].Streams(settings["head"], settings["tail"])

    watch = modules["watch"].Watch()
    shell.config.InlineBackend.figure_formats = {"retina"}
    figures = modules["figures"].Figures(shell)
    # Each stands before the one above, so that whatever is shown is bounded.
    pictures = modules["pictures"].Pictures(shell)
    values = modules["values"].Values(shell, settings["longest_text"], settings["largest_content"])
    shell.ask_exit = leave
    # Whoever asks what kernel this is would be told a tip, drawn from the random numbers of the cells.
    shell.enable_tip = False
    if hasattr(shell, "_tee"):
        # The same for what every cell prints, without a bound.
        shell._tee = lambda channel: contextlib.nullcontext()
    variables = modules["variables"].Variables()
    channels = modules["channels"].Channels(figures)
    graph = modules["graph"].Graph(shell.user_ns, modules["fingerprints"].is_of_library)
    fingerprints = modules["fingerprints"].Fingerprints(shell.user_ns, modules["traces"].Traces().described)
    trace = modules["trace"].Trace(shell, graph, fingerprints, channels)
    parts = (make_streams, values, watch, figures, pictures, variables, trace)
    Cells(shell, names, *parts, settings["report"]).install()


class Cells:
    """Hears when a cell starts and ends."""

    def __init__(
        self,
        shell: Any,
        names: Any,
        make_streams: Any,
        values: Any,
        watch: Any,
        figures: Any,
        pictures: Any,
        variables: Any,
        trace: Any,
        report: str,
    ) -> None:
        self.shell = shell
        self.names = names
        self.make_streams = make_streams
        self.streams: Any = None
        """Made by the first cell: after the code that starts us, IPython puts the streams back."""
        self.values = values
        self.watch = watch
        self.figures = figures
        self.pictures = pictures
        self.variables = variables
        self.trace = trace
        self.report = report
        self.pid = os.getpid()
        self.depth = 0
        """Cell magics such as `%%capture` run a cell within the cell."""

    def install(self) -> None:
        self.shell.events.register("pre_run_cell", self.before)
        self.shell.events.register("post_run_cell", self.after)
        # Before anyone else's: the cells of a deck have yet to ask for one.
        self.shell.events.register("post_execute", self.trace.executed)

    def before(self, info: Any) -> None:
        if self.streams is None:
            self.streams = self.make_streams()
        if info.cell_id is not None:
            self.depth = 0
            forget_warnings()
            self.names.start(info.cell_id, info.raw_cell)
            options = self.options()
            request = options.get("trace")
            # First, and last when the cell ends: what is set for this cell alone is none of its own changes.
            self.trace.start(request)
            self.variables.start(options.get("env") or {})
            self.figures.start(info.cell_id, options)
            self.values.is_inline = bool(options.get("inline"))
            self.watch.start((request or {}).get("vault"))
            self.trace.is_on = request is not None
        self.depth += 1

    def options(self) -> dict[str, Any]:
        """Return the options of the cell that starts: they come with the request to run it."""
        parent = self.shell.get_parent() if hasattr(self.shell, "get_parent") else {}
        return dict((parent or {}).get("metadata", {}).get("celldeck") or {})

    def after(self, result: Any) -> None:
        self.depth -= 1
        if self.depth != 0:
            return
        if os.getpid() != self.pid:
            end_child(0 if result.success else 1)
        self.trace.is_on = False
        used = self.watch.end()
        self.figures.end()
        self.variables.end()
        effect = self.observed()
        self.watch.named(effect.pop("paths", ()), used)
        dropped = {**self.streams.end(), **self.values.end()}
        used["widgets"] = self.pictures.end()
        # IPython 9 keeps what every cell showed, for a history that nobody reads here.
        getattr(self.shell.history_manager, "outputs", {}).clear()
        self.shell.display_pub.publish({self.report: {**used, "effect": effect, "dropped": dropped}})

    def observed(self) -> dict[str, Any]:
        """Return what the cell did; if looking at its values fails, only how."""
        try:
            return dict(self.trace.end(self.names.cell, self.names.source))
        except Exception as error:
            return {"broken": "".join(traceback.format_exception(error)[-3:])}


def forget_warnings() -> None:
    """Let a cell show its warnings though a cell above has shown the same: so its own run alone tells which.

    IPython does it for the warnings of the deck's own code; this, for those of libraries.
    """
    with warnings.catch_warnings():
        # Python forgets what it has shown when the filters may have changed.
        pass
    deprecation = sys.modules.get("tensorflow.python.util.deprecation")
    getattr(deprecation, "_PRINTED_WARNING", {}).clear()


def end_child(status: int) -> None:
    """End a forked child where its cell ends: it would go on as a second kernel, and answer for the first."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(status)


def leave() -> None:
    """Make `exit` and `quit` what they are in a script; in a notebook they stop the kernel a moment later."""
    raise SystemExit
