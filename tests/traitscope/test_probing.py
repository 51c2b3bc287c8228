"""What a model knows of an inventory beforehand is asked once, kept, and told from chance."""

import json

import pytest

from inventories.loading import inventory_ids, load_inventory
from inventories.probes import names, probes, similarity
from inventories.responder import Abilities, Reply
from traitscope.datafile import DataError
from traitscope.probing import probe


class Memory:
    """Answers from a list of what it has learnt by heart; everything else with one sentence."""

    def __init__(self, learnt, fails=()):
        self.learnt, self.fails, self.asked = learnt, set(fails), 0

    def can(self):
        return Abilities()

    def ask(self, prompts):
        for prompt in prompts:
            self.asked += 1
            if prompt.id in self.fails:
                yield Reply(prompt.id, error="timeout")
            else:
                yield Reply(prompt.id, text=self.learnt.get(prompt.messages[0].content, "I am happy to help."))


@pytest.fixture
def tipi():
    return load_inventory("tipi")


def test_knowing_by_heart_is_told_from_knowing_nothing(tipi, tmp_path):
    by_heart = {each.question: each.truth for each in probes(tipi)}
    knows = probe(tipi, "test:knows", Memory(by_heart), tmp_path / "a.jsonl")["results"]
    nothing = probe(tipi, "test:nothing", Memory({}), tmp_path / "b.jsonl")["results"]
    assert knows["name"]["named"]["value"] == 1
    assert knows["next"]["exact"]["value"] == 1
    assert nothing["name"]["named"]["value"] == 0
    assert nothing["next"]["exact"]["value"] == 0
    assert abs(nothing["next"]["advantage"]["value"]) < 0.1


def test_replies_are_kept_and_only_failed_calls_are_asked_again(tipi, tmp_path):
    asked = probes(tipi)
    first = probe(tipi, "test:m", Memory({}, fails=[asked[0].prompt().id]), tmp_path / "kept.jsonl")
    assert first["answered"] == len(asked) - 1
    again = Memory({})
    assert probe(tipi, "test:m", again, tmp_path / "kept.jsonl")["answered"] == len(asked)
    assert again.asked == 1
    lines = [json.loads(line) for line in (tmp_path / "kept.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == len(asked) + 1  # the failed call stays in the file, too


def test_a_reply_is_in_the_file_as_soon_as_it_is_there(tipi, tmp_path):
    class Watched(Memory):
        def ask(self, prompts):
            for number, reply in enumerate(super().ask(prompts)):
                assert kept.read_bytes().count(b"\n") == number
                yield reply

    kept = tmp_path / "kept.jsonl"
    assert probe(tipi, "test:m", Watched({}), kept)["answered"] == len(probes(tipi))


@pytest.mark.parametrize("left", [1, 12, 200])
def test_a_line_that_kill_has_cut_off_is_asked_again_and_no_other(tipi, tmp_path, left):
    kept = tmp_path / "kept.jsonl"
    probe(tipi, "test:m", Memory({probes(tipi)[0].question: "one\u2028two\x85three"}), kept)
    *whole, last, _ = kept.read_bytes().split(b"\n")
    kept.write_bytes(b"\n".join([*whole, last[:left]]))
    for asked in (1, 0):
        again = Memory({})
        assert probe(tipi, "test:m", again, kept)["answered"] == len(probes(tipi))
        assert again.asked == asked


def test_a_file_that_is_none_of_a_probe_is_named_and_left_alone(tipi, tmp_path):
    (tmp_path / "notes.txt").write_bytes(b"my notes")
    with pytest.raises(DataError, match=r"notes\.txt, line 1: .*allowed: a file that `traitscope probe` has made"):
        probe(tipi, "test:m", Memory({}), tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_bytes() == b"my notes"


@pytest.mark.parametrize("name", inventory_ids())
def test_no_question_gives_its_answer_away(name):
    inventory = load_inventory(name)
    for each in probes(inventory):
        shown = each.question.split("\n\n")[-1]
        assert each.truth
        assert each.kind != "complete" or not shown.removesuffix(" ...").endswith(each.truth)


def test_a_name_is_found_in_a_sentence_and_not_in_another_word():
    bfi = load_inventory("bfi44")
    assert names("This is from the Big Five Inventory (BFI).", bfi)
    assert not names("It is about a big house.", bfi)


def test_similarity_counts_words_in_their_order():
    assert similarity("is talkative", "Is talkative.") == 1
    assert similarity("talkative is", "is talkative") == 0.5
    assert similarity("", "is talkative") == 0
