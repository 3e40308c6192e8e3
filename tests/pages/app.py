"""Pages as a test sees them: the shell run by AppTest over a data folder, and the texts it would show. Widgets are found by key."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pyarrow as pa
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Table

ROOT = Path(__file__).resolve().parents[2]
SHELL = ROOT / "lib" / "ui" / "shell.py"
PAGES = {
    "portfolio": ROOT / "pages" / "portfolio.py",
    "health": ROOT / "pages" / "account_health.py",
    "scope": ROOT / "pages" / "scope_change.py",
    "data": ROOT / "pages" / "data_intake.py",
    "tables": ROOT / "pages" / "tables.py",
    "names": ROOT / "pages" / "names.py",
    "definitions": ROOT / "pages" / "definitions.py",
    "settings": ROOT / "pages" / "app_settings.py",
}
SECONDS = 120


def opened(page: str = "portfolio", locale: str = "en-GB", **link: str | list[str]) -> AppTest:
    """The app on `page`, as a browser of `locale` opens it with the parameters `link`; through the shell, as a server would."""
    app = AppTest.from_file(SHELL, default_timeout=SECONDS)
    app.context = {"locale": locale}
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    if page != "portfolio":
        go(app, page)
    return whole(app)


def go(app: AppTest, page: str) -> AppTest:
    """The app after a click on another page's name."""
    app.switch_page(str(PAGES[page])).run()
    return whole(app)


def whole(app: AppTest) -> AppTest:
    """The app, which must have run to its end and shown a title."""
    assert [problem.value for problem in app.exception] == []
    assert len(app.title) == 1
    return app


def cells(table: Table) -> list[list[str]]:
    """What stands in the cells of a styled table, without markdown's colours and weights."""
    shown = pa.ipc.open_stream(io.BytesIO(table.proto.arrow_data.styler.display_values)).read_pandas()
    return [[plain(cell) for cell in row] for row in shown.astype(str).values.tolist()]


def table(app: AppTest, alt: str) -> list[list[str]]:
    """The cells of the table called `alt`; [] where the page has none."""
    found = [one for one in app.table if one.proto.alt == alt]
    assert len(found) < 2
    return cells(found[0]) if found else []


def plain(markdown: str) -> str:
    """Text as it is read: our escapes, colours, weights and no-break spaces taken off."""
    bare = re.sub(r":(?:red|orange|green|gray|small|blue-badge)\[", "[", markdown)
    while (bare := re.sub(r"(?<!\\)\[((?:[^\[\]\\]|\\.)*)(?<!\\)\]", r"\1", before := bare)) != before:
        continue
    bare = re.sub(r"\\([^\w\s])", r"\1", bare.replace("**", ""))
    return bare.replace("\u00a0", " ").replace("&nbsp;", " ").strip()


def texts(app: AppTest) -> str:
    """Everything the page says, one piece a line."""
    pieces = [*(one.value for kind in (app.title, app.subheader, app.markdown, app.caption) for one in kind)]
    pieces += [cell for one in app.table for row in cells(one) for cell in row]
    pieces += [one.label for kind in (app.button, app.selectbox, app.multiselect, app.expander, app.text_input) for one in kind]
    return "\n".join(map(plain, pieces))


def book(app: AppTest, alt: str = "The book, last 12 months") -> dict[str, str]:
    """Name -> value of the book table."""
    return {row[0]: row[1] for row in table(app, alt)}
