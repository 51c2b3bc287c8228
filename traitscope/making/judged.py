"""Texts of a record are put before a judge, together with texts whose poles are known.

A text takes the place of a persona: the wording `judge` prints it, and asks about whoever wrote it. What is assigned to the
writer goes with the text, for those who look at the verdicts; a judge that can read is not told.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
from pandas import DataFrame

from inventories.ids import digest
from inventories.persona_sets import Persona
from inventories.reading import read_toml
from traitscope.making.so_far import SoFar, persona_file
from traitscope.record import Record
from traitscope.written import texts

KNOWN = Path(__file__).parent / "known_texts.toml"
CLAIM = "claim"  # what a text with a claim is assigned: whether the claim is true of its writer
SIDES = ("low", "high")
# up to a stop with what closes it; "Stop!" he said. goes on in small letters, and so does e.g. this
SENTENCE = re.compile(r"\S.*?(?:[.!?][\"'”’)]*(?=\s+[^\sa-z]|\s*$)|$)")


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text, or a sentence, that was written to show one pole."""

    id: str
    assigned: dict[str, float]
    text: str


class KnownTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of texts with known poles."""

    title: str
    source: str
    licence: str
    notes: list[str]
    texts: list[Known]
    sentences: list[Known]


def known() -> KnownTexts:
    """The texts and sentences on which a judge is tried before it is believed."""
    return read_toml(KNOWN, KnownTexts)


def texts_judged(study: dict[str, Any], so_far: SoFar) -> dict[str, Any] | None:
    """Each text of the record, and the known texts, before the judge of the study."""
    return _with_known(study, so_far, written(_record(so_far)), known().texts)


def sentences_judged(study: dict[str, Any], so_far: SoFar) -> dict[str, Any] | None:
    """Each sentence of each text, and the known sentences, before the judge; the first `most` of a text alone."""
    return _with_known(
        study, so_far, sentences_of(written(_record(so_far)), so_far.options.get("most")), known().sentences
    )


def claims_judged(study: dict[str, Any], so_far: SoFar) -> dict[str, Any] | None:
    """Each text of the record with each claim about its writer that follows from what was assigned, and known texts with true and false claims.

    `claims` in the options: trait -> [claim of the low pole, claim of the high pole].
    """
    record, claims = _record(so_far), so_far.options["claims"]
    found: dict[str, Persona] = {}
    for row in written(record).to_dict("records"):
        for trait, level in record.manifest.personas[row["persona"]].assigned.items():
            if level and trait in claims:
                claim = _claim(row["text"], claims, row["judged"], trait, level > 0, True)
                found[claim.id] = claim
    if not found:
        return None
    tried = [
        _claim(each.text.strip(), claims, each.id, trait, (level > 0) == true, true)
        for each in known().texts
        for trait, level in each.assigned.items()
        if trait in claims
        for true in (True, False)
    ]
    sets = [
        persona_file("written", "Texts with claims about their writers", list(found.values()), so_far.beside),
        persona_file("known", "Known texts with claims that are true or false", tried, so_far.beside),
    ]
    return study | {"personas": sets}


def _claim(text: str, claims: dict[str, list[str]], of: str, trait: str, high: bool, true: bool) -> Persona:
    claim = claims[trait][high]
    whole = f"{text}\n\nThe claim: {claim}"
    about = {"of": of, "trait": trait, "pole": SIDES[high], "claim": claim}
    return Persona(id=judged_id(whole), text=whole, assigned={CLAIM: 1.0 if true else -1.0}, attributes=about)


def written(record: Record) -> DataFrame:
    """The texts of a record that hold words, as `written.texts`, with a column judged: the text's id before a judge.

    Equal texts have one id, whoever wrote them: they are judged once.
    """
    table = texts(record)
    table = table[table["text"].str.contains(r"\w")]
    return table.assign(judged=[judged_id(each) for each in table["text"]])


def sentences_of(table: DataFrame, most: int | None = None) -> DataFrame:
    """One row a sentence of the texts of `written`; columns as there, text and judged those of the sentence, place (from 1)."""
    rows = [
        {**row, "text": sentence, "judged": judged_id(sentence), "place": place}
        for row in table.to_dict("records")
        for place, sentence in enumerate(sentences(row["text"])[:most], start=1)
    ]
    return DataFrame(rows, columns=[*table.columns, "place"])


def judged_id(*texts: str) -> str:
    """What a text is called before a judge."""
    return digest("judged", *texts)[:12]


def sentences(text: str) -> list[str]:
    """The sentences of a text; lines end one, too."""
    parts = (part.strip() for line in text.splitlines() for part in SENTENCE.findall(line))
    return [part for part in parts if re.search(r"\w", part)]


def _record(so_far: SoFar) -> Record:
    assert so_far.record is not None  # texts are judged in a later stage
    return so_far.record


def _with_known(study: dict[str, Any], so_far: SoFar, table: DataFrame, tried: list[Known]) -> dict[str, Any] | None:
    if table.empty:
        return None
    assigned = {name: each.assigned for name, each in _record(so_far).manifest.personas.items()}
    once = table.drop_duplicates("judged")
    judged = [
        Persona(id=name, text=text, assigned=assigned[writer])
        for name, text, writer in once[["judged", "text", "persona"]].itertuples(index=False, name=None)
    ]
    on = [Persona(id=each.id, text=each.text.strip(), assigned=each.assigned) for each in tried]
    sets = [
        persona_file("written", "Texts of the record", judged, so_far.beside),
        persona_file("known", "Texts with known poles", on, so_far.beside),
    ]
    return study | {"personas": sets}
