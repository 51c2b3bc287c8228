"""Replies: every reply with its prompt, raw text, distribution and outcome."""

from urllib.parse import urlencode

import streamlit as st

from pages import kit
from traitscope.record import Record
from traitscope.results import replies

LABELS = {
    "model": "Model", "persona": "Persona", "inventory": "Inventory", "item": "Item", "elicitation": "Elicitation",
    "form": "Form", "outcome": "Outcome",
}  # fmt: skip
LEFT, RIGHT = 600, 340  # pixels; below each other where there is no room
SHOWN = [
    "reply", "model", "persona", "inventory", "item", "asked", "form", "draw", "elicitation", "outcome", "chosen", "text",
]  # fmt: skip


def render(record: Record | None) -> None:
    """Filters and search, the replies that were found, and one of them whole."""
    kit.head(
        "Replies", "What was asked in which words, and what came back? Every reply is kept as it came, failed ones too."
    )
    if not kit.answered(record):
        return
    where = _filters(record)
    text = kit.search(
        "Search in replies", "text", "words as the model wrote them", "Upper and lower case are the same."
    )
    found = replies.found(record, where, text)
    pages = replies.pages(found.total)
    if pages > 1:
        first = 1 if kit.asked("page") else min(pages, replies.page_of(record, where, text, kit.asked("reply")))
        page = int(kit.amount(f"Page of {pages:,}", 1, pages, first, 1, "page"))
        found = replies.found(record, where, text, page)
    st.caption(kit.plain(found.told()))
    name = _chosen(found)
    whole = replies.whole(record, name) if name else None
    if whole:
        kit.keep("reply", name)
        _whole(record, name, whole)
    elif name:
        st.error(f"There is no reply {kit.plain(name)} in this record.")
    elif found.total:
        st.info("Choose a row to see its prompt, raw text and distribution.")


def _filters(record: Record) -> dict[str, str]:
    values = replies.choices(record)
    chosen: dict[str, str] = {}
    for columns in (list(LABELS)[:4], list(LABELS)[4:]):
        for column, name in zip(st.columns(4), columns, strict=False):
            with column:
                chosen[name] = kit.choose(LABELS[name], values[name], key=name)
    return chosen


def _chosen(found: replies.Found) -> str:
    """The reply of the row that was clicked, or else of the address."""
    if not found.total:
        return kit.asked("reply")
    key = f"replies_{found.first}_{found.total}"
    # what a link opened is marked and stands first; that must stay, or the list would begin anew at every click
    found, marked = found.beginning_with(st.session_state.setdefault(f"{key}_begun", kit.asked("reply")))
    event = st.dataframe(
        found.table[SHOWN], hide_index=True, on_select="rerun", selection_mode="single-row", height=320, placeholder="",
        column_config={"text": st.column_config.TextColumn(width="large"), "chosen": st.column_config.NumberColumn(format="%d"),
                       "asked": st.column_config.TextColumn("item in words", width="medium")},
        key=key, selection_default={"selection": {"rows": marked}},
    )  # fmt: skip
    rows = event.selection.rows
    return str(found.table["reply"].iloc[rows[0]]) if rows else kit.asked("reply")


def _whole(record: Record, name: str, whole: replies.Whole) -> None:
    st.subheader(f"Reply {name}")
    beside = st.container(horizontal=True)
    with beside.container(width=LEFT):
        for role, content in whole.messages:
            st.caption(f"Prompt, {kit.plain(role)}")
            st.code(content, language=None, wrap_lines=True)
        for told, text in whole.texts():
            st.caption(told)
            st.code(text, language=None, wrap_lines=True)
        if whole.distribution:
            kit.exhibit(whole.distribution)
    with beside.container(width=RIGHT):
        st.caption("What is known of it")
        st.table({kit.plain(key): kit.plain(value) for key, value in whole.facts.items()}, border="horizontal")
        st.caption("Link to this reply")
        st.code(f"{st.context.url}?{urlencode({'record': record.name, 'reply': name})}", language=None, wrap_lines=True)


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
