"""What the analytics page decides without a screen: spans, key figures, comparisons. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app import i18n
from app.widgets.bars import Bar, Day
from shared.operations import AnalyticsReport, DailyRow

Words = Callable[[str], str]
PRESETS = (7, 28, 90)
USUAL = 28
MOST_COLUMNS = 92
"""More days than that are shown by week."""
MOST_DAYS = 366


# --- spans ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Both days included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """As long, and right before."""
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


def preset(days: int, today: date) -> Span:
    return Span(today - timedelta(days=days - 1), today)


def asked_span(asked: dict[str, str], today: date) -> Span:
    """What an address asks for; the usual span for none, and for what makes no sense."""
    try:
        if "from" in asked and "to" in asked:
            return between(date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"]))
        days = int(asked.get("days", USUAL))
    except ValueError:
        days = USUAL
    return preset(days if 1 <= days <= MOST_DAYS else USUAL, today)


def between(one: date, other: date) -> Span:
    """In the right order, and a year at most."""
    first, last = sorted((one, other))
    return Span(max(first, last - timedelta(days=MOST_DAYS - 1)), last)


def written(span: Span) -> str:
    """`29 Oct – 25 Nov`."""
    return i18n.day_of(span.first) if span.days == 1 else f"{i18n.day_of(span.first)} – {i18n.day_of(span.last)}"


# --- key figures ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure. `question` is its plot's title, `meaning` how it is counted; with `lowest` the worst day is what
    matters."""

    name: str
    word: str
    question: str
    sites: str
    meaning: str
    value: Callable[[DailyRow], float | None]
    share: bool = False
    lowest: bool = False


def _share(of: Callable[[DailyRow], float | None]) -> Callable[[DailyRow], float | None]:
    return lambda row: None if (found := of(row)) is None else found * 100


FIGURES = (
    Figure(
        "energy",
        "Energy",
        "How much energy did cars take?",
        "Where did cars take most energy?",
        "Energy of all sessions that ended on a day, as the stations' meters counted it.",
        lambda row: row.energy_wh / 1000,
    ),
    Figure(
        "revenue",
        "Revenue",
        "What did drivers pay?",
        "Where did drivers pay most?",
        "The bills of all sessions that ended on a day, VAT included. The price for each kWh is without VAT.",
        lambda row: float(row.revenue),
    ),
    Figure(
        "utilisation",
        "Utilisation",
        "How much of the time was a port in use?",
        "Which site is used most?",
        "Hours of ports with a session / hours of all ports. A port serves one car at a time; a car that is full and "
        "stays plugged in still uses it.",
        _share(lambda row: row.utilisation),
        share=True,
    ),
    Figure(
        "uptime",
        "Uptime",
        "How much of the time did the ports work?",
        "Which site works best?",
        "Hours of ports without an outage / hours of all ports. Outage: the port says that it is faulted or out of "
        "service, or its station is offline. No exclusions.",
        _share(lambda row: row.uptime),
        share=True,
        lowest=True,
    ),
    Figure(
        "success",
        "Success",
        "How many tries gave energy?",
        "Where does charging succeed?",
        "Sessions that gave at least 0.1 kWh / all tries. A start from the app that never began is a try as well.",
        _share(lambda row: row.success),
        share=True,
        lowest=True,
    ),
)
BY_NAME = {figure.name: figure for figure in FIGURES}


def shown(figure: Figure, value: float | None, currency: str) -> tuple[str, str]:
    """(number, unit)."""
    if value is None:
        return "–", "%" if figure.share else ""
    if figure.name == "energy":
        return i18n.energy(round(value * 1000))
    if figure.name == "revenue":
        # Cents tell nothing in a sum of thousands.
        return i18n.money_parts(Decimal(str(value)), currency, places=0 if value >= 100 else None)
    return i18n.number(value, 0 if value in (0, 100) else 1), "%"


def whole(found: AnalyticsReport) -> bool:
    """Whether the business ran for all of the time: against two days of a month every growth looks enormous."""
    days = sorted(found.by_day, key=lambda row: row.day)
    return any(row.sessions for row in days[: max(1, len(days) // 4)])


def compared(figure: Figure, now: DailyRow, before: DailyRow | None, words: Words) -> str:
    """Against the span before: shares in points, sums in percent. Empty where there is nothing to compare with."""
    if before is None or not (before.sessions or figure.name == "uptime"):
        return ""
    new, old = figure.value(now), figure.value(before)
    if new is None or old is None:
        return ""
    if figure.share:
        change = round(new - old, 1)
        if change == 0:
            return words("as before")
        return words("{change} points").format(change=f"{'+' if change > 0 else '−'}{i18n.number(abs(change), 1)}")
    if not old:
        return ""
    share = (new - old) / old
    if abs(share) < 0.005:
        return words("as before")
    return f"{'+' if share > 0 else '−'}{i18n.number(abs(share) * 100)} %"


def price_per_kwh(row: DailyRow) -> Decimal | None:
    """Without VAT."""
    return row.revenue_excl / (Decimal(row.energy_wh) / 1000) if row.energy_wh else None


# --- columns and bars ----------------------------------------------------------------------------------------


def by_week(days: int) -> bool:
    return days > MOST_COLUMNS


def columns(figure: Figure, rows: Sequence[DailyRow]) -> list[Day]:
    """One a day; one a week of a long span: sums of sums, shares of the days that have one."""
    if not by_week(len(rows)):
        return [Day(row.day, figure.value(row)) for row in rows]
    weeks: dict[date, list[DailyRow]] = {}
    for row in rows:
        weeks.setdefault(row.day - timedelta(days=row.day.weekday()), []).append(row)
    return [Day(monday, _of_week(figure, week)) for monday, week in weeks.items()]


def remarkable(figure: Figure, days: Sequence[Day]) -> Day | None:
    """The best day, or the worst where that matters; None for few days, which all are told."""
    known = [one for one in days if one.value is not None]
    if len(known) < 2:
        return None
    return (min if figure.lowest else max)(known, key=lambda one: one.value or 0)


def _of_week(figure: Figure, rows: Iterable[DailyRow]) -> float | None:
    if figure.name == "success":
        tries = sum(row.sessions for row in rows)
        return sum(row.successful_sessions for row in rows) / tries * 100 if tries else None
    known = [value for row in rows if (value := figure.value(row)) is not None]
    if not known:
        return None
    return sum(known) / len(known) if figure.share else sum(known)


def bars(figure: Figure, report: AnalyticsReport) -> list[Bar]:
    """Sites, the best first."""
    rows = sorted(report.by_location, key=lambda row: (-(figure.value(row) or 0), row.location))
    return [
        Bar(
            row.location_id or "none",
            row.location,
            figure.value(row),
            shown(figure, figure.value(row), report.currency),
        )
        for row in rows
    ]


def nothing(report: AnalyticsReport) -> bool:
    return report.total.sessions == 0
