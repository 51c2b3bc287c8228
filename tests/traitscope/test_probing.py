"""What a model knows of an inventory beforehand is asked once, kept, and told from chance."""

import json

import pytest

from inventories.loading import inventory_ids, load_inventory
from inventories.probes import names, probes, similarity
from inventories.responder import Abilities, Reply
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
