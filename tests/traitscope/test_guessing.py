"""The game "Guess who": nothing is lost and nothing counted twice, and only the host goes on."""

import random
import re
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from traitscope.datafile import DataError
from traitscope.record import make_record
from traitscope.runner import run
from traitscope.study import Study, load_study
from traitscope.teaching import classroom, guessing_shown, riddles, serving
from traitscope.teaching.guessing import (
    LETTERS,
    MOST_PLAYERS,
    MOST_ROOMS,
    SILENCE_SECONDS,
    GameError,
    Room,
    Rooms,
    as_code,
    new_code,
)

TRAITS = ("extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness")


def riddle(place: int = 0) -> riddles.Riddle:
    return riddles.riddles(None, riddles.SIMULATED)[place]


def poles(pole: int = 1) -> dict[str, int]:
    return dict.fromkeys(TRAITS, pole)


def open_room(*names: str) -> tuple[Room, list[str]]:
    room = Room()
    tokens = [room.join(name).token for name in names]
    room.begin(room.host, riddle(), after=0)
    return room, tokens


def study(folder: Path, text: str) -> Study:
    (folder / "study.toml").write_text(text, "utf-8")
    return load_study(folder / "study.toml")


def play_through(room: Room, number: int) -> None:
    room.close(room.host, number)
    room.reveal(room.host, number)


def test_thirty_players_at_once_are_counted_exactly_over_rounds() -> None:
    room, drawn = Room(), random.Random(3)
    sent = [[{trait: drawn.choice((1, -1)) for trait in TRAITS} for _ in range(30)] for _ in range(4)]
    tokens: dict[int, str] = {}
    ready = threading.Barrier(30)

    def player(place: int, number: int) -> None:
        ready.wait()
        if number == 1:
            tokens[place] = room.join(f"Player {place}", f"token {place}").token
        room.guess(tokens[place], number, poles(-1))  # changes its mind, and clicks twice
        for _ in range(2):
            room.guess(tokens[place], number, sent[number - 1][place])

    for number in range(1, 5):
        room.begin(room.host, riddle(number), after=number - 1)
        threads = [threading.Thread(target=player, args=(place, number)) for place in range(30)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        play_through(room, number)
        told = sent[number - 1]
        assert room.counts(number) == {
            trait: (sum(one[trait] == 1 for one in told), sum(one[trait] == -1 for one in told)) for trait in TRAITS
        }
    points = {
        f"Player {place}": sum(
            sent[n][place][trait] == riddle(n + 1).truth[trait] for n in range(4) for trait in TRAITS
        )
        for place in range(30)
    }
    ranking = room.ranking()
    assert {each.name: each.points for each in ranking} == points and {each.of for each in ranking} == {20}
    for before, after in pairwise(ranking):
        assert (before.place == after.place) == (before.points == after.points) and before.points >= after.points


def test_a_guess_may_change_until_the_round_is_closed_and_not_after() -> None:
    room, (ada,) = open_room("Ada")
    room.guess(ada, 1, poles(1))
    room.guess(ada, 1, poles(-1))
    assert room.counts(1) == dict.fromkeys(TRAITS, (0, 1))
    room.close(room.host, 1)
    with pytest.raises(GameError, match="closed before yours"):
        room.guess(ada, 1, poles(1))
    assert room.guess_of(ada, 1) == poles(-1)


def test_a_late_guess_never_lands_in_the_next_round() -> None:
    room, (ada,) = open_room("Ada")
    play_through(room, 1)
    room.begin(room.host, riddle(1), after=1)
    with pytest.raises(GameError):
        room.guess(ada, 1, poles())
    assert (room.number, room.guessed()) == (2, 0)


@pytest.mark.parametrize("said", [{}, {"extraversion": 1}, {**poles(), "openness": 0}, {**poles(), "other": 1}])
def test_a_guess_needs_a_pole_of_every_trait(said: dict[str, int]) -> None:
    room, (ada,) = open_room("Ada")
    with pytest.raises(GameError, match="every trait"):
        room.guess(ada, 1, said)
    assert room.guessed() == 0


def test_nothing_of_a_round_counts_towards_the_ranking_before_it_is_revealed() -> None:
    room, (ada,) = open_room("Ada")
    room.guess(ada, 1, dict(riddle().truth))
    room.close(room.host, 1)
    assert [each.points for each in room.ranking()] == [0]
    room.reveal(room.host, 1)
    assert [(each.points, each.of) for each in room.ranking()] == [(5, 5)]


def test_only_the_host_goes_on_and_a_click_that_comes_twice_goes_on_once() -> None:
    room, (ada,) = open_room("Ada")
    for act in (lambda: room.close(ada, 1), lambda: room.reveal("", 1), lambda: room.begin(room.code, riddle(), 1)):
        with pytest.raises(GameError, match="Only who opened"):
            act()
    room.reveal(room.host, 1)  # it is not closed yet
    assert room.stage == "open"
    play_through(room, 1)
    room.begin(room.host, riddle(1), after=1)
    room.begin(room.host, riddle(2), after=1)
    room.close(room.host, 1)  # a click on what was there before
    assert (room.number, room.stage, room.now().riddle) == (2, "open", riddle(1))


def test_a_reload_keeps_the_player_and_the_same_name_gets_a_number() -> None:
    room = Room()
    first = room.join("  Ada\n Lovelace ", "one")
    assert (first.name, room.join("Bob", "one").name) == ("Ada Lovelace", "Ada Lovelace")
    assert [room.join("ada lovelace").name, room.join("Ada Lovelace").name] == ["ada lovelace (2)", "Ada Lovelace (3)"]
    assert room.joined() == 3
    with pytest.raises(GameError, match="name"):
        room.join(" \t ")


def test_who_leaves_takes_an_open_guess_along_and_leaves_closed_ones_counted() -> None:
    room, (ada, bob) = open_room("Ada", "Bob")
    room.guess(ada, 1, poles())
    room.guess(bob, 1, poles())
    play_through(room, 1)
    room.begin(room.host, riddle(1), after=1)
    room.guess(ada, 2, poles())
    room.leave(ada)
    assert (room.joined(), room.guessed(), room.counts(1)["openness"]) == (1, 0, (2, 0))
    assert [each.name for each in room.ranking()] == ["Bob"]
    with pytest.raises(GameError, match="Join"):
        room.guess(ada, 2, poles())


def test_who_joins_late_is_measured_by_the_rounds_that_were_guessed() -> None:
    room, (ada,) = open_room("Ada")
    room.guess(ada, 1, dict(riddle().truth))
    play_through(room, 1)
    late = room.join("Late").token
    room.begin(room.host, riddle(1), after=1)
    room.guess(late, 2, dict(riddle(1).truth))
    play_through(room, 2)
    assert [(each.place, each.name, each.points, each.of) for each in room.ranking()] == [
        (1, "Ada", 5, 5),
        (1, "Late", 5, 5),
    ]


def test_rooms_and_players_are_bounded_and_end_after_hours_of_silence() -> None:
    now = [0.0]
    rooms = Rooms(lambda: now[0])
    some = [rooms.open() for _ in range(MOST_ROOMS)]
    with pytest.raises(GameError, match="are open"):
        rooms.open()
    now[0] = SILENCE_SECONDS - 1.0
    some[0].join("Ada")
    now[0] += 2
    assert [rooms.room(each.code) for each in some[:2]] == [some[0], None]
    for number in range(1, MOST_PLAYERS):
        some[0].join(f"Player {number}")
    with pytest.raises(GameError, match="full"):
        some[0].join("One more")
    rooms.end(some[0], "another secret")
    assert rooms.room(some[0].code) is some[0]
    rooms.end(some[0], some[0].host)
    assert rooms.room(some[0].code) is None


def test_a_code_is_read_as_it_is_meant_and_has_no_letter_that_is_taken_for_another() -> None:
    assert all(re.fullmatch(f"[{LETTERS}]{{6}}", new_code()) for _ in range(50))
    assert not set(LETTERS) & set("0O1IL5S2Z8B")
    assert as_code(" ktr-7 wq ") == "KTR7WQ"


def test_wrong_codes_of_one_device_are_looked_at_only_now_and_then_and_no_other_device_waits() -> None:
    now = [0.0]
    tries = classroom.Tries(lambda: now[0])
    for _ in range(classroom.FREE_TRIES):
        assert tries.take("one") == 0
    assert (tries.wait("one"), tries.wait("another")) == (classroom.PAUSE_SECONDS, 0)
    now[0] += classroom.PAUSE_SECONDS
    assert tries.take("one") == 0
    assert tries.wait("one") == classroom.PAUSE_SECONDS
    for number in range(classroom.MOST_DEVICES):
        tries.take(f"device {number}")
    assert tries.wait("one") == 0  # forgotten: what is remembered has an end


def test_the_simulated_answers_tell_the_assigned_poles() -> None:
    from inventories.loading import load_inventory

    inventory = load_inventory("ipip50")
    items = {inventory.printed_text(each): each for each in inventory.items}
    words = {each.text: each.value for each in inventory.options}
    right = of = 0
    for each in riddles.riddles(None, riddles.SIMULATED):
        assert len(each.clues) == 10 and set(each.truth) == set(TRAITS)
        for trait in TRAITS:
            said = [items[clue.statement].key * (words[clue.answer] - 3) for clue in each.clues if clue.trait == trait]
            assert len(said) == 2
            right += (sum(said) > 0) == (each.truth[trait] > 0)
            of += 1
    assert right / of > 0.85


def test_every_riddle_is_played_before_one_comes_again() -> None:
    played: list[str] = []
    for _ in range(64):
        played.append(riddles.next_riddle(None, riddles.SIMULATED, played, "seed").name)
    assert len(set(played[:32])) == 32 and sorted(played[:32]) == sorted(played[32:])
    assert played[:5] != [riddles.next_riddle(None, riddles.SIMULATED, played[:n], "other").name for n in range(5)]


def test_a_records_riddles_show_what_the_persona_answered_and_who_gives_one_answer_is_left_out(tmp_path: Path) -> None:
    text = 'title = "t"\nmodels = ["simulated:person", "simulated:first_option"]\ninventories = ["sd3", "oejts12"]\n'
    record = run(study(tmp_path, text + 'personas = ["none", "dark_triad", "mbti_16"]\n[[asks]]\n'), tmp_path / "two")
    named = [each.split("; ")[1] for each in riddles.sources(record)[:-1]]
    assert named == ["sd3", "oejts12"] and riddles.sources(record)[-1] == riddles.SIMULATED
    triad, types = (riddles.riddles(record, each) for each in riddles.sources(record)[:2])
    assert (len(triad), len(types)) == (8, 16)
    assert {each.name for each in types[0].poles} >= {"Extraversion or Introversion"}
    personas = {each.text: each for each in record.manifest.personas.values()}
    for each in (*triad, *types):
        assert dict(each.truth) == {trait: int(level) for trait, level in personas[each.text].assigned.items()}
    from traitscope import tables

    inventory, answers = record.inventory("sd3"), tables.answers(record)
    said = answers[(answers["model"] == "simulated:person") & (answers["persona"] == personas[triad[0].text].id)]
    chosen = dict(zip(said["item"], said["chosen"], strict=True))
    options = {option.text: option.value for option in inventory.options}
    items = {inventory.printed_text(item): item.id for item in inventory.items}
    assert all(chosen[items[clue.statement]] == options[clue.answer] for clue in triad[0].clues)


def test_a_record_without_a_store_leaves_the_simulated_persons(tmp_path: Path) -> None:
    text = 'title = "t"\nmodels = ["simulated:person"]\ninventories = ["tipi"]\npersonas = ["big_five_32"]\n[[asks]]\n'
    (tmp_path / "planned").mkdir()
    record = make_record(study(tmp_path, text), tmp_path / "planned", {})
    assert riddles.sources(record) == [riddles.SIMULATED]
    assert riddles.next_riddle(record, "a source of another record", [], "seed").source == riddles.SIMULATED


def test_the_shown_votes_are_those_that_were_sent() -> None:
    room, (ada, bob, cy) = open_room("Ada", "Bob", "Cy")
    for token, pole in ((ada, 1), (bob, 1), (cy, -1)):
        room.guess(token, 1, poles(pole))
    assert guessing_shown.exhibit(room, 1).missing
    play_through(room, 1)
    shown = guessing_shown.exhibit(room, 1)
    assert list(shown.table["n_high"]) == [2] * 5 and list(shown.table["n_low"]) == [1] * 5
    assert list(shown.table["right"]) == [2 / 3 if riddle().truth[trait] > 0 else 1 / 3 for trait in TRAITS]
    verdict = guessing_shown.verdict(riddle(), dict(riddle().truth), room.counts(1))
    assert verdict["Right"] == ["yes"] * 5
    assert verdict["Class right"] == [f"{2 if riddle().truth[trait] > 0 else 1} of 3" for trait in TRAITS]


def test_the_server_of_a_class_knows_no_key_and_another_code_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD"):
        monkeypatch.setenv(name, "hidden")
    some = [serving.class_environment(8502) for _ in range(2)]
    assert "hidden" not in some[0].values() and some[0]["PATH"]
    assert all(some[0][name] != some[1][name] for name in (classroom.CODE, classroom.HOST))
    assert "--server.address=0.0.0.0" in serving.command(8502, serving.EVERYWHERE, serving.OF_CLASS)


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        with pytest.raises(DataError, match="--port takes another"):
            serving.serve(taken.getsockname()[1])
    assert capsys.readouterr().err == ""
