// Charts, tables and findings as the page shows them, and as files.

import type { Answer, Chart, Finding, Table } from "./api";
import { download, h, s } from "./dom";

const cell = (text: string | number): string => {
  const plain = String(text);
  return /[",\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};
const csv = (rows: (string | number)[][]): string => rows.map((r) => r.map(cell).join(",")).join("\n") + "\n";

function chartRows(chart: Chart): (string | number)[][] {
  if (chart.kind === "bars") {
    const marked = chart.marked ? ["marked_low", "marked_high"] : [];
    return [
      ["label", `value_${chart.unit}`, ...marked],
      ...(chart.bars ?? []).map((b) => [b.label, b.value, ...(chart.marked ? [b.marked_low, b.marked_high] : [])]),
    ];
  }
  return [["line", "x", `y_${chart.unit}`], ...(chart.lines ?? []).flatMap((l) => l.points.map(([x, y]) => [l.name, x, y]))];
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1] ?? "";
    if (last && last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

/** The drawing as a file of its own: title above, source below, colours as they are on the page now. */
async function standalone(drawing: SVGSVGElement, title: string, source: string): Promise<{ text: string; width: number; height: number }> {
  const css = await fetch("/chart.css").then((r) => r.text());
  const now = getComputedStyle(document.documentElement);
  const names = ["fg", "muted", "grid", "paper", "c1", "c2", "c3", "base", "line", "mid"];
  const variables = `:root{${names.map((n) => `--${n}:${now.getPropertyValue(`--${n}`)}`).join(";")}}`;
  const rules = [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .map((r) => r.cssText)
    .filter((t) => t.startsWith(".map") || t.startsWith(".scale") || t.startsWith(".timeline"));
  const box = drawing.viewBox.baseVal;
  const titles = wrap(title, Math.round(box.width / 7.4));
  const sources = wrap(source, Math.round(box.width / 6));
  const top = 12 + 18 * titles.length;
  const height = Math.ceil(top + box.height + 10 + 15 * sources.length);
  const out = s("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${box.width} ${height}`, width: box.width, height, class: "chart" });
  out.append(
    s("style", {}, css + variables + rules.join("")),
    s("rect", { width: box.width, height, fill: "var(--paper)" }),
    ...titles.map((t, i) => s("text", { class: "t", x: 4, y: 18 + 18 * i }, t)),
  );
  const body = s("svg", { x: 0, y: top, width: box.width, height: box.height, viewBox: `0 0 ${box.width} ${box.height}`, class: drawing.getAttribute("class") ?? "" });
  body.append(...[...drawing.childNodes].map((n) => n.cloneNode(true)));
  out.append(body, ...sources.map((t, i) => s("text", { class: "m s", x: 4, y: top + box.height + 12 + 15 * i }, t)));
  return { text: new XMLSerializer().serializeToString(out), width: box.width, height };
}

async function png(picture: { text: string; width: number; height: number }): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([picture.text], { type: "image/svg+xml" }));
  try {
    image.src = url;
    await image.decode();
    const canvas = h("canvas", { width: picture.width * 2, height: picture.height * 2 });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is empty"))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A drawing with its finding as the title, its source below, and the ways to take it away. */
export function figure(id: string, title: string, source: string, drawing: SVGSVGElement, rows: () => (string | number)[][]): HTMLElement {
  const name = id.replaceAll(".", "-");
  const save = (kind: string, run: () => Promise<void> | void) =>
    h("button", { type: "button", class: "plain", "aria-label": `Save as ${kind}: ${title}`, onclick: () => void run() }, kind);
  return h(
    "figure",
    { id: `figure-${name}` },
    h("figcaption", {}, title),
    drawing,
    h("p", { class: "source" }, source),
    h(
      "div",
      { class: "save" },
      save("SVG", async () => download(new Blob([(await standalone(drawing, title, source)).text], { type: "image/svg+xml" }), `${name}.svg`)),
      save("PNG", async () => download(await png(await standalone(drawing, title, source)), `${name}.png`)),
      save("CSV", () => download(new Blob([csv(rows())], { type: "text/csv" }), `${name}.csv`)),
    ),
  );
}

/** The server's drawing; it escapes what comes from data. */
export function chart(c: Chart): HTMLElement {
  const drawing = new DOMParser().parseFromString(c.svg, "image/svg+xml").documentElement as unknown as SVGSVGElement;
  return figure(c.id, c.title, c.source, document.importNode(drawing, true), () => chartRows(c));
}

const FIRST = 12;

export function table(t: Table): HTMLElement {
  const number = t.columns.map((c) => c.unit !== "text");
  const row = (cells: string[]) => h("tr", {}, ...cells.map((c, i) => h("td", { class: number[i] ? "number" : "" }, c)));
  const body = h("tbody", {}, ...t.shown.slice(0, FIRST).map(row));
  const shown = h(
    "table",
    {},
    h("caption", {}, t.title),
    h("thead", {}, h("tr", {}, ...t.columns.map((c, i) => h("th", { scope: "col", class: number[i] ? "number" : "" }, c.title)))),
    body,
  );
  const box = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t.title }, shown);
  const all = h("button", { type: "button", class: "plain" }, `All ${t.shown.length} rows`);
  all.addEventListener("click", () => {
    body.append(...t.shown.slice(FIRST).map(row));
    all.remove();
  });
  const file = h("button", { type: "button", class: "plain", "aria-label": `Save as CSV: ${t.title}` }, "CSV");
  file.addEventListener("click", () => {
    const rows = [t.columns.map((c) => c.name), ...t.rows.map((r) => r.map((c) => c ?? ""))];
    download(new Blob([csv(rows)], { type: "text/csv" }), `${t.id.replaceAll(".", "-")}.csv`);
  });
  return h("div", {}, box, t.shown.length > FIRST ? all : null, file);
}

function evidence(f: Finding): HTMLElement {
  return h(
    "details",
    {},
    h("summary", {}, `${f.title}: where it comes from`),
    h("p", { class: "small" }, f.definition),
    h("p", { class: "small muted" }, f.method),
    ...f.sources.map((x) => h("p", { class: "small muted" }, `${x.name}; ${x.vintage}; SHA-256 ${x.hash.slice(0, 12)}…`)),
    ...f.caveats.map((c) => h("p", { class: "small" }, c)),
    h("p", { class: "small" }, h("code", {}, f.reproduce)),
  );
}

/** The findings as sentences, then charts, then details. */
export function answer(a: Answer, extra: HTMLElement[] = [], leave: string[] = []): Node[] {
  return [
    h("ul", {}, ...a.findings.map((f) => h("li", {}, `${f.statement}.`))),
    h("div", { class: "figures" }, ...a.charts.filter((c) => !leave.includes(c.id)).map(chart), ...extra),
    h("details", {}, h("summary", {}, "Tables"), ...a.tables.filter((t) => t.rows.length > 0).map(table)),
    h("details", {}, h("summary", {}, "Sources, definitions, commands"), ...a.findings.map(evidence)),
  ];
}
