"""A recipe in words: the list of all, and of one what it asks, what is made of it, what is verified and what differs."""

import streamlit as st

from pages.kit.exhibits import exhibit
from pages.kit.text import plain
from traitscope import recipes_shown
from traitscope.recipe_file import Recipe


def listed(recipes: dict[str, Recipe], key: str) -> None:
    """All recipes with question and source; who opens one chooses it under `key`."""
    for name, recipe in recipes.items():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(gap="xxsmall"):
                st.markdown(f"**{plain(recipe.title)}**")
                st.markdown(plain(recipe.question))
                st.caption(plain(f"{name}. {recipe.source}"))
            st.button("Open", key=f"choose_{name}", on_click=_choose, args=(key, name))


def _choose(key: str, name: str) -> None:
    st.session_state[key] = name


def about(recipe: Recipe) -> None:
    """What a reader of its results must know."""
    st.markdown(f"**Verified.** {plain(recipe.verified)}")
    _points("What differs from the paper", recipe.differs)
    _points("Not in this recipe", recipe.lacks)
    _points("What is made of the answers", recipes_shown.made(recipe))
    if recipe.takes:
        st.markdown(f"**It takes a file of yours:** {plain(recipe.takes)}")
    exhibit(recipes_shown.asked(recipe))
    for each in recipes_shown.published(recipe):
        exhibit(each)
    for name, text in recipes_shown.studies(recipe).items():
        with st.expander(f"Study file. {plain(name)}"):
            st.code(text, language="toml", wrap_lines=True)


def _points(title: str, texts: list[str]) -> None:
    if texts:
        st.markdown("\n".join([f"**{title}**", "", *(f"- {plain(each)}" for each in texts)]))
