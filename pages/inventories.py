"""Inventories: what is in the bank, what a model would be shown, and how to add one of your own."""

import streamlit as st

from pages import kit
from traitscope import inventories_shown as shown
from traitscope.record import Record

BANK, ONE, PROMPT, OWN = "All inventories", "One inventory", "The printed prompt", "Add your own"


def render(record: Record | None) -> None:
    """The bank, one inventory in full, its prompt in any form, or a file of one's own."""
    kit.head(
        "Inventories", "What can be asked: items, keys, norms and terms, and the prompt that a model would be shown."
    )
    kit.tabs(
        {
            BANK: lambda: kit.exhibit(shown.bank()),
            ONE: _one,
            PROMPT: _prompt,
            OWN: lambda: kit.add_inventory(_whole),
        },
        key="view",
    )
    if record is None:
        kit.nothing_yet(None)


def _one() -> None:
    names = shown.names(kit.runs())
    left, right = st.columns(2)
    with left:
        name = kit.choose("Inventory", list(names), key="bank")
    if (found := kit.loaded(names[name])) is None:
        return
    with right:
        language = kit.choose("Language", shown.languages(found), key="language_shown")
    if (translated := kit.loaded(names[name], language)) is not None:
        _whole(translated)
        st.download_button("TOML", shown.toml(found), f"{found.id}.toml", icon=":material/download:", on_click="ignore")


def _prompt() -> None:
    names = shown.names(kit.runs())
    # the one that was looked at, to begin with
    st.session_state.setdefault("printed", kit.asked("bank") or st.session_state.get("bank"))
    if (found := kit.loaded(names[kit.choose("Inventory", list(names), key="printed")])) is not None:
        kit.preview_of(found)


def _whole(inventory: shown.Inventory, key: str = "") -> None:
    """Everything that is known of an inventory; what is chosen of it is named by `key`."""
    st.subheader(kit.plain(inventory.title))
    for line in shown.head(inventory):
        st.markdown(kit.plain(line))
    text = kit.search("Find an item", f"{key}item_words", "words of the item, its id or its scale")
    kit.exhibit(shown.items(inventory, text))
    if inventory.kind == "action":
        name = kit.choose("Scenario", [item.id for item in inventory.items], key=f"{key}scenario")
        st.code(shown.situation(inventory, name), language=None, wrap_lines=True)
        kit.exhibit(shown.actions(inventory, name))
        kit.exhibit(shown.desirabilities(inventory))
    kit.exhibit(shown.scales(inventory))
    kit.exhibit(shown.norms(inventory))
    for line in shown.norm_sources(inventory):
        st.caption(kit.plain(line))
    for heading, lines in shown.papers(inventory).items():
        with st.expander(f"{heading} ({len(lines)})" if len(lines) > 1 else heading):
            for line in lines:
                st.markdown(kit.plain(line))


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
