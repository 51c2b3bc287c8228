"""Saying and doing through the whole pipeline: what is put into a simulated responder comes out of the measures."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from traitscope import pairing
from traitscope.cli import main
from traitscope.datafile import DataError
from traitscope.divergence import NULL_RESPONDERS, measures
from traitscope.divergence_told import of_record, told
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

# six statements each of extraversion and neuroticism, two of them reversed
SAID = [f"bfi44_{number:02}" for number in (1, 6, 11, 16, 21, 26, 4, 9, 14, 19, 24, 29)]
DONE = [f"sc_{name}" for name in SAID]
HALF = '{ set = "big_five_32", fraction = "half" }'
OF_PAIRS = ["cosine", "centred_cosine", "spearman", "vmd", "pcp"]
ON_ONE_METRIC = ["cosine", "vmd", "pcp", "level_gap", "absolute_gap"]
RATED, CHOSEN = "rating: chosen", "choice: chosen"
BOTH = ("bfi44", "scenarios_bfi44")


def person(**parameters: int | float) -> str:
    listed = ", ".join(f"{name} = {value}" for name, value in parameters.items())
    return f'{{ name = "simulated:person", parameters = {{ {listed} }} }}'


def ask(elicitation: str, *inventories: str, items: list[str] | None = None, rest: str = 'reply = "text"') -> str:
    wanted = items or [*(SAID if BOTH[0] in inventories else []), *(DONE if BOTH[1] in inventories else [])]
    return (
        f"[[asks]]\nelicitation = {json.dumps(elicitation)}\ninventories = {json.dumps(inventories)}\n"
        f"items = {json.dumps(wanted)}\n{rest}\n"
    )


RATING = ask("rating", *BOTH)
CHOICE = ask("choice", BOTH[1], rest='reply = "text"\nvary = { options = ["printed", "swapped"] }')
CONFIRMATION = ask("confirmation", BOTH[1])
FEW_CONFIRMATIONS = ask("confirmation", BOTH[1], items=DONE[:3])
LIKELIHOOD = ask("likelihood", *BOTH, rest="")


def asked(folder: Path, models: str, *asks: str, personas: str = HALF, inventories: tuple[str, ...] = BOTH) -> Record:
    folder.mkdir(parents=True, exist_ok=True)
    text = f"models = [{models}]\ninventories = {json.dumps(inventories)}\npersonas = [{personas}]\n" + "".join(asks)
    (folder / "study.toml").write_text(text, "utf-8")
    return run(load_study(folder / "study.toml"), folder / "record")


@dataclass(frozen=True)
class Told:
    """A record with all that is told of it."""

    record: Record
    table: pd.DataFrame
    findings: list[str]
    text: str

    def one(self, measure: str, **where: object) -> "pd.Series[Any]":
        """The one row of a measure, of a model as a whole unless `where` says otherwise."""
        table = self.table[self.table["measure"] == measure]
        for name, value in {"scope": "model", "scale": "", "done_by": RATED, **where}.items():
            table = table[table[name] == value]
        if "model" not in where:
            table = table[~table["model"].isin(NULL_RESPONDERS)]
        assert len(table) == 1, table
        return table.iloc[0]

    def values(self, **where: object) -> list[float]:
        """The five measures of the pairs."""
        return [float(self.one(measure, **where)["value"]) for measure in OF_PAIRS]

    def finding(self, *parts: str) -> str:
        (found,) = [each for each in self.findings if all(part in each for part in parts)]
        return found


def told_of(record: Record, **given: Any) -> Told:
    result, text = of_record(record, **given)
    return Told(record, pd.DataFrame(result["measures"]), result["findings"], text)


@pytest.fixture(scope="module")
def same(tmp_path_factory) -> Told:
    """It acts on the trait it tells of, without noise."""
    models = person(action=1, noise=0, item_sd=0)
    return told_of(asked(tmp_path_factory.mktemp("same"), models, RATING, CHOICE))


@pytest.fixture(scope="module")
def opposite(tmp_path_factory) -> Told:
    """It acts against the trait it tells of."""
    return told_of(asked(tmp_path_factory.mktemp("opposite"), person(action=-1, noise=0, item_sd=0), RATING))


@pytest.fixture(scope="module")
def blind(tmp_path_factory) -> Told:
    """They answer without looking."""
    models = '"simulated:uniform", "simulated:first_option", "simulated:agree"'
    return told_of(asked(tmp_path_factory.mktemp("blind"), models, RATING, CHOICE, FEW_CONFIRMATIONS))


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Told:
    """The model without any persona."""
    folder = tmp_path_factory.mktemp("bare")
    return told_of(asked(folder, '"simulated:person"', RATING, CHOICE, CONFIRMATION, personas='"none"'))


# ---- known truth


def test_who_acts_just_as_it_says_has_one_one_one_nought_one(same):
    assert same.values() == pytest.approx([1, 1, 1, 0, 1])
    assert [same.one(measure)["above_null"] for measure in OF_PAIRS] == [True] * 5
    assert same.one("spearman")["null_items_high"] < 0.5 and same.one("spearman")["null_persons_high"] < 0.5
    assert same.one("level_gap")["value"] == 0 and same.one("level_gap")["note"] == "equal_in_all_persons"
    for scale in "EN":
        assert same.one("correlation", scope="trait", scale=scale)["value"] == pytest.approx(1)
        assert same.one("rank_change", scope="trait", scale=scale)["value"] == 0
    # all resamples agree, so there is no interval; the finding must not take that for doubt
    assert "What it does goes with what it says (rank correlation of the pairs 1.00;" in same.finding(f"by {RATED} - ")


def test_a_noiseless_choice_goes_with_the_rating_as_far_as_two_values_can(same):
    # a choice has two values where the rating has five: seen are .84 and .84, of pairs without any noise
    for measure in ("centred_cosine", "spearman"):
        found = same.one(measure, done_by=CHOSEN)
        assert 0.8 < found["value"] < 0.9 and found["low"] > 0.75 and found["above_null"] is True
    pairs = pairing.pairs(same.record)
    chosen = pairs[(pairs["done_by"] == CHOSEN) & (pairs["said"] != 3)]
    assert (np.sign(chosen["said"] - 3) == np.sign(chosen["done"] - 3)).all()
    assert set(chosen["done"]) == {1.0, 5.0}
    assert same.one("cosine", done_by=CHOSEN)["value"] > 0.9
    assert "What it does goes with what it says" in same.finding(CHOSEN)


def test_a_perfect_persona_agrees_by_choice_too(tmp_path):
    found = told_of(asked(tmp_path, '"simulated:perfect"', ask("rating", "bfi44"), CHOICE))
    assert found.values(done_by=CHOSEN) == pytest.approx([1, 1, 1, 0, 1])
    assert "no value" not in found.text and "nan" not in found.text.lower()


def test_who_acts_against_what_it_says_does_the_contrary(opposite):
    for measure in ("centred_cosine", "spearman"):
        found = opposite.one(measure)
        assert found["value"] < -0.8 and found["high"] < -0.7 and found["above_null"] is False
    assert opposite.one("spearman", scope="trait", scale="E")["value"] < -0.8
    assert opposite.one("correlation", scope="trait", scale="E")["value"] < -0.95
    text = opposite.finding(RATED)
    assert "It does the contrary of what it says" in text and "unrelated pairs stay above -" in text
    assert "The raw cosine of 0.67 is not above what unrelated pairs" in text


def test_the_contrary_without_any_exception_is_told_too(opposite):
    pairs = pairing.pairs(opposite.record).assign(done=lambda rows: 6 - rows["said"])
    result, _ = told(measures(pairs[pairs["scale"] == "E"]), "Contrary", 10, 1, 40)
    assert "It does the contrary of what it says (rank correlation of the pairs -1.00;" in result["findings"][0]


def test_who_acts_on_another_trait_cannot_be_told_from_unrelated_pairs(tmp_path):
    found = told_of(asked(tmp_path, person(action=0, effect=0), RATING))
    assert [found.one(measure)["above_null"] for measure in OF_PAIRS] == [False] * 5
    spearman = found.one("spearman")
    # twins share how hard they are to agree to, so it is persons, not items, that must be exchanged
    assert spearman["null_items_high"] < spearman["null_persons_high"]
    assert abs(spearman["value"] - spearman["null_persons"]) < 0.15
    assert "It cannot be told from pairs that have nothing to do with each other" in found.finding(RATED)


def test_unrelated_uniform_answers_have_a_high_cosine_that_means_nothing(blind):
    for done_by in (RATED, CHOSEN):
        found = blind.one("cosine", model="simulated:uniform", done_by=done_by)
        assert 0.7 < found["value"] < 0.85 and found["above_null"] is False
        assert found["null_items_low"] < found["value"] < found["null_items_high"]
        text = blind.finding("simulated:uniform", f"by {done_by} - ")
        assert f"The raw cosine of {found['value']:.2f} is not above what unrelated pairs of the same answers" in text
        assert "It cannot be told from pairs that have nothing to do with each other" in text


# ---- who answers without looking


def test_null_responders_stand_in_the_table_with_the_values_that_are_known_of_them(blind):
    middle, uniform, first = NULL_RESPONDERS
    nothing = [1, math.nan, math.nan, 0, 1]
    for done_by in (RATED, CHOSEN):
        assert blind.values(model=middle, done_by=done_by) == pytest.approx(nothing, nan_ok=True)
        assert blind.one("spearman", model=middle, done_by=done_by)["note"] == "constant_answers"
        assert blind.one("level_gap", model=middle, done_by=done_by)["value"] == 0
        assert 0.7 < blind.one("cosine", model=uniform, done_by=done_by)["value"] < 0.85
        assert abs(blind.one("spearman", model=uniform, done_by=done_by)["value"]) < 0.2
    assert blind.values(model=first) == pytest.approx(nothing, nan_ok=True)
    # of a choice that is printed both ways it takes each pole half the time, and says 1 of 5 of everything
    assert blind.values(model=first, done_by=CHOSEN) == pytest.approx([1, math.nan, math.nan, 2, 0], nan_ok=True)
    assert blind.text.count("Answered without looking (null responders)") == 2


@pytest.mark.parametrize(("model", "null", "by_choice"), [("first_option", 2, [2, 0]), ("agree", 0, [0, 1])])
def test_a_constant_responder_has_perfect_raw_measures_and_no_pattern(blind, model, null, by_choice):
    name = f"simulated:{model}"
    assert blind.values(model=name) == pytest.approx([1, math.nan, math.nan, 0, 1], nan_ok=True)
    assert blind.values(model=name) == pytest.approx(blind.values(model=NULL_RESPONDERS[null]), nan_ok=True)
    assert blind.values(model=name, done_by=CHOSEN)[3:] == by_choice
    for measure in ("cosine", "vmd", "pcp"):
        found = blind.one(measure, model=name)
        assert found["above_null"] is False and "constant_answers" in found["warnings"]
    text = blind.finding(name, f"by {RATED} - ")
    assert "Whether it acts as it says cannot be estimated (constant_answers)" in text
    assert "The raw cosine of 1.00 is not above" in text and "[" not in text


def test_all_models_together_have_rows_and_a_finding_of_their_own(blind):
    assert blind.one("spearman", scope="overall")["n_persons"] == 48
    assert blind.one("level_gap", scope="overall", scale="E")["verdict"] == "agrees"
    assert "all models, big_five_32 (48 personas)" in blind.finding("all models", f"by {RATED} - ")
    assert "\nall models              E " in blind.text


# ---- likelihood


def test_likelihoods_have_patterns_and_no_level_beside_ratings(tmp_path):
    record = asked(tmp_path, person(noise=0.3), RATING, LIKELIHOOD)
    pairs = pairing.pairs(record)
    ways = {(RATED, "likelihood: item_centred"), ("likelihood: double_centred", RATED)}
    of_pair = pairs["said_by"].str.cat(pairs["done_by"], sep=" ")
    table = measures(pairs[of_pair.isin({" ".join(way) for way in ways})])
    result, text = told(table, "Likelihood", 10, 1, 40)
    found = Told(record, table, result["findings"], text)
    for said_by, done_by in ways:
        way = {"said_by": said_by, "done_by": done_by}
        for measure in ON_ONE_METRIC:
            row = found.one(measure, **way)
            assert row["note"] == "no_common_metric" and math.isnan(row["value"]) and row["verdict"] == ""
        for measure in ("centred_cosine", "spearman"):
            assert found.one(measure, **way)["value"] > 0.8 and found.one(measure, **way)["above_null"] is True
        for scale in "EN":
            assert found.one("correlation", scope="trait", scale=scale, **way)["value"] > 0.9
        text = found.finding(f"said by {said_by}, done by {done_by}")
        assert "What it does goes with what it says" in text and "have no common metric, so levels" in text
        some = found.table[(found.table["said_by"] == said_by) & (found.table["done_by"] == done_by)]
        assert not some["model"].isin(NULL_RESPONDERS).any()


# ---- levels, scopes and models


def test_verdicts_on_the_level_are_upward_downward_and_agreeing(tmp_path):
    personas = ", ".join(
        f'{{ id = "p{each}", text = "You are {each}.", assigned = {{ extraversion = 1, neuroticism = -1 }} }}'
        for each in range(12)
    )
    against, along = (
        told_of(asked(tmp_path / name, person(action=action, effect=2, noise=0.3), RATING, personas=personas))
        for name, action in (("against", -1), ("along", 1))
    )
    for scale, verdict, sign in (("E", "diverges downward", -1), ("N", "diverges upward", 1)):
        found = against.one("level_gap", scope="trait", scale=scale)
        assert found["verdict"] == verdict and found["value"] * sign > 20
        assert along.one("level_gap", scope="trait", scale=scale)["verdict"] == "agrees"
    assert "acts higher than it says: N +" in against.finding(RATED)
    assert "acts lower than it says: E -" in against.finding(RATED)
    assert "acts at the level it says, within 10 points: E " in along.finding(RATED)
    (strict,) = told(measures(pairing.pairs(along.record), margin=0.01), "Strict", 0.01, 1, 40)[0]["findings"]
    assert "acts at the level it says" not in strict and "cannot be told: " in strict


def test_every_persona_has_rows_whose_intervals_are_over_items(opposite):
    rows = opposite.table[opposite.table["scope"] == "persona"]
    assert rows["persona"].nunique() == 16 and set(rows["n_persons"]) == {1}
    assert set(rows["measure"]) == {*OF_PAIRS, "level_gap", "absolute_gap"}
    gaps = rows[rows["measure"] == "level_gap"]
    shown = gaps["low"].notna()
    assert shown.all() and set(gaps["method"]) == {"percentile bootstrap over items"}
    assert (gaps["verdict"] == "diverges downward").any() or (gaps["verdict"] == "diverges upward").any()
    assert "By persona (intervals over items)" in opposite.text


def test_models_are_pooled_over_persons_of_each(tmp_path):
    records = {f"seed {seed}": asked(tmp_path / str(seed), person(seed=seed), RATING) for seed in (1, 2)}
    parts = [pairing.pairs(record).assign(model=name) for name, record in records.items()]
    found = Told(next(iter(records.values())), measures(pd.concat(parts, ignore_index=True)), [], "")
    assert not parts[0]["said"].equals(parts[1]["said"])
    for scale in "EN":
        one, other = (
            found.one("correlation", scope="trait", scale=scale, model=name)["value"] for name in ("seed 1", "seed 2")
        )
        pooled = found.one("correlation", scope="overall", scale=scale)
        assert pooled["value"] == pytest.approx(math.tanh((math.atanh(one) + math.atanh(other)) / 2))
        assert pooled["n_persons"] == 32 and pooled["above_null"] is True
        assert found.one("level_gap", scope="overall", scale=scale)["n_persons"] == 32
    levels = [found.one("level_gap", model=name)["value"] for name in ("seed 1", "seed 2")]
    assert found.one("level_gap", scope="overall")["value"] == pytest.approx(np.mean(levels))
    by_scale = [found.one("correlation", scope="overall", scale=scale)["value"] for scale in "EN"]
    whole = found.one("correlation", scope="overall")
    assert whole["value"] == pytest.approx(np.mean(by_scale)) and whole["note"] == "mean_of_traits: 2 of 2"
    assert set(found.table.loc[found.table["scope"] == "model", "model"]) == {*records, *NULL_RESPONDERS}


def test_the_bare_model_has_intervals_over_items_and_no_level_of_its_only_person(bare):
    for measure in ("cosine", "centred_cosine", "spearman", "vmd"):
        found = bare.one(measure)
        assert found["n_persons"] == 1 and found["low"] < found["high"]
        assert found["method"] == "percentile bootstrap over items"
        assert found["null_persons"] is None and found["null_items_low"] < found["null_items_high"]
    assert bare.one("level_gap")["note"] == "too_few_persons"
    own = bare.one("level_gap", scope="persona")
    assert own["value"] == pytest.approx(bare.one("level_gap")["value"]) and own["low"] < own["value"] < own["high"]
    assert bare.one("correlation", scope="trait", scale="E")["note"] == "too_few_persons"
    assert "none (1 persona)" in bare.finding(CHOSEN, "done by choice")
    assert "correlate" not in "".join(bare.findings)


def test_few_items_of_one_persona_have_an_interval_all_the_same(bare):
    pairs = pairing.pairs(bare.record)
    found = Told(bare.record, measures(pairs[pairs["scale"] == "E"]), [], "")
    for measure in ("level_gap", "absolute_gap", "vmd"):
        row = found.one(measure, scope="persona")
        assert row["low"] < row["high"] and row["method"] == "percentile bootstrap over items"


def test_below_ten_personas_nothing_is_decided_without_an_interval(same):
    pairs = pairing.pairs(same.record)
    few = pairs[pairs["persona"].isin(pairs["persona"].unique()[:6])]
    result, _ = told(measures(few), "Few", 10, 1, 40)
    exact, chosen = result["findings"]
    # 1.00 in all resamples needs no interval; .8 does
    assert "What it does goes with what it says" in exact
    assert "Whether it acts as it says is left open without an interval" in chosen
    assert "beyond unrelated pairs; interval withheld: fewer than 10 persons" in chosen


def test_scales_of_two_inventories_with_one_id_are_kept_apart(tmp_path):
    some = [name for each in ("sd3_n1", "sd3_n2", "sd3_n3", "bfi44_04", "bfi44_09") for name in (each, f"sc_{each}")]
    names = ("bfi44", "sd3", "scenarios_bfi44", "scenarios_sd3")
    asks = ask("rating", *names, items=some), ask("choice", *names[2:], items=[each for each in some if "sc_" in each])
    yes_no = ask("confirmation", *names[2:], items=[each for each in some if "sc_" in each])
    found = told_of(asked(tmp_path, '"simulated:person"', *asks, yes_no, personas='"none"', inventories=names))
    scales = {"N (Neuroticism)": 2, "N (Narcissism)": 3}
    for scale, count in scales.items():
        assert found.one("vmd", scope="trait", scale=scale)["n_pairs"] == count
        assert found.one("confirmed", scope="trait", scale=scale, done_by=CHOSEN)["value"] >= 0
    assert set(found.table["scale"]) == {"", *scales}


# ---- self-confirmation


def test_who_agrees_to_everything_confirms_nothing(blind):
    way = {"said_by": "confirmation", "done_by": CHOSEN, "model": "simulated:agree"}
    assert [blind.one(name, **way)["value"] for name in ("confirmed", "opposite", "discrimination")] == [100, 100, 0]
    assert "always_confirms" in blind.one("confirmed", **way)["warnings"]
    text = blind.finding("self-confirmation - simulated:agree")
    assert "It confirms 100 % of the actions it chose, and 100 % of the contrary ones" in text
    assert "the two cannot be told apart, so the confirmation says nothing" in text


def test_a_noiseless_person_confirms_what_it_chose_and_not_the_contrary(tmp_path):
    record = asked(tmp_path, person(effect=3, noise=0), ask("rating", "bfi44"), CHOICE, CONFIRMATION)
    pairs, table = pairing.pairs(record), pairing.confirmations(record)
    assert len(table) == 16 * len(DONE) * 2
    pairs = pairs[pairs["persona"] == pairs["persona"].iloc[0]]  # of them the other tests
    found = Told(record, measures(pairs, table), [], "")
    way = {"said_by": "confirmation", "done_by": CHOSEN}
    assert found.one("confirmed", **way)["value"] > 95 and found.one("opposite", **way)["value"] < 5
    assert found.one("discrimination", scope="trait", scale="E", **way)["value"] > 90
    (text,) = told(found.table[found.table["said_by"] == "confirmation"], "Yes", 10, 1, 40)[0]["findings"]
    assert text.endswith(" % of the contrary ones.")
    # without a single exception there is no interval, and no doubt either
    sure = measures(pairs, table.assign(confirmed=1.0, opposite=0.0))
    (text,) = told(sure[sure["said_by"] == "confirmation"], "Yes", 10, 1, 40)[0]["findings"]
    assert text.endswith("It confirms 100 % of the actions it chose, and 0 % of the contrary ones.")


# ---- the command


def test_the_command_prints_tables_findings_and_terms(bare, capsys):
    assert main(["divergence", str(bare.record.folder), "--tau", "0.5", "--margin", "7"]) == 0
    out = capsys.readouterr().out
    for part in (
        "study: saying and doing", "pcp: share of pairs within 0.5 of it", "lies within 7.", "By trait",
        f"DIVERGENCE - said by {RATED}, done by {RATED}; none", f"DIVERGENCE - said by {RATED}, done by {CHOSEN}; none",
        "Answered without looking (null responders)", "SELF-CONFIRMATION - percent", "\nFINDING, said by", "Terms of bfi44",
    ):  # fmt: skip
        assert part in out
    assert "nan" not in out.lower() and "None" not in out


def test_json_is_one_valid_object_with_null_where_nothing_is_known(bare, capsys):
    assert main(["divergence", str(bare.record.folder), "--json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "NaN" not in out and "Infinity" not in out
    result = json.loads(out)
    assert result["findings"] == bare.findings and len(result["measures"]) == len(bare.table)
    unknown = next(row for row in result["measures"] if row["measure"] == "rank_change" and row["scope"] == "trait")
    assert unknown["value"] is None and unknown["above_null"] is None


def test_expected_answers_are_in_the_json_and_not_in_the_text(tmp_path):
    found = told_of(asked(tmp_path, '"simulated:person"', ask("rating", *BOTH, rest=""), personas='"none"'))
    assert set(found.table["said_by"]) == {RATED, "rating: expected"}
    assert "expected" not in found.text and "expected" not in "".join(found.findings)


@pytest.mark.parametrize(
    ("inventories", "asks", "part"),
    [
        (("bfi44",), (ask("rating", "bfi44", items=SAID),), "no scenarios with twins in this record"),
        (BOTH, (ask("rating", "bfi44", items=SAID),), "no statement of bfi44 and its twin scenario"),
        (BOTH, (CONFIRMATION,), "no statement of bfi44 and its twin scenario"),
    ],
)
def test_a_record_without_pairs_is_exit_2_and_one_line(tmp_path, capsys, inventories, asks, part):
    record = asked(tmp_path, '"simulated:person"', *asks, personas='"none"', inventories=inventories)
    assert main(["divergence", str(record.folder)]) == 2
    heard = capsys.readouterr()
    assert heard.out == "" and heard.err.count("\n") == 1 and part in heard.err


def test_a_record_of_refusals_has_no_pattern_and_no_verdict(tmp_path):
    record = asked(tmp_path, '"simulated:refuser", "simulated:person"', RATING, CHOICE, CONFIRMATION, personas='"none"')
    found = told_of(record)
    assert found.one("spearman", model="simulated:refuser")["note"] == "too_few_pairs"
    assert "Whether it acts as it says cannot be estimated" in found.finding("simulated:refuser", f"by {RATED} - ")
    assert found.one("spearman", scope="overall")["n_persons"] == 1


def test_a_half_run_record_is_told_as_far_as_it_goes(tmp_path):
    class Stopped(KeyboardInterrupt):
        pass

    def stopped_after(count: int) -> Record:
        left = iter(range(count))

        def settled(_: int) -> None:
            if next(left, None) is None:
                raise Stopped

        with pytest.raises(Stopped):
            run(load_study(tmp_path / "study.toml"), tmp_path / "record", lambda *_: settled)
        return Record(tmp_path / "record")

    study = f'models = ["simulated:person"]\ninventories = {json.dumps(BOTH)}\npersonas = [{HALF}]\n'
    (tmp_path / "study.toml").write_text(study + RATING, "utf-8")
    with pytest.raises(DataError, match="were answered by the same persona yet"):
        of_record(stopped_after(3))
    record = stopped_after(60)
    pairs = pairing.pairs(record)
    assert 0 < len(pairs) < 16 * len(SAID) and pairs["persona"].nunique() > 1
    found = told_of(record)
    assert found.one("cosine")["n_persons"] == pairs["persona"].nunique()
    assert "By persona" in found.text
