"""Valid files of every kind, small and with most of what can stand in them: the ground on which changes are made."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from inventories.forms import FACTORS, Form
from inventories.loading import BANK
from inventories.persona_sets import FOLDER
from traitscope.inventory_csv import TEMPLATE

EXAMPLES = Path(__file__).parents[2] / "examples"

RATED = """
title = "Three ways to be"
kind = "cognition"
licence = "public domain"
source = "nobody"
printed = "I see myself as someone who {text}."
statement = "I am someone who {text}."
instructions = "Choose."
options = [{ value = 1, text = "no" }, { value = 2, text = "half" }, { value = 3, text = "yes" }]
citations = ["Nobody (2001)."]
items = [
  { id = "a1", scale = "A", facet = "A1", key = 1, text = "Talks much", catch = [1], marks = { other = "x1" } },
  { id = "a2", scale = "A", facet = "A1", key = -1, text = "Is quiet", variants = [{ text = "Is still", source = "web" }] },
  { id = "b1", scale = "B", key = 1, text = "Works hard", statement = "I work hard." },
  { id = "b2", scale = "B", key = -1, text = "Is lazy", options = "often" },
  { id = "x", text = "Likes tea" },
]
[scales]
A = { name = "Activity", trait = "extraversion", items = 2, reversed = 1, high = { letter = "X", name = "high" }, low = { letter = "Y", name = "low" } }
A1 = { name = "Talk", parent = "A" }
B = { name = "Diligence", trait = "-laziness", high = { letter = "P", name = "high" }, low = { letter = "Q", name = "low" } }
[option_sets.often]
options = [{ value = 0, text = "never" }, { value = 1, text = "often" }]
instructions = "How often?"
statement = "I often: {text}"
[types]
order = ["A", "B"]
cut = 2
[short_forms.short2]
title = "Two (short)"
verified = false
items = { A = ["a1", "-a2"] }
[[norms]]
id = "n1"
metric = "item_mean"
population = "people"
source = "none"
verified = true
scales = { A = { mean = 2.0, sd = 0.5, n = 100 }, B = { mean = 2.5 } }
[[reliabilities]]
coefficient = "alpha"
population = "people"
source = "none"
verified = false
scales = { A = 0.8 }
[terms]
use = "free"
text = "Free."
"""

POLES = """
title = "Poles"
kind = "cognition"
licence = "public domain"
options = [{ value = 1, text = "{left}" }, { value = 2, text = "" }, { value = 3, text = "half" }, { value = 4, text = "" }, { value = 5, text = "{right}" }]
items = [{ id = "p1", scale = "P", left = "calm", right = "wild" }, { id = "p2", scale = "P", key = -1, left = "loud", right = "low" }]
scales = { P = "Pace" }
"""

SCENARIOS = """
title = "Deeds"
kind = "action"
licence = "MIT"
twin_of = "sd3"
scales = { M = "Machiavellianism" }
[[items]]
id = "s1"
twin = "sd3_m1"
scale = "M"
key = 1
text = "A friend asks."
question = "What do you do?"
paraphrase = "You are asked by a friend."
options = [
  { value = 1, text = "I smile.", desirability = 4, rated_by = "me" }, { value = 0, text = "I tell.", desirability = 2.5, rated_by = "me" },
  { value = 1, text = "I wink." }, { value = 0, text = "I go." },
]
"""

STUDY = """
title = "A study"
note = "of things"
seed = 3
models = ["simulated:person", { name = "simulated:uniform", temperature = 0.7, max_tokens = 20, parameters = { seed = 2 }, price = { input = 1, output = 2.5 } }]
inventories = ["tipi", "rated.toml"]
personas = ["none", { set = "own.toml" }, { id = "p", text = "You are P.", assigned = { extraversion = 1 } }, { set = "big_five_32", fraction = "half" }]
accept = []
[[asks]]
elicitation = "rating"
form = { labels = "upper", wording = "direct" }
vary = { options = ["printed", "reversed"], items_per_prompt = [1, 5] }
replicates = 2
reply = "auto"
inventories = ["tipi"]
personas = ["p", "none"]
[[asks]]
elicitation = "likelihood"
items = ["a1", "tipi_01"]
[[asks]]
design = "fraction"
runs = 4
vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"], binding = ["position", "content"] }
inventories = ["rated"]
personas = ["own"]
form = { memory = "continued" }
steps = [{ kind = "task", text = "Say hello." }, { kind = "again" }]
[limits]
concurrency = 4
requests_per_minute = 60
timeout = 30
[analysis]
statistics = ["alpha"]
margin = 5
tau = 0.5
missing = "listwise"
note = "we expect much"
"""

DEEDS = """
title = "Saying and doing"
models = ["simulated:person"]
inventories = ["deeds.toml", "sd3"]
personas = [{ set = "own.toml", times = "own.toml", times_n = 1 }]
[[asks]]
items = ["s1", "sd3_m1"]
[[asks]]
elicitation = "choice"
inventories = ["deeds"]
vary = { wording = ["trait_letters", "trait_bare"], options = ["printed", "swapped"] }
[[asks]]
elicitation = "choice"
inventories = ["deeds"]
form = { situation = "paraphrased" }
[[asks]]
elicitation = "confirmation"
inventories = ["deeds"]
[[asks]]
elicitation = "likelihood"
inventories = ["deeds"]
"""

PERSONAS = """
title = "Own"
source = "me"
licence = "MIT"
notes = ["few"]
personas = [{ id = "one", text = "You are one.", assigned = { extraversion = 1 }, attributes = { age = "old" } }, { id = "two", text = "You are two." }]
"""

CROSSED = """
title = "Crossed"
source = "me"
licence = "MIT"
template = "You are {E} and {A}."
attributes = { name = "name {id}" }
fractions = { half = ["E", "A"] }
factors = [
  { trait = "E", levels = [{ id = "e", text = "shy", level = -1 }, { id = "E", text = "bold", level = 1 }] },
  { trait = "A", levels = [{ id = "a", text = "cold", level = -1 }, { id = "A", text = "warm", level = 1 }] },
]
"""

GRADED = """
title = "Graded"
source = "me"
licence = "MIT"
[graded]
template = "You are {markers}."
levels = [{ level = 1, text = "very {low}" }, { level = 9, text = "very {high}" }]
pairs = [{ id = "p1", trait = "E", low = "shy", high = "bold" }, { id = "p2", trait = "A", low = "cold", high = "warm", variants = ["hot"] }]
"""

DRAWN = """
title = "Drawn"
source = "me"
licence = "MIT"
[draw]
n = 5
template = "You are {age} and from {town}."
[draw.attributes]
age = [{ id = "y", text = "young" }, { id = "o", text = "old" }]
town = [{ id = "a", text = "Aach" }, { id = "b", text = "Bonn" }, { id = "c", text = "Cham" }]
"""


def read(*texts: str) -> list[dict[str, Any]]:
    return [tomllib.loads(each) for each in texts]


INVENTORIES = read(RATED, POLES, SCENARIOS, (BANK / "tipi.toml").read_text("utf-8"))
STUDIES = read(STUDY, DEEDS, (EXAMPLES / "my_study.toml").read_text("utf-8"))
PERSONA_FILES = read(PERSONAS, CROSSED, GRADED, DRAWN, (FOLDER / "big_five_32.toml").read_text("utf-8"))
INVENTORY_ROWS = [
    [line.split(",") for line in TEMPLATE.replace('"', "").splitlines()],
    [
        ["title", "Poles"], ["license", "free"], ["instructions", "Choose, please."], ["printed", "I {text}"], ["option", "0", "no"],
        ["option", "1", "yes"], ["id", "scale", "facet", "key", "text", "left", "right"], ["a", "E", "F", "-", "", "calm", "wild"],
        ["b", "E", "", "+1", "Run", "", ""], ["c", "", "", "", "שלום", "", ""],
    ],
]  # fmt: skip

# ---- tables of answers to tipi

TIPI = [f"tipi_{number:02d}" for number in range(1, 11)]
ITEMS = tomllib.loads((BANK / "tipi.toml").read_text("utf-8"))["items"]
FORM = [str(getattr(Form(), name)) for name in FACTORS]


def cells(start: int) -> list[str]:
    return [str((start + number) % 7 + 1) for number in range(10)]


WIDE = [
    ["persona", "model", "replicate", "factor.labels", "assigned.E", "group.sex", "criterion.age", *TIPI],
    ["ann", "m1", "1", "arabic", "1", "f", "31", *cells(1)],
    ["ann", "m1", "2", "upper", "1", "f", "31", *cells(3)],
    ["bob", "m1", "1", "arabic", "-1", "m", "40.5", *cells(5)],
    [
        "cem",
        "m2",
        "1",
        "upper",
        "",
        "",
        "",
        "refused",
        "",
        "NA",
        "4.0",
        "Agree strongly",
        "7 - Agree strongly",
        "8",
        "4 or 5",
        "x",
        "1",
    ],
]
OURS = [
    [
        "model",
        "persona",
        "persona_set",
        "replicate",
        *FACTORS,
        "elicitation",
        *TIPI,
        "position.tipi_01",
        "position.tipi_02",
    ],
    ["m1", "ann", "none", "1", *FORM, "rating", *cells(2), "0", "1"],
    ["m1", "bob", "none", "1", *FORM, "rating", *cells(4), "1", "0"],
]
LONG = [
    ["person", "item", "value", "labels", "position"],
    *([person, item, str((start + place) % 7 + 1), "upper" if start % 2 else "arabic", str(place)]
      for start, person in enumerate(("ann", "bob")) for place, item in enumerate(TIPI)),
]  # fmt: skip
PSYCHOBENCH = [
    ["Prompt: Reply with numbers.", "order-1", "shuffle0-test0", "shuffle0-test1", "Prompt: Reply with numbers.", "order-2", "shuffle1-test0"],
    *([f"{number}. {ITEMS[number - 1]['text']}.", str(number), str(number % 7 + 1), "3", f"{number}. {ITEMS[10 - number]['text']}.",
       str(11 - number), "5"] for number in range(1, 11)),
]  # fmt: skip
QUALTRICS = [
    ["StartDate", "IPAddress", "Finished", "Status", "ResponseId", *TIPI[:6], "Q7", "Q8", "Q9", "Q10", "other"],
    [
        "Start Date",
        "IP Address",
        "Finished",
        "Response Type",
        "Response ID",
        *(f"Please rate. - {each['text']}" for each in ITEMS),
        "Other?",
    ],
    [f'{{"ImportId":"{number}"}}' for number in range(16)],
    ["2024-05-01 10:00:00", "192.0.2.1", "True", "0", "R_1", *cells(1), "words"],
    ["2024-05-01 10:00:00", "192.0.2.1", "False", "1", "R_2", *cells(2)[:8], "-99", "Agree strongly", ""],
]
TABLES = {"wide": [WIDE, OURS], "long": [LONG], "psychobench": [PSYCHOBENCH], "qualtrics": [QUALTRICS]}


def trait_row(number: int, **more: Any) -> dict[str, Any]:
    """One scenario of TRAIT's layout, with what answers it."""
    return {
        "personality": "Extraversion", "situation": f"Situation {number}.", "query": "What do you do?",
        "paraphrased_situation": f"In other words {number}.", "paraphrased_query": "What now?",
        "response_high1": f"Talk {number}.", "response_high2": f"Sing {number}.",
        "response_low1": f"Hide {number}.", "response_low2": f"Leave {number}.", **more,
    }  # fmt: skip


TRAIT = [
    trait_row(
        1,
        likelihood={"A": 0.5, "B": 0.25, "C": 0.125, "D": 0.125},
        likelihood_rev={"A": 1.0},
        model="m1",
        persona="ann",
    ),
    trait_row(2, likelihood={"A": 0.1, " B": 0.9}, prompt="Question: Situation 2. What do you do?"),
]
TRAIT_TEXTS = [trait_row(1, answer="A", answer_rev="B. Sing 1."), trait_row(2, answer="none of them", persona="ann")]
