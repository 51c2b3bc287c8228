"""An inventory on a page: read, printed in any form, or added from a file of one's own."""

from collections.abc import Callable

import streamlit as st

from pages.kit.choosing import amount, choose
from pages.kit.states import runs
from pages.kit.text import plain
from traitscope import inventories_shown as shown
from traitscope import own_inventories, preview
from traitscope.form_words import WORDS

ROW = 3  # choosers beside each other
ROLES = {"system": "System", "user": "User", "assistant": "Assistant: an earlier reply, made up here"}
OWN = "own_"  # before the names of what is chosen for an inventory that is not saved yet
TOML, CSV = "a TOML file", "a CSV file (spreadsheet)"


def loaded(name: str, language: str = "") -> shown.Inventory | None:
    """The inventory; where its file has a mistake, the mistake is shown."""
    try:
        return shown.load(name, language)
    except shown.DefinitionError as mistake:
        st.error(plain(str(mistake)))
        return None


def preview_of(inventory: shown.Inventory, key: str = "") -> None:
    """Choosers of all that a form can vary, named by `key`, and the very messages that a model would be sent."""
    ways = preview.ELICITATIONS[inventory.kind]
    left, middle, right = st.columns(ROW)
    with left:
        elicitation = ways[[str(each) for each in ways].index(choose("How it is asked", ways, key=f"{key}elicitation"))]
    with middle:
        people = preview.personas(choose("Persona set", preview.persona_sets(), key=f"{key}persona_set"))
    with right:
        persona = people[choose("Persona", list(people), key=f"{key}persona")]
    item = choose("Item", preview.items(inventory, elicitation), key=f"{key}item")
    chosen: dict[str, str] = {}
    levels = preview.levels(inventory, elicitation, shown.languages(inventory))
    for start in range(0, len(levels), ROW):
        for column, name in zip(st.columns(ROW), list(levels)[start : start + ROW], strict=False):
            with column:
                chosen[name] = choose(WORDS[name].capitalize(), levels[name], key=f"{key}form_{name}")
    seed, draw = preview.SEED, 1
    if "shuffled" in chosen.values():
        left, right = st.columns(2)
        with left:
            seed = int(amount("Seed of the study", 1, 100, preview.SEED, 1, key=f"{key}seed"))
        with right:
            draw = int(amount("Draw", 1, 100, 1, 1, key=f"{key}draw"))
    _printed(preview.prompt(inventory, preview.form_of(chosen), elicitation, persona, item, seed=seed, draw=draw))


def _printed(found: preview.Printed) -> None:
    st.subheader("What the model is sent")
    if found.problem:
        st.warning(plain(found.problem))
        return
    for message in found.messages:
        st.caption(ROLES[message.role])
        st.code(message.content, language=None, wrap_lines=True)
    if found.invented:
        st.caption("In a run the model's own replies stand where the first label was put here.")
    st.markdown(plain(found.read))
    st.code(found.options, language=None, wrap_lines=True)


def add_inventory(whole: Callable[[shown.Inventory, str], None]) -> None:
    """Upload or paste an inventory; its mistakes, or its prompt and all of it as `whole` shows the bank's, and a way to keep it."""
    kind = choose("From", [CSV, TOML], key="from")
    ending = "csv" if kind == CSV else "toml"
    st.markdown("\n".join(f"- {plain(each)}" for each in own_inventories.TOLD[ending]))
    st.code(own_inventories.TEMPLATES[ending], language="toml" if kind == TOML else None, wrap_lines=True)
    st.download_button(
        "Template", own_inventories.TEMPLATES[ending], f"my_inventory.{ending}", "text/plain", on_click="ignore"
    )
    file = st.file_uploader(f"Your file, .{ending}", type=[ending], key=f"file_{ending}", max_upload_size=5)
    with st.expander("Or paste its text"):
        name = st.text_input("Name, as studies will call it", "my_inventory", key=f"name_{ending}")
        pasted = st.text_area("Text", key=f"text_{ending}", height=240)
    if file is None and not pasted.strip():
        return
    found = (
        own_inventories.read(runs(), file.name, file.getvalue())
        if file is not None
        else own_inventories.read(runs(), f"{name}.{ending}", pasted)
    )
    if found.inventory is None:
        st.error("  \n".join(map(plain, found.mistakes)))
        return
    st.success(f"No mistake found in {plain(found.name)}.")
    with st.container(horizontal=True):
        st.download_button(
            "TOML", found.toml, f"{found.name}.toml", "text/plain", icon=":material/download:", on_click="ignore"
        )
        keep = st.button("Save beside the studies", key="save_inventory")
    if keep:
        try:
            path = own_inventories.save(runs(), found)
        except shown.DefinitionError as problem:
            st.error(plain(str(problem)))
        else:
            st.markdown("Saved. A study names it by its path:")
            st.code(f'inventories = ["{path}"]', language="toml", wrap_lines=True)
    with st.expander("What a model would be shown", expanded=True):
        preview_of(found.inventory, OWN)
    whole(found.inventory, OWN)
