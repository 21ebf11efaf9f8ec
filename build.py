#!/usr/bin/env python3
"""Build the decks: `python build.py --help` says how. The same as `python -m celldeck`."""

import sys

if sys.version_info < (3, 11):
    sys.exit("celldeck needs Python 3.11 or later; this is Python " + sys.version.split()[0])
try:
    from celldeck.cli import main
except ModuleNotFoundError as missing:
    if (missing.name or "").split(".")[0] == "celldeck":
        raise
    sys.exit(
        f"the package '{missing.name}' is missing; install what celldeck needs with: python -m pip install -e ."
    )

if __name__ == "__main__":
    sys.exit(main())
