"""A network that trains, edited cell by cell: what stands on the slides is what a clean run gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from differential import Oracle, shown_of, text_of

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


METRICS = (
    *CELLS[:3],
    "print(model.evaluate(x, y, verbose=0))",
    "print(model.train_on_batch(x[:8], y[:8]))",
    "print({name: float(value) for name, value in model.get_metrics_result().items()})",
    "for units in range(2, 8):\n"
    "    keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)]).predict(x, verbose=0)",
    "one = keras.layers.Dense(1, input_dim=4, name='one')",
    "two = keras.layers.Dense(2, input_dim=4, name='two')",
    "import tensorflow as tf\nnumbers = tf.data.Dataset.range(9).shuffle(9, seed=3)\n"
    "print([int(one) for one in numbers])",
)
"""What is shown goes on from where the metrics of the model stand; and functions are traced often;
a library warns of the same in two cells; and an operation has a seed of its own."""

METRICS_EDITS: dict[str, tuple[int, str, tuple[int, ...]]] = {
    "evaluate other data": (3, METRICS[3].replace("x, y", "x[:9], y[:9]"), (2, 3, 4, 5)),
    "start the metrics anew": (4, "model.reset_metrics()", (2, 3, 4, 5)),
    "another batch": (4, METRICS[4].replace("8", "16"), (2, 3, 4, 5)),
    "warn no more": (7, "pass", (7, 8)),
    "warn again": (8, METRICS[8] + "\nprint('edited')", (8,)),
    "trace again": (6, METRICS[6] + "\nprint('edited')", (6,)),
    # Last: after it, the kernel has other data than the deck, and what needs them has to make them anew.
    "another global seed": (0, CELLS[0].replace("3", "4"), tuple(range(10))),
}

TRACED = (
    "import tensorflow as tf, numpy as np\ntf.random.set_seed(1)",
    "weights = tf.Variable([1.0, 2.0])\n"
    "total = tf.function(lambda x: tf.reduce_sum(weights * x), input_signature=[tf.TensorSpec((2,))])\n"
    "print(float(total(tf.constant([1.0, 1.0]))))",
    "print(float(total(tf.constant([2.0, 1.0]))))",
    "kept = weights\nweights = tf.Variable([5.0, 5.0])",
    "kept.assign([3.0, 4.0])",
    "print(float(total(tf.constant([1.0, 0.0]))))",
    "noise = tf.function(lambda: tf.random.uniform(()))\nprint(float(noise()))",
    "print(float(noise()))",
    "print(float(noise()))",
    "say = tf.function(lambda x: (print('traced'), x)[1])",
    "say(tf.constant(1.0))",
    "print(float(say(tf.constant(2.0))))",
    "gain = tf.Variable(2.0)\nscaled = tf.function(lambda x: gain * x)\nscaled(tf.constant(1.0))",
    "print(float(scaled(tf.constant(3.0))))",
)
"""Functions that TensorFlow has traced: with the variables of then, operations that count, and prints."""

TRACED_EDITS: dict[str, tuple[int, str, tuple[int, ...]]] = {
    "call what is traced": (13, TRACED[13] + "\nprint('edited')", (13,)),
    "call it otherwise": (13, "print(float(scaled(tf.constant(5.0))))", (13,)),
    "call it as it was before a cell below": (2, "print(float(total(tf.constant([3.0, 1.0]))))", (1, 2)),
    "what only the trace knows": (4, "kept.assign([7.0, 4.0])", tuple(range(1, 6))),
    "other random numbers": (7, "print([float(noise()) for _ in range(2)])", (6, 7, 8)),
    "trace earlier": (9, TRACED[9] + "\nsay(tf.constant(1.0))", (9, 10, 11)),
}

LOOP = (
    "import keras, numpy as np, tensorflow as tf\nkeras.utils.set_random_seed(1)",
    "x = np.random.rand(32, 3).astype('float32')\n"
    "net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, 'silu'), keras.layers.Dense(1)])\n"
    "adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 50))\n"
    "dice = tf.random.Generator.from_seed(3)\n"
    "turn = tf.transpose",
    "@tf.function\n"
    "def learn(x):\n"
    "    for _ in tf.range(3):\n"
    "        with tf.GradientTape() as tape:\n"
    "            loss = tf.reduce_mean((net(x) - tf.reduce_sum(x, 1)[:, None] + dice.normal(())) ** 2)\n"
    "        adam.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)\n"
    "    return loss\n"
    "print(float(learn(x)))",
    "print(float(learn(x)))",
    "print(turn(net(x))[0, :2])",
    "print(dice.normal((2,)))",
    "double = tf.custom_gradient(lambda v: (v * 2, lambda dv, k=len(x): dv * k))\n"
    "twice = tf.function(double)\nprint(float(twice(tf.constant(1.0))))",
    "v = tf.Variable(1.0)\nwith tf.GradientTape() as tape:\n    w = twice(v)\n"
    "print(float(tape.gradient(w, v)))",
)
"""A traced loop of training, with all that TensorFlow counts in names, and random numbers of its own."""

LOOP_EDITS: dict[str, tuple[int, str, tuple[int, ...]]] = {
    "print after it": (2, LOOP[2] + "\nprint('edited')", (1, 2)),
    "train on": (3, "print(float(learn(x)), 'edited')", (1, 2, 3)),
    "look at what it gives": (4, LOOP[4] + "\nprint('edited')", (4,)),
    "no more random numbers": (5, "pass", (5,)),
    "other numbers": (5, "print(dice.normal((3,)))", (1, 2, 3, 5)),
    "other data, and another gradient": (
        1,
        LOOP[1].replace("(32, 3)", "(31, 3)"),
        tuple(range(1, 8)),
    ),
}

DECKS = {
    "traced": (TRACED, TRACED_EDITS),
    "fit": (CELLS, EDITS),
    "metrics": (METRICS, METRICS_EDITS),
    "loop": (LOOP, LOOP_EDITS),
}


@pytest.fixture(scope="module")
def session_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Session]]:
    """Give the session of a deck, which goes on from edit to edit until another deck is asked for.

    A fixture with parameters would have a session for each edit.
    """
    with ExitStack() as opened:
        running: dict[str, Session] = {}

        def session_of(name: str) -> Session:
            if name not in running:
                opened.close()
                running.clear()
                folder = tmp_path_factory.mktemp("deck")
                (folder / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
                running[name] = opened.enter_context(Session(folder / "deck.md"))
            return running[name]

        yield session_of


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    oracle = Oracle(("numpy", "tensorflow", "keras"))
    yield oracle
    oracle.close()


@pytest.mark.parametrize(
    ("name", "edit"), [(name, edit) for name, (_, edits) in DECKS.items() for edit in edits]
)
def test_outputs_after_an_edit_are_those_of_a_clean_run(
    session_of: Callable[[str], Session], oracle: Oracle, name: str, edit: str, tmp_path: Path
) -> None:
    deck, edits = DECKS[name]
    session = session_of(name)
    session.path.write_text(text_of(deck), "utf-8")
    session.build()
    index, code, may_run = edits[edit]
    cells = [*deck[:index], code, *deck[index + 1 :]]
    session.path.write_text(text_of(cells), "utf-8")
    build = session.build()
    assert index in build.ran
    assert set(build.ran) <= set(may_run), build.explain

    if "warn" in edit:
        # The oracle is silent about warnings. A clean kernel takes ten seconds, so only these edits have one.
        (tmp_path / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
        (tmp_path / "deck.md").write_text(text_of(cells), "utf-8")
        with Session(tmp_path / "deck.md", incremental=False) as clean:
            assert [one.text for one in differences(clean.build().deck, build.deck)] == []
    assert shown_of(build.deck) == oracle.run(cells)

    session.path.write_text(text_of(deck), "utf-8")
    assert session.build().ran == ()


WEIGHTS = "for weight in m.weights:\n    weight.assign(weight * 0 + {})"
VARIABLE = "m.assign(m * 0 + {})"
MODEL = "m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
CLASS = "class Wrap:\n    def __init__(self, m):\n        self.m = m\n"

WRAPPED = {
    "a model": (MODEL + "f = tf.function(m)", WEIGHTS),
    "an object that is called": (
        f"{MODEL}{CLASS}    def __call__(self, x):\n        return self.m(x)\nf = tf.function(Wrap(m))",
        WEIGHTS,
    ),
    "a method": (
        f"{MODEL}{CLASS}    @tf.function\n    def go(self, x):\n        return self.m(x)\n"
        "k = Wrap(m)\nf = k.go",
        WEIGHTS,
    ),
    "a module": (
        "m = tf.Variable([[1.0], [2.0]])\nclass Wrap(tf.Module):\n    def __init__(self, m):\n"
        "        self.m = m\n    def __call__(self, x):\n        return x @ self.m\nf = Wrap(m)",
        VARIABLE,
    ),
    "a concrete function": (
        f"{MODEL}f = tf.function(m).get_concrete_function(tf.TensorSpec((1, 2)))",
        WEIGHTS,
    ),
    "a data set": (
        f"{MODEL}data = tf.data.Dataset.from_tensors(tf.ones((1, 2))).map(m).batch(1)\n"
        "f = lambda x: next(iter(data))",
        WEIGHTS,
    ),
}
"""What TensorFlow wraps, and what changes it in place."""


@pytest.fixture(scope="module")
def wrapping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("wrapped")
    (folder / "pyproject.toml").write_text("[tool.celldeck]\n", "utf-8")
    with Session(folder / "deck.md") as session:
        yield session


@pytest.mark.parametrize("name", WRAPPED)
def test_what_tensorflow_wraps_changes_with_what_it_wraps(wrapping: Session, name: str) -> None:
    made, changed = WRAPPED[name]

    def shown(number: int) -> str:
        cells = (
            "import keras\nimport tensorflow as tf",
            made,
            changed.format(number),
            "print(float(tf.squeeze(f(tf.ones((1, 2))))))",
        )
        wrapping.path.write_text(text_of(cells), "utf-8")
        (output,) = wrapping.build().deck.cells[3].outputs or ()
        return output.data["text/plain"].strip()

    # Weights and bias, or the two rows of the variable, are that number each.
    times = 2 if changed == VARIABLE else 3
    assert [shown(2), shown(5)] == [f"{2.0 * times}", f"{5.0 * times}"]
