"""The web app of a test. Registering 270 routes takes longer than most tests do, so apps are used again."""

from typing import Any

from litestar import Litestar

from backend.context import Context
from backend.main import bare_app, furnish

_idle: list[Litestar] = []
_lent: list[Litestar] = []


def create_app(ctx: Context, **more: Any) -> Litestar:
    """Like that of `backend.main`; it is the test's own until the test is over."""
    app = _idle.pop() if _idle else bare_app()
    _lent.append(app)
    return furnish(app, ctx, **more)


def give_back() -> None:
    _idle.extend(_lent)
    _lent.clear()
