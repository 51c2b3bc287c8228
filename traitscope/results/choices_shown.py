"""Choices between actions: do they hang on the order of the options, on the prompt, on the words of the situation?"""

from __future__ import annotations

from pandas import DataFrame

from traitscope import figures, scenarios, tables
from traitscope.apa import column, interval
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import asked

SENSITIVITIES = {
    "order_sensitivity": "order of options", "prompt_sensitivity": "prompt", "paraphrase_sensitivity": "words of the situation",
}  # fmt: skip
SCORES = {"trait_score": "score", "continuous_score": "score by probabilities", "refusal_rate": "refused"}
SCORE_COLUMNS = [
    column("name", "trait"), column("persona_set", "persona set"), column("group", "personas"), column("of", "statistic"),
    column("n_persons", "persons", "count"), column("n_items", "scenarios", "count"), column("value", "percent", "number", digits=1),
    interval(), column("note"),
]  # fmt: skip
COLUMNS = [
    column("name", "scale"), column("persona_set", "personas"), column("of", "hangs on"), column("n_persons", "persons", "count"),
    column("n_items", "scenarios", "count"), column("value", "choices that change, %", "number", digits=1), interval(), column("note"),
]  # fmt: skip


def scores(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """TRAIT's score of each trait, the same by probabilities, and refusals, in percent (Lee et al., 2025)."""
    found = asked(record, inventory, model, ask)
    table = kept(_scored, record, inventory, model)
    table = table[table["statistic"].isin(list(SCORES))].reset_index(drop=True)
    table = table.assign(
        name=[found.inventory.scale(each).name for each in table["scale"]],
        of=table["statistic"].map(SCORES), note=table["note"].map(in_words),
    )  # fmt: skip
    question = "Which action does it choose, trait by trait?"
    told = "Percent of scenarios in which an action high in the trait is chosen, both option orders averaged; a tie counts one half."
    place = about(record, inventory=inventory, model=model, ask=ask)
    return Exhibit("trait_scores", question, table, SCORE_COLUMNS, found.caption(told), about=place)


def sensitivities(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """TRAIT's order, prompt and paraphrase sensitivity of each scale, in percent (Lee et al., 2025)."""
    return kept(_sensitivities, record, inventory, model, ask)


def _scored(record: Record, inventory: str, model: str) -> DataFrame:
    """All scores and sensitivities of the choices, which cost a bootstrap."""
    rows = where_all(tables.answers(record), inventory=inventory, model=model, elicitation="choice")
    return scenarios.trait_scores(record, rows)


def _sensitivities(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    question = "Do the choices hang on the way of asking?"
    table = kept(_scored, record, inventory, model)
    table = table[table["statistic"].isin(list(SENSITIVITIES)) & (table["group"] == "all")].reset_index(drop=True)
    if table.empty or table["value"].isna().all():
        told = "The scenarios were put in one order, one prompt and one telling, or nothing usable was chosen"
        return Exhibit("sensitivities", question, table, missing=f"{told}: no sensitivity can be estimated.")
    table["of"] = table["statistic"].map(SENSITIVITIES)
    table["name"] = [found.inventory.scale(each).name for each in table["scale"]]
    table["note"] = table["note"].map(in_words)
    several = table["persona_set"].nunique() > 1
    table["row"] = table["name"] + ((", " + table["persona_set"]) if several else "")
    table["order"] = table["statistic"].map(list(SENSITIVITIES).index)
    table = table.sort_values("order", kind="stable").drop(columns="order").reset_index(drop=True)
    drawn = table[table.groupby("of")["value"].transform("count") > 0]
    figure = figures.forest(
        drawn, question, x="share of choices that change, %", rows="row", groups="of", span=(0.0, 100.0), line=0.0
    )  # fmt: skip
    caption = found.caption("95 % intervals over persons, none below 10; of a single person, over scenarios.")
    note = (
        "Order: another option is chosen when the options stand in the other order. Prompt, words: the scenario's class (high, low, tie) is "
        "not the same in all. Each answer is the most probable option (Lee et al., 2025)."
    )
    return Exhibit(
        "sensitivities",
        question,
        table,
        COLUMNS,
        caption,
        figure,
        note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )
