"""The sliding window: so many calls in flight, no more and no fewer, and nobody waits for anybody else."""

import asyncio
import gc
import itertools
import threading
import time

import pytest

from inventories.responder import Abilities, Message, Prompt
from traitscope.responders import by_name
from traitscope.responders.limits import Limits
from traitscope.responders.pace import Pace, tokens_of
from traitscope.runner import run
from traitscope.study import load_study


def prompt(number, words="Question"):
    return Prompt(str(number), (Message("user", f"{words} {number}"),), "text", max_tokens=1)


def asked(server, **limits):
    """A responder that knows already what the server can do."""
    return by_name(server.model, limits=Limits(**limits), known=Abilities())


def settled(server):
    """What the server counts when no call comes any more."""
    deadline, before = time.monotonic() + 10, -1
    while time.monotonic() < deadline:
        now = server.stats()["counts"].get("calls", 0)
        if now == before:
            break
        before = now
        time.sleep(0.1)
    return before


@pytest.mark.parametrize("concurrency", [1, 16])
def test_as_many_calls_are_in_flight_as_are_allowed_and_never_more(concurrency, fault_server):
    server = fault_server()
    replies = list(asked(server, concurrency=concurrency).ask(map(prompt, range(200))))
    assert {reply.prompt for reply in replies} == set(map(str, range(200)))
    assert server.stats()["most"] == concurrency


def test_a_slow_call_holds_up_nobody_else(fault_server):
    server = fault_server("--delay-ms", "10", "--slow", "1", "--only", "^Slow")
    prompts = [prompt(0, "Slow"), *map(prompt, range(1, 200))]
    order = [reply.prompt for reply in asked(server, concurrency=4).ask(prompts)]
    assert order.index("0") > 8  # a batch of 4 would have waited for it


TALK = """
models = ["{model}"]
inventories = ["tipi"]
personas = [{{ id = "ann", text = "You are Ann." }}, {{ id = "bob", text = "You are Bob." }}]
[[asks]]
reply = "text"
form = {{ memory = "continued", persona_place = "user" }}
"""


def test_a_conversation_goes_on_while_another_waits_for_its_reply(fault_server, study_file, tmp_path):
    server = fault_server("--delay-ms", "30", "--slow", "1", "--only", "Ann")
    record = run(load_study(study_file(TALK.format(model=server.model))), tmp_path / "r")
    with record.store() as store:
        names, rows = store.table("calls")
        said = [store.prompt(row[names.index("prompt")])[0] for row in rows]
    persons = ["ann" if "Ann" in messages[0].content else "bob" for messages in said]
    assert sorted(persons) == ["ann"] * 10 + ["bob"] * 10
    assert persons[:3] == ["bob"] * 3


def test_prompts_are_taken_from_an_endless_source_as_the_window_has_room(fault_server):
    taken = itertools.count()
    responder = asked(fault_server(), concurrency=8)
    replies = responder.ask(prompt(next(taken)) for _ in itertools.repeat(None))
    assert len(list(itertools.islice(replies, 100))) == 100
    replies.close()
    assert 100 <= next(taken) <= 100 + 3 * 8


def test_a_source_that_has_nothing_for_a_moment_is_asked_again(fault_server):
    class Chain:
        """The next prompt is there when the last was answered."""

        def __init__(self):
            self.ready = [0]

        def __iter__(self):
            return self

        def __next__(self):
            if not self.ready:
                raise StopIteration
            return prompt(self.ready.pop())

    chain = Chain()
    for reply in asked(fault_server(), concurrency=8).ask(chain):
        if int(reply.prompt) < 5:
            chain.ready.append(int(reply.prompt) + 1)
    assert reply.prompt == "5"


def test_a_caller_in_a_running_loop_gets_the_same_replies(fault_server):
    responder = asked(fault_server(), concurrency=8)

    async def notebook():
        return sorted(reply.prompt for reply in responder.ask(map(prompt, range(50))))

    assert asyncio.run(notebook()) == sorted(map(str, range(50)))


@pytest.mark.parametrize("running", [False, True], ids=["script", "notebook"])
def test_a_caller_that_has_enough_leaves_no_task_and_no_thread(running, fault_server, caplog):
    server, before = fault_server("--delay-ms", "50"), threading.active_count()

    def some():
        replies = asked(server, concurrency=8).ask(map(prompt, range(1000)))
        assert next(replies).error is None
        replies.close()

    async def notebook():
        some()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    if running:
        asyncio.run(notebook())
    else:
        some()
    gc.collect()
    assert threading.active_count() <= before  # one of an earlier test may have ended meanwhile
    assert caplog.text == ""  # asyncio tells of a task that nobody ended
    assert settled(server) <= 8  # the end of one call did not start the next


def test_what_the_caller_was_not_given_yet_keeps_its_place_in_the_window(fault_server):
    server = fault_server()
    for handed, _ in enumerate(asked(server, concurrency=4).ask(map(prompt, range(40)))):
        assert server.stats()["counts"]["calls"] <= handed + 4


def test_an_error_of_the_source_reaches_the_caller(fault_server):
    def broken():
        yield prompt(1)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(asked(fault_server(), concurrency=1).ask(broken()))


def test_a_likelihood_counts_as_the_calls_that_it_takes():
    pace = Pace(Limits(requests_per_minute=60), "m")
    words = (Message("user", "x" * 400),)
    pace.start(Prompt("p", words, "likelihood", continuations=("a", "b", "c")), 100.0)
    assert pace.wait(100.0) == pytest.approx(3, abs=0.1)
    assert tokens_of(Prompt("p", words, "likelihood", continuations=("a", "b", "c"))) > 300
