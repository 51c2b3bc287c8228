"""Writes the parts of the documentation that the program itself knows: `python docs/generate.py`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from traitscope import recipe_file
from traitscope.arguments import parser
from traitscope.frames import FRAMES
from traitscope.recipe_analyses import ANALYSES

DOCS = Path(__file__).parent
BEGIN, END = "<!-- made by docs/generate.py -->", "<!-- end -->"


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command by name."""
    actions = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return {name: each for action in actions for name, each in action.choices.items()}


def of_commands() -> str:
    """A section a command: what it does, and a row for each argument and option."""
    return "\n\n".join(_command(name, each) for name, each in commands().items())


def _command(name: str, command: argparse.ArgumentParser) -> str:
    rows = [
        _argument(each) for each in command._actions if not {"--help", "--json", "--debug"} & {*each.option_strings}
    ]
    table = ["| argument | means |", "| --- | --- |", *rows] if rows else ["It takes no argument."]
    return "\n".join([f"## traitscope {name}", "", str(command.description), "", *table])


def _argument(action: argparse.Action) -> str:
    choices = [str(each) for each in action.choices or ()]
    value = "" if action.nargs == 0 else str(action.metavar or "|".join(choices) or action.dest.upper())
    named = " ".join([*action.option_strings[:1], value]).strip()
    told = action.help or f"one of {', '.join(choices)}"
    return f"| `{_cell(named)}` | {_cell(told)} |"


def of_tables() -> str:
    """A section a table of a record, with every column."""
    return "\n\n".join(
        "\n".join(
            [f"## {name}", "", f"One row {frame.row}.", "", "| column | means |", "| --- | --- |"]
            + [f"| `{column}` | {_cell(told)} |" for column, told in frame.columns.items()]
        )
        for name, frame in FRAMES.items()
    )


def of_recipes() -> str:
    """A row a recipe, then what each makes of its record."""
    recipes = {name: recipe_file.load(name) for name in recipe_file.names()}
    rows = [
        f"| [`{name}`](#{name}) | {_cell(each.question)} | {_cell(each.source)} |" for name, each in recipes.items()
    ]
    parts = ["\n".join(["| recipe | question | source |", "| --- | --- | --- |", *rows])]
    for name, each in recipes.items():
        made = [f"- `{analysis}`: {(ANALYSES[analysis].__doc__ or '').splitlines()[0]}" for analysis in each.analyses]
        lines = [
            f"### {name}",
            "",
            f"{each.title}",
            "",
            "Makes of its record:",
            "",
            *made,
            "",
            f"Verified: {each.verified}",
        ]
        lines += ["", "Differs from the paper, or lacks:", "", *(f"- {told}" for told in (*each.differs, *each.lacks))]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


PAGES = {"commands.md": of_commands, "tables.md": of_tables, "recipes.md": of_recipes}


def pages() -> Iterator[tuple[Path, str]]:
    """Each page as it should be: what stands between the marks is made anew, the rest is written by hand."""
    for name, made in PAGES.items():
        before, begin, rest = (DOCS / name).read_text("utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"{DOCS / name}: needs the lines {BEGIN} and {END}")
        yield DOCS / name, f"{before}{BEGIN}\n\n{made()}\n\n{END}{after}"


def _cell(text: str) -> str:
    """Text that does not end a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, "utf-8")
