"""Try it yourself: take a test in the browser, and see your profile beside the personas'."""

import streamlit as st

from pages import kit
from traitscope.datafile import DataError
from traitscope.record import Record
from traitscope.teaching import companions, taking, taking_shown
from traitscope.teaching.classroom import in_class


def render(record: Record | None) -> None:
    """Choose a test; its questions, or the profile once it is asked for."""
    kit.head("Try it yourself", "Take a test, and see where you stand; nothing is stored unless you say so.")
    name = taking.TESTS[kit.choose("Test", list(taking.TESTS), key="test")]
    others = companions.beside(record, name, kit.choose("Beside whom", companions.choices(record, name), key="beside"))
    done = st.session_state.get(f"done_{name}")
    if done:
        _profile(name, done, others)
    with st.expander("Your answers") if done else st.container():
        _questions(name)
    if not done:
        st.caption(f"Your profile will stand beside {kit.plain(others.told)}")
    if record is None and not in_class():
        st.caption("There is no record, so simulated persons stand in; make demo makes one of a language model.")


def _questions(name: str) -> None:
    of, place = taking.inventory(name), st.session_state.get(f"part_{name}", 0)
    parts = taking.parts(of)
    if len(parts) > 1:
        st.caption(f"Part {place + 1} of {len(parts)}")
    st.markdown(f"*{kit.plain(taking.instructions(of))}*")
    with st.form(f"part_{name}_{place}"):
        for each in parts[place]:
            st.radio(
                f"{each.number}\\. {kit.plain(each.text)}", list(each.options), index=None, horizontal=True, persist_state="session",
                key=f"answer_{name}_{each.item}", format_func=lambda value, each=each: kit.plain(each.options[value]),
            )  # fmt: skip
        with st.container(horizontal=True):
            for label, to in (("Back", place - 1), ("Next", place + 1)):
                if 0 <= to < len(parts):
                    st.form_submit_button(label, on_click=_keep, args=(name, "part", to))
            st.form_submit_button("Show my profile", type="primary", on_click=_keep, args=(name, "done"))
    st.caption(kit.plain(f"{of.title}. {of.source}. Licence: {of.licence}. {of.terms.text}"))


def _answers(name: str) -> taking.Answers:
    return {item.id: st.session_state.get(f"answer_{name}_{item.id}") for item in taking.inventory(name).items}


def _keep(name: str, what: str, value: int | None = None) -> None:
    st.session_state[f"{what}_{name}"] = _answers(name) if value is None else value


def _profile(name: str, answers: taking.Answers, others: companions.Companions) -> None:
    of = taking.inventory(name)
    own, missing = taking.scores(of, answers), taking_shown.left_out(of, answers)
    if missing:
        st.warning(kit.plain(missing))
    st.markdown("\n".join(f"- {kit.plain(each)}" for each in taking_shown.sentences(of, own)))
    st.info(kit.plain(taking_shown.CAUTION))
    shown = (taking_shown.beside_poles, taking_shown.beside_nearest, taking_shown.nearest)
    kit.exhibits([*(each(own, others) for each in shown), taking_shown.own_scores(of, answers)])
    with st.container(horizontal=True):
        st.download_button("Download my answers", taking.as_csv(of, answers), f"{name}.csv", on_click="ignore")
        st.button("Forget my answers", on_click=_forget, args=(name,))
    if not in_class():
        with st.expander("Add my answers to people.csv"):
            _add(name, answers)


def _add(name: str, answers: taking.Answers) -> None:
    st.caption(kit.plain(taking_shown.people_told(kit.runs(), name)))
    person = st.text_input("Under which name?", key=f"name_{name}")
    if st.button("Add my answers", disabled=not person):
        try:
            st.success(f"Added to {kit.plain(str(taking.add(kit.runs(), person, taking.inventory(name), answers)))}")
        except DataError as problem:
            st.error(kit.plain(str(problem)))


def _forget(name: str) -> None:
    nothing = {f"answer_{name}_{item}": None for item in _answers(name)}
    st.session_state.update(nothing | {f"done_{name}": None, f"part_{name}": 0})


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
