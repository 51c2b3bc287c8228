"""The command `traitscope`: exit 0 on success, 2 on a user's mistake with one clear line, 1 on a failure or a difference."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

# make would take what it has done once for done: -B does it anew
LACKS = "the package {} is not installed: make -B setup, or pip install -r requirements.lock"

try:
    from inventories.reading import DefinitionError
    from traitscope import disk_errors, stopping
    from traitscope.arguments import parser
    from traitscope.harmless import for_terminal, json_for_terminal
    from traitscope.starting import STOPPED
except ModuleNotFoundError as lack:  # before there is a command that could say so
    sys.exit(f"traitscope: {LACKS.format(lack.name)}")


def command_names() -> list[str]:
    """Every command, for the test that holds the README to them."""
    actions = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return [name for action in actions for name in action.choices]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what is told to `sys.exit`."""
    with stopping.heeded():
        try:
            return _main(arguments)
        except KeyboardInterrupt as stop:
            _say(STOPPED)
            return stopping.exit_code(stop)


def _main(arguments: Sequence[str] | None) -> int:
    given = _given(arguments)
    try:
        result, text = given.command(given)
    except Exception as failure:
        stopping.again_if_heard()
        return _told(failure, given)
    try:
        print(_printable(result, text, given.json), flush=True)
    except OSError as problem:  # Python must not complain once more when it ends
        _to_nowhere(sys.stdout)
        if not isinstance(problem, BrokenPipeError):  # the reader, such as `head`, has enough
            _say(f"standard output: {disk_errors.of_system(problem) or problem}")
            return 2
    # a verification that found differences went well, and yet is no success; nor is a doctor's visit that found something
    return 1 if isinstance(result, dict) and False in (result.get("equal"), result.get("sound")) else 0


def _told(failure: Exception, given: argparse.Namespace) -> int:
    """Say in one line what went wrong: the one place where a failure ends; the exit code."""
    if isinstance(failure, ModuleNotFoundError) and not given.debug:
        told, code = LACKS.format(failure.name), 1
    elif isinstance(failure, _mistakes()):
        told, code = " ".join(str(failure).split()), 2
    elif given.debug:  # the traceback helps to mend it
        raise failure
    elif refused := _refused(failure, given):
        told, code = refused, 2
    else:
        told, code = f"failed: {type(failure).__name__}: {failure} (--debug shows where)", 1
    _say(for_terminal(told))
    return code


def _say(told: str) -> None:
    """Say what went otherwise than it should, where there is room for it: the exit code says it, too."""
    try:
        print(f"traitscope: {told}", file=sys.stderr, flush=True)
    except OSError:
        _to_nowhere(sys.stderr)


def _to_nowhere(stream: TextIO) -> None:
    """What a stream that cannot be written still holds is not tried once more when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _refused(failure: Exception, given: argparse.Namespace) -> str | None:
    """What the disk, or a damaged record that the command was given, has to do with a failure; None where nothing."""
    if isinstance(failure, OSError):
        return disk_errors.of_system(failure)
    from traitscope.damage import damage

    folders = [each for each in vars(given).values() if isinstance(each, Path)]
    return next((told for told in map(damage, folders) if told), None)


def _printable(result: Any, text: str, as_json: bool) -> str:
    """What is printed: the one place where texts of models and files reach a terminal."""
    if as_json:
        return json_for_terminal(json.dumps(result, ensure_ascii=False, allow_nan=False))
    return for_terminal(text)


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
