"""Keys, or clicks, for a decision on the grid of a running site, by a reviewer who finds every wrong face.

    python -m bench._grid_keys http://127.0.0.1:8000 reviewer1 PASSWORD [grids]

Every tenth face counts as wrong, at random places. Grids are judged in turn with the keyboard alone, by the shortest
way to the next wrong face, and with the pointer, a click for each and one to commit. One JSON object a line.
"""

import json
import random
import shutil
import sys
from collections import deque
from collections.abc import Collection

from playwright.sync_api import Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

WRONG = 0.1
KEYS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")


def judge(page: Page, *, wrong: Collection[int], pointer: bool) -> int:
    """Marks the faces at these places of the grid on the screen and commits; how many keys or clicks it took."""
    ready = "[data-slot=commit][aria-disabled=false]"
    if pointer:
        for place in wrong:
            page.locator(".tile .face").nth(place).click()
        page.click(ready)
        return len(wrong) + 1
    keys = _way(page, set(wrong))
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_selector(ready)
    page.keyboard.press("Enter")
    return len(keys) + 1


def _way(page: Page, wrong: set[int]) -> list[str]:
    count = page.locator(".tile").count()
    columns = int(page.locator(".tiles").evaluate("tiles => tiles.style.getPropertyValue('--columns')"))
    at, way = 0, list[str]()
    while wrong:
        keys, at = _nearest(at, wrong, count, columns)
        way += [*keys, "x"]
        wrong.discard(at)
    return way


def _nearest(start: int, wrong: set[int], count: int, columns: int) -> tuple[list[str], int]:
    """The shortest row of arrow keys from one face to a wrong one."""
    seen, ahead = {start}, deque([(start, list[str]())])
    while ahead:
        place, keys = ahead.popleft()
        if place in wrong:
            return keys, place
        for key in KEYS:
            after = _moved(place, key, count, columns)
            if after not in seen:
                seen.add(after)
                ahead.append((after, [*keys, key]))
    raise ValueError("no way to a wrong face")


def _moved(place: int, key: str, count: int, columns: int) -> int:
    """As static/js/grid/board.js moves: past an edge, on from the other side."""
    if key in ("ArrowLeft", "ArrowRight"):
        return (place + (1 if key == "ArrowRight" else -1)) % count
    row, column = divmod(place, columns)
    rows = -(-(count - column) // columns)
    return (row + (1 if key == "ArrowDown" else -1)) % rows * columns + column


def main(site: str, user: str, password: str, grids: int = 10) -> None:
    draw = random.Random(1)
    totals = {"keyboard": [0, 0, 0], "pointer": [0, 0, 0]}
    with sync_playwright() as api:
        browser = api.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_context(base_url=site, viewport={"width": 1280, "height": 720}).new_page()
        page.goto("/login/?next=/review/grid/")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        for number in range(grids):
            page.wait_for_selector("#review[data-state=asking] .face, #review[data-state=empty]")
            count = page.locator("#review[data-state=asking] .face").count()
            if not count:
                break
            first = page.locator(".tile").first.get_attribute("data-claim")
            wrong = {place for place in range(count) if draw.random() < WRONG}
            by = "pointer" if number % 2 else "keyboard"
            presses = judge(page, wrong=wrong, pointer=by == "pointer")
            totals[by] = [a + b for a, b in zip(totals[by], (presses, count, len(wrong)), strict=True)]
            page.wait_for_selector(f".tile[data-claim='{first}']", state="detached")
        page.wait_for_selector(".saving.good")
        browser.close()
    for by, (presses, faces, marked) in totals.items():
        each = round(presses / faces, 3) if faces else None
        print(json.dumps({"by": by, "faces": faces, "wrong": marked, "presses": presses, "a_decision": each}))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 10)
