"""What a calibration says, in sentences of one language. It decides nothing beyond what `lib.health.calibration` found."""

from __future__ import annotations

from dataclasses import dataclass

from lib.columns import N_
from lib.formats import Language
from lib.health.calibration import CAUGHT_WANTED, GREEN_MOST, LEAST_EVENTS, LIFT_WANTED, Backtest, Distribution, Rates

FIT_LEAST_ACCOUNTS = 100
KINDS: dict[str, str] = {
    "notice_given": N_("Notice given"),
    "contract_ended": N_("Contract ended, none followed"),
    "lost": N_("Lost"),
}
"""Kind of a loss -> what people call it."""


@dataclass(frozen=True)
class Said:
    """A sentence and whether what is wanted is reached; None where nothing is wanted, or nothing can be told."""

    text: str
    reached: bool | None = None


def of_book(book: Distribution, t: Language) -> Said:
    """How much of the book is green; not reached above 80 %."""
    share = t.share(book.share("green"))
    of_revenue = book.share("green", "revenue")
    said = (
        t.plural("{share} of {n} account is green.", "{share} of {n} accounts are green.", book.accounts, share=share)
        if of_revenue is None
        else t.plural(
            "{share} of {n} account is green, {revenue} by revenue.", "{share} of {n} accounts are green, {revenue} by revenue.",
            book.accounts, share=share, revenue=t.share(of_revenue),
        )
    )  # fmt: skip
    if book.too_green:
        said += " " + t("A score that calls more than {most} of the book green tells accounts hardly apart.", most=t.share(GREEN_MOST))
    return Said(said, not book.too_green)


def of_backtest(test: Backtest, t: Language) -> list[Said]:
    """The losses looked at, then what the score said of them; instead of figures, why there are none."""
    said = [Said(_looked_at(test, t))]
    if not test.enough:
        return [*said, Said(t("With fewer than {n} losses there is no figure: it would be chance.", n=LEAST_EVENTS))]
    if not test.stayed:
        return [*said, Said(t("No account that stayed was scored on those days: there is nothing to compare with."))]
    return [*said, _auc(test, t), *([_lift(test.rates, test.lift_reached, t), _caught(test, t)] if test.rates else [_no_bands(test, t)])]


def of_size(accounts: int, t: Language) -> Said | None:
    """That a book of this size gives no ground to fit weights on; None for a larger one."""
    if accounts >= FIT_LEAST_ACCOUNTS:
        return None
    return Said(t("Under about {n} accounts no weights should be fitted to losses.", n=FIT_LEAST_ACCOUNTS))


def _looked_at(test: Backtest, t: Language) -> str:
    said = t.plural(
        "{n} account was lost on a known day; {scored} had a score 60 to 90 days before.",
        "{n} accounts were lost on a known day; {scored} had a score 60 to 90 days before.",
        test.events, scored=t.number(test.scored),
    )  # fmt: skip
    if test.undated:
        said += " " + t.plural("{n} is lost and nothing says since when.", "{n} are lost and nothing says since when.", test.undated)
    return said


def _auc(test: Backtest, t: Language) -> Said:
    low, high = test.auc_range or (0.0, 1.0)
    said = t(
        "Of an account about to be lost and one that stayed, the lost one scored lower in {auc} of cases "
        "(95% sure: {low} to {high}; {lost} against {stayed} accounts).",
        auc=t.share(test.auc), low=t.share(low), high=t.share(high), lost=t.number(test.scored), stayed=t.number(test.stayed_accounts),
    )  # fmt: skip
    if low <= 0.5 <= high:
        return Said(said + " " + t("That can't be told from chance."), False)
    return Said(said, low > 0.5)


def _lift(rates: Rates, reached: bool | None, t: Language) -> Said:
    if not rates.red:
        return Said(t("No account was red then."))
    counts = {"lost": t.number(rates.lost_red), "red": t.number(rates.red)}
    if rates.revenue_lift is None:
        said = t("Red accounts were lost {lift} times as often as all ({lost} of {red} scores); their revenue is not known.",
                 lift=t.number(rates.lift, 1), **counts)  # fmt: skip
        return Said(said)
    said = t(
        "Red accounts lost revenue {lift} times as often as the book ({lost} of {red} scores); wanted is {wanted} or more.",
        lift=t.number(rates.revenue_lift, 1), wanted=t.number(LIFT_WANTED), **counts,
    )  # fmt: skip
    return Said(said, reached)


def _caught(test: Backtest, t: Language) -> Said:
    said = t("{share} of the lost were below green 60 to 90 days before; wanted is {wanted} or more.",
             share=t.share(test.caught), wanted=t.share(CAUGHT_WANTED))  # fmt: skip
    if test.without_band:
        said += " " + t.plural("{n} had too little data for a band.", "{n} had too little data for a band.", test.without_band)
    return Said(said, test.caught_reached)


def _no_bands(test: Backtest, t: Language) -> Said:
    return Said(
        t("{without} of the {lost} lost had too little data for a band: what red foretells can't be told.",
          without=t.number(test.without_band), lost=t.number(test.scored))
    )  # fmt: skip
