"""A finding on a page: its figure, what it rests on, its table one click away, and all of it to take along."""

from collections.abc import Callable

import streamlit as st

from pages.kit.choosing import whole
from pages.kit.failing import telling
from pages.kit.text import plain
from traitscope import figures
from traitscope.exhibit import Exhibit

BESIDE = 460  # pixels of a figure beside another: two fit a laptop, and none is cut off on half a screen
MOST_ROWS = 60  # of a table that is copied as one; longer ones scroll
TYPES = {
    "csv": "text/csv",
    "png": "image/png",
    "svg": "image/svg+xml",
    "doc": "application/msword",
}


def exhibit(shown: Exhibit) -> None:
    """One exhibit: figure, caption, table and downloads; where there is nothing, why."""
    _front(shown)
    _behind(shown)


def exhibits(shown: list[Exhibit]) -> None:
    """Several, one below the other."""
    for each in shown:
        exhibit(each)


def side_by_side(*shown: Exhibit) -> None:
    """Exhibits beside each other, or below each other on a narrow page; their tables below them at full width."""
    with st.container(horizontal=True):
        for each in shown:
            with st.container(width=BESIDE):
                _front(each, caption=False)
    # the longest says it all: they were asked alike
    st.caption(plain(max((each.caption for each in shown if not each.missing), key=len, default="")))
    for each in shown:
        _behind(each)


def _front(shown: Exhibit, caption: bool = True) -> None:
    """What is seen at once: the figure, or the table where there is none, or why there is neither."""
    if shown.missing:
        _title(shown)
        st.info(plain(shown.missing))
        return
    if shown.figure is None:
        _title(shown)
        _table(shown)
        st.caption(plain(f"{shown.caption} {shown.note}".strip()))
        _downloads(shown)
        return
    _title(shown)
    # the button on the figure itself gives an SVG drawn by this browser, where the server has none to draw with
    config = {"displaylogo": False, "toImageButtonOptions": {"format": "svg", "filename": shown.name}}
    figure = figures.on_page(shown.figure, st.context.theme.type or "light")
    st.plotly_chart(figure, key=f"figure_{shown.name}", alt=shown.question, config=config)
    if caption:
        st.caption(plain(shown.caption))


def _title(shown: Exhibit) -> None:
    st.markdown(f"##### {plain(shown.question)}")


def _behind(shown: Exhibit) -> None:
    """What is one click away: the table behind a figure, and its downloads."""
    if shown.missing or shown.figure is None:
        return
    st.fragment(telling(_opened))(shown, whole())


def _opened(shown: Exhibit, at_once: bool) -> None:
    """It is drawn when it is opened, for which the page need not run: most are never looked at, and each table takes
    the browser longer than its figure."""
    key = f"behind_{shown.name}"
    with st.expander(f"Table and downloads: {plain(shown.question)}", key=key, on_change="rerun") as behind:
        if behind.open or at_once:
            _table(shown)
            if shown.note:
                st.caption(plain(shown.note))
            _downloads(shown)


def _table(shown: Exhibit) -> None:
    printed = shown.printed().rename(
        columns=lambda word: word.replace("95 % CI", "95\u00a0%\u00a0CI")
    )  # kept in one line
    if len(printed) <= MOST_ROWS:
        st.table(printed.map(plain).rename(columns=plain), border="horizontal", hide_index=True)
    else:
        st.dataframe(printed, hide_index=True, key=f"table_{shown.name}")
    told = [f"{each.word}: {each.told}" for each in shown.columns if each.told and each.word in printed]
    if told:
        st.caption(plain("; ".join(told) + "."))


def _downloads(shown: Exhibit) -> None:
    with st.container(horizontal=True):
        # the numbers are at hand at once; the rest is made when it is asked for
        _download(shown, "csv", shown.csv())
        if shown.figure is not None:
            _download(shown, "png", lambda: shown.picture("png"))
            _download(shown, "svg", lambda: shown.picture("svg"))
        _download(shown, "doc", shown.word, "Word")
        with st.popover("Markdown", key=f"markdown_{shown.name}"):
            st.code(shown.markdown(), language="markdown", wrap_lines=True)


def _download(shown: Exhibit, form: str, data: str | Callable[[], str | bytes], word: str = "") -> None:
    st.download_button(
        word or form.upper(), data, f"{shown.name}.{form}", TYPES[form], key=f"{form}_{shown.name}",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
