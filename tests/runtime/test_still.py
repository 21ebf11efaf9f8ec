"""Animated pictures stand still for those who want less motion, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from driver import page

from celldeck.export.browser import Browser
from celldeck.render.page import DocumentTemplate, document

pytestmark = pytest.mark.browser

# Two pictures of 2x1 pixels, red and then blue, 20 ms each.
GIF = (
    "data:image/gif;base64,R0lGODlhAgABAIEAAP8AAAAAAAAAAAAAACH/C05FVFNDQVBFMi4wAwEAAAAh+QQAAgAAACwAAAAAAgABAAAIBQAB"
    "AAgIACH5BAECAAEALAAAAAACAAEAgQAA/wAAAAAAAAAAAAgFAAEACAgAOw=="
)
PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
BODY = (
    f'<img src="{GIF}"><img src="{PNG}"><img src="data:image/gif;base64,broken">'
    f'<figure style="background-image:url({GIF})">'
)
# What a picture's address is, and the colour of its first pixel.
SHOWN = """(async () => {
  const figure = getComputedStyle(document.querySelector('figure')).backgroundImage.slice(5, -2);
  const found = [];
  for (const src of [...[...document.images].map((image) => image.src), figure]) {
    const picture = new Image();
    picture.src = src;
    await picture.decode().catch(() => {});
    const pen = document.createElement('canvas').getContext('2d');
    if (picture.naturalWidth) pen.drawImage(picture, 0, 0);
    found.push([src.slice(5, src.indexOf(';')), picture.naturalWidth, ...pen.getImageData(0, 0, 1, 1).data]);
  }
  return found;
})()"""
RED = [255, 0, 0, 255]


@pytest.mark.parametrize("template", ["bespoke", "bare"])
@pytest.mark.parametrize(("motion", "kind"), [("reduce", "image/png"), ("no-preference", "image/gif")])
def test_animated_pictures_show_their_first_picture_where_less_motion_is_wanted(
    browser: Browser, tmp_path: Path, template: DocumentTemplate, motion: str, kind: str
) -> None:
    container = "" if template == "bare" else r"div#\:\$p"
    (tmp_path / "deck.html").write_text(document(page(BODY, container=container), template=template), "utf-8")
    with browser.tab(1280, 720) as tab:
        features = [{"name": "prefers-reduced-motion", "value": motion}]
        tab.call("Emulation.setEmulatedMedia", {"features": features})
        tab.open((tmp_path / "deck.html").as_uri())
        tab.evaluate("new Promise((done) => setTimeout(() => done(null), 200))")
        moving, fixed, broken, behind = tab.evaluate(SHOWN)
    assert (moving, behind) == ([kind, 2, *RED], [kind, 2, *RED])
    assert fixed[0] == "image/png"
    assert broken[:2] == ["image/gif", 0]
