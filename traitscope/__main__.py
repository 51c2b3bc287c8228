"""`python -m traitscope` is the command `traitscope`."""

import sys

try:
    from traitscope.cli import main
except KeyboardInterrupt:  # before there is a command that could say so
    sys.exit(130)

sys.exit(main())
