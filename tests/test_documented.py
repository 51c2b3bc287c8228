"""Everything that can be named is documented: commands, options, inventories, persona sets, statistics, recipes, keys, columns."""

import argparse
import importlib.util
import inspect
import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import psychometrics
from inventories.forms import FACTORS, Extra
from inventories.loading import inventory_ids, load_inventory
from inventories.persona_sets import persona_set_ids
from inventories.wording import WORDINGS
from traitscope.arguments import parser
from traitscope.cli import command_names
from traitscope.recipe_file import names
from traitscope.responders.limits import Limits
from traitscope.responders.simulated import KINDS, Person
from traitscope.statistics import STATISTICS
from traitscope.study import load_study
from traitscope.study_file import Analysis, Ask, Model, People, StudyFile

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text("utf-8")
PAGES = {path.name: path.read_text("utf-8") for path in sorted(DOCS.glob("*.md"))}
EVERYWHERE = "\n".join([README, *PAGES.values()])


def generator() -> ModuleType:
    """`docs/generate.py`, which is a script."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def code(text: str) -> set[str]:
    """Every name that stands in code marks."""
    return {name for span in re.findall(r"`([^`\n]+)`", text) for name in re.findall(r"[\w-]+", span)}


# ---- named


def test_the_readme_names_every_command_inventory_and_persona_set() -> None:
    named = [*(f"traitscope {name}" for name in command_names()), *inventory_ids(), *persona_set_ids()]
    assert [name for name in named if name not in README] == []


def test_every_command_in_the_documentation_is_one() -> None:
    told = set(re.findall(r"`traitscope (\w+)", EVERYWHERE)) | set(
        re.findall(r"^traitscope (\w+)", EVERYWHERE, re.MULTILINE)
    )
    assert told - set(command_names()) == set()


@pytest.mark.parametrize("command", command_names())
def test_every_option_of_a_command_has_a_row(command: str) -> None:
    actions = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    found = next(each.choices[command] for each in actions)
    section = PAGES["commands.md"].partition(f"## traitscope {command}\n")[2].partition("\n## ")[0]
    options = [each.option_strings[0] for each in found._actions if each.option_strings]
    everywhere = {"-h", "--json", "--debug"}  # said once, above all commands
    assert [each for each in options if each not in everywhere and f"`{each}" not in section] == []


@pytest.mark.parametrize("name", STATISTICS)
def test_every_statistic_of_analyze_has_its_formula_and_is_listed(name: str) -> None:
    assert re.search(rf"^\*\*.*`{name}`.* \| \*", PAGES["statistics.md"], re.MULTILINE)
    assert name in code(PAGES["analyze.md"])


FUNCTIONS = [name for name in psychometrics.__all__ if inspect.isfunction(getattr(psychometrics, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_of_psychometrics_is_explained(name: str) -> None:
    assert f"*`{name}`*" in PAGES["statistics.md"]


def test_a_name_in_the_headings_of_statistics_is_there() -> None:
    headings = re.findall(r"^\*\*[^|\n]*\|(?: \*`\w+`\*,?)+", PAGES["statistics.md"], re.MULTILINE)
    told = [name for heading in headings for name in re.findall(r"\*`(\w+)`\*", heading)]
    assert len(told) > 80
    assert [name for name in told if not hasattr(psychometrics, name)] == []


@pytest.mark.parametrize("name", names())
def test_every_recipe_has_a_row_and_a_section(name: str) -> None:
    assert f"| [`{name}`](#{name}) |" in PAGES["recipes.md"]
    assert f"\n### {name}\n" in PAGES["recipes.md"]


@pytest.mark.parametrize(
    "part", [StudyFile, Model, People, Ask, Extra, Limits, Analysis], ids=lambda part: part.__name__
)
def test_every_key_of_a_study_file_is_documented(part: Any) -> None:
    assert [name for name in part.__struct_fields__ if name not in code(PAGES["studies.md"])] == []


def test_every_factor_of_a_form_and_every_wording_is_documented() -> None:
    table = PAGES["studies.md"].partition("## Forms")[2]
    assert [name for name in FACTORS if f"| `{name}` |" not in table] == []
    assert [name for name in WORDINGS if name not in table] == []


def test_every_simulated_responder_and_its_parameters_are_documented() -> None:
    told = code(PAGES["models.md"])
    assert [name for name in (*KINDS, *Person.__struct_fields__) if name not in told] == []


# ---- true


def test_pages_that_the_program_writes_are_up_to_date() -> None:
    stale = [path.name for path, text in generator().pages() if path.read_text("utf-8") != text]
    assert stale == [], "run: .venv/bin/python docs/generate.py"


LINKED = [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


@pytest.mark.parametrize("path", LINKED, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def anchors(path: Path) -> set[str]:
    """The names of a page's headings in a link."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_leads_to_every_page() -> None:
    assert [name for name in PAGES if f"docs/{name}" not in README] == []


def examples(name: str, language: str) -> list[str]:
    text = README if name == "README.md" else PAGES[name]
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_inventory_in_the_documentation_is_one(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(examples("adding_an_inventory.md", "toml")[0], "utf-8")
    found = load_inventory("tiny.toml", beside=tmp_path)
    assert found.keys("E") == {"E1": 1, "E2": -1}
    assert found.statements(found.item("E1")) == ("I am the life of the party.",)


STUDIES = [(page, text) for page in ("README.md", "studies.md", "models.md") for text in examples(page, "toml")]


@pytest.mark.parametrize(("page", "text"), STUDIES, ids=lambda each: each if each.endswith(".md") else "")
def test_a_study_in_the_documentation_is_one(page: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(text, "utf-8")
    assert len(load_study(tmp_path / "study.toml").personas) >= 3


def test_personas_in_the_documentation_are_read(tmp_path: Path) -> None:
    entries = [each for each in re.findall(r"^\| `(.+)` \|", PAGES["studies.md"], re.MULTILINE) if "set =" in each]
    assert len(entries) == 3
    for entry in entries:
        text = f'models = ["simulated:person"]\ninventories = ["tipi"]\npersonas = [{entry}]\n'
        (tmp_path / "study.toml").write_text(text, "utf-8")
        assert load_study(tmp_path / "study.toml").personas


def test_the_responder_in_the_documentation_answers_every_prompt() -> None:
    from inventories.responder import Message, Prompt

    made: dict[str, Any] = {}
    exec(compile(examples("adding_a_responder.md", "python")[0], "adding_a_responder.md", "exec"), made)
    responder = made["DiceResponder"]({"seed": 3})
    prompts = [Prompt(str(each), (Message("user", "?"),), "text", labels=("1", "2", "3")) for each in range(50)]
    replies = list(responder.ask(prompts))
    assert [each.prompt for each in replies] == [each.id for each in prompts]
    assert {each.text for each in replies} == {"1", "2", "3"}
    assert responder.can().text and not responder.can().labels


# ---- the repository


def test_the_citation_has_what_version_1_2_0_of_its_format_asks_for() -> None:
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert found["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(found)
    assert all("name" in each or {"family-names", "given-names"} <= set(each) for each in found["authors"])
    assert (found["type"], found["license"]) == ("software", project["license"])
    assert found["version"] == project["version"]


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in changes and f"## [{version}]" in changes
