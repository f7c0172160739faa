"""Words that image models read badly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from prompt_kit.errors import Problem
from prompt_kit.review.lint.closing import CLOSED
from prompt_kit.review.lint.contradictions import contradictions
from prompt_kit.support.words import article

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.templating import Program

_KEYWORDS: Final = (
    "masterpiece|(?:best|top|premium|ultra|high)[- ]quality|(?:ultra|hyper|highly|insanely|super)[- ]detailed|8k|uhd"
    r"|trending on \w+|artstation|unreal engine|octane render|award[- ]winning|intricate details?"
)
_PRAISE: Final = (
    "beautiful|stunning|amazing|breath-?taking|gorgeous|awesome|incredible|epic|eye-catching|nice|lovely|high-end"
    "|visually (?:striking|appealing)|aesthetically pleasing|state[- ]of[- ]the[- ]art"
    "|perfect (?:picture|image|photo|photograph|lighting|composition)"
)
_BAD: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.MULTILINE), message)
    for pattern, message in (
        (
            r"\[[a-z][\w /,.'-]*\]|<[a-z][\w -]*>|\bTODO\b|\bXXX\b|\blorem ipsum\b",
            "'{}' looks like a placeholder that was left. Make it a parameter.",
        ),
        (
            r"\b\d{1,2}:\d{1,2}\b|\b\d{3,5}\s?[x×]\s?\d{3,5}\b|\b[1248]K (?:resolution|image|picture)\b",
            "'{}' stands in the words. The settings say the format; words that differ confuse the model.",
        ),
        (
            r"\(+[^()]*:\s?\d\.\d+\s?\)+|\(\([^()]+\)\)|::-?\d|(?<!\w)--[a-z]+ [\w:.]+|<lora:[^>]*>|(?-i:\bBREAK\b)",
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
            rf"\b(?:{_PRAISE})\b",
            "'{}' praises instead of describing. Say what makes it so.",
        ),
        (
            r"(?:^|(?<=[.!?] ))(?:[\w-]+(?: [\w-]+){0,2}, ){6,}",
            "'{}' is a list of keywords. Write sentences; the model reads them better.",
        ),
    )
)
_NEGATIVE: Final = re.compile(
    r"\b(?:no|without|avoid(?:ing)?|never|don['’]t|do not|must not|should not)\s+(?:any\s+)?(\w+)", re.IGNORECASE
)
# "Do not show any of these: ", before a value: a person excludes it, not the author.
_EXCLUDES_VALUE: Final = re.compile(
    r"\b(?:no|without|avoid(?:ing)?|never|don['’]t|do not|must not|should not)"
    r"(?: (?:show|include|add|draw|depict|paint|use|have|contain|any|of|the|these|this|following|things?)\b)*"
    r":?\s*$",
    re.IGNORECASE,
)
_NEGATIVES: Final = re.compile(r"\bno \w+(?: \w+)?, no \w+(?: \w+)?,? (?:and |or )?no \w+", re.IGNORECASE)
_ANNOUNCED: Final = re.compile(
    r"\b(?:reads?|says?|saying|spells?|titled|labell?ed|words|text|letters|lettering|headline)(?: exactly)?:?\s*$",
    re.IGNORECASE,
)
_UNQUOTED: Final = re.compile(r"\b(?:that (?:reads|says)|the words?|saying|titled) (?=[A-Z])[\w!'’ ]{2,40}")
_FLAWS: Final = (
    (re.compile(r" {2}"), "there are two spaces in a row"),
    (re.compile(r"\s[,.;:!?](?:\s|$)"), "there is a space before a comma or stop"),
    (re.compile(r",\s*[,.;]|[.!?]\s*,"), "two stops or commas meet"),
    (re.compile(r"\bNone\b"), "a value that was left out shows as 'None'"),
)
_ARTICLE: Final = re.compile(r"\b(an?) ([\w-]+)")
# Exact words of a person; a line break ends them, for an inch sign opens nothing.
_QUOTED: Final = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|「[^」\n]*」")
_WHITE: Final = re.compile(r"\bwhite background\b", re.IGNORECASE)
_TRANSPARENT: Final = re.compile(r"\btransparent background\b|\bbackground (?:is|must be) transparent\b", re.IGNORECASE)


def in_words(text: str, *, creates: bool) -> Iterator[tuple[str, int]]:
    """Yield what works against the picture in an author's own words, and where it begins.

    Args:
        text: The words; never a person's values.
        creates: Whether a picture is made from nothing, so that whatever is named may be drawn.
    """
    for pattern, message in _BAD:
        for match in pattern.finditer(text):
            yield message.format(_shortened(match[0])), match.start()
    for match in _UNQUOTED.finditer(text):
        yield f"'{match[0]}' looks like exact words for the picture. Put them in quotes.", match.start()
    if creates:
        closed = [match.span() for match in CLOSED.finditer(text)]
        for match in _NEGATIVE.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in closed):
                continue  # whether the list of words may be closed is judged by its conditions
            what = f"'{match[0]}' names what should not be seen, and the model reads '{match[1]}'."
            yield f"{what} Say what is there instead.", match.start()
    else:
        for match in _NEGATIVES.finditer(text):
            yield f"'{match[0]}' lists what should not be seen. Say what is there instead.", match.start()


def in_template(program: Program, wanted: Mapping[str, Parameter], *, creates: bool, of: set[str]) -> Iterator[Problem]:
    """Yield what works against the picture in the words of templates, never in values.

    Args:
        program: The templates.
        wanted: The parameters, to tell exact words from others.
        creates: Whether a picture is made from nothing.
        of: The names of the templates that are looked at, with what they include.
    """
    for output in program.tree.find_all(nodes.Output):
        if program.origin(output.lineno) not in of:
            continue
        yield from _unquoted(output, program, wanted)
        for data, after in zip(output.nodes, [*output.nodes[1:], None], strict=True):
            if isinstance(data, nodes.TemplateData):
                before_value = after is not None and not isinstance(after, nodes.TemplateData)
                text = _EXCLUDES_VALUE.sub("", data.data) if before_value else data.data
                for message, start in in_words(text, creates=creates):
                    yield Problem(message, program.place(data.lineno + data.data.count("\n", 0, start)))


def in_prompt(prompt: Prompt, theirs: Collection[str] = ()) -> Iterator[str]:
    """Yield the flaws of a rendered prompt, as the beginnings of sentences.

    Args:
        prompt: The prompt.
        theirs: What a person wrote, as it stands there, the longest first; it contradicts no setting.
    """
    text = _QUOTED.sub(lambda match: match[0][0] + "…" + match[0][-1], str(prompt))
    yield from (f"{what}: '{_around(text, match)}'" for pattern, what in _FLAWS for match in pattern.finditer(text))
    for match in _ARTICLE.finditer(text):
        if article(match[2]) not in {match[0], match[2]}:
            yield f"'a' and 'an' are mixed up: '{_around(text, match)}'"
    if _WHITE.search(text) and _TRANSPARENT.search(text):
        yield "the background is white and transparent at once"
    yield from contradictions(prompt, theirs)


def _unquoted(output: nodes.Output, program: Program, wanted: Mapping[str, Parameter]) -> Iterator[Problem]:
    """Find values that are announced as words of the picture but stand there without quotes."""
    for before, value in zip(output.nodes, output.nodes[1:], strict=False):
        parameter = wanted.get(value.name) if isinstance(value, nodes.Name) else None
        if (
            parameter
            and parameter.type in {"text", "long_text", "list"}
            and isinstance(before, nodes.TemplateData)
            and _ANNOUNCED.search(before.data)
        ):
            name = value.name if isinstance(value, nodes.Name) else ""
            what = f"'{name}' is announced as words of the picture but has no quotes."
            yield Problem(
                f"{what} Make it a parameter of type copy, or write {{{{ {name} | quoted }}}}.",
                program.place(value.lineno),
            )


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 15) : match.end() + 15].replace("\n", " ").strip()


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - as much as one reads at a glance
