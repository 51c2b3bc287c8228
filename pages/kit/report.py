"""The report of a record, to take along: one HTML file, and a PDF where there is a browser to print it."""

import streamlit as st

from pages.kit.states import cached
from pages.kit.text import plain
from traitscope import report
from traitscope.figures.images import browser
from traitscope.overview import has_answers
from traitscope.record import Record
from traitscope.store import StoreError

TOLD = "Question, design, methods, results, limitations, terms and references, in one file that needs no network. It takes some seconds to write."


def report_of(record: Record) -> None:
    """The buttons; each writes its file when it is pressed. There is nothing to report before anything was answered."""
    try:
        if not cached(has_answers, record):
            return
    except StoreError:  # the page has said so above
        return
    name = f"{record.name}_report"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Report of {plain(record.name)}**", help=TOLD, width="content")
        st.download_button(
            "HTML", lambda: report.html(record), f"{name}.html", "text/html", key="report_html",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        if browser() is None:
            st.caption("A PDF needs Chromium or Chrome on this machine; or print the HTML from your own browser.")
            return
        st.download_button(
            "PDF", lambda: report.pdf(record), f"{name}.pdf", "application/pdf", key="report_pdf",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
