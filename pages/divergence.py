"""Divergence: does a model act as it says it is?"""

import streamlit as st

from pages import kit
from traitscope import places
from traitscope.record import Record
from traitscope.results import divergence_looked as looked
from traitscope.results import divergence_nulls_shown as beside
from traitscope.results import divergence_shown as shown
from traitscope.results.divergence_looked import Looked

WAYS = {"said_by": "What it says, by", "done_by": "What it does, by", "persona_set": "Persona set"}


def render(record: Record | None) -> None:
    """Choose model, way of asking and trait; the verdict, both levels, the pairs, and what chance gives."""
    kit.head(
        "Divergence",
        "Does it act as it says it is? Each statement has a twin: a scenario with an action to choose or rate.",
    )
    if not kit.answered(record):
        return
    lacking = kit.cached(looked.lacking, record)
    if lacking:
        st.info(kit.plain(lacking))
        st.code(looked.EXAMPLE, language=None)
        return
    at = _looked(record)
    top = st.container()  # the verdict needs the exchanges, the figures of levels do not
    kit.exhibit(shown.by_trait(record, at))
    with top, st.spinner("Exchanging pairs ..."):
        st.info(kit.plain(shown.verdict(record, at)))
    kit.tabs(
        {
            "Persona by persona": lambda: kit.exhibit(shown.by_persona(record, at)),
            "Saying against doing": lambda: kit.exhibit(shown.points(record, at)),
            "Beside chance": lambda: _beside_chance(record, at),
        }
    )
    st.caption(
        kit.plain(
            "People's answers beside a model's: traitscope divergence RECORD --human FILE, on the command line only."
        )
    )


def _looked(record: Record) -> Looked:
    way: dict[str, str] = {}
    cells = st.container(horizontal=True)
    models = looked.models(record)
    with cells, kit.cell(models):
        model = kit.choose("Model", models, key="model")
    for name, label in WAYS.items():
        options = looked.options(record, model, name, **way)
        with cells, kit.cell([places.ask_words(each) for each in options]):
            way[name] = kit.choose(label, options, key=name, words=places.ask_words)
    at = Looked(model, **way)
    names = looked.scales(record, at)
    with cells, kit.cell():
        chosen = kit.choose("Trait", [looked.EVERY, *names.values()], key="trait")
    scale = next((each for each, name in names.items() if name == chosen), "")
    planned = looked.planned(record)[0]
    with cells, kit.cell():
        told = "Within how many POMP points saying and doing count as one. The first value is the study's."
        margin = kit.amount(
            "Margin, POMP points", min(1.0, planned), max(30.0, planned), planned, 0.5, key="margin", help=told
        )
    return Looked(model, **way, scale=scale, margin=margin)


def _beside_chance(record: Record, at: Looked) -> None:
    statistic = kit.choose("Statistic", beside.statistics(record, at), key="statistic")
    kit.exhibit(beside.null(record, at, statistic))
    kit.exhibit(beside.measured(record, at))
    kit.exhibits(list(filter(None, [beside.without_looking(record, at), beside.confirmed(record, at)])))


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
