"""One's own profile, shown: what each number means, and where it stands beside the personas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pandas import DataFrame, Series

from inventories.definitions import Inventory
from psychometrics.compare import mean_over_persons
from psychometrics.estimate import NO_SPREAD
from traitscope import apa, figures
from traitscope.analysis import norm_for
from traitscope.exhibit import Exhibit
from traitscope.overview import counted
from traitscope.results.profiles import UNITS
from traitscope.teaching import companions
from traitscope.teaching.companions import Companions
from traitscope.teaching.taking import PEOPLE, Answers, scores, unanswered

CAUTION = (
    "This is a classroom toy, not a diagnosis. One short questionnaire, filled in once, tells little about one person; nobody "
    "should decide anything by it, and a persona is a text that a program was given, not somebody you are like."
)
MOST_NAMED, MOST_NEAR = 5, 5
OWN = "You"
UNIT = UNITS["rating"]
SCORES = (
    apa.column("name", "scale"),
    apa.column("score", kind="number"),
    apa.column("pomp", "POMP", "number", "percent of the maximum possible score", 0),
    apa.column("t", "T", "number", "50 is the mean of the norm group, 10 its standard deviation", 0),
    apa.column("percentile", kind="number", told="percent of the norm group below, if its scores are normally distributed", digits=0),
    apa.column("answers", "answered"),
)  # fmt: skip
NEAREST = (
    apa.column("persona"),
    apa.column("distance", kind="number", told="straight line between the two profiles, in POMP points over all scales", digits=1),
    apa.column("farthest", "farthest possible", "number", digits=1),
    apa.column("text", "what it was told"),
)  # fmt: skip


def people_told(folder: Path, name: str) -> str:
    """What people.csv is for."""
    return (
        f"{folder / PEOPLE} has one row a person, for your class or your study: traitscope analyze {PEOPLE} --inventory {name} gives its "
        f"statistics, traitscope analyze RECORD --inventory {name} --beside {PEOPLE} puts people beside a model. Nothing that is there "
        f"is overwritten. Everybody who can open the file can read it: a code word is better than a name."
    )


def left_out(of: Inventory, answers: Answers) -> str:
    """Which questions have no answer, and what that means for the profile; "" where all have one."""
    open_ones = unanswered(of, answers)
    if not open_ones:
        return ""
    named = "; ".join(f"{each.number}. {each.text}" for each in open_ones[:MOST_NAMED])
    more = f"; and {len(open_ones) - MOST_NAMED} more" if len(open_ones) > MOST_NAMED else ""
    return (
        f"{counted(len(open_ones), 'question')} of {len(of.items)} not answered: {named}{more}. Each score is the mean of the items you "
        f"answered; nothing is filled in for the others, and a scale with a gap is not placed in a norm group."
    )


def sentences(of: Inventory, own: DataFrame) -> list[str]:
    """One sentence a scale: what its number means."""
    norm = norm_for(of)
    return [_sentence(row, norm is not None) for row in own.to_dict("records")]


def _sentence(row: Mapping[Any, Any], has_norm: bool) -> str:
    name, answered = row["name"], f"{row['n_answered']} of {row['n_items']} items"
    if not row["n_answered"]:
        return f"{name}: no item answered, so there is no score."
    told = (
        f"{name}: {apa.number(row['score'])} on a scale from {row['low']:g} to {row['high']:g}, which is "
        f"{apa.number(row['pomp'], digits=0)} percent of the way from the lowest to the highest score ({answered})"
    )
    if row["t"] == row["t"]:
        told += f"; higher than about {apa.number(row['percentile'], digits=0)} in 100 of the norm group, T = {apa.number(row['t'], digits=0)}"
    elif has_norm:
        told += "; not placed in the norm group"
    return f"{told}."


def norm_told(of: Inventory, own: DataFrame) -> str:
    """The norm group with its size and source, or that there is none."""
    norm = norm_for(of)
    if norm is None:
        return (
            f"{of.abbreviation} has no norm group here whose figures were verified, so there is no T and no percentile: your scores are "
            f"on the scale of the answers."
        )
    placed = own[own["t"].notna()]
    if placed.empty:
        return (
            "None of your scales is placed in the norm group: items are missing, or you gave one answer to everything."
        )
    n = f"{int(placed['norm_n'].min()):,}" if placed["norm_n"].notna().any() else "not told"
    return (
        f"T and percentile are within a norm group, n = {n}: {norm.population.rstrip('.')}. Source: {norm.source.rstrip('.')}. These are "
        f"people who chose to answer, not the population."
    )


def own_scores(of: Inventory, answers: Answers) -> Exhibit:
    """The scores as a table: columns of `taking.scores`, and answers ("8 of 8")."""
    own = scores(of, answers)
    table = own.assign(answers=[f"{a} of {n}" for a, n in zip(own["n_answered"], own["n_items"], strict=True)])
    caption = f"{of.title}. One person, one sitting, so no interval. {norm_told(of, own)}"
    return Exhibit("own_scores", "What are your scores?", table, SCORES, caption)


def beside_poles(own: DataFrame, others: Companions) -> Exhibit:
    """Yourself between the personas that were assigned to be high and those assigned to be low."""
    question = "Where do you stand between the personas?"
    people = others.people
    parts = [
        _own(own),
        *(_mean(people[people["pole"] == pole], f"personas assigned {pole}", pole) for pole in ("high", "low")),
    ]
    if people["pole"].isna().all():
        parts.append(_mean(people[~people["bare"]], "all personas"))
    parts.append(_mean(people[people["bare"]], "bare model"))
    table = _together(parts)
    caption = f"{_beside(others)} Bars are 95 % t intervals of the mean over personas; none below three. You filled it in once: no bar."
    return Exhibit("beside_poles", question, table, _columns(), caption, figures.dots(table, question))


def beside_nearest(own: DataFrame, others: Companions) -> Exhibit:
    """The shape of your profile, of the nearest persona's and of the mean of all."""
    question = "Whose profile is nearest to yours?"
    near, people = companions.nearest(others.people, own), others.people
    parts = [_own(own)]
    if len(near) and not _alike(people):
        first = str(near["persona"].iloc[0])
        parts.append(_mean(people[people["persona"] == first], f"nearest: {first}"))
    parts.append(_mean(people[~people["bare"]], "mean of all personas"))
    table = _together(parts)
    return Exhibit("beside_nearest", question, table, _columns(), _beside(others), figures.radar(table, question))


def nearest(own: DataFrame, others: Companions) -> Exhibit:
    """The personas whose profiles are nearest: columns persona, text, distance, n_scales, farthest."""
    question = "Which personas are nearest?"
    near = companions.nearest(others.people, own)
    missing = ""
    if near.empty:
        missing = "No persona has all the scales that you have a score on."
    elif _alike(others.people):
        missing = "All personas have one and the same profile here, so none is nearer than another."
    elif own["constant"].all():
        missing = "You gave one answer to everything: such a profile is near to nobody in particular."
    n = int(near["n_scales"].iloc[0]) if len(near) else 0
    caption = f"The nearest of {len(near)} personas over {counted(n, 'scale')}. {_ties(near)}Somebody is always nearest: that is all it means."
    return Exhibit("nearest", question, near.head(MOST_NEAR), NEAREST, caption, missing=missing)


def _ties(near: DataFrame) -> str:
    alike = int((near["distance"] <= near["distance"].min() + NO_SPREAD).sum())
    return f"{alike} of them are equally near. " if alike > 1 else ""


def _alike(people: DataFrame) -> bool:
    """Whether all personas have one profile, as of a model that answers everybody's questions alike."""
    spread = people[~people["bare"]].groupby("scale")["pomp"].agg(lambda each: each.max() - each.min())
    return bool((spread.fillna(0) <= NO_SPREAD).all())


def _beside(others: Companions) -> str:
    return f"Beside you: {others.told}"


def _columns() -> tuple[apa.Column, ...]:
    return (apa.column("group", "who"), apa.column("name", "scale"), apa.column("value", "POMP", "number", digits=1),
            apa.interval("number", digits=1), apa.column("n_persons", "n", "count", "persons"))  # fmt: skip


def _own(own: DataFrame) -> DataFrame:
    some = own[["scale", "name", "constant"]].assign(
        group=OWN, value=own["pomp"], low=float("nan"), high=float("nan"), n_persons=1
    )
    return some.assign(assigned=None, unit=UNIT)


def _mean(people: DataFrame, group: str, pole: str | None = None) -> DataFrame:
    """The mean profile of some personas with a t interval over them; no rows where there is nobody."""
    rows = [_mean_of(of_scale["pomp"].dropna()) | {"scale": scale, "name": name} for (scale, name), of_scale
            in people.groupby(["scale", "name"], sort=False)]  # fmt: skip
    return DataFrame(rows).assign(group=group, assigned=pole, unit=UNIT, constant=False)


def _mean_of(values: Series) -> dict[str, float | int]:
    found = mean_over_persons(list(values))
    wide = found.high - found.low > NO_SPREAD
    low, high = (max(0.0, found.low), min(100.0, found.high)) if wide else (float("nan"), float("nan"))
    return {"value": float(values.mean()), "low": low, "high": high, "n_persons": len(values)}


def _together(parts: Iterable[DataFrame]) -> DataFrame:
    rows = [row for part in parts for row in part.to_dict("records")]
    return DataFrame(rows)[
        ["group", "scale", "name", "value", "low", "high", "n_persons", "assigned", "unit", "constant"]
    ]
