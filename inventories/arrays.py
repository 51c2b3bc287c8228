"""Orthogonal arrays of strength 2: every pair of levels of every two factors equally often.

Sources: Rao (1947), Factorial experiments derivable from combinatorial arrangements of arrays; Plackett and Burman
(1946); Hedayat, Sloane and Stufken (1999), Orthogonal arrays; Xu (2002), An algorithm for constructing orthogonal and
nearly-orthogonal arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, count, islice, product
from math import lcm, prod, sqrt
from operator import mul

from inventories.ids import shuffled

Row = tuple[int, ...]  # one level number for each factor
Columns = list[list[int]]  # level numbers, shape (factors, runs)
Words = Counter[Row]  # in how many ways a point is the sum of points that are taken
_Chosen = tuple[int, int, list[tuple[Row, ...]]]  # number of words of length 3 and of length 4, the spaces
REACH = 256  # rows; a larger orthogonal array is made only when so many `runs` are asked for


@lru_cache(maxsize=256)
def orthogonal(shape: Row, runs: int | None) -> list[Row] | None:
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
