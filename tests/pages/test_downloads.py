"""What a reader takes along: the files of a page have the numbers of the record, checked by the public functions and by hand."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame, Series

from pages.kit.exhibits import MOST_ROWS
from psychometrics import cronbach_alpha
from tests.pages.tabs import NEEDS_BROWSER, Tab
from traitscope import tables
from traitscope.exhibit import Exhibit
from traitscope.figures.images import height
from traitscope.record import Record
from traitscope.results import (
    coefficients,
    comparison_shown,
    divergence_shown,
    form_effects_shown,
    profiles_shown,
    reliability_shown,
)
from traitscope.results.divergence_looked import Looked
from traitscope.results.model_differences import Compared

pytestmark = [*NEEDS_BROWSER, pytest.mark.thorough]

PERSON, UNIFORM, SET = "simulated:person", "simulated:uniform", "big_five_32"
REVERSED = "options=reversed"
COEFFICIENTS = ["alpha", "omega total, one factor", "retest, ICC(A,1)"]
PLACE = {"inventory": "bfi44", "model": PERSON, "ask": "rating: chosen"}
SAID_AND_DONE = {"said_by": "rating: chosen", "done_by": "choice: chosen", "persona_set": SET}


@dataclass(frozen=True)
class Shown:
    """A place of a page: its choices, the exhibit that is there, and how its numbers come out by hand."""

    address: dict[str, Any]
    exhibit: Callable[[Record], Exhibit]
    by_hand: Callable[[Record, DataFrame], None]


def statements(record: Record, model: str = PERSON, persona_set: str | None = SET) -> DataFrame:
    """The ratings of BFI-44 as they were answered, from 1 to 5, with the column keyed: reversed items turned round."""
    table = tables.answers(record)
    table = table[(table["model"] == model) & (table["inventory"] == "bfi44") & (table["elicitation"] == "rating")]
    if persona_set:
        table = table[table["persona_set"] == persona_set]
    return table.assign(keyed=table["chosen"].where(table["key"] == 1, 6 - table["chosen"]).astype(float))


def pomp(values: Series) -> float:
    return float((values.mean() - 1) / 4 * 100)


def alphas(record: Record, table: DataFrame) -> None:
    """Alpha of the first draw of the reversed form: by the variances, and by psychometrics."""
    asked = statements(record).query("options == 'reversed' and replicate == 1")
    shown = table[table["coefficient"] == "alpha"].set_index("scale")["value"]
    assert sorted(shown.index) == ["A", "C", "E", "N", "O"]
    for scale, rows in asked.groupby("scale"):
        items = rows.pivot(index="persona", columns="item", values="keyed")
        assert items.shape[0] == 16
        k, whole = items.shape[1], items.sum(axis=1).var()
        assert shown[scale] == pytest.approx(k / (k - 1) * (1 - items.var().sum() / whole))
        assert shown[scale] == pytest.approx(cronbach_alpha(items).value)


def levels(record: Record, table: DataFrame) -> None:
    """POMP of each persona and scale is the mean over forms and draws, in percent of the way from 1 to 5."""
    assert table["persona"].nunique() == 1 + 16 + 30
    means = statements(record, persona_set=None).groupby(["persona", "scale"])["keyed"].apply(pomp)
    for persona, scale, shown in zip(table["persona"], table["scale"], table["pomp"], strict=True):
        assert shown == pytest.approx(means[persona, scale])


def shift(record: Record, table: DataFrame) -> None:
    """The shift of the reversed order, in POMP, and the share of answers that it changes."""
    asked = statements(record, persona_set=None)
    wide = asked.pivot(index=["persona", "item", "replicate"], columns="options", values="chosen").astype(float)
    moved = wide["reversed"] - wide["printed"]
    (row,) = table.to_dict("records")
    assert row["n_pairs"] == len(wide) == 47 * 44 * 2
    assert row["shift"] == pytest.approx(25 * moved.groupby("persona").mean().mean())
    assert row["change"] == pytest.approx(25 * moved.abs().mean())
    assert row["changed"] == pytest.approx((moved != 0).mean())


def said_and_done(record: Record, table: DataFrame) -> None:
    """Said is the mean rating of a trait's statements, done the share of actions towards it in their twins, in percent."""
    said = statements(record).groupby(["scale", "persona"])["keyed"].apply(pomp).groupby("scale").mean()
    acted = tables.answers(record)
    acted = acted[(acted["model"] == PERSON) & (acted["elicitation"] == "choice") & (acted["persona_set"] == SET)]
    acted = acted.assign(keyed=acted["chosen"].where(acted["key"] == 1, 1 - acted["chosen"]))
    done = 100 * acted.groupby(["scale", "persona"])["keyed"].mean().groupby("scale").mean()
    names = {
        "E": "Extraversion",
        "A": "Agreeableness",
        "C": "Conscientiousness",
        "N": "Neuroticism",
        "O": "Openness to Experience",
    }
    shown = table.set_index("name")
    assert len(shown) == 5
    for scale, name in names.items():
        assert shown.loc[name, "said"] == pytest.approx(said[scale])
        assert shown.loc[name, "gap"] == pytest.approx(shown.loc[name, "done"] - shown.loc[name, "said"])
        assert shown.loc[name, "done"] == pytest.approx(done[scale])


def differences(record: Record, table: DataFrame) -> None:
    """The other model's mean less the reference's, and d of the personas' differences."""
    means = {
        model: statements(record, model).groupby(["scale", "persona"])["keyed"].apply(pomp)
        for model in (PERSON, UNIFORM)
    }
    apart = means[UNIFORM] - means[PERSON]
    for row in table.to_dict("records"):
        assert row["mean_reference"] == pytest.approx(means[PERSON][row["scale"]].mean())
        assert row["mean"] == pytest.approx(means[UNIFORM][row["scale"]].mean())
        assert row["difference"] == pytest.approx(apart[row["scale"]].mean())
        assert row["d"] == pytest.approx(apart[row["scale"]].mean() / apart[row["scale"]].std())
    assert len(table) == 5


def _reliability(record: Record) -> Exhibit:
    asked = coefficients.in_form(coefficients.Asked(**PLACE, persona_set=SET), REVERSED)
    return reliability_shown.forest(record, asked, COEFFICIENTS)


SHOWN = {
    "reliability": Shown(
        {**PLACE, "personas": SET, "form": REVERSED, "coefficients": COEFFICIENTS},
        _reliability, alphas,
    ),
    "trait_profiles": Shown(PLACE, lambda record: profiles_shown.everybody(record, **PLACE, level="domain"), levels),
    "consistency": Shown(PLACE, lambda record: form_effects_shown.shifts(record, **PLACE), shift),
    "divergence": Shown(
        {"model": PERSON, **SAID_AND_DONE, "margin": "5"},
        lambda record: divergence_shown.by_trait(record, Looked(PERSON, **SAID_AND_DONE, margin=5.0)), said_and_done,
    ),
    "compare": Shown(
        {"inventory": "bfi44", "ask": "rating: chosen", "reference": PERSON, "other": UNIFORM, "personas": SET},
        lambda record: comparison_shown.forest(
            record, Compared("bfi44", "rating: chosen", SET, PERSON, (UNIFORM,)), "domain"
        ), differences,
    ),
}  # fmt: skip


class Cells(HTMLParser):
    """The rows of the tables of an HTML page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, _: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and self.lasttag in ("td", "th"):
            self.rows[-1][-1] += data


@dataclass
class Open:
    """A page with the part open that holds an exhibit's table and downloads."""

    tab: Tab
    shown: Shown
    record: Record
    exhibit: Exhibit

    def saved(self, form: str) -> bytes:
        """The file that the button gives."""
        with self.tab.page.expect_download() as download:
            self.tab.main.locator(f".st-key-{form}_{self.exhibit.name} button").click()
        assert download.value.suggested_filename == f"{self.exhibit.name}.{form}"
        return Path(download.value.path()).read_bytes()


@pytest.fixture(params=list(SHOWN))
def opened(request: pytest.FixtureRequest, runs: Path, tab: Tab) -> Open:
    record, shown = Record(runs / "both"), SHOWN[request.param]
    exhibit = shown.exhibit(record)
    tab.open(f"{request.param}?{urlencode({'record': 'both', **shown.address}, doseq=True)}")
    tab.there(request.param)
    tab.link()  # a page that is drawn once more, for its address, has its files anew
    tab.main.locator("summary", has_text=exhibit.question).first.click()
    return Open(tab, shown, record, exhibit)


def test_the_files_of_a_finding_have_the_numbers_of_the_record(opened: Open) -> None:
    exhibit = opened.exhibit
    table = pd.read_csv(StringIO(opened.saved("csv").decode()))
    about = [name for name in exhibit.about if name not in exhibit.table]
    assert about[0] == "record" and list(table)[: len(about)] == about
    assert all((table[name] == exhibit.about[name]).all() for name in about)
    _same(table.drop(columns=about), exhibit.table)
    opened.shown.by_hand(opened.record, table)

    printed = exhibit.printed()
    cells = Cells(opened.saved("doc").decode()).rows
    assert cells == [list(printed), *printed.to_numpy().tolist()]
    on_page = opened.tab.main.get_by_test_id("stExpander").filter(has_text=exhibit.question).first.locator("tbody tr")
    seen = [row.locator("td").all_inner_texts() for row in on_page.all()]
    assert seen == printed.to_numpy().tolist()[: len(seen)]
    assert len(seen) == len(printed) or len(printed) > MOST_ROWS  # a longer one scrolls, and has the rows in sight

    opened.tab.main.locator(f".st-key-markdown_{exhibit.name} button").first.click()
    code = opened.tab.page.get_by_test_id("stPopoverBody").locator("code")
    code.wait_for()
    assert code.inner_text() == exhibit.markdown()
    assert opened.tab.errors == []


def test_the_pictures_of_a_finding_are_pictures_of_it(opened: Open) -> None:
    exhibit = opened.exhibit
    png = opened.saved("png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n") and png.rstrip().endswith(b"IEND\xaeB`\x82")
    # 300 dots an inch on paper: three for each of the page's
    assert struct.unpack(">II", png[16:24]) == (3 * 900, 3 * height(exhibit.figure, exhibit.caption))
    root = ElementTree.fromstring(opened.saved("svg"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    words = " ".join("".join(root.itertext()).split())
    title = "".join(next(each for each in root.iter() if each.get("class") == "gtitle").itertext())
    assert title.replace(" ", "") == opened.exhibit.question.replace(" ", "")
    caption = "".join(next(each for each in root.iter() if each.get("class") == "caption").itertext())
    assert caption == " ".join(exhibit.caption.split())
    for name in opened.exhibit.table["name"].unique() if "name" in opened.exhibit.table else ():
        assert name in words
    assert opened.tab.errors == []


def _same(read: DataFrame, table: DataFrame) -> None:
    """Every cell of a file is that of the table: numbers as numbers, the rest as text."""
    assert list(read) == list(table) and len(read) == len(table)
    for name in table:
        if pd.api.types.is_numeric_dtype(table[name]):
            np.testing.assert_allclose(read[name], table[name], rtol=1e-12)
        else:
            assert [str(each) for each in read[name].astype(object).fillna("")] == [
                str(each) for each in table[name].fillna("")
            ], name
