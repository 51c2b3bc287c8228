"""What the embedded model really does, through the whole pipeline: the finding of the demo, with its control."""

import pytest

from traitscope import estimates
from traitscope.runner import run
from traitscope.study import load_study

pytestmark = pytest.mark.model

STUDY = """
seed = 1
models = ["local:smollm2-135m"]
inventories = ["bfi44"]
personas = ["none", { set = "big_five_32", fraction = "half" }, { set = "big_five_32_negated", fraction = "half" }]

[[asks]]
elicitation = "rating"
personas = ["none", "E+A+C+N+O+", "E+A-C-N-O-", "E-A+C-N-O-", "E-A-C-N+O-"]
vary = { options = ["printed", "reversed"] }

[[asks]]
elicitation = "likelihood"
personas = ["big_five_32", "big_five_32_negated"]
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("model")
    (folder / "study.toml").write_text(STUDY, "utf-8")
    return estimates.tables(run(load_study(folder / "study.toml"), folder / "record"))


def d(tables, persona_set):
    table = tables["assigned"]
    table = table[(table["persona_set"] == persona_set) & (table["version"] == "double_centred")]
    return dict(zip(table["scale"], table["d_ddof1"], strict=True))


def test_its_ratings_are_one_constant_position_in_both_option_orders(tables):
    ratings = tables["answers"][tables["answers"]["elicitation"] == "rating"]
    assert len(ratings) == 5 * 44 * 2
    assert set(ratings["position"]) == {0}
    found = tables["reliability"]
    assert set(found[(found["version"] == "chosen") & (found["n_persons"] > 2)]["note"]) == {"zero_total_variance"}


def test_double_centred_likelihood_has_the_right_sign_for_all_five_traits(tables):
    effects = d(tables, "big_five_32")
    assert sorted(effects) == list("ACENO")
    assert min(effects.values()) > 0


def test_with_negated_markers_at_least_three_traits_keep_their_sign_by_meaning(tables):
    effects = d(tables, "big_five_32_negated")
    assert sorted(effects) == list("ACENO")
    assert sum(value > 0 for value in effects.values()) >= 3


def test_every_trait_has_a_verdict_by_meaning(tables):
    verdicts = tables["recovery"][tables["recovery"]["version"] == "double_centred"]
    assert sorted(verdicts["scale"]) == list("ACENO")
    plain, negated = d(tables, "big_five_32"), d(tables, "big_five_32_negated")
    expected = {scale: "recovered" if negated[scale] > 0 else "primed by the word" for scale in plain}
    assert dict(zip(verdicts["scale"], verdicts["verdict"], strict=True)) == expected


def test_likelihoods_have_no_common_metric_with_ratings(tables):
    said = tables["standings"][tables["standings"]["elicitation"] == "likelihood"]
    assert said["pomp"].isna().all()
    assert set(said["note"]) == {"no_common_metric"}
