"""The password of a dashboard that is shared: before it is given, nothing else is shown."""

import streamlit as st

from traitscope import sharing

LONGEST = 200  # characters


def admitted() -> bool:
    """Whether this browser may see the dashboard: it is not shared, or the password was given in this session."""
    return not sharing.is_shared() or bool(st.session_state.get("admitted"))


def enter() -> None:
    """All that a browser without the password sees."""
    st.title("Traitscope", anchor=False)
    with st.form("enter", border=False):
        password = st.text_input("Password", type="password", max_chars=LONGEST, autocomplete="current-password")
        if st.form_submit_button("Enter", type="primary"):
            device = str(st.context.ip_address or "this machine")
            if wait := sharing.TRIES.take(device):
                st.error(f"Many wrong passwords came from this device. Wait {wait:.0f} seconds, then try again.")
            elif sharing.opens(password):
                sharing.TRIES.right(device)
                st.session_state["admitted"] = True
                st.rerun()
            else:
                st.error("That is not the password.")
