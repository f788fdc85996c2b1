"""Run the program: `python -m arbwatch` is `arbwatch`."""

import sys

from arbwatch.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
