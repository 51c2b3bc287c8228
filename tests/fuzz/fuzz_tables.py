"""Files of answers that are almost right: CSV of every kind, TRAIT's JSON, Excel and SPSS, and bundles of our own."""

from __future__ import annotations

import functools
import io
import json
import math
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import fuzz_grounds as grounds
import pandas as pd
from fuzz_changes import Change, changed, raw, rewritten
from fuzz_definitions import Case, csv_bytes
from fuzz_verdict import told_or

from inventories.definitions import Inventory
from inventories.forms import option_order
from inventories.loading import in_language, load_inventory
from inventories.reading import DefinitionError
from inventories.responder import Reply
from inventories.wording import printed_options
from traitscope import analysis
from traitscope.bundle.importing import import_bundle
from traitscope.bundle.verifying import verify
from traitscope.datafile import DataError
from traitscope.importing.cells import placed, read_reply
from traitscope.importing.reading import FORMATS, import_file, recognised
from traitscope.importing.sheet import REPLIES, Sheet
from traitscope.record import Record
from traitscope.runner import run
from traitscope.sample import read_sample
from traitscope.study import load_study

NUMBERS = (int, float)


@functools.cache
def tipi() -> Inventory:
    return load_inventory("tipi")


def table_file(kind: str, folder: Path, case: Case) -> bool:
    """A CSV file of one of `FORMATS`; it is read as what it seems to be and as what it was."""
    path = folder / "answers.csv"
    path.write_bytes(csv_bytes(grounds.TABLES[kind], case))
    told_or(lambda: FORMATS[kind](path, tipi()), str(path))
    if kind in ("wide", "long") and case[0] % 8 == 0:
        analysed(path)
    return _read(path, tipi())


def json_file(folder: Path, case: Case) -> bool:
    """TRAIT's results, with probabilities or with texts; the scenarios are those of the file itself, or the valid ones."""
    which, structure, text = case
    path = folder / "trait.json"
    document = changed([grounds.TRAIT, grounds.TRAIT_TEXTS][which % 2], structure)
    written = json.dumps(document, default=str, ensure_ascii=which % 3 == 0)
    if which % 5 == 0 and isinstance(document, list):
        written = "\n".join(json.dumps(each, default=str) for each in document)
    path.write_bytes(rewritten(raw(written), text))
    inventory = told_or(lambda: load_inventory(str(path)), str(path))
    if inventory is None:
        return False
    assert len({item.id for item in inventory.items}) == len(inventory.items)
    return _read(path, inventory)


def _read(path: Path, inventory: Inventory) -> bool:
    kind = told_or(lambda: recognised(path), str(path))
    sheet = told_or(lambda: FORMATS[kind](path, inventory), str(path)) if kind else None
    if sheet is not None:
        cells_mean_options(sheet, inventory)
    return sheet is not None


def cells_mean_options(sheet: Sheet, inventory: Inventory) -> None:
    """Every cell has one outcome; what is answered is a value of the item's own options."""
    assert sheet.sittings
    assert {each.persona for each in sheet.sittings} <= set(sheet.people)
    for row in sheet.sittings[:4]:
        try:
            shown = in_language(inventory, row.form.language)
        except DefinitionError:  # the import says it
            return
        for item, cell in row.cells.items():
            own = shown.item(item)
            page = printed_options(shown, own, row.form, option_order(shown, own, row.form, 1, 1))
            chances = cell if isinstance(cell, tuple) else None
            reply = Reply("p", text=None if chances else str(cell), label_logprobs=chances)
            found = read_reply("t", item, page, reply, values=sheet.kind not in REPLIES, placed=placed(row.form))
            assert (found.outcome == "answered") == (found.chosen is not None)
            assert found.chosen is None or found.chosen in {option.value for option in page}


def analysed(path: Path) -> None:
    """As `traitscope analyze` reads it: every score within the range of its items."""
    sample = told_or(lambda: read_sample(path, tipi()), str(path))
    if sample is None:
        return
    for scale in sample.scales:
        keyed = sample.keyed[list(sample.keys(scale))]
        low, high = sample.ends(keyed.columns)
        for table in (keyed, sample.person_means[list(keyed.columns)]):
            known = table.stack().to_numpy()
            assert all(min(low.values()) <= each <= max(high.values()) or math.isnan(each) for each in known)


# ---- files that are no text


@functools.cache
def excel() -> bytes:
    file = io.BytesIO()
    header, *rows = grounds.WIDE
    pd.DataFrame(rows, columns=header).to_excel(file, index=False)
    return file.getvalue()


@functools.cache
def spss() -> bytes:
    import pyreadstat

    header, *rows = grounds.WIDE
    table = pd.DataFrame(rows, columns=[name.replace(".", "_") for name in header])
    table[grounds.TIPI] = table[grounds.TIPI].apply(pd.to_numeric, errors="coerce")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.sav"
        pyreadstat.write_sav(table, path)
        return path.read_bytes()


def excel_file(folder: Path, case: Case) -> bool:
    """A workbook with cells of any kind, with a part that is changed, or cut as any file can be."""
    which, structure, text = case
    path = folder / "answers.xlsx"
    if which % 3 == 0:
        path.write_bytes(_bytes(excel(), text))
    elif which % 3 == 1:
        path.write_bytes(_zipped(excel(), which, text))
    else:
        rows = [each if isinstance(each, list) else [each] for each in changed(grounds.WIDE, structure)]
        made = told_or(lambda: _workbook(rows))
        path.write_bytes(made or b"")
    if which % 8 < 2:
        analysed(path)
    return _read(path, tipi())


def _workbook(rows: list[list[Any]]) -> bytes:
    file = io.BytesIO()
    kept = [[each if isinstance(each, NUMBERS) and abs(each) < 1e300 else _shown(each) for each in row] for row in rows]
    widest = max(map(len, kept), default=0)
    kept = [each + [""] * (widest - len(each)) for each in kept]
    pd.DataFrame(kept).to_excel(file, index=False, header=False)
    return file.getvalue()


def _shown(value: Any) -> str:
    return "".join(each for each in str(value)[:30_000] if each.isprintable())


def _zipped(data: bytes, which: int, text: Change) -> bytes:
    """The same archive with one of its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        names = whole.namelist()
        for name in names:
            part = whole.read(name)
            made.writestr(name, _bytes(part, text) if name == names[which % len(names)] else part)
    return file.getvalue()


def _bytes(data: bytes, text: Change) -> bytes:
    """Bytes changed as a text is, whatever they say."""
    return rewritten(data.decode("latin-1"), text).decode("utf-8", "replace").encode("latin-1", "replace")


def spss_file(folder: Path, case: Case) -> bool:
    """An SPSS file, cut and changed as bytes."""
    path = folder / "answers.sav"
    path.write_bytes(_bytes(spss(), case[2]))
    analysed(path)
    return _read(path, tipi())


# ---- whole imports


def imported(folder: Path, case: Case) -> bool:
    """A file becomes a record, and its table holds values of the items and nothing else; or a mistake, and no folder."""
    kind = list(grounds.TABLES)[case[0] % len(grounds.TABLES)]
    path, record = folder / "answers.csv", folder / "record"
    path.write_bytes(csv_bytes(grounds.TABLES[kind], case))
    made = told_or(lambda: import_file(path, "tipi", record), str(path))
    if made is None:
        assert [each.name for each in folder.iterdir()] == [path.name]
        return False
    table = analysis.answers(made[0])
    assert len(table) == sum(len(made[1].items) for _ in made[1].sittings)
    assert set(table["outcome"]) <= set(analysis.OUTCOMES)
    assert table["chosen"].dropna().isin(range(1, 8)).all()
    scores = analysis.scores(made[0])
    assert scores["score"].dropna().between(1, 7).all()
    shutil.rmtree(record)
    return True


@functools.cache
def bundle() -> Path:
    """A small bundle, made once."""
    from traitscope.bundle.writing import write

    home = Path(tempfile.mkdtemp(prefix="traitscope-fuzz-"))
    study = home / "small.toml"
    study.write_text(
        'models = ["simulated:person"]\ninventories = ["tipi", "own.toml"]\npersonas = ["none", { id = "p", text = "You are P." }]\n'
        '[[asks]]\nform = { items_per_prompt = 5 }\n', "utf-8")  # fmt: skip
    (home / "own.toml").write_text(grounds.RATED, "utf-8")
    run(load_study(study), home / "record")
    (home / "bundle").mkdir()
    write(Record(home / "record"), home / "bundle")
    return home / "bundle"


def bundle_file(folder: Path, case: Case) -> bool:
    """A bundle with one of its files changed, or gone: imported, or refused by name; and verified, or found to differ."""
    which, structure, text = case
    made = folder / "bundle"
    shutil.copytree(bundle(), made)
    files = sorted(each for each in made.rglob("*") if each.suffix in (".toml", ".json", ".jsonl", ".txt", ".csv"))
    file = files[which % len(files)]
    if which % 11 == 0:
        file.unlink()
    else:
        file.write_bytes(_in_file(file, structure, text))
    try:
        found = told_or(lambda: import_bundle(made, folder / "record"))
        if which % 4 == 0:
            told_or(lambda: verify(made))
        if found is not None:
            analysis.answers(Record(folder / "record"))
    except DataError as mistake:
        raise AssertionError(f"told too late: {mistake}") from None
    finally:
        shutil.rmtree(made)
        shutil.rmtree(folder / "record", ignore_errors=True)
    return found is not None


def _in_file(file: Path, structure: list[Change], text: Change) -> bytes:
    whole = file.read_text("utf-8")
    if file.suffix == ".jsonl" and structure:
        lines = whole.splitlines()
        at = structure[0][1] % len(lines)
        lines[at] = raw(json.dumps(changed(json.loads(lines[at]), structure), default=str))
        whole = "\n".join(lines) + "\n"
    elif file.suffix == ".json" and structure:
        whole = raw(json.dumps(changed(json.loads(whole), structure), default=str))
    return rewritten(whole, text)
