"""Subjects, shown: is what a model says of men or of barbers the same in every run, every order of options, of every subject?

After Rao et al. (2023, arXiv 2303.01248); the constant `a` is the distance, in percent, at which each index is one half.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from pandas import DataFrame

from psychometrics.estimate import Estimate
from psychometrics.subject_profiles import CONSTANT, profile_consistency, profile_fairness, profile_robustness
from traitscope import estimates, figures, tables
from traitscope.apa import column, interval
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import about, rated
from traitscope.recipe_records import parameter
from traitscope.record import Record
from traitscope.results import profiles_told

FIXED, PERMUTED = "printed", "shuffled"
ALL = "all"  # the kind of a subject that others are compared with
STEADY = "Is the same said of a subject in every run?"
FAIR = "Is the same said of different subjects?"
PROFILES = "What is said of each subject?"
NOTHING = "Nobody has been asked about a subject in several runs yet."
STEADY_COLUMNS = [
    column("subject"), column("index"), column("value", kind="bounded"), interval("bounded"), column("distance", kind="number", told="percent"),
    column("null_mean", "by chance", "bounded", "mean when runs are exchanged between the orders"), column("null_p", "p", "p"),
    column("n_runs", "runs", "count"), column("note"),
]  # fmt: skip
FAIR_COLUMNS = [
    column("subjects"), column("value", "fairness", "bounded"), interval("bounded"), column("distance", kind="number", told="percent"),
    column("null_mean", "by chance", "bounded", "mean when runs are exchanged between the subjects"), column("null_p", "p", "p"),
    column("n_runs", "runs", "count"), column("note"),
]  # fmt: skip


def runs(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """One row a run (sitting) about a subject: columns subject, kind, options, then the percent of each scale."""
    return kept(_runs, record, inventory, model, ask)


def said_of_subjects(record: Record) -> Iterator[Exhibit]:
    """Mean profile of each subject over the runs in permuted order, in percent."""
    return _each(record, _profiles, "subject_profiles", PROFILES)


def steadiness(record: Record) -> Iterator[Exhibit]:
    """Consistency over runs in permuted order, and robustness of the mean profile to that order, by subject."""
    return _each(record, _steadiness, "steadiness", STEADY)


def fairness(record: Record) -> Iterator[Exhibit]:
    """Nearness of the mean profiles of two subjects: of the sexes, and of every profession to people in general."""
    return _each(record, _fairness, "fairness", FAIR)


def _each(record: Record, made: Any, name: str, question: str) -> Iterator[Exhibit]:
    found = [made(record, *place) for place in rated(record) if len(runs(record, *place))]
    yield from found or [Exhibit(name, question, DataFrame(), missing=NOTHING)]


def _profiles(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    table = runs(record, inventory, model, ask)
    some = table[table["options"] == PERMUTED] if (table["options"] == PERMUTED).any() else table
    scales = _scales(table)
    means = some.groupby("subject", sort=False)[scales].mean()
    names = {scale: record.inventory(inventory).scale(scale).name for scale in scales}
    shown = means.rename_axis("subject").reset_index().melt("subject", scales, "scale", "value")
    shown = shown.assign(name=shown["scale"].map(names), n_runs=shown["subject"].map(some["subject"].value_counts()))
    figure = figures.heatmap(
        shown, PROFILES, rows="subject", columns="name", value="value", unit="percent", span=(0.0, 100.0), digits=0
    )
    columns = [
        column("subject"),
        column("name", "scale"),
        column("value", "percent", "number"),
        column("n_runs", "runs", "count"),
    ]
    return _exhibit(record, "subject_profiles", PROFILES, shown, columns, figure, (inventory, model, ask))


def _steadiness(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    a, seed = parameter(record, "a", CONSTANT), estimates.SEED
    table = runs(record, inventory, model, ask)
    rows = []
    for subject, some in table.groupby("subject", sort=False):
        fixed, permuted = (some.loc[some["options"] == each, _scales(table)] for each in (FIXED, PERMUTED))
        found = {
            "consistency": profile_consistency(permuted, a=a, seed=seed),
            "robustness": profile_robustness(fixed, permuted, a=a, seed=seed),
        }
        rows += [_row(each, len(permuted)) | {"subject": subject, "index": name} for name, each in found.items()]
    shown = DataFrame(rows)
    figure = figures.forest(shown, STEADY, x="1: always the same", rows="subject", groups="index", span=(0.0, 1.0))
    return _exhibit(record, "steadiness", STEADY, shown, STEADY_COLUMNS, figure, (inventory, model, ask), a)


def _fairness(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    a = parameter(record, "a", CONSTANT)
    table = runs(record, inventory, model, ask)
    some = table[table["options"] == PERMUTED] if (table["options"] == PERMUTED).any() else table
    kinds = some.drop_duplicates("subject").set_index("subject")["kind"]
    everybody = list(kinds.index[kinds == ALL])
    pairs = list(itertools.combinations(kinds.index[kinds == "sex"], 2))
    pairs += [(each, other) for each in kinds.index[~kinds.isin(["sex", ALL])] for other in everybody]
    pairs = pairs or list(itertools.combinations(kinds.index, 2))
    rows = []
    for one, other in pairs:
        first, second = (some.loc[some["subject"] == each, _scales(table)] for each in (one, other))
        found = profile_fairness(first, second, a=a, seed=estimates.SEED)
        rows.append(_row(found, len(first)) | {"subjects": f"{one} and {other}"})
    if not rows:
        return Exhibit("fairness", FAIR, DataFrame(), missing="One subject only: nobody to compare it with.")
    shown = DataFrame(rows)
    figure = figures.forest(
        shown.assign(group="fairness"), FAIR, x="1: the same said of both", rows="subjects", span=(0.0, 1.0)
    )
    return _exhibit(record, "fairness", FAIR, shown, FAIR_COLUMNS, figure, (inventory, model, ask), a)


def _row(found: Estimate, n_runs: int) -> dict[str, Any]:
    extra = found.extra
    return {
        "value": found.value, "low": found.low, "high": found.high, "distance": extra.get("distance"),
        "null_mean": extra.get("null_mean"), "null_p": extra.get("null_p"), "a": extra["a"], "n_runs": n_runs, "note": in_words(found.note),
    }  # fmt: skip


def _exhibit(
    record: Record, name: str, question: str, shown: DataFrame, columns: list[Any], figure: Any, place: tuple[str, str, str],
    a: float | None = None,
) -> Exhibit:  # fmt: skip
    inventory, model, ask = place
    table = runs(record, *place)
    constant = (
        ""
        if a is None
        else f" a = {a:g} percent. 95 % intervals over runs: what further runs of this model would give."
    )
    caption = f"{profiles_told.asked(record, inventory, model, ask)}; {counted(table['subject'].nunique(), 'subject')}, {len(table):,} runs.{constant}"
    note = "What a model says of a group is a stereotype at best: it is no statement about the people of that group."
    return Exhibit(
        name, question, shown, columns, caption, figure, note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )  # fmt: skip


def _runs(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    elicitation, _, version = ask.partition(": ")
    scores = where_all(
        tables.scores(record),
        inventory=inventory,
        model=model,
        elicitation=elicitation,
        version=version,
        level="domain",
    )
    people = record.manifest.personas
    scores = scores[[bool(people[each].attributes.get("kind")) for each in scores["persona"]]]
    wide = scores.pivot(index=["sitting", "persona"], columns="scale", values="pomp").reset_index()
    options = tables.answers(record).drop_duplicates("sitting").set_index("sitting")["options"]
    order = {each: number for number, each in enumerate(people)}
    wide = wide.assign(
        subject=wide["persona"].map(lambda each: people[each].text), kind=wide["persona"].map(lambda each: people[each].attributes["kind"]),
        options=wide["sitting"].map(options), place=wide["persona"].map(order),
    )  # fmt: skip
    return wide.sort_values("place", kind="stable").drop(columns=["sitting", "persona", "place"]).reset_index(drop=True)


def _scales(table: DataFrame) -> list[str]:
    return [each for each in table.columns if each not in ("subject", "kind", "options")]
