"""Aligns a model's picture with the original, by what both show outside the mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from prompt_kit.pixels.backdrop import Bytes, Flags, Floats

Matrix: TypeAlias = "NDArray[np.float32]"
"""Two rows of three numbers that lead from a place of the original to the same place of the made picture."""

_COARSE, _FINE = 480, 1280
"""Longest side, in pixels, of the copies on which the place is found, and made exact."""
_DETAIL: Final = 1.2
"""Least detail outside the mask, as standard deviation in levels, by which pictures can be aligned."""
_ALIKE: Final = 0.35
"""Least correlation of details for two pictures that show the same."""
_ZOOM: Final = 1.4
"""Strongest change of size, in either direction."""
_SKEW: Final = 0.08
"""Strongest shear or rotation, as a slope."""
_STILL: Final = 0.25
"""Below this, in pixels, nothing has moved, and nothing is resampled."""
_FEATURES: Final = 10
"""Fewest points in both pictures that must agree on where it lies."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A made picture that lies on the original."""

    picture: Bytes
    """At the original's size, with as many channels as it had."""
    covered: Flags
    """Where the made picture reaches."""
    aligned: bool
    """Whether its place was found; else it was only resized."""
    shift: float
    """Farthest that a corner had moved from where resizing alone would put it, in pixels of the original."""


def lay(made: Bytes, original: Bytes, outside: Flags) -> Laid:
    """Return the made picture as it lies on the original.

    Args:
        made: The model's picture.
        original: The picture it was made from.
        outside: Where nothing was meant to change, at the original's size.
    """
    height, width = outside.shape
    resized = _stretch(made, width, height)
    matrix = _place(made, original, outside)
    moved = 0.0 if matrix is None else _moved(matrix, resized, width, height)
    if matrix is None or moved < _STILL:
        picture = cv2.resize(made, (width, height), interpolation=_way(made, width))
        return Laid(np.asarray(picture, np.uint8), np.ones_like(outside), matrix is not None, moved)
    return _warped(made, matrix, width, height, moved)


def _warped(made: Bytes, matrix: Matrix, width: int, height: int, moved: float) -> Laid:
    rows, columns = made.shape[:2]
    shrink = min(1.0, 1 / max(abs(float(matrix[0, 0])), 1e-3))
    if shrink < 0.75:  # noqa: PLR2004 - from there on, single pixels would be skipped
        made = np.asarray(cv2.resize(made, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = _scaled(matrix, made.shape[1] / columns, made.shape[0] / rows)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(made, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    whole = np.full(made.shape[:2], 255, np.uint8)
    reached = cv2.warpAffine(whole, matrix, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return Laid(np.asarray(picture, np.uint8), np.asarray(reached > 0), aligned=True, shift=moved)


def _place(made: Bytes, original: Bytes, outside: Flags) -> Matrix | None:
    """Return where the made picture lies, or ``None`` when too little is alike."""
    coarse = _Pair(made, original, outside, _COARSE)
    if coarse.detail < _DETAIL:
        return None
    guesses = [(coarse.likeness(guess), number, guess) for number, guess in enumerate(coarse.guesses())]
    likeness, _, best = max(guesses)
    plain = guesses[0][0]
    best, likeness = coarse.refined(best, likeness)
    if likeness < _ALIKE or not _is_plausible(coarse.full(best), made, original):
        return None if plain < _ALIKE else coarse.full(coarse.identity)
    fine = _Pair(made, original, outside, _FINE)
    exact, _ = fine.refined(fine.small(coarse.full(best)), fine.likeness(fine.small(coarse.full(best))))
    whole = fine.full(exact)
    return whole if _is_plausible(whole, made, original) else coarse.full(best)


class _Pair:
    """Both pictures as grey copies of one size, without slow changes of light."""

    def __init__(self, made: Bytes, original: Bytes, outside: Flags, side: int) -> None:
        rows, columns = outside.shape
        scale = min(1.0, side / max(rows, columns))
        self.width, self.height = max(16, round(columns * scale)), max(16, round(rows * scale))
        self.to_original = (columns / self.width, rows / self.height)
        self.to_made = (made.shape[1] / self.width, made.shape[0] / self.height)
        self.own = _grey(original, self.width, self.height)
        self.other = _grey(made, self.width, self.height)
        small = cv2.resize(outside.astype(np.uint8) * 255, (self.width, self.height), interpolation=cv2.INTER_AREA)
        reach = max(3, self.width // 60)
        self.outside = (cv2.erode(small, np.ones((reach, reach), np.uint8)) > 250).astype(np.uint8)  # noqa: PLR2004 - wholly outside
        self.identity = np.eye(2, 3, dtype=np.float32)
        self.detail = float(self.own[self.outside > 0].std()) if self.outside.any() else 0.0

    def guesses(self) -> Iterator[Matrix]:
        """Yield where the made picture may lie: resized, cropped, extended, moved, or by points that both have."""
        yield self.identity
        plain = [self.identity]
        wide, high = self.to_made[0] / self.to_original[0], self.to_made[1] / self.to_original[1]
        if abs(wide / high - 1) > 0.02:  # noqa: PLR2004 - rounding of pixels stays below
            plain += [self._centred(max(wide, high) / wide, max(wide, high) / high)]
            plain += [self._centred(min(wide, high) / wide, min(wide, high) / high)]
            yield from plain[1:]
        for guess in plain:
            yield self._shifted(guess)
        common = self._common_points()
        if common is not None:
            yield common

    def likeness(self, matrix: Matrix) -> float:
        """Return how well details agree outside the mask, from -1 to 1."""
        placed = cv2.warpAffine(self.other, matrix, (self.width, self.height), flags=_INVERSE)
        whole = np.ones_like(self.outside)
        reached = cv2.warpAffine(whole, matrix, (self.width, self.height), flags=_NEAREST) > 0
        both = reached & (self.outside > 0)
        if both.sum() < 0.3 * self.outside.sum():
            return -1.0
        ours, theirs = self.own[both] - self.own[both].mean(), placed[both] - placed[both].mean()
        norm = float(np.sqrt((ours * ours).sum() * (theirs * theirs).sum()))
        return float((ours * theirs).sum() / max(norm, 1e-6))

    def refined(self, matrix: Matrix, likeness: float) -> tuple[Matrix, float]:
        """Return the place, corrected to a part of a pixel, and how well details agree there."""
        until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)
        try:
            _, better = cv2.findTransformECC(
                self.own, self.other, matrix.copy(), cv2.MOTION_AFFINE, until, self._outside_in_made(matrix), 5
            )
        except cv2.error:  # it did not converge
            return matrix, likeness
        exact = np.asarray(better, np.float32)
        reached = self.likeness(exact)
        return (exact, reached) if reached >= likeness else (matrix, likeness)

    def full(self, matrix: Matrix) -> Matrix:
        """Return the same place for the pictures at their own sizes."""
        return _between(matrix, self.to_made, (1 / self.to_original[0], 1 / self.to_original[1]))

    def small(self, matrix: Matrix) -> Matrix:
        """Return a place for the pictures at their own sizes as one of these copies."""
        return _between(matrix, (1 / self.to_made[0], 1 / self.to_made[1]), self.to_original)

    def _outside_in_made(self, matrix: Matrix) -> NDArray[np.uint8]:
        """Return which pixels of the made picture lie outside the mask."""
        return np.asarray(cv2.warpAffine(self.outside, matrix, (self.width, self.height), flags=cv2.INTER_NEAREST))

    def _centred(self, wide: float, high: float) -> Matrix:
        x, y = self.width / 2 * (1 - wide), self.height / 2 * (1 - high)
        return np.array([[wide, 0, x], [0, high, y]], np.float32)

    def _shifted(self, matrix: Matrix) -> Matrix:
        """Return a place moved to where the two agree best (phase correlation)."""
        placed = cv2.warpAffine(self.other, matrix, (self.width, self.height), flags=_INVERSE)
        kept = self.outside.astype(np.float32)
        window = cv2.createHanningWindow((self.width, self.height), cv2.CV_32F)
        (x, y), _ = cv2.phaseCorrelate(self.own * kept, np.asarray(placed, np.float32) * kept, window)
        moved = matrix.copy()
        moved[:, 2] += matrix[:, :2] @ np.array([x, y], np.float32)
        return moved

    def _common_points(self) -> Matrix | None:
        """Return the place on which the SIFT points of both pictures agree, or ``None`` when too few do."""
        finder = cv2.SIFT.create(1500)
        mine, my_marks = finder.detectAndCompute(_levels(self.own), self.outside)
        others, their_marks = finder.detectAndCompute(_levels(self.other), None)
        if min(len(mine), len(others)) < _FEATURES:
            return None
        pairs = cv2.BFMatcher().knnMatch(my_marks, their_marks, 2)
        # A mark counts when nothing else looks nearly as much like it (D. Lowe, 2004).
        good = [pair[0] for pair in pairs if len(pair) > 1 and pair[0].distance < 0.75 * pair[1].distance]
        if len(good) < _FEATURES:
            return None
        ours = np.array([mine[match.queryIdx].pt for match in good], np.float32)
        theirs = np.array([others[match.trainIdx].pt for match in good], np.float32)
        matrix, agreed = cv2.estimateAffine2D(ours, theirs, method=cv2.RANSAC, ransacReprojThreshold=2.5)
        return np.asarray(matrix, np.float32) if np.count_nonzero(agreed) >= _FEATURES else None


_INVERSE: Final = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_NEAREST: Final = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP


def _grey(picture: Bytes, width: int, height: int) -> Floats:
    """Return a small grey copy in which only details are left."""
    small = cv2.resize(picture[..., :3], (width, height), interpolation=_way(picture, width))
    grey = cv2.cvtColor(np.asarray(small, np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
    slow = cv2.GaussianBlur(grey, (0, 0), max(width, height) / 24)
    return np.asarray(grey - slow, np.float32)


def _levels(details: Floats) -> Bytes:
    return np.asarray(np.clip(details + 128, 0, 255), np.uint8)


def _way(picture: Bytes, width: int) -> int:
    return cv2.INTER_AREA if picture.shape[1] > width else cv2.INTER_CUBIC


def _stretch(made: Bytes, width: int, height: int) -> Matrix:
    """Return where resizing alone puts the made picture."""
    wide, high = made.shape[1] / width, made.shape[0] / height
    return np.array([[wide, 0, (wide - 1) / 2], [0, high, (high - 1) / 2]], np.float32)


def _between(matrix: Matrix, after: tuple[float, float], before: tuple[float, float]) -> Matrix:
    """Return a place with other units on both ends; pixels are counted by their middles."""
    first = np.array([[before[0], 0, (before[0] - 1) / 2], [0, before[1], (before[1] - 1) / 2], [0, 0, 1]])
    last = np.array([[after[0], 0, (after[0] - 1) / 2], [0, after[1], (after[1] - 1) / 2]])
    return np.asarray(last @ np.vstack([matrix, [0, 0, 1]]) @ first, np.float32)


def _scaled(matrix: Matrix, wide: float, high: float) -> Matrix:
    return _between(matrix, (wide, high), (1.0, 1.0))


def _is_plausible(matrix: Matrix, made: Bytes, original: Bytes) -> bool:
    """Return whether a place is near enough to plain resizing for a model to have caused it."""
    scales = made.shape[0] / original.shape[0], made.shape[1] / original.shape[1]
    (a, b), (c, d) = matrix[:, :2].tolist()
    straight = max(abs(b), abs(c)) < _SKEW * min(scales)
    return bool(straight and min(scales) / _ZOOM < min(a, d) and max(a, d) < max(scales) * _ZOOM)


def _moved(matrix: Matrix, resized: Matrix, width: int, height: int) -> float:
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float32)
    away = corners @ (matrix - resized).T
    unit = np.array([resized[0, 0], resized[1, 1]], np.float32)
    return float(np.linalg.norm(away / unit, axis=1).max())
