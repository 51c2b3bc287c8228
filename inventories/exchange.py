"""D-optimal fractions by coordinate exchange (Meyer and Nachtsheim, 1995), and the small linear algebra they need."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from math import exp, fsum, inf, lcm, log, prod, sqrt
from operator import mul

from inventories.arrays import Row
from inventories.ids import digest

Vectors = list[list[float]]
RIDGE = 1e-3  # keeps a start in which a level is absent from having no inverse


def usual_runs(shape: Row) -> int:
    """One and a half to three times the parameters, a multiple of every number of levels where one is there."""
    parameters, balanced = 1 + sum(each - 1 for each in shape), lcm(*shape)
    multiple = -(-3 * parameters // (2 * balanced)) * balanced
    return multiple if multiple <= 3 * parameters else 2 * parameters


def d_optimal(shape: Row, runs: int, seed: int) -> tuple[list[Row], float]:
    """Distinct rows with the largest determinant for main effects that several starts reach, and their efficiency."""
    coding, parameters = [contrasts(each) for each in shape], 1 + sum(each - 1 for each in shape)
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


def contrasts(levels: int) -> Vectors:
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


def basis(vectors: Vectors, beside: Vectors | None = None) -> Vectors:
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


def confounding(one: Vectors, two: Vectors) -> tuple[float, float]:
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
