"""Words that are no names, though people begin an entry with them in capitals, and orders that they give."""

from __future__ import annotations

from typing import Final

SMALL: Final = frozenset(
    """
    a an the this that these those my our your his her its their some any all both each every no one two three four
    five six seven eight nine ten several many few it he she they we you everything everyone anything nothing
    something whatever whoever in on at with without from of for under over behind beside above below near by as
    like between through around inside outside
    """.split(),
)
"""Words that have a capital only where a sentence begins."""

COMMON: Final = frozenset(
    """
    adult adults animal animals arm arms artwork audience baby background balcony bag ball banner bare beach beard
    bed bench bike bird birds blur board body book bookshop border borders boss bottle bottom bowl box boy boys
    branch bread brick brand bridge brush building buildings button buttons bus cafe cake camera candle canvas
    captain car card cars cat cats caption castle ceiling chair chalkboard character child children chin city
    clients clock cloth clothes clouds clutter coat coffee collar colour colours color colors company copper cotton
    couple courier cover crowd cup curtain curtains customers dad desk detective dog dogs dog's door dots drawing
    dress dust earring earrings edge engraved everybody expression eye eyes fabric face faces families family father
    feature fence figure fingers fire fish flag flat floor flower flowers fog font food foreground forest fox frame
    frames friends front fruit fur furniture garden girl girls glass glasses gloves grain grandma grandpa grass
    ground guests hair hand hands handle handwriting hat head header headline home horse house houses icon ice image
    jacket jewellery jug kids kitchen label labels lady lake lamp landscape leaf leaves leather left lens letter
    letters lettering light lights lion lips logo logos lower man map mark men middle mirror moon moss mountain
    mountains mouth mug mum nails name neck neckline nose numbers nurses office oil ornament owner owners outline
    painting panda paper parents park pattern people person persons humans phone photo photograph picture pictures
    plants plate poster print product props readers reflection reflections ring ripples river road roof room roots
    rug runners scar screen sea shadow shadows shape shelf ship shirt shoes shop side sign silk skin sky sleeve
    slogan smile smoke snow sofa soup spoon star stars street strings students sugar suit sun surface symbols table
    tag tail tattoo tea teachers teenagers teeth texture text texts tie title toddlers tools top town toy trees
    trousers type typography upper vase view visitors wall walls watch watermark watermarks water waves wheel
    whiskers window windows wine wires woman women wood wool words wrinkles writing red blue green yellow orange
    purple pink brown black white grey gray golden silver bright dark soft hard warm cold cool small big large huge
    tiny little tall old elderly new young ancient wooden shiny matte modern plain thick thin long short bold simple
    sharp misty mossy happy sad calm busy beautiful cute funny cosy cozy friendly elegant fresh loud quiet quick
    rough smooth wild hand-drawn handmade handwritten hand-painted vintage retro rustic classic clean colourful
    colorful dirty dry wet empty full fluffy gentle glossy heavy high low loose minimal minimalist moody natural
    neat open pale pastel playful professional rainy round rusty scary serious shabby sleek slim snowy square stormy
    strong sunny sweet transparent worn weathered blurred blurry stock early late morning evening night just
    """.split(),
)
"""Nouns and adjectives that are often first in a description of a picture."""

VERBS: Final = frozenset(
    """
    add animate arrange avoid book build change combine convert create delete depict design draw erase exclude find
    give illustrate imagine keep leave let look make move paint photograph place preserve produce put redraw remove
    render replace search show sketch swap transform turn use write
    """.split(),
)
"""What an order begins with."""

FORBIDDING: Final = frozenset({"don't", "don’t", "dont", "do", "never", "please"})
"""What an order begins with whatever follows."""

OBJECTS: Final = frozenset(
    """
    a an the this that these those my our your his her its their it him them me us one two three all everything
    everyone not in on to some any up out for
    """.split(),
)
"""What follows the verb of an order."""

ON_ITSELF: Final = frozenset({"it", "them", "me", "this", "him"})
"""What follows the verb of an order about the picture itself."""

KINDS: Final = frozenset(
    """
    ad advert advertisement animation app avatar badge banner billboard book brochure card cards carousel cartoon
    cartoons certificate chart close-up collage comic cover crest cutaway dashboard design diagram diorama drawing
    emblem emoji figurine flowchart flyer graph graphic guide handout icon icons illustration image infographic
    invitation label leaflet lesson letter lettermark logo magazine manga manual map mark menu mock-up mockup
    monogram newspaper newsletter overview packaging page painting pattern photo photograph picture pictures
    portrait post postcard poster posters print programme recipe render rendering scene screen selfie series set
    sheet shot sign sketch slide snapshot sticker stickers storyboard strip table thumbnail ticket tile timeline toy
    turnaround tutorial video visualisation wallpaper website wordmark headshot
    """.split(),
)
"""Nouns by which a caption says what kind of picture it wants."""
