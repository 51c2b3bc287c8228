"""Studies that a recipe makes: of a file that the user gives, or of what an earlier part of the recipe has answered."""

from traitscope.making.beside import people_beside
from traitscope.making.judged import claims_judged, sentences_judged, texts_judged
from traitscope.making.official import official_items
from traitscope.making.open_answers import answered_openly, openly_judged
from traitscope.making.partners import after_a_partner
from traitscope.making.people import people_told
from traitscope.making.so_far import Maker, SoFar

MAKERS: dict[str, Maker] = {
    "official_items": official_items,
    "people_told": people_told,
    "people_beside": people_beside,
    "texts_judged": texts_judged,
    "sentences_judged": sentences_judged,
    "claims_judged": claims_judged,
    "after_a_partner": after_a_partner,
    "answered_openly": answered_openly,
    "openly_judged": openly_judged,
}

__all__ = ["MAKERS", "Maker", "SoFar"]
