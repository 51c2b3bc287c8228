"""`python -m traitscope` is the command `traitscope`."""

import sys

from traitscope.cli import main

sys.exit(main())
