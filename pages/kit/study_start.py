"""To save a study and to start it: what may be replaced, what may be spent, and how far it is."""

from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.kit.failing import telling, words
from pages.kit.states import cached, runs
from pages.kit.text import plain
from traitscope import cost, headway, places
from traitscope.background import stop
from traitscope.design import design_file, design_plan, design_start
from traitscope.record import Record
from traitscope.results import divergence_looked as looked
from traitscope.study_file import StudyError, StudyFile

PILOT = 0.1  # of the sittings
NEW, GROWN = "a new record", "the record"
BEGUN = "design_begun"  # the folder that was started, in this session


def folder(start: str, path: Path | None, first: str, title: str) -> tuple[Path, bool]:
    """The folder of the study's record: a new one, or that of the record it begins with; and whether that one grows.

    A new one is called as the study's `title`, once it is another than the `first`, until somebody types a name of his own.
    """
    name = start.partition(" ")[2] if path else "my_study"
    own = path is not None and path.parent == runs() / name
    if own and st.segmented_control(
        "Save as", [NEW, GROWN], default=NEW, required=True, key=f"design_{start}_save_as", persist_state="session",
        help="A record that grows keeps its answers: only what is new is asked.",
        format_func=lambda each: each if each == NEW else f"{each} of {name}",
    ) == GROWN:  # fmt: skip
        return runs() / name, True
    wanted = design_file.free_name(runs(), name if title == first else title.lower())
    key = f"design_{start}_name"
    given = st.session_state.get(f"{key}_given")  # the title, and the name that came of it
    if given is None or (given[0] != title and st.session_state.get(key) == given[1]):
        st.session_state[key], st.session_state[f"{key}_given"] = wanted, (title, wanted)
    typed = st.text_input("Name of the record", key=key, help="The folder that the answers go into. It follows the title until you type another.", persist_state="session")  # fmt: skip
    return runs() / (design_file.folder_name(typed) or wanted), False


def start(file: StudyFile, made: design_plan.Plan, folder: Path, keys: dict[str, str], grows: bool) -> None:
    """The buttons below a study; nothing is written or asked before one is pressed."""
    st.subheader("Save and start")
    if made.study is None:
        st.info("As soon as what is wrong above is mended, the study can be saved and started here.")
        return
    name, replace, sure, limit = folder.name, grows, True, made.limit
    if not grows and design_file.taken(folder, file):
        told = f"{name} is there already, with another study. Replace its study file; what was answered is kept."
        replace = st.checkbox(plain(told), key=f"design_replace_{name}")
    if made.growth:
        st.info(plain(made.growth.told))
    if limit is not None:
        told = "US dollars that this record may have cost in all, what it has cost already included: as --max-cost."
        limit = st.number_input("Stop at, US$", 0.0, None, limit, 0.01, "%.2f", key=f"design_limit_{name}", help=told)
    if made.unpriced:
        st.warning(plain(f"No price is known for {', '.join(made.unpriced)}, so no sum to stop at can be set (it can be said above, under Parameters and price)."))  # fmt: skip
    if made.confirm:
        told = f"It may cost {made.price}, which is more than ${cost.ASK_ABOVE:g}" if not made.unpriced else "It may cost money"  # fmt: skip
        sure = st.checkbox(plain(f"{told}. Spend it."), key=f"design_sure_{name}")
    fixed = False
    if design_start.frozen(folder):
        st.caption(
            "The plan of this record was fixed before data were seen; `traitscope show` lists what is done otherwise."
        )
    elif not made.growth:
        told = "As `traitscope plan --freeze`: what is done otherwise later is listed as a deviation. Models behind an interface are asked what they can do."
        fixed = st.checkbox("Fix plan and analysis before data are seen", key=f"design_fix_{name}", help=told)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        save = st.button("Save", key="design_save", help=f"As {plain(str(folder / 'study.toml'))}")
        pilot = st.button("Pilot first", key="design_pilot", disabled=not sure, help="Asks a small crossed part first: what the rest will cost and buy is known from that.")  # fmt: skip
        share = st.number_input("Share of the pilot", 0.01, 1.0, PILOT, 0.01, "%.2f", key="design_share", width=160)
        whole = st.button("Start", key="design_start", type="primary", disabled=not sure)
    if save or pilot or whole:
        try:
            path = design_file.save(file, made.study, folder, replace)
        except (StudyError, OSError) as problem:
            st.error(words(problem))
            return
        if fixed:
            with st.spinner("Fixing the plan ..."):
                problem = design_start.freeze(path, keys)
            if problem:
                st.error(plain(problem))
                return
        st.success(plain(f"Saved as {path}{', and the plan is fixed' if fixed else ''}."))
        if pilot or whole:
            design_start.begin(path, keys, limit, share if pilot else None)
            st.session_state[BEGUN] = str(folder)
    if begun := st.session_state.get(BEGUN):
        st.fragment(telling(_progress), run_every=2)(Path(begun))


def _progress(folder: Path) -> None:
    """How far the study is that was started from here, and the way to it."""
    state = design_start.started(folder)
    with st.container(border=True):
        if state["problem"]:
            st.error(plain(state["problem"].removeprefix("traitscope: ")))
        elif not state["record"]:
            st.info(plain(f"{folder.name} is starting. You may close this page; nothing is lost."))
        if not state["record"]:
            return
        counts = design_start.progress(folder)
        told = "being asked now" if state["asked"] else "complete" if counts["share"] == 1 else "not being asked"
        st.progress(counts["share"], text=plain(f"{folder.name}: {counts['done']:,} of {counts['trials']:,} trials done, {told}"))  # fmt: skip
        if state["asked"]:
            st.caption(f"{'' if counts['done'] else headway.STARTING} You may close this page; nothing is lost.")
            if st.button("Stop", key="design_stop", help="What was answered is kept."):
                stop(folder)
        record = Record(folder)
        done = counts["share"] == 1 and not state["asked"]
        for label, page in _ways_on(record, done).items():
            st.page_link(page, label=plain(f"{folder.name} {label}"), icon=":material/arrow_forward:", query_params={"record": folder.name})  # fmt: skip


def _ways_on(record: Record, done: bool) -> dict[str, StreamlitPage]:
    """Where to go on, in words: to the results that a record has as soon as it is done, and always to Studies."""
    from pages import divergence, studies, trait_profiles

    found = {}
    if done and not cached(places.places, record).empty:
        found["under Trait profiles"] = trait_profiles.render, "trait_profiles"
    if done and not cached(looked.lacking, record):
        found["under Divergence"] = divergence.render, "divergence"
    found["under Studies"] = studies.render, "studies"
    return {label: st.Page(partial(render, record), title=url, url_path=url) for label, (render, url) in found.items()}
