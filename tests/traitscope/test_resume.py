"""Stop, resume, grow: nothing that was answered is lost, and only what is missing is asked."""

from pathlib import Path

import pytest

from traitscope import analysis
from traitscope.record import Record
from traitscope.runner import run
from traitscope.store import Store
from traitscope.study import load_study

BIG = """
title = "Big enough to be stopped"
models = ["simulated:person"]
inventories = ["bfi44", "sd3"]
personas = [{ set = "big_five_32" }]
[[asks]]
vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"] }
"""
GROWN = BIG.replace('"big_five_32" }', '"big_five_32" }, "none"') + "replicates = 2\nform = { items = 'shuffled' }\n"


def calls(folder: Path) -> int:
    with Store(folder / "answers.sqlite") as store:
        return store.table("calls")[1].__len__()


def chosen(folder: Path):
    table = analysis.answers(Record(folder))
    return table.set_index("trial")[["outcome", "chosen"]].sort_index()


class Stop(Exception):
    """Stands for whatever ends a process."""


def stop_after(count: int):
    def started(total: int, done: int):
        seen = [0]

        def settled(trials: int) -> None:
            seen[0] += trials
            if seen[0] >= count:
                raise Stop

        return settled

    return started


@pytest.mark.parametrize("count", [1, 49, 700])
def test_a_run_stopped_after_any_call_ends_like_one_that_never_was(count, study_file, tmp_path):
    study = load_study(study_file())
    with pytest.raises(Stop):
        run(study, tmp_path / "stopped", stop_after(count))
    run(study, tmp_path / "stopped")
    run(study, tmp_path / "whole")
    assert calls(tmp_path / "stopped") == calls(tmp_path / "whole") == 16 * 88
    assert chosen(tmp_path / "stopped").equals(chosen(tmp_path / "whole"))


def test_a_finished_study_asks_nothing_more(study_file, tmp_path):
    study = load_study(study_file())
    run(study, tmp_path / "r")
    run(study, tmp_path / "r")
    assert calls(tmp_path / "r") == 16 * 88


def test_a_study_that_grows_keeps_its_answers(study_file, tmp_path):
    folder = tmp_path / "r"
    small = study_file(name="s.toml")
    run(load_study(small), folder)
    first = chosen(folder)
    small.write_text(small.read_text("utf-8").replace('fraction = "half" }', 'fraction = "half" }, "none"'), "utf-8")
    run(load_study(small), folder)
    assert calls(folder) == 17 * 88
    assert chosen(folder).loc[first.index].equals(first)


def test_a_study_that_shrinks_hides_answers_and_loses_none(study_file, tmp_path):
    folder, path = tmp_path / "r", study_file(name="s.toml")
    text = path.read_text("utf-8")
    run(load_study(path), folder)
    path.write_text(text.replace('"printed", "reversed"', '"printed"'), "utf-8")
    run(load_study(path), folder)
    assert len(chosen(folder)) == 16 * 44
    path.write_text(text, "utf-8")
    run(load_study(path), folder)
    assert calls(folder) == len(chosen(folder)) == 16 * 88


def test_reparse_reads_every_reply_again_and_changes_nothing_when_the_reader_is_the_same(study_file, tmp_path):
    from traitscope.runner import reparse

    text = study_file().read_text("utf-8") + 'reply = "text"\nform = { items_per_prompt = 4 }\n'
    study = load_study(study_file(text, "blocks.toml"))
    run(study, tmp_path / "r")
    before = analysis.answers(Record(tmp_path / "r"))
    assert reparse(Record(tmp_path / "r")) == 16 * 22
    assert analysis.answers(Record(tmp_path / "r")).equals(before)


def test_the_prompt_of_a_call_can_be_read_back(study_file, tmp_path):
    run(load_study(study_file()), tmp_path / "r")
    with Record(tmp_path / "r").store() as store:
        names, rows = store.table("calls")
        messages, _ = store.prompt(rows[0][names.index("prompt")])
    assert [message.role for message in messages] == ["system", "user"]
    assert "is talkative" in messages[1].content


def test_a_failed_call_stays_pending_with_its_message_and_is_asked_again(study_file, tmp_path, monkeypatch):
    from inventories.responder import Reply
    from traitscope.responders.simulated import SimulatedResponder

    honest = SimulatedResponder.ask

    def flaky(self, prompts):
        for number, reply in enumerate(honest(self, prompts)):
            yield Reply(reply.prompt, error="Timeout: no answer in 60 s") if number % 10 == 0 else reply

    with monkeypatch.context() as patched:
        patched.setattr(SimulatedResponder, "ask", flaky)  # a real responder, with calls that fail on the way
        record = run(load_study(study_file()), tmp_path / "r")
    progress = record.progress()
    assert progress["failed"] == progress["trials"] - progress["done"] > 0
    assert analysis.answers(record)["outcome"].isna().sum() == progress["failed"]
    run(load_study(study_file()), tmp_path / "r")
    assert record.progress() == {"trials": 16 * 88, "done": 16 * 88, "failed": 0}


CONVERSATION = """
models = ["simulated:person"]
inventories = ["tipi"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
reply = "text"
form = { memory = "continued", items = "shuffled", items_per_prompt = 2 }
replicates = 2
steps = [
  { kind = "task", text = "Write a short story." },
  { kind = "follow_up", text = "Are you sure? Answer again." },
  { kind = "task", text = "Thank you. Sum up your day.", place = "after" },
]
"""


@pytest.mark.parametrize("count", [1, 37, 400])
def test_a_conversation_of_tasks_items_and_follow_ups_is_resumed_by_replaying_it(count, study_file, tmp_path):
    study = load_study(study_file(CONVERSATION, "talk.toml"))
    with pytest.raises(Stop):
        run(study, tmp_path / "stopped", stop_after(count))
    run(study, tmp_path / "stopped")
    record = run(study, tmp_path / "whole")
    assert chosen(tmp_path / "stopped").equals(chosen(tmp_path / "whole"))
    assert record.progress() == {"trials": 32 * (10 + 10 + 2), "done": 32 * 22, "failed": 0}
    table = analysis.answers(record)
    assert table["kind"].value_counts().to_dict() == {"item": 320, "follow_up": 320}
    with record.store() as store:
        names, rows = store.table("calls")
        last = max(rows, key=lambda row: row[0])
        messages, _ = store.prompt(last[names.index("prompt")])
    assert [message.role for message in messages[:4]] == ["system", "user", "assistant", "user"]
    assert messages[1].content == "Write a short story."
    assert messages[-1].content == "Thank you. Sum up your day."
    assert len(messages) == 2 + 2 * 11
