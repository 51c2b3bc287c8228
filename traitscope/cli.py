"""The command `traitscope`: exit 0 on success, 2 on a user's mistake with one clear line, 1 on a failure or a difference."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections.abc import Sequence

from inventories.reading import DefinitionError
from traitscope.arguments import parser


def command_names() -> list[str]:
    """Every command, for the test that holds the README to them."""
    actions = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return [name for action in actions for name in action.choices]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what is told to `sys.exit`."""
    given = _given(arguments)
    try:
        result, text = given.command(given)
    except _mistakes() as mistake:
        print(f"traitscope: {' '.join(str(mistake).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("traitscope: stopped; what was answered is kept, and the same command goes on from here", file=sys.stderr)
        return 130
    except Exception as failure:  # the one place where a failure of ours ends; the traceback helps to mend it
        if given.debug:
            raise
        print(f"traitscope: failed: {type(failure).__name__}: {failure} (--debug shows where)", file=sys.stderr)
        return 1
    try:
        print(json.dumps(result, ensure_ascii=False, allow_nan=False) if given.json else text, flush=True)
    except BrokenPipeError:  # the reader, such as `head`, has enough; Python must not complain when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    # a verification that found differences went well, and yet is no success
    return 1 if isinstance(result, dict) and result.get("equal") is False else 0


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; an option that does not exist is told with the one that is meant, and where to read on."""
    known = parser()
    given, left = known.parse_known_args(arguments)
    if left:
        name = left[0].partition("=")[0]
        meant = difflib.get_close_matches(name, _options(known, given.name), 1)
        told = f"; did you mean {meant[0]}?" if meant else ""
        known.exit(2, f"traitscope {given.name}: unknown argument {name}{told} (see traitscope {given.name} --help)\n")
    return given


def _options(parser: argparse.ArgumentParser, command: str) -> list[str]:
    subparsers = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    actions = next(subparsers).choices[command]._actions
    return [option for each in actions for option in each.option_strings]


def _mistakes() -> tuple[type[Exception], ...]:
    from inventories.responder import ResponderError
    from traitscope.datafile import DataError
    from traitscope.store import StoreError
    from traitscope.study_file import StudyError

    return DefinitionError, StudyError, ResponderError, StoreError, DataError
