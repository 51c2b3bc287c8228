"""The teacher's view of "Guess who", made for a projector: join code, who is in, the guesses, the truth, the ranking."""

import streamlit as st

from pages.kit.choosing import choose
from pages.kit.exhibits import exhibit
from pages.kit.failing import telling
from pages.kit.joining import CODE, HOST, remember
from pages.kit.text import plain
from traitscope.record import Record
from traitscope.teaching import classroom, guessing_shown, riddles
from traitscope.teaching.guessing import ROOMS, GameError, Room, Standing
from traitscope.teaching.riddles import Riddle

LOOK_SECONDS = 2.0  # between two looks at who is in
MOST_RANKED = 10  # on the projector; every player sees an own place


def host(room: Room, record: Record | None) -> None:
    """Open a round, close it, reveal it; the same place on the screen holds what comes next."""
    _join(room)
    st.fragment(telling(_now), run_every=LOOK_SECONDS)(room, record)
    if not classroom.in_class():
        st.button("End this class", type="tertiary", on_click=_end, args=(room,))


def clues(riddle: Riddle, with_traits: bool = False) -> None:
    """What the hidden persona answered; the traits that the items count towards only once it is revealed."""
    names = {each.trait: each.name for each in riddle.poles}
    table = {
        "Statement": [plain(each.statement) for each in riddle.clues],
        "Answer": [plain(each.answer) for each in riddle.clues],
    }
    if with_traits:
        table["Trait"] = [plain(names[each.trait]) for each in riddle.clues]
    st.table(table, border="horizontal", hide_index=True)
    st.caption(plain(f"Answers: {riddle.source}."))


def persona(riddle: Riddle) -> None:
    """Who it was."""
    st.markdown("**It was told**")
    st.code(riddle.text, language=None, wrap_lines=True)


def ranking(standings: list[Standing], most: int, own: str = "") -> None:
    """The players with the most points, and the player of the token `own` wherever that one stands."""
    if not standings:
        return
    st.markdown("**Ranking**")
    shown = [*standings[:most], *(each for each in standings[most:] if each.token == own)]
    table = {
        "Place": [str(each.place) for each in shown],
        "Player": [f"{plain(each.name)}{' (you)' if each.token == own else ''}" for each in shown],
        "Points": [f"{each.points} of {each.of}" for each in shown],
    }
    st.table(table, border="horizontal", hide_index=True)
    some = f"The first {most} of {len(standings)} players. " if len(standings) > most else ""
    st.caption(f"{some}A point is a pole that was right; of all poles in the rounds that a player guessed in.")


def _now(room: Room, record: Record | None) -> None:
    """All that changes, drawn anew at each look: what another window of the host did is here with the next."""
    if ROOMS.room(room.code) is not room:
        st.rerun()
    now = room.now()
    number, stage = now.number, now.stage
    joined, guessed = st.columns(2)
    joined.metric("Players", f"{room.joined():,}")
    if number:
        guessed.metric("Guesses in this round", f"{room.guessed():,}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if stage == "open":
            st.button("Close the guesses", type="primary", on_click=room.close, args=(room.host, number))
        elif stage == "closed":
            st.button("Reveal", type="primary", on_click=room.reveal, args=(room.host, number))
        else:
            whose = choose("Whose answers are shown next", riddles.sources(record), key="whose")
            told = "Next round" if number else "Open the first round"
            st.button(told, type="primary", on_click=_begin, args=(room, record, whose, number))
    if now.riddle:
        st.subheader(f"Round {number}", anchor=False)
        if stage == "revealed":
            exhibit(guessing_shown.exhibit(room, number))
            persona(now.riddle)
            ranking(room.ranking(), MOST_RANKED)
        clues(now.riddle, with_traits=stage == "revealed")


def _begin(room: Room, record: Record | None, whose: str, after: int) -> None:
    try:
        room.begin(room.host, riddles.next_riddle(record, whose, room.played(), room.code), after)
    except GameError as told:
        st.toast(plain(str(told)))


def _end(room: Room) -> None:
    ROOMS.end(room, room.host)
    remember(CODE, "")
    remember(HOST, "")


def _join(room: Room) -> None:
    """How a player gets in, readable from the last row."""
    link = classroom.link(room)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if link:
            st.image(classroom.qr(link), width=220)
        with st.container():
            st.markdown("Join code")
            st.title(f":blue[{classroom.printed_code(room)}]", anchor=False)
            if link:
                st.subheader(plain(link.partition("/?")[0]), anchor=False)
            else:
                st.caption(
                    "This dashboard answers on this machine only: other windows on it can join. "
                    "`make class` serves the classroom pages to the local network."
                )
            st.caption("The address of this window opens and closes rounds: full screen (F11) hides it.")
