"""Who is in front of this browser: the code of a class, the teacher's secret, a player's token; a reload keeps them."""

import streamlit as st

from pages.kit.choosing import asked, keep
from traitscope.teaching import classroom, guessing

CODE, HOST, PLAYER = "code", "host", "player"


def remembered(name: str) -> str:
    """What the address or this session holds under `name`; it stays in the address."""
    value = asked(name) or str(st.session_state.get(f"remembered_{name}", ""))
    st.session_state[f"remembered_{name}"] = value
    if value:
        keep(name, value)
    return value


def remember(name: str, value: str) -> None:
    """Let this session and its address hold `value` under `name` from now on; "" lets them forget."""
    st.session_state[f"remembered_{name}"] = value
    st.session_state.get("chosen", {}).pop(name, None)
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def admitted() -> bool:
    """Whether this browser gave the join code of the class that this server serves, or is the teacher's."""
    host, code = remembered(HOST), remembered(CODE)
    if classroom.is_host(host) or st.session_state.get("let_in_with") == guessing.as_code(code):
        return True
    if not code or code == st.session_state.get("not_let_in_with"):  # a code counts as wrong once, not at every click
        return False
    return _let_in(code)


def enter() -> None:
    """All that a browser without the join code sees."""
    st.title("Enter the join code", anchor=False)
    with st.form("enter", border=False):
        code = st.text_input("The code on the projector", max_chars=12, autocomplete="off")
        if st.form_submit_button("Enter", type="primary"):
            wait = classroom.TRIES.wait(_device())
            if _let_in(code):
                remember(CODE, guessing.as_code(code))
                st.rerun()
            elif wait:
                st.error(f"This device gave many wrong codes. Wait {wait:.0f} seconds, then try again.")
            else:
                st.error("That is not the code of this class.")
    if asked(CODE):
        st.caption("The code in the address is not, or no longer, the code of this class.")


def _let_in(code: str) -> bool:
    """Whether `code` opens the class; after many wrong ones of this device it is looked at only now and then."""
    if classroom.TRIES.take(_device()):
        return False
    if classroom.opens(code):
        classroom.TRIES.right(_device())
        st.session_state["let_in_with"] = guessing.as_code(code)
        return True
    st.session_state["not_let_in_with"] = code
    return False


def _device() -> str:
    return str(st.context.ip_address or "this machine")
