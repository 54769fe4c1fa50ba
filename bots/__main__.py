"""`python -m bots` is the command line."""

import sys

from bots.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
