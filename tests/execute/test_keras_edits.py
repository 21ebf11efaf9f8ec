"""A network that trains, edited cell by cell: what stands on the slides is what a clean run gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from differential import text_of

from celldeck import Session
from celldeck.execute.compare import differences

pytestmark = [pytest.mark.kernel, pytest.mark.keras]

CELLS = (
    "import keras\nimport numpy as np\nkeras.utils.set_random_seed(3)",
    "x = np.random.rand(64, 4).astype('float32')\ny = x.sum(1)",
    "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation='relu'),\n"
    "                          keras.layers.Dropout(0.3), keras.layers.Dense(1)])\n"
    "model.compile('adam', 'mse')",
    "print([layer.name for layer in model.layers])",
    "print(float(model.predict(x, verbose=0).sum()))",
    "first = model.fit(x, y, epochs=1, verbose=0)\nprint(first.history['loss'])",
    "second = model.fit(x, y, epochs=2, verbose=0)\nprint(second.history['loss'])",
    "print(model.evaluate(x, y, verbose=0))",
)

EDITS: dict[str, tuple[int, str, tuple[int, ...]]] = {
    "look at the trained network": (7, CELLS[7] + "\nprint('edited')", (7,)),
    "predict before it has trained": (4, CELLS[4] + "\nprint('edited')", (2, 4)),
    "train longer": (6, CELLS[6].replace("epochs=2", "epochs=3"), (2, 5, 6, 7)),
    "say something of the layers": (3, "print(len(model.layers))", (2, 3)),
    "another network": (2, CELLS[2].replace("Dense(8", "Dense(9"), (2, 3, 4, 5, 6, 7)),
    "a layer more, so that all names count on": (
        1,
        CELLS[1] + "\nkeras.layers.Dense(2)",
        (1, 2, 3, 4, 5, 6, 7),
    ),
}
"""The cell that is edited, its new code, and the cells that may have to run for it."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("deck")
    (folder / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    with Session(folder / "deck.md") as session:
        session.path.write_text(text_of(CELLS), "utf-8")
        session.build()
        yield session


@pytest.mark.parametrize("edit", EDITS)
def test_outputs_after_an_edit_are_those_of_a_clean_run(session: Session, edit: str, tmp_path: Path) -> None:
    index, code, may_run = EDITS[edit]
    cells = [*CELLS[:index], code, *CELLS[index + 1 :]]
    session.path.write_text(text_of(cells), "utf-8")
    build = session.build()
    assert index in build.ran
    assert set(build.ran) <= set(may_run), build.explain

    (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    (tmp_path / "deck.md").write_text(text_of(cells), "utf-8")
    with Session(tmp_path / "deck.md", incremental=False) as clean:
        assert [one.text for one in differences(clean.build().deck, build.deck)] == []

    session.path.write_text(text_of(CELLS), "utf-8")
    assert session.build().ran == ()
