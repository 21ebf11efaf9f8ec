"""Pictures that nothing is said of."""

from __future__ import annotations

from celldeck.model import MarpOptions
from celldeck.parse import parse
from celldeck.parse.alt_texts import missing_alt_texts
from celldeck.render.inlines import alt_text
from celldeck.source import Source

TEXT = """# A

![w:400](a.png) ![h:20 what it shows](b.png)

![bg](c.png)

---

- ![](a.png)
- <img src="d.png"> <img src='e.png' alt='e'> <img src="f.png" alt="">

---

![bg right](g.png)
![bg](h.png) ![bg A view](i.png)

:smile: 😀
"""


def test_each_picture_without_text_is_told_with_its_place() -> None:
    deck = parse(Source.of(TEXT, "deck.md"), MarpOptions())
    told = missing_alt_texts(deck, alt_text)
    assert [str(notice).splitlines()[0] for notice in told] == [
        "deck.md:3:10: warning: the picture a.png has no alternative text [missing-alt]",
        "deck.md:9:7: warning: the picture a.png has no alternative text [missing-alt]",
        "deck.md:10:13: warning: the picture d.png has no alternative text [missing-alt]",
        "deck.md:10:57: warning: the picture f.png has no alternative text [missing-alt]",
        "deck.md:14:13: warning: the picture g.png has no alternative text [missing-alt]",
        "deck.md:15:7: warning: the picture h.png has no alternative text [missing-alt]",
    ]
