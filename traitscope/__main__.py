"""`python -m traitscope` is the command `traitscope`."""

from traitscope.starting import main

main()
