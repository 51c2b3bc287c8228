"""Replies that were written to mislead, with what a careful person would record of each."""

import json
from pathlib import Path

import pytest

from inventories.answers import judge_line

REPLIES = [json.loads(line) for line in (Path(__file__).parents[1] / "inventories" / "hostile_replies.jsonl").read_text("utf-8").splitlines()]  # fmt: skip


@pytest.mark.parametrize("case", REPLIES, ids=[f"{number}: {ascii(case['text'])[:40]}" for number, case in enumerate(REPLIES, 1)])  # fmt: skip
def test_a_hostile_reply_is_read_as_a_careful_person_would(case) -> None:
    judged = judge_line(json.dumps({name: case[name] for name in ("options", "text", "items") if name in case}))
    if "answers" in case:
        assert judged == {"answers": case["answers"]}
    else:
        assert judged == {"outcome": case["outcome"], "value": case["value"]}


def test_there_are_enough_and_of_every_outcome() -> None:
    assert len(REPLIES) >= 150
    told = {each["outcome"] for each in REPLIES if "outcome" in each}
    assert told == {"answered", "refused", "ambiguous", "off_scale", "unreadable", "missing"}
