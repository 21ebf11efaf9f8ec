"""Notebooks and scripts for students: the text, the cells and what they gave, in order."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from celldeck.export.notebook import notebook, script
from celldeck.model import Deck, MarpOptions, Output
from celldeck.parse import parse
from celldeck.source import Source

TEXT = """---
marp: true
kernel: python3
title: A deck
---

<!-- _class: lead -->

# One

![w:400 bg A picture](a.png) and `code`

```python {echo=false}
x = 1
```

between

```python {error=true}
%time x
1 / 0
```

---

<!-- a note -->

```python {eval=false}
never()
```

```js
let x;
```
"""


def deck() -> Deck:
    made = parse(Source.of(TEXT, "deck.md"), MarpOptions())
    first, second, *rest = made.cells
    outputs = (
        Output("stream", {"text/plain": "hello\n"}, "stdout"),
        Output("result", {"text/plain": "1", "application/json": '{"a": 1}'}),
    )
    failed = (Output("error", {"text/plain": "Trace\nback"}, error=("ZeroDivisionError", "by zero")),)
    return replace(made, cells=(replace(first, outputs=outputs), replace(second, outputs=failed), *rest))


def cells() -> list[dict[str, object]]:
    whole = json.loads(notebook(deck(), lambda address: f"data:{address}"))
    nbformat.validate(nbformat.from_dict(whole))
    return list(whole["cells"])


def test_the_text_is_plain_markdown_without_what_only_marp_knows() -> None:
    texts = ["".join(cell["source"]) for cell in cells() if cell["cell_type"] == "markdown"]  # type: ignore[arg-type]
    assert texts == [
        "# One\n\n![A picture](data:a.png) and `code`",
        "between",
        "```python {eval=false}\nnever()\n```\n\n```js\nlet x;\n```",
    ]


def test_cells_stand_between_the_texts_with_their_outputs() -> None:
    first, second = (cell for cell in cells() if cell["cell_type"] == "code")
    assert [cell["cell_type"] for cell in cells()] == ["markdown", "code", "markdown", "code", "markdown"]
    assert first["source"] == ["x = 1"]
    assert first["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": "hello\n"},
        {
            "output_type": "execute_result",
            "execution_count": None,
            "data": {"text/plain": "1", "application/json": {"a": 1}},
            "metadata": {},
        },
    ]
    assert second["outputs"] == [
        {
            "output_type": "error",
            "ename": "ZeroDivisionError",
            "evalue": "by zero",
            "traceback": ["Trace", "back"],
        }
    ]


def test_hidden_code_is_folded_and_one_that_may_raise_lets_a_run_go_on() -> None:
    first, second = (cell["metadata"] for cell in cells() if cell["cell_type"] == "code")
    assert first == {"jupyter": {"source_hidden": True}, "cellView": "form"}
    assert second == {"tags": ["raises-exception"]}


def test_what_the_cells_import_can_be_installed(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("x = 1\n", "utf-8")
    code = "import os, numpy as np\nfrom sklearn.svm import SVC\n%matplotlib inline\nimport helper, IPython"
    text = f"---\nkernel: python3\n---\n\n```python\n{code}\n```\n"
    made = parse(Source.of(text, tmp_path / "deck.md"), MarpOptions())
    first, second = json.loads(notebook(made, str))["cells"]
    assert first["source"][-1] == "# %pip install numpy scikit-learn"
    assert second["source"][0] == "import os, numpy as np\n"
    assert script(made).startswith("# pip install numpy scikit-learn\n")


def test_a_script_is_python_with_the_text_as_comments() -> None:
    text = script(deck())
    ast.parse(text)
    assert text.startswith("# %% [markdown]\n# # One\n#\n# ![A picture](a.png) and `code`\n\n# %%\nx = 1\n")
    assert "# %%\n# %time x\n1 / 0\n" in text


@pytest.mark.kernel
def test_a_notebook_runs_from_top_to_bottom() -> None:
    import nbclient

    whole = nbformat.reads(notebook(deck(), str), 4)
    nbclient.NotebookClient(whole, timeout=60).execute()
    raised = [o.ename for cell in whole.cells for o in cell.get("outputs", ()) if o.output_type == "error"]
    assert raised == ["ZeroDivisionError"]
