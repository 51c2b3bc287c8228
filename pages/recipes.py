"""Recipes: published protocols, each of them run on a model of one's own, beside what its paper found."""

from functools import partial

import streamlit as st

from pages import kit
from pages.kit import recipe_about, recipe_form, recipe_results
from traitscope import recipe_file
from traitscope.record import Record

ALL = "all"


def render(record: Record | None) -> None:
    """The list of recipes, or one: what it asks, its start, and what came of it."""
    kit.head(
        "Recipes",
        "Published protocols: what each asks, what it finds of a model of yours, and what differs from the paper.",
    )
    recipes = {name: recipe_file.load(name) for name in recipe_file.names()}
    words = {ALL: f"all {len(recipes)} recipes", **{name: each.title for name, each in recipes.items()}}
    name = kit.choose("Recipe", [ALL, *recipes], key="recipe", words=lambda each: words[each])
    if name == ALL:
        recipe_about.listed(recipes, "recipe")
        return
    recipe = recipes[name]
    st.subheader(kit.plain(recipe.question))
    st.caption(kit.plain(f"{name}. {recipe.source}"))
    parts = {
        "What it asks": partial(recipe_about.about, recipe),
        "Run it": partial(recipe_form.form, name, recipe),
        "Results": partial(recipe_results.results, name, recipe),
    }
    kit.tabs(parts, key="part")


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
