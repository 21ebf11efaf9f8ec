"""Text without the classes of remark.js, for what does not know them."""

from __future__ import annotations

import pytest

from celldeck.parse.markdown.brackets import without_classes


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (
            ".large[This **is** it.] and .a.b[[link](x.html), .c[inner]]",
            "This **is** it. and [link](x.html), inner",
        ),
        (".note[\nA habit\n]\n", "\nA habit\n\n"),
        # Line for line, over what stands between.
        (".left[\n```python\nx = y.grey[0]\n```\n]", "\n```python\nx = y.grey[0]\n```\n"),
        ("`.a[x]` \\.a[x] x.a[0] .a[x", "`.a[x]` \\.a[x] x.a[0] .a[x"),
        ("[link](x) and ![alt](y.png)", "[link](x) and ![alt](y.png)"),
        ("---\ntitle: a\n---\n\n.a[x]\n\n---\n\n.b[y]\n", "---\ntitle: a\n---\n\nx\n\n---\n\ny\n"),
    ],
)
def test_the_content_of_classes_takes_their_place(text: str, plain: str) -> None:
    assert without_classes(text) == plain
