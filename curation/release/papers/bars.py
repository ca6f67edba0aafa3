"""A bar chart as an SVG file of its own: a row a group, one bar for images and one for people, each to its own scale.

It brings its colours and its ground along, and turns dark where the reader's browser is. Its title and description tell
it in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from curation.release.papers.facts import Count
from curation.release.papers.text import counted, one_line

WIDE, ROW, HEAD, EDGE = 814, 26, 44, 16
LABEL, PLANE, GAP, NUMBER = 326, 160, 26, 60  # widths: words, bars, between the two planes, a number behind a bar
THICK = 14
LONGEST = 48
STYLE = """
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:#1b1b1a}
.head{font-size:12px;font-weight:600;fill:#5f5f5b}
.number{font-variant-numeric:tabular-nums;fill:#5f5f5b}
.images{fill:#2f5fd0}
.people{fill:#14713d}
.track{fill:#efefed}
.paper{fill:#fff}
@media (prefers-color-scheme:dark){
text{fill:#ececea}
.head,.number{fill:#a8a8a3}
.images{fill:#86a8ff}
.people{fill:#5fcf92}
.track{fill:#333}
.paper{fill:#1f1f1f}
}
"""


@dataclass(frozen=True)
class Bar:
    label: str
    count: Count


def chart(title: str, bars: Sequence[Bar]) -> str:
    tall = HEAD + ROW * len(bars) + EDGE
    scale = Count(
        max([bar.count.images for bar in bars], default=0), max([bar.count.people for bar in bars], default=0)
    )
    rows = "".join(_row(bar, HEAD + ROW * place, scale) for place, bar in enumerate(bars))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall}" width="{WIDE}" height="{tall}" role="img"'
        f' aria-labelledby="title about">\n<title id="title">{_words(title)}</title>\n'
        f'<desc id="about">{_words(_told(bars))}</desc>\n<style>{STYLE}</style>\n'
        f'<rect class="paper" width="{WIDE}" height="{tall}" rx="8"/>\n{_heads()}{rows}</svg>\n'
    )


def _heads() -> str:
    return "".join(
        f'<text class="head" x="{x}" y="{HEAD - 16}">{words}</text>\n'
        for x, words in ((_left(0), "images"), (_left(1), "people"))
    )


def _left(plane: int) -> int:
    return EDGE + LABEL + plane * (PLANE + NUMBER + GAP)


def _row(bar: Bar, top: int, scale: Count) -> str:
    middle = top + ROW // 2 + 4
    label = bar.label if len(bar.label) <= LONGEST else bar.label[: LONGEST - 1] + "…"
    words = f'<text x="{EDGE}" y="{middle}">{_words(label)}</text>'
    images = _bar("images", _left(0), top, bar.count.images, scale.images)
    people = _bar("people", _left(1), top, bar.count.people, scale.people)
    return f"<g><title>{_words(_one(bar))}</title>{words}{images}{people}</g>\n"


def _bar(kind: str, left: int, top: int, value: int, most: int) -> str:
    """A value that is not nothing can be seen."""
    wide = max(round(PLANE * value / most, 1), 1.5) if value else 0
    y = top + (ROW - THICK) // 2
    drawn = f'<rect class="{kind}" x="{left}" y="{y}" width="{wide}" height="{THICK}" rx="2"/>' if value else ""
    return (
        f'<rect class="track" x="{left}" y="{y}" width="{PLANE}" height="{THICK}" rx="2"/>{drawn}'
        f'<text class="number" x="{left + PLANE + 8}" y="{top + ROW // 2 + 4}">{value:,}</text>'
    )


def _told(bars: Sequence[Bar]) -> str:
    return "; ".join(map(_one, bars)) + "."


def _one(bar: Bar) -> str:
    images, people = counted(bar.count.images, "image", "images"), counted(bar.count.people, "person", "people")
    return f"{bar.label}: {images}, {people}"


def _words(text: str) -> str:
    return escape(one_line(text))
