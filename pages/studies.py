"""Studies: all records, how far each is, and how to go on."""

from typing import Any

import streamlit as st

from pages import kit
from traitscope import overview
from traitscope.record import Record, records

OUTCOMES = ["model", "elicitation", "inventory", "trials", "pending", "answered", "refused", "ambiguous", "off_scale",
            "unreadable", "missing", "near_ties", "label_mass", "low_mass"]  # fmt: skip


def render(record: Record | None) -> None:
    """All records under the runs folder, and the outcomes of the chosen one."""
    st.title("Studies")
    if record is None:
        kit.nothing_yet(None)
        return
    unfinished = any(row["state"] == "unfinished" for row in _rows())
    st.fragment(_progress, run_every=2 if unfinished else None)(unfinished)
    st.subheader(f"Outcomes of {kit.plain(record.name)}")
    outcomes = kit.cached(overview.outcomes, record)
    if len(outcomes):
        kit.table(outcomes, f"outcomes_{record.name}", OUTCOMES)
        st.caption("Refusals and unreadable replies are data: counted here, never filled in.")
    else:
        kit.nothing_yet(record)
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


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
