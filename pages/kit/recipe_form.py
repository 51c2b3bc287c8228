"""To run a recipe: the form, what it takes and may cost, the start, and how far it is."""

from pathlib import Path

import streamlit as st

from pages.kit.failing import telling, words
from pages.kit.keys import pasted
from pages.kit.states import runs
from pages.kit.study_form import checked, checks
from pages.kit.text import plain
from traitscope import recipe_progress, recipe_start
from traitscope.datafile import DataError
from traitscope.design import design_plan, design_probe, design_start, designing
from traitscope.headway import STARTING
from traitscope.recipe_file import Recipe
from traitscope.recipe_records import Ran
from traitscope.record import records
from traitscope.responders.limits import Limits
from traitscope.store import StoreError

ITSELF = "the model itself"
SCALES = {"small": "small: minutes", "full": "full: as published"}
MOST_UPLOADED = 50  # megabytes
BEGUN = "recipe_begun"  # recipe -> folder that was started in this session
OTHER = "local:FOLDER, server:http://127.0.0.1:8000/v1#model, openai/..., anthropic/..., ollama/..."


def form(name: str, recipe: Recipe) -> None:
    """Model, scale, judge, file and parameters; then what that takes, and the start."""
    key = f"recipe_{name}"
    with st.container(border=True):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        with row:
            model = _model("Model", [], f"{key}_model")
            scale = st.segmented_control("Scale", list(SCALES), default="small", required=True, format_func=lambda each: SCALES[each], key=f"{key}_scale", persist_state="session")  # fmt: skip
            judge = _model("Judge", [ITSELF], f"{key}_judge") if recipe.judged else ITSELF
        parameters = {
            each: row.number_input(each, value=first, key=f"{key}_parameter_{each}", width=160, help="Of the analyses: it changes nothing of what is asked.", persist_state="session")
            for each, first in recipe.parameters.items()
        }  # fmt: skip
        try:
            file = _file(recipe, key)
        except DataError as mistake:
            st.error(plain(str(mistake)))
            return
        asked = recipe_start.as_what(name, scale, model, "" if judge == ITSELF else judge, parameters)
        keys = pasted(design_start.keys(recipe_start.models(asked)), key)
        for each in recipe_start.models(asked):
            if st.button(f"Does {plain(each.name)} answer?", key=f"{key}_check_{each.name}"):
                with st.spinner("Asking ..."):
                    checks()[each.name] = design_probe.ask(each, Limits(), keys)
            checked(each.name)
    start(recipe, asked, file, recipe_start.folder(runs(), asked, file), keys, key)
    for folder in recipe_progress.runs_of(runs(), name):
        if str(folder) == st.session_state.get(BEGUN, {}).get(name) or recipe_progress.is_moving(folder):
            progress(folder, "form")


def _model(label: str, first: list[str], key: str) -> str:
    known = [*first, *designing.MODELS]
    typed = st.session_state.get(key, known[0])
    known += [typed] if typed not in known else []
    found: str = st.selectbox(label, known, key=key, accept_new_options=True, width=300, help=f"Choose, or type any name: {OTHER}", persist_state="session")  # fmt: skip
    return found


def _file(recipe: Recipe, key: str) -> Path | None:
    """The user's file, with its own key where it has one."""
    if not recipe.takes:
        return None
    st.markdown(f"**A file of yours**, which is not needed: {plain(recipe.takes)}")
    some = st.file_uploader("Your file", key=f"{key}_file", accept_multiple_files=True, max_upload_size=MOST_UPLOADED, label_visibility="collapsed")  # fmt: skip
    return recipe_start.uploaded([(each.name, each.getvalue()) for each in some])


def start(recipe: Recipe, asked: Ran, file: Path | None, folder: Path, keys: dict[str, str], key: str) -> None:
    """What it takes, what must be said before money is spent, and the button; widgets are named by `key`."""
    with st.spinner("Planning ..."):
        made = recipe_start.plan(asked, file, folder, checks())
    if made.problem:
        st.error(plain(made.problem))
        return
    _takes(recipe, made)
    money, sure = recipe_start.money(asked, made, folder), True
    if money.problem:
        st.warning(plain(money.problem))
        sure = False
    limit = money.limit
    if limit is not None:
        told = "US dollars that all records of this run may have cost, what they have cost already included: as --max-cost."
        limit = st.number_input("Stop at, US$", 0.0, None, limit, 0.01, "%.2f", key=f"{key}_limit_{folder.name}", help=told)  # fmt: skip
    if money.confirm:
        sure = st.checkbox(plain(money.confirm), key=f"{key}_sure_{folder.name}")
    st.code(recipe_start.command(asked, folder, file, limit), language=None, wrap_lines=True)
    moving = recipe_progress.is_moving(folder)
    if st.button("Start", key=f"{key}_start", type="primary", disabled=moving or not sure):
        try:
            recipe_start.begin(asked, file, folder, keys, limit)
        except (StoreError, OSError) as problem:
            st.error(words(problem))
            return
        st.session_state.setdefault(BEGUN, {})[asked.recipe] = str(folder)


def _takes(recipe: Recipe, made: design_plan.Plan) -> None:
    time, sources = design_plan.time_told(made, records(runs()), checks())
    counts = {"Sittings": made.sittings, "Trials": made.counts["trials"], "Calls": made.counts["calls"]}
    with st.container(horizontal=True):
        for name, count in counts.items():
            st.metric(name, f"{count:,}", width=150)
    st.markdown(f"**Time:** {plain(time)}. **Cost:** {plain(made.price)}. {plain(recipe_start.follows(recipe))}")
    st.caption(plain(f"{'; '.join(sources)}."))
    if made.growth:
        st.info(plain(made.growth.told))
    for note in made.notes:
        st.caption(plain(note))


def progress(folder: Path, place: str) -> None:
    """How far each study of a run is; while it is asked, as it is now. `place` of the page names its button."""
    st.fragment(telling(_progress), run_every=2 if recipe_progress.is_moving(folder) else None)(folder, place)


def _progress(folder: Path, place: str) -> None:
    run = recipe_progress.run_in(folder)
    seen = st.session_state.setdefault("recipe_moving", {})
    if seen.get(str(folder)) and not run.moving:
        seen[str(folder)] = False
        st.rerun()  # the whole page once more, which ends the clock of this part, and has the results
    seen[str(folder)] = run.moving
    with st.container(border=True):
        st.markdown(plain(run.told))
        for part in run.parts:
            st.progress(part.share, text=plain(part.told))
            if part.pace:
                st.caption(plain(part.pace))
        if run.said:
            (st.error if run.state == recipe_progress.FAILED else st.warning)(plain(run.said))
        if run.moving:
            st.caption(f"{'' if run.done else STARTING} You may close this page; nothing is lost.")
        if run.can_stop and st.button("Stop", key=f"stop_{place}_{folder.name}", help="What was answered is kept."):
            recipe_progress.stop(folder)
            st.toast("Stopping. What was answered is kept.")
