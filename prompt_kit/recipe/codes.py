"""The stable words for kinds of problems and notes of a form, for programs to tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES: Final[Mapping[str, str]] = {
    # Problems: nothing is rendered while there is one.
    "missing": "A required parameter has no value, or a required slot no picture.",
    "unknown": "There is no parameter, slot or setting of that name.",
    "not_asked": "The parameter or slot is asked only under other values.",
    "locked": "The preset, the recipe or the team has fixed the value.",
    "given_twice": "One parameter or slot was given under two names, or in two places.",
    "wrong_type": "The value is of another kind: no text, number, list, yes or no.",
    "empty": "Nothing is left of the text: only spaces or punctuation.",
    "too_short": "The text has fewer characters than it needs.",
    "too_long": "The text has more characters than are allowed.",
    "too_few": "There are fewer entries or pictures than are needed.",
    "too_many": "There are more entries or pictures than are allowed.",
    "too_small": "The number is below the smallest.",
    "too_large": "The number is above the largest.",
    "not_a_step": "The number lies between two steps.",
    "no_match": "The text does not look as its pattern asks.",
    "not_a_choice": "The value is none of the choices, and own words are not taken.",
    "near_choice": "The words are nearly a choice; it must be said which of both is meant.",
    "not_a_color": "The text is neither a hex code nor the name of a colour.",
    "not_a_picture": "What is in a slot is no picture that can be used.",
    "undescribed": "A list describes more pictures than its slot has.",
    "wrong_setting": "A setting has a value that it cannot have.",
    # Notes: something to know; the prompt is rendered all the same.
    "contradiction": "Two values, or a value and a setting, cannot both be meant.",
    "mended": "The prompt has the text in another form than it was written: at its edges it did not fit a sentence.",
    "placeholder": "Exact words for the picture have a part that nobody has written yet.",
    "reads_oddly": "The text does not fit the sentence in which the prompt has it.",
    "own_words": "A word is none of the choices and taken as it is; what would come with a choice does not.",
    "former_name": "The value came under an earlier name of its parameter or slot.",
    "in_calm_room": "Something would stand in the part that another value keeps calm and empty.",
    "covered_part": "Something would stand in a part that an app covers or trims.",
    "no_room": "Two values want the same part of the picture.",
    "enlarged_copy": "The copy for a channel would be larger than the picture that the model makes.",
    "other_language": "Exact words are in another language than the chosen one.",
    "against_brand": "A value asks for what the brand never shows.",
    "two_logos": "Two pictures are both put in as a logo.",
}
"""What each code means, in a sentence."""

NOT_IN_SCHEMA: Final = frozenset({"empty", "near_choice", "not_a_color", "not_a_picture", "undescribed"})
"""The codes of problems that a JSON Schema cannot say: values it accepts may have them, and no others."""
