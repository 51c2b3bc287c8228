"""What breaks a test, shown: the sliders and where they start, what the statistics say now, and one sentence on why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics.estimate import Estimate, Floats
from traitscope import apa, figures
from traitscope.exhibit import Exhibit
from traitscope.notes import in_words
from traitscope.teaching.breaking import MOST_ITEMS, MOST_PERSONS, Answers, Setting, answers, found

START = Setting()
MOST_ROWS = 20  # of the picture of the answers
FEWEST_FOR_INTERVAL = 10  # persons, as everywhere


@dataclass(frozen=True)
class Slider:
    """What can be moved; `down` and `up` say why the figures move when it is moved below or above its start."""

    name: str
    label: str
    least: float
    most: float
    step: float
    told: str
    down: str = ""
    up: str = ""

    @property
    def first(self) -> float:
        """Where it starts."""
        start: float = getattr(START, self.name)
        return start


PERSONS = (
    Slider("trait_sd", "Spread of the trait", 0.0, 3.0, 0.1,
           "How much the persons differ in what is measured, in standard deviations.",
           "Alpha belongs to the persons, not to the test: the less they differ, the less there is to be consistent about; with a "
           "spread of 0 nobody differs, and what is left of alpha is chance.",
           "Alpha belongs to the persons, not to the test: the more they differ, the larger is their share of all that varies, and "
           "not one item has become better."),
    Slider("action", "Acts as it says", -1.0, 1.0, 0.1,
           "Correlation of the trait that a person acts on with the trait that it tells of.",
           "A test can be consistent and still not tell what persons do: alpha and parallel forms look at what is said alone, so they "
           "stay where they were while saying and doing come apart."),
)  # fmt: skip
BIASES = (
    Slider("acquiescence", "Acquiescence", 0.0, 4.0, 0.1,
           "How strongly everybody is drawn to high values, whatever the item says.",
           up="Who agrees with everything tells nothing: answers pile up at the high end of every item, where persons cannot differ any "
              "more, and on average a reversed item takes back what the others give."),
    Slider("acquiescence_sd", "Differences in acquiescence", 0.0, 2.0, 0.1,
           "How much persons differ in how strongly they are drawn to high values.",
           up="Some agree more than others, whatever is asked: where items are reversed, this pulls them apart and alpha falls; without "
              "reversed items it passes for the trait, and alpha rises while the score tells less of the trait."),
    Slider("order_bias", "Order bias", 0.0, 1.0, 0.05,
           "Share of answers that are the first printed option, whatever it says.",
           up="An answer that follows the place on the page is lost to the person: the first option is the lowest value in one form and "
              "the highest in the other, so the two forms cannot agree on anybody."),
    Slider("refusal_rate", "Refusals", 0.0, 1.0, 0.05,
           "Share of items that a person does not answer, at random.",
           up="A refusal is a missing answer, not a low one: scores rest on fewer items and get noisier. Refusals at random cost "
              "precision only; if persons high on the trait refused more, no statistic here would show it."),
    Slider("noise", "Noise", 0.0, 5.0, 0.1,
           "How much chance is in one answer; 0 makes every repeat the same.",
           "Without noise every repeat is a copy: agreement of the forms is then no evidence that the test is good, only that the "
           "persons answer mechanically.",
           "Noise is drawn anew for each answer, so it is shared by no two items and no two forms: whatever correlates gets smaller, "
           "while the means stay where they are."),
)  # fmt: skip
TEST = (
    Slider("items", "Items", 2, MOST_ITEMS, 1, "How many items the test has.",
           "Chance levels out over items: with fewer of them, each carries more of the score, and alpha falls although no item has "
           "become worse.",
           "Chance levels out over items: alpha rises with their number although no item has become better."),
    Slider("reversed", "Reversed items", 0.0, 1.0, 0.25, "Share of items where agreeing says less of the trait.",
           "Without reversed items, agreeing with everything and being high on the trait look the same; without any bias nothing "
           "changes but chance.",
           "When all items are reversed, agreeing with everything and being low on the trait look the same; without any bias nothing "
           "changes but chance."),
    Slider("persons", "Persons", 5, MOST_PERSONS, 5, "How many persons answer.",
           "Fewer persons do not make the test worse: they make us know less about it, and intervals get wider.",
           "More persons do not make the test better: they make us know it better, and intervals get narrower."),
    Slider("sample", "Sample", 1, 50, 1, "Other persons and other luck, from the same population."),
)  # fmt: skip
SLIDERS = {each.name: each for each in (*PERSONS, *BIASES, *TEST)}

PRESETS: dict[str, dict[str, float]] = {
    "A good test": {},
    "Everyone agrees with everything": {"acquiescence": 4.0},
    "Nobody differs": {"trait_sd": 0.0},
    "Always the first option": {"order_bias": 1.0},
    "A third refuses": {"refusal_rate": 0.35},
    "Says one thing, does another": {"action": -1.0},
}

NAMES = {
    "alpha": "Alpha: do the items agree?",
    "parallel": "Parallel forms, ICC(A,1): do both orders of options agree?",
    "same": "Divergence, r: do those who say more also do more?",
    "gap": "Level gap: is more done than said?",
}
NOT_ZERO = (
    "At the start it is not quite 0, though all act as they say. Most of that is chance: the interval reaches over 0, and another "
    "sample has another gap. About one point is the items': they ask for a little more of the trait than the average person has, and "
    "one of two actions falls further below the middle for that than one of five answers."
)
PRINTED = (
    apa.column("name", "statistic"),
    apa.column("value", "now", "bounded"),
    apa.interval("bounded"),
    apa.column("start", "at the start", "bounded"),
    apa.column("n_persons", "n", "count", "persons"),
    apa.column("note"),
)


def setting(amounts: Mapping[str, float]) -> Setting:
    """The setting that the sliders say; numbers of persons, items and the sample are whole."""
    return Setting(**{name: type(getattr(START, name))(value) for name, value in amounts.items()})


def preset(name: str) -> dict[str, float]:
    """Where every slider stands in a preset."""
    return {each: SLIDERS[each].first for each in SLIDERS} | PRESETS[name]


def why(now: Setting) -> str:
    """One sentence on the slider that is furthest from its start, and what else is moved."""
    moved = _moved(now)
    if not moved:
        return (
            "Nothing is moved: persons differ, items ask for the same thing in both directions, and answers follow the trait. "
            "Move a slider, or choose what shall go wrong."
        )
    first, *others = moved
    above = getattr(now, first.name) > first.first
    told = f"{first.label} {getattr(now, first.name):g} instead of {first.first:g}. {first.up if above else first.down}"
    return told + (f" Also moved: {', '.join(each.label.lower() for each in others)}." if others else "")


def _moved(now: Setting) -> list[Slider]:
    """The sliders that are not at their start, the furthest first; which persons were drawn breaks nothing."""
    far = {
        each: abs(getattr(now, each.name) - each.first) / (each.most - each.least)
        for each in SLIDERS.values()
        if each.name != "sample"
    }
    return sorted((each for each, distance in far.items() if distance > 0), key=lambda each: -far[each])


def coefficients(now: Setting) -> Exhibit:
    """Alpha, parallel forms and divergence beside where they were: columns name, value, low, high, start, n_persons, note."""
    table = _table(now, ("alpha", "parallel", "same"))
    question = "What does the test look like now?"
    low = -1.0 if np.nanmin(_drawn(table)) < -0.02 else 0.0
    return Exhibit(
        "what_breaks", question, table, PRINTED, _caption(now),
        figures.gauges(table, question, x="Coefficient", span=(low, 1.0)),
    )  # fmt: skip


def gap(now: Setting) -> Exhibit:
    """How much more is done than said, in POMP points: columns as `coefficients`."""
    table = _table(now, ("gap",))
    question = "Do they act higher or lower than they say?"
    printed = [
        apa.Column(each.of, each.word, "number" if each.kind == "bounded" else each.kind, each.told) for each in PRINTED
    ]
    caption = (
        f"Mean of the actions' scores less the statements' scores, with a bootstrap interval over persons. {NOT_ZERO}"
    )
    far = max(10.0, float(np.nanmax(np.abs(_drawn(table)))) * 1.1)
    return Exhibit(
        "level_gap", question, table, printed, caption,
        figures.gauges(table, question, x="POMP points", span=(-far, far), zero=True),
    )  # fmt: skip


def _drawn(table: DataFrame) -> Floats:
    """All that has a place on the axis."""
    return table[["value", "low", "high", "start"]].to_numpy(dtype=float)


def _table(now: Setting, names: tuple[str, ...]) -> DataFrame:
    here, start = _estimates(now), _estimates(START)
    return DataFrame([_row(NAMES[name], here[name], start[name]) for name in names])


def _estimates(now: Setting) -> dict[str, Estimate]:
    """The estimates of a setting by name."""
    return dict(vars(found(now)))


def _row(name: str, here: Estimate, start: Estimate) -> dict[str, Any]:
    few = here.n_persons < FEWEST_FOR_INTERVAL
    note = _told(here) or ("fewer than 10 persons: no interval" if few and here.estimable else "")
    low, high = (np.nan, np.nan) if few else (here.low, here.high)
    return {"name": name, "value": here.value, "low": low, "high": high, "start": start.value,
            "n_persons": here.n_persons, "note": note or None}  # fmt: skip


def _told(estimate: Estimate) -> str:
    """Why there is no value, or what to know beside it, of persons who are simulated and not personas."""
    words = {
        "constant_scores": "one of the two does not differ between the persons",
        "too_few_raters": "nobody answered",
        "identical_ratings": "both forms gave exactly the same scores",
        "negative_component": "the forms agree less than chance would have them",
        "equal_in_all_persons": "the same in all persons",
    }
    told = words.get(estimate.note) or in_words(estimate.note).replace("personas", "persons")
    return told if estimate.estimable or not told else f"not estimable: {told}"


def undefined(now: Setting) -> list[str]:
    """One line for each statistic that has no value now, with the reason in words."""
    return [f"{NAMES[name].partition(':')[0]} is {_told(each)}." for name, each in _estimates(now).items()
            if name in NAMES and not each.estimable]  # fmt: skip


def _caption(now: Setting) -> str:
    return (
        f"{now.persons} simulated persons (no language model), {now.items} items, two forms and as many scenarios. Bars are 95 % "
        f"intervals: Feldt's for alpha, F for the ICC (a bootstrap over persons where some have no score), Fisher's for r. The "
        f"upright line is where each was with all sliders at their start."
    )


def picture(now: Setting) -> Exhibit:
    """The answers themselves, some persons by all items: columns person, true_trait, item, key, answer."""
    given = answers(now)
    order = np.argsort(given.trait, kind="stable")[::-1]
    shown = order[np.unique(np.linspace(0, len(order) - 1, min(MOST_ROWS, len(order))).round().astype(int))]
    table = DataFrame(
        [
            {"person": f"Person {row + 1}", "true_trait": given.trait[row], "item": _item(item, key), "key": key,
             "answer": given.printed.at[row, item]}
            for row in shown for item, key in given.keys.items()
        ]
    )  # fmt: skip
    question = "What do the answers look like?"
    columns = [apa.column("person"), apa.column("true_trait", "true trait", "number"), apa.column("item"),
               apa.column("answer", "answer", "count")]  # fmt: skip
    caption = (
        f"{len(shown)} of {now.persons} persons, from the highest true trait down to the lowest; 1 is disagree strongly, 5 agree "
        f"strongly, not keyed. R: a reversed item. Crosses are refusals."
    )
    figure = figures.heatmap(
        table,
        question,
        rows="person",
        columns="item",
        value="answer",
        unit="Answer",
        x="Item",
        span=(1, 5),
        middle=3,
        digits=0,
    )
    return Exhibit("answers", question, table, columns, caption, figure)


def _item(item: str, key: int) -> str:
    return item.removeprefix("item ") + (" R" if key < 0 else "")


def truth(now: Setting) -> Exhibit:
    """Each person's score against the true trait: columns person, true_trait, score (POMP), done (POMP)."""
    given: Answers = answers(now)
    table = DataFrame({"person": np.arange(1, now.persons + 1), "true_trait": given.trait, "score": given.said_scores(),
                       "done": given.done_scores()})  # fmt: skip
    validity = found(now).validity
    question = "Does the score tell the trait?"
    columns = [apa.column("person", kind="count"), apa.column("true_trait", "true trait", "number"),
               apa.column("score", "score, POMP", "number"), apa.column("done", "done, POMP", "number")]  # fmt: skip
    row = _row("validity", validity, validity)
    told = f"r = {apa.number(row['value'], 'bounded')}" if validity.estimable else f"r is {row['note']}"
    if row["low"] == row["low"]:
        told += f", 95 % CI [{apa.number(row['low'], 'bounded')}, {apa.number(row['high'], 'bounded')}]"
    caption = f"{told}; n = {validity.n_persons} persons who answered. No real test can be checked like this: nobody knows the truth."
    if not table["score"].notna().any():
        return Exhibit("truth", question, table, columns, missing="Everybody refused everything: there is no score.")
    figure = figures.cloud(
        table,
        question,
        across="true_trait",
        up="score",
        x="True trait, standard deviations",
        y="Score, POMP",
        span=(0, 100),
    )
    return Exhibit("truth", question, table, columns, caption, figure)
