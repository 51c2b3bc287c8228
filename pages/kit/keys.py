"""Keys of providers that are pasted into a page: they stay in this browser's session and in the process that asks."""

from collections.abc import Iterable

import streamlit as st


def pasted(variables: Iterable[str], name: str) -> dict[str, str]:
    """A field for each variable that is not set; `name` tells the fields of one place from those of another."""
    return {
        variable: st.text_input(
            variable, type="password", key=f"key_{variable}_{name}", autocomplete="off",
            help="Kept in memory for this session only: not stored, not logged. A server of your own may need none.",
        )
        for variable in variables
    }  # fmt: skip
