"""Trait profiles: where each persona stands on each scale."""

from typing import Any

import streamlit as st

from pages import kit
from traitscope import choosing, overview
from traitscope.record import Record
from traitscope.results import assigned_shown, control_band, profiles, profiles_shown, profiles_told, types_shown


def render(record: Record | None) -> None:
    """Choose what to look at; its shape, all personas, types, what was assigned, and what it rests on."""
    kit.head(
        "Trait profiles",
        "Where does each persona stand on each scale: beside its norms, its controls and what it was assigned?",
    )
    if not kit.scored(record):
        return
    place, level, chosen, controls = _choose(record)
    finding = st.container()  # filled last: it costs the most
    _profile(record, place, level, chosen, controls)
    parts = {
        "All personas": lambda: kit.exhibit(profiles_shown.everybody(record, **place, level=level)),
        "Assigned against measured": lambda: _assigned(record, place, level),
        "Reliability": lambda: kit.exhibit(profiles_shown.reliability(record, **place, level=level)),
    }
    if types_shown.has_types(record, place["inventory"]):
        parts["Types"] = lambda: kit.exhibit(types_shown.letters(record, **place))
    kit.tabs(parts)
    for name, text in profiles_told.persona_texts(record, chosen).items():
        with st.expander(f"What {kit.plain(name)} was told"):
            st.code(text, language=None, wrap_lines=True)
    with finding:
        st.info(kit.plain(profiles_told.finding(record, **place)))


def _choose(record: Record) -> tuple[dict[str, str], str, list[str], str]:
    place = kit.place(record)
    people = profiles.people(record, **place)
    levels = choosing.choices(people, "level")
    cells = st.container(horizontal=True)
    level = kit.one_of(cells, "Scales", levels, "level")
    groups, first = profiles.groups(choosing.where_all(people, level=level))
    chosen = kit.choose_several("Personas and groups", groups, first, key="personas", most=profiles.MOST_GROUPS)
    sets = control_band.sets(record, people)
    controls = kit.one_of(cells, "Control band of", sets, "controls")
    if overview.simulated(record, place["model"]):
        st.caption(f":material/smart_toy: {kit.plain(place['model'])} is a simulated responder, not a language model.")
    return place, level, chosen, controls


def _profile(record: Record, place: dict[str, str], level: str, chosen: list[str], controls: str) -> None:
    people = profiles.people(record, **place)
    band = control_band.band(people, controls)
    table = profiles.profile(record, chosen, **place, level=level)
    if table.empty:
        st.info("Choose at least one persona or group.")
        return
    table = control_band.placed(table, band)
    _cautions(table)
    kit.side_by_side(profiles_shown.shape(record, table, **place), profiles_shown.dots(record, table, band, **place))
    told = control_band.told(table, band, controls, control_band.sets(record, people))
    with st.expander("Beside controls and norms"):
        st.markdown("  \n".join(map(kit.plain, told)))
        st.caption("  \n".join(map(kit.plain, profiles_told.norms(record, table, place["inventory"]))))


def _cautions(table: Any) -> None:
    cautions = [*profiles_told.constants(table), *profiles_told.missing(table)]
    if cautions:
        st.warning("  \n".join(map(kit.plain, cautions)))


def _assigned(record: Record, place: dict[str, str], level: str) -> None:
    sets = assigned_shown.sets(record, **place)
    if not sets:
        st.info(kit.plain(assigned_shown.NOBODY))
        return
    chosen = kit.choose("Persona set", sets, key="set") if len(sets) > 1 else sets[0]
    for shown in (assigned_shown.measured, assigned_shown.effects):
        kit.exhibit(shown(record, **place, level=level, persona_set=chosen))


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
