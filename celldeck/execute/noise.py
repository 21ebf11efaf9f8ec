"""What C++ libraries log on stderr while they start, which says nothing to the audience of a talk.

TensorFlow, XLA and JAX log through Abseil, a line a message; `TF_CPP_MIN_LOG_LEVEL` does not silence what is
logged before the library has read it: https://abseil.io/docs/cpp/guides/logging
"""

from __future__ import annotations

import re

_LINES = re.compile(
    r"^(?:"
    # I0000 00:00:1700000000.123456    4242 file.cc:33] text
    r"[IWE]\d{4} \d\d:\d\d:[\d.]+\s+\d+ [^\s\]]+:\d+\]"
    # 2024-01-31 10:00:00.123456: I external/local_xla/xla/file.cc:33] text
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] [^\s\]]+:\d+\]"
    r"|WARNING: All log messages before absl::InitializeLog\(\) is called"
    r"|To enable the following instructions: .* rebuild TensorFlow with the appropriate compiler flags\."
    r"|OMP: Info #\d+:"
    r"|KMP_AFFINITY:"
    # IPython's advice after SystemExit is for people at a prompt.
    r"|.*interactiveshell\.py:\d+: UserWarning: To exit: use 'exit', 'quit', or Ctrl-D\."
    r"|  warn\(\"To exit: use 'exit', 'quit', or Ctrl-D\.\", stacklevel=1\)"
    r").*$\n?",
    re.MULTILINE,
)
_HINTS = ("] ", "absl::", "rebuild TensorFlow", "OMP: ", "KMP_", "To exit: ")


_WARNING = re.compile(r"^\S.*?[/\\](?:site|dist)-packages[/\\](?=.+?:\d+: \w*Warning: )", re.MULTILINE)


def without_noise(stderr: str) -> str:
    """Return what was written to stderr without the lines that libraries log while they start.

    A warning keeps the name of the library's file, and loses the folder that it is installed in.
    """
    if any(hint in stderr for hint in _HINTS):
        stderr = _LINES.sub("", stderr)
    return _WARNING.sub("", stderr) if "Warning: " in stderr else stderr
