"""Two pictures, point by point."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from matplotlib.image import imread, imsave
from numpy.typing import NDArray

CHANGED = (0.8, 0.0, 0.6)
"""Colour of what differs (red stands for blocked places)."""
FADED = 0.25
"""Strength of what is the same."""


def difference_of(old: Path, new: Path) -> tuple[bytes, float]:
    """Return a .png of the new picture, faded, with what differs marked, and its share of points.

    Pictures of different size are laid on one another at their upper left corner.
    """
    first, second = _on_white(imread(old)), _on_white(imread(new))
    height, width = (max(a, b) for a, b in zip(first.shape[:2], second.shape[:2], strict=True))
    first, second = _enlarged(first, height, width), _enlarged(second, height, width)
    differs = (first != second).any(axis=2)
    shown = 1.0 - FADED * (1.0 - second)
    shown[differs] = CHANGED
    stream = io.BytesIO()
    imsave(stream, shown, format="png", metadata={"Software": ""})
    return stream.getvalue(), float(differs.mean())


def _on_white(picture: NDArray[np.float32]) -> NDArray[np.float64]:
    colours = picture[:, :, :3].astype(np.float64)
    if picture.shape[2] == 4:
        strength = picture[:, :, 3:].astype(np.float64)
        colours = colours * strength + 1.0 - strength
    return np.round(colours * 255) / 255


def _enlarged(picture: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    whole = np.ones((height, width, 3))
    whole[: picture.shape[0], : picture.shape[1]] = picture
    return whole
