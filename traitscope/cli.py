"""The command `traitscope`: exit 0 on success, 2 on a user's mistake with one clear line, 1 on a failure."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from inventories.reading import DefinitionError

EXAMPLES = Path(__file__).parent.parent / "examples"


class _Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line, like every other mistake."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def command_names() -> list[str]:
    """Every command, for the test that holds the README to them."""
    actions = (each for each in _parser()._actions if isinstance(each, argparse._SubParsersAction))
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
    return 0


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; an option that does not exist is told with the one that is meant, and where to read on."""
    parser = _parser()
    given, left = parser.parse_known_args(arguments)
    if left:
        name = left[0].partition("=")[0]
        meant = difflib.get_close_matches(name, _options(parser, given.name), 1)
        told = f"; did you mean {meant[0]}?" if meant else ""
        parser.exit(2, f"traitscope {given.name}: unknown argument {name}{told} (see traitscope {given.name} --help)\n")
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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="traitscope", description="Personality inventories for language models.")
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, what: Callable[[argparse.Namespace], tuple[Any, str]], told: str) -> argparse.ArgumentParser:
        each = commands.add_parser(name, help=told, description=told)
        each.set_defaults(command=what)
        each.add_argument(
            "--json", action="store_true", help="print one JSON object on standard output and nothing else"
        )
        each.add_argument("--debug", action="store_true", help="show where a failure happened")
        return each

    demo = command(
        "demo",
        _demo,
        "BFI-44, SD-3 and 24 scenarios given to the embedded model under 16 personas, with tables and findings.",
    )
    demo.add_argument(
        "--full", action="store_true", help="all 32 personas, and the controls with other and with negated markers"
    )
    _record_option(demo)
    plan = command(
        "plan", _plan, "What a study would ask: sittings, trials and calls, and what its forms can tell apart."
    )
    plan.add_argument("study", type=Path, metavar="STUDY", help="a study file (TOML)")
    _record_option(plan)
    plan.add_argument(
        "--freeze",
        action="store_true",
        help="fix the plan and its analysis before data are seen; `show` lists what is done otherwise",
    )
    _ask_above_option(plan)
    run = command(
        "run", _run, "Ask what a study still misses; running again resumes, and a study that grew keeps its answers."
    )
    run.add_argument("study", type=Path, metavar="STUDY", help="a study file (TOML)")
    _record_option(run)
    run.add_argument("--concurrency", type=int, metavar="N", help="calls in flight at once (default 64)")
    run.add_argument("--requests-per-minute", type=float, metavar="N", help="no more calls begin in a minute")
    run.add_argument("--tokens-per-minute", type=float, metavar="N", help="no more tokens are used in a minute")
    run.add_argument("--timeout", type=float, metavar="SECONDS", help="for one call (default 60)")
    run.add_argument("--retries", type=int, metavar="N", help="of a call that failed in passing (default 3)")
    run.add_argument("--max-cost", type=float, metavar="US$", help="stop before the record has cost more than that")
    _ask_above_option(run)
    run.add_argument("--yes", action="store_true", help="spend what the forecast says without asking")
    run.add_argument(
        "--pilot", type=float, metavar="SHARE", help="ask such a share first, then tell what the rest will cost and buy"
    )
    run.add_argument(
        "--reuse",
        type=Path,
        action="append",
        default=[],
        metavar="RECORD",
        help="take over answers to the very same trials from another record, which the manifest then names",
    )
    run.add_argument(
        "--cluster",
        metavar="auto|ADDRESS",
        help="spread local models over workers of Ray: on this machine (auto), or a cluster at HOST:PORT or ray://HOST:PORT",
    )
    run.add_argument(
        "--workers", type=int, metavar="N", help="of the cluster (default: one for each GPU, or else for each core)"
    )
    status = command("status", _status, "Progress and outcomes of a record.")
    status.add_argument("record", type=Path, metavar="RECORD", help="a folder such as runs/demo")
    show = command(
        "show", _show_record, "Tables and findings of a record: profile, reliability, effects of persona and form."
    )
    show.add_argument("record", type=Path, metavar="RECORD", help="a folder such as runs/demo")
    export = command("export", _export, "Answers, scores and estimates of a record as CSV files.")
    export.add_argument("record", type=Path, metavar="RECORD", help="a folder such as runs/demo")
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder to write to")
    reparse = command("reparse", _reparse, "Read all stored replies of a record again with the present reader.")
    reparse.add_argument("record", type=Path, metavar="RECORD", help="a folder such as runs/demo")
    inventories = command(
        "inventories", _inventories, "The bank: items, scales, languages and terms; or one inventory in full."
    )
    inventories.add_argument(
        "inventory", nargs="?", metavar="ID", help="an id of the bank, or the path of a file to check"
    )
    personas = command("personas", _personas, "The persona sets; or the personas of one set.")
    personas.add_argument("set", nargs="?", metavar="SET", help="an id of a set, or the path of a file to check")
    reading = command(
        "read", _read, "Judge a file of replies: one JSON object a line with options, text and perhaps items."
    )
    reading.add_argument("file", metavar="FILE.jsonl", help="the file; - for standard input")
    analyze = command(
        "analyze",
        _analyze,
        "Statistics of answers collected elsewhere: CSV, SPSS or Excel, wide or long; or of the ratings in a record.",
    )
    analyze.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="raw answers; columns assigned.SCALE, factor.NAME, group.NAME, criterion.NAME and persona are understood",
    )
    analyze.add_argument("--inventory", metavar="ID", help="id of the bank, or path of a file")
    analyze.add_argument(
        "--only",
        metavar="NAME[,NAME]",
        help="these statistics only, or all (default: those that a record's study plans in its `analysis`, else all that apply)",
    )
    analyze.add_argument("--list", action="store_true", help="name all statistics, and with a file which of them apply")
    analyze.add_argument(
        "--beside", type=Path, metavar="FILE", help="a second file, such as human answers, to stand beside as a group"
    )
    analyze.add_argument(
        "--rows",
        type=int,
        default=40,
        metavar="N",
        help="rows of a table that are printed (default 40); --json has all",
    )
    analyze.add_argument("--already-keyed", action="store_true", help="the reversed items are turned round already")
    analyze.add_argument(
        "--missing",
        choices=["pairwise", "listwise"],
        help="rule for missing answers; both values are in the output (default: the study's `analysis`, else pairwise)",
    )
    analyze.add_argument(
        "--twin",
        type=Path,
        metavar="FILE",
        help="answers of the same persons to the twin scenarios: how doing goes with saying",
    )
    analyze.add_argument(
        "--twin-as",
        choices=["rating", "choice"],
        default="rating",
        help="what is in --twin: ratings on the statements' scale, or 1 and 0 for a high and a low action (default rating)",
    )
    divergence = command(
        "divergence",
        _divergence,
        "Does a model act as it says? Statements beside their twin scenarios, with nulls and verdicts.",
    )
    divergence.add_argument("record", type=Path, metavar="RECORD", help="a folder such as runs/demo")
    divergence.add_argument(
        "--human",
        type=Path,
        metavar="FILE",
        help="people's answers to statements and scenarios, to stand beside and to calibrate by",
    )
    divergence.add_argument(
        "--margin",
        type=float,
        metavar="POMP",
        help="a level gap within it agrees (default: the study's `analysis`, else 10)",
    )
    divergence.add_argument(
        "--tau",
        type=float,
        metavar="POINTS",
        help="a pair within it is consistent (default: the study's `analysis`, else 1)",
    )
    divergence.add_argument(
        "--rows", type=int, default=40, metavar="N", help="personas that are printed (default 40); --json has all"
    )
    check = command(
        "check", _check, "Simulated persons with known traits, styles and noise, recovered through the whole pipeline."
    )
    check.add_argument("--persons", type=int, default=100, metavar="N", help="persons in each world (default 100)")
    check.add_argument("--inventory", default="bfi44", metavar="ID", help="id of the bank, or path of a file")
    check.add_argument("--seed", type=int, default=1, help="another seed draws other persons")
    probe = command(
        "probe", _probe, "What a model knows of an inventory beforehand: its name, its items' ends and order."
    )
    probe.add_argument("model", metavar="MODEL", help="a name as in a study, such as local:smollm2-135m")
    probe.add_argument("--inventory", required=True, metavar="ID", help="id of the bank, or path of a file")
    probe.add_argument("--to", type=Path, metavar="FILE.jsonl", help="where replies are kept (default: runs/probes/)")
    recipe = command(
        "recipe", _recipe, "Published protocols: list them, show one, or run one on a model and print its tables."
    )
    recipe.add_argument("action", choices=["list", "show", "run"])
    recipe.add_argument("recipe", nargs="?", metavar="NAME", help="a name of `recipe list`")
    recipe.add_argument("--model", metavar="MODEL", help="a name as in a study, such as local:smollm2-135m")
    recipe.add_argument(
        "--scale",
        choices=["small", "full"],
        default="small",
        help="of the study: minutes, or as published (default small)",
    )
    _record_option(recipe)
    _ask_above_option(recipe)
    recipe.add_argument("--yes", action="store_true", help="spend what the forecast says without asking")
    teach = command(
        "class", _class, "Serve the classroom pages alone to the local network; whoever has the join code is in."
    )
    teach.add_argument("--port", type=int, default=8502, metavar="N", help="(default 8502)")
    teach.add_argument(
        "--record",
        type=Path,
        metavar="DIR",
        help="a record whose answers the class may see (default: simulated persons)",
    )
    return parser


def _ask_above_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ask-above", type=float, default=1.0, metavar="US$", help="ask before spending more than that (default 1)"
    )


def _record_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--record", type=Path, metavar="DIR", help="record folder (default: runs/ and the study's name)"
    )


def _demo(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope.record import RUNS

    given.study = EXAMPLES / ("demo_full.toml" if given.full else "demo.toml")
    given.record = given.record or RUNS / "demo"  # the full demo grows the small one's record
    _run(given)
    result, text = _show_record(given)
    given.human, given.margin, given.tau, given.rows = None, None, None, 5
    doing, told = _divergence(given)
    result, text = result | {"divergence": doing}, f"{text}\n\n{told}"
    follow = (
        f"\nRecord: {given.record}\nNext: traitscope show {given.record}, or `make app` to look at it in the browser"
    )
    return result, text + follow


def _plan(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import planning

    return planning.plan(given.study, given.record, frozen=given.freeze, ask_above=given.ask_above)


def _run(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import asking
    from traitscope.study import load_study

    study = load_study(given.study)
    options = asking.options(study, vars(given))
    ask_above = None if vars(given).get("yes") else vars(given).get("ask_above")
    return asking.run_told(study, given.record, options, ask_above=ask_above, quiet=given.json)


def _status(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import reporting
    from traitscope.record import Record

    return reporting.status(Record(given.record))


def _show_record(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import reporting
    from traitscope.record import Record

    return reporting.show(Record(given.record))


def _export(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import reporting
    from traitscope.record import Record

    return reporting.export(Record(given.record), given.to)


def _reparse(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope.record import Record
    from traitscope.runner import reparse

    count = reparse(Record(given.record))
    return {"record": str(given.record), "calls": count}, f"{given.record}: {count} calls read again"


def _inventories(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import listing

    return listing.inventory(given.inventory) if given.inventory else listing.inventories()


def _personas(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import listing

    return listing.persona_set(given.set) if given.set else listing.persona_sets()


def _read(given: argparse.Namespace) -> tuple[Any, str]:
    from inventories.answers import judge_line
    from traitscope.datafile import DataError

    try:
        lines = (sys.stdin.buffer.read() if given.file == "-" else Path(given.file).read_bytes()).splitlines()
    except OSError as problem:
        raise DataError(f"{given.file}: cannot be read ({problem.strerror})") from None
    judged = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                judged.append(judge_line(line.decode("utf-8")))
            except ValueError as problem:
                raise DataError(f"{given.file}, line {number}: {problem}") from None
    return {"replies": judged}, "\n".join(json.dumps(each, ensure_ascii=False) for each in judged)


def _analyze(given: argparse.Namespace) -> tuple[Any, str]:
    from inventories.loading import load_inventory
    from traitscope import collected, printed, statistics
    from traitscope.datafile import DataError
    from traitscope.record import Record

    if given.inventory is None or given.file is None:
        if given.list and given.file is None:
            return printed.listed(statistics.listed())
        told = "analyze: needs a FILE and --inventory ID; `analyze --list` alone names all statistics"
        if given.file is not None and collected.is_record(given.file):
            told += f"; inventories of this record: {', '.join(Record(given.file).manifest.inventories)}"
        raise DataError(told)
    # a record has the files of its own inventories, which are in no bank
    of_record = collected.is_record(given.file) and given.inventory in Record(given.file).manifest.inventories
    inventory = Record(given.file).inventory(given.inventory) if of_record else load_inventory(given.inventory)
    if given.twin is not None:
        from traitscope import divergence_told

        return divergence_told.of_files(given.file, given.twin, inventory, given.twin_as)
    plan = collected.plan_of(given.file)
    missing = given.missing or plan.missing
    if given.list:
        sample = collected.sample_at(given.file, inventory, already_keyed=given.already_keyed, missing=missing)
        return printed.listed(statistics.listed(sample))
    only = [name.strip() for name in given.only.split(",")] if given.only else list(dict.fromkeys(plan.statistics))
    if only == ["all"]:
        only = []
    result = collected.analyze(
        given.file,
        inventory,
        already_keyed=given.already_keyed,
        missing=missing,
        beside=given.beside,
        only=only or None,
        told=_tell if sys.stderr.isatty() else None,
    )
    text = printed.collected(result, inventory, with_tables=bool(only), most=given.rows)
    others, line = collected.beside_plan(plan, result["statistics"], missing)
    if line:
        result |= {"planned": plan.statistics, "not_planned": others}
    return result, f"{line}\n\n{text}" if line else text


def _divergence(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import divergence_told
    from traitscope.datafile import DataError
    from traitscope.freeze import other_than_planned
    from traitscope.record import Record
    from traitscope.study_file import study_file

    record = Record(given.record)
    planned = study_file(record.folder / "study.toml").analysis
    margin = planned.margin if given.margin is None else given.margin
    tau = planned.tau if given.tau is None else given.tau
    if not 0 < margin < float("inf"):
        raise DataError(f"divergence: --margin must be a number above 0, not {margin}")
    if not 0 <= tau < float("inf"):
        raise DataError(f"divergence: --tau must be a number from 0, not {tau}")
    result, text = divergence_told.of_record(record, human=given.human, margin=margin, tau=tau, most=given.rows)
    otherwise = other_than_planned(record, margin=margin, tau=tau)
    told = [f"DEVIATION from the frozen plan: {each}" for each in otherwise]
    return result | {"deviations": otherwise}, "\n\n".join([text, *told])


def _tell(name: str) -> None:
    print(f"traitscope: {name} ...", file=sys.stderr)


def _check(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import checking, printed

    told = _tell if sys.stderr.isatty() else None
    rows = checking.check(persons=given.persons, inventory=given.inventory, seed=given.seed, told=told)
    return printed.checked(rows, given.inventory, given.persons, given.seed)


def _probe(given: argparse.Namespace) -> tuple[Any, str]:
    from inventories.loading import load_inventory
    from traitscope import printed, probing
    from traitscope.record import RUNS
    from traitscope.responders import by_name

    inventory = load_inventory(given.inventory)
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{given.model}_{inventory.id}")
    to = given.to or RUNS / "probes" / f"{name}.jsonl"
    return printed.probed(probing.probe(inventory, given.model, by_name(given.model), to))


def _recipe(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope import recipe_file, recipe_run

    if given.action == "list":
        return recipe_run.listed()
    if not given.recipe:
        raise DefinitionError(f"recipe {given.action}: needs a NAME of: {', '.join(recipe_file.names())}")
    if given.action == "show":
        return recipe_run.shown(given.recipe)
    if not given.model:
        raise DefinitionError("recipe run: needs --model MODEL, a name as in a study")
    ask_above = None if given.yes else given.ask_above
    return recipe_run.run(
        given.recipe, given.model, given.scale, given.record, vars(given), ask_above=ask_above, quiet=given.json
    )


def _class(given: argparse.Namespace) -> tuple[Any, str]:
    from traitscope.teaching import serving

    return serving.serve(given.port, given.record)
