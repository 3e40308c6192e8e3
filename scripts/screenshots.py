"""Takes the README's pictures from the running app with its sample portfolio. `python -m scripts.screenshots`

It starts a server of its own over an empty folder and changes nothing but docs/pictures.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.browser.serving import running_server

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MOST_BYTES = 400_000
WIDTH, HEIGHT = 1280, 1000
SHOTS: dict[str, tuple[str, Literal["light", "dark"]]] = {"portfolio": ("en", "light"), "portfolio-es-dark": ("es", "dark")}
LOCALES = {"en": "en-GB", "es": "es-ES"}


def main() -> int:
    found = chromium()
    if found is None:
        print("no Chromium found: run `make browser`")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    heavy = []
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder) / "data") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=FLAGS)
        for name, (language, theme) in SHOTS.items():
            context = browser.new_context(
                viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme, locale=LOCALES[language], timezone_id="Europe/Madrid",
                reduced_motion="reduce",
            )  # fmt: skip
            page = context.new_page()
            page.goto(f"{server.url}/?lang={language}")
            page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first.wait_for(timeout=90_000)
            page.locator("[data-testid=stStatusWidget]").wait_for(state="detached", timeout=90_000)
            page.wait_for_timeout(1_000)  # fonts and the chart's last layout have no event of their own
            path = PICTURES / f"{name}.png"
            page.screenshot(path=path)
            print(path.name, path.stat().st_size)
            if path.stat().st_size > MOST_BYTES:
                heavy.append(path.name)
            context.close()
        browser.close()
    if heavy:
        print(f"over {MOST_BYTES} bytes: {', '.join(heavy)}")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
