"""What breaks a test? Simulated persons with sliders for traits and biases; the statistics move at once."""

from collections.abc import Sequence

import streamlit as st

from pages import kit
from traitscope import breaking_shown as shown
from traitscope.classroom import in_class
from traitscope.record import Record


def render(record: Record | None) -> None:
    """Sliders on the left; what they do to alpha, parallel forms and divergence, and why, on the right."""
    kit.head(
        "What breaks a test?",
        "Simulated persons take a test: move what they are like, and see which statistics notice and which do not.",
    )
    with st.container(horizontal=True):
        for number, name in enumerate(shown.PRESETS):
            st.button(name, key=f"preset_{number}", on_click=_put, args=(name,))
    left, right = st.columns([2, 5], gap="large")
    with left:
        amounts = _sliders("The persons", shown.PERSONS) | _sliders("What goes wrong", shown.BIASES)
        amounts |= _sliders("The test", shown.TEST)
    now = shown.setting(amounts)
    with right:
        st.info(kit.plain(shown.why(now)))
        undefined = shown.undefined(now)
        if undefined:
            st.warning("  \n".join(map(kit.plain, undefined)))
        kit.exhibit(shown.coefficients(now))
        kit.exhibit(shown.gap(now))
    kit.side_by_side(shown.picture(now), shown.truth(now))
    if not in_class():
        st.caption(
            "These persons are drawn, not asked. What a model's own answers look like is on the pages Reliability, "
            "Consistency and Divergence; make demo makes a record of the embedded model."
        )


def _sliders(title: str, some: Sequence[shown.Slider]) -> dict[str, float]:
    st.markdown(f"**{title}**")
    return {
        each.name: kit.amount(each.label, each.least, each.most, each.first, each.step, key=each.name, help=each.told)
        for each in some
    }


def _put(preset: str) -> None:
    """Move every slider to where the preset has it."""
    for name, value in shown.preset(preset).items():
        st.session_state[name] = value


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
