"""What came of a recipe: its runs to choose from, and all that one found, beside what was published."""

import streamlit as st

from pages.kit.choosing import choose
from pages.kit.exhibits import exhibit
from pages.kit.keys import pasted
from pages.kit.recipe_form import progress, start
from pages.kit.states import cached, runs
from pages.kit.text import plain
from traitscope import overview, recipe_progress, recipe_start, recipes_shown
from traitscope.design import design_start
from traitscope.recipe_file import Recipe
from traitscope.record import Record


def results(name: str, recipe: Recipe) -> None:
    """One run of the recipe: how far it is where it is not complete, and all its exhibits."""
    found = {each.name: each for each in recipe_progress.runs_of(runs(), name)}
    if not found:
        st.info("This recipe was not run yet: “Run it” does that, here or in a terminal.")
        return
    told = {each: recipe_progress.run_in(folder).told for each, folder in found.items()}
    folder = found[choose("Run", list(found), key="run", words=lambda each: told[each])]
    run = recipe_progress.run_in(folder)
    if run.moving:
        progress(folder, "results")
        st.info("The results come here as soon as all is asked.")
        return
    if run.state != recipe_progress.COMPLETE:
        _go_on(run, recipe)
    if not run.parts[0].done or not cached(overview.has_answers, Record(folder)):
        return
    _found(Record(folder), name, recipe, run.state == recipe_progress.COMPLETE)


def _go_on(run: recipe_progress.Run, recipe: Recipe) -> None:
    """A run that is not complete: how far each study is, what stopped it, and how to go on."""
    progress(run.folder, "results")
    with st.expander("Go on from here", key=f"rest_{run.folder.name}", on_change="rerun") as rest:
        if rest.open:
            key = f"rest_{run.folder.name}"
            keys = pasted(design_start.keys(recipe_start.models(run.ran)), key)
            start(recipe, run.ran, recipe_start.given_to(run.folder), run.folder, keys, key)


def _found(record: Record, name: str, recipe: Recipe, complete: bool) -> None:
    if not complete:
        st.warning("Not all was asked: what is shown rests on what there is.")
    with st.spinner("Working out the results ..."):
        shown = recipes_shown.results(record, name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "All as one HTML file", lambda: recipes_shown.page(record, name), f"{record.name}.html", "text/html",
            key="recipe_html", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.caption(plain(f"The record is {record.name}: Trait profiles, Replies and the others show it, too."))
    for each in recipes_shown.published(recipe, "published_beside"):
        exhibit(each)
    if not shown:
        st.info("These answers are too few for any of its tables yet.")
    for each in shown:
        exhibit(each)
