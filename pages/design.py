"""Design: compose a study, see what it asks, takes, costs and buys, and start it."""

from pathlib import Path

import streamlit as st

from pages import kit
from pages.kit import study_form, study_start
from traitscope import buying
from traitscope.design import design_file, design_plan, design_shown, design_start, designing
from traitscope.record import Record, records
from traitscope.study_file import StudyFile

NO_PILOT = "none"


def render(record: Record | None) -> None:
    """The form, the study file that it says, and the start."""
    kit.head("Design", "Which models are asked what, as whom, and in which forms; and what that takes, costs and buys.")
    starts = design_file.starts(kit.runs())
    start = kit.choose("Start from", list(starts), key="start", help="Changes are kept for each start while this browser tab is open.")  # fmt: skip
    path = starts[start]
    base, home = design_file.begun(path), (path.parent if path else Path.cwd()).resolve()
    try:
        file, keys = study_form.form(base, home, f"design_{start}")
    except designing.DesignError as mistake:
        st.error(kit.plain(str(mistake)))
        return
    folder, grows = study_start.folder(start, path, base.title, file.title)
    with st.spinner("Planning ..."):
        made = design_plan.plan(file, home, folder, study_form.checks())
    for number, ask in enumerate(file.asks, start=1):
        kit.exhibit(design_shown.picture(ask, file.seed, number))
        if aliases := design_shown.aliases(ask, file.seed, number):
            kit.exhibit(aliases)
    if made.problem:
        st.error(kit.plain(made.problem))
    else:
        _takes(made)
        _buys(made)
    _file(file, folder)
    study_start.start(file, made, folder, keys, grows)


def _takes(made: design_plan.Plan) -> None:
    st.subheader("What it takes")
    time, sources = design_plan.time_told(made, records(kit.runs()), study_form.checks())
    counts = {"Sittings": made.sittings, "Trials": made.counts["trials"], "Calls": made.counts["calls"]}
    for column, (name, count) in zip(st.columns(3), counts.items(), strict=True):
        column.metric(name, f"{count:,}")
    st.markdown(f"**Time:** {kit.plain(time)}. **Cost:** {kit.plain(made.price)}.")
    st.caption(kit.plain(f"{'; '.join(sources)}."))
    if made.unchecked:
        st.caption(kit.plain(f"Not checked yet, so taken to be able to do what is asked: {', '.join(made.unchecked)}."))
    for note in made.notes:
        st.caption(kit.plain(note))
    kit.exhibit(design_shown.parts(made))
    if made.rows:
        kit.exhibit(design_shown.prices(made))


def _buys(made: design_plan.Plan) -> None:
    st.subheader("What it buys")
    found = {each.name: each for each in records(kit.runs())}
    names = design_plan.pilots(made, found.values())
    name = kit.choose("Pilot: a record of the same models and inventories", [NO_PILOT, *names], key="pilot")
    if name == NO_PILOT:
        st.info("Choose a record to see what reliability to expect, or get one by “Pilot first” below: a small part of this study, asked first.")  # fmt: skip
        return
    places = {f"{each.model}: {each.inventory}": each for each in design_plan.places(made, found[name])}
    if not places:
        st.info(f"{kit.plain(name)} has no ratings or choices of these models, so it tells nothing of this design.")
        return
    place = places[kit.choose("Model and inventory", list(places), key="bought")]
    with st.spinner("D-study ..."):
        table = buying.of_place(found[name], place)
    kit.exhibit(design_shown.reliability(table, name, place))


def _file(file: StudyFile, folder: Path) -> None:
    st.subheader("The study file")
    st.code(design_file.text(file), language="toml", wrap_lines=True)
    st.code(design_start.command(folder), language=None, wrap_lines=True)
    st.download_button("Download", design_file.text(file), f"{folder.name}.toml", "application/toml", on_click="ignore")


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
