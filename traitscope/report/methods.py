"""The methods of a study in the field's terms, generated from its record: who answered what, how, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from pandas import DataFrame

from inventories.forms import FACTORS
from traitscope import freeze, tables
from traitscope.analysis import OUTCOMES
from traitscope.choosing import where_all
from traitscope.divergence import MARGIN, TAU
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.form_words import WORDS
from traitscope.overview import counted, has_answers, model_name
from traitscope.record import FROZEN, Record
from traitscope.report.topics import shown_places
from traitscope.responders.imported import is_imported
from traitscope.results import divergence_looked as looked
from traitscope.results import place_sample
from traitscope.store import StoreError
from traitscope.study_file import Analysis, StudyError, StudyFile, study_file

DATES = "SELECT min(created), max(created) FROM calls WHERE error IS NULL AND source IS NULL"
HOW = {
    "rating": "rated each statement on its printed scale",
    "choice": "chose one of the printed actions in each situation",
    "likelihood": "was not shown any options: the log-probability of each text as its own words was taken (nats per token)",
    "confirmation": "said yes or no to each action by itself",
}
RELIABILITY = (
    "Reliability over items is coefficient alpha and omega, over forms and draws the intraclass correlation for absolute agreement of single "
    "scores, and over all of these a generalizability study with persons as objects of measurement. Intervals are 95 % and over persons; none "
    f"is given below {FEWEST_FOR_INTERVAL} persons. What cannot be estimated is said to be so and is never set to 0."
)
OUTCOME_WORDS = {
    "answered": "answered", "refused": "refused", "ambiguous": "ambiguous", "off_scale": "off the scale",
    "unreadable": "unreadable", "missing": "missing from the reply",
}  # fmt: skip


def told(record: Record) -> Iterator[tuple[str, list[str]]]:
    """Headings with their paragraphs."""
    file, answers = file_of(record), answers_of(record)
    yield "Respondents", [_models(record, file), _personas(record, answers)]
    yield "Materials", _materials(record, answers)
    if len(answers):
        yield "Procedure", [*_procedure(answers), _collected(record)]
        yield "Outcomes and exclusions", [_outcomes(answers, file)]
        yield "Analysis", list(_analysis(record, file, answers))
    yield "Plan", _plan(record, file)


def file_of(record: Record) -> StudyFile | None:
    """The record's own study file; None where there is none that can be read."""
    try:
        return study_file(record.folder / "study.toml")
    except (StudyError, OSError):
        return None


def answers_of(record: Record) -> DataFrame:
    """The trials of items; empty where nothing was planned."""
    try:
        table = tables.answers(record)
    except StoreError:
        return DataFrame()
    return table[table["kind"] == "item"] if len(table) else table


def dates(record: Record) -> tuple[float, float] | None:
    """When the first and the last answer came, in seconds since 1970; None before any did."""
    try:
        with record.store() as store:
            first, last = store.rows(DATES)[1][0]
    except StoreError:
        return None
    return None if first is None else (first, last)


def day(seconds: float) -> str:
    """A date in UTC, so that a report is the same on every machine."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


def listed(words: Iterable[str]) -> str:
    """ "a", "a and b", "a, b, and c"."""
    some = list(words)
    if len(some) < 3:
        return " and ".join(some)
    return f"{', '.join(some[:-1])}, and {some[-1]}"


def _models(record: Record, file: StudyFile | None) -> str:
    manifest = record.manifest
    tokens = {each.name: each.max_tokens for each in file.responders()} if file else {}
    told = []
    for name, given in manifest.models.items():
        able = manifest.abilities.get(name)
        parts = [f"resolved as {able.resolved}"] if able and able.resolved and able.resolved != name else []
        if not is_imported(name):  # how it was asked elsewhere is not known
            parts.append(f"temperature {given.get('temperature', 0):g}")
            parts += [f"at most {tokens[name]} tokens a reply"] if name in tokens else []
        parts += [f"{key} {value}" for key, value in (given.get("parameters") or {}).items()]
        told.append(f"{model_name(record, name)} ({'; '.join(parts)})")
    if any(map(is_imported, manifest.models)):
        return f"Nobody was asked by this program; the answers came from a file: {'; '.join(told)}."
    return f"{'One model was' if len(told) == 1 else f'{len(told)} models were'} asked: {'; '.join(told)}."


def _personas(record: Record, answers: DataFrame) -> str:
    personas = record.manifest.personas
    sizes: dict[str, int] = {}
    for each in personas.values():
        name = "the bare model (without a persona)" if not each.text else each.set or "study"
        sizes[name] = sizes.get(name, 0) + 1
    groups = listed(
        name if name.startswith("the bare") else f"{counted(size, 'persona')} of {name}" for name, size in sizes.items()
    )
    assigned = sorted({trait for each in personas.values() for trait in each.assigned})
    told = f"Each model answered as {groups}. A person, the unit of all statistics, is one model as one persona; forms and draws are repeated measures and never further persons."
    told += f" Levels were assigned of {listed(assigned)}." if assigned else ""
    usable = answers[answers["outcome"] == "answered"] if len(answers) else answers
    if len(usable):
        n = {str(model): rows["persona"].nunique() for model, rows in usable.groupby("model", sort=False)}
        told += f" Persons with usable answers: {'; '.join(f'{model}, n = {count}' for model, count in n.items())}."
    return told


def _materials(record: Record, answers: DataFrame) -> list[str]:
    told = []
    for name, inventory in record.inventories().items():
        rows = where_all(answers, inventory=name) if len(answers) else answers
        known = {
            item.id for item in inventory.items
        }  # a confirmation asks each action by itself, as an item of its own
        asked = len(known & set(rows["item"])) if len(rows) else len(known)
        what = "scenario" if inventory.kind == "action" else "item"
        size = (
            counted(asked, what)
            if asked == len(inventory.items)
            else f"{asked} of its {counted(len(inventory.items), what)}"
        )
        scales = [inventory.scale(each).name for each in inventory.scales if not inventory.scale(each).parent]
        languages = (
            [each for each in dict.fromkeys(rows["language"]) if each != inventory.language] if len(rows) else []
        )
        source = f"; {inventory.source}" if inventory.source else ""
        told.append(
            f"{inventory.title} ({name}): {size}; scales {listed(scales)}{source}."
            + (f" Also given in: {listed(languages)}." if languages else "")
        )
    return told


def _procedure(answers: DataFrame) -> Iterator[str]:
    for (elicitation, inventory), rows in answers.groupby(["elicitation", "inventory"], sort=False):
        varied = [
            f"{WORDS[each]} ({', '.join(map(str, dict.fromkeys(rows[each])))})"
            for each in ("reply", *FACTORS)
            if rows.groupby("model")[each].nunique().max() > 1  # models may differ in what they can, which is no form
        ]
        forms, draws = rows["form"].nunique(), rows["replicate"].nunique()
        printed = f"in {counted(forms, 'form')}" + (f", which vary in {listed(varied)}" if varied else "")
        yield (
            f"{inventory}, {elicitation}: the model {HOW.get(str(elicitation), 'answered each item')}. It was given {printed}; "
            f"{counted(draws, 'draw')} of each form and persona; {counted(rows['sitting'].nunique(), 'sitting')}, {counted(len(rows), 'trial')}."
            f"{_reading(rows)}"
        )


def _reading(rows: DataFrame) -> str:
    """How an answer became a number, where options were printed."""
    if set(rows["elicitation"]) == {"likelihood"}:
        return ""
    told = ""
    if "labels" in set(rows["reply"]):
        told += " The most probable label is the answer; the expected value over the labels' probabilities stands beside it."
    if "text" in set(rows["reply"]):
        told += " Replies in text were read by rule into one option or an outcome of their own."
    return told


def _collected(record: Record) -> str:
    found = dates(record)
    if found is None:
        return "Nothing has been asked yet."
    first, last = map(day, found)
    when = f"on {first}" if first == last else f"from {first} to {last}"
    reused = record.manifest.reused
    others = (
        f" {sum(reused.values()):,} answers to the very same trials were taken over from {listed(reused)}."
        if reused
        else ""
    )
    return f"Answers were collected {when} (UTC). Seed {record.manifest.seed}.{others}"


def _outcomes(answers: DataFrame, file: StudyFile | None) -> str:
    counts = answers["outcome"].value_counts()
    parts = [f"{counts[each]:,} {OUTCOME_WORDS[each]}" for each in OUTCOMES if counts.get(each, 0)]
    pending = int(answers["outcome"].isna().sum())
    parts += [f"{pending:,} not asked yet"] if pending else []
    whole = (
        f"All {len(answers):,} trials were {parts[0].partition(' ')[2]}"
        if len(parts) == 1
        else f"Of {len(answers):,} trials, {listed(parts)}"
    )
    told = (
        f"{whole}. No answer and no person was excluded beyond that: a trial without a "
        "usable answer is missing, counted, and never filled in. Scale scores are of the items that were answered; covariances and "
        "coefficients use all pairs of answers there are (pairwise)."
    )
    if file and file.analysis.missing == "listwise":
        told += (
            " The study names listwise deletion for `traitscope analyze`; the coefficients in this report are pairwise."
        )
    return told


def _analysis(record: Record, file: StudyFile | None, answers: DataFrame) -> Iterator[str]:
    asked = set(answers["elicitation"])
    told = "Items were keyed so that high means more of the scale. "
    if asked - {"likelihood"}:
        told += "Scores of printed answers are in the inventory's metric and in percent of the maximum possible score (POMP). "
    if "likelihood" in asked:
        centred = f"the mean of {record.manifest.reference_name}" if record.manifest.reference_name else "no reference"
        told += f"Log-likelihoods were centred within item on {centred} and, where the inventory allows it, within persona, which makes scales ipsative. "
    yield told.strip()
    if any(place_sample.persona_sets(record, **place) for place in shown_places(record)):
        yield RELIABILITY
    if has_answers(record) and looked.models(record):
        settings = file.analysis if file else Analysis(margin=MARGIN, tau=TAU)
        yield (
            "Each scenario is the twin of a statement. Saying and doing are compared in level (POMP), agreeing where the whole interval of "
            f"the gap lies within {settings.margin:g} points, and in pattern, beside two nulls that exchange actions over the items of a "
            f"persona and personas within their assigned pole. A pair is consistent within {settings.tau:g} point of the statement's scale."
        )


def _plan(record: Record, file: StudyFile | None) -> list[str]:
    told = [f"The study says of its analysis: {file.analysis.note}"] if file and file.analysis.note else []
    if not (record.folder / FROZEN).is_file() and not record.manifest.frozen:
        return [*told, "No plan was fixed before data were seen: all that follows is exploratory."]
    try:
        plan, otherwise = freeze.read(record.folder), freeze.deviations(record) or []
    except (StoreError, StudyError) as problem:
        return [*told, f"The frozen plan cannot be compared with the record: {problem}."]
    when = (
        f"A plan of {counted(plan.trials, 'trial')} was frozen on {day(plan.frozen)} (UTC; hash {plan.hash})"
        if plan
        else "A plan was frozen"
    )
    if not otherwise:
        return [*told, f"{when}; nothing was done otherwise."]
    return [
        *told,
        f"{when}. {counted(len(otherwise), 'deviation')}:",
        *(f"{each[:1].upper()}{each[1:]}." for each in otherwise),
    ]
