"""What `lib.columns` says about a column, in a form that is never None. Declares nothing."""

from __future__ import annotations

from typing import Any

import dataframely as dy


def facts(column: dy.Column) -> dict[str, Any]:
    """kind, label, and by kind unit, options or ref of a declared column."""
    return column.metadata or {}
