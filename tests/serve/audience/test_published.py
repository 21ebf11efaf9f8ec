"""What the audience may have of a deck."""

from __future__ import annotations

import base64
import gzip
from dataclasses import replace

from talks import PICTURE, SECRET, talk

from celldeck.serve.audience.published import Asset, Publisher, without_assets


def test_nothing_of_the_speakers_is_in_any_byte() -> None:
    published = Publisher(lambda name: None).publish(talk())
    everything = [
        published.html,
        gzip.decompress(published.gzipped),
        *(a.data for a in published.assets.values()),
    ]
    assert not any(SECRET.encode() in data for data in everything)
    html = published.html.decode()
    assert "A talk" in html
    assert "data-line" not in html
    assert "celldeck-note" not in html.partition("<body>")[2].partition("<script")[0]
    assert '"plan": null' in html
    assert published.html == gzip.decompress(published.gzipped)
    assert published.notes[0].startswith(f"<p>{SECRET}")


def test_pictures_are_files_of_their_own_by_what_is_in_them() -> None:
    published = Publisher(lambda name: None).publish(talk())
    ((name, asset),) = published.assets.items()
    assert asset == Asset(PICTURE, "image/png")
    assert f'<img loading="lazy" src="asset/{name}" alt="p">' in published.html.decode()
    assert Publisher(lambda name: None).publish(talk()).assets.keys() == published.assets.keys()


def test_data_is_taken_out_where_it_is_an_address_and_not_in_code_that_is_broken_over_lines() -> None:
    data = base64.b64encode(PICTURE).decode()
    url = f"data:image/png;base64,{data}"
    for around in ('<img src="{}">', "url({})", "url('{}')", "url(&quot;{}&quot;)", 'srcset="{} 2x"'):
        html, assets = without_assets(around.format(url))
        ((name, _),) = assets.items()
        assert html == around.format(f"asset/{name}")
    left = (
        f'frames[0] = "data:image/png;base64,{data[:1500]}\\\n{data[1500:]}"',
        f'<iframe src="data:text/html;base64,{data}">',
        '<img src="data:image/png;base64,AAAA">',
        f'<img src="data:image/png;base64,{data}=">',
    )
    for html in left:
        assert without_assets(html) == (html, {})


def test_another_page_is_another_version_and_notes_alone_are_none() -> None:
    publisher = Publisher(lambda name: None)
    first = publisher.publish(talk())
    assert publisher.publish(replace(talk(), typeset_notes=("x", "y", "z"))).version == first.version
    assert publisher.publish(replace(talk(), css="")).version != first.version
    assert f'"version": "{first.version}"' in first.html.decode()
