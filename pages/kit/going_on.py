"""To ask the rest of a record, or to stop: what both take, where the record is shown."""

from functools import partial

import streamlit as st

from pages.kit.keys import pasted
from pages.kit.states import cached, runs, told_of
from pages.kit.text import plain
from traitscope import continuing, removing
from traitscope.record import Record
from traitscope.store import StoreError


def go_on(record: Record) -> None:
    """Ask the rest from here; keys stay in this browser's session and in the process that asks."""
    name, state = record.name, continuing.state(record)
    if state["asked"]:
        if not state["can_stop"]:
            st.caption("Asked by a process that was not started from here: stop it where it was started.")
        elif st.button("Stop", key=f"stop_{name}", help="What was answered is kept."):
            continuing.end(record)
            st.toast("Stopping. What was answered is kept.")
        return
    if state["stopped"]:
        st.warning(plain(state["stopped"].removeprefix("traitscope: ")))
    rest = st.expander("Ask the rest from here", key=f"rest_{name}", on_change="rerun")
    if not rest.open:  # the forecast of a large study takes seconds
        return
    with rest:
        needed = cached(continuing.needed, record)
        if needed["problem"]:
            st.error(plain(needed["problem"]))
            return
        if needed["forecast"]:
            st.markdown(plain(needed["forecast"]))
        keys = pasted(needed["keys"], name)
        limit = needed["limit"]
        if limit is not None:
            told = "US dollars that this record may have cost in all, what it has cost already included: as --max-cost."
            limit = st.number_input("Stop at, US$", 0.0, None, limit, 0.01, "%.2f", key=f"limit_{name}", help=told)
        if st.button("Ask the rest", key=f"go_on_{name}"):
            continuing.go_on(record, keys, limit)
            st.toast("Asking. You may close this page; nothing is lost.")


def begin(saved: list[str]) -> None:
    """Studies that were saved and never asked: they have no record yet, and are started where they are designed."""
    from pages import design

    page = st.Page(partial(design.render, None), title="Design", url_path="design")
    with st.container(horizontal=True):
        st.markdown("Saved, not started yet:")
        for name in saved:
            st.page_link(page, label=plain(name), icon=":material/edit:", query_params={"start": f"record {name}"})


def delete(record: Record) -> None:
    """Delete a record, after its name was typed."""
    name = record.name
    with st.expander(f"Delete {plain(name)}"):
        st.markdown(plain(told_of(removing.at_stake, record)))
        typed = st.text_input("Type the record's name to confirm", key=f"delete_{name}", autocomplete="off")
        if st.button("Delete for ever", key=f"delete_it_{name}"):
            try:
                removing.remove(runs(), name, typed)
            except StoreError as problem:
                st.error(plain(str(problem)))
                return
            st.toast(f"{plain(name)} was deleted.")
            st.rerun()
