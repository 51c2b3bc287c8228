"""Choices between actions: do they hang on the order of the options, on the prompt, on the words of the situation?"""

from __future__ import annotations

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
COLUMNS = [
    column("name", "scale"), column("persona_set", "personas"), column("of", "hangs on"), column("n_persons", "persons", "count"),
    column("n_items", "scenarios", "count"), column("value", "choices that change, %", "number", digits=1), interval(), column("note"),
]  # fmt: skip


def sensitivities(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """TRAIT's order, prompt and paraphrase sensitivity of each scale, in percent (Lee et al., 2025)."""
    return kept(_sensitivities, record, inventory, model, ask)


def _sensitivities(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    question = "Do the choices hang on the way of asking?"
    rows = where_all(tables.answers(record), inventory=inventory, model=model, elicitation="choice")
    table = scenarios.trait_scores(record, rows)
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
