"""Draft: a deck on its way through the passes, with what they know and the finished Deck does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path

from celldeck.errors import Notice
from celldeck.frozen import frozen
from celldeck.model import Deck, MarpOptions, Slide
from celldeck.parse.comments import Remark
from celldeck.parse.loose_yaml import YamlValue
from celldeck.parse.markdown import Document
from celldeck.parse.walk import Node
from celldeck.source import Source


@frozen
class Draft:
    """A deck that is being read."""

    deck: Deck
    options: MarpOptions
    document: Document
    read_file: Callable[[Path], Source] | None = None
    """Gives the files that cells take their code from; None: nobody does."""
    front_matter: Mapping[str, YamlValue] = field(default_factory=dict)
    """The YAML head of the deck; empty where it has none, or none that Marp reads."""
    nodes: tuple[tuple[Node, ...], ...] = ()
    """Every node of each slide in reading order, as read: later passes change the slides, not this."""
    remarks: tuple[tuple[Remark, ...], ...] = ()
    """The comments of each slide, in reading order."""

    @property
    def slides(self) -> tuple[Slide, ...]:
        """The slides as they are by now."""
        return self.deck.slides

    def with_slides(self, slides: Iterable[Slide]) -> Draft:
        """Return the draft with these slides."""
        return replace(self, deck=replace(self.deck, slides=tuple(slides)))

    def telling(self, *notices: Notice) -> Draft:
        """Return the draft with more notices."""
        if not notices:
            return self
        return replace(self, deck=replace(self.deck, notices=self.deck.notices + notices))


Pass = Callable[[Draft], Draft]
