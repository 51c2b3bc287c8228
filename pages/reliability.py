"""Reliability: how far scores hold over items, draws and forms, and what more of these would buy."""

import streamlit as st

from pages import kit
from traitscope import places
from traitscope.record import Record
from traitscope.results import coefficients, components_shown, items_shown, place_sample, reliability_shown
from traitscope.results.coefficients import Asked

MOST_COEFFICIENTS = 6  # that a figure keeps apart by colour


def render(record: Record | None) -> None:
    """Choose a place and a persona set; coefficients, variance components, items, and the D-study."""
    kit.head("Reliability", "Would the same personas get the same scores from other items, another draw, another form?")
    if not kit.scored(record):
        return
    place = kit.place(record)
    sets = kit.cached(place_sample.persona_sets, record, place["inventory"], place["model"], place["ask"])
    if not sets:
        st.info(kit.plain(coefficients.NO_PERSONS))
        return
    asked = _asked(record, place, sets)
    with st.spinner("Computing ..."):
        st.info(kit.plain(reliability_shown.finding(coefficients.coefficients(record, asked))))
        _coefficients(record, asked, names := coefficients.names(record, asked))
        kit.tabs(
            {
                "Sources of variance": lambda: kit.exhibits(
                    [components_shown.stacked(record, asked), components_shown.dependable(record, asked)]
                ),
                "Items, and another study": lambda: _one_scale(record, asked),
                "Asked again": lambda: kit.exhibit(reliability_shown.retested(record, asked)),
                "By model": lambda: _by_model(record, asked, names),
            }
        )


def _asked(record: Record, place: dict[str, str], sets: list[str]) -> Asked:
    left, right = st.columns(2)
    with left:
        told = "Alpha belongs to a set of personas. The bare model, and any set of one, has no differences between persons."
        persona_set = kit.choose("Persona set", sets, key="personas", help=told)
    where = Asked(**place, persona_set=persona_set)
    with right:
        names = coefficients.form_names(record, where)
        return coefficients.in_form(where, kit.choose("Alpha, omega and retest of", names, key="form"))


def _coefficients(record: Record, asked: Asked, names: list[str]) -> None:
    chosen = kit.choose_several("Coefficients", names, names[:MOST_COEFFICIENTS], key="coefficients")
    level = kit.one_of(st.container(), "Scales", coefficients.levels(record, asked), "level")
    kit.exhibit(reliability_shown.forest(record, asked, chosen, level))
    st.caption("  \n".join(map(kit.plain, coefficients.lacking(record, asked))))


def _by_model(record: Record, asked: Asked, names: list[str]) -> None:
    models = places.options(record, "model", inventory=asked.inventory, ask=asked.ask)
    if len(models) < 2:
        st.info("One model was asked in this way, so there is none to set beside it.")
        return
    kit.exhibit(reliability_shown.by_model(record, asked, models, kit.choose("Coefficient", names, key="coefficient")))


def _one_scale(record: Record, asked: Asked) -> None:
    if not (scales := components_shown.scales(record, asked)):
        st.info("No scale has two items that were answered, so there is no item analysis and no D-study.")
        return
    if flagged := items_shown.flagged(record, asked):
        st.markdown(kit.plain(flagged))
    name = kit.choose("Scale", list(scales.values()), key="scale")
    scale = next(each for each, word in scales.items() if word == name)
    kit.exhibit(items_shown.analysed(record, asked, scale))
    _d_study(record, asked, scale)


def _d_study(record: Record, asked: Asked, scale: str) -> None:
    now = components_shown.observed(record, asked, scale)
    facets = [f"{facet}s" for facet in now]
    along = kit.choose("The curve runs over the number of", facets, key="along").removesuffix("s")
    sizes = {}
    for column, (facet, observed) in zip(st.columns(len(now)), now.items(), strict=True):
        with column:
            most = components_shown.most(facet, observed)
            sizes[facet] = int(kit.amount(f"How many {facet}s", 1, most, observed, 1, key=f"{facet}s"))
    if told := components_shown.told_of(record, asked, scale, along, sizes):
        st.markdown(kit.plain(told))
    kit.exhibit(components_shown.planned(record, asked, scale, along, sizes))
    st.caption("  \n".join(map(kit.plain, components_shown.unknown(record, asked, scale))))


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
