"""A training run that writes progress bars: its final lines stand on the slide, in the PDF, and frozen."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from celldeck.cli import main
from celldeck.errors import DeckError
from celldeck.export.find_browser import find_browser

pytestmark = [pytest.mark.kernel, pytest.mark.keras, pytest.mark.browser]

DECK = """---
kernel: python3
freeze: true
---

```python
import tensorflow as tf
import keras
import numpy as np
tf.constant(1)
x = np.zeros((640, 2))
```

---

```python {label=fit echo=false}
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile('sgd', 'mse')
model.fit(x, x.sum(1), epochs=20);
```
"""


def shown(page: Path) -> list[str]:
    """Return the lines that stand in the outputs of a page."""
    found = re.findall(r"<samp>(.*?)</samp>", page.read_text("utf-8"), re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "", "\n".join(found))).splitlines()


def test_twenty_epochs_show_their_final_lines_in_html_pdf_and_frozen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tensorflow")
    try:
        find_browser()
    except DeckError as error:
        pytest.skip(f"needs a browser: {error.message}")
    # What TensorFlow says by itself while it starts.
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n")
    (tmp_path / "talk.md").write_text(DECK, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["talk.md", "-o", "talk.html", "--pdf"]) == 0
    lines = shown(tmp_path / "talk.html")
    assert len(lines) == 40
    for number in range(20):
        assert lines[2 * number] == f"Epoch {number + 1}/20"
        assert re.fullmatch(r"20/20 ━+ \d+s \d+[mu]s/step - loss: [\d.e+-]+", lines[2 * number + 1])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\x9b]", "".join(lines))

    if shutil.which("pdftotext"):
        command = ["pdftotext", "-layout", "-f", "2", "-l", "2", "talk.pdf", "-"]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert [line.strip() for line in printed.splitlines() if line.strip()] == lines

    # Frozen, it is the same page, and nothing runs.
    first = (tmp_path / "talk.html").read_bytes()
    shutil.rmtree(tmp_path / ".celldeck")
    capsys.readouterr()
    assert main(["talk.md", "-o", "talk.html"]) == 0
    assert "(0 run)" in capsys.readouterr().out
    assert (tmp_path / "talk.html").read_bytes() == first
    assert os.listdir(tmp_path / "_freeze" / "talk")
