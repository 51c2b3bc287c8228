"""The commands and their options, as they are typed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from traitscope import commands
from traitscope.harmless import for_terminal


class _Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line, like every other mistake."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        super().exit(status, message and for_terminal(message))


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command; each command sets the function of `commands` that does it."""
    whole = _Parser(prog="traitscope", description="Personality inventories for language models.")
    names = whole.add_subparsers(dest="name", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, what: Callable[[argparse.Namespace], tuple[Any, str]], told: str) -> argparse.ArgumentParser:
        each = names.add_parser(name, help=told, description=told)
        each.set_defaults(command=what)
        each.add_argument(
            "--json", action="store_true", help="print one JSON object on standard output and nothing else"
        )
        each.add_argument("--debug", action="store_true", help="show where a failure happened")
        return each

    demo = command(
        "demo",
        commands.demo,
        "BFI-44, SD-3 and 24 scenarios given to the embedded model under 16 personas, with tables and findings.",
    )
    demo.add_argument(
        "--full", action="store_true", help="all 32 personas, and the controls with other and with negated markers"
    )
    _record_option(demo)
    plan = command(
        "plan", commands.plan, "What a study would ask: sittings, trials and calls, and what its forms can tell apart."
    )
    plan.add_argument("study", type=_path, metavar="STUDY", help="a study file (TOML)")
    _record_option(plan)
    plan.add_argument(
        "--freeze",
        action="store_true",
        help="fix the plan and its analysis before data are seen; `show` lists what is done otherwise",
    )
    _ask_above_option(plan)
    run = command(
        "run",
        commands.run,
        "Ask what a study still misses; running again resumes, and a study that grew keeps its answers.",
    )
    run.add_argument("study", type=_path, metavar="STUDY", help="a study file (TOML)")
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
        type=_path,
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
    status = command("status", commands.status, "Progress and outcomes of a record.")
    status.add_argument("record", type=_path, metavar="RECORD", help="a folder such as runs/demo")
    show = command(
        "show", commands.show, "Tables and findings of a record: profile, reliability, effects of persona and form."
    )
    show.add_argument("record", type=_path, metavar="RECORD", help="a folder such as runs/demo")
    report = command(
        "report",
        commands.report,
        "A report of a record: one HTML file with methods, results, limits and references, that needs no network.",
    )
    report.add_argument("record", type=_path, metavar="RECORD", help="a folder such as runs/demo")
    report.add_argument(
        "--to", type=_path, metavar="FILE.html", help="file to write (default: report.html in the record's folder)"
    )
    report.add_argument(
        "--pdf", action="store_true", help="print it to a PDF of the same name as well, by Chromium or Chrome"
    )
    export = command(
        "export",
        commands.export,
        "A record as a bundle: tables, codebook, study, prompts and every raw reply in one folder.",
    )
    export.add_argument("record", type=_path, metavar="RECORD", help="a folder such as runs/demo")
    export.add_argument(
        "--to",
        type=_path,
        required=True,
        metavar="DIR",
        help="folder to write to; an older bundle of the record is replaced",
    )
    export.add_argument("--spss", action="store_true", help="answers, wide tables and scores as .sav files as well")
    verify = command(
        "verify",
        commands.verify,
        "Compute all in a bundle again from its raw replies, render its prompts again, and name what differs (exit 1).",
    )
    verify.add_argument("bundle", type=_path, metavar="DIR", help="a folder that `traitscope export` wrote")
    importing = command(
        "import",
        commands.import_,
        "A record made of answers collected elsewhere (CSV, SPSS, Excel, PsychoBench, TRAIT, Qualtrics), or of an exported bundle.",
    )
    importing.add_argument("file", type=_path, metavar="FILE|DIR", help="a file of answers, or the folder of an export")
    importing.add_argument(
        "--inventory", metavar="ID", help="whose answers these are: id of the bank, or path of a file"
    )
    importing.add_argument(
        "--from",
        dest="format",
        choices=["long", "wide", "psychobench", "trait", "qualtrics"],
        help="format of the file (default: what it looks like)",
    )
    _record_option(importing)
    reparse = command("reparse", commands.reparse, "Read all stored replies of a record again with the present reader.")
    reparse.add_argument("record", type=_path, metavar="RECORD", help="a folder such as runs/demo")
    salvage = command(
        "salvage",
        commands.salvage,
        "All replies that can still be read of a damaged record, as a new record that `run` completes.",
    )
    salvage.add_argument("record", type=_path, metavar="RECORD", help="the damaged record, which stays as it is")
    salvage.add_argument("--to", type=_path, required=True, metavar="DIR", help="folder of the new record")
    inventories = command(
        "inventories", commands.inventories, "The bank: items, scales, languages and terms; or one inventory in full."
    )
    inventories.add_argument(
        "inventory", nargs="?", metavar="ID", help="an id of the bank, or the path of a file to check"
    )
    personas = command("personas", commands.personas, "The persona sets; or the personas of one set.")
    personas.add_argument("set", nargs="?", metavar="SET", help="an id of a set, or the path of a file to check")
    reading = command(
        "read", commands.read, "Judge a file of replies: one JSON object a line with options, text and perhaps items."
    )
    reading.add_argument("file", metavar="FILE.jsonl", help="the file; - for standard input")
    analyze = command(
        "analyze",
        commands.analyze,
        "Statistics of answers collected elsewhere: CSV, SPSS or Excel, wide or long; or of the ratings in a record.",
    )
    analyze.add_argument(
        "file",
        type=_path,
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
        "--beside", type=_path, metavar="FILE", help="a second file, such as human answers, to stand beside as a group"
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
        type=_path,
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
        commands.divergence,
        "Does a model act as it says? Statements beside their twin scenarios, with nulls and verdicts.",
    )
    divergence.add_argument("record", type=_path, metavar="RECORD", help="a folder such as runs/demo")
    divergence.add_argument(
        "--human",
        type=_path,
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
        "check",
        commands.check,
        "Simulated persons with known traits, styles and noise, recovered through the whole pipeline.",
    )
    check.add_argument("--persons", type=int, default=100, metavar="N", help="persons in each world (default 100)")
    check.add_argument("--inventory", default="bfi44", metavar="ID", help="id of the bank, or path of a file")
    check.add_argument("--seed", type=int, default=1, help="another seed draws other persons")
    probe = command(
        "probe", commands.probe, "What a model knows of an inventory beforehand: its name, its items' ends and order."
    )
    probe.add_argument("model", metavar="MODEL", help="a name as in a study, such as local:smollm2-135m")
    probe.add_argument("--inventory", required=True, metavar="ID", help="id of the bank, or path of a file")
    probe.add_argument("--to", type=_path, metavar="FILE.jsonl", help="where replies are kept (default: runs/probes/)")
    recipe = command(
        "recipe",
        commands.recipe,
        "Published protocols: list them, show one, or run one on a model and print its tables.",
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
    recipe.add_argument(
        "--temperature", type=float, default=0.0, metavar="T", help="of the model (default 0); a judge is asked at 0"
    )
    recipe.add_argument(
        "--judge",
        default="",
        metavar="MODEL",
        help="who judges texts, where a recipe has some (default: the model itself)",
    )
    recipe.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=NUMBER",
        help="of its analyses, such as a=50; see `recipe show`",
    )  # fmt: skip
    recipe.add_argument(
        "--with",
        dest="file",
        type=_path,
        metavar="FILE",
        help="your own file, such as people's answers, where a recipe takes one",
    )
    _record_option(recipe)
    recipe.add_argument(
        "--max-cost", type=float, metavar="US$", help="stop before all its records have cost more than that"
    )
    _ask_above_option(recipe)
    recipe.add_argument("--yes", action="store_true", help="spend what the forecast says without asking")
    doctor = command(
        "doctor",
        commands.doctor,
        "Set-up, disk, keys (their names alone), models, browser and optional parts: what is there, what is missing or wrong, and how to mend it.",
    )
    doctor.add_argument("--model", default="", metavar="MODEL", help="ask it, too, whether it answers")
    doctor.add_argument("--spend", action="store_true", help="ask it even if that may cost a fraction of a cent")
    app = command(
        "app",
        commands.app,
        "Serve the dashboard: to this machine alone, or with --share to the network, behind a password.",
    )
    app.add_argument("--port", type=int, default=8501, metavar="N", help="(default 8501)")
    app.add_argument("--share", action="store_true", help="let others on the network in who have the password")
    app.add_argument(
        "--password-file",
        type=_path,
        metavar="FILE",
        help="holds the password, of 8 characters or more (default: the variable TRAITSCOPE_PASSWORD)",
    )
    teach = command(
        "class",
        commands.teach,
        "Serve the classroom pages alone to the local network; whoever has the join code is in.",
    )
    teach.add_argument("--port", type=int, default=8502, metavar="N", help="(default 8502)")
    teach.add_argument(
        "--record",
        type=_path,
        metavar="DIR",
        help="a record whose answers the class may see (default: simulated persons)",
    )
    return whole


def _ask_above_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ask-above", type=float, default=1.0, metavar="US$", help="ask before spending more than that (default 1)"
    )


def _record_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--record", type=_path, metavar="DIR", help="record folder (default: runs/ and the study's name)"
    )


def _path(text: str) -> Path:
    """A path as it was given; an empty one, as of a variable that is not set, would be the folder one is in."""
    if not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} names no file or folder; for the one you are in, write .")
    return Path(text)
