// Who gains and who loses, on a map of the world.

import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { Country, Table } from "./api";
import { s } from "./dom";
import { figure } from "./figure";
import { percent } from "./format";

interface Place { id?: string | number; d: string }

const WIDTH = 460;
const HEIGHT = 240;
let places: Promise<Place[]> | null = null;

/** The outlines, projected once. */
function outlines(): Promise<Place[]> {
  places ??= fetch("/world.json")
    .then((r) => r.json())
    .then((world) => {
      const shapes = feature(world, world.objects.countries) as unknown as { features: (GeoJSON.Feature & { id?: string })[] };
      // Without Antarctica, which trades nothing and takes a fifth of the height.
      const features = shapes.features.filter((f) => f.id !== "010");
      const all = { type: "FeatureCollection", features } as GeoJSON.FeatureCollection;
      const projection = geoNaturalEarth1().fitExtent([[2, 2], [WIDTH - 2, HEIGHT - 22]], all);
      const path = geoPath(projection).digits(1);
      return features
        .map((f) => ({ ...(f.id === undefined ? {} : { id: f.id }), d: path(f) ?? "" }));
    });
  return places;
}

/** Ends of the seven classes: most changes of third countries are small beside those of the pair. */
function classes(values: number[]): number[] {
  const sizes = values.map(Math.abs).filter((v) => v > 0).sort((x, y) => x - y);
  const at = (share: number) => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))] ?? 0;
  return [at(0.25), at(0.6), at(0.88)];
}

export async function map(t: Table, pair: string[], countries: Country[], source: string): Promise<HTMLElement> {
  const code = t.columns.findIndex((c) => c.name === "country");
  const welfare = t.columns.findIndex((c) => c.name === "welfare");
  const rows = t.rows.map((r, i) => ({ code: String(r[code]), value: Number(r[welfare]), shown: t.shown[i]?.[welfare] ?? "" }));
  const third = rows.filter((r) => !pair.includes(r.code));
  const ends = classes(third.map((r) => r.value));
  const [small, middle, large] = [ends[0] ?? 0, ends[1] ?? 0, ends[2] ?? 0];
  const place = (v: number) => {
    const size = Math.abs(v);
    const step = size <= small ? 0 : size <= middle ? 1 : size <= large ? 2 : 3;
    return v < 0 ? 3 - step : 3 + step;
  };
  const numeric = new Map(countries.map((c) => [c.numeric, c]));
  const values = new Map(rows.map((r) => [r.code, r]));
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart map", role: "img" }) as SVGSVGElement;
  for (const p of await outlines()) {
    const country = numeric.get(String(p.id ?? "").padStart(3, "0"));
    const row = country && values.get(country.code);
    const path = s("path", { d: p.d, class: row ? `scale-${place(row.value)}${pair.includes(row.code) ? " pair" : ""}` : "none" });
    if (country) path.append(s("title", {}, row ? `${country.name}: ${row.shown}` : `${country.name}: in the rest of the world`));
    drawing.append(path);
  }
  const legend: [number, string][] = [[0, `below -${percent(large)}`], [2, "less"], [3, "about 0"], [4, "more"], [6, `above ${percent(large)}`]];
  legend.forEach(([step, words], i) => {
    const x = [4, 128, 188, 262, 330][i] ?? 4;
    drawing.append(s("rect", { x, y: HEIGHT - 15, width: 12, height: 12, class: `scale-${step}` }), s("text", { x: x + 17, y: HEIGHT - 5 }, words));
  });
  const gain = third.filter((r) => r.value > 0).length;
  const title = `${gain} of ${third.length} third countries gain, ${third.length - gain} lose`;
  drawing.setAttribute("aria-label", title);
  return figure("reach.map", title, `${source}; change in welfare`, drawing, () => [["country", "welfare_change"], ...rows.map((r) => [r.code, r.value])], { supposition: t.supposition });
}
