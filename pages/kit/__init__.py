"""What pages share: cached reads, choosers that live in the address, empty states, tables with their download."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from traitscope import overview, profiles
from traitscope.record import RUNS, Record

# column of a table -> what it is called, how a number is rounded, what it means
COLUMNS = {
    "group": ("persona", None, "a persona, or all of a set that were assigned a level of the scale"),
    "name": ("scale", None, None),
    "persona_set": ("persona set", None, None),
    "score": ("score", "%.3g", "mean in the inventory's own metric, or nats per token"),
    "pomp": ("POMP", "%.3g", "percent of the maximum possible score"),
    "low": ("95 % from", "%.3g", "lower end of the 95 % interval"),
    "high": ("to", "%.3g", "upper end of the 95 % interval"),
    "n_persons": ("persons", "%d", "personas of the model; a repeat or another form is never another person"),
    "n_sittings": ("sittings", "%d", "times an inventory was filled in, over all forms"),
    "n_items": ("items", "%d", None),
    "answers": ("answers", None, "usable answers of those asked for"),
    "reliability": ("alpha of the set", None, "Cronbach's alpha over the personas of the set, each form for itself"),
    "t": ("T", "%.0f", "mean 50 and SD 10 in the norm group"),
    "percentile": ("percentile", "%.0f", "of the norm group, if scores there are normal"),
    "norm_n": ("norm n", "%d", "people in the norm group"),
    "alpha": ("alpha", "%.2f", "Cronbach's alpha over the personas of the set"),
    "d": ("d", "%.2f", "difference between the poles in standard deviations within a pole; not a d between humans"),
    "d_low": ("95 % from", "%.2f", "lower end of the 95 % interval"),
    "d_high": ("to", "%.2f", "upper end of the 95 % interval"),
    "null95": ("permuted", "%.2f", "95 % of permuted persona labels give a smaller d"),
    "spearman": ("Spearman", "%.2f", "rank correlation with the assigned level"),
    "off_scale": ("off the scale", None, "an answer that was not among the options"),
    "near_ties": ("near ties", None, "the two most probable labels were as good as equally probable"),
    "label_mass": ("label mass", "%.2f", "mean probability that any label was said"),
    "low_mass": ("low mass", "%.2f", "share of trials under .1, where an answer rests on very little"),
}


def runs() -> Path:
    """The folder of records: TRAITSCOPE_RUNS, or runs/ beside where the app was started."""
    return Path(os.environ.get("TRAITSCOPE_RUNS") or RUNS)


def cached(function: Callable[[Record], Any], record: Record) -> Any:
    """What `function` says of `record`, worked out once for each state of the record."""
    return _cached(
        f"{function.__module__}.{function.__qualname__}", str(record.folder), record.stamp(), function, record
    )


@st.cache_data(show_spinner="Reading the record ...", max_entries=64)
def _cached(name: str, folder: str, stamp: tuple[int, ...], _function: Callable[[Record], Any], _record: Record) -> Any:
    return _function(_record)


def choose(label: str, options: Sequence[str], key: str) -> str:
    """One of `options`; it stands in the address under `key`, so that a link shows the same."""
    asked = _asked(key)
    st.session_state[key] = asked[0] if asked and asked[0] in options else options[0]
    st.selectbox(label, options, key=key, persist_state="session")
    return _chosen(key, [st.session_state[key]])[0]


def choose_several(label: str, options: Sequence[str], first: Sequence[str], key: str) -> list[str]:
    """Some of `options`, `first` to begin with; they stand in the address under `key`."""
    asked = _asked(key)
    known = asked is not None and all(each in options for each in asked) and len(asked) <= profiles.MOST_GROUPS
    st.session_state[key] = asked if known else list(first)
    st.multiselect(label, options, key=key, max_selections=profiles.MOST_GROUPS, persist_state="session")
    return _chosen(key, st.session_state[key])


def _asked(key: str) -> list[str] | None:
    """What the address asks for where somebody changed it, else what was chosen last; None if nothing was."""
    told = st.query_params.get_all(key)
    if told and told != st.session_state.get("address", {}).get(key):
        return told
    last = st.session_state.get(key)
    return [last] if isinstance(last, str) else last


def _chosen(key: str, values: list[str]) -> list[str]:
    st.session_state.setdefault("chosen", {})[key] = values
    return values


def address() -> None:
    """Write all that was chosen into the address, in one step: each write is a step of the browser's Back."""
    chosen = st.session_state.pop("chosen", {})
    if chosen != {key: st.query_params.get_all(key) for key in st.query_params}:
        st.query_params.from_dict(chosen)
    st.session_state["address"] = chosen


def plain(text: str) -> str:
    """Text from a record or a study file, so that Markdown leaves it as it is."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=])", r"\\\1", text)


def nothing_yet(record: Record | None) -> None:
    """What to do when there is nothing to show."""
    if record is None:
        st.info(f"There is no record in {plain(str(runs()))} yet. Make one, then reload this page:")
        st.code(
            "make demo                 # the embedded model, about 3 minutes\ntraitscope run STUDY      # a study file of yours",
            language=None,
        )
        return
    st.info(f"The record {plain(record.name)} has no answers yet. Ask what is missing, then reload this page:")
    st.code(cached(overview.study, record)["resume"], language=None, wrap_lines=True)


def unfinished(record: Record) -> None:
    """Say that a record is half done, and how to go on; nothing when it is complete."""
    row = cached(overview.study, record)
    if row["state"] != "complete" and row["trials"]:
        st.warning(
            f"Half-run record: {row['done']:,} of {row['trials']:,} trials are done, and what is shown rests on those. To go on:"
        )
        st.code(row["resume"], language=None, wrap_lines=True)


def table(rows: Any, name: str, shown: Sequence[str]) -> None:
    """The columns `shown`, rounded for reading, without those that are empty; and the whole table as CSV."""
    columns = {}
    for each in shown:
        word, form, told = COLUMNS.get(each, (each, None, None))
        number = st.column_config.NumberColumn(word, format=form, help=told)
        columns[each] = number if form else st.column_config.Column(word, help=told)
    filled = rows[list(shown)].dropna(axis="columns", how="all")
    st.dataframe(filled, hide_index=True, column_config=columns, placeholder="", key=f"table_{name}")
    downloads(rows, name)


def downloads(rows: Any, name: str) -> None:
    """The table as a CSV file."""
    icon = ":material/download:"
    st.download_button(
        f"{name}.csv",
        rows.to_csv(index=False),
        f"{name}.csv",
        "text/csv",
        key=f"csv_{name}",
        icon=icon,
        on_click="ignore",
    )
