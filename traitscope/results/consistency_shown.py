"""Consistency in one sentence: what the printing changes, and where on the page the choices stand."""

from __future__ import annotations

from pandas import DataFrame

from traitscope.apa import number
from traitscope.form_words import WORDS
from traitscope.kept import kept
from traitscope.record import Record
from traitscope.results import draws_shown, form_effects_shown
from traitscope.results.forms_asked import FormsAsked, asked
from traitscope.results.places_chosen import place_shares

ACTS = {
    "options": "Turning the options round", "labels": "Changing the labels", "wording": "Changing the wording of the prompt",
    "items": "Changing the order of the items", "language": "Changing the language", "situation": "Telling the situation in other words",
    "memory": "Keeping what was asked before in the conversation", "persona_place": "Putting the persona in another place",
    "items_per_prompt": "Changing the number of items in a prompt", "binding": "Moving the labels with the options",
    "format": "Changing the format of the reply", "reply": "Reading the text in place of the probabilities",
}  # fmt: skip


def finding(record: Record, inventory: str, model: str, ask: str) -> str:
    """The page's finding, computed: the largest change first, then the first place on the page, then what is lost."""
    return kept(_finding, record, inventory, model, ask)


def _finding(record: Record, inventory: str, model: str, ask: str) -> str:
    found = asked(record, inventory, model, ask)
    rows = found.rows
    done = rows["outcome"].notna()
    usable = int(rows["value"].notna().sum())
    if not usable:
        if not done.sum():
            return f"{model} has not answered yet, so there is no consistency to tell of."
        return f"None of {int(done.sum()):,} trials got a usable answer, so there is no consistency to tell of."
    told = [_changes(found, form_effects_shown.effects(record, inventory, model, ask)), _another_draw(found)]
    if found.has_options:
        told.append(_first_place(place_shares(found)))
    lost = int((done & (rows["outcome"] != "answered")).sum())
    told.append(f"{lost:,} of {int(done.sum()):,} trials got no usable answer." if lost else "")
    return " ".join(filter(None, told))


def _changes(found: FormsAsked, effects: DataFrame) -> str:
    if not found.varied:
        return "All was printed in one form, so what another printing would change is not known."
    known = effects[effects["change"].notna()] if len(effects) else effects
    if known.empty:
        return "No item was answered in two forms, so what the printing changes is not known."
    row = known.sort_values("change", kind="stable").iloc[-1]
    act = ACTS[row["code"]] + (f" ({row['comparison']})" if (known["code"] == row["code"]).sum() > 1 else "")
    several = row["changed"] == row["changed"]
    if several and found.elicitation == "choice":
        what = f"{act} turns {number(row['changed'], 'percent')} of the choices from a high action to a low one or back"
    elif several and found.width:
        categories = number(row["change_categories"])
        what = f"{act} changes {number(row['changed'], 'percent')} of the answers, by {categories} categories on average over all of them"
    else:
        what = f"{act} changes the answers by {number(row['change'])} {found.unit} on average"
    others = [WORDS[each] for each in dict.fromkeys(known["code"]) if each != row["code"]]
    if not others:
        return f"{what}."
    listed = " and ".join(filter(None, [", ".join(others[:-1]), others[-1]]))
    return f"{what}. What other factors change is less: {listed}."


def _another_draw(found: FormsAsked) -> str:
    """What chance alone changes: the least that the form has to be compared with."""
    if found.version != "chosen" or found.rows["replicate"].nunique() < 2:
        return ""
    agreement = draws_shown.equal_answers(found).value
    return (
        f"That has to be held against another draw of the same prompt, which changes {number(1 - agreement, 'percent')}."
        if agreement == agreement
        else ""
    )


def _first_place(shares: DataFrame) -> str:
    if shares.empty:
        return ""
    first = shares[shares["place"] == 1]
    n = shares.groupby("order")["n"].sum().reindex(first["order"]).to_numpy()
    share, even = (float((first[each].to_numpy() * n).sum() / n.sum()) for each in ("share", "even"))
    return f"The first option on the page is chosen in {number(share, 'percent')} of the answers, where {number(even, 'percent')} would be even."
