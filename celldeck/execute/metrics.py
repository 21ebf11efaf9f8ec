"""Whether a deck can tell in what state the metrics of its Keras models are.

`fit`, `evaluate` and `predict` start them anew, so that for most decks they are no part of a model: another
data set in `evaluate` leaves all that follows as it is. Only what is named here looks at them, or goes on
from them: https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from celldeck.model import Cell

LOOKS = re.compile(
    r"_on_batch\b|get_metrics_result|reset_metrics|compute_metrics|compute_loss_and_updates|stateless_\w+"
    r"|_loss_tracker|\b_?loss_tracker\b|_compile_metrics|\bmetrics_(?:variables|names)\b"
    r"|(?<!keras)(?<!sklearn)\.metrics\b|[\"']_?metrics[\"']|\b(?:train|test)_step\b"
)
"""What code holds that looks at the metrics of a model, by whatever way."""


def counts_metrics(cells: Iterable[Cell]) -> bool:
    """Say whether one of the cells may look at the state of a model's metrics."""
    return any(LOOKS.search(cell.source) for cell in cells)
