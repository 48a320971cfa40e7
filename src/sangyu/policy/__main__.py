"""Let `python -m sangyu.policy` be the command `sangyu policy`."""

from __future__ import annotations

import sys

from sangyu.policy.cli import main

sys.exit(main(sys.argv[1:]))
