"""Compare: models side by side, over the same personas."""

import streamlit as st

from pages import kit
from traitscope.record import Record
from traitscope.results import coefficients, comparison_shown, model_differences, reliability_shown
from traitscope.results.model_differences import ALL_OTHERS, Compared


def render(record: Record | None) -> None:
    """Choose two models, or one against all others; cautions first, then differences, agreement and reliability."""
    kit.head(
        "Compare", "Do two models that play the same personas answer differently, and may their means be compared?"
    )
    if not kit.scored(record):
        return
    place = kit.place(record, ("inventory", "ask"))
    models = model_differences.models(record, **place)
    if len(models) < 2:
        st.info(kit.plain(model_differences.one_model(record, place["inventory"], place["ask"])))
        return
    compared = _compared(record, place, models)
    if compared is None:
        st.info("These models share no persona set of two personas or more with usable answers.")
        return
    levels = model_differences.levels(record, compared)
    level = kit.choose("Scales", levels, key="level") if len(levels) > 1 else levels[0]
    st.info(kit.plain(comparison_shown.finding(record, compared, level)))
    _differences(record, compared, level)
    kit.tabs(
        {
            "Agreement of the models": lambda: kit.exhibit(comparison_shown.agreement(record, compared)),
            "Reliability, side by side": lambda: _reliability(record, compared),
        }
    )


def _compared(record: Record, place: dict[str, str], models: list[str]) -> Compared | None:
    cells = st.container(horizontal=True)
    with cells, kit.cell(models):
        reference = kit.choose(
            "Reference", models, key="reference", help="The model that the others are compared with."
        )
    others = [each for each in models if each != reference]
    with cells, kit.cell([*others, ALL_OTHERS]):
        chosen = kit.choose("Compared with it", others + [ALL_OTHERS] * (len(others) > 1), key="other")
    against = tuple(others) if chosen == ALL_OTHERS else (chosen,)
    sets = model_differences.shared_sets(record, **place, of=(reference, *against))
    if not sets:
        return None
    with cells, kit.cell(sets):
        persona_set = kit.choose(
            "Persona set", sets, key="personas", help="Only personas that both were asked are compared."
        )
    return Compared(**place, persona_set=persona_set, reference=reference, others=against)


def _differences(record: Record, compared: Compared, level: str) -> None:
    with st.spinner("Testing whether the items measure alike ..."):
        st.warning("  \n".join(map(kit.plain, comparison_shown.cautions(record, compared))))
    kit.exhibit(comparison_shown.forest(record, compared, level))
    steps = comparison_shown.invariance_steps(record, compared)
    if steps is not None:
        kit.exhibit(steps)


def _reliability(record: Record, compared: Compared) -> None:
    first = coefficients.first_form(record, compared.inventory, compared.reference, compared.ask, compared.persona_set)
    names = coefficients.names_of(record, first)
    coefficient = kit.choose("Coefficient", names, key="coefficient")
    kit.exhibit(reliability_shown.by_model(record, first, compared.models, coefficient))


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
