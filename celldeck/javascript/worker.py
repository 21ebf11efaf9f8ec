"""The program that typesets formulas: `python -m celldeck.javascript.worker`.

It loads MathJax, reads `[tex, display]` pairs as JSON from its input and writes what `MathJax.typeset` gives
for each.
"""

from __future__ import annotations

import json
import sys

from celldeck.javascript.mathjax import MathJax


def main() -> None:
    """Typeset what stands on the input."""
    mathjax = MathJax()
    mathjax.load()
    results = [mathjax.typeset(tex, display, ()) for tex, display in json.load(sys.stdin.buffer)]
    mathjax.close()
    sys.stdout.write(json.dumps(results))


if __name__ == "__main__":
    main()
