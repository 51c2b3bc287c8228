"""Twenty worlds whose true statistics are known: what `benchmarks/coverage.py` draws personas from.

An answer is the sum of what person, item and form bring, and of chance. Some worlds then cut it into five categories,
skew it, turn items round or leave answers out. `truth` gives what formulas can give; for all else the population is
large enough to be the truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
MIDDLE = 3.0
FACETS_SEED = 20  # of items and forms that are the same in every replicate
CELLS = 12_000_000  # answers of a population: 100 MB


@dataclass(frozen=True)
class World:
    """One way in which answers come about. SDs and loadings are in answer categories."""

    told: str
    measures: tuple[str, ...]
    persons: int = 100
    items: int = 10
    forms: int = 1
    draws: int = 1
    loadings: tuple[float, ...] = (0.7,)  # of the trait, whose SD is 1; repeated over the items
    groups: int = 1  # facets of the trait, to which the items belong in turn
    group_loading: float = 0.0
    noise: float = 0.65  # SD of chance: new in every answer
    logistic: bool = False  # chance is logistic, with `noise` as its scale: a graded response model
    stable: float = 0.3  # SD of person x item: the same in all draws and forms
    person_form: float = 0.0
    item_spread: float = 0.5
    form_spread: float = 0.0
    item_form: float = 0.0
    facets_drawn: bool = False  # items and forms are samples, new in every replicate
    condition: tuple[float, float, float] | None = None  # of the second draw: shift, SD over persons, SD over forms
    drift: float = 0.0  # categories per position; varies over persons with an SD of the same size
    skewed: bool = False  # an exponential trait, and items near the lower end
    poles: tuple[int, int] | None = None  # personas assigned the high and the low pole
    gap: float = 0.0  # between the poles' traits
    pole_sd: tuple[float, float] = (1.0, 1.0)
    same_personas: bool = False  # all replicates ask the same personas, so only draws vary
    reversed_items: bool = False  # every second item is keyed -1
    acquiescence: float = 0.0  # its SD; its mean is the same
    categories: bool = False
    constant: int = 0  # first items, to which everybody gives one answer
    refused: float = 0.0
    refused_because: str = "chance"  # or "answer": the more extreme, the likelier


@dataclass(frozen=True)
class Answers:
    """What one replicate gets: arrays of shape (persons, items, forms, draws), NaN where refused."""

    raw: Floats
    keyed: Floats
    keys: dict[str, int]
    position: Floats  # (persons, items, forms): when each item was shown, from 1
    poles: Floats | None


def facets(world: World, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Mean answer to each item in each form, shape (items, forms), and what each form adds to the second draw."""
    drawn = random if world.facets_drawn else np.random.default_rng(FACETS_SEED)
    item = np.linspace(-world.item_spread, world.item_spread, world.items)
    if world.facets_drawn:
        item = world.item_spread * drawn.normal(size=world.items)
    means = item[:, None] + world.form_spread * drawn.normal(size=world.forms)
    means = means + world.item_form * drawn.normal(size=(world.items, world.forms))
    return means, drawn.normal(size=world.forms)


def answers(world: World, random: np.random.Generator) -> Answers:
    """One sample of the world's personas and all their answers."""
    n, k, forms, draws = world.persons, world.items, world.forms, world.draws
    means, of_forms = facets(world, random)
    people = np.random.default_rng(FACETS_SEED) if world.same_personas else random
    trait = people.exponential(size=n) - 1 if world.skewed else people.normal(size=n)
    poles = None
    if world.poles is not None:
        poles = np.repeat([1.0, -1.0], world.poles)
        trait = world.gap / 2 * poles + trait * np.repeat(world.pole_sd, world.poles)
    own = trait[:, None] * np.resize(world.loadings, k)
    if world.group_loading:
        own = own + world.group_loading * people.normal(size=(n, world.groups))[:, np.arange(k) % world.groups]
    own = own + world.stable * people.normal(size=(n, k))
    person_form = world.person_form * people.normal(size=(n, forms))
    chance = random.logistic if world.logistic else random.normal
    y = world.noise * chance(size=(n, k, forms, draws))
    y += (own[:, :, None] + person_form[:, None, :] + means)[..., None]
    if world.condition is not None:
        shift, person_sd, form_sd = world.condition
        y[..., 1] += shift + person_sd * people.normal(size=(n, 1, 1)) + form_sd * of_forms
    position: Floats = np.empty((n, k, forms))
    if world.drift:
        position = np.asarray(random.random((n, k, forms)).argsort(axis=1) + 1, dtype=float)
        slope = world.drift * (1 + people.normal(size=(n, 1, 1)))
        y += (slope * (position - (k + 1) / 2))[..., None]
    sign = np.where(np.arange(k) % 2, -1.0, 1.0) if world.reversed_items else np.ones(k)
    y *= sign[:, None, None]
    if world.acquiescence:
        y += world.acquiescence * (1 + people.normal(size=(n, 1, 1, 1)))
    y += MIDDLE - 1.2 * world.skewed
    if world.categories:
        y = np.clip(np.round(y), 1, 5)
    y[:, : world.constant] = 4.0
    if world.refused:
        extreme = np.abs(y - MIDDLE) if world.refused_because == "answer" else np.ones_like(y)
        y[random.random(y.shape) < world.refused * extreme / extreme.mean()] = np.nan
    keyed = np.where(sign[:, None, None] < 0, 2 * MIDDLE - y, y)
    return Answers(y, keyed, {f"q{i}": int(each) for i, each in enumerate(sign)}, position, poles)


def population(world: World, most: int) -> Answers:
    """So many of the world's personas (and, where these are always the same, so many draws) that little is chance.

    Nobody refuses there: the truth is that of the answers, whether or not they were given.
    """
    cells = world.items * world.forms * world.draws
    persons, draws, poles = min(most, CELLS // cells), world.draws, world.poles
    if world.same_personas:
        persons, draws = world.persons, CELLS // (world.persons * world.items * world.forms)
    elif poles is not None:
        each = persons // sum(poles)
        persons, poles = each * sum(poles), (each * poles[0], each * poles[1])
    large = replace(world, persons=persons, draws=draws, poles=poles, refused=0.0)
    return answers(large, np.random.default_rng(FACETS_SEED + 1))


def truth(world: World) -> dict[str, float]:
    """What formulas tell of a world whose answers are sums, by statistic; empty for the others."""
    if world.categories or world.skewed or world.acquiescence or world.constant or world.same_personas:
        return _of_categories(world)
    k, forms = world.items, world.forms
    loadings = np.resize(world.loadings, k)
    person = float(loadings.mean()) ** 2
    person_item = float(((loadings - loadings.mean()) ** 2).mean()) + world.stable**2
    person_form, rest = world.person_form**2, world.noise**2 * (math.pi**2 / 3 if world.logistic else 1.0)
    found = {}
    if world.poles is None and not world.drift:
        unique = k * (world.stable**2 + rest + world.group_loading**2 + person_form)
        of_groups = world.groups * (k / world.groups * world.group_loading) ** 2 if world.group_loading else 0.0
        # forms are not averaged in an alpha: what a person adds in the only form read is common to all items
        common = float(loadings.sum()) ** 2 + k**2 * person_form
        total = common + of_groups + unique - k * (world.group_loading**2 + person_form)
        own = float((loadings**2).sum()) + unique
        found["alpha"] = k / (k - 1) * (1 - own / total)
        found["omega"] = common / total
        found["omega hierarchical"], found["omega total"] = common / total, (common + of_groups) / total
        if world.group_loading:
            del found["omega"]
    score = person + person_item / k  # the items are the same in all forms and draws
    if world.facets_drawn:
        form, residual = world.form_spread**2 + world.item_form**2 / k, person_form + rest / k
        found |= six(score, form, residual, forms)
        absolute = person_item / k + person_form / forms + rest / (k * forms)
        relative = absolute
        absolute += world.item_spread**2 / k + world.form_spread**2 / forms + world.item_form**2 / (k * forms)
        found["G"], found["Phi"] = (person / (person + each) if person else 0.0 for each in (relative, absolute))
        found["mixed model, ICC of persons"] = score / (score + form + residual)
        found["Phi of forms, as ICC(A,k)"] = found["ICC(A,k)"]
    elif forms > 1:
        means = facets(world, np.random.default_rng())[0]
        residual = (means - means.mean(axis=0) - means.mean(axis=1)[:, None] + means.mean()) ** 2
        item_form = float(residual.sum()) / ((k - 1) * (forms - 1))
        form = float(means.mean(axis=0).var(ddof=1)) - item_form / k
        item = float(means.mean(axis=1).var(ddof=1)) - item_form / forms
        if not world.drift:
            parts = np.maximum(
                [form, item_form, person_form, person, item, person_item + world.group_loading**2, rest], 0
            )
            found["form's share of variance"] = float(parts[:3].sum() / parts.sum())
        found["drift of answers"], found["drift of inconsistency"] = world.drift, 0.0
    if world.condition is not None:
        found["difference of conditions"], found["mixed model, condition"] = -world.condition[0], world.condition[0]
    if world.poles is not None:
        gap, weights = world.gap * float(loadings.mean()), np.array(world.poles) - 1.0
        within = np.array(world.pole_sd) ** 2 * person + (person_item + rest) / k
        found["mean difference"] = gap
        if world.draws == 1:
            found["d, high against low"] = gap / math.sqrt(float(weights @ within) / weights.sum())
    return found


def six(person: float, rater: float, residual: float, k: int) -> dict[str, float]:
    """The intraclass correlations of raters that are a sample."""
    found = {}
    for m, ending in ((1, "1)"), (k, "k)")):
        found["ICC(" + ending] = found["ICC(A," + ending] = person / (person + (rater + residual) / m)
        found["ICC(C," + ending] = person / (person + residual / m)
    return found


def _of_categories(world: World) -> dict[str, float]:
    """What the answers before they were cut tell: alpha of polychoric correlations, and the graded response model."""
    loadings = np.resize(world.loadings, world.items)
    found = {}
    if not world.logistic and not world.skewed and not world.constant and not world.acquiescence:
        own = loadings / np.sqrt(loadings**2 + world.stable**2 + world.noise**2)
        r = np.outer(own, own) + np.diag(1 - own**2)
        found["ordinal alpha"] = world.items / (world.items - 1) * (1 - world.items / r.sum())
    if world.logistic and not world.stable:
        found["IRT, marginal reliability"], found["IRT, empirical reliability"] = _graded(world, loadings)
    return found


def _graded(world: World, loadings: Floats) -> tuple[float, float]:
    """Both reliabilities when the items are known: mean of I / (I + 1), and that of the posterior means."""
    at = np.linspace(-6, 6, 61)
    weights = np.exp(-(at**2) / 2) / np.exp(-(at**2) / 2).sum()
    means = facets(world, np.random.default_rng())[0][:, 0]
    cuts = np.array([1.5, 2.5, 3.5, 4.5]) - MIDDLE
    above = special.expit((loadings[:, None, None] * at - (cuts - means[:, None])[:, :, None]) / world.noise)
    edges = np.concatenate([np.ones((world.items, 1, 61)), above, np.zeros((world.items, 1, 61))], axis=1)
    p = edges[:, :-1] - edges[:, 1:]
    slopes = (loadings / world.noise)[:, None, None] * edges * (1 - edges)
    information = ((slopes[:, :-1] - slopes[:, 1:]) ** 2 / p).sum(axis=(0, 1))
    chosen = population(world, 200_000).keyed[:, :, 0, 0].astype(int) - 1
    posterior = np.exp(sum(np.log(p[item]).T[:, chosen[:, item]] for item in range(world.items))) * weights[:, None]
    posterior /= posterior.sum(axis=0)
    theta, squares = at @ posterior, at**2 @ posterior
    return float(weights @ (information / (information + 1))), float(
        theta.var() / (theta.var() + (squares - theta**2).mean())
    )


ALPHAS = ("alpha", "splits")
PERSONAS = (*ALPHAS, "retest")
WORLDS = {
    "textbook": World(
        "100 personas, normal answers, equal loadings", (*PERSONAS, "ICCs", "omega", "omega bootstrap"), draws=2
    ),
    "10 personas": World("as the textbook, with 10 personas", (*PERSONAS, "ICCs"), persons=10, draws=2),
    "16 personas": World("as the textbook, with 16 personas", PERSONAS, persons=16, draws=2),
    "32 personas": World("as the textbook, with 32 personas", (*PERSONAS, "ICCs", "omega"), persons=32, draws=2),
    "300 personas": World(
        "five categories, a graded response model with 300 personas",
        ("alpha", "irt"),
        persons=300,
        items=6,
        logistic=True,
        noise=0.4,
        stable=0.0,
        categories=True,
    ),
    "unequal loadings": World(
        "100 personas, normal answers, loadings from 0.1 to 1",
        (*ALPHAS, "omega", "omega bootstrap"),
        loadings=tuple(np.linspace(0.1, 1.0, 10)),
    ),
    "five categories": World(
        "100 personas, answers 1 to 5, three draws",
        ("alpha", "omega", "ordinal alpha", "categories"),
        items=6,
        draws=3,
        categories=True,
    ),
    "skewed answers": World(
        "100 personas, an exponential trait, most answers at the lower end",
        (*ALPHAS, "omega", "retest"),
        draws=2,
        skewed=True,
        categories=True,
    ),
    "constant items": World(
        "32 personas, answers 1 to 5, two items of ten that all answer alike",
        (*ALPHAS, "omega", "ordinal alpha"),
        persons=32,
        categories=True,
        constant=2,
    ),
    "refusals": World(
        "100 personas, answers 1 to 5, 8 % refused by chance",
        ("alpha", "ICCs"),
        forms=3,
        person_form=0.2,
        categories=True,
        refused=0.08,
    ),
    "refusals not by chance": World(
        "100 personas, answers 1 to 5, 8 % refused, most where answers are extreme",
        ("alpha", "ICCs"),
        forms=3,
        person_form=0.2,
        categories=True,
        refused=0.08,
        refused_because="answer",
    ),
    "acquiescence": World(
        "100 personas, half of the items reversed, agreement of mean and SD 0.5",
        ("alpha", "styles"),
        reversed_items=True,
        acquiescence=0.5,
        categories=True,
    ),
    "10 personas x 10 draws": World(
        "10 personas, ten draws each, answers 1 to 5",
        ("alpha of rows", "alpha of means", "repeats"),
        persons=10,
        draws=10,
        categories=True,
    ),
    "poles, personas drawn": World(
        "32 personas, 16 at each pole, drawn anew within poles; three draws",
        ("alpha of rows", "alpha of means", "assigned"),
        persons=32,
        draws=3,
        poles=(16, 16),
        gap=2.0,
    ),
    "poles, same personas": World(
        "the same 32 personas in every replicate; only the three draws are new",
        ("alpha of rows", "assigned"),
        persons=32,
        draws=3,
        poles=(16, 16),
        gap=2.0,
        same_personas=True,
    ),
    "two unequal groups": World(
        "24 personas of SD 1 against 8 of SD 2",
        ("assigned", "two groups"),
        persons=32,
        poles=(24, 8),
        gap=1.5,
        pole_sd=(1.0, 2.0),
    ),
    "forms that shift": World(
        "32 personas, the same three forms in every replicate, each at another level; drift over positions",
        ("ICCs", "parallel forms", "pairs of forms", "sensitivity", "drift"),
        persons=32,
        items=8,
        forms=3,
        person_form=0.2,
        form_spread=0.3,
        item_form=0.2,
        drift=0.03,
    ),
    "forms drawn": World(
        "32 personas, 10 items and 4 forms that are samples, too",
        ("ICCs", "G", "G bootstrap", "mixed model", "quasi-F"),
        persons=32,
        forms=4,
        draws=2,
        person_form=0.2,
        form_spread=0.3,
        item_form=0.2,
        facets_drawn=True,
        condition=(0.2, 0.2, 0.2),
    ),
    "persons do not differ": World(
        "32 personas without a trait, 10 items and 4 forms that are samples",
        ("alpha", "ICCs", "G", "mixed model"),
        persons=32,
        forms=4,
        loadings=(0.0,),
        stable=0.0,
        form_spread=0.3,
        facets_drawn=True,
    ),
    "facets of a trait": World(
        "300 personas, 12 items of three facets under one trait, the same two forms",
        ("alpha", "omega hierarchical", "validity", "sensitivity"),
        persons=300,
        items=12,
        forms=2,
        groups=3,
        group_loading=0.5,
        person_form=0.2,
        form_spread=0.2,
    ),
}
