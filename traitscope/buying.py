"""What the rest of a study will buy: how dependable its scores will be, from a pilot's variance components."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from pandas import DataFrame

from inventories.administer import Interview
from psychometrics import GStudy
from psychometrics.dstudy import d_study
from traitscope.datafile import DataError
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.interviews import Seat
from traitscope.kept import kept
from traitscope.record import Record
from traitscope.sample import record_sample
from traitscope.statistics.found import domains, form_cells
from traitscope.statistics.generalizability import copied_draws, study_of


class Place(NamedTuple):
    """One inventory asked of one model, and in how many printed forms and draws."""

    model: str
    inventory: str
    forms: int
    draws: int


class Pilot(NamedTuple):
    """What the pilot found of one inventory and model: a G-study a scale, and how it was asked."""

    n_persons: int
    forms: int
    draws: int
    studies: dict[str, GStudy]
    copied: frozenset[str]  # scales whose draws are copies


def expected(record: Record, planned: Iterable[Interview | Seat]) -> DataFrame:
    """How dependable the pilot's scores are, and those of the whole study will be: a row a model x inventory x scale.

    Columns: model, inventory, scale, n_persons (of the pilot), forms and draws (now, then), g, phi, sem_absolute now and
    then, note. Only rated or chosen answers have a D-study. The note says what a pilot cannot tell: one form or one draw tells
    nothing of others, nor do draws that are copies; with few persons all of it is rough.
    """
    rows = [row for each in places(record, planned) for row in of_place(record, each).to_dict("records")]
    return DataFrame(rows)


def places(record: Record, planned: Iterable[Interview | Seat]) -> list[Place]:
    """The places of a plan that a D-study of `record` may speak of."""
    # scenarios are analysed as choices, as in `record_sample`
    analysed = {name: "choice" if each.kind == "action" else "rating" for name, each in record.inventories().items()}
    cells: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for each in planned:
        sitting = each.sitting if isinstance(each, Interview) else each
        if sitting.elicitation == analysed.get(sitting.inventory):
            cells.setdefault((sitting.model, sitting.inventory), set()).add(
                (f"{sitting.form.name()} / {sitting.reply}", sitting.replicate)
            )
    return [
        Place(*place, len({form for form, _ in some}), len({draw for _, draw in some})) for place, some in cells.items()
    ]


def of_place(record: Record, place: Place) -> DataFrame:
    """The rows of `expected` for one place; none where the pilot has no answer to it."""
    return kept(_of_place, record, place)


def _of_place(record: Record, place: Place) -> DataFrame:
    pilot = kept(_pilot, record, place.model, place.inventory)
    rows: list[dict[str, Any]] = []
    if pilot is None:
        return DataFrame()
    for scale, study in pilot.studies.items():
        facets = study.components.design.facets
        more = {facet: [size] for facet, size in (("form", place.forms), ("draw", place.draws)) if facet in facets}
        told = [f"one {each} in the pilot: what more {each}s buy cannot be told"
                for each, size in (("form", place.forms), ("draw", place.draws)) if size > 1 and each not in facets]  # fmt: skip
        if place.draws > 1 and scale in pilot.copied:
            told.append("draws of the pilot are copies: what other draws buy cannot be told")
        n_persons = study.components.n_persons
        if n_persons < FEWEST_FOR_INTERVAL:
            told.append(f"rough: {n_persons} persons")
        now, then = d_study(study, {}).iloc[0], d_study(study, more).iloc[0]
        rows.append(
            {
                "model": place.model, "inventory": place.inventory, "scale": scale, "n_persons": pilot.n_persons,
                "forms": f"{pilot.forms} -> {place.forms}", "draws": f"{pilot.draws} -> {place.draws}",
                "g": now["g"], "phi": now["phi"], "sem": now["sem_absolute"],
                "g_then": then["g"], "phi_then": then["phi"], "sem_then": then["sem_absolute"],
                "note": "; ".join(filter(None, [then["note"] or study.phi.note, *told])),
            }
        )  # fmt: skip
    return DataFrame(rows)


def _pilot(record: Record, model: str, inventory: str) -> Pilot | None:
    try:
        sample = record_sample(record, record.inventory(inventory), models=[model])
    except DataError:  # the pilot has no answer to it
        return None
    cells = DataFrame({"who": sample.who, "form": form_cells(sample)})
    found = {scale: study_of(sample, scale, interval="none") for scale in domains(sample)}
    studies = {scale: study for scale, study in found.items() if study is not None}
    copied = frozenset(scale for scale, study in studies.items() if copied_draws(sample, study))
    return Pilot(sample.who.nunique(), cells["form"].nunique(), int(cells.value_counts().max()), studies, copied)
