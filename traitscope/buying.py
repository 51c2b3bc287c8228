"""What the rest of a study will buy: how dependable its scores will be, from a pilot's variance components."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pandas import DataFrame

from inventories.administer import Interview
from psychometrics.dstudy import d_study
from traitscope.datafile import DataError
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.record import Record
from traitscope.sample import record_sample
from traitscope.statistics.found import domains, form_cells
from traitscope.statistics.generalizability import copied_draws, study_of


def expected(record: Record, planned: Iterable[Interview]) -> DataFrame:
    """How dependable the pilot's scores are, and those of the whole study will be: a row a model x inventory x scale.

    Columns: model, inventory, scale, n_persons (of the pilot), forms and draws (now, then), g, phi, sem_absolute now and
    then, note. Only rated or chosen answers have a D-study. The note says what a pilot cannot tell: one form or one draw tells
    nothing of others, nor do draws that are copies; with few persons all of it is rough.
    """
    # scenarios are analysed as choices, as in `record_sample`
    analysed = {name: "choice" if each.kind == "action" else "rating" for name, each in record.inventories().items()}
    cells: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for each in planned:
        sitting = each.sitting
        if sitting.elicitation == analysed[sitting.inventory]:
            cells.setdefault((sitting.model, sitting.inventory), set()).add(
                (f"{sitting.form.name()} / {sitting.reply}", sitting.replicate)
            )
    rows: list[dict[str, Any]] = []
    for (model, name), planned_cells in cells.items():
        forms, draws = len({form for form, _ in planned_cells}), len({draw for _, draw in planned_cells})
        try:
            sample = record_sample(record, record.inventory(name), models=[model])
        except DataError:  # the pilot has no answer to it
            continue
        cells_now = DataFrame({"who": sample.who, "form": form_cells(sample)})
        forms_now, draws_now = cells_now["form"].nunique(), cells_now.value_counts().max()
        for scale in domains(sample):
            study = study_of(sample, scale, interval="none")
            if study is None:
                continue
            facets = study.components.design.facets
            more = {facet: [size] for facet, size in (("form", forms), ("draw", draws)) if facet in facets}
            told = [f"one {each} in the pilot: what more {each}s buy cannot be told"
                    for each, size in (("form", forms), ("draw", draws)) if size > 1 and each not in facets]  # fmt: skip
            if draws > 1 and copied_draws(sample, study):
                told.append("draws of the pilot are copies: what other draws buy cannot be told")
            n_persons = study.components.n_persons
            if n_persons < FEWEST_FOR_INTERVAL:
                told.append(f"rough: {n_persons} persons")
            now, then = d_study(study, {}).iloc[0], d_study(study, more).iloc[0]
            rows.append(
                {
                    "model": model, "inventory": name, "scale": scale, "n_persons": sample.who.nunique(),
                    "forms": f"{forms_now} -> {forms}", "draws": f"{draws_now} -> {draws}",
                    "g": now["g"], "phi": now["phi"], "sem": now["sem_absolute"],
                    "g_then": then["g"], "phi_then": then["phi"], "sem_then": then["sem_absolute"],
                    "note": "; ".join(filter(None, [then["note"] or study.phi.note, *told])),
                }
            )  # fmt: skip
    return DataFrame(rows)
