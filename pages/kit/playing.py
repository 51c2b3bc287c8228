"""A player's view of "Guess who": a name, the answers, a guess that may change until it is closed, the own score."""

import streamlit as st

from pages.kit.failing import telling
from pages.kit.hosting import MOST_RANKED, clues, persona, ranking
from pages.kit.joining import PLAYER, remember, remembered
from pages.kit.text import plain
from traitscope.teaching import guessing, guessing_shown
from traitscope.teaching.guessing import ROOMS, GameError, Now, Player, Room
from traitscope.teaching.riddles import Riddle


def play(room: Room) -> None:
    """What a player of a class sees now."""
    player = room.player(remembered(PLAYER))
    if player is None:
        _name(room)
        return
    st.fragment(telling(_now), run_every=room.pause())(room, player)
    st.button("Leave the class", type="tertiary", on_click=_leave, args=(room, player))


def guess(room: Room, now: Now, riddle: Riddle, token: str) -> None:
    """The answers, and the poles to choose from."""
    clues(riddle)
    place = f"{room.code}_{now.number}"
    said, closed = room.guess_of(token, now.number), now.stage != "open"
    with st.form(f"guess_{place}"):
        for each in riddle.poles:
            st.radio(
                plain(each.name), (-1, 1), index={-1: 0, 1: 1}.get(said.get(each.trait, 0)), horizontal=True,
                format_func=lambda pole, each=each: plain(each.word(pole)), disabled=closed, key=f"pole_{place}_{each.trait}",
            )  # fmt: skip
        # taken before anything is drawn, so that what is drawn says that it is in
        st.form_submit_button(
            "Change my guess" if said else "Guess", type="primary", disabled=closed, key=f"send_{place}",
            on_click=_send, args=(room, now.number, riddle, token),
        )  # fmt: skip
    refused = st.session_state.pop("refused", "")
    if refused:
        st.warning(plain(refused))
    if said:
        st.caption(plain(f"Your guess is in: {guessing_shown.said(riddle, said)}."))


def outcome(riddle: Riddle, said: dict[str, int], counts: dict[str, tuple[int, int]] | None = None) -> None:
    """A player's own guess beside the truth and the class's guesses, and who it was."""
    verdict = guessing_shown.verdict(riddle, said, counts)
    if said:
        st.subheader(f"{verdict['Right'].count('yes')} of {len(riddle.poles)} right", anchor=False)
    else:
        st.subheader("You did not guess in this round", anchor=False)
    st.table(
        {name: [plain(cell) for cell in cells] for name, cells in verdict.items()}, border="horizontal", hide_index=True
    )
    persona(riddle)


def _name(room: Room) -> None:
    with st.form("name", border=False):
        name = st.text_input("Your name, as the class will see it", max_chars=guessing.LONGEST_NAME, autocomplete="off")
        sent = st.form_submit_button("Join", type="primary")
    if sent:
        # one token for this browser, however often the button is pressed
        token = st.session_state.setdefault("token_of_player", guessing.new_token())
        remember(PLAYER, room.join(name, token).token)
        st.rerun()


def _now(room: Room, player: Player) -> None:
    """All that changes, drawn anew at each look: a browser that missed one has it with the next."""
    if ROOMS.room(room.code) is not room or room.player(player.token) is None:
        st.rerun()
    now = room.now()
    _status(room, now, player)
    if now.riddle and now.stage in ("open", "closed"):
        guess(room, now, now.riddle, player.token)
    elif now.riddle:
        outcome(now.riddle, room.guess_of(player.token, now.number), room.counts(now.number))
        ranking(room.ranking(), MOST_RANKED, player.token)
        clues(now.riddle, with_traits=True)


def _status(room: Room, now: Now, player: Player) -> None:
    """What the player waits for."""
    own = room.standing(player.token) if now.stage == "revealed" else None
    points = f" You have {own.points} of {own.of} points." if own and own.of else ""
    mine = "You have guessed." if room.guess_of(player.token, now.number) else "You have not guessed."
    told = {
        "waiting": f"You are in. {room.joined():,} joined; the first round has not begun.",
        "open": f"Round {now.number}. {mine} {room.guessed():,} of {room.joined():,} guesses are in.",
        "closed": f"Round {now.number}. The guesses are closed. {mine}",
        "revealed": f"Round {now.number} is over; the next has not begun.{points}",
    }
    st.info(plain(f"{player.name}: {told[now.stage]}"))


def _send(room: Room, number: int, riddle: Riddle, token: str) -> None:
    chosen = {each.trait: st.session_state.get(f"pole_{room.code}_{number}_{each.trait}") for each in riddle.poles}
    try:
        room.guess(token, number, {trait: pole for trait, pole in chosen.items() if pole is not None})
    except GameError as told:
        st.session_state["refused"] = str(told)


def _leave(room: Room, player: Player) -> None:
    room.leave(player.token)
    st.session_state.pop("token_of_player", None)
    remember(PLAYER, "")
