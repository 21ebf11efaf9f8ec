#!/usr/bin/env python3
"""Build the decks: `python build.py --help` says how. The same as `python -m celldeck`."""

import sys

# Compiling the package at every start would take longer than a second build does. So its bytecode is kept,
# like all that is made here, even where Python is told in general to keep none.
sys.dont_write_bytecode = False

try:
    # An older Python fails here too, on a module or a syntax that it does not have.
    from celldeck.cli import main
except (ImportError, SyntaxError) as error:
    if sys.version_info < (3, 11):
        sys.exit(f"celldeck needs Python 3.11 or later; this is {sys.version.split()[0]}")
    missing = getattr(error, "name", None)
    if missing is None or missing.startswith("celldeck"):
        raise
    sys.exit(f"the package '{missing}' is missing; this installs it: python -m pip install -e .")

if __name__ == "__main__":
    sys.exit(main())
