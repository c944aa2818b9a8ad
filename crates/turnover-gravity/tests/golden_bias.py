"""Golden values for tests/golden_bias.rs, by dense algebra written from the equations of Weidner and
Zylkin (2021): the whole Hessian of the effects is formed and inverted at once.

    python3 golden_bias.py FILE.dta CATEGORY     (numpy, pandas)

On the example data of Stata's ppml_fe_bias (65 countries, MANUF) it prints what that package
prints: bias 0.0076567524, corrected error 0.0419558558.
"""

import sys

import numpy as np
import pandas as pd

d = pd.read_stata(sys.argv[1])
d = d[d.category == sys.argv[2]].sort_values(["isoexp", "isoimp", "year"]).reset_index(drop=True)
d = d[d.groupby(["isoexp", "isoimp"]).trade.transform("sum") > 0].reset_index(drop=True)
exporter, importer, year = (pd.factorize(d[c], sort=True)[0] for c in ["isoexp", "isoimp", "year"])
ni, nj, nt = exporter.max() + 1, importer.max() + 1, year.max() + 1
pair = pd.factorize(exporter * nj + importer)[0]
pairs = pair.max() + 1
n, y, x = len(d), d.trade.to_numpy(float), d.fta.to_numpy(float)[:, None]

# PPML with all effects as dummies but the pairs', which are profiled out.
two = np.zeros((n, (ni + nj) * nt))
two[np.arange(n), exporter * nt + year] = 1
two[np.arange(n), ni * nt + importer * nt + year] = 1
total = np.bincount(pair, y)


def within(z, mu):
    """z less its mean within pairs, weights mu."""
    weight = np.bincount(pair, mu)
    return z - np.stack([np.bincount(pair, mu * c) / weight for c in z.T], 1)[pair]


z = np.hstack([x, two])
b = np.zeros(z.shape[1])
for _ in range(60):
    e = np.exp(z @ b)
    mu = e * (total / np.bincount(pair, e))[pair]
    w = within(z, mu)
    step = np.linalg.lstsq((w * mu[:, None]).T @ w, w.T @ (y - mu), rcond=1e-13)[0]
    b += step
    if abs(step[0]) < 1e-13:
        break
e = np.exp(z @ b)
mu = e * (total / np.bincount(pair, e))[pair]
d2 = within(two, mu)
hessian = (d2 * mu[:, None]).T @ d2
v_effects = np.linalg.pinv(hessian, rcond=1e-11)
xw = within(x, mu)
xt = xw - d2 @ (v_effects @ ((d2 * mu[:, None]).T @ xw))
bread = np.linalg.inv((xt * mu[:, None]).T @ xt)
score = y - mu

rows = [np.flatnonzero(pair == p) for p in range(pairs)]
omega, plain = 0.0, 0.0
h_side = [np.zeros((ni, nt, nt)), np.zeros((nj, nt, nt))]
parts = [[], []]
for r in rows:
    t, l = year[r], mu[r]
    s = l / l.sum()
    h = np.diag(l) - np.outer(l, s)
    full = np.zeros((nt, len(r)))
    full[t, np.arange(len(r))] = 1
    leverage = xt[r] @ bread @ xt[r].T + two[r] @ v_effects @ two[r].T
    corrected = np.linalg.solve(np.eye(len(r)) - h @ leverage, score[r])
    omega += (xt[r].T @ corrected)[:, None] @ (xt[r].T @ score[r])[None, :]
    plain += np.outer(xt[r].T @ score[r], xt[r].T @ score[r])
    hx = h @ xt[r][:, 0]
    ds = l * (xt[r][:, 0] - s @ xt[r][:, 0])
    g = -(np.diag(ds) - np.outer(ds, s) - np.outer(s, ds))
    for side, unit in [(0, exporter[r[0]]), (1, importer[r[0]])]:
        h_side[side][unit] += full @ h @ full.T
        parts[side].append((unit, full @ np.outer(hx, score[r]) @ full.T, full @ g @ full.T,
                            full @ np.outer(score[r], score[r]) @ full.T))
bias = 0.0
for side, units in [(0, ni), (1, nj)]:
    for unit in range(units):
        hs, g, ss = (sum(p[k] for p in parts[side] if p[0] == unit) for k in (1, 2, 3))
        inverse = np.linalg.pinv(h_side[side][unit], rcond=1e-11)
        bias += units / (units - 1) * (-np.trace(inverse @ hs) + 0.5 * np.trace(g @ inverse @ ss @ inverse))
factor = pairs / (pairs - 1)
print(f"observations {n}")
print(f"coefficient  {b[0]:.12f}")
print(f"bias         {(bread * bias)[0, 0]:.12f}")
print(f"error        {np.sqrt(factor * bread @ plain @ bread)[0, 0]:.12f}")
print(f"corrected    {np.sqrt(factor * bread @ omega @ bread)[0, 0]:.12f}")
