"""What a reply in OpenAI's format says, however a server writes it, and what its errors mean."""

import email.utils
import json
import math
import time
from functools import partial
from statistics import fmean

import pytest
from imitations import (
    Answer,
    Asked,
    completer,
    logprob,
    openai,
    refused,
    said,
    serving,
    tokens_of,
    vllm,
    with_logprobs,
)

from inventories.responder import Abilities, Likelihood, Message, Prompt, Reply, ResponderError
from traitscope.responders import by_name, completion
from traitscope.responders.limits import Limits

ONCE = Limits(retries=0, busy_retries=0, timeout=20)
TEXT = Prompt("p", (Message("user", "How are you? 1 to 5."),), "text")
LABELS = Prompt("p", TEXT.messages, "labels", labels=("4", "5", "6"))
BOTH = pytest.mark.parametrize("kind", ["server", "litellm"])


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test")


def replied(
    imitation, prompt: Prompt = TEXT, kind: str = "server", able: Abilities | None = None, limits=ONCE
) -> Reply:
    """The reply of a server whose abilities are known, or else found out."""
    with serving(imitation) as server:
        name, parameters = (server.model, {}) if kind == "server" else ("openai/m", {"api_base": server.url})
        responder = by_name(name, parameters, limits=limits, known=able)
        (reply,) = responder.ask([prompt])
    return reply


def always(*answer) -> object:
    return lambda *_: answer


# ---- texts


@pytest.mark.parametrize(
    ("reply", "text", "thinking"),
    [
        (said("4"), "4", None),
        (said([{"type": "text", "text": "It "}, {"type": "text", "text": "is 4"}]), "It is 4", None),
        (said(None, refusal="I can't help with that."), "I can't help with that.", None),
        (said(None), "", None),
        (said("4", reasoning_content="5? No."), "4", "5? No."),
        (said("4", reasoning="5? No."), "4", "5? No."),
        (said("<think>5? No.</think>\n\n4"), "4", "5? No."),
        (said("5? No.\n</think>\n\n4"), "4", "5? No."),
        (said("<think>It may be 5", finish="length"), "", "It may be 5"),
        (said(None, finish="length", reasoning_content="It may be 5"), "", "It may be 5"),
    ],
    ids=["text", "parts", "refusal", "nothing", "reasoning_content", "reasoning", "marked", "half marked", "cut off", "cut"],
)  # fmt: skip
def test_a_text_is_read_however_it_is_written_and_thinking_is_kept_apart(reply, text, thinking):
    found = replied(always(200, reply), able=Abilities())
    assert (found.text, found.thinking, found.error) == (text, thinking, None)
    assert (found.tokens_in, found.tokens_out) == (90, 5)


@BOTH
def test_thinking_of_a_model_that_is_told_apart_by_its_server_is_kept_and_counted(kind):
    counted = {"completion_tokens": 40, "completion_tokens_details": {"reasoning_tokens": 38}}
    found = replied(always(200, said("4", reasoning_content="5? No.", usage=counted)), kind=kind, able=Abilities())
    assert (found.text, found.thinking) == ("4", "5? No.")
    assert (found.tokens_out, found.tokens_thinking) == (40, 38)


def test_thinking_that_no_server_counts_is_counted_by_its_share_of_the_letters():
    reply = said("<think>" + "a" * 90 + "</think>" + "b" * 10, usage={"completion_tokens": 50})
    assert replied(always(200, reply), able=Abilities()).tokens_thinking == 45
    cut = said("<think>" + "a" * 90, finish="length", usage={"completion_tokens": 50})
    assert replied(always(200, cut), able=Abilities()).tokens_thinking == 50
    assert replied(always(200, said("4")), able=Abilities()).tokens_thinking is None


def test_thinking_without_a_mark_that_is_cut_off_is_no_answer():
    able = Abilities(thinks=True, dialect=(completion.UNMARKED,))
    found = replied(always(200, said("It may well be 5.", finish="length")), able=able)
    assert (found.text, found.thinking) == ("", "It may well be 5.")
    assert replied(always(200, said("It is 5.")), able=able).text == "It is 5."


def test_a_model_that_thinks_is_given_room_for_it():
    with serving(always(200, said("4"))) as server:
        for parameters, more in (({}, completion.THINKING), ({"thinking_tokens": 100}, 100)):
            list(by_name(server.model, parameters, known=Abilities(thinks=True)).ask([TEXT]))
            assert server.asked[-1][1]["max_tokens"] == TEXT.max_tokens + more
            assert "thinking_tokens" not in server.asked[-1][1]


@BOTH
@pytest.mark.parametrize("value", ["many", -1, 1.5, True])
def test_room_for_thinking_that_is_no_number_is_a_mistake_in_one_line(value, kind):
    with pytest.raises(ResponderError, match="thinking_tokens must be a whole number"):
        by_name("server:http://127.0.0.1:9/v1#m" if kind == "server" else "openai/m", {"thinking_tokens": value})


# ---- what is no reply


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, {"choices": []}), "no reply in what came back"),
        ((200, {"choices": [{"message": "4"}]}), "not in OpenAI's format"),
        ((200, {"choices": [{"message": {"content": 4}}]}), "content is a text, not int"),
        ((200, {"error": {"message": "upstream lost", "code": 502}}), "502: upstream lost"),
        ((200, {"error": "upstream lost"}), "500: upstream lost"),
        ((200, {"choices": [{"message": {"content": ""}, "error": {"message": "upstream lost"}}]}), "upstream lost"),
        ((200, said("", finish="error")), "stopped with an error"),
        ((200, "<html>Sign in</html>"), "200: no JSON object: <html>Sign in"),
        ((200, "[1, 2]"), "no JSON object"),
        ((200, said("4"), {"X-Cut": "1"}), "ClientPayloadError"),
        ((200, json.dumps(said("4"))[:60]), "no JSON object"),
        ((502, "<html>Bad gateway</html>"), "502: <html>Bad gateway"),
        ((400, {"detail": [{"msg": "field required"}]}), "field required"),
        ((400, {"object": "error", "message": "too long", "code": 400}), "400: too long"),
    ],
)
def test_what_is_no_reply_is_a_failed_call_with_the_servers_words(answer, told):
    found = replied(always(*answer), able=Abilities())
    assert found.text is None
    assert told in found.error


@pytest.mark.parametrize("reply", [said("4"), with_logprobs(said("4"), {"4": None}), said("4") | {"choices": [{"logprobs": {"content": [{}]}}]}])  # fmt: skip
def test_a_reply_without_the_probabilities_that_were_asked_for_is_a_failed_call(reply):
    found = replied(always(200, reply), LABELS, able=Abilities(labels=True))
    assert found.label_logprobs is None
    assert found.error


@BOTH
@pytest.mark.parametrize(
    ("answer", "times"),
    [((500, "oops"), 3), ((408, "late"), 3), (refused("too long"), 1), (refused("who are you?", 401), 1), (refused("no", 403), 1)],
    ids=["500", "408", "400", "401", "403"],
)  # fmt: skip
def test_what_may_pass_is_asked_again_and_what_is_refused_is_not(answer, times, kind):
    asked = []

    def count(path: str, body: Asked) -> Answer:
        asked.append(path)
        return answer

    found = replied(count, kind=kind, able=Abilities(), limits=Limits(retries=2))
    assert (found.text, len(asked)) == (None, times)
    assert found.error.startswith((str(answer[0]), "Timeout: "))  # litellm's word for 408


def test_a_request_that_litellm_gives_up_without_a_word_is_a_failed_call():
    found = replied(always(422, {"detail": "no such field"}), kind="litellm", able=Abilities())
    assert found.error.startswith("422: openai/m refuses")


@BOTH
def test_busy_is_asked_again_when_the_provider_says_so(kind):
    answers = [(200, said("4")), (429, refused("slow down")[1], {"Retry-After": "0.05"})]
    found = replied(lambda *_: answers.pop(), kind=kind, able=Abilities(), limits=Limits(retries=0, busy_retries=1))
    assert (found.text, answers) == ("4", [])


@pytest.mark.parametrize(
    ("status", "error", "headers", "kind", "wait"),
    [
        (429, {}, {}, "busy", None),
        (429, {}, {"Retry-After": "2"}, "busy", 2.0),
        (429, {}, {"retry-after-ms": "250", "Retry-After": "1"}, "busy", 0.25),
        (429, {}, {"Retry-After": "soon"}, "busy", None),
        (429, {}, {"Retry-After": "nan"}, "busy", None),
        (429, {}, {"Retry-After": "-3"}, "busy", 0.0),
        (429, {"code": "insufficient_quota"}, {"Retry-After": "2"}, "ended", None),
        (429, {"type": "insufficient_quota"}, {}, "ended", None),
        (429, {"code": ["odd"]}, {}, "busy", None),
        (503, {}, {}, "passing", None),
        (503, {}, {"Retry-After": "2"}, "busy", 2.0),
        (529, {}, {"Retry-After": "2"}, "busy", 2.0),
        (500, {}, {}, "passing", None),
        (504, {}, {}, "passing", None),
        (408, {}, {}, "passing", None),
        (409, {}, {}, "passing", None),
        (400, {}, {}, "final", None),
        (401, {}, {}, "final", None),
        (402, {}, {}, "final", None),
        (404, {}, {}, "final", None),
        (422, {}, {}, "final", None),
        (301, {}, {}, "final", None),
    ],
)
def test_a_status_says_whether_to_come_back_to_ask_again_or_to_leave_it(status, error, headers, kind, wait):
    found = completion.failure(status, {"error": {"message": "m", **error}}, "", headers)
    assert (found.kind, found.wait) == (kind, wait)
    assert found.message == f"{status}: m"


def test_a_date_to_come_back_at_is_understood():
    date = email.utils.formatdate(time.time() + 100, usegmt=True)
    assert 90 < completion.failure(429, None, "", {"Retry-After": date}).wait <= 100
    assert completion.retry_after({"Retry-After": email.utils.formatdate(time.time() - 100, usegmt=True)}) == 0


# ---- labels


@BOTH
def test_a_label_with_and_without_a_space_counts_together(kind):
    tokens = {" 4": math.log(0.5), "4": math.log(0.25), "5": math.log(0.125), "Well": math.log(0.1)}
    found = replied(openai(tokens), LABELS, kind)
    assert found.label_logprobs == pytest.approx((math.log(0.75), math.log(0.125), -math.inf))


def test_labels_of_a_server_that_completes_count_together_too():
    def answer(path: str, asked: Asked) -> Answer:
        status, body, *_ = completer(path, asked)
        if status == 200:
            told = body["choices"][0]["logprobs"]
            told["top_logprobs"] = [{"▁4": math.log(0.5), "4": math.log(0.25), "Ġ5": math.log(0.125), "5": -9999.0}]
        return status, body

    found = replied(answer, LABELS)
    assert found.label_logprobs == pytest.approx((math.log(0.75), math.log(0.125), -math.inf))


# ---- the likelihood of a text

SKY = "The sky, mostly, is blue."
TOLD = Prompt("p", (Message("user", "Describe the sky. It is one word"),), "likelihood", continuations=(SKY, "Grey."))


@pytest.mark.parametrize(
    "imitation",
    [completer, partial(completer, least=0), partial(completer, before=["<s>"]), partial(completer, before=[""]), vllm],
    ids=["one token at least", "none", "a sign before the text", "an empty one", "vllm"],
)
def test_a_likelihood_is_that_of_the_statements_tokens_alone(imitation):
    found = replied(imitation, TOLD)
    space = "" if imitation is vllm else " "
    expected = [[logprob(token) for token in tokens_of(space + each)] for each in TOLD.continuations]
    assert [each.tokens for each in found.likelihoods] == [len(each) for each in expected] == [8, 2]
    assert [each.total for each in found.likelihoods] == pytest.approx([sum(each) for each in expected])
    assert found.likelihoods[0].total / 8 == pytest.approx(fmean(expected[0]))


def echo_of(tokens: list[str], offsets: list[int] | None = None, question: str = "Say") -> Likelihood:
    told = {"tokens": tokens, "token_logprobs": [None, *(-float(place) for place in range(1, len(tokens)))]}
    choice = {"text": "", "logprobs": told | ({"text_offset": offsets} if offsets else {})}
    return completion.echoed({"choices": [choice]}, Prompt("p", (Message("user", question),), "likelihood"), "é ö.")


@pytest.mark.parametrize(
    "tokens",
    [
        ["Say", "\n\n", "Answer", ":", "▁é", "▁ö", "."],
        ["Say", "\n\n", "Answer", ":", " é", " ö.", " So"],
        ["Say", "\n\n", "Answer", ":", " \ufffd", "\ufffd", " ö", "."],
        ["Say", "\n\n", "Answer", ":", " ", "\ufffd", "\ufffd", " ", "\ufffd", "\ufffd", "."],
    ],
)
def test_letters_that_are_split_and_signs_for_a_space_are_no_hindrance(tokens):
    inside = [place for place, token in enumerate(tokens) if place >= 4 and token not in (" So", " ")]
    found = echo_of(tokens)
    if tokens[4] == " ":
        inside = list(range(5, len(tokens)))
    assert (found.total, found.tokens) == (-sum(inside), len(inside))


def test_tokens_that_span_the_beginning_of_a_statement_are_an_error_and_no_guess():
    with pytest.raises(completion.Failure, match="do not part where the statement begins"):
        echo_of(["Say", "\n\n", "Answer", ": é", " ö", "."], [0, 3, 5, 11, 14, 16])
