"""Describes where a picture comes from, as XMP that is stored inside the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

SourceType: TypeAlias = Literal["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"]
"""Made by a generative model, put together from such a picture and others, or drawn by a program, as proofs are."""

SOURCE_TYPES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""The vocabulary of kinds of source (IPTC NewsCodes, 2025-05)."""
KEYWORD: Final = "XML:com.adobe.xmp"
"""The keyword of the PNG chunk that holds XMP (XMP specification part 3, 2020)."""
TOOL: Final = "prompt-kit"

_DERIVED_FROM: Final = re.compile(rb"<stRef:documentID>sha256:([0-9a-f]{64})</stRef:documentID>")

_NAMESPACES: Final = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
}


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """A picture that another one was made from."""

    name: str
    """Its file name; empty when it has none."""
    sha256: str
    """Hash of its bytes, as lower-case hex."""


def packet(kind: SourceType, sources: Sequence[SourcePicture]) -> str:
    """Return the XMP of a picture that was made from others; the first of them is the one it is derived from."""
    names = ", ".join(source.name for source in sources if source.name)
    properties = [
        f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPES}{kind}</Iptc4xmpExt:DigitalSourceType>",
        f"<xmp:CreatorTool>{TOOL}</xmp:CreatorTool>",
        f"<dc:source>{_text(names)}</dc:source>" if names else "",
        f'<xmpMM:DerivedFrom rdf:parseType="Resource">{_reference(sources[0])}</xmpMM:DerivedFrom>',
        _ingredients(sources) if len(sources) > 1 else "",
    ]
    spaces = "".join(f' xmlns:{prefix}="{address}"' for prefix, address in _NAMESPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="{TOOL}">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{spaces}>{"".join(properties)}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )


def derived_from(data: bytes) -> str:
    """Return the hash of the picture from which `packet` says that this file was made; empty when it says none."""
    named = _DERIVED_FROM.search(data)
    return named[1].decode() if named else ""


def _ingredients(sources: Sequence[SourcePicture]) -> str:
    items = "".join(f'<rdf:li rdf:parseType="Resource">{_reference(source)}</rdf:li>' for source in sources)
    return f"<xmpMM:Ingredients><rdf:Bag>{items}</rdf:Bag></xmpMM:Ingredients>"


def _reference(source: SourcePicture) -> str:
    path = f"<stRef:filePath>{_text(source.name)}</stRef:filePath>" if source.name else ""
    return f"<stRef:documentID>sha256:{source.sha256}</stRef:documentID>{path}"


def _text(value: str) -> str:
    """Return a text as XML takes it: a file name may hold characters that XML has no way to write."""
    return escape("".join(letter if letter.isprintable() else "\ufffd" for letter in value))
