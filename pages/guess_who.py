"""Guess who: the answers of a hidden persona are shown, and its poles are guessed, alone or against a class."""

import streamlit as st

from pages import kit
from pages.kit import hosting, joining, playing
from traitscope.record import Record
from traitscope.teaching import classroom, guessing, riddles
from traitscope.teaching.guessing import ROOMS, GameError, Room


def render(record: Record | None) -> None:
    """The teacher's view, a player's view, or a game alone."""
    kit.head(
        "Guess who",
        "Which poles was the hidden persona assigned? Guess them from its answers, alone or against a class.",
    )
    code, secret = joining.remembered(joining.CODE), joining.remembered(joining.HOST)
    try:
        room = classroom.room() if classroom.in_class() else ROOMS.room(code)
        if room and room.opened_by(secret):
            hosting.host(room, record)
        elif room:
            playing.play(room)
        else:
            if code:
                st.warning(kit.plain(f"No class with the code {code} is open on this server. It may have ended."))
            _choose(record)
    except GameError as told:
        st.warning(kit.plain(str(told)))


def _choose(record: Record | None) -> None:
    alone, join, teach = st.tabs(["Alone", "Join a class", "Open a class"])
    with alone:
        _alone(record)
    with join, st.form("join", border=False):
        code = st.text_input("Join code", max_chars=12, autocomplete="off")
        if st.form_submit_button("Join"):
            joining.remember(joining.CODE, guessing.as_code(code))
            st.rerun()
    with teach:
        st.markdown("You open rounds, the class guesses in browsers of its own, and you reveal who it was.")
        st.caption(
            "`make class` serves the classroom pages to the local network; this dashboard answers on this machine only."
        )
        if st.button("Open a class"):
            room = ROOMS.open()
            joining.remember(joining.CODE, room.code)
            joining.remember(joining.HOST, room.host)
            st.rerun()


def _alone(record: Record | None) -> None:
    if record is None:
        st.caption("These persons are simulated. For answers of a language model make a record first: `make demo`.")
    whose = kit.choose("Whose answers", riddles.sources(record), key="whose")
    room: Room = st.session_state.setdefault(f"alone with {whose}", Room())
    token, now = room.join("You", "you").token, room.now()
    if room.guess_of(token, now.number):  # nobody else is waited for
        room.close(room.host, now.number)
        room.reveal(room.host, now.number)
        now = room.now()
    if now.riddle is None or (now.stage == "revealed" and st.button("Another persona", type="primary")):
        room.begin(room.host, riddles.next_riddle(record, whose, room.played(), room.code), now.number)
        now = room.now()
    if now.riddle and now.stage == "open":
        playing.guess(room, now, now.riddle, token)
    if now.riddle and now.stage == "revealed":
        playing.outcome(now.riddle, room.guess_of(token, now.number))
        hosting.ranking(room.ranking(), 1)
        hosting.clues(now.riddle, with_traits=True)


if __name__ == "__main__":  # opened by Streamlit's old auto-discovery, without the frame
    import app

    app.main()
