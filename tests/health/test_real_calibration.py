"""The calibration on a real portfolio of subscriptions, loaded through the import as a person's files are, with its churn as events.

It asserts facts of the files and of the procedure, never that the score foresaw anything; what it shows is printed (`pytest -s`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from lib.health.book import Health, health, weekly
from lib.health.calibration import CAUGHT_WANTED, LIFT_WANTED, Backtest, backtest, distribution, what_if
from lib.health.events import SCHEMA, at_stake, losses
from lib.health.profile import Profile, Version, faults
from lib.health.readings import Sight
from lib.intake import PRELOAD, Intake, Worker
from lib.portfolio import Portfolio, as_known
from lib.store import Store
from tests.real_portfolios import PORTFOLIOS, Load
from tests.test_real_portfolios import FOLDER, brought, commit

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder with real portfolios (../shared/data) is not part of the project")

CHURN = FOLDER / "ravenstack_saas" / "ravenstack_churn_events.csv"
LAST = date(2024, 12, 31)
WEEKS = 103


@dataclass(frozen=True)
class Tried:
    """The portfolio as imported, its health week by week, churn as events, and what was at stake."""

    portfolio: Portfolio
    sight: Sight
    health: Health
    churn: pl.DataFrame
    revenue: pl.DataFrame

    @property
    def scores(self) -> pl.DataFrame:
        return self.health.scores.accounts()


def churned() -> pl.DataFrame:
    """The first churn of each account, as the csv module reads it."""
    first: dict[str, date] = {}
    with CHURN.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            day = datetime.strptime(row["churn_date"], "%d-%m-%Y").date()
            account = f"ravenstack:{row['account_id']}"
            first[account] = min(day, first.get(account, day))
    return pl.DataFrame([(account, day, "lost") for account, day in first.items()], schema=SCHEMA, orient="row")


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    folder = tmp_path_factory.mktemp("ravenstack")
    store = Store.open(folder / "store")
    with Worker(preload=PRELOAD) as worker:
        loads = [fate for fate in PORTFOLIOS["ravenstack"] if isinstance(fate, Load)]
        commit(store, brought(Intake(worker), store, loads, folder))
    portfolio = store.portfolio()
    # All days lie before the first import: what has no date of its own was not known then.
    sight = Sight(as_known(portfolio, None), weekly(LAST, WEEKS), "earned", "USD")
    return Tried(portfolio, sight, health([sight], []), churned(), at_stake(sight))


def shown(title: str, test: Backtest) -> None:
    rates = test.rates
    print(f"\n{title}: {test.events} losses, {test.scored} scored 60-90 days before ({test.without_band} without a band), "
          f"{test.stayed} scores of {test.stayed_accounts} that stayed, on {test.days} days")  # fmt: skip
    print(f"  AUC {test.auc} {test.auc_range}, caught {test.caught} (wanted {CAUGHT_WANTED:.2f}), capped {test.caught_capped}")
    if rates:
        print(f"  red: {rates.lost_red} of {rates.red} lost, all: {rates.lost} of {rates.sampled}; lift {rates.lift}, of revenue "
              f"{rates.revenue_lift} (wanted {LIFT_WANTED})")  # fmt: skip


def test_every_churned_account_is_one_of_the_book(tried: Tried) -> None:
    accounts = set(tried.portfolio["accounts"].collect()["account_id"])
    assert set(tried.churn["account_id"]) <= accounts
    assert (len(accounts), tried.churn.height) == (500, 352)  # 600 churns of 352 accounts


def test_the_calibration_runs_and_says_on_what(tried: Tried) -> None:
    test = backtest(tried.scores, tried.churn, tried.revenue, LAST)
    shown("first churn", test)
    assert test.events == 352
    assert test.undated == 0
    assert test.enough
    assert 10 <= test.scored <= 352
    assert test.auc is not None
    assert 0 <= test.auc <= 1
    lost = test.sample.filter(pl.col("lost_on").is_not_null())
    assert lost["days_before"].is_between(60, 90).all()
    assert (lost["scored_on"] <= LAST - timedelta(days=90)).all()
    assert lost["account_id"].is_unique().all()


def test_with_nothing_but_subscriptions_and_answers_no_account_has_a_band(tried: Tried) -> None:
    book = distribution(tried.scores, tried.revenue, LAST)
    assert book
    print(f"\n{book.slices}")
    assert (book.share("none"), book.share("none", "revenue"), book.too_green) == (1.0, 1.0, False)
    present = tried.health.metrics().filter(pl.col("state") == "known")["metric"].unique().sort().to_list()
    print(f"  metrics present on {LAST}: {present}; coverage at most {tried.scores['coverage'].max():.2f}")
    assert book.slices["accounts"].sum() == book.accounts == tried.sight.accounts.filter(pl.col("day") == LAST).height


TWO_SIGNS = Profile(
    weights={"delivery": 13, "budget": 13, "relationship": 13, "commercial": 24, "satisfaction": 24, "payment": 13},
    shares={"notice_days": 0.0, "goals_met": 0.0},
)
"""As much on the two metrics that these files feed as a profile may: 48 of 100 points, enough for a band, never for green."""


def test_what_if_the_two_signs_there_are_weighed_most(tried: Tried) -> None:
    other = health([tried.sight], [Version(tried.sight.days[0], TWO_SIGNS, 1)])
    both = what_if(tried.scores, other.scores.accounts(), tried.churn, tried.revenue, LAST)
    shown("published", both.published)
    shown("two signs", both.other)
    assert faults(TWO_SIGNS) == ()
    assert both.published.scored == both.other.scored
    assert (both.published.rates, both.published.caught) == (None, None)  # nobody had a band
    assert both.other.auc is not None
    assert 0 <= both.other.auc <= 1
    assert both.other.rates
    assert both.other.rates.lost == both.other.scored
    assert both.other.rates.lost_red <= both.other.rates.red
    assert (both.other.rates.lift is None) == (both.other.rates.red == 0)
    assert both.other_book
    assert both.other_book.share("green") == 0


def test_the_tables_by_themselves_tell_other_losses_than_the_file_of_churn(tried: Tried) -> None:
    own = losses(tried.portfolio, LAST)
    shown("losses that the tables tell", backtest(tried.scores, own, tried.revenue, LAST))
    print(own["kind"].value_counts(), own["day"].null_count())
    dated = own.filter(pl.col("day").is_not_null())
    assert set(dated["kind"]) <= {"contract_ended"}  # no notice and no day of loss in the files
    assert own.filter(pl.col("day").is_null()).height <= 110  # accounts marked as churned
