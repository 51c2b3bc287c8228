"""Studies: all records, how far each is, and how to go on."""

import streamlit as st

from pages import kit
from traitscope import headway, overview
from traitscope.record import Record
from traitscope.results import outcomes

LIST = ["record", "state", "share", "title", "trials"]
SLOWLY = 10  # seconds between two looks at what has to be counted
HEIGHT = 390  # pixels of a long list; it scrolls
MOVING = (overview.ASKED, "unfinished")


def render(record: Record | None) -> None:
    """The chosen record, the list of all, and the outcomes of the chosen one."""
    kit.head("Studies", "Every record: how far it is, what came of it, and how to go on.")
    if saved := overview.saved(kit.runs()):
        kit.begin(saved)
    if record is None:
        kit.nothing_yet(None)
        return
    rows = overview.studies(kit.runs())
    every = 2 if any(row["state"] in MOVING for row in rows) else None
    st.fragment(kit.telling(_chosen), run_every=every)(record, every)
    kit.report_of(record)
    if len(rows) > 1:
        st.subheader(f"All {len(rows)} records")
        text = kit.search("Find a record", "find", "words of its name, title, state, model or inventory")
        st.fragment(kit.telling(_list), run_every=every)(record, text)
    st.fragment(kit.telling(_outcomes), run_every=SLOWLY if every else None)(record)
    if terms := overview.terms(row for row in rows if row["record"] == record.name):
        st.subheader("Terms of its inventories")
        st.caption("  \n".join(map(kit.plain, terms)))
    kit.delete(record)


def _outcomes(record: Record) -> None:
    """What became of the trials; while a record is asked, as it was a few seconds ago."""
    st.subheader(f"Outcomes of {kit.plain(record.name)}")
    kit.exhibit(kit.cached(outcomes.by_model, record))


def _chosen(record: Record, every: int | None) -> None:
    """The record that is looked at: how far it is, what it has cost, whether it keeps to its plan, and how to go on."""
    rows = overview.studies(kit.runs())
    row = next((row for row in rows if row["record"] == record.name), None)
    if row is None or (every and all(row["state"] not in MOVING for row in rows)):
        st.rerun()  # the whole page once more, which ends the clock of this part
    with st.container(border=True):
        st.markdown(f"**{kit.plain(row['title'])}**")
        told = f"{row['done']:,} of {row['trials']:,} trials done: {row['state']}"
        st.progress(row["share"], text=kit.plain(told))
        if row["state"] == overview.ASKED:
            st.markdown(kit.plain(headway.told(record, row)))
        st.caption(kit.plain(f"{row['record']}: {row['asked']}"))
        st.caption(kit.plain(f"{row['outcomes']}. Last changed {row['changed']}."))
        readable = not row["state"].startswith(overview.UNREADABLE)
        if readable and (plan := kit.cached(overview.plan_told, record)):
            st.caption(f":material/lock_clock: {kit.plain(plan)}")
        if row["state"] not in ("complete", overview.ASKED):
            st.code(row["resume"], language=None, wrap_lines=True)
        if row["state"] != "complete":
            kit.go_on(record)


def _list(record: Record, text: str) -> None:
    """All records that hold the words, a line each; who clicks a line opens that record."""
    if opened := st.session_state.pop("opened", ""):
        st.query_params["record"] = opened
        st.rerun()
    rows = overview.found(overview.studies(kit.runs()), text)
    key, names = f"records_of_{record.name}", [row["record"] for row in rows]

    def open_it() -> None:
        for place in st.session_state[key].selection.rows:
            st.session_state["opened"] = names[place]

    config = {
        "share": st.column_config.ProgressColumn("done", format="percent", width=90),
        "trials": st.column_config.NumberColumn(format="localized"),
        "title": st.column_config.TextColumn(width=460),
    }
    st.dataframe(
        rows, key=key, hide_index=True, column_order=LIST, column_config=config, on_select=open_it,
        selection_mode="single-row", height=HEIGHT if len(rows) > 10 else "auto",
    )  # fmt: skip
    st.caption("Click on the box before a record to open it.")


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
