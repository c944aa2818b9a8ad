// Measures on a line of time, below the trade of the two.

import type { Measure, Table } from "./api";
import { s } from "./dom";
import { figure } from "./figure";
import { usd } from "./format";

const WIDTH = 460;
const LEFT = 196;
const TRADE = 130;
const LANE = 17;

export interface Span { measure: Measure; from: string; until: string | null; on: boolean }

const decimal = (date: string): number => {
  const day = new Date(`${date}T00:00:00Z`);
  const year = day.getUTCFullYear();
  return year + (day.getTime() - Date.UTC(year, 0, 1)) / (365.25 * 864e5);
};

export function timeline(trade: Table, spans: Span[], day: string, year: number | null, source: string, supposition: string | undefined): HTMLElement | null {
  const at = (name: string) => trade.columns.findIndex((c) => c.name === name);
  const points = trade.rows.map((r) => ({ year: Number(r[at("year")]), value: Number(r[at("turnover_usd")]) }));
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || first === last || spans.length === 0) return null;
  const from = first.year;
  const to = Math.max(last.year + 1, Math.ceil(decimal(day)));
  const x = (t: number) => LEFT + ((Math.min(Math.max(t, from), to) - from) / (to - from)) * (WIDTH - LEFT - 10);
  const top = Math.max(...points.map((p) => p.value));
  const y = (v: number) => 12 + (1 - v / top) * (TRADE - 16);
  // Measures that come later are told in words, unless they are brought in.
  const lanes = spans.filter((p) => decimal(p.from) < to || p.on).sort((p, q) => p.from.localeCompare(q.from));
  const later = spans.length - lanes.length;
  const height = TRADE + 26 + lanes.length * LANE + 6;
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "chart timeline", role: "img" }) as SVGSVGElement;
  for (const p of points) {
    const width = Math.max(4, ((WIDTH - LEFT - 10) / (to - from)) * 0.7);
    const bar = s("rect", { class: "b", x: x(p.year) + 2, y: y(p.value), width, height: TRADE - 4 - y(p.value) });
    bar.append(s("title", {}, `${p.year}: ${usd(p.value)} US dollars`));
    drawing.append(bar);
  }
  drawing.append(
    s("line", { class: "z", x1: LEFT, x2: WIDTH - 10, y1: TRADE - 4, y2: TRADE - 4 }),
    s("text", { class: "m", x: LEFT - 6, y: y(top) + 8, "text-anchor": "end" }, usd(top)),
  );
  const step = to - from > 14 ? 5 : to - from > 7 ? 2 : 1;
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
    // The last one stays inside.
    drawing.append(s("text", { class: "m", x: Math.min(x(t), WIDTH - 34), y: TRADE + 12 }, String(t)));
  }
  lanes.forEach((lane, i) => {
    const line = TRADE + 26 + i * LANE;
    const begin = x(decimal(lane.from));
    const end = x(lane.until ? decimal(lane.until) : to);
    const bar = s("rect", { class: lane.on ? "p" : "q", x: begin, y: line - 10, width: Math.max(2, end - begin), height: 11 });
    bar.append(s("title", {}, `${lane.measure.title}: from ${lane.from}${lane.until ? ` until ${lane.until}` : ""}`));
    const words = `${lane.measure.sender}: ${lane.measure.title}`;
    const label = s("text", { class: "s", x: 4, y: line }, words.length > 33 ? `${words.slice(0, 32)}…` : words);
    label.append(s("title", {}, words));
    drawing.append(bar, label);
  });
  const mark = x(decimal(day));
  drawing.append(s("line", { class: "k", x1: mark, x2: mark, y1: 8, y2: height - 4 }));
  const before = points.find((p) => p.year === Number(lanes[0]?.from.slice(0, 4)) - 1) ?? first;
  const now = points.find((p) => p.year === year) ?? last;
  const change = now.value / before.value - 1;
  const on = lanes.filter((l) => l.on).length;
  const title = `${on} measure${on === 1 ? "" : "s"} ${supposition ? "supposed to be " : ""}in force on ${day}; turnover of ${now.year} is ${Math.abs(change * 100).toFixed(0)} % ${change < 0 ? "below" : "above"} ${before.year}, before the first${later > 0 ? `; ${later} more came later` : ""}`;
  drawing.setAttribute("aria-label", title);
  return figure("measures.timeline", title, `${source}; catalogue of measures`, drawing, () => [
    ["measure", "sender", "from", "until", "counts"],
    ...lanes.map((l) => [l.measure.id, l.measure.sender, l.from, l.until ?? "", l.on ? 1 : 0]),
  ], { supposition });
}
