"""The questions, with their options as keyword arguments.

Made from the types of `turnover-query` by `cargo run -p xtask -- python`; do not edit.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from os import PathLike
from typing import Literal

from ._answers import Answer
from ._frames import Data
from ._questions import Changes, answer, changes

__all__ = ["brief", "turnover", "coverage", "reach", "simulate", "negotiate", "design", "effect", "diversion", "check", "read", "potential", "history", "outlook"]


def brief(
    a: str,
    b: str,
    times: float = 3,
    *,
    only: Sequence[Literal["coverage", "effect", "reach", "potential", "history", "diversion", "check"]] = (),
    without: Sequence[Literal["coverage", "effect", "reach", "potential", "history", "diversion", "check"]] = (),
    levers: str | None = None,
    lever: Changes = (),
    date: str | datetime.date | None = None,
    year: int | None = None,
    base_year: int | None = None,
    claim: float = 90,
    lift: Sequence[str] = (),
    bring: Sequence[str] = (),
    catalogue: str | None = None,
    theta: float | None = None,
    imbalance: Literal["additive", "multiplicative", "balanced"] = "additive",
    world: Literal["one-sector", "sectors"] = "one-sector",
    labour: Literal["mobile", "fixed"] = "mobile",
    world_year: int | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """The whole answer on one page.

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    times
        The multiple that is promised or wished for.
    only
        Only these questions, for example coverage,reach; the trade level is always included.
    without
        All but these questions.
    levers
        Levers to pull before the multiple is sought: a TOML file (docs/scenarios.md).
    lever
        A lever to pull before the multiple is sought, for example USA:RUS=-20% or an object with the keys of such a file; may be repeated.
    date
        Day on which measures are in force; the end of the year by default.
    year
        Year of the flows; that of the day, else 2019 for the embedded figures and the latest of your own.
    base_year
        Year that stands for trade without measures; the one before the first measure by default.
    claim
        Judge the claim that at least this percentage of trade is not affected.
    lift
        Suppose that these measures are lifted, for example rus-2014-food,usa-2014-arms.
    bring
        Suppose that these measures are in force, whatever their dates.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    theta
        Trade elasticity; 4 by default.
    imbalance
        What happens to trade imbalances.
    world
        The built-in world that stands behind the answer, where no ‹data› brings one.
    labour
        Whether labour moves between the sectors of its country: the long run, or the short run in which it does not; many sectors only.
    world_year
        Year of the world; the latest in your data by default. Built in are 2014 (goods and services, 44 economies) and, in goods among some 200, 1980 to 2020 and 2023; where no year is named, 2014 for its economies, else 2019. In the world of sectors, the pair's goods are scaled to customs figures of that year.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("brief", {"a": a, "b": b, "times": times, "only": only, "without": without, "levers": levers, "lever": changes(lever), "date": date, "year": year, "base_year": base_year, "claim": claim, "lift": lift, "bring": bring, "catalogue": catalogue, "theta": theta, "imbalance": imbalance, "world": world, "labour": labour, "world_year": world_year, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def turnover(
    a: str,
    b: str,
    *,
    date: str | datetime.date | None = None,
    year: int | None = None,
    ledger: Literal["reported", "reconciled"] = "reported",
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """How much a pair trades: level, trend, composition, both reporters.

    The trend marks measures that were in force by the day.

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    date
        Day on which measures are in force; the end of the year by default.
    year
        Year of the flows; that of the day, else 2019 for the embedded figures and the latest of your own.
    ledger
        Reports as they are, or one value reconciled from both sides' reports.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("turnover", {"a": a, "b": b, "date": date, "year": year, "ledger": ledger, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def coverage(
    a: str,
    b: str,
    *,
    date: str | datetime.date | None = None,
    year: int | None = None,
    base_year: int | None = None,
    claim: float = 90,
    lift: Sequence[str] = (),
    bring: Sequence[str] = (),
    watch_list: str | None = None,
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """How much of a pair's trade measures touch, under every definition.

    Coverage ratio and frequency index are UNCTAD's; base-year weights as in Crozet and Hinz (2020).

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    date
        Day on which measures are in force; the end of the year by default.
    year
        Year of the flows; that of the day, else 2019 for the embedded figures and the latest of your own.
    base_year
        Year that stands for trade without measures; the one before the first measure by default.
    claim
        Judge the claim that at least this percentage of trade is not affected.
    lift
        Suppose that these measures are lifted, for example rus-2014-food,usa-2014-arms.
    bring
        Suppose that these measures are in force, whatever their dates.
    watch_list
        A watch list whose share of the trade is shown beside, as common-high-priority.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("coverage", {"a": a, "b": b, "date": date, "year": year, "base_year": base_year, "claim": claim, "lift": lift, "bring": bring, "watch_list": watch_list, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def reach(
    a: str,
    b: str,
    times: float,
    *,
    only: str | None = None,
    levers: str | None = None,
    lever: Changes = (),
    model: Literal["one-sector", "caliendo-parro"] = "one-sector",
    draws: int | None = None,
    seed: int = 1,
    lift: Sequence[str] = (),
    bring: Sequence[str] = (),
    catalogue: str | None = None,
    theta: float | None = None,
    imbalance: Literal["additive", "multiplicative", "balanced"] = "additive",
    world: Literal["one-sector", "sectors"] = "one-sector",
    labour: Literal["mobile", "fixed"] = "mobile",
    world_year: int | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """What it takes to multiply a pair's trade, in general equilibrium.

    The figures are a world: flows among all countries, domestic sales included. One sector in exact changes: Dekle, Eaton and Kortum (2007), Arkolakis, Costinot and Rodriguez-Clare (2012); many: Caliendo and Parro (2015).

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    times
        The multiple: 2 doubles the pair's trade, 0.5 halves it.
    only
        Only goods in this direction become cheaper.
    levers
        Levers to pull before costs fall: a TOML file (docs/scenarios.md).
    lever
        A lever to pull before costs fall, for example USA:RUS=-20% or an object with the keys of such a file; may be repeated.
    model
        One sector, or many with inputs and tariffs, which needs a folder of tables (docs/economy.md).
    draws
        Number of Monte Carlo draws of effects and elasticities; gives intervals.
    seed
        Seed of the draws: the same seed gives the same draws, at any number of threads.
    lift
        Suppose that these measures are lifted, for example rus-2014-food,usa-2014-arms.
    bring
        Suppose that these measures are in force, whatever their dates.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    theta
        Trade elasticity; 4 by default.
    imbalance
        What happens to trade imbalances.
    world
        The built-in world that stands behind the answer, where no ‹data› brings one.
    labour
        Whether labour moves between the sectors of its country: the long run, or the short run in which it does not; many sectors only.
    world_year
        Year of the world; the latest in your data by default. Built in are 2014 (goods and services, 44 economies) and, in goods among some 200, 1980 to 2020 and 2023; where no year is named, 2014 for its economies, else 2019. In the world of sectors, the pair's goods are scaled to customs figures of that year.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("reach", {"a": a, "b": b, "times": times, "only": only, "levers": levers, "lever": changes(lever), "model": model, "draws": draws, "seed": seed, "lift": lift, "bring": bring, "catalogue": catalogue, "theta": theta, "imbalance": imbalance, "world": world, "labour": labour, "world_year": world_year, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def simulate(
    change: Changes = (),
    *,
    scenario: str | None = None,
    matrix: bool = False,
    burden: str | None = None,
    model: Literal["one-sector", "caliendo-parro"] = "one-sector",
    draws: int | None = None,
    seed: int = 1,
    catalogue: str | None = None,
    theta: float | None = None,
    imbalance: Literal["additive", "multiplicative", "balanced"] = "additive",
    world: Literal["one-sector", "sectors"] = "one-sector",
    labour: Literal["mobile", "fixed"] = "mobile",
    world_year: int | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """What changes of trade costs would do, in general equilibrium.

    Parameters
    ----------
    change
        A change of trade costs, for example USA:RUS=-20%, *:RUS=+10% or USA:RUS=1.0986lp (log points); may be repeated.
    scenario
        Changes and tariffs in a TOML file (docs/scenarios.md).
    matrix
        Add every flow by sector, exporter and importer as a table, for --out FILE.parquet --part simulate.matrix; many sectors only.
    burden
        A coalition, such as USA+EU: the transfers among its members that equalise what the changes cost them; many sectors only.
    model
        One sector, or many with inputs and tariffs, which needs a folder of tables (docs/economy.md).
    draws
        Number of Monte Carlo draws of effects and elasticities; gives intervals.
    seed
        Seed of the draws: the same seed gives the same draws, at any number of threads.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    theta
        Trade elasticity; 4 by default.
    imbalance
        What happens to trade imbalances.
    world
        The built-in world that stands behind the answer, where no ‹data› brings one.
    labour
        Whether labour moves between the sectors of its country: the long run, or the short run in which it does not; many sectors only.
    world_year
        Year of the world; the latest in your data by default. Built in are 2014 (goods and services, 44 economies) and, in goods among some 200, 1980 to 2020 and 2023; where no year is named, 2014 for its economies, else 2019. In the world of sectors, the pair's goods are scaled to customs figures of that year.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("simulate", {"change": changes(change), "scenario": scenario, "matrix": matrix, "burden": burden, "model": model, "draws": draws, "seed": seed, "catalogue": catalogue, "theta": theta, "imbalance": imbalance, "world": world, "labour": labour, "world_year": world_year, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def negotiate(
    a: str,
    b: str,
    times: float = 3,
    *,
    levers: str | None = None,
    date: str | datetime.date | None = None,
    imbalance: Literal["additive", "multiplicative", "balanced"] = "additive",
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """What each side could give so that both gain, in a world of sectors with inputs and tariffs: the real incomes of both under every combination of levers, the combinations that neither can better, the solutions of Nash (1950) and of Kalai and Smorodinsky (1975), and how a war of tariffs would end.

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    times
        The multiple of the pair's trade that is wished for.
    levers
        The levers of both sides: a TOML file (docs/negotiate.md); by default the measures of the catalogue that have a size, and each side's tariffs on the other's goods.
    date
        Day whose measures stand; 2019-12-31 by default.
    imbalance
        What happens to trade imbalances.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("negotiate", {"a": a, "b": b, "times": times, "levers": levers, "date": date, "imbalance": imbalance, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def design(
    a: str,
    b: str,
    goal: str,
    *,
    levers: str | None = None,
    limits: str | None = None,
    date: str | datetime.date | None = None,
    imbalance: Literal["additive", "multiplicative", "balanced"] = "additive",
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """Which levers, pulled how far, reach a goal at the least cost to the first country, in a world of sectors with inputs and tariffs.

    Every set of at most 12 levers is solved; levers that have a size are cut back until the goal is just met and traded off against each other with exact slopes.

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    goal
        The goal: 'turnover x 3', or a change of a country's real income such as 'welfare:RUS -1 %'.
    levers
        The levers: a TOML file (docs/design.md); by default those of a negotiation, or a tariff and dearer exports where the goal is a loss.
    limits
        Limits: a TOML file (docs/design.md).
    date
        Day whose measures stand; 2019-12-31 by default.
    imbalance
        What happens to trade imbalances.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("design", {"a": a, "b": b, "goal": goal, "levers": levers, "limits": limits, "date": date, "imbalance": imbalance, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def effect(
    measure: str | None = None,
    *,
    between: str | None = None,
    date: str | datetime.date | None = None,
    year: int | None = None,
    with_: str | None = None,
    products: Sequence[str] = (),
    later: Literal["drop", "control", "treat"] = "drop",
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """What a measure cost: PPML difference-in-differences by year, product and partner.

    Parameters
    ----------
    measure
        Id of the measure, for example rus-2014-food.
    between
        Instead of a measure: the one on imports between two countries that names most codes and whose effect these figures can show.
    date
        Day on which measures are in force; the end of the year by default.
    year
        Year of the flows; that of the day, else 2019 for the embedded figures and the latest of your own.
    with_
        A partner whose prevented trade is reported too.
    products
        Products that count as covered, for example 02,03,04; those of which the measure names a third of the headings by default.
    later
        Partners that the measure reached only later.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("effect", {"measure": measure, "between": between, "date": date, "year": year, "with": with_, "products": products, "later": later, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def diversion(
    measure: str | None = None,
    *,
    between: str | None = None,
    date: str | datetime.date | None = None,
    year: int | None = None,
    products: Sequence[str] = (),
    watch_list: str | None = None,
    departures: bool = False,
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """Where the trade went: third countries by excess, what was lost, how often the search errs.

    Parameters
    ----------
    measure
        Id of the measure, for example rus-2014-food.
    between
        Instead of a measure: the one on imports between two countries that names most codes and whose effect these figures can show.
    date
        Day on which measures are in force; the end of the year by default.
    year
        Year of the flows; that of the day, else 2019 for the embedded figures and the latest of your own.
    products
        Products that count as covered, for example 02,03,04; those of which the measure names a third of the headings by default.
    watch_list
        A watch list whose products count as covered, for example common-high-priority.
    departures
        Of a measure on exports: what those who stop them deliver to third countries instead, by which goods may pass through.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("diversion", {"measure": measure, "between": between, "date": date, "year": year, "products": products, "watch_list": watch_list, "departures": departures, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def check(
    dossier: str | None = None,
    *,
    claim_review: bool = False,
    template: bool = False,
    since: str | None = None,
    atom: bool = False,
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """Whether what was said is true: a dossier of statements, checked; the founding case by default.

    Parameters
    ----------
    dossier
        The dossier (docs/dossiers.md); the founding case by default.
    claim_review
        Answer with the checked claims as ClaimReview JSON-LD.
    template
        Answer with a dossier to begin with.
    since
        What changed since an earlier check, which --json=FILE wrote; the status is 3 where a verdict changed.
    atom
        Answer with the changes as an Atom feed.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("check", {"dossier": dossier, "claim_review": claim_review, "template": template, "since": since, "atom": atom, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def read(
    *,
    file: str | None = None,
    text: str | None = None,
    pair: Sequence[str] | None = None,
    date: str | datetime.date | None = None,
    explain: bool = False,
    items: bool = False,
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """What a text says that can be checked, and whether it is so: proposals for a dossier.

    Parameters
    ----------
    file
        The text: plain or HTML, in English; - for standard input.
    text
        The text itself, in place of a file.
    pair
        The pair that the text speaks of where it names none, and the pair of the dossier: two countries.
    date
        The day of the text, from which "last year" counts; by default the first date in it, else the one in the file's name.
    explain
        Show which rule made each proposal.
    items
        Read labelled items, a JSON object a line, and print predictions (docs/statements.md).
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("read", {"file": file, "text": text, "pair": pair, "date": date, "explain": explain, "items": items, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def potential(
    a: str,
    b: str,
    *,
    date: str | datetime.date | None = None,
    year: int | None = None,
    lift: Sequence[str] = (),
    bring: Sequence[str] = (),
    catalogue: str | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """Products with unrealised potential (Decreux and Spies 2016), under measures and free of them.

    Needs the trade of many countries by product.

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    date
        Day on which measures are in force; the end of the year by default.
    year
        Year of the flows; that of the day, else 2019 for the embedded figures and the latest of your own.
    lift
        Suppose that these measures are lifted, for example rus-2014-food,usa-2014-arms.
    bring
        Suppose that these measures are in force, whatever their dates.
    catalogue
        Your own catalogue of measures: a TOML file or a folder of them.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("potential", {"a": a, "b": b, "date": date, "year": year, "lift": lift, "bring": bring, "catalogue": catalogue, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def history(
    a: str,
    b: str,
    times: float,
    *,
    years: int = 8,
    least_share: float | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """How often pairs of that size multiplied their trade.

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    times
        The multiple.
    years
        Years within which the multiple is to be reached.
    least_share
        Smallest share of all trade for a pair to count; half of the pair's own share by default.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("history", {"a": a, "b": b, "times": times, "years": years, "least_share": least_share, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)


def outlook(
    a: str,
    b: str,
    times: float,
    *,
    years: int = 8,
    world_growth: float | None = None,
    data: Data | str | PathLike[str] | None = None,
    filter: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    product: str | None = None,
    year_column: str | None = None,
    value: str | None = None,
    year_is: int | None = None,
    flow_is: Literal["import", "export"] | None = None,
    unit: Literal["usd", "thousand-usd", "million-usd", "billion-usd", "eur", "thousand-eur", "million-eur", "billion-eur"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["error", "sum"] = "error",
    unknown: Literal["error", "drop"] = "error",
    progress: bool = True,
    threads: int | None = None,
) -> Answer:
    """How likely the multiple is for this pair, from its size, growth, volatility, distance from its own peak and sanctions on record; proven by rolling origin, and the base rate where that shows no skill.

    Parameters
    ----------
    a
        First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA.
    b
        Second country.
    times
        The multiple.
    years
        Years within which the multiple is to be reached.
    world_growth
        Growth of world trade in current dollars, per cent a year; that of the last twenty years by default.
    data
        A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists what is read), a folder with flows.* and world.*, or a store made by data import; or a data frame of flows.
    filter
        Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'.
    exporter
        Column of the exporter, or one country for the whole file.
    importer
        Column of the importer, or one country for the whole file.
    reporter
        Column of the reporter, or one country that reports the whole file.
    partner
        Column of the partner, in files of reporter, partner and flow, or one country for the whole file.
    flow
        Column that says import or export, in such files.
    product
        Column of the product (HS).
    year_column
        Column of the year.
    value
        Column of the value.
    year_is
        The year of the whole file, where no column has it.
    flow_is
        The direction of the whole file, seen from the reporter.
    unit
        Unit of the value; taken from the format or the column's name by default.
    decimal
        The mark before decimals; taken from the column's cells by default.
    duplicates
        What to do with two values for one flow.
    unknown
        What to do with rows whose country is in no list, such as groups of countries.
    progress
        Whether steps of a long answer are shown.
    threads
        Threads; all cores by default, the results are the same.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer.
    """
    return answer("outlook", {"a": a, "b": b, "times": times, "years": years, "world_growth": world_growth, "filter": filter, "exporter": exporter, "importer": importer, "reporter": reporter, "partner": partner, "flow": flow, "product": product, "year_column": year_column, "value": value, "year_is": year_is, "flow_is": flow_is, "unit": unit, "decimal": decimal, "duplicates": duplicates, "unknown": unknown}, data, progress, threads)
