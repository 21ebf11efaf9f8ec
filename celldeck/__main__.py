"""`python -m celldeck`."""

import sys

from celldeck.cli import main

sys.exit(main())
