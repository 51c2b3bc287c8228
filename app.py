"""The frame: the record that is looked at and the list of pages; run with `streamlit run app.py`."""

from functools import partial

import streamlit as st
from starlette.middleware import Middleware
from streamlit.starlette import App

from pages import (
    compare,
    consistency,
    design,
    divergence,
    guess_who,
    inventories,
    kit,
    recipes,
    reliability,
    replies,
    studies,
    trait_profiles,
    try_it_yourself,
    what_breaks_a_test,
)
from pages.kit import joining, login
from pages.kit.failing import telling
from pages.kit.front import KnowsItsServer, reading_ahead
from traitscope import overview
from traitscope.record import Record, records
from traitscope.teaching import classroom
from traitscope.text import shortened

LONGEST = 100  # letters of a name that an address has

PAGES = {
    "Study": [(studies, "Studies"), (design, "Design"), (recipes, "Recipes"), (inventories, "Inventories")],
    "Results": [
        (trait_profiles, "Trait profiles"),
        (reliability, "Reliability"),
        (consistency, "Consistency"),
        (divergence, "Divergence"),
        (compare, "Compare"),
        (replies, "Replies"),
    ],
    "Classroom": [
        (try_it_yourself, "Try it yourself"),
        (guess_who, "Guess who"),
        (what_breaks_a_test, "What breaks a test?"),
    ],
}


def main() -> None:
    """Draw the frame and the page that the address names."""
    st.set_page_config(page_title="Traitscope", layout="wide")
    if classroom.in_class():
        _class()
        return
    if not login.admitted():
        _closed()
        return
    record = _choose_record()
    pages = {
        group: [
            st.Page(partial(telling(page.render), record), title=title, url_path=page.__name__.rpartition(".")[2])
            for page, title in some
        ]
        for group, some in PAGES.items()
    }
    # the default page lives at / alone: a second, unlisted name for it keeps /studies a link that works
    start = st.Page(
        partial(telling(studies.render), record), title="Studies", url_path="start", default=True, visibility="hidden"
    )
    st.navigation({"": [start], **pages}, expanded=True).run()  # or the last of so many pages are hidden
    kit.address()


def _closed() -> None:
    """The frame before the password of a dashboard that is shared: every address leads to it."""
    names = [page.__name__.rpartition(".")[2] for some in PAGES.values() for page, _ in some]
    start = st.Page(login.enter, title="Traitscope", url_path="start", default=True)
    others = [st.Page(partial(login.enter), title="Traitscope", url_path=name) for name in names]
    st.navigation([start, *others], position="hidden").run()


def _class() -> None:
    """The frame of a class: the classroom pages alone, and nothing of them before the join code."""
    record, admitted = classroom.record(), joining.admitted()
    some = [(guess_who, "Guess who", "start", True)]
    some += [(page, title, page.__name__.rpartition(".")[2], False) for page, title in PAGES["Classroom"]]
    pages = [
        st.Page(
            partial(telling(page.render), record) if admitted else joining.enter,
            title=title if admitted else "Traitscope", url_path=path, default=start,
            visibility="hidden" if start or not admitted else "visible",
        )
        for page, title, path, start in some
    ]  # fmt: skip
    st.navigation(pages, position="sidebar" if admitted else "hidden").run()
    kit.address()


def _choose_record() -> Record | None:
    found = {record.name: record for record in records(kit.runs())}
    for told in overview.unreadable(kit.runs(), found):
        st.warning(kit.plain(told))
    with st.sidebar:
        if not found:
            st.caption("No record yet.")
            return None
        asked = kit.asked("record")
        record = found[kit.choose("Record", list(found), key="record")]
        st.caption(kit.plain(record.manifest.title))
    if asked and asked not in found:
        st.error(f"There is no record {kit.plain(shortened(asked, LONGEST))} here; this is {kit.plain(record.name)}.")
    return record


# what `streamlit run` serves; it runs this file anew for every visit, as __main__
app = App(__file__, middleware=[Middleware(KnowsItsServer)], lifespan=reading_ahead)

if __name__ == "__main__":
    main()
