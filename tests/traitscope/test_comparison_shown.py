"""Differences between models are those of the same personas in the same forms, corrected, and warned of."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from psychometrics import adjust, quasi_f
from traitscope import analysis
from traitscope.record import Record
from traitscope.results import comparison_shown, model_differences
from traitscope.results.model_differences import Compared
from traitscope.runner import run
from traitscope.study import load_study

ASK = "rating: chosen"
STUDY = """
title = "Models side by side"
models = [{{ name = "simulated:person", parameters = {{ acquiescence = {acquiescence} }} }}, "simulated:midpoint", "simulated:agree"]
inventories = ["sd3"]
personas = ["none", "big_five_32"]
[[asks]]
{vary}
"""
ORDERS = 'vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"] }'


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Record]:
    """Run the study with an acquiescence of the simulated persons, in one form or several."""
    made: dict[tuple[float, str], Record] = {}

    def ask(acquiescence: float = 0.0, vary: str = "") -> Record:
        if (acquiescence, vary) not in made:
            folder: Path = tmp_path_factory.mktemp("runs")
            (folder / "study.toml").write_text(STUDY.format(acquiescence=acquiescence, vary=vary), "utf-8")
            made[acquiescence, vary] = run(load_study(folder / "study.toml"), folder / "models")
        return made[acquiescence, vary]

    return ask


def compared(*others: str, reference: str = "simulated:person") -> Compared:
    return Compared("sd3", ASK, "big_five_32", reference, others or ("simulated:midpoint",))


def test_a_model_that_always_agrees_stands_where_its_keys_put_it(study: Callable[..., Record]) -> None:
    record = study()
    table = model_differences.differences(record, compared("simulated:agree", reference="simulated:midpoint"))
    keys = {scale: list(record.inventory("sd3").keys(scale).values()) for scale in ("M", "N", "P")}
    expected = {scale: 100 * each.count(1) / len(each) for scale, each in keys.items()}
    assert dict(zip(table["scale"], table["mean"], strict=True)) == pytest.approx(expected)
    assert table["mean_reference"].tolist() == pytest.approx([50.0] * 3)
    assert table["difference"].tolist() == pytest.approx([value - 50 for value in expected.values()])


def test_persons_who_agree_with_everything_stand_higher_on_items_keyed_that_way(study: Callable[..., Record]) -> None:
    asked = compared("simulated:person", reference="simulated:midpoint")
    plain, yes = (model_differences.differences(study(each), asked).set_index("scale") for each in (0.0, 1.5))
    assert (yes.loc[["M", "P"], "difference"] > plain.loc[["M", "P"], "difference"] + 5).all()
    assert yes.loc["M", "p_holm"] < 0.001 and yes.loc["M", "low"] > 0  # all nine items are keyed towards agreement


def test_corrected_p_is_never_smaller_and_the_family_is_all_that_is_shown(study: Callable[..., Record]) -> None:
    table = model_differences.differences(study(0.5, ORDERS), compared("simulated:midpoint", "simulated:agree"))
    assert len(table) == 6
    assert (table["p_holm"] >= table["p"]).all()
    assert table["p_holm"].tolist() == pytest.approx(list(adjust(table["p"], "holm")))


def scores(record: Record) -> pd.DataFrame:
    table = analysis.scores(record)
    return table.query("scale == 'N' and version == 'chosen' and persona_set == 'big_five_32'")


def test_in_one_form_the_test_is_the_paired_t(study: Callable[..., Record]) -> None:
    wide = scores(study()).pivot(index="persona", columns="model", values="pomp")
    expected = stats.ttest_rel(wide["simulated:midpoint"], wide["simulated:person"])
    row = model_differences.differences(study(), compared()).set_index("scale").loc["N"]
    low, high = expected.confidence_interval()
    assert row["test"] == "paired t" and row["n_persons"] == 32
    assert row[["statistic", "p", "low", "high"]].tolist() == pytest.approx(
        [expected.statistic, expected.pvalue, low, high]
    )


def test_in_several_forms_the_test_is_over_persons_and_forms(study: Callable[..., Record]) -> None:
    rows = scores(study(0.5, ORDERS)).query("model != 'simulated:agree'")
    cells = rows.rename(columns={"persona": "person", "model": "condition", "pomp": "value"})
    expected = quasi_f(cells, levels=("simulated:midpoint", "simulated:person"))
    row = model_differences.differences(study(0.5, ORDERS), compared()).set_index("scale").loc["N"]
    assert row["test"] == "quasi-F" and row["n_forms"] == 4
    assert row[["difference", "low", "high", "p"]].tolist() == pytest.approx(
        [expected.value, expected.low, expected.high, expected.extra["p"]]
    )


def test_means_come_with_a_warning_that_says_how_many_persons_a_test_of_invariance_needs(
    study: Callable[..., Record],
) -> None:
    told = comparison_shown.cautions(study(), compared())
    assert "32 personas in 2 models are 64 persons; 300 or more are needed" in told[0]
    assert "read it as a difference in answers" in told[0]
    assert any("simulated:midpoint gave one constant answer" in each for each in told)


def test_only_personas_that_both_answered_for_are_compared(tmp_path: Path) -> None:
    class Stopped(KeyboardInterrupt):
        pass

    (tmp_path / "study.toml").write_text(STUDY.format(acquiescence=0.0, vary=""), "utf-8")
    left = iter(
        range(33 * 27 + 10 * 27 + 5)
    )  # all of the first model, ten personas of the second and some answers more

    def started(total: int, done: int) -> Callable[[int], None]:
        def settled(_: int) -> None:
            if next(left, None) is None:
                raise Stopped

        return settled

    with pytest.raises(Stopped):
        run(load_study(tmp_path / "study.toml"), tmp_path / "half", started)
    record = Record(tmp_path / "half")
    answered = analysis.scores(record).query("version == 'chosen' and persona_set == 'big_five_32' and n_answered > 0")
    people = answered.groupby("model")["persona"].agg(set)
    both = people["simulated:person"] & people["simulated:midpoint"]
    either = people["simulated:person"] | people["simulated:midpoint"]
    assert 0 < len(both) < len(either)
    table = model_differences.differences(record, compared())
    assert table["n_persons"].max() == len(both)
    told = " ".join(comparison_shown.cautions(record, compared()))
    assert f"{len(either) - len(both)} persona" in told and "left out" in told


def test_the_finding_names_the_scales_on_which_a_difference_is_told(study: Callable[..., Record]) -> None:
    told = comparison_shown.finding(study(), compared("simulated:agree"))
    assert told.startswith(
        "Over 32 personas in 1 form that both answered: simulated:agree, beside simulated:person: higher on "
    )
    assert "Machiavellianism (by " in told and " POMP)" in told


def test_a_record_with_one_model_says_how_to_add_another(tmp_path: Path) -> None:
    text = 'title = "Alone"\nmodels = ["simulated:person"]\ninventories = ["tipi"]\npersonas = ["none"]\n'
    (tmp_path / "study.toml").write_text(text, "utf-8")
    record = run(load_study(tmp_path / "study.toml"), tmp_path / "alone")
    assert model_differences.models(record, "tipi", ASK) == ["simulated:person"]
    told = model_differences.one_model(record, "tipi", ASK)
    assert "one model only, simulated:person" in told and "models = [...]" in told
