"""Inventory, study and persona files that are almost right: each is told what is wrong with it, or means what it says."""

from __future__ import annotations

import csv
import importlib
import io
from pathlib import Path
from typing import Any

import fuzz_grounds as grounds
import tomli_w
from fuzz_changes import HUGE, Change, changed, raw, rewritten
from fuzz_verdict import told_or, well_told

from inventories.answers import Answer, read_reply
from inventories.definitions import Inventory
from inventories.forms import Form, option_order
from inventories.loading import read_inventory
from inventories.persona_sets import load_persona_set
from inventories.reading import DefinitionError
from inventories.responder import Abilities
from inventories.wording import printed_options
from traitscope import own_inventories, preview
from traitscope.interviews import check_served, interviews, summary, trials_of
from traitscope.listing import inventory as listed
from traitscope.responders import by_name
from traitscope.study import Study, load_study

FORMS = (
    Form(),
    Form(labels="upper"),
    Form(labels="roman_lower", options="reversed"),
    Form(options="shuffled", binding="content"),
)
importlib.import_module(
    "traitscope.statistics"
)  # which a study loads when it first names one: that is no part of a case
FEW = 6  # items whose options are printed and read back
MOST_SITTINGS = 150  # of a study that is planned in full

Case = tuple[int, list[Change], Change]


def toml_bytes(documents: list[Any], case: Case) -> bytes:
    """A TOML file out of one of `documents`, changed as the case says."""
    which, structure, text = case
    document = changed(documents[which % len(documents)], structure)
    return rewritten(raw(tomli_w.dumps(document)), text)


def csv_bytes(tables: list[Any], case: Case) -> bytes:
    """A CSV file out of one of `tables`."""
    which, structure, text = case
    rows = changed(tables[which % len(tables)], structure)
    file = io.StringIO()
    csv.writer(file, delimiter=",;\t"[which % 3]).writerows(each if isinstance(each, list) else [each] for each in rows)
    return rewritten(file.getvalue().replace(HUGE, "9" * 5000), text)


# ---- inventories


def inventory_file(folder: Path, case: Case) -> bool:
    """A TOML file of an inventory; whether it was accepted."""
    path = folder / "rated.toml"
    path.write_bytes(toml_bytes(grounds.INVENTORIES, case))
    found = told_or(lambda: read_inventory(path), str(path))
    if found is not None:
        prints_and_reads_back(found)
        shown = listed(str(path))[1]
        assert all(
            item.id in shown for item in found.items if item.id.isprintable() and item.id == " ".join(item.id.split())
        )
    return found is not None


def inventory_sheet(folder: Path, case: Case) -> bool:
    """A CSV file of an inventory, as the dashboard takes it."""
    found = own_inventories.read(folder, "mine.csv", csv_bytes(grounds.INVENTORY_ROWS, case))
    for each in found.mistakes:
        well_told(each, "mine.csv")
    assert (found.inventory is None) == bool(found.mistakes)
    if found.inventory is not None:
        prints_and_reads_back(found.inventory)
        saved = own_inventories.save(folder, found)
        assert read_inventory(saved).fingerprint() == found.inventory.fingerprint()
        saved.unlink()
    return found.inventory is not None


def prints_and_reads_back(inventory: Inventory) -> None:
    """Every option of an inventory that was accepted can be printed, and its label is read as that option or as none."""
    elicitation = preview.ELICITATIONS[inventory.kind][0]
    (bare,) = preview.personas("none").values()
    assert len({item.id for item in inventory.items}) == len(inventory.items)
    for item in inventory.items[:FEW]:
        for form in FORMS:
            page = printed_options(inventory, item, form, option_order(inventory, item, form, 1, 1))
            assert sorted(each.value for each in page) == sorted(each.value for each in inventory.options_of(item))
            for option in page:
                said = read_reply(option.label, page)
                assert said == Answer("answered", option.value) or said.outcome == "ambiguous", (option, said)
        shown = preview.prompt(inventory, Form(), elicitation, bare, item.id)
        assert not shown.problem, shown.problem
        text = "\n".join(each.content for each in shown.messages)
        page = printed_options(inventory, item, Form(), range(len(inventory.options_of(item))))
        assert all(option.text.strip() in text and option.label in text for option in page)
    for scale in inventory.scales:
        assert inventory.keys(scale)


# ---- persona sets


def persona_file(folder: Path, case: Case) -> bool:
    """A TOML file of personas."""
    path = folder / "own.toml"
    path.write_bytes(toml_bytes(grounds.PERSONA_FILES, case))
    which = case[0]
    fraction = ("half", None, None, "")[which % 4]
    n = (None, None, 3, 10**9)[which // 7 % 4]
    accepted = False
    for arguments in ({}, {"fraction": fraction, "n": n, "seed": which}):
        found = told_or(lambda given=arguments: load_persona_set(path, **given), str(path))
        if found is not None:
            accepted = True
            assert len({each.id for each in found.personas}) == len(found.personas)
            assert all(each.id.strip() and each.set == "own" for each in found.personas)
            assert all(abs(level) < float("inf") for each in found.personas for level in each.assigned.values())
    return accepted


# ---- studies


def study_file(folder: Path, case: Case) -> bool:
    """A TOML file of a study, with an inventory and personas beside it."""
    (folder / "rated.toml").write_text(grounds.RATED, "utf-8")
    (folder / "deeds.toml").write_text(grounds.SCENARIOS, "utf-8")
    (folder / "curiosity.toml").write_text((grounds.EXAMPLES / "curiosity.toml").read_text("utf-8"), "utf-8")
    (folder / "own.toml").write_text(grounds.PERSONAS, "utf-8")
    path = folder / "study.toml"
    path.write_bytes(toml_bytes(grounds.STUDIES, case))
    study = told_or(lambda: load_study(path), str(path))
    if study is None:
        return False
    simulated = all(model.name.startswith("simulated:") for model in study.models)
    able = told_or(lambda: {each.name: by_name(each.name, each.parameters).can() for each in study.models}) if simulated else {each.name: Abilities(labels=True, likelihood=True, structured=True) for each in study.models}  # fmt: skip
    if able is None:
        return False
    try:
        check_served(study, able)
    except DefinitionError:
        raise
    except ValueError as mistake:
        well_told(str(mistake), str(path))
        return False
    planned_as_counted(study, able)
    return True


def planned_as_counted(study: Study, able: dict[str, Abilities]) -> None:
    """The counts that a plan tells are those of the plan itself, and no trial stands in it twice."""
    sittings = (
        sum(len(ask.forms(study.seed)) * ask.replicates for ask in study.asks) * len(study.models) * len(study.personas)
    )
    if sittings > MOST_SITTINGS:
        return
    counts = summary(study, able)
    planned = list(interviews(study, able))
    assert counts["personas"] == len(study.personas)
    assert sum(part["sittings"] for part in counts["parts"]) == len(planned)
    assert counts["trials"] == sum(map(trials_of, planned))
    ids = [
        trial.id for each in planned for steps in each.sitting.conversations for step in steps for trial in step.trials
    ]
    assert len(set(ids)) == len(ids) == counts["trials"]
