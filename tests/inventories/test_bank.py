"""The bank against its sources, and what a broken file is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inventories.definitions import Option
from inventories.loading import BANK, in_language, inventory_ids, load_inventory, short_form_ids, translation_languages

SHARED = Path(__file__).parents[3] / "shared" / "inventories"
needs_sources = pytest.mark.skipif(not SHARED.is_dir(), reason="the source files in ../shared/inventories are absent")

# Written out from SOURCES.md, "Files": inventory -> items, {scale: (items, of them reversed)}; facets are counted below.
COUNTS: dict[str, tuple[int, dict[str, tuple[int, int]]]] = {
    "bfi44": (44, {"E": (8, 3), "A": (9, 4), "C": (9, 4), "N": (8, 3), "O": (10, 2)}),
    "tipi": (10, {"E": (2, 1), "A": (2, 1), "C": (2, 1), "ES": (2, 1), "O": (2, 1)}),
    "mini_ipip": (20, {"E": (4, 2), "A": (4, 2), "C": (4, 2), "N": (4, 2), "O": (4, 3)}),
    "ipip50": (50, {"E": (10, 5), "A": (10, 4), "C": (10, 4), "N": (10, 2), "O": (10, 3)}),
    "ipip_neo_120": (120, {"N": (24, 7), "E": (24, 6), "O": (24, 12), "A": (24, 17), "C": (24, 13)}),
    "goldberg100": (100, {"E": (20, 10), "A": (20, 10), "C": (20, 10), "N": (20, 6), "O": (20, 10)}),
    "sd3": (27, {"M": (9, 0), "N": (9, 3), "P": (9, 2)}),
    "oejts12": (32, {"IE": (8, 5), "SN": (8, 2), "FT": (8, 5), "JP": (8, 3)}),
    "mfq30": (32, {"harm": (6, 0), "fairness": (6, 0), "ingroup": (6, 0), "authority": (6, 0), "purity": (6, 0)}),
    "mc_form_c": (13, {"SD": (13, 8)}),
    "sdrs5": (5, {"SD": (5, 2)}),
    "ipip_hexaco": (240, {"H": (40, 28), "E": (40, 15), "X": (40, 17), "A": (40, 25), "C": (40, 19), "O": (40, 18)}),
    "ipip_bidr": (30, {"IM": (20, 10), "SDE": (10, 5)}),
}
LANGUAGES = re.findall(
    r"\S+",
    "ar bg ca cs da de es et fa fi fr he hi hr hu hy id is it ja ko nl no pl pt-br ro ru sl sq sr ss sv th tr uk ur"
    " zh-cn zh-hk",
)
OFF_BY_DEFAULT = {"mc_form_c", "mfq30"}


def source(name: str) -> dict[str, Any]:
    """A source file; its ids of an index that nobody else has are told as such in the bank."""
    text = (SHARED / f"{name}.json").read_text(encoding="utf-8").replace("find_string id ", "code search id ")
    found: dict[str, Any] = json.loads(text)
    return found


def plain(value: object) -> Any:
    return msgspec.to_builtins(value)


def test_the_bank_holds_what_the_sources_list() -> None:
    scenarios = {"scenarios_bfi44", "scenarios_sd3", "scenarios_oejts12"}  # our own; see test_scenario_bank.py
    judged = {"judge_poles", "judge_levels", "judge_claims"}  # our own, too; see test_judge_inventories.py
    assert set(inventory_ids()) == set(COUNTS) | scenarios | judged
    assert translation_languages("ipip_neo_120") == sorted(LANGUAGES)
    assert len(list(BANK.glob("*.toml"))) == 13 + 38 + len(scenarios | judged)


@pytest.mark.parametrize("name", COUNTS)
def test_every_scale_has_the_items_and_the_reversed_items_that_the_sources_count(name: str) -> None:
    inventory = load_inventory(name)
    items, scales = COUNTS[name]
    assert len(inventory.items) == items
    domains = [scale for scale in inventory.scales if inventory.scale(scale).parent is None]
    counted = {scale: inventory.keys(scale).values() for scale in domains}
    assert {scale: (len(keys), sum(key < 0 for key in keys)) for scale, keys in counted.items()} == scales
    for scale in inventory.scales:
        checked = inventory.scale(scale)
        assert checked.items == len(inventory.keys(scale)), "the check figure stands in the file"
        assert checked.reversed is not None


def test_facets_name_their_domain() -> None:
    for name, facets, size, reversed_items in (("ipip_neo_120", 30, 4, 55), ("ipip_hexaco", 24, 10, 122)):
        inventory = load_inventory(name)
        parents = {scale: inventory.scale(scale).parent for scale in inventory.scales}
        mine = [scale for scale, parent in parents.items() if parent]
        assert len(mine) == facets and all(len(inventory.keys(scale)) == size for scale in mine)
        assert all(item.facet and parents[item.facet] == item.scale for item in inventory.items)
        assert sum(item.key < 0 for item in inventory.items) == reversed_items


@needs_sources
@pytest.mark.parametrize("name", COUNTS)
def test_items_keys_scales_and_options_are_those_of_the_source(name: str) -> None:
    inventory, given = load_inventory(name), source("ipip_neo_120.en" if name == "ipip_neo_120" else name)
    assert (inventory.title, inventory.abbreviation) == (given["name"], given["abbrev"])
    assert (inventory.construct, inventory.language) == (given["construct_model"], given["language"])
    assert len(inventory.items) == len(given["items"])
    for item, was in zip(inventory.items, given["items"], strict=True):
        assert (item.id, item.text or None, item.scale, item.facet) == (
            *(was[k] for k in ("id", "text", "scale")),
            was["facet"],
        )
        assert (item.left, item.right) == (was.get("left", ""), was.get("right", ""))
        assert item.key == was["keyed"] or (item.scale is None and was["keyed"] == 0)
        assert plain(item.variants) == was.get("text_variants", [])
        assert item.marks == {key: was[key] for key in MARKS if key in was}
        options = given["response_scales"][was.get("response_scale", "default")]["options"]
        shown = [{"value": each.value, "label": each.text} for each in inventory.options_of(item)]
        assert shown == (options if not item.left else poles(options, item.left, item.right))
    for was in given["scales"]:
        scale = inventory.scale(was["id"])
        assert (scale.name, scale.parent) == (was["name"], was.get("parent"))
        assert (scale.items, scale.reversed) == (was["n_items"], was["n_reversed"])
        assert set(inventory.keys(was["id"])) == set(was["items"])
        assert plain(scale.high) == was.get("high_pole") and plain(scale.low) == was.get("low_pole")
        assert was.get("opposite", "") in scale.note
    assert len(inventory.scales) == len(given["scales"])
    if isinstance(given["instructions"], dict):
        assert {key: each.instructions for key, each in inventory.option_sets.items()} == given["instructions"]
    else:
        assert inventory.instructions == given["instructions"]
    assert inventory.scoring == ("mean" if given["scoring"]["method"] == "mean" else "sum")
    assert inventory.missing == given["scoring"].get("missing", "")


MARKS = ("code", "ipip_ids", "ipip50_id", "text_sources", "extreme_desirable_value")


def poles(options: list[dict[str, Any]], left: str, right: str) -> list[dict[str, Any]]:
    return [{**options[0], "label": left}, *options[1:-1], {**options[-1], "label": right}]


@needs_sources
@pytest.mark.parametrize("name", COUNTS)
def test_norms_reliabilities_terms_and_citations_are_those_of_the_source(name: str) -> None:
    inventory, given = load_inventory(name), source("ipip_neo_120.en" if name == "ipip_neo_120" else name)
    assert [each.id for each in inventory.norms] == [each["id"] for each in given["norms"]]
    for norm, was in zip(inventory.norms, given["norms"], strict=True):
        for key in ("metric", "population", "source", "verified", "n"):
            assert getattr(norm, key) == was[key], key
        assert norm.verification == was.get("verification", "")
        figures = {scale: (each.mean, each.sd, each.n) for scale, each in norm.scales.items()}
        assert figures == {key: (each["mean"], each["sd"], each.get("n")) for key, each in was["scales"].items()}
    assert plain(inventory.reliabilities) == given["reliability"]
    assert inventory.citations == given["citation"]
    terms, licence = inventory.terms, given["license"]
    assert terms.text == licence["text"].replace("(notice in SOURCES.md)", "(see notice)")
    assert (terms.status, terms.evidence) == (licence["status"], licence["evidence"])
    assert terms.attribution == licence.get("attribution", "")
    commercial = {"free": True, "non_commercial": False, "research": None, "unclear": None}
    assert commercial[terms.use] == licence["commercial_use"]
    assert inventory.errata == given["sources"].pop("disagreements")
    assert inventory.sources == given["sources"]
    notes = given["notes"] if name != "sd3" else []  # there it answers a question that nobody here has asked
    assert set(notes) <= set(inventory.notes)
    assert any(given["scoring"].get("notes", "") in note for note in inventory.notes) or not given["scoring"].get(
        "notes"
    )


@needs_sources
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_texts_and_flags_of_its_source_and_the_english_keys(language: str) -> None:
    english, inventory = load_inventory("ipip_neo_120"), load_inventory(f"ipip_neo_120.{language}")
    given, overlay = source(f"ipip_neo_120.{language}"), inventory.translation
    assert overlay is not None and inventory.language == given["language"] == language
    assert inventory.language_name == given["language_name"]
    options = given["response_scales"]["default"]["options"]
    assert inventory.options == [Option(each["value"], each["label"]) for each in options]
    for item, was in zip(inventory.items, given["items"], strict=True):
        assert (item.id, item.text, item.scale, item.facet) == tuple(was[k] for k in ("id", "text", "scale", "facet"))
        assert item.key == was.get("suggested_keyed", was["keyed"])
        assert (item.id in overlay.untranslated) == was.get("untranslated", False)
        assert english.item(item.id).key == was["keyed"]
    assert (overlay.status, overlay.translators) == (
        given["translation"]["status"],
        given["translation"]["translators"],
    )
    assert overlay.errata == given["translation"]["flags"] == given["sources"].pop("disagreements")
    assert (overlay.notes, overlay.sources) == (given["notes"], given["sources"])
    assert given["norms"] == inventory.norms == [] and inventory.reliabilities == []


def test_the_french_items_that_changed_places_are_keyed_by_what_they_say() -> None:
    english, french = load_inventory("ipip_neo_120"), load_inventory("ipip_neo_120.fr")
    turned = {item.id for item in french.items if item.key != english.item(item.id).key}
    assert turned == {"ipipneo120_028", "ipipneo120_088"}
    assert french.item("ipipneo120_028").key == -1 and "traditionnelles" in french.item("ipipneo120_028").text
    assert french.item("ipipneo120_088").key == 1 and "libérales" in french.item("ipipneo120_088").text
    assert french.translation is not None
    assert all(
        "liberal" in each.evidence or "conservative" in each.evidence for each in french.translation.key_overrides
    )
    german = in_language(french, "de")
    assert german.keys("O6") == english.keys("O6"), "the French keys stay with the French texts"
    assert in_language(french, "en") == english


def test_an_incomplete_translation_says_so() -> None:
    left_in_english = {"is": 75, "tr": 21}
    for language in LANGUAGES:
        overlay = load_inventory(f"ipip_neo_120.{language}").translation
        assert overlay is not None
        assert len(overlay.untranslated) == left_in_english.get(language, 0)
        assert (overlay.status == "incomplete") == (language in left_in_english)
        agreement = language in ("es", "ca", "cs", "fa", "fr", "it", "pt-br", "ro", "ss")
        assert overlay.response_labels == ("agreement" if agreement else "accuracy")


@pytest.mark.parametrize("name", COUNTS)
def test_every_inventory_says_its_terms_its_source_and_its_citation(name: str) -> None:
    inventory = load_inventory(name)
    assert inventory.licence and inventory.source and inventory.citations
    assert inventory.terms.use != "unstated" and inventory.terms.text and inventory.terms.evidence
    assert (inventory.terms.use == "unclear") == (name in OFF_BY_DEFAULT)
    assert Path(inventory.file).read_text(encoding="utf-8").startswith(f"# {inventory.title}")


def test_what_a_licence_wants_in_every_copy_stands_in_the_file() -> None:
    mit = load_inventory("ipip_neo_120").terms.notice
    assert mit.startswith("MIT License") and "Copyright (c) 2024 B5 Holding AS" in mit
    oejts = load_inventory("oejts12")
    assert "This file is itself offered under" in Path(oejts.file).read_text(encoding="utf-8")
    assert "Eric Jorgenson" in oejts.terms.attribution
    for language in LANGUAGES:
        assert "MIT, Copyright (c) 2024 B5 Holding AS" in (BANK / f"ipip_neo_120.{language}.toml").read_text("utf-8")


def test_axis_sums_of_the_type_inventory_equal_the_published_formulas() -> None:
    inventory = load_inventory("oejts12")
    for start in range(5):
        raw = {item.id: (start + 3 * k + k // 5) % 5 + 1 for k, item in enumerate(inventory.items)}
        for name, constant in {"IE": 30, "SN": 12, "FT": 30, "JP": 18}.items():
            formula = inventory.scale(name).formula
            terms = re.findall(r"([+-]) Q(\d+)", formula)
            published = int(formula.split()[0]) + sum(int(f"{s}1") * raw[f"oejts_{int(q):02d}"] for s, q in terms)
            keyed = sum(raw[i] if key > 0 else 6 - raw[i] for i, key in inventory.keys(name).items())
            assert (len(terms), int(formula.split()[0])) == (8, constant)
            assert keyed == published
    assert inventory.types is not None and (inventory.types.order, inventory.types.cut) == (
        ["IE", "SN", "FT", "JP"],
        24,
    )
    poles = [(inventory.scale(name).low, inventory.scale(name).high) for name in inventory.types.order]
    assert "".join(f"{low.letter}{high.letter}" for low, high in poles if low and high) == "IESNFTJP"


def test_a_bipolar_item_shows_its_poles_at_the_ends() -> None:
    inventory = load_inventory("oejts12")
    item = inventory.item("oejts_01")
    assert [each.text for each in inventory.options_of(item)] == [
        "makes lists", "", "half and half", "", "relies on memory",
    ]  # fmt: skip
    assert inventory.statements(item) == (
        "These words describe me: relies on memory.",
        "These words describe me: makes lists.",
    )


def test_catch_items_are_asked_and_not_scored() -> None:
    inventory = load_inventory("mfq30")
    assert {item.id: item.catch for item in inventory.items if item.scale is None} == {
        "mfq30_06": [3, 4, 5],
        "mfq30_22": [0, 1, 2],
    }


@pytest.mark.parametrize(
    ("name", "item", "sentence"),
    [
        ("bfi44", "bfi44_02", "I see myself as someone who tends to find fault with others."),
        ("tipi", "tipi_03", "I see myself as dependable, self-disciplined."),
        ("ipip50", "ipip50_06", "I don't talk a lot."),
        ("ipip_neo_120", "ipipneo120_086", "I feel that I'm unable to deal with things."),
        ("ipip_hexaco", "ipiphexaco_e3_09", "I can't do without the company of others."),
        ("ipip_hexaco", "ipiphexaco_c1_05", "I want everything to be 'just right.'"),
        (
            "ipip_hexaco",
            "ipiphexaco_a3_03",
            "When interacting with a group of people, I am often bothered by at least one of them.",
        ),
        ("goldberg100", "tda100_033", "I am high-strung."),
        ("sd3", "sd3_m1", "It's not wise to tell your secrets."),
        ("mfq30", "mfq30_12", "It matters to my judgments of right and wrong whether or not someone was cruel."),
        ("mfq30", "mfq30_24", "Justice is the most important requirement for a society."),
        ("ipip_neo_120.ja", "ipipneo120_001", "心配性だ。"),
        ("ipip_neo_120.ko", "ipipneo120_001", "나는 걱정이 많은 편이다."),
        ("ipip_neo_120.th", "ipipneo120_001", "กังวลเกี่ยวกับสิ่งต่างๆ"),
    ],
)
def test_an_item_becomes_a_sentence_of_its_own(name: str, item: str, sentence: str) -> None:
    inventory = load_inventory(name)
    assert inventory.statements(inventory.item(item)) == (sentence,)


@pytest.mark.parametrize("name", [*COUNTS, *(f"ipip_neo_120.{language}" for language in LANGUAGES)])
def test_every_sentence_of_the_bank_starts_and_ends_as_a_sentence(name: str) -> None:
    inventory = load_inventory(name)
    for item in inventory.items:
        for sentence in inventory.statements(item):
            assert sentence == sentence.strip() and "{" not in sentence
            assert sentence.endswith(tuple(".?:'\"。।۔։")) or inventory.language == "th", sentence
            assert not re.search(r"[?!。।۔։:][.。।۔]$|I i\b|I I\b|\.['\"]?\.$", sentence) or item.text.endswith(".."), (
                sentence
            )
            if name in ("ipip50", "mini_ipip", "ipip_neo_120", "ipip_bidr", "ipip_hexaco", "goldberg100"):
                assert re.match(r"I [a-z]|When interacting", sentence)
                assert not re.match(r"I (is|are|has|does|my|people|others)\b", sentence)


def test_a_trait_has_one_word_in_every_inventory() -> None:
    traits = {name: {s: load_inventory(name).scale(s).trait for s in load_inventory(name).scales} for name in COUNTS}
    five = ["extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness"]
    for name in ("bfi44", "mini_ipip", "ipip50", "goldberg100", "ipip_neo_120"):
        assert [traits[name][scale] for scale in "EACNO"] == five
    assert traits["tipi"] == dict(zip(("E", "A", "C", "ES", "O"), [*five[:3], "-neuroticism", five[4]], strict=True))
    assert list(traits["sd3"].values()) == ["machiavellianism", "narcissism", "psychopathy"]
    assert list(traits["oejts12"].values()) == ["type_ei", "type_sn", "type_ft", "type_jp"]
    assert traits["mc_form_c"]["SD"] == traits["sdrs5"]["SD"] == "social_desirability"
    assert traits["ipip_neo_120"]["N1"] == "anxiety" != traits["ipip_hexaco"]["E2"]
    hexaco = [traits["ipip_hexaco"][scale] for scale in "HEXACO"]
    assert hexaco[:2] + hexaco[3:4] == ["honesty_humility", "emotionality", "hexaco_agreeableness"]
    for name, words in traits.items():
        assert len(set(words.values())) == len(words), name
        assert all(re.fullmatch(r"-?[a-z_]+", word) for word in words.values())
    facets = set(list(traits["ipip_neo_120"].values())[5:]) | set(list(traits["ipip_hexaco"].values())[6:])
    others = [word for name, words in traits.items() for word in words.values() if not name.startswith("ipip_")]
    assert len(facets) == 30 + 24 and not facets.intersection(others)


def test_a_norm_lies_within_what_its_scale_can_reach() -> None:
    for name in COUNTS:
        inventory = load_inventory(name)
        for norm in inventory.norms:
            for scale, figures in norm.scales.items():
                ranges = [inventory.range_of(inventory.item(item)) for item in inventory.keys(scale)]
                times = len(ranges) if norm.metric == "sum" else 1
                assert ranges[0][0] * times < figures.mean < ranges[0][1] * times, (name, norm.id, scale)


def test_a_short_form_is_loaded_by_name_with_the_items_of_its_parent() -> None:
    whole, short = load_inventory("bfi44"), load_inventory("bfi10")
    assert short_form_ids() == {"bfi10": "bfi44"} and "bfi10" not in inventory_ids()
    assert (short.id, short.short_form_of, short.abbreviation) == ("bfi10", "bfi44", "BFI-10")
    assert len(short.items) == 10 and all(item == whole.item(item.id) for item in short.items)
    keys = {scale: sorted(short.keys(scale).values()) for scale in short.scales}
    assert keys == {scale: [-1, 1] for scale in "EACNO"}
    assert short.norms == short.reliabilities == []
    assert "not verified" in short.notes[0] and not whole.short_forms["bfi10"].verified
    assert short.fingerprint() != whole.fingerprint()


def test_a_fingerprint_follows_what_is_shown_and_not_how_it_is_scored() -> None:
    inventory = load_inventory("sd3")
    first, *rest = inventory.items
    rekeyed = msgspec.structs.replace(inventory, items=[msgspec.structs.replace(first, key=-1), *rest], norms=[])
    reworded = msgspec.structs.replace(inventory, items=[msgspec.structs.replace(first, text="Else."), *rest])
    assert rekeyed.fingerprint() == inventory.fingerprint() != reworded.fingerprint()


def test_an_item_is_printed_as_its_instrument_prints_it() -> None:
    printed = {name: load_inventory(name).printed_text(load_inventory(name).items[0]) for name in COUNTS}
    assert printed["bfi44"] == "I see myself as someone who is talkative"
    assert printed["tipi"] == "I see myself as: extraverted, enthusiastic"
    assert printed["ipip50"] == printed["mini_ipip"] == "Am the life of the party"
    assert printed["goldberg100"] == "Active"
    assert printed["oejts12"] == "makes lists ... relies on memory"
