"""How hard a provider is pressed: what it asks for is done, and a call that fails is asked again so many times."""

import random
import re

import pytest

from inventories.responder import Abilities, Message, Prompt, Reply, ResponderError
from traitscope.responders import by_name, window
from traitscope.responders.limits import Limits, Spacing
from traitscope.responders.pace import Failure, Pace


def prompt(number, words="Question"):
    return Prompt(str(number), (Message("user", f"{words} {number}"),), "text", max_tokens=1)


def asked(server, **limits):
    """A responder that knows already what the server can do."""
    return by_name(server.model, limits=Limits(**limits), known=Abilities())


@pytest.mark.parametrize(("told", "wait"), [("seconds", 0.5), ("ms", 0.5), ("date", 1.0)])
def test_no_call_starts_before_the_time_that_a_busy_provider_asks_for(told, wait, fault_server):
    server = fault_server(
        "--delay-ms", "20", "--busy", "0.04", "--retry-after", str(wait), "--retry-as", told, "--only", "Question"
    )
    replies = list(asked(server, concurrency=4).ask(map(prompt, range(16))))
    assert [reply.error for reply in replies] == [None] * 16
    times = server.times()
    assert times["refused"]
    for refused in times["refused"]:
        # those that were on their way when it was said
        assert len([start for start in times["starts"] if refused < start < refused + wait]) <= 4


def test_a_long_wait_is_told():
    heard = []
    Pace(Limits(), "m", heard.append).busy(Failure("busy", "429: too many requests", 30.0), 0.0)
    assert len(heard) == 1
    assert re.fullmatch(r"m is busy: waiting 3\d s", heard[0])


def test_the_window_gets_narrower_while_the_provider_is_busy_and_recovers(fault_server):
    server = fault_server("--busy", "0.3", "--retry-after", "0.02")
    responder = asked(server, concurrency=16)
    widths = []
    for number, reply in enumerate(responder.ask(map(prompt, range(700)))):
        assert reply.error is None
        widths.append(responder.pace.width)
        if number == 100:
            server.set(busy=0.0)
    assert min(widths) < 8
    assert widths[-1] == 16


def test_a_provider_with_a_limit_of_its_own_answers_everything(fault_server):
    server = fault_server("--rate", "40", "--retry-after", "0.3")
    replies = list(asked(server, concurrency=32, busy_retries=20).ask(map(prompt, range(120))))
    assert [reply.error for reply in replies] == [None] * 120
    assert server.stats()["counts"]["limited"] < 120


def test_requests_per_minute_are_kept_as_the_server_sees_them(fault_server):
    server = fault_server()
    list(asked(server, concurrency=16, requests_per_minute=1200).ask(map(prompt, range(30))))
    starts = server.times()["starts"]
    assert starts[-1] - starts[0] > 29 / 20 - 0.25  # 20 a second; the first may have been late
    assert max(sum(first <= each < first + 0.5 for each in starts) for first in starts) <= 10 + 5


def test_tokens_per_minute_are_kept_as_the_server_counts_them(fault_server):
    server = fault_server()
    replies = list(asked(server, concurrency=4, tokens_per_minute=91 * 600).ask(map(prompt, range(20))))
    assert {reply.tokens_in + reply.tokens_out for reply in replies} == {91}
    starts = server.times()["starts"]
    assert starts[-1] - starts[0] > (20 - 4) / 10 - 0.25  # the first 4 start before the server has counted


@pytest.mark.parametrize("per_minute", [1, 7, 600, 6000])
def test_no_minute_has_more_than_its_limit_however_late_timers_are(per_minute):
    spacing, draws = Spacing(per_minute), random.Random(1)
    now, starts = 1000.0, []
    while now < 1150:
        now += spacing.wait(now) + draws.choice([0.0, 0.001, 0.04, 0.3])
        while spacing.wait(now) == 0:
            spacing.take(now)
            starts.append(now)
    # a start and the one that is `per_minute` later are a minute apart
    later = starts[per_minute:]
    assert all(end - begin >= 60 - 1e-6 for begin, end in zip(starts, later, strict=False))


FAULTS = {"error": "the model crashed", "drop": "isconnect", "half": "ayload", "slow": "no reply within|Timeout"}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_fails_in_passing_is_asked_again_so_many_times_and_no_more(fault, fault_server):
    server = fault_server("--delay-ms", "50", f"--{fault}", "1", "--only", "^Bad")
    responder = asked(server, concurrency=4, retries=2, timeout=1.0 if fault == "slow" else 60.0)
    replies = {reply.prompt: reply for reply in responder.ask([prompt(0, "Bad"), *map(prompt, range(1, 10))])}
    assert re.search(FAULTS[fault], replies["0"].error)
    assert server.stats()["counts"] == {"calls": 3 + 9, fault: 3, "good": 9}
    assert all(replies[str(number)].error is None for number in range(1, 10))


def test_what_fails_now_and_then_is_answered_in_the_end(fault_server):
    server = fault_server("--error", "0.1", "--drop", "0.1", "--half", "0.1")
    replies = list(asked(server, concurrency=32, retries=12).ask(map(prompt, range(150))))
    assert [reply.error for reply in replies] == [None] * 150
    assert {"drop", "half", "error"} < set(server.stats()["counts"])
    assert server.stats()["answered_twice"] == 0


def test_a_refused_prompt_is_not_asked_again(fault_server):
    server = fault_server("--fail", "1", "--only", "^Bad")
    replies = {each.prompt: each for each in asked(server).ask([prompt(1, "Bad"), prompt(2)])}
    assert replies["1"].error == "400: this prompt is refused by the provider"
    assert server.stats()["counts"] == {"calls": 2, "fail": 1, "good": 1}


def test_a_provider_that_is_busy_for_ever_ends_the_run_when_patience_does(fault_server):
    server = fault_server("--busy", "1")
    with pytest.raises(ResponderError, match=r"given no reply for .* too many requests; run again later"):
        list(asked(server, concurrency=8, patience=1.0).ask(map(prompt, range(1000))))
    assert server.stats()["counts"]["calls"] < 100


def test_a_wait_beyond_all_patience_is_not_waited(fault_server):
    server = fault_server("--busy", "1", "--retry-after", "86400")
    with pytest.raises(ResponderError, match=r"asks to wait \d+ s more: 429: too many requests"):
        list(asked(server, concurrency=8).ask(map(prompt, range(1000))))
    assert server.stats()["counts"]["calls"] <= 8


def test_no_money_at_the_provider_ends_the_run_with_its_words(fault_server):
    server = fault_server("--quota", "1")
    with pytest.raises(ResponderError, match="you have spent all your money"):
        list(asked(server, concurrency=8).ask(map(prompt, range(1000))))
    assert server.stats()["counts"]["calls"] <= 20 + 8


class Purse:
    """A client whose provider has no money left after some calls."""

    def __init__(self, good):
        self.good, self.calls = good, 0

    async def open(self):
        """Nothing to open."""

    async def close(self):
        """Nothing to close."""

    async def call(self, asked):
        self.calls += 1
        if self.calls > self.good:
            raise Failure("ended", "429: no money")
        return Reply(asked.id, text="3")


def test_no_money_in_the_middle_ends_the_run_and_keeps_what_was_answered():
    client, replies = Purse(good=100), []
    with pytest.raises(ResponderError, match="m: 429: no money; run again later"):
        for reply in window.ask(map(prompt, range(1000)), client, Pace(Limits(concurrency=4), "m")):
            replies.append(reply)
    assert [reply.error for reply in replies if reply.error is None] == [None] * 100
    assert {reply.error for reply in replies} == {None, "429: no money"}
    assert client.calls <= 100 + 4


def test_a_mistake_of_ours_is_raised_and_not_waited_for():
    class Broken(Purse):
        async def call(self, asked):
            raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        list(window.ask([prompt(1)], Broken(0), Pace(Limits(), "m")))
