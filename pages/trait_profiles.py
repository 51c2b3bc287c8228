"""Trait profiles: where each persona stands on each scale."""

from typing import Any

import streamlit as st

from pages import kit
from traitscope import figures, overview
from traitscope.record import Record

PROFILE = {
    "group": "persona", "name": "scale", "assigned": "assigned", "score": "score", "pomp": "POMP", "low": "95 % from",
    "high": "to", "n_persons": "persons", "n_sittings": "sittings", "answers": "answers", "note": "note",
    "reliability": "alpha of the set", "t": "T", "percentile": "percentile", "norm": "norm", "norm_n": "norm n",
}  # fmt: skip
RELIABILITY = {
    "persona_set": "persona set", "form": "form", "name": "scale", "alpha": "alpha", "low": "95 % from", "high": "to",
    "n_persons": "persons", "n_items": "items", "note": "note",
}  # fmt: skip
ASSIGNED = {
    "persona_set": "persona set", "name": "scale", "d": "d", "d_low": "95 % from", "d_high": "to", "null95": "permuted",
    "spearman": "Spearman", "n_persons": "persons", "note": "note",
}  # fmt: skip


def render(record: Record | None) -> None:
    """Choose what to look at; its finding, radar, dot plot and tables."""
    st.title("Trait profiles")
    if record is None:
        kit.nothing_yet(None)
        return
    found = kit.cached(overview.profiles, record)
    if found.people.empty:
        kit.nothing_yet(record)
        return
    kit.unfinished(record)
    place, chosen = _choose(record, found)
    table = overview.profile(found, chosen, **place)
    if table.empty:
        st.info("Choose at least one persona or group.")
        return
    _findings(found, place, table)
    _figures(record, place, table)
    kit.table(table, f"profile_{place['inventory']}", **PROFILE)
    for told in overview.norms(record, table, place["inventory"]):
        st.caption(kit.plain(told))
    _more(record, found, place, chosen)


def _choose(record: Record, found: overview.Profiles) -> tuple[dict[str, str], list[str]]:
    columns = st.columns(3)
    place: dict[str, str] = {}
    for column, (name, label) in zip(columns, {"inventory": "Inventory", "model": "Model", "ask": "How it was asked"}.items(), strict=True):
        with column:
            place[name] = kit.choose(label, overview.options(found.people, name, **place), key=name)
    levels = overview.options(found.people, "level", **place)
    place["level"] = kit.choose("Scales", levels, key="level") if len(levels) > 1 else levels[0]
    groups, first = overview.groups(overview.where_all(found.people, **place))
    chosen = kit.choose_several("Personas and groups", groups, first, key="personas")
    if overview.simulated(record, place["model"]):
        st.caption(f":material/smart_toy: {kit.plain(place['model'])} is a simulated responder, not a language model.")
    return place, chosen


def _findings(found: overview.Profiles, place: dict[str, str], table: Any) -> None:
    elicitation = place["ask"].partition(":")[0]
    own, others = overview.told(found, place["model"], elicitation)
    constant = overview.constants(table)
    for each in own:
        (st.warning if constant else st.info)(kit.plain(each))
    if constant:
        st.warning(f"One constant answer, so no profile: {kit.plain(', '.join(constant))}. Drawn grey, and not placed in a norm group.")
    missing = overview.missing(table)
    if missing:
        st.warning("  \n".join(map(kit.plain, missing)))
    if others:
        with st.expander("What this model's other elicitations say"):
            for each in others:
                st.markdown(kit.plain(each))


def _figures(record: Record, place: dict[str, str], table: Any) -> None:
    shape, distance = overview.questions(table)
    left, right = st.columns(2)
    with left:
        if overview.enough_for_radar(table):
            st.plotly_chart(figures.radar(table, shape), key="radar", alt=shape)
        else:
            st.info("A radar needs three scales; the dots beside it hold the same numbers.")
    with right:
        st.plotly_chart(figures.dots(table, distance), key="dots", alt=distance)
    st.caption(kit.plain(overview.caption(record, place, table)))


def _more(record: Record, found: overview.Profiles, place: dict[str, str], chosen: list[str]) -> None:
    reliability, effects = overview.reliability(found, **place), overview.effects(found, **place)
    if len(reliability):
        with st.expander("Reliability: do the items of a scale agree, over the personas of a set?"):
            kit.table(reliability, "reliability", **RELIABILITY)
    if len(effects):
        with st.expander("Assigned against measured: did the assigned level move its scale?"):
            kit.table(effects, "assigned", **ASSIGNED)
    texts = overview.persona_texts(record, chosen)
    if texts:
        with st.expander("What the chosen personas were told"):
            for name, text in texts.items():
                st.text(name)
                st.code(text, language=None, wrap_lines=True)


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
