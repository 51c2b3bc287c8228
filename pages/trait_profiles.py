"""Trait profiles: where each persona stands on each scale."""

from typing import Any

import streamlit as st

from pages import kit
from traitscope import figures, overview, profiles
from traitscope.record import Record

PROFILE = ["group", "name", "assigned", "score", "pomp", "low", "high", "n_persons", "n_sittings", "answers", "note",
           "reliability", "t", "percentile", "norm", "norm_n"]  # fmt: skip
RELIABILITY = ["persona_set", "form", "name", "alpha", "low", "high", "n_persons", "n_items", "note"]
ASSIGNED = ["persona_set", "name", "d", "d_low", "d_high", "null95", "spearman", "n_persons", "note"]
CHOOSERS = {"inventory": "Inventory", "model": "Model", "ask": "How it was asked"}


def render(record: Record | None) -> None:
    """Choose what to look at; its finding, radar, dot plot and tables."""
    st.title("Trait profiles")
    if record is None:
        kit.nothing_yet(None)
        return
    found = kit.cached(profiles.read, record)
    if found.people.empty:
        kit.nothing_yet(record)
        return
    kit.unfinished(record)
    place, chosen = _choose(record, found)
    table = profiles.profile(found, chosen, **place)
    if table.empty:
        st.info("Choose at least one persona or group.")
        return
    _findings(found, place, table)
    _figures(record, place, table)
    kit.table(table, f"profile_{place['inventory']}", PROFILE)
    st.caption("  \n".join(map(kit.plain, profiles.norms(record, table, place["inventory"]))))
    _more(record, found, place, chosen)


def _choose(record: Record, found: profiles.Profiles) -> tuple[dict[str, str], list[str]]:
    place: dict[str, str] = {}
    for column, (name, label) in zip(st.columns(3), CHOOSERS.items(), strict=True):
        with column:
            place[name] = kit.choose(label, profiles.options(found.people, name, **place), key=name)
    levels = profiles.options(found.people, "level", **place)
    place["level"] = kit.choose("Scales", levels, key="level") if len(levels) > 1 else levels[0]
    groups, first = profiles.groups(profiles.where_all(found.people, **place))
    chosen = kit.choose_several("Personas and groups", groups, first, key="personas")
    if overview.simulated(record, place["model"]):
        st.caption(f":material/smart_toy: {kit.plain(place['model'])} is a simulated responder, not a language model.")
    return place, chosen


def _findings(found: profiles.Profiles, place: dict[str, str], table: Any) -> None:
    own, others = profiles.told_of(found, **place)
    cautions = [*profiles.constants(table), *profiles.missing(table)]
    for each in own:
        st.info(kit.plain(each))
    if cautions:
        st.warning("  \n".join(map(kit.plain, cautions)))
    if others:
        with st.expander("What this model's other elicitations say"):
            for each in others:
                st.markdown(kit.plain(each))


def _figures(record: Record, place: dict[str, str], table: Any) -> None:
    shape, distance = profiles.questions(table)
    left, right = st.columns(2)
    with left:
        if profiles.enough_for_radar(table):
            st.plotly_chart(figures.radar(table, shape), key="radar", alt=shape)
        else:
            st.info("A radar needs three scales; the dots beside it hold the same numbers.")
    with right:
        st.plotly_chart(figures.dots(table, distance), key="dots", alt=distance)
    st.caption(kit.plain(profiles.caption(record, place, table)))


def _more(record: Record, found: profiles.Profiles, place: dict[str, str], chosen: list[str]) -> None:
    reliability, effects = profiles.reliability(found, **place), profiles.effects(found, **place)
    if len(reliability):
        with st.expander("Reliability: do the items of a scale agree, over the personas of a set?"):
            kit.table(reliability, "reliability", RELIABILITY)
    if len(effects):
        with st.expander("Assigned against measured: did the assigned level move its scale?"):
            kit.table(effects, "assigned", ASSIGNED)
    for name, text in profiles.persona_texts(record, chosen).items():
        with st.expander(f"What {kit.plain(name)} was told"):
            st.code(text, language=None, wrap_lines=True)


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
