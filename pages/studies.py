"""Studies: all records, how far each is, and how to go on."""

from typing import Any

import streamlit as st

from pages import kit
from traitscope import continuing, outcomes, overview
from traitscope.record import Record, records


def render(record: Record | None) -> None:
    """All records under the runs folder, and the outcomes of the chosen one."""
    st.title("Studies")
    if record is None:
        kit.nothing_yet(None)
        return
    unfinished = any(row["state"] == "unfinished" for row in _rows())
    st.fragment(_progress, run_every=2 if unfinished else None)(unfinished)
    st.subheader(f"Outcomes of {kit.plain(record.name)}")
    kit.exhibit(kit.cached(outcomes.by_model, record))
    terms = overview.terms(_rows())
    if terms:
        st.subheader("Terms of the inventories")
        for each in terms:
            st.caption(kit.plain(each))


def _rows() -> list[dict[str, Any]]:
    return [kit.cached(overview.study, each) for each in records(kit.runs())]


def _progress(unfinished: bool) -> None:
    rows = _rows()
    if unfinished and all(row["state"] != "unfinished" for row in rows):
        st.rerun()  # the whole page once more, which ends the clock of this part
    for row in rows:
        with st.container(border=True):
            st.markdown(f"**{kit.plain(row['title'])}**")
            st.progress(
                row["share"], text=f"{row['done']:,} of {row['trials']:,} trials done: {kit.plain(row['state'])}"
            )
            st.caption(kit.plain(f"{row['record']}: {row['asked']}"))
            st.caption(kit.plain(f"{row['outcomes']}. Last changed {row['changed']}."))
            if row["state"] == "unfinished":
                st.code(row["resume"], language=None, wrap_lines=True)
                _go_on(row["record"])


def _go_on(name: str) -> None:
    """Ask the rest from here; keys stay in this browser's session and in the process that asks."""
    record = Record(kit.runs() / name)
    state = continuing.state(record)
    if state["asked"]:
        st.caption("Being asked now.")
        if state["can_stop"] and st.button("Stop", key=f"stop_{name}", help="What was answered is kept."):
            continuing.end(record)
            st.toast("Stopping. What was answered is kept.")
        return
    if state["stopped"]:
        st.warning(kit.plain(state["stopped"]))
    with st.expander("Ask the rest from here"):
        needed = kit.cached(continuing.needed, record)
        if needed["problem"]:
            st.error(kit.plain(needed["problem"]))
            return
        if needed["forecast"]:
            st.markdown(kit.plain(needed["forecast"]))
        keys = {
            variable: st.text_input(
                kit.plain(variable),
                type="password",
                key=f"key_{variable}_{name}",
                autocomplete="off",
                help="Kept in memory for this session only: not stored, not logged. A server of your own may need none.",
            )
            for variable in needed["keys"]
        }
        limit = needed["limit"]
        if limit is not None:
            told = "US dollars that this record may have cost in all, what it has cost already included: as --max-cost."
            limit = st.number_input("Stop at, US$", 0.0, None, limit, 0.01, "%.2f", key=f"limit_{name}", help=told)
        if st.button("Ask the rest", key=f"go_on_{name}"):
            continuing.go_on(record, keys, limit)
            st.toast("Asking. You may close this page; nothing is lost.")


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
