"""Makes panel.csv, a made-up panel of 14 countries and 6 years for the golden tests: python3 panel.py

Trade follows a gravity equation with exporter-year, importer-year and pair effects, a tenth of it is zero, and
agreements begin between pairs in different years, so that they vary within pairs.
"""

import math
import random

draw = random.Random(20140806)
countries = [f"C{k:02}" for k in range(14)]
years = range(1986, 2007, 4)
place = {c: (draw.uniform(0, 60), draw.uniform(0, 60)) for c in countries}
lines = ["exporter,importer,pair_id,year,trade,dist,cntg,lang,clny,rta,rta_lag4,rta_lag8,rta_lag12"]
size = {(c, y, side): draw.gauss(0, 1) for c in countries for y in years for side in "xm"}
begin = {}
for a in countries:
    for b in countries:
        if a < b:
            begin[a, b] = begin[b, a] = draw.choice([1986, 1990, 1994, 1998, 2002, 2006, 9999, 9999])
pair = 0
for a in countries:
    for b in countries:
        if a == b:
            continue
        pair += 1
        dist = 100 * math.dist(place[a], place[b]) + 50
        cntg, lang, clny = dist < 1200, draw.random() < 0.25, draw.random() < 0.1
        pair_effect = draw.gauss(0, 0.5)
        for year in years:
            rta = [int(year - lag >= begin[a, b]) for lag in (0, 4, 8, 12)]
            index = size[a, year, "x"] + size[b, year, "m"] + pair_effect - 0.9 * math.log(dist / 1000)
            index += 0.4 * cntg + 0.3 * lang + 0.2 * clny + 0.35 * rta[0] + 0.1 * rta[1] + draw.gauss(0, 0.6)
            trade = 0.0 if draw.random() < 0.1 else round(50 * math.exp(index), 3)
            cells = [a, b, pair, year, trade, round(dist, 1), int(cntg), int(lang), int(clny), *rta]
            lines.append(",".join(map(str, cells)))
with open("panel.csv", "w", encoding="utf-8") as file:
    file.write("\n".join(lines) + "\n")
