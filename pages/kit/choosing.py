"""Choosers whose choice lives in the address, so that a link shows the same."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from traitscope import places
from traitscope.record import Record

WAYS = {"inventory": "Inventory", "model": "Model", "ask": "How it was asked"}
CELL, WIDE = 212, 302  # pixels of a chooser, and of one with longer names
WHOLE = "whole"  # in the address: all that a page has, at once
LETTERS = 25  # that a chooser has room for


def cell(options: Sequence[str] = ()) -> DeltaGenerator:
    """A place for one chooser in a horizontal container, which has as many in a line as there is room for."""
    return st.container(width=WIDE if any(len(each) > LETTERS for each in options) else CELL)


def choose(
    label: str, options: Sequence[str], key: str, help: str | None = None, words: Callable[[str], str] = str
) -> str:
    """One of `options`, shown in `words`; it stands in the address under `key`."""
    asked = _asked(key)
    st.session_state[key] = asked[0] if asked and asked[0] in options else options[0]
    st.selectbox(label, options, key=key, help=help, format_func=words, persist_state="session")
    return _chosen(key, [st.session_state[key]])[0]


def one_of(cells: DeltaGenerator, label: str, options: Sequence[str], key: str) -> str:
    """One of `options`, chosen in a cell of a horizontal container; where there is no choice, none is shown."""
    if len(options) < 2:
        return options[0]
    with cells, cell(options):
        return choose(label, options, key=key)


def place(record: Record, names: Sequence[str] = tuple(WAYS)) -> dict[str, str]:
    """Inventory, model and way of asking, or some of these, beside each other; each narrows the next."""
    chosen: dict[str, str] = {}
    with st.container(horizontal=True):
        for name in names:
            options = places.options(record, name, **chosen)
            words = places.ask_words if name == "ask" else str
            with cell([words(each) for each in options]):
                chosen[name] = choose(WAYS[name], options, key=name, words=words)
    return chosen


def choose_several(
    label: str, options: Sequence[str], first: Sequence[str], key: str, most: int | None = None
) -> list[str]:
    """Some of `options`, at most `most`, `first` to begin with; they stand in the address under `key`."""
    asked = _asked(key)
    known = asked is not None and all(each in options for each in asked) and len(asked) <= (most or len(asked))
    st.session_state[key] = asked if known else list(first)
    st.multiselect(label, options, key=key, max_selections=most, persist_state="session")
    return _chosen(key, st.session_state[key])


def search(label: str, key: str, placeholder: str | None = None, help: str | None = None) -> str:
    """What is typed; it stands in the address under `key` unless it is empty."""
    asked = _asked(key)
    st.session_state[key] = asked[0] if asked else ""
    st.text_input(label, key=key, placeholder=placeholder, help=help, persist_state="session")
    text: str = st.session_state[key]
    _chosen(key, [text] if text else [])
    return text


def amount(
    label: str, least: float, most: float, first: float, step: float, key: str, help: str | None = None
) -> float:
    """A number on a slider, or typed where a slider would be too fine; it stands in the address under `key`."""
    asked = _asked(key)
    st.session_state[key] = _within(asked[0] if asked else None, least, most, first)
    draw = st.slider if most - least <= 200 * step else st.number_input
    whole = isinstance(first, int)
    draw(label, least, most, step=step, key=key, help=help, format="%d" if whole else "%g", persist_state="session")
    return float(_chosen(key, [f"{st.session_state[key]:g}"])[0])


def tabs(parts: Mapping[str, Callable[[], object]], key: str = "tab") -> None:
    """Parts of a page beside each other, by name; the open one is drawn and stands in the address under `key`.

    The rest is drawn when it is opened: six figures and their tables at once would make every change of a page wait.
    """
    last = _asked(key)
    st.session_state[key] = last[0] if last and last[0] in parts else next(iter(parts))
    found = st.tabs(list(parts), key=key, on_change="rerun")
    chosen = _chosen(key, [st.session_state[key]])
    for tab, (name, draw) in zip(found, parts.items(), strict=True):
        if name in chosen or whole():
            with tab:
                draw()


def whole() -> bool:
    """Whether the address asks for every part and every table, opened or not: `whole=1`."""
    if asked(WHOLE):
        keep(WHOLE, asked(WHOLE))
    return bool(asked(WHOLE))


def asked(key: str) -> str:
    """What the address says under `key`, where a page has no chooser for it; "" if nothing."""
    return str(st.query_params.get(key, ""))


def keep(key: str, value: str) -> None:
    """Let `value` stand in the address under `key`, where a page has no chooser for it."""
    _chosen(key, [value])


def _within(text: str | None, least: float, most: float, first: float) -> float:
    """The number that `text` says, if it says one between the ends; else the first."""
    try:
        value = type(first)(text or "")
    except ValueError:
        return first
    return value if least <= value <= most else first


def _asked(key: str) -> list[str] | None:
    """What the address asks for where somebody changed it, else what was chosen last; None if nothing was."""
    told = st.query_params.get_all(key)
    if told and told != st.session_state.get("address", {}).get(key):
        return told
    last = st.session_state.get(key)
    if last is None or isinstance(last, list):
        return last
    return [str(last)]


def _chosen(key: str, values: list[str]) -> list[str]:
    st.session_state.setdefault("chosen", {})[key] = values
    return values


def address() -> None:
    """Write all that was chosen into the address, in one step."""
    chosen = {key: values for key, values in st.session_state.pop("chosen", {}).items() if values}
    if chosen != {key: st.query_params.get_all(key) for key in st.query_params}:
        st.query_params.from_dict(chosen)
    st.session_state["address"] = chosen
