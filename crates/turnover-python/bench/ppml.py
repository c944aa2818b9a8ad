"""tv.ppml beside pyfixest.fepois on the same frame, in one run; prints times and their ratio.

    pip install pyfixest pandas pyarrow; python bench/ppml.py [N] [T]

Every ordered pair of N countries over T years, about 15 % zeros, three sets of fixed effects, three
regressors, errors clustered by pair; the same formula and frame for both. The default, N = 150 and T = 25, has 558,750 rows.
"""

import sys
import time
import warnings

import numpy as np
import pandas as pd

import turnover as tv

FORMULA = "trade ~ x1 + x2 + x3 | exporter^year + importer^year + exporter^importer"


def panel(n: int, t: int) -> pd.DataFrame:
    g = np.random.default_rng(1)
    i, j, y = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), np.arange(t), indexing="ij"))
    keep = i != j
    i, j, y = i[keep], j[keep], y[keep]
    x = g.normal(size=(3, i.size))
    effects = g.normal(scale=0.5, size=n * t)[i * t + y] + g.normal(scale=0.5, size=n * t)[j * t + y]
    effects += g.normal(scale=1.2, size=n * n)[i * n + j]
    trade = np.exp(0.5 * x[0] - 0.3 * x[1] + 0.1 * x[2] + effects + g.normal(size=i.size))
    trade[g.random(i.size) < 0.15] = 0.0
    return pd.DataFrame({"pair": i * n + j, "exporter": i, "importer": j, "year": y, "trade": trade, "x1": x[0], "x2": x[1], "x3": x[2]})


def timed(run):
    began = time.perf_counter()
    result = run()
    return time.perf_counter() - began, result


def main() -> None:
    n, t = (int(a) for a in (sys.argv[1:] + ["150", "25"][len(sys.argv) - 1:])[:2])
    frame = panel(n, t)
    pair = {"CRV1": "pair"}
    print(f"{len(frame):,} rows; pandas frame to coefficients and errors")
    own = [timed(lambda: tv.ppml(FORMULA, frame, pair)) for _ in range(3)]
    seconds, fit = min(own, key=lambda x: x[0])
    print(f"turnover {tv.__version__:>24}  {seconds:8.2f} s (best of 3)")
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyfixest as pf

    for demean in (None, "rust-cg", "within"):
        name = demean or "as it comes"
        try:
            peer, other = timed(
                lambda: pf.fepois(FORMULA, frame, vcov=pair, **({"demeaner_backend": demean} if demean else {}))
            )
        except Exception as error:  # The peer's version may not have the backend.
            print(f"pyfixest {pf.__version__} {name:>16}  {type(error).__name__}: {str(error)[:80]}")
            continue
        worst = max(abs(fit.coef()[k] - other.coef()[k]) for k in ("x1", "x2", "x3"))
        error = max(abs(fit.se()[k] / other.se()[k] - 1) for k in ("x1", "x2", "x3"))
        print(
            f"pyfixest {pf.__version__} {name:>16}  {peer:8.2f} s   {peer / seconds:6.1f} times ours;"
            f" coefficients differ by {worst:.1e}, errors by {error:.1e} of themselves"
        )


main()
