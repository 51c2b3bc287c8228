"""The tables of a record as data frames: which there are, what a row is, and what each column means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from inventories.ids import digest
from inventories.reading import DefinitionError, allowed
from traitscope import columns

if TYPE_CHECKING:  # pandas and the statistics take a second that `import traitscope` need not
    from pandas import DataFrame

    from traitscope.record import Record


class Frame(NamedTuple):
    """One table: what a row of it is, and its columns with their meaning, in order."""

    row: str
    columns: Mapping[str, str]

    def told(self) -> str:
        """The table as lines for a docstring."""
        return "\n".join([f"One row {self.row}.", "", *(f"{name} : {each}" for name, each in self.columns.items())])


FRAMES: dict[str, Frame] = {
    "answers": Frame("a trial of the current plan, asked or not", columns.ANSWERS),
    "values": Frame("a sitting x item x version, keyed", columns.VALUES),
    "scores": Frame("a sitting x scale x version", columns.SCORES),
    "standings": Frame("a person x scale x elicitation x version, the mean over sittings", columns.STANDINGS),
    "types": Frame("a sitting of an inventory with a type rule, x version", columns.TYPES),
    "reliability": Frame("a scale of a persona set in one printed form", columns.RELIABILITY),
    "assigned": Frame("a scale whose trait was assigned, by persona set", columns.ASSIGNED),
    "recovery": Frame("a scale that was asked with plain and with negated markers", columns.RECOVERY),
    "forms": Frame("a pair of levels of one form factor", columns.FORMS),
    "positions": Frame("a place on the page, by order of the options", columns.POSITIONS),
    "outcomes": Frame("a model x elicitation x inventory", columns.OUTCOMES),
    "trait_scores": Frame("a group of personas x scale x statistic of scenarios by choice", columns.TRAIT_SCORES),
    "scenario_items": Frame("a scenario x elicitation x version", columns.SCENARIO_ITEMS),
    "divergence": Frame("a scope x way of asking x measure of saying against doing", columns.DIVERGENCE),
    "replies": Frame("a trial that a call was about, good or failed", columns.REPLIES),
    "prompts": Frame("a message of a prompt", columns.PROMPTS),
}


class Tables:
    """The tables of a record as methods, each made anew from its answers; `Record` is one."""

    def answers(self) -> DataFrame:
        """Every trial of the plan with its answer."""
        return _table(self, "answers")

    def scores(self) -> DataFrame:
        """Scores of every sitting."""
        return _table(self, "scores")

    def types(self) -> DataFrame:
        """Type letters of every sitting, of inventories that have a type rule."""
        return _table(self, "types")

    def reliability(self) -> DataFrame:
        """Cronbach's alpha of every scale."""
        return _table(self, "reliability")

    def assigned(self) -> DataFrame:
        """What the assigned level of a trait does to the scale that measures it."""
        return _table(self, "assigned")

    def forms(self) -> DataFrame:
        """What changes when only the printing changes."""
        return _table(self, "forms")

    def outcomes(self) -> DataFrame:
        """How many trials were answered, refused, unreadable or are pending."""
        return _table(self, "outcomes")

    def divergence(self, *, margin: float | None = None, tau: float | None = None) -> DataFrame:
        """What it says of itself beside what it does; margin (POMP) and tau (points) are the study's unless given."""
        return _with_columns("divergence", _said_and_done(self, margin, tau))

    def replies(self) -> DataFrame:
        """Every exchange, raw."""
        return _table(self, "replies")

    def prompts(self) -> DataFrame:
        """What was sent, message by message."""
        return _table(self, "prompts")

    def estimates(self, name: str) -> DataFrame:
        """Any table by its name in `traitscope.frames.FRAMES`, such as "standings" or "trait_scores"."""
        return _table(self, name)


# help(record.scores) tells the columns
for _name, _frame in FRAMES.items():
    if _method := vars(Tables).get(_name):
        _method.__doc__ = f"{_method.__doc__}\n\n{_frame.told()}"


def _table(record: Any, name: str) -> DataFrame:
    """The table `name` of `FRAMES`; without a row it has its columns all the same."""
    if name not in FRAMES:
        raise DefinitionError(f"estimates: no table {name!r}; {allowed(FRAMES, name)}")
    return _with_columns(name, _makers()[name](record))


def _said_and_done(record: Any, margin: float | None = None, tau: float | None = None) -> DataFrame:
    """Saying against doing; `margin` and `tau` are those of the study's `analysis` unless given."""
    from pandas import DataFrame

    from traitscope import pairing
    from traitscope.divergence import measures
    from traitscope.study_file import study_file

    pairs = pairing.pairs(record)
    if pairs.empty:
        return _with_columns("divergence", DataFrame())
    planned = study_file(record.folder / "study.toml").analysis
    margin, tau = planned.margin if margin is None else margin, planned.tau if tau is None else tau
    return measures(pairs, pairing.confirmations(record), margin=margin, tau=tau)


def _with_columns(name: str, found: DataFrame) -> DataFrame:
    """A table that found nothing to tell of has its columns nevertheless."""
    return found if len(found.columns) else found.reindex(columns=list(FRAMES[name].columns))


def _replies(record: Record) -> DataFrame:
    """Every exchange, once for each trial that it was about."""
    from pandas import DataFrame

    with record.store() as store:
        names, rows = store.table("calls")
    found = DataFrame(rows, columns=names)
    ids = {stored: digest(stored) for stored in found["prompt"].unique()}
    return found.assign(prompt=found["prompt"].map(ids))[list(columns.REPLIES)]


def _prompts(record: Record) -> DataFrame:
    """Every prompt of a call, message by message."""
    from pandas import DataFrame

    rows: list[tuple[str, int, str, str]] = []
    with record.store() as store:
        names, calls = store.table("calls")
        for stored in dict.fromkeys(call[names.index("prompt")] for call in calls):
            messages, continuations = store.prompt(stored)
            said = [(each.role, each.content) for each in messages] + [("continuation", each) for each in continuations]
            rows += [(digest(stored), place, *each) for place, each in enumerate(said)]
    return DataFrame(rows, columns=list(columns.PROMPTS))


def _makers() -> dict[str, Callable[[Any], DataFrame]]:
    """The function that makes each table of `FRAMES`."""
    from traitscope import analysis, estimates, scenarios

    return {
        "answers": analysis.answers, "values": analysis.values, "scores": analysis.scores, "standings": analysis.standings,
        "types": analysis.types, "reliability": estimates.reliability, "assigned": estimates.assigned,
        "recovery": lambda record: estimates.recovery(estimates.assigned(record), record.manifest.negated),
        "forms": estimates.form_effects, "positions": estimates.positions, "outcomes": analysis.outcomes,
        "trait_scores": scenarios.trait_scores, "scenario_items": scenarios.item_effects, "divergence": _said_and_done,
        "replies": _replies, "prompts": _prompts,
    }  # fmt: skip
