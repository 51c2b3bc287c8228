"""What a model behind an interface can do is found out from how it answers, by as few calls as it takes."""

import pytest
from imitations import Answer, Asked, completer, o_series, openai, refused, said, serving, vllm, with_logprobs

from inventories.responder import Abilities, ResponderError
from traitscope.responders import abilities, by_name, completion

LIKELY = {" 4": -0.2, "4": -2.0, "5": -3.0}


def found(imitation, kind: str = "server") -> tuple[Abilities, list[tuple[str, Asked]]]:
    """The abilities, and the requests that it took."""
    with serving(imitation) as server:
        responder = (
            by_name(server.model)
            if kind == "server"
            else by_name("openai/m", {"api_base": server.url, "max_retries": 0})
        )
        able = responder.can()
        asked = list(server.asked)
        assert responder.can() == able
        assert server.asked == asked  # asked once
    return able, asked


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.delenv("SERVER_API_KEY", raising=False)


BOTH = pytest.mark.parametrize("kind", ["server", "litellm"])


@BOTH
def test_a_server_that_tells_probabilities_can_give_those_of_labels(kind):
    able, asked = found(openai(LIKELY), kind)
    assert (able.labels, able.first_token, able.system, able.seed, able.thinks) == (True, True, True, True, False)
    assert (able.likelihood, able.structured, able.resolved) == (False, False, "m-2026-01-01")
    assert asked[0][1]["top_logprobs"] == 20
    assert "beyond the 20 likeliest" in able.note


@BOTH
def test_a_server_that_tells_of_five_tokens_is_asked_for_five(kind):
    able, _ = found(openai(LIKELY, most=5), kind)
    assert able.labels
    assert able.dialect == ("top=5",)
    assert "beyond the 5 likeliest" in able.note


@BOTH
def test_a_server_that_refuses_probabilities_is_asked_for_text(kind):
    able, _ = found(openai(None), kind)
    assert not able.labels
    assert (able.system, able.seed) == (True, True)


def test_a_server_that_ignores_the_wish_for_probabilities_is_asked_for_text():
    able, asked = found(lambda path, asked: (200, said("4")) if "chat" in path else refused("no", 404))
    assert not able.labels
    assert "logprobs" in asked[0][1]


@BOTH
def test_the_later_models_of_openai_are_asked_in_the_words_they_take(kind):
    able, asked = found(o_series, kind)
    assert (able.thinks, able.labels, able.system, able.seed) == (True, False, True, True)
    assert able.dialect == ("max_completion_tokens", "no temperature")
    assert "takes no temperature" in able.note
    assert len(asked) <= 8


@BOTH
def test_a_server_without_a_system_role_keeps_its_other_abilities(kind):
    able, asked = found(openai(LIKELY, system=False), kind)
    assert (able.system, able.labels, able.seed) == (False, True, True)
    assert len(asked) <= 6  # the refusal says what it is about


def test_a_refusal_without_a_reason_is_got_round_all_the_same():
    def gruff(path: str, asked: Asked) -> Answer:
        if (
            "chat" not in path
            or "max_tokens" in asked
            or "temperature" in asked
            or "seed" in asked
            or "logprobs" in asked
        ):
            return 400, "Bad Request"
        return (400, "Bad Request") if asked["messages"][0]["role"] == "system" else (200, said("4"))

    able, _ = found(gruff)
    assert (able.system, able.seed) == (False, False)
    assert able.dialect == ("max_completion_tokens", "no temperature")


def test_vllm_tells_the_likelihood_of_a_text_within_its_chat():
    able, _ = found(vllm)
    assert able.likelihood
    assert "prompt_logprobs" in able.dialect
    assert (able.labels, able.structured) == (True, True)


def test_litellm_holds_a_reply_to_a_schema_where_the_server_does():
    able, _ = found(vllm, "litellm")
    assert (able.structured, able.labels, able.likelihood) == (True, True, False)


@BOTH
def test_a_server_that_ignores_a_schema_does_not_pass_because_its_model_obeys_in_words(kind):
    def obedient(path: str, asked: Asked) -> Answer:
        if path != "chat/completions":
            return refused("unknown url", 404)
        return 200, said('{"answer": "4"}' if "JSON" in str(asked["messages"]) else "4")

    assert not found(obedient, kind)[0].structured


def test_a_server_that_only_completes_is_asked_to_complete_and_to_echo():
    able, asked = found(completer)
    assert (able.labels, able.likelihood, able.system, able.structured) == (True, True, False, False)
    assert able.dialect == ("completions", "echo")
    assert "without the model's chat template" in able.note
    assert [path for path, _ in asked].count("chat/completions") == 1


@pytest.mark.parametrize(
    "reply",
    [
        said("4", usage={"completion_tokens_details": {"reasoning_tokens": 9}}),
        said("4", reasoning_content="After 3 comes 4."),
        said("4", reasoning="After 3 comes 4."),
        said("<think>After 3 comes 4.</think>4"),
        said("<think>After 3 comes", finish="length"),
        said("After 3 comes 4.\n</think>\n\n4"),
        said(None, finish="length"),
    ],
    ids=["counted", "reasoning_content", "reasoning", "marked", "cut off", "its beginning in the prompt", "hidden"],
)
def test_a_model_that_thinks_is_known_by_its_first_reply(reply):
    able, _ = found(lambda path, _: (200, with_logprobs(reply, LIKELY)) if "chat" in path else refused("no", 404))
    assert able.thinks
    assert not able.labels  # the first token is one of thinking
    assert "thinks before it answers" in able.note


def test_thinking_whose_beginning_is_not_marked_is_recognised_when_it_is_let_go_on():
    def rambling(path: str, asked: Asked) -> Answer:
        if "chat" not in path:
            return refused("no", 404)
        if asked["max_tokens"] < 100:
            return 200, said("Okay, the user wants the digit that comes after 3. I would say", finish="length")
        return 200, said("Okay, the user wants the digit that comes after 3. I would say 4.\n</think>\n\n4")

    able, _ = found(rambling)
    assert able.thinks
    assert completion.UNMARKED in able.dialect


def test_a_model_that_only_talks_much_does_not_think():
    able, _ = found(
        lambda path, _: (200, said("Well, " * 20, finish="length")) if "chat" in path else refused("no", 404)
    )
    assert not able.thinks


def test_a_server_that_stumbles_once_is_asked_again():
    stumbles = [(200, {"choices": []}), (500, "oops"), (429, "slow down", {"Retry-After": "0"})]

    def answer(path: str, asked: Asked) -> Answer:
        return stumbles.pop() if stumbles else openai(LIKELY)(path, asked)

    able, _ = found(answer)
    assert able.labels
    assert able.dialect == ()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, {"error": {"message": "The model `m` does not exist."}}), "The model `m` does not exist"),
        ((200, {"choices": []}), "no reply in what came back"),
        ((200, "<html>a page</html>"), "no JSON object: <html>a page"),
        ((500, {"error": {"message": "CUDA out of memory"}}), "CUDA out of memory"),
        ((429, {"error": {"message": "no quota", "code": "insufficient_quota"}}), "no quota"),
        ((200, {"error": {"message": "no provider left", "code": 502}}), "no provider left"),
    ],
    ids=["no model", "empty", "a page", "broken", "no money", "an error as an answer"],
)
def test_a_server_that_answers_nothing_of_use_is_one_error_with_its_own_message(answer, told, monkeypatch):
    monkeypatch.setattr(abilities, "TRIES", 2)
    with pytest.raises(ResponderError, match=r"^server:.* does not answer") as problem:
        found(lambda *_: answer)
    assert told in str(problem.value)
