"""The same prompt asked again: does another draw give the same answers and the same scores?"""

from __future__ import annotations

import numpy as np
from pandas import DataFrame

from psychometrics import Estimate, repeats, retest
from traitscope import figures, tables
from traitscope.apa import column, interval
from traitscope.choosing import where_all
from traitscope.estimates import SEED, withheld
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import FormsAsked, asked, reaching

ONE_DRAW = (
    "Every form was put to a person once, so nothing can be said of another draw. A study asks again by replicates = 2."
)
COPIES = (
    "All draws of a prompt are equal, answer by answer, as at temperature 0: the second draw is a copy of the first, and no evidence of "
    "consistency."
)
COLUMNS = [
    column("what", "of"), column("n_persons", "persons", "count"),
    column("value", "agreement", "bounded", "of scores ICC(A,1), of answers the share of equal pairs of draws"), interval("bounded"),
    column("sem", "SEM", "number", "standard error of measurement, in the unit of the scores"),
    column("change", "mean change", "number", "second draw less first"), column("note"),
]  # fmt: skip


def draws(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """Agreement of two draws: ICC(A,1) of each scale, and the share of equal answers."""
    return kept(_draws, record, inventory, model, ask)


def _draws(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    question = "Does another draw of the same prompt give the same?"
    if found.rows["replicate"].nunique() < 2:
        return Exhibit("draws", question, DataFrame(), missing=ONE_DRAW)
    answers = equal_answers(found)
    if answers.note == "no_replication" and answers.extra.get("n_cells"):
        return Exhibit("draws", question, DataFrame(), missing=COPIES)
    rows = [_row("equal answers", answers)] if found.version in ("chosen", "expected") else []
    table = DataFrame([*rows, *_scores(record, found)])
    if table.empty or table["value"].isna().all():
        return Exhibit("draws", question, table, missing="No usable answer in two draws.")
    figure = figures.forest(
        table.assign(group="all"), question, x="agreement of two draws: 1 where nothing changes", rows="what", line=1.0,
        span=reaching(table, 0.0, 1.0),
    )  # fmt: skip
    shuffled = [word for word in ("options", "items") if "shuffled" in set(found.rows[word])]
    caption = found.caption(
        "Scores: ICC(A,1) of the first two draws. 95 % intervals over persons, none below 10.",
        *(
            [f"The order of {' and '.join(shuffled)} was drawn anew each time, so its effect is in here as well."]
            if shuffled
            else []
        ),
    )
    return Exhibit(
        "draws",
        question,
        table,
        COLUMNS,
        caption,
        figure,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def equal_answers(found: FormsAsked) -> Estimate:
    """Share of pairs of draws of one prompt with the same answer; not estimable where all draws are copies, or single."""
    long = (
        found.rows[["persona", "item", "replicate", "value"]]
        .rename(columns={"persona": "person"})
        .assign(level=found.rows["printed"])
    )
    long = long.drop_duplicates(["person", "item", "level", "replicate"])
    return repeats(long, seed=SEED).agreement


def _scores(record: Record, found: FormsAsked) -> list[dict[str, object]]:
    inventory, model, _ = found.place
    scores = where_all(
        tables.scores(record), inventory=inventory, model=model, elicitation=found.elicitation, version=found.version, level="domain"
    )  # fmt: skip
    first, second = sorted(found.rows["replicate"].unique())[:2]
    rows = []
    for _, some in scores.groupby("scale", sort=False):
        wide = some.pivot_table(index="persona", columns="replicate", values="score", aggfunc="mean", sort=False)
        if not {first, second} <= set(wide.columns):
            continue
        again = retest(wide[first], wide[second], seed=SEED)
        more = {"sem": again.sem_agreement.value, "change": again.mean_change.value}
        rows.append(_row(str(some["name"].iloc[0]), again.icc_agreement) | more)
    return rows


def _row(what: str, estimate: Estimate) -> dict[str, object]:
    shown = withheld(estimate)
    return {
        "what": what, "n_persons": shown.n_persons, "value": shown.value, "low": shown.low, "high": shown.high, "sem": np.nan,
        "change": np.nan, "note": in_words(shown.note),
    }  # fmt: skip
