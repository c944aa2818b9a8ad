// The measures between two countries as switches, and costs of the reader's own.

import type { Country, Gone, Lever, Measure, Meta } from "./api";
import { h, the } from "./dom";
import { usd } from "./format";
import type { State } from "./state";
import type { Span } from "./timeline";

const member = (c: Country | undefined, day: string): boolean =>
  !!c?.eu_from && c.eu_from <= day && (c.eu_until === null || day < c.eu_until);

/** Whether a party (a country or the EU) is, or holds, a country on a day. */
function includes(party: string, code: string, countries: Map<string, Country>, day: string): boolean {
  return party === code || (party === "EU" && member(countries.get(code), day));
}

export interface Between { measure: Measure; sender: string; target: string; from: string; until: string | null; inForce: boolean }

/** The measures of one of the two toward the other, at any time. */
export function between(meta: Meta, state: State, day: string): Between[] {
  const countries = new Map(meta.countries.map((c) => [c.code, c]));
  const out: Between[] = [];
  for (const measure of meta.measures) {
    for (const [sender, target] of [[state.a, state.b], [state.b, state.a]] as const) {
      if (!includes(measure.sender, sender, countries, day)) continue;
      const toward = measure.targets.filter((t) => includes(t.code, target, countries, day));
      const one = toward.find((t) => t.from <= day && (t.until === null || day < t.until)) ?? toward[0];
      if (!one) continue;
      const inForce = one.from <= day && (one.until === null || day < one.until);
      out.push({ measure, sender, target, from: one.from, until: one.until, inForce });
    }
  }
  return out.sort((x, y) => x.measure.sender.localeCompare(y.measure.sender) || x.from.localeCompare(y.from));
}

const isOn = (b: Between, state: State): boolean =>
  b.inForce ? !state.lift.includes(b.measure.id) : state.bring.includes(b.measure.id);

/** What the switches suppose that is not so, in the server's words. */
export function supposition(list: Between[], state: State): string | undefined {
  const part = (ids: string[], what: string): string[] => {
    const names = ids.map((id) => `${list.find((b) => b.measure.id === id)?.measure.title ?? id} (${id})`);
    const last = names.pop();
    if (last === undefined) return [];
    return [`${names.length > 0 ? `${names.join(", ")} and ${last} are` : `${last} is`} ${what}`];
  };
  const parts = [...part(state.lift, "lifted"), ...part(state.bring, "in force")];
  return parts.length > 0 ? `Supposing that ${parts.join(" and that ")}` : undefined;
}

export const spans = (list: Between[], state: State): Span[] =>
  list.map((b) => ({ measure: b.measure, from: b.from, until: b.until, on: isOn(b, state) }));

/** What the switches mean for trade costs: the estimate where there is one, else what the reader says. */
export function levers(list: Between[], state: State, gone: Gone[]): Lever[] {
  const out: Lever[] = [];
  for (const b of list) {
    if (isOn(b, state) === b.inForce) continue;
    const flow =
      b.measure.direction === "both"
        ? { exporter: b.sender, importer: b.target, both: true }
        : b.measure.direction === "import"
          ? { exporter: b.target, importer: b.sender }
          : { exporter: b.sender, importer: b.target };
    const said = state.worth[b.measure.id];
    const estimate = gone.find((g) => g.measure === b.measure.id);
    const title = `${b.inForce ? "Lift" : "Bring in"}: ${b.measure.title}`;
    if (said) {
      const size = b.inForce ? { tariff_equivalent_percent: said } : { cost_percent: said };
      out.push({ title: `${title}, as costly as a tariff of ${said} %`, measure: b.measure.id, ...flow, ...size });
    } else if (b.inForce && estimate && estimate.log_points > 0) {
      out.push({ title, measure: b.measure.id, exporter: estimate.exporter, importer: estimate.importer, log_points: estimate.log_points });
    }
  }
  for (const o of state.own) {
    if (!o.percent) continue;
    const [exporter, importer] = o.way === "ba" ? [state.b, state.a] : [state.a, state.b];
    out.push({ title: `Your own: ${o.percent > 0 ? "+" : ""}${o.percent} % on the cost of goods from ${exporter} to ${importer}${o.way === "both" ? " and back" : ""}`, exporter, importer, both: o.way === "both", cost_percent: o.percent });
  }
  return out.slice(0, 12);
}

const without = (list: string[], id: string): string[] => list.filter((x) => x !== id);

/** Draws the switches; `change` gets the new state. */
export function draw(list: Between[], state: State, gone: Gone[], change: (next: Partial<State>) => void): void {
  const box = the("measure-list");
  const focused = document.activeElement?.id;
  const parts: Node[] = [];
  let group = "";
  for (const b of list) {
    const { id, title, sender_name, instrument, direction, codes, scope } = b.measure;
    if (sender_name !== group) {
      group = sender_name;
      parts.push(h("p", { class: "group" }, group));
    }
    const on = isOn(b, state);
    const box = h("input", { type: "checkbox", role: "switch", id: `m-${id}`, onchange: () => flip(b) });
    box.checked = on;
    const scopeWords = scope === "goods" && codes > 0 ? "" : "; no product codes, so it counts in no share";
    const until = b.until ? ` until ${b.until}` : "";
    parts.push(
      h(
        "div",
        { class: "measure" },
        h("label", { class: "switch", for: `m-${id}` }, box, h("span", {}, title)),
        h("div", { class: "about" }, `${instrument} on ${direction === "both" ? "both ways" : `${direction}s`}, from ${b.from}${until}${scopeWords}`),
        on !== b.inForce ? worth(b, state, gone, change) : null,
      ),
    );
  }
  if (list.length === 0) parts.push(h("p", { class: "small muted" }, "The catalogue has no measure between these two. That is a gap of the catalogue, not a sign that there is none."));
  box.replaceChildren(...parts);
  drawOwn(state, change);
  if (focused) document.getElementById(focused)?.focus();

  function flip(b: Between): void {
    const id = b.measure.id;
    const name = b.inForce ? "lift" : "bring";
    const now = state[name];
    const moved = now.includes(id);
    const rest = { ...state.worth };
    delete rest[id];
    change({ [name]: moved ? without(now, id) : [...now, id], worth: moved ? rest : state.worth });
  }
}

/** How much a lifted or brought measure is worth in trade costs. */
function worth(b: Between, state: State, gone: Gone[], change: (next: Partial<State>) => void): HTMLElement {
  const id = b.measure.id;
  const estimate = b.inForce ? gone.find((g) => g.measure === id) : undefined;
  const input = h("input", { type: "number", id: `w-${id}`, min: 0, max: 1000, step: 0.5, placeholder: estimate ? "est." : "0" });
  const said = state.worth[id];
  if (said) input.value = String(said);
  input.addEventListener("change", () => {
    const rest = { ...state.worth };
    const value = Number(input.value);
    if (input.value && Number.isFinite(value) && value > 0) rest[id] = value;
    else delete rest[id];
    change({ worth: rest });
  });
  const words = estimate
    ? `% tariff; estimated: trade of ${usd(estimate.usd)} US dollars comes back`
    : "% tariff is what it costs; not estimated, so it counts nothing until you say";
  return h("div", { class: "worth" }, input, h("label", { for: `w-${id}`, class: "small" }, words));
}

function drawOwn(state: State, change: (next: Partial<State>) => void): void {
  const rows = state.own.map((o, i) => {
    const set = (next: Partial<typeof o>) => change({ own: state.own.map((x, j) => (i === j ? { ...x, ...next } : x)) });
    const way = h("select", { id: `own-way-${i}`, onchange: () => set({ way: way.value as typeof o.way }) });
    for (const [value, words] of [["both", "Both ways"], ["ab", `${state.a} to ${state.b}`], ["ba", `${state.b} to ${state.a}`]] as const) {
      way.append(h("option", { value, selected: value === o.way }, words));
    }
    const percent = h("input", { id: `own-percent-${i}`, type: "number", min: -90, max: 1000, step: 0.5, value: o.percent });
    percent.addEventListener("change", () => {
      const value = Number(percent.value);
      set({ percent: Number.isFinite(value) ? Math.min(1000, Math.max(-90, value)) : 0 });
    });
    const drop = () => change({ own: state.own.filter((_, j) => j !== i) });
    return h(
      "div",
      { class: "own" },
      h("label", {}, "Goods", way),
      h("label", {}, "Dearer by, %", percent),
      h("button", { type: "button", "aria-label": "Remove this cost", onclick: drop }, "✕"),
    );
  });
  the("own-list").replaceChildren(...rows);
}
