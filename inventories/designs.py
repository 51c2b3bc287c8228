"""Which combinations of form factors are printed: all of them, an orthogonal array, or a D-optimal fraction.

How many depends on the numbers of levels alone, which ones on factors, levels and seed. Every fraction holds the row
of all first levels: the form as it is printed. Sources: Rao (1947), Factorial experiments derivable from combinatorial
arrangements of arrays; Plackett and Burman (1946); Hedayat, Sloane and Stufken (1999), Orthogonal arrays; Xu (2002),
An algorithm for constructing orthogonal and nearly-orthogonal arrays; Meyer and Nachtsheim (1995), The coordinate-
exchange algorithm; Groemping and Xu (2014), Generalized resolution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, count, islice, product
from math import exp, fsum, inf, lcm, log, prod, sqrt
from operator import mul
from typing import Literal

import msgspec

from inventories.ids import digest, shuffled
from inventories.reading import DefinitionError, allowed

Row = tuple[int, ...]  # one level number for each factor
Columns = list[list[int]]  # level numbers, shape (factors, runs)
Vectors = list[list[float]]
Words = Counter[Row]  # in how many ways a point is the sum of points that are taken
_Chosen = tuple[int, int, list[tuple[Row, ...]]]  # number of words of length 3 and of length 4, the spaces
REACH = 256  # rows; a larger orthogonal array is made only when so many `runs` are asked for
RIDGE = 1e-3  # keeps a start in which a level is absent from having no inverse
NEVER, MAINS = "combinations never printed", "other main effects"


class Alias(msgspec.Struct, frozen=True):
    """An effect and what it is confounded with; a main effect and an interaction that are not listed are clear.

    `correlation` is the largest between a contrast of the one and of the other; `share` is the part of the effect's
    variation that goes with the other: the mean R2 of Groemping and Xu. Both are 1 when nothing tells the two apart.
    """

    effect: str  # a factor, or "one x other"
    aliased_with: str
    correlation: float
    share: float
    status: Literal["aliased", "not_estimable"] = "aliased"


class Design(msgspec.Struct, frozen=True):
    """Combinations of factor levels: `runs` distinct rows out of `full`, sorted by the levels as they were given."""

    rows: tuple[dict[str, object], ...]
    kind: Literal["crossed", "orthogonal array", "d-optimal"]
    runs: int
    full: int
    factors: dict[str, tuple[object, ...]]
    efficiency: float = 1.0  # for main effects, in [0, 1]: D-efficiency per run beside the full crossing; 0 is singular
    aliases: tuple[Alias, ...] = ()

    @property
    def not_estimable(self) -> tuple[str, ...]:
        """The effects that no analysis of these rows can give, main effects first."""
        return tuple(each.effect for each in self.aliases if each.status == "not_estimable")


def crossed(factors: Mapping[str, Sequence[object]]) -> Design:
    """Every combination of the levels of all factors."""
    levels = _checked(factors)
    rows = tuple(dict(zip(levels, row, strict=True)) for row in product(*levels.values()))
    return Design(rows, "crossed", len(rows), len(rows), levels)


def fraction(factors: Mapping[str, Sequence[object]], seed: int = 0, runs: int | None = None) -> Design:
    """The smallest orthogonal array of strength 2 in reach, or that of `runs` rows; else a D-optimal design.

    Without `runs` a D-optimal design has one and a half to three times as many as parameters; where that is all
    combinations, they are crossed. With fewer `runs` than parameters some main effects are `not_estimable`.
    """
    levels = _checked(factors)
    full = prod(map(len, levels.values()))
    if runs is not None and (type(runs) is not int or not 1 <= runs <= full):
        raise DefinitionError(f"design: runs is {runs!r}; allowed: a whole number from 1 to {full} (all combinations)")
    # neither the order of the factors nor that of later levels decides what is printed
    names = [name for name in levels if len(levels[name]) > 1]
    names.sort(key=lambda name: (-len(levels[name]), digest(seed, "factor", name)))
    shape = tuple(len(levels[name]) for name in names)
    array = None if runs == full else _orthogonal(shape, runs)
    wanted = runs or _usual_runs(shape)
    if array is None and wanted >= full:
        return crossed(factors)
    rows, efficiency = (array, 1.0) if array else _d_optimal(shape, wanted, seed)
    first = rows[int(digest(seed, "first row"), 16) % len(rows)]
    columns = {name: [0] * len(rows) for name in levels}
    for name, own, column in zip(names, first, zip(*rows, strict=True), strict=True):
        codes = [own, *map(int, shuffled((str(each) for each in set(column) - {own}), seed, "level", name))]
        marks = ["", *map(digest, levels[name][1:])]
        order = sorted(range(len(marks)), key=marks.__getitem__)
        place = dict(zip(codes, order, strict=False))  # a short D-optimal design may lack a level
        columns[name] = [place[each] for each in column]
    table = sorted(zip(*columns.values(), strict=True))
    named = tuple({name: levels[name][at] for name, at in zip(levels, row, strict=True)} for row in table)
    design = Design(named, "orthogonal array" if array else "d-optimal", len(rows), full, levels, efficiency)
    return msgspec.structs.replace(design, aliases=alias_table(design))


def alias_table(design: Design) -> tuple[Alias, ...]:
    """What is confounded with what: first main effects, then interactions, that are `not_estimable`; then each main
    effect with the interactions of two other factors, the strongest first.

    A main effect is what it adds to the other main effects, an interaction what it adds to its own two: a correlation
    of 0 means that the one leaves the estimate of the other alone. Whether an interaction can be estimated is asked of
    the model of all main effects and itself, so several that can be estimated need not be so together.
    """
    if design.kind == "crossed":
        return ()
    varied = {name: levels for name, levels in design.factors.items() if len(levels) > 1}
    columns = {name: [levels.index(row[name]) for row in design.rows] for name, levels in varied.items()}
    coded = {
        name: [list(each) for each in zip(*(_contrasts(len(levels))[at] for at in columns[name]), strict=True)]
        for name, levels in varied.items()
    }

    def basis(*names: str) -> Vectors:
        return _basis([[1.0] * design.runs, *(each for name in names for each in coded[name])])

    own, lost, unclear, mains = dict[str, Vectors](), list[Alias](), list[Alias](), basis(*coded)
    for name, vectors in coded.items():
        own[name] = _basis(vectors, basis(*(other for other in coded if other != name)))
        if missing := len(vectors) - len(own[name]):
            why = MAINS if len(set(columns[name])) == len(varied[name]) else NEVER
            lost.append(Alias(name, why, 1.0, round(missing / len(vectors), 6), "not_estimable"))
    whole = {name for name in coded if name not in {each.effect for each in lost}}
    for one, two in combinations(coded, 2):
        pair, same = f"{one} x {two}", []
        vectors = [list(map(mul, left, right)) for left in coded[one] for right in coded[two]]
        beside = _basis(vectors, basis(one, two))
        for name in coded:
            if name in whole - {one, two}:
                correlation, share = _confounding(own[name], beside)
                if share:
                    unclear.append(Alias(name, pair, round(correlation, 6), round(share, 6)))
                same += [name] if correlation > 1 - 1e-9 else []
        if missing := len(vectors) - len(_basis(vectors, mains)):
            printed = len(set(zip(columns[one], columns[two], strict=True)))
            why = NEVER if printed < len(varied[one]) * len(varied[two]) else ", ".join(same) or MAINS
            lost.append(Alias(pair, why, 1.0, round(missing / len(vectors), 6), "not_estimable"))
    unclear.sort(key=lambda each: (list(coded).index(each.effect), -each.correlation, -each.share))
    return (*lost, *unclear)


def describe(design: Design) -> str:
    """The design in a few lines of plain text, for `traitscope plan`."""
    short = ", too few runs for every main effect"
    efficient = f", efficiency {design.efficiency:.2f} of the full crossing" if design.efficiency else short
    even = ", every pair of levels of two factors equally often"
    note = {"crossed": "", "orthogonal array": even, "d-optimal": efficient}[design.kind]
    lines = [f"{design.runs} of {design.full} combinations: {design.kind}{note}"]
    if constants := [f"{name} = {levels[0]}" for name, levels in design.factors.items() if len(levels) == 1]:
        lines.append(f"constant: {', '.join(constants)}")
    varied = [name for name, levels in design.factors.items() if len(levels) > 1]
    clear = [name for name in varied if name not in {each.effect for each in design.aliases}]
    if clear and len(varied) > 2:
        every = "every main effect" if clear == varied else ", ".join(clear)
        lines.append(f"clear of every interaction of two others: {every}")
    for name in varied:
        if aliases := [each for each in design.aliases if each.effect == name and each.status == "aliased"]:
            named = ", ".join(f"{each.aliased_with} ({each.correlation:.2f})" for each in aliases[:3])
            lines.append(f"{name} is aliased with {named}" + _more(aliases, 3))
    if mains := [name for name in design.not_estimable if name in varied]:
        lines.append(f"not_estimable main effects: {', '.join(mains)}")
    if pairs := [name for name in design.not_estimable if name not in varied]:
        lines.append(f"not_estimable interactions: {', '.join(pairs[:6])}" + _more(pairs, 6))
    return "\n".join(lines)


def _more(things: Sequence[object], shown: int) -> str:
    return f" and {len(things) - shown} more" if len(things) > shown else ""


def _checked(factors: Mapping[str, Sequence[object]]) -> dict[str, tuple[object, ...]]:
    for name, levels in factors.items():
        place = f'design, factor "{name}"'
        if isinstance(levels, str) or not isinstance(levels, Sequence) or not levels:
            raise DefinitionError(f"{place}: levels are {levels!r}; allowed: a list of one level (a constant) or more")
        for at, level in enumerate(levels):
            if level in levels[:at] or digest(level) in map(digest, levels[:at]):
                once = allowed({str(each) for each in levels})
                raise DefinitionError(f"{place}: level {level!r} is there twice; {once}, each once")
    return {name: tuple(levels) for name, levels in factors.items()}


# --- orthogonal arrays ---


@lru_cache(maxsize=256)
def _orthogonal(shape: Row, runs: int | None) -> list[Row] | None:
    """Distinct rows, fewer than all, with every pair of levels of two factors equally often; `shape` falls."""
    step = lcm(*(one * two for one, two in combinations(shape, 2)))
    for size in [runs] if runs else range(step, min(prod(shape), REACH + 1), step):
        if size % step == 0 and size > sum(each - 1 for each in shape):  # Rao's bound
            for build in (_product, _searched):
                columns = build(shape, size)
                if columns and len(rows := list(zip(*columns, strict=True))) == len(set(rows)):
                    return rows
    return None


def _product(shape: Row, size: int) -> Columns | None:
    """Every row of an array for the powers of one prime in the levels beside every row of that for the next prime."""
    primes = [each for each in range(shape[0], 1, -1) if _prime(each) and lcm(*shape) % each == 0]
    parts = [[each**power for power in range(1, _times(each, size) + 1)] for each in primes]
    if primes[-1] == 2:
        parts[-1] = [each for each in range(2, size + 1, 2) if size % each == 0]
    for runs in product(*parts):
        if prod(runs) != size:
            continue
        columns, every = [[0] * size for _ in shape], 1
        for prime, own in zip(primes, runs, strict=True):
            dims = tuple(_times(prime, each) for each in shape)
            part = _linear(prime, dims, own) or (_two_level(dims, own) if prime == 2 else None)
            if part is None:
                break
            for column, dim, fresh in zip(columns, dims, part, strict=True):
                column[:] = [each * prime**dim + fresh[row // every % own] for row, each in enumerate(column)]
            every *= own
        else:
            return columns
    return None


def _linear(prime: int, dims: Row, runs: int) -> Columns | None:
    """A factor of prime**k levels is a k-dimensional space of linear forms on `runs` = prime**m points; two factors are
    orthogonal when their spaces meet in 0 alone (Rao 1947; Hedayat et al. 1999, chapters 3 and 9). Spaces are taken one
    by one with the least words of length 3, then with few or many of length 4: many can mean resolution IV for more.
    """
    size = _times(prime, runs)
    order = sorted((each for each, dim in enumerate(dims) if dim), key=lambda each: -dims[each])
    crowded = sum(dims[each] for each in order[:2]) > size or sum(prime**dim - 1 for dim in dims) >= runs
    if prime**size != runs or crowded:
        return None
    spaces = {dim: list(islice(_spaces(prime, dim, size), 6000)) for dim in set(dims) - {0}}
    for own in spaces.values():  # the plain ones first: they span all points, so that no row is there twice
        own.sort(key=lambda each: sum(map(bool, sum(each[0], ()))))
    nodes = count()

    def extend(sign: int, used: frozenset[Row], two: Words, three: Words, *left: int) -> _Chosen | None:
        if not left:
            return 0, 0, []
        ranked = []
        for basis, span in spaces[dims[left[0]]]:
            if used.isdisjoint(span):
                ranked.append((sum(two[at] for at in span), sign * sum(three[at] for at in span), basis, span))
        for words, longer, basis, span in sorted(ranked, key=lambda each: each[:2]):
            if next(nodes) > 600:
                return None
            pairs, triples = two.copy(), three.copy()
            for at in span:
                pairs.update(_plus(prime, at, other) for other in used)
                for other, times in two.items():
                    triples[_plus(prime, at, other)] += times
            if rest := extend(sign, used | span, pairs, triples, *left[1:]):
                return words + rest[0], sign * longer + rest[1], [basis, *rest[2]]
        return None

    tried = [extend(sign, frozenset(), Counter(), Counter(), *order) for sign in (1, -1)]
    if not (found := [each for each in tried if each]):
        return None
    columns = [[0] * runs for _ in dims]
    for factor, basis in zip(order, min(found)[2], strict=True):
        for row, point in enumerate(product(range(prime), repeat=size)):
            for form in basis:
                columns[factor][row] = columns[factor][row] * prime + sum(map(mul, form, point)) % prime
    return columns


def _spaces(prime: int, dim: int, size: int) -> Iterator[tuple[tuple[Row, ...], frozenset[Row]]]:
    """The basis in echelon form, and the points without 0, of every space of `dim` dimensions."""
    weights = list(product(range(prime), repeat=dim))[1:]
    for pivots in combinations(range(size), dim):
        free = [(row, at) for row in range(dim) for at in range(pivots[row] + 1, size) if at not in pivots]
        for values in product(range(prime), repeat=len(free)):
            entry = dict(zip(free, values, strict=True)) | dict.fromkeys(enumerate(pivots), 1)
            basis = tuple(tuple(entry.get((row, at), 0) for at in range(size)) for row in range(dim))
            turned = list(zip(*basis, strict=True))
            yield basis, frozenset(tuple(sum(map(mul, own, at)) % prime for at in turned) for own in weights)


def _plus(prime: int, one: Row, two: Row) -> Row:
    return tuple((left + right) % prime for left, right in zip(one, two, strict=True))


def _times(prime: int, number: int) -> int:
    """How often `prime` divides `number`."""
    return 0 if number % prime else 1 + _times(prime, number // prime)


def _prime(number: int) -> bool:
    return number > 1 and all(number % each for each in range(2, int(sqrt(number)) + 1))


def _two_level(dims: Row, runs: int) -> Columns | None:
    """Columns of Paley's Hadamard matrix: shifts of the squares modulo a prime, as Plackett and Burman (1946) print it."""
    field = runs - 1
    if max(dims) > 1 or sum(dims) > field or field % 4 != 3 or not _prime(field):
        return None
    squares = {each * each % field for each in range(field)}
    shifted = [[int((row + shift) % field in squares) for row in range(field)] + [0] for shift in range(sum(dims))]
    return [shifted[sum(dims[:at])] if dim else [0] * runs for at, dim in enumerate(dims)]


def _searched(shape: Row, size: int) -> Columns | None:
    """Balanced columns one by one, entries swapped until orthogonal to those before (Xu 2002); for few rows only.

    Of several arrays the one whose rows agree with the least third moment, which has the fewest aliases (Xu 2003).
    """
    found: list[tuple[int, Columns]] = []
    for attempt in range(12 if size <= 48 and shape[0] > 2 else 0):
        columns: Columns = []
        near = [[0] * size for _ in range(size)]  # number of factors in which two rows agree, weighted
        for levels in shape:
            for start in range(30 if columns else 1):
                column = _swapped(near, levels, attempt, len(columns), start)
                if all(_even(column, other) for other in columns):
                    break
            else:
                break
            columns.append(column)
            for i, row in enumerate(near):
                row[:] = [each + levels * (column[i] == column[j] and i != j) for j, each in enumerate(row)]
        if len(columns) == len(shape) and len(set(zip(*columns, strict=True))) == size:
            found.append((sum(each**3 for row in near for each in row), columns))
    return min(found)[1] if found else None


def _swapped(near: list[list[int]], levels: int, *key: object) -> list[int]:
    """A balanced column whose equal entries are in rows that agree as little as swaps can make it."""
    size = len(near)
    column = [place * levels // size for place in range(size)]
    column = [column[int(place)] for place in shuffled(map(str, range(size)), "search", size, *key)]
    while True:
        agree = [[0] * levels for _ in range(size)]
        for own, row in zip(agree, near, strict=True):
            for level, weight in zip(column, row, strict=True):
                own[level] += weight
        best, swap = 0, (0, 0)
        for i, mine in enumerate(column):
            here, own = agree[i], near[i]
            for j in range(i):
                yours = column[j]
                if yours != mine:
                    gain = here[yours] - here[mine] + agree[j][mine] - agree[j][yours] - 2 * own[j]
                    if gain < best:
                        best, swap = gain, (i, j)
        if not best:
            return column
        column[swap[0]], column[swap[1]] = column[swap[1]], column[swap[0]]


def _even(one: list[int], two: list[int]) -> bool:
    """Whether every pair of levels is there equally often."""
    counts = Counter(zip(one, two, strict=True))
    return len(counts) == len(set(one)) * len(set(two)) and len(set(counts.values())) == 1


# --- D-optimal designs ---


def _usual_runs(shape: Row) -> int:
    """One and a half to three times the parameters, a multiple of every number of levels where one is there."""
    parameters, balanced = 1 + sum(each - 1 for each in shape), lcm(*shape)
    multiple = -(-3 * parameters // (2 * balanced)) * balanced
    return multiple if multiple <= 3 * parameters else 2 * parameters


def _d_optimal(shape: Row, runs: int, seed: int) -> tuple[list[Row], float]:
    """Distinct rows with the largest determinant for main effects that several starts reach, and their efficiency."""
    coding, parameters = [_contrasts(each) for each in shape], 1 + sum(each - 1 for each in shape)
    best, rows = -inf, list[Row]()
    for start in range(max(1, min(8, 6000 // runs // parameters))):
        tried = _exchanged(_start(shape, runs, seed, start), coding)
        value = _inverse(_gram(tried, coding, RIDGE))[1]
        if value > best + 1e-6:
            best, rows = value, tried
    return rows, round(exp(_inverse(_gram(rows, coding, 0))[1] / parameters) / runs, 6)


def _start(shape: Row, runs: int, seed: int, start: int) -> list[Row]:
    rows: dict[Row, None] = {}
    draws = count()
    while len(rows) < runs:
        number = int(digest(seed, "start", start, next(draws)), 16)
        rows[tuple(number // prod(shape[:at]) % levels for at, levels in enumerate(shape))] = None
    return list(rows)


def _exchanged(rows: list[Row], coding: list[Vectors]) -> list[Row]:
    """Coordinate exchange: one level of one row is changed for the best other one while the determinant grows."""
    before: list[Row] = []
    for _ in range(20):
        if rows == before:
            break
        before, inverse = list(rows), _inverse(_gram(rows, coding, RIDGE))[0]
        for at in range(len(rows)):
            end, old = 1, list[float]()
            for factor, codes in enumerate(coding):
                row, span = rows[at], slice(end, end := end + len(codes) - 1)
                if not old:
                    old = _coded(row, coding)
                    image = [_dot(each, old) for each in inverse]
                own, block, best = _dot(image, old), [each[span] for each in inverse[span]], 1 + 1e-9
                for level, code in enumerate(codes):
                    other = (*row[:factor], level, *row[factor + 1 :])
                    step = [new - was for new, was in zip(code, old[span], strict=True)]
                    across = own + _dot(step, image[span])
                    there = 2 * across - own + _dot(step, [_dot(each, step) for each in block])
                    ratio = (1 + there) * (1 - own) + across * across  # of the determinants after and before
                    if ratio > best + 1e-9 and other not in rows:
                        best, rows[at] = ratio, other
                if rows[at] != row:
                    inverse, old = _with(_with(inverse, _coded(rows[at], coding), 1), old, -1), []
    return rows


def _with(inverse: Vectors, vector: list[float], sign: int) -> Vectors:
    """The inverse after one more row, or one less (Sherman and Morrison)."""
    image = [_dot(each, vector) for each in inverse]
    scale = sign / (1 + sign * _dot(image, vector))
    weights = [scale * each for each in image]
    return [[x - w * y for x, y in zip(line, image, strict=True)] for line, w in zip(inverse, weights, strict=True)]


# --- linear algebra in small ---


def _contrasts(levels: int) -> Vectors:
    """Helmert contrasts, shape (levels, levels - 1), orthonormal in the mean over levels."""
    scale = [sqrt(levels / (at * (at + 1))) for at in range(1, levels)]
    return [[size * ((level < at) - at * (level == at)) for at, size in enumerate(scale, 1)] for level in range(levels)]


def _coded(row: Row, coding: list[Vectors]) -> list[float]:
    return [1.0, *(each for level, codes in zip(row, coding, strict=True) for each in codes[level])]


def _dot(one: Sequence[float], two: Sequence[float]) -> float:
    return fsum(map(mul, one, two))  # not sum(): it rounds otherwise since Python 3.12, and a tie falls otherwise


def _gram(rows: list[Row], coding: list[Vectors], ridge: float) -> Vectors:
    columns = list(zip(*(_coded(row, coding) for row in rows), strict=True))
    return [[_dot(one, two) + ridge * (i == j) for j, two in enumerate(columns)] for i, one in enumerate(columns)]


def _inverse(matrix: Vectors) -> tuple[Vectors, float]:
    """The inverse of a positive definite matrix and its log determinant: minus infinity when it is singular."""
    rows, total = [list(each) for each in matrix], 0.0
    for k, line in enumerate(rows):
        pivot, line[k] = line[k], 1.0
        if pivot < 1e-8:
            return rows, -inf
        total += log(pivot)
        line[:] = [each / pivot for each in line]
        for i, row in enumerate(rows):
            if i != k:
                factor, row[k] = row[k], 0.0
                row[:] = [each - factor * other for each, other in zip(row, line, strict=True)]
    return rows, total


def _basis(vectors: Vectors, beside: Vectors | None = None) -> Vectors:
    """An orthonormal basis of what `vectors` add to the orthonormal `beside` (Gram and Schmidt, twice for rounding)."""
    basis = list(beside or [])
    for vector in vectors:
        left, length = vector, sqrt(_dot(vector, vector))
        for _ in range(2):
            for weight, each in [(_dot(each, left), each) for each in basis]:
                if abs(weight) > 1e-12:
                    left = [value - weight * other for value, other in zip(left, each, strict=True)]
        size = sqrt(_dot(left, left))
        if size > 1e-7 * length:
            basis.append([each / size for each in left])
    return basis[len(beside or []) :]


def _confounding(one: Vectors, two: Vectors) -> tuple[float, float]:
    """Largest canonical correlation of two orthonormal bases, and the mean R2 of the first on the second."""
    weights = [[_dot(each, other) for other in two] for each in one]
    square = [[_dot(row, other) for other in weights] for row in weights]
    share = fsum(row[at] for at, row in enumerate(square)) / len(one)
    if share < 1e-9:
        return 0.0, 0.0
    vector, size = max(square, key=lambda row: _dot(row, row)), 0.0
    for _ in range(1000):  # the largest eigenvalue, by powers
        before, size = size, sqrt(_dot(vector, vector))
        if abs(size - before) < 1e-13:
            break
        vector = [_dot(row, vector) / size for row in square]
    return min(1.0, sqrt(size)), share
