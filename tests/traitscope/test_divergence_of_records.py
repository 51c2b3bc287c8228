"""Saying and doing of records as they come, of one persona, of several models, half run, and what the command prints."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from saying_and_doing import (
    BOTH,
    CHOICE,
    CHOSEN,
    CONFIRMATION,
    HALF,
    RATED,
    RATING,
    SAID,
    Told,
    ask,
    asked,
    person,
    told_of,
)

from traitscope import pairing
from traitscope.cli import main
from traitscope.datafile import DataError
from traitscope.divergence import NULL_RESPONDERS, measures
from traitscope.divergence_told import of_record
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Told:
    """The model without any persona."""
    folder = tmp_path_factory.mktemp("bare")
    return told_of(asked(folder, '"simulated:person"', RATING, CHOICE, CONFIRMATION, personas='"none"'))


# ---- one persona, several models, two inventories


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
