"""What each command does: given its arguments, one JSON-able result and its text for people."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from inventories.reading import DefinitionError
from traitscope.harmless import for_terminal

EXAMPLES = Path(__file__).parent.parent / "examples"


def demo(given: argparse.Namespace) -> tuple[Any, str]:
    """The embedded model asked, with its tables and findings."""
    from traitscope.record import RUNS

    given.study = EXAMPLES / ("demo_full.toml" if given.full else "demo.toml")
    given.record = given.record or RUNS / "demo"  # the full demo grows the small one's record
    run(given)
    result, text = show(given)
    given.human, given.margin, given.tau, given.rows = None, None, None, 5
    doing, told = divergence(given)
    result, text = result | {"divergence": doing}, f"{text}\n\n{told}"
    follow = (
        f"\nRecord: {given.record}\nNext: traitscope show {given.record}, or `make app` to look at it in the browser"
    )
    return result, text + follow


def plan(given: argparse.Namespace) -> tuple[Any, str]:
    """What a study would ask."""
    from traitscope import planning

    return planning.plan(given.study, given.record, frozen=given.freeze, ask_above=given.ask_above)


def run(given: argparse.Namespace) -> tuple[Any, str]:
    """Ask what a study still misses."""
    from traitscope import asking
    from traitscope.study import load_study

    study = load_study(given.study)
    options = asking.options(study, vars(given))
    ask_above = None if vars(given).get("yes") else vars(given).get("ask_above")
    return asking.run_told(study, given.record, options, ask_above=ask_above, quiet=given.json)


def status(given: argparse.Namespace) -> tuple[Any, str]:
    """Progress and outcomes of a record."""
    from traitscope import reporting
    from traitscope.damage import checked

    return reporting.status(checked(given.record))


def show(given: argparse.Namespace) -> tuple[Any, str]:
    """Tables and findings of a record."""
    from traitscope import reporting
    from traitscope.damage import checked

    return reporting.show(checked(given.record))


def report(given: argparse.Namespace) -> tuple[Any, str]:
    """A record as a report that needs no network."""
    from traitscope import report
    from traitscope.damage import checked

    return report.write(checked(given.record), given.to, with_pdf=given.pdf)


def export(given: argparse.Namespace) -> tuple[Any, str]:
    """A record as a bundle."""
    from traitscope.bundle import writing
    from traitscope.damage import checked

    return writing.export(checked(given.record), given.to, given.spss)


def verify(given: argparse.Namespace) -> tuple[Any, str]:
    """A bundle against what follows from its raw replies."""
    from traitscope.bundle import verifying

    return verifying.verify(given.bundle)


def import_(given: argparse.Namespace) -> tuple[Any, str]:
    """A record of an exported bundle, or of answers collected elsewhere."""
    from traitscope.bundle import importing
    from traitscope.importing import reading

    if given.file.is_dir():
        return importing.import_bundle(given.file, given.record)
    return reading.told(*reading.import_file(given.file, given.inventory, given.record, given.format))


def reparse(given: argparse.Namespace) -> tuple[Any, str]:
    """Stored replies read again with the present reader."""
    from traitscope.lock import alone
    from traitscope.record import Record
    from traitscope.runner import reparse

    record = Record(given.record)
    with alone(record.folder):
        count = reparse(record)
    return {"record": str(given.record), "calls": count}, f"{given.record}: {count} calls read again"


def salvage(given: argparse.Namespace) -> tuple[Any, str]:
    """What can still be read of a damaged record, as a new one."""
    from traitscope import salvage

    return salvage.salvage(given.record, given.to)


def inventories(given: argparse.Namespace) -> tuple[Any, str]:
    """The bank, or one inventory."""
    from traitscope import listing

    return listing.inventory(given.inventory) if given.inventory else listing.inventories()


def personas(given: argparse.Namespace) -> tuple[Any, str]:
    """The persona sets, or one of them."""
    from traitscope import listing

    return listing.persona_set(given.set) if given.set else listing.persona_sets()


def read(given: argparse.Namespace) -> tuple[Any, str]:
    """A file of replies, judged line by line."""
    from inventories.answers import judge_line
    from traitscope.datafile import DataError

    if given.file != "-" and Path(given.file).exists() and not Path(given.file).is_file():
        raise DataError(f"{given.file}: cannot be read (not a file); - is standard input")
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


def analyze(given: argparse.Namespace) -> tuple[Any, str]:
    """Statistics of answers collected elsewhere, or of the ratings in a record."""
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


def divergence(given: argparse.Namespace) -> tuple[Any, str]:
    """What it says of itself beside what it does."""
    from traitscope import divergence_told
    from traitscope.damage import checked
    from traitscope.datafile import DataError
    from traitscope.freeze import other_than_planned
    from traitscope.study_file import study_file

    record = checked(given.record)
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
    print(for_terminal(f"traitscope: {name} ..."), file=sys.stderr)


def check(given: argparse.Namespace) -> tuple[Any, str]:
    """Simulated persons, recovered through the whole pipeline."""
    from traitscope import checking, printed

    told = _tell if sys.stderr.isatty() else None
    rows = checking.check(persons=given.persons, inventory=given.inventory, seed=given.seed, told=told)
    return printed.checked(rows, given.inventory, given.persons, given.seed)


def probe(given: argparse.Namespace) -> tuple[Any, str]:
    """What a model knows of an inventory beforehand."""
    from inventories.loading import load_inventory
    from traitscope import printed, probing
    from traitscope.record import RUNS
    from traitscope.responders import by_name

    inventory = load_inventory(given.inventory)
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{given.model}_{inventory.id}")
    to = given.to or RUNS / "probes" / f"{name}.jsonl"
    return printed.probed(probing.probe(inventory, given.model, by_name(given.model), to))


def recipe(given: argparse.Namespace) -> tuple[Any, str]:
    """Published protocols: listed, shown or run."""
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
        given.recipe, given.model, given.scale, given.record, vars(given), judge=given.judge, file=given.file,
        parameters=_parameters(given.parameter), temperature=given.temperature,
        ask_above=ask_above, quiet=given.json,
    )  # fmt: skip


def _parameters(given: list[str]) -> dict[str, float]:
    found = {}
    for each in given:
        name, _, value = each.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise DefinitionError(f"--parameter {each}: NAME=NUMBER is needed, such as a=50") from None
    return found


def doctor(given: argparse.Namespace) -> tuple[Any, str]:
    """What this installation has and lacks."""
    from traitscope import doctor

    return doctor.doctor(given.model, given.spend)


def app(given: argparse.Namespace) -> tuple[Any, str]:
    """The dashboard, served until it is ended."""
    from traitscope import sharing

    return sharing.serve(given.port, given.share, given.password_file)


def teach(given: argparse.Namespace) -> tuple[Any, str]:
    """The classroom pages, served until they are ended."""
    from traitscope.teaching import serving

    return serving.serve(given.port, given.record)
