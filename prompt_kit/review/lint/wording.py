"""Finds words of an author that image models misunderstand."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from prompt_kit.errors import Problem
from prompt_kit.review.lint.closing import CLOSED
from prompt_kit.review.lint.contradictions import formats, sizes
from prompt_kit.review.lint.quotes import without_quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.templating import TemplatePart

_IMAGE: Final = (
    r"(?:images?|pictures?|photos?|photographs?|photography|shots?|renders?|rendering|artworks?|art|illustrations?"
    r"|details?|quality|composition|lighting)"
)
_KEYWORDS: Final = (
    rf"masterpiece|(?:(?:best|top|premium|ultra|high)[- ]quality|award[- ]winning)(?= {_IMAGE}\b|\s*[,.;\n]|\s*$)"
    r"|(?:ultra|hyper|highly|insanely|super)[- ]detailed|8k|uhd"
    r"|trending on \w+|artstation|unreal engine|octane render|(?:(?<=, )|(?<=^))intricate details?(?=[,.])"
)
_PRAISE: Final = (
    "beautiful|stunning|amazing|breath-?taking|gorgeous|awesome|incredible|epic|eye-catching|nice|lovely"
    "|visually (?:striking|appealing)|aesthetically pleasing|state[- ]of[- ]the[- ]art"
    "|perfect (?:picture|image|photo|photograph|lighting|composition)"
)
_OPTIONS: Final = (
    "ar|aspect|c|chaos|cref|cw|hd|iw|niji|no|p|profile|q|quality|r|raw|repeat|s|seed|sref|stop|style|stylize|sw|test"
    "|tile|turbo|v|version|video|w|weird"
)
"""What other generators take after two hyphens; a dash typed like that has other words behind it."""
_WEIGHT: Final = r"\(+[^()]*[^()\s]:[01]\.\d{1,2}\s?\)+"
_BREAK: Final = r"(?-i:(?<![A-Z] )\bBREAK\b(?! [A-Z]))"
_BAD: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.MULTILINE), message)
    for pattern, message in (
        (
            r"(?-i:\bTODO\b)(?! (?:list|board|app)s?\b)|(?-i:\bXXX\b)",
            "'{}' looks like a placeholder that was left. Make it a parameter.",
        ),
        (
            r"\b\d{3,5}\s?[x×]\s?\d{3,5}\b|\b[1248]K (?:resolution|image|picture)\b",
            "'{}' stands in the words. The settings say the format; words that differ confuse the model.",
        ),
        (
            rf"{_WEIGHT}|\(\([^()]+\)\)|::-?\d|(?<!\w)--(?:{_OPTIONS})\b(?: [\w:.]+|$)|<lora:[^>]*>|{_BREAK}",
            "'{}' is a sign that only other generators read; here it is text. Say in words what matters most.",
        ),
        (
            r"\bnegative prompt\b",
            "'{}' is not something these models have. Say what is there instead.",
        ),
        (
            rf"\b(?:{_KEYWORDS})\b",
            "'{}' is a keyword, not a description. Say what is seen: materials, light, lens, finish.",
        ),
        (
            # With a capital inside a sentence they are names: Nice in France, an Epic Games logo.
            rf"(?-i:\b(?:{_PRAISE})\b)|(?:^|(?<=[.!?] ))(?:{_PRAISE})\b",
            "'{}' praises instead of describing. Say what makes it so.",
        ),
    )
)
_PLACEHOLDER: Final = re.compile(r"\[(?!sic\])[a-z][\w /,.'-]*\]|<([a-z][\w -]*)>|\blorem ipsum\b", re.IGNORECASE)
_CLOSING_TAG: Final = re.compile(r"</([a-z][\w-]*)\s*>", re.IGNORECASE)
_PLACEHOLDER_LEFT: Final = "'{}' looks like a placeholder that was left. Make it a parameter."
_FORMAT: Final = "'{}' stands in the words. The settings say the format; words that differ confuse the model."
_SIZE: Final = "'{}' stands in the words. The settings say the size; words do not change it."
_KEYWORD_LIST: Final = re.compile(r"(?:^|(?<=[.!?] ))(?:[\w-]+(?: [\w-]+){0,2}, ){6,}", re.MULTILINE)
# "…, hands and feet" ends a series that belongs to a sentence.
_SERIES_ENDS: Final = re.compile(r"(?:[^.!?\n,;]+ )?(?:and|or) [^.!?\n,;]+(?:[.!?\n;:]|$)|(?:and|or|then) ")

_SHOWING: Final = "show|include|add|draw|depict|paint|use|have|contain|render|put|place|insert|introduce|feature"
_NEGATIVE: Final = re.compile(
    rf"\b(?:(?:never|don['’]t|(?:do|must|should|may) not)\s+(?:{_SHOWING})|(?<!or )no|(?<!or )without"
    r"|avoid(?:ing)?(?:\s+(?:showing|using|adding|including|drawing))?)\s+(?:(?:any|an?|the)\s+)?(?!\d+\b)([\w-]+)"
    r"(?P<than> than\b)?",
    re.IGNORECASE,
)
_UNNAMED: Final = frozenset(
    """
    across and any anything attached better between doubt else extra fewer further image images in it later less
    longer matter more need new of on one or other others out over part piece single something sooner than that them
    these this those to two up way
    """.split(),
)
"""Words after a negation that name nothing a model could draw."""
_THINGS_IN_ING: Final = re.compile(
    r"(?:\w*(?:light|cloth|shad|letter|writ|paint|build|ceil|rail|bedd|packag|draw|earr)ing|(?:str|spr|th|[krw])ing)s?",
    re.IGNORECASE,
)
"""Nouns that look like what is done: "without lighting" names a thing, "without cropping" none."""
_NEGATIVES: Final = re.compile(r"\bno \w+(?: \w+)?, no \w+(?: \w+)?,? (?:and |or )?no \w+", re.IGNORECASE)
_ANNOUNCED: Final = re.compile(
    r"\b(?:reads?|says?|saying|spells?|titled|labell?ed|words|text|letters|lettering|headline)(?: exactly)?:?\s*$",
    re.IGNORECASE,
)
_UNQUOTED: Final = re.compile(r"\b(?:that (?:reads|says)|the words?|saying|titled) (?=[A-Z])[\w!'’ ]{2,40}")
_VALUE: Final = "\ufffc"
"""Stands for a value in the words of a template."""
_SHOWN: Final = 60
"""Most characters of the words that a message repeats."""


def in_words(text: str, *, creates: bool, tags: Collection[str] = ()) -> Iterator[tuple[str, int]]:
    """Yield a problem for each passage of an author's own words that makes pictures worse, and where it begins.

    Exact words in quotes are judged only as placeholders that were left.

    Args:
        text: The words; never a person's values.
        creates: Whether a picture is made from nothing, so that whatever is named may be drawn.
        tags: The names of XML tags that are closed elsewhere in the same prompt.
    """
    yield from _in_words(text, creates, frozenset(tags))


@lru_cache(maxsize=10_000)
def _in_words(text: str, creates: bool, tags: frozenset[str]) -> tuple[tuple[str, int], ...]:  # noqa: FBT001 - a key
    """Return what `in_words` yields; the same choices stand in many recipes."""
    return tuple(_problems(text, creates=creates, tags=tags))


def _problems(text: str, *, creates: bool, tags: frozenset[str]) -> Iterator[tuple[str, int]]:
    plain = without_quoted(text)
    for match in _PLACEHOLDER.finditer(text):
        if match[1] not in {*tags, *_CLOSING_TAG.findall(text), "br", "hr"}:
            yield _PLACEHOLDER_LEFT.format(_shortened(match[0])), match.start()
    for match in formats(plain):
        yield _FORMAT.format(match[0]), match.start()
    for match in sizes(plain):
        yield _SIZE.format(match[0]), match.start()
    for pattern, message in _BAD:
        for match in pattern.finditer(plain):
            yield message.format(_shortened(match[0])), match.start()
    for match in _KEYWORD_LIST.finditer(plain):
        # After a colon, and up to an "and", a list is one of the things a sentence speaks of.
        if not (plain[: match.start()].rstrip().endswith(":") or _SERIES_ENDS.match(plain, match.end())):
            fact = f"'{_shortened(match[0])}' is a list of keywords."
            yield f"{fact} Write sentences; the model reads them better.", match.start()
    for match in _UNQUOTED.finditer(plain):
        yield f"'{match[0]}' looks like exact words for the picture. Put them in quotes.", match.start()
    yield from _negatives(plain, creates=creates)


def in_template(
    part: TemplatePart,
    parameters: Mapping[str, Parameter],
    *,
    creates: bool,
    templates: set[str],
    tags: Collection[str] = (),
) -> Iterator[Problem]:
    """Yield a problem for each passage of templates that makes pictures worse; values are not judged.

    Args:
        part: The templates.
        parameters: The parameters, to tell exact words from others.
        creates: Whether a picture is made from nothing.
        templates: The names of the templates that are looked at, with what they include.
        tags: The names of XML tags that are closed somewhere in the prompt.
    """
    for output in part.every(nodes.Output):
        if part.origin(output.lineno) not in templates:
            continue
        yield from _unquoted(output, part, parameters)
        pieces = [node.data if isinstance(node, nodes.TemplateData) else _VALUE for node in output.nodes]
        for message, start in in_words("".join(pieces), creates=creates, tags=tags):
            at = start
            for node, piece in zip(output.nodes, pieces, strict=True):
                if at < len(piece):
                    yield Problem(message, part.place(node.lineno + piece.count("\n", 0, at)))
                    break
                at -= len(piece)


def closing_tags(part: TemplatePart) -> set[str]:
    """Return the names of the XML tags that a template closes."""
    return {tag for data in part.every(nodes.TemplateData) for tag in _CLOSING_TAG.findall(data.data)}


def _negatives(plain: str, *, creates: bool) -> Iterator[tuple[str, int]]:
    """Yield what is named only to say that it should not be seen."""
    if not creates:
        for match in _NEGATIVES.finditer(plain):
            yield f"'{match[0]}' lists what should not be seen. Say what is there instead.", match.start()
        return
    closed = [match.span() for match in CLOSED.finditer(plain)]
    for match in _NEGATIVE.finditer(plain):
        if any(start < match.end() and match.start() < end for start, end in closed):
            continue  # whether the list of words may be closed is judged by its conditions
        if _names_a_thing(match):
            fact = f"'{match[0]}' names what should not be seen, and the model reads '{match[1]}'."
            yield f"{fact} Say what is there instead.", match.start()


def _names_a_thing(match: re.Match[str]) -> bool:
    word = match[1].lower()
    if word in _UNNAMED or match["than"]:
        return False
    done = word.endswith("ing") and match[0].lower().startswith(("without", "avoid"))
    return not done or _THINGS_IN_ING.fullmatch(word) is not None


def _unquoted(output: nodes.Output, part: TemplatePart, parameters: Mapping[str, Parameter]) -> Iterator[Problem]:
    """Find values that are announced as words of the picture but stand there without quotes."""
    for before, value in zip(output.nodes, output.nodes[1:], strict=False):
        parameter = parameters.get(value.name) if isinstance(value, nodes.Name) else None
        if (
            parameter
            and parameter.type in {"text", "long_text", "list"}
            and isinstance(before, nodes.TemplateData)
            and _ANNOUNCED.search(before.data)
        ):
            name = value.name if isinstance(value, nodes.Name) else ""
            fact = f"'{name}' is announced as words of the picture but has no quotes."
            yield Problem(
                f"{fact} Make it a parameter of type copy, or write {{{{ {name} | quoted }}}}.",
                part.place(value.lineno),
            )


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
