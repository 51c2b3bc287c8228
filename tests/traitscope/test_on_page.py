"""A figure on a page: without its title, which the page sets, and with text that can be read on it."""

from __future__ import annotations

from pandas import DataFrame

from traitscope import figures

TABLE = DataFrame({"name": ["E", "A"], "group": "all", "value": [0.2, 0.4], "low": [0.1, 0.3], "high": [0.3, 0.5]})
QUESTION = "Does a title that is far too long for one line of a figure on paper still stand above the plot?"


def test_the_page_has_the_title_and_the_plot_keeps_its_height() -> None:
    figure = figures.forest(TABLE, QUESTION, x="share")
    shown = figures.on_page(figure, "dark")
    assert shown.layout.title.text == "" and "<br>" in figure.layout.title.text
    plots = [each.layout.height - each.layout.margin.t - each.layout.margin.b for each in (figure, shown)]
    assert plots[0] == plots[1] and shown.layout.margin.t < figure.layout.margin.t


def test_dark_blue_is_lighter_on_a_dark_page_and_nowhere_else() -> None:
    figure = figures.forest(TABLE, QUESTION, x="share")
    marks = [each.marker.color for each in figure.data if each.marker.color]
    assert "#0072B2" in marks and "#0072B2" in figures.on_page(figure, "light").to_json()
    dark = figures.on_page(figure, "dark")
    assert "#0072B2" not in dark.to_json() and dark.data[0].marker.color == "#3D9BE0"
    assert [each.marker.color for each in figure.data if each.marker.color] == marks  # the figure itself stays as it is
    assert [each.x for each in dark.data] == [each.x for each in figure.data]


def test_text_is_light_on_dark_and_dark_on_light() -> None:
    inks = [figures.on_page(figures.forest(TABLE, QUESTION, x="share"), theme).layout for theme in ("light", "dark")]
    for layout in inks:
        assert {layout.xaxis.tickfont.color, layout.yaxis.tickfont.color, layout.xaxis.title.font.color} == {
            layout.legend.font.color
        }
    assert inks[0].legend.font.color < "#444444" < "#DDDDDD" < inks[1].legend.font.color
