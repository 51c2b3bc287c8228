"""The tables that all results start from, each made once from the one before it, and kept until the record changes."""

from __future__ import annotations

from pandas import DataFrame

from traitscope import analysis
from traitscope.kept import kept
from traitscope.record import Record


def answers(record: Record) -> DataFrame:
    """`analysis.answers`: one row a trial."""
    return kept(analysis.answers, record)


def values(record: Record) -> DataFrame:
    """`analysis.values`: one row a keyed answer and version."""
    return kept(_values, record)


def scores(record: Record) -> DataFrame:
    """`analysis.scores`: one row a sitting x scale x version."""
    return kept(_scores, record)


def standings(record: Record) -> DataFrame:
    """`analysis.standings`: one row a person x scale x elicitation x version."""
    return kept(_standings, record)


def _values(record: Record) -> DataFrame:
    return analysis.values(record, answers(record))


def _scores(record: Record) -> DataFrame:
    return analysis.scores(record, values(record))


def _standings(record: Record) -> DataFrame:
    return analysis.standings(record, scores(record))
