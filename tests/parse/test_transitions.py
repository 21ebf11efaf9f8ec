from __future__ import annotations

import json

from celldeck.parse import parse
from celldeck.source import Source


def test_scoped_keyframes_rename_the_transition_of_their_slide() -> None:
    deck = parse(
        Source.of(
            "<!-- transition: fade -->\n<style scoped>\n/* @keyframes marp-transition-x {} */\n"
            "@keyframes marp-outgoing-transition-fade { }\n</style>\n\n---\n\ntext"
        )
    )
    first, second = deck.slides
    named = {"name": f"fade-{first.scope}", "builtinFallback": False}
    assert json.loads(str(first.directives["transition"])) == named
    assert json.loads(str(second.directives["transitionBack"])) == named
    assert json.loads(str(second.directives["transition"])) == {"name": "fade", "builtinFallback": True}
