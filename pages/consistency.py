"""Consistency: do the answers stay the same when only the printing changes?"""

import streamlit as st

from pages import kit
from traitscope.record import Record
from traitscope.results import (
    choices_shown,
    consistency_shown,
    draws_shown,
    form_effects_shown,
    forms_asked,
    items_by_form,
    outcomes_by,
    places_chosen,
    styles_shown,
)


def render(record: Record | None) -> None:
    """What the form changes, how options and the scale are used, and what became of the trials."""
    kit.head("Consistency", "Do the answers stay the same when only the printing changes?")
    if not kit.scored(record):
        return
    chosen = kit.place(record)
    place = (chosen["inventory"], chosen["model"], chosen["ask"])
    st.info(kit.plain(kit.cached(consistency_shown.finding, record, *place)))
    found = forms_asked.asked(record, *place)
    kit.tabs(
        {
            "Forms": lambda: _forms(record, place, found),
            "Item by item": lambda: _items(record, place, found),
            "Places of options": lambda: _options(record, place, found),
            "Styles of answering": lambda: _styles(record, place, found),
            "The same prompt again": lambda: kit.exhibit(kit.cached(draws_shown.draws, record, *place)),
            "Outcomes": lambda: _outcomes(record, place),
        }
    )


def _outcomes(record: Record, place: tuple[str, str, str]) -> None:
    by = kit.choose("By", list(outcomes_by.WAYS), key="by")
    kit.exhibit(kit.cached(outcomes_by.outcomes, record, *place, by))


def _forms(record: Record, place: tuple[str, str, str], found: forms_asked.FormsAsked) -> None:
    if not found.varied:
        st.info(kit.plain(forms_asked.ONE_FORM))
        return
    if found.elicitation == "choice":
        kit.exhibit(kit.cached(choices_shown.sensitivities, record, *place))
    kit.exhibits(
        [kit.cached(form_effects_shown.shifts, record, *place), kit.cached(form_effects_shown.parallel, record, *place)]
    )


def _items(record: Record, place: tuple[str, str, str], found: forms_asked.FormsAsked) -> None:
    if not found.varied:
        st.info(kit.plain(forms_asked.ONE_FORM))
        return
    shows = kit.choose("Cells show", list(items_by_form.SHOWS), key="cells")
    kit.exhibit(kit.cached(items_by_form.heatmap, record, *place, shows))


def _options(record: Record, place: tuple[str, str, str], found: forms_asked.FormsAsked) -> None:
    if not found.has_options:
        st.info(kit.plain(forms_asked.WITHOUT_OPTIONS))
        return
    kit.exhibits([kit.cached(places_chosen.shares, record, *place), kit.cached(places_chosen.again, record, *place)])


def _styles(record: Record, place: tuple[str, str, str], found: forms_asked.FormsAsked) -> None:
    if found.elicitation != "rating":
        st.info("Styles of answering are told from ratings: only these have a scale of agreement.")
        return
    of = (styles_shown.acquiescence, styles_shown.use_of_scale)
    kit.exhibits([kit.cached(each, record, *place) for each in of])


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
