"""What breaks a test? Simulated persons with sliders for traits and biases; the statistics move at once."""

import streamlit as st

from pages import kit
from traitscope.record import Record
from traitscope.teaching import breaking_shown as shown
from traitscope.teaching.classroom import in_class

WIDTH = 212  # pixels of a slider: as many beside each other as there is room for


def render(record: Record | None) -> None:
    """The sliders, one sentence on why, and what they do to alpha, parallel forms and divergence."""
    kit.head(
        "What breaks a test?",
        "Simulated persons take a test: move what they are like, and see which statistics notice and which do not.",
    )
    with st.container(horizontal=True):
        for number, name in enumerate(shown.PRESETS):
            st.button(name, key=f"preset_{number}", on_click=_put, args=(name,))
    with st.container(horizontal=True):
        now = shown.setting({name: _slider(each) for name, each in shown.SLIDERS.items()})
    st.info(kit.plain(shown.why(now)))
    undefined = shown.undefined(now)
    if undefined:
        st.warning("  \n".join(map(kit.plain, undefined)))
    kit.exhibits([shown.coefficients(now), shown.gap(now)])
    kit.tabs(
        {
            "Their answers": lambda: kit.exhibit(shown.picture(now)),
            "The truth behind them": lambda: kit.exhibit(shown.truth(now)),
        }
    )
    if not in_class():
        st.caption(
            "These persons are drawn, not asked. What a model's own answers look like is on the pages Reliability, "
            "Consistency and Divergence; make demo makes a record of the embedded model."
        )


def _slider(of: shown.Slider) -> float:
    with st.container(width=WIDTH):
        return kit.amount(of.label, of.least, of.most, of.first, of.step, key=of.name, help=of.told)


def _put(preset: str) -> None:
    """Move every slider to where the preset has it."""
    for name, value in shown.preset(preset).items():
        st.session_state[name] = value


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
