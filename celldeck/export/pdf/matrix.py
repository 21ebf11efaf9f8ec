"""Matrices of a PDF: six numbers, a point (x, y) goes to (ax + cy + e, bx + dy + f).

PDF 32000-1:2008, 8.3.3.
"""

from __future__ import annotations

from collections.abc import Sequence

Matrix = tuple[float, float, float, float, float, float]


def times(one: Sequence[float], other: Matrix) -> Matrix:
    """Return what does `one` first, and then `other`."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def inverse(matrix: Matrix) -> Matrix:
    """Return what undoes a matrix."""
    a, b, c, d, e, f = matrix
    whole = (a * d - b * c) or 1.0
    return (d / whole, -b / whole, -c / whole, a / whole, (c * f - d * e) / whole, (b * e - a * f) / whole)
