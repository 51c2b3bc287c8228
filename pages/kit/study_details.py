"""What a study says beside whom and what it asks: parameters and price of a model, analysis, limits."""

from typing import Any

import msgspec
import streamlit as st

from pages.kit.text import plain
from traitscope.design import design_details
from traitscope.statistics import STATISTICS
from traitscope.study_file import Model, StudyFile

KEEP: dict[str, Any] = {"persist_state": "session"}
MISSING = ["pairwise", "listwise"]
LIMITS = {
    "concurrency": ("Calls at once", "In flight; fewer while the provider says it is busy."),
    "requests_per_minute": ("Calls a minute", "At most; empty where the provider says none."),
    "tokens_per_minute": ("Tokens a minute", "In and out together, at most."),
    "timeout": ("Time-out, s", "Seconds for one call."),
    "retries": ("Retries", "Of a call that failed in passing."),
    "busy_retries": ("Retries when busy", "Of a call that was told to come back later."),
    "patience": ("Patience, s", "Seconds without a single good reply, told busy all the time, before a run stops."),
}  # fmt: skip
OFTEN_NONE = ("requests_per_minute", "tokens_per_minute")


def model_details(model: Model, key: str) -> Model:
    """The model with its parameters and its price, as they are set in a part that is closed at first."""
    known = design_details.fields(model.name)
    with st.expander(f"Parameters{'' if known else ' and price'} of {plain(model.name)}"):
        parameters = _fields(model, known, key) if known else _typed(model, key)
        if known and model.price is None:
            return msgspec.structs.replace(model, parameters=parameters)
        cells = st.columns(2)
        sides = [
            cell.number_input(
                f"US$ per million tokens {side}", 0.0, None, getattr(model.price, name) if model.price else None, 0.1,
                key=f"{key}_price_{name}_{model.name}", placeholder="nothing" if model.name.startswith("local:") else "as listed",
                help="Empty: as litellm lists it, and nothing for what runs here. Your own word goes before.", **KEEP,
            )
            for cell, side, name in zip(cells, ("in", "out"), ("input", "output"), strict=True)
        ]  # fmt: skip
    price = design_details.price(*sides, model.name)
    return msgspec.structs.replace(model, parameters=parameters, price=price)


def _fields(model: Model, known: dict[str, design_details.Field], key: str) -> dict[str, Any]:
    cells, chosen = st.columns(4), {}
    for at, (name, each) in enumerate(known.items()):
        value = type(each.usual)(model.parameters.get(name, each.usual))
        chosen[name] = cells[at % 4].number_input(
            each.label, each.least, each.most, value, 1 if isinstance(each.usual, int) else 0.1, help=each.told,
            key=f"{key}_{name}_{model.name}", **KEEP,
        )  # fmt: skip
    return design_details.parameters(chosen, known)


def _typed(model: Model, key: str) -> dict[str, Any]:
    told = st.text_area(
        "Parameters, one a line", design_details.typed(model.parameters), height=68, key=f"{key}_parameters_{model.name}",
        placeholder="thinking_tokens = 512", help="As they stand in a study file. Keys do not belong here.", **KEEP,
    )  # fmt: skip
    return design_details.read(told, model.name)


def study_details(file: StudyFile, key: str) -> StudyFile:
    """The study with its note, what is to be computed, and how hard a provider may be pressed."""
    with st.expander("Note, analysis and limits"):
        note = st.text_area("Note", file.note, height=68, key=f"{key}_note", help="What the study is about, in your words.", **KEEP)  # fmt: skip
        st.markdown("**Analysis**, said before data are seen")
        before, cells = file.analysis, st.columns(3)
        statistics = st.multiselect("Statistics", list(STATISTICS), before.statistics, placeholder="all that apply", format_func=lambda each: STATISTICS[each].title, key=f"{key}_statistics", **KEEP)  # fmt: skip
        margin = cells[0].number_input("Margin, POMP points", 0.0, 100.0, before.margin, 1.0, key=f"{key}_margin", help="Within it saying and doing agree.", **KEEP)  # fmt: skip
        tau = cells[1].number_input("Tau, answer categories", 0.0, None, before.tau, 0.5, key=f"{key}_tau", help="Within it a pair of answers is consistent.", **KEEP)  # fmt: skip
        missing = cells[2].segmented_control("Missing answers", MISSING, default=before.missing, required=True, key=f"{key}_missing", **KEEP)  # fmt: skip
        hypotheses = st.text_area("Hypotheses and exclusions", before.note, height=68, key=f"{key}_hypotheses", **KEEP)
        st.markdown("**Limits** of what is asked at once; they change no answer")
        cells, limits = st.columns(4), {}
        for at, (name, (label, told)) in enumerate(LIMITS.items()):
            value = getattr(file.limits, name)
            real = isinstance(value, float) or name in OFTEN_NONE
            least = 0 if name.endswith("retries") else 1
            limits[name] = cells[at % 4].number_input(
                label, float(least) if real else least, None, value, 1.0 if real else 1, key=f"{key}_{name}",
                placeholder="none", help=told, format="%g" if real else "%d", **KEEP,
            )  # fmt: skip
    analysis = msgspec.structs.replace(
        before, statistics=statistics, margin=margin, tau=tau, missing=missing, note=hypotheses
    )
    return msgspec.structs.replace(
        file, note=note, analysis=analysis, limits=msgspec.structs.replace(file.limits, **limits)
    )
