"""`python -m bots` is the command line."""

import sys

from bots.cli.app import main

sys.exit(main())
