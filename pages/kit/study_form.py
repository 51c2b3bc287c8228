"""The form of a study: models, personas, inventories and ways of asking; it gives back the study file that it says."""

from pathlib import Path
from typing import Any

import msgspec
import streamlit as st

from pages.kit.keys import pasted
from pages.kit.states import runs
from pages.kit.study_details import model_details, study_details
from pages.kit.text import plain
from traitscope import own_inventories
from traitscope.design import design_probe, design_start, designing
from traitscope.form_words import WORDS
from traitscope.study_file import Ask, Model, People, StudyFile

KEEP: dict[str, Any] = {"persist_state": "session"}
MOST_OWN, MOST_ASKS = 40, 20
FACTOR, WIDE = 252, 302  # pixels of what is chosen of one factor, and of a number with a long name


def form(base: StudyFile, home: Path, key: str) -> tuple[StudyFile, dict[str, str]]:
    """The study as `base` with what is chosen, and the keys that were pasted; widgets are named by `key`."""
    left, right = st.columns([4, 1])
    title = left.text_input("Title", base.title, key=f"{key}_title", **KEEP)
    seed = right.number_input("Seed", 0, 2**31, base.seed, key=f"{key}_seed", help="Draws orders and fractions.", **KEEP)  # fmt: skip
    file = msgspec.structs.replace(base, title=title, seed=seed)
    with st.container(border=True):
        st.subheader("Whom to ask")
        file, keys = _models(file, key)
    with st.container(border=True):
        st.subheader("Who they are to be")
        file = _personas(file, home, key)
    with st.container(border=True):
        st.subheader("What is asked")
        file = _inventories(file, key)
        terms = st.container()  # filled below: a language that is chosen may have terms of its own
    with st.container(border=True):
        st.subheader("How it is asked")
        file = _asks(file, home, key)
    with terms:
        file = _accepted(file, home, key)
    return study_details(file, key), keys


def checks() -> dict[str, design_probe.Answer]:
    """What the models were found to be able to do in this session."""
    found: dict[str, design_probe.Answer] = st.session_state.setdefault("model_checks", {})
    return found


def _models(file: StudyFile, key: str) -> tuple[StudyFile, dict[str, str]]:
    known = {each.name: each for each in file.responders()}
    names = st.multiselect(
        "Models", [*known, *(each for each in designing.MODELS if each not in known)], list(known), key=f"{key}_models",
        accept_new_options=True, placeholder="Choose, or type a name",
        help="Choose, or type any name: local:FOLDER, server:http://127.0.0.1:8000/v1#model, openai/..., anthropic/..., ollama/...",
        **KEEP,
    )  # fmt: skip
    chosen = []
    for name in names:
        row = st.container(horizontal=True, vertical_alignment="bottom")  # which wraps where the page is narrow
        row.markdown(plain(name), width=260)
        own = known.get(name, Model(name))
        heat = row.number_input("Temperature", 0.0, 2.0, own.temperature, 0.1, key=f"{key}_heat_{name}", width=130, **KEEP)  # fmt: skip
        most = row.number_input("Longest reply", 1, None, own.max_tokens, key=f"{key}_most_{name}", help="In tokens.", width=150, **KEEP)  # fmt: skip
        row.button("Does it answer?", key=f"{key}_check_{name}", on_click=_to_check, args=(name,))
        checked(name)
        chosen.append(model_details(msgspec.structs.replace(own, temperature=float(heat), max_tokens=most), key))
    file = msgspec.structs.replace(file, models=designing.models(file, chosen))
    keys = pasted(design_start.keys(file.responders()), "design")
    if asked := st.session_state.pop("model_to_check", ""):
        for model in (each for each in file.responders() if each.name == asked):
            with st.spinner(f"Asking {plain(asked)} ..."):
                checks()[asked] = design_probe.ask(model, file.limits, keys)
            st.rerun()
    return file, keys


def _to_check(name: str) -> None:
    st.session_state["model_to_check"] = name


def checked(name: str) -> None:
    """What the check of a model found, if it was made in this session."""
    answer = checks().get(name)
    if answer is None:
        return
    told = plain(design_probe.told(name, answer))
    if answer.problem:
        st.error(told)
    else:
        st.success(told)
    if answer.reply:
        st.text(f"To “Which digit comes after 1?” it said: {answer.reply}")


def _personas(file: StudyFile, home: Path, key: str) -> StudyFile:
    before, own = designing.sets_of(file), designing.own_of(file)
    known = designing.persona_sets()
    names = st.multiselect(
        "Persona sets", [*known, *(each for each in before if each not in known)], list(before), key=f"{key}_sets",
        accept_new_options=True, help="Choose, or type the path of a persona file of yours.", **KEEP,
    )  # fmt: skip
    sets = []
    for name in names:
        each, about = before.get(name, People(set=name)), designing.persona_set(name)
        st.caption(plain(about["told"] or name))
        if about["fractions"]:
            parts = ["all", *about["fractions"]]
            at = parts.index(each.fraction) if each.fraction in parts else 0
            part = st.segmented_control(f"How many of {plain(name)}", parts, default=parts[at], required=True, key=f"{key}_part_{name}", **KEEP)  # fmt: skip
            each = msgspec.structs.replace(each, fraction=None if part == "all" else part)
        if about["drawn"]:
            count = st.number_input(f"How many of {plain(name)} (0: as the file says)", 0, None, each.n or 0, key=f"{key}_n_{name}", **KEEP)  # fmt: skip
            each = msgspec.structs.replace(each, n=count or None)
        sets.append(each)
    count = st.number_input("Personas of your own", 0, MOST_OWN, len(own), key=f"{key}_own", **KEEP)
    mine = []
    for number in range(count):
        each = own[number] if number < len(own) else People(id=f"persona_{number + 1}", text="You are ")
        cells = st.columns([1, 3, 2])
        name = cells[0].text_input("Name", each.id, key=f"{key}_own_{number}", **KEEP)
        text = cells[1].text_area("What it is told", each.text or "", height=68, key=f"{key}_told_{number}", **KEEP)
        levels = cells[2].text_input(
            "Assigned levels", designing.levels_told(each.assigned), key=f"{key}_levels_{number}",
            placeholder="extraversion = 1, neuroticism = -1", help="Traits with a level each, for assigned against measured.",
            **KEEP,
        )  # fmt: skip
        mine.append(msgspec.structs.replace(each, id=name, text=text, assigned=designing.levels_read(levels, name)))
    return msgspec.structs.replace(file, personas=designing.personas(file, sets, mine, home))


def _inventories(file: StudyFile, key: str) -> StudyFile:
    own = {str(path): own_inventories.called(name) for name, path in own_inventories.saved(runs()).items()}
    known = [*designing.bank(), *own]
    names = st.multiselect(
        "Inventories", [*known, *(each for each in file.inventories if each not in known)], file.inventories,
        key=f"{key}_inventories", accept_new_options=True, format_func=lambda each: own.get(each, each),
        help="Choose, or type the path of an inventory file of yours. Those that you add under Inventories stand last.",
        **KEEP,
    )  # fmt: skip
    return msgspec.structs.replace(file, inventories=list(names))


def _accepted(file: StudyFile, home: Path, key: str) -> StudyFile:
    """Terms that need a yes; what was accepted before stays, as far as it is still used."""
    found = designing.inventories(file, home)
    for each in found:
        st.caption(plain(designing.inventory_told(each)))
    yes = designing.still_used(file, found)
    for name, why in designing.to_accept(file, found).items():
        ticked = st.checkbox(plain(why), name in file.accept, key=f"{key}_accept_{name}", **KEEP)
        yes = [each for each in yes if each != name or ticked] + ([name] if ticked and name not in yes else [])
    return msgspec.structs.replace(file, accept=yes)


def _asks(file: StudyFile, home: Path, key: str) -> StudyFile:
    count = st.number_input("Ways of asking", 1, MOST_ASKS, max(1, len(file.asks)), key=f"{key}_asks", **KEEP)
    tabs = st.tabs([f"Way {number + 1}" for number in range(count)])
    asks = []
    for number, tab in enumerate(tabs):
        with tab:
            ask = file.asks[number] if number < len(file.asks) else Ask()
            asks.append(_ask(ask, file, home, f"{key}_ask_{number}"))
    left_out = st.multiselect("Leave out", range(count), format_func=lambda each: f"Way {each + 1}", key=f"{key}_left_out", **KEEP)  # fmt: skip
    return msgspec.structs.replace(file, asks=[each for at, each in enumerate(asks) if at not in left_out])


def _ask(ask: Ask, file: StudyFile, home: Path, key: str) -> Ask:
    row = st.container(horizontal=True, vertical_alignment="bottom")
    at = designing.ELICITATIONS.index(ask.elicitation)
    elicitation = row.segmented_control("Elicitation", designing.ELICITATIONS, default=ask.elicitation, required=True, key=f"{key}_elicitation", help=designing.ELICITATIONS_TOLD, **KEEP)  # fmt: skip
    draws = row.number_input("Draws", 1, None, ask.replicates, width=130, key=f"{key}_draws", help="How often each form is given to each persona; `replicates` in the study file.", **KEEP)  # fmt: skip
    replies = ["auto", "labels", "text"]
    reply = row.selectbox("Reply", replies, replies.index(ask.reply), width=150, key=f"{key}_reply", help="By the probabilities of the labels, as a text, or what the model can.", **KEEP)  # fmt: skip
    changed = elicitation != designing.ELICITATIONS[at]
    ask = msgspec.structs.replace(ask, elicitation=elicitation, replicates=draws, reply=reply)
    ask = designing.only_seen(ask) if changed else ask
    found = designing.inventories(file, home)
    cells = st.columns(2)
    ids = [each.id for each in found]
    some = cells[0].multiselect("Of the inventories", [*ids, *(each for each in ask.inventories or [] if each not in ids)], ask.inventories or [], placeholder="all", key=f"{key}_inventories", **KEEP)  # fmt: skip
    groups = designing.groups(file)
    people = cells[1].multiselect("To the personas", [*groups, *(each for each in ask.personas or [] if each not in groups)], ask.personas or [], placeholder="all", key=f"{key}_personas", **KEEP)  # fmt: skip
    ask = msgspec.structs.replace(ask, inventories=some or None, personas=people or None)
    for name, told in designing.as_in_file(ask).items():
        if not st.checkbox(plain(told), True, key=f"{key}_{name}", **KEEP):
            ask = msgspec.structs.replace(ask, **{name: designing.usual(name)})
    return _forms(ask, [each for each in found if not some or each.id in some], key)


def _forms(ask: Ask, asked: list[Any], key: str) -> Ask:
    """One chooser a form factor: nothing is the usual form, one level fixes it, several are compared."""
    st.markdown("**Forms.** Choose one level to fix a factor, several to vary it; what is left empty is as usual.")
    before, chosen = designing.levels(ask), {}
    offered = designing.choices(ask, asked)
    row = st.container(horizontal=True)
    for name, known in offered.items():
        chosen[name] = row.container(width=FACTOR).multiselect(
            WORDS[name].capitalize(), known, before[name], placeholder=f"{known[0]} (usual)",
            help=designing.FACTORS_TOLD.get(name), key=f"{key}_{ask.elicitation}_{name}", **KEEP,
        )  # fmt: skip
    ask = designing.with_levels(ask, chosen)
    if not ask.vary and ask.design == "crossed":
        return ask
    row = st.container(horizontal=True)
    kinds = {"crossed": "all combinations", "fraction": "a fraction"}
    design = row.segmented_control("Combinations of what varies", list(kinds), default=ask.design, required=True, format_func=lambda each: kinds[each], key=f"{key}_design", **KEEP)  # fmt: skip
    runs = ask.runs
    if design == "fraction":
        runs = row.container(width=WIDE).number_input("Printed forms (0: as many as needed)", 0, None, ask.runs or 0, key=f"{key}_runs", **KEEP) or None  # fmt: skip
    return msgspec.structs.replace(ask, design=design, runs=runs)
