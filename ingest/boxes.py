"""Rectangles in the pixels of an upright picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """Whole pixels; x and y name the top left corner."""

    x: int
    y: int
    w: int
    h: int

    @property
    def area(self) -> int:
        return self.w * self.h

    def scaled(self, factor: float) -> "Box":
        x, y, w, h = (round(value * factor) for value in (self.x, self.y, self.w, self.h))
        return Box(x, y, w, h)

    def within(self, width: int, height: int) -> "Box":
        """The part of the box that lies inside a picture of this size."""
        left, top = min(max(self.x, 0), width), min(max(self.y, 0), height)
        right, bottom = min(max(self.x + self.w, left), width), min(max(self.y + self.h, top), height)
        return Box(left, top, right - left, bottom - top)


def iou(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1; 0 when both boxes are empty."""
    across = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    down = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    shared = max(across, 0) * max(down, 0)
    union = a.area + b.area - shared
    return shared / union if union else 0.0
