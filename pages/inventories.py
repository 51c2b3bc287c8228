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
    view = kit.choose("What to show", [BANK, ONE, PROMPT, OWN], key="view")
    if view == BANK:
        kit.exhibit(shown.bank())
    elif view == OWN:
        kit.add_inventory(_whole)
    else:
        names = shown.names(kit.runs())
        left, right = st.columns(2)
        with left:
            name = kit.choose("Inventory", list(names), key="bank")
        found = kit.loaded(names[name])
        if found is not None and view == ONE:
            with right:
                language = kit.choose("Language", shown.languages(found), key="language_shown")
            if (translated := kit.loaded(names[name], language)) is not None:
                _whole(translated)
                st.download_button(
                    "TOML", shown.toml(found), f"{found.id}.toml", icon=":material/download:", on_click="ignore"
                )
        elif found is not None:
            kit.preview_of(found)
    if record is None:
        kit.nothing_yet(None)


def _whole(inventory: shown.Inventory) -> None:
    """Everything that is known of an inventory."""
    st.subheader(kit.plain(inventory.title))
    for line in shown.head(inventory):
        st.markdown(kit.plain(line))
    text = kit.search("Find an item", "item_words", "words of the item, its id or its scale")
    kit.exhibit(shown.items(inventory, text))
    if inventory.kind == "action":
        name = kit.choose("Scenario", [item.id for item in inventory.items], key="scenario")
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
