"""What of saying and doing is looked at: one model, one way of asking, one persona set; its pairs and its measures."""

from __future__ import annotations

from dataclasses import dataclass

from pandas import DataFrame

from inventories.definitions import Inventory
from inventories.scenarios import twins
from traitscope import analysis, pairing, places, tables
from traitscope.choosing import choices, where_all
from traitscope.divergence import MARGIN, TAU, measures
from traitscope.divergence_scopes import Part, apart, parts
from traitscope.kept import kept
from traitscope.overview import counted, model_name
from traitscope.places import ask_words, sets_in_order
from traitscope.record import Record
from traitscope.study_file import StudyError, study_file

EVERY = "all traits"
OVER_ONE = "sampling error: the reliabilities came out too low, so that too much was corrected"
EXAMPLE = "traitscope run examples/saying_and_doing.toml"
NO_SCENARIOS = (
    "This record asked no scenarios that are twins of statements, so there is nothing to set beside what a model says of itself. "
    'A study asks both when it names them, for instance inventories = ["bfi44", "scenarios_bfi44"]; '
    "examples/saying_and_doing.toml is one to copy:"
)


@dataclass(frozen=True)
class Looked:
    """What is looked at. `scale` is empty for all traits together."""

    model: str
    said_by: str
    done_by: str
    persona_set: str
    scale: str = ""
    margin: float = MARGIN


def lacking(record: Record) -> str:
    """What to ask where there is nothing to compare; "" where there is."""
    scenarios = _scenarios(record)
    if not scenarios:
        return NO_SCENARIOS
    if models(record):
        return ""
    names = ", ".join(dict.fromkeys(twins(each).id for each in scenarios))
    return (
        f"No statement of {names} and its twin scenario were answered by the same persona yet, so nothing can be paired. "
        f"Both must be asked of one model: the statements as ratings or likelihoods, the scenarios as ratings, choices or "
        f"likelihoods; examples/saying_and_doing.toml is a study that does:"
    )


def models(record: Record) -> list[str]:
    """The models that were asked both statements and their scenarios, in the order of the study."""
    return kept(_models, record)


def options(record: Record, model: str, column: str, **where: str) -> list[str]:
    """What can be chosen for said_by, done_by or persona_set; constant ways come last, sets without assigned levels, too."""
    table = where_all(pairs(record, model), **where)
    found = choices(table, column)
    if column != "persona_set":
        side, known = ("said", list(pairing.SAID)) if column == "said_by" else ("done", list(pairing.DONE))
        spread = table.groupby(column)[side].nunique()
        # what is one constant answer can be chosen, and is not what a reader is met with
        return sorted(found, key=lambda name: (spread[name] < 2, known.index(name)))
    sizes = table.groupby("persona_set", sort=False)["persona"].nunique()
    return sets_in_order(record, {str(name): int(size) for name, size in sizes.items()})


def scales(record: Record, at: Looked) -> dict[str, str]:
    """The traits that can be looked at by themselves: id to name."""
    table = _pairs_at(record, at).drop_duplicates("scale")
    return dict(zip(table["scale"], table["name"], strict=True))


def pairs(record: Record, model: str) -> DataFrame:
    """`pairing.pairs` of one model, all ways of asking."""
    return kept(_pairs, record, model)


def part(record: Record, at: Looked, scope: str, scale: str = "", persona: str = "") -> Part | None:
    """The pairs of one scope ("model", "trait", "persona"); None where there are none."""
    found = kept(_parts, record, at.model, at.said_by, at.done_by, at.persona_set)
    return found.get((scope, scale, persona))


def traits(record: Record, at: Looked) -> list[Part]:
    """The pairs of each trait."""
    found = kept(_parts, record, at.model, at.said_by, at.done_by, at.persona_set)
    return [each for (scope, _, _), each in found.items() if scope == "trait"]


def personas(record: Record, at: Looked) -> list[Part]:
    """The pairs of each persona, of the trait that is looked at."""
    found = kept(_parts, record, at.model, at.said_by, at.done_by, at.persona_set, at.scale)
    return [each for (scope, _, _), each in found.items() if scope == "persona"]


def measured(record: Record, at: Looked) -> DataFrame:
    """`divergence.measures` of what is looked at, with its null responders and its confirmations."""
    return where_all(kept(_measured, record, at.model, at.said_by, at.done_by), persona_set=at.persona_set)


def common(record: Record, at: Looked) -> bool:
    """Whether what is said and what is done are on one metric."""
    return bool(_pairs_at(record, at)["common"].all())


def planned(record: Record) -> tuple[float, float]:
    """Margin and tau as the study says them."""
    try:
        said = study_file(record.folder / "study.toml").analysis
    except (StudyError, OSError):
        return MARGIN, TAU
    return said.margin, said.tau


def about(record: Record, at: Looked) -> dict[str, str]:
    """What is looked at, as a CSV says it in columns."""
    way = {"said_by": at.said_by, "done_by": at.done_by, "persona_set": at.persona_set, "trait": at.scale or EVERY}
    return places.about(record, model=at.model, **way)


def asked(record: Record, at: Looked) -> str:
    """Who was asked how, in one sentence for captions."""
    n = _pairs_at(record, at)["persona"].nunique()
    return (
        f"{model_name(record, at.model)}; {at.persona_set}, n = {counted(n, 'persona')}; said by {ask_words(at.said_by)}; "
        f"done by {ask_words(at.done_by)}."
    )


def _scenarios(record: Record) -> list[Inventory]:
    return [each for each in record.inventories().values() if each.kind == "action" and each.twin_of]


def _models(record: Record) -> list[str]:
    values = tables.values(record)
    values = values[values["value"].notna()]
    ask = values["elicitation"] + ": " + values["version"]
    twin = {item.id: item.twin for each in _scenarios(record) for item in each.items}
    said = values[values["item"].isin(set(twin.values())) & ask.isin(list(pairing.SAID))]
    done = values[values["item"].isin(set(twin)) & ask.isin(list(pairing.DONE))]
    told = set(zip(said["model"], said["persona"], said["item"], strict=True))
    acted = zip(done["model"], done["persona"], done["item"].map(twin), strict=True)
    both = {model for model, persona, statement in acted if (model, persona, statement) in told}
    return [name for name in record.manifest.models if name in both]


def _pairs(record: Record, model: str) -> DataFrame:
    values = kept(_answered, record)
    return apart(pairing.pairs(record, values[values["model"] == model]))


def _answered(record: Record) -> DataFrame:
    """The keyed answers; what was not asked yet is no missing answer."""
    answers = tables.answers(record)
    done = answers["outcome"].notna()
    return tables.values(record) if done.all() else analysis.values(record, answers[done])


def _pairs_at(record: Record, at: Looked) -> DataFrame:
    where = {"said_by": at.said_by, "done_by": at.done_by, "persona_set": at.persona_set}
    return where_all(pairs(record, at.model), **where)


def _parts(
    record: Record, model: str, said_by: str, done_by: str, persona_set: str, scale: str = ""
) -> dict[tuple[str, str, str], Part]:
    table = _pairs_at(record, Looked(model, said_by, done_by, persona_set))
    found = parts(table[table["scale"] == scale] if scale else table)
    return {(each.place["scope"], each.place["scale"], each.place["persona"]): each for each in found}


def _measured(record: Record, model: str, said_by: str, done_by: str) -> DataFrame:
    """All persona sets at once: who answers at random draws once for all of them."""
    table = where_all(pairs(record, model), said_by=said_by, done_by=done_by)
    own = where_all(kept(_confirmations, record), model=model) if done_by == "choice: chosen" else None
    margin, tau = planned(record)
    return measures(table, own, margin=margin, tau=tau)


def _confirmations(record: Record) -> DataFrame:
    return pairing.confirmations(record, tables.answers(record))
