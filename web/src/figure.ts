// Charts, tables and findings as the page shows them, and as files.

import type { Answer, Chart, Finding, Table } from "./api";
import { download, h, s } from "./dom";

/** What a figure or a table supposes that is not so, in every file that is made of it. */
const marked = (rows: (string | number)[][], supposition: string | undefined): (string | number)[][] =>
  supposition ? rows.map((r, i) => [...r, i === 0 ? "supposition" : supposition]) : rows;

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

interface Picture { text: string; width: number; height: number }

const FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
const LOOKS = ["fill", "fill-opacity", "opacity", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-style", "text-anchor"];
const USUAL = new Map([["fill-opacity", "1"], ["opacity", "1"], ["stroke", "none"], ["stroke-dasharray", "none"], ["font-weight", "400"], ["font-style", "normal"], ["text-anchor", "start"]]);

/** A colour as every program knows it. */
function plain(value: string): string {
  const parts = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(value);
  if (!parts) return value === "rgba(0, 0, 0, 0)" ? "none" : value;
  return `#${parts.slice(1).map((n) => Number(n).toString(16).padStart(2, "0")).join("")}`;
}

/** A copy in which every element carries its looks, since a file has no styles from elsewhere. */
function inlined(element: Element): Element {
  const copy = element.cloneNode(false) as Element;
  const looks = getComputedStyle(element);
  copy.removeAttribute("class");
  if (element.tagName !== "title" && element.tagName !== "svg") {
    for (const name of LOOKS) {
      const value = plain(looks.getPropertyValue(name).replace(/px/g, "").replaceAll(",", name === "stroke-dasharray" ? " " : ","));
      const stroke = name !== "stroke" && name.startsWith("stroke") && looks.stroke === "none";
      const words = name.startsWith("font") || name === "text-anchor";
      if (value !== USUAL.get(name) && !stroke && (!words || element.tagName === "text")) copy.setAttribute(name, value);
    }
  }
  for (const child of element.childNodes) copy.append(child instanceof Element ? inlined(child) : child.cloneNode());
  return copy;
}

/** A drawing of the page as a file of its own: title above, source below, in the light colours. */
function standalone(drawing: SVGSVGElement, title: string, source: string, supposition?: string): Picture {
  const box = drawing.viewBox.baseVal;
  // Lines that fit in the widest of the fonts.
  const titles = wrap(title, Math.floor(box.width / 9.8));
  const supposed = supposition ? wrap(`${supposition}.`, Math.floor(box.width / 7.4)) : [];
  const sources = wrap(source, Math.floor(box.width / 6.9));
  const top = 12 + 18 * titles.length + 16 * supposed.length;
  const height = Math.ceil(top + box.height + 10 + 15 * sources.length);
  const root = document.documentElement;
  const theme = root.dataset.theme;
  root.dataset.theme = "light";
  const body = inlined(drawing);
  // Nothing has been painted meanwhile.
  if (theme === undefined) delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const [name, value] of Object.entries({ x: 0, y: top, width: box.width, height: box.height })) body.setAttribute(name, String(value));
  const text = (y: number, looks: Record<string, string | number>) => (t: string, i: number) =>
    s("text", { x: 4, y: y + i * (looks["font-size"] === 14 ? 18 : looks["font-size"] === 12 ? 16 : 15), ...looks }, t);
  const out = s(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${box.width} ${height}`, width: box.width, height, "font-family": FONTS, "font-size": 12, fill: "#1d2530" },
    s("rect", { width: box.width, height, fill: "#ffffff" }),
    ...titles.map(text(18, { "font-size": 14, "font-weight": "bold" })),
    ...supposed.map(text(18 + 18 * titles.length, { "font-size": 12, "font-style": "italic", fill: "#5c6773" })),
    body as SVGElement,
    ...sources.map(text(top + box.height + 12, { "font-size": 11, fill: "#5c6773" })),
  );
  return { text: new XMLSerializer().serializeToString(out), width: box.width, height };
}

/** The server's file of a chart. */
function picture(file: string): Picture {
  const size = (name: string) => Number(new RegExp(`<svg[^>]* ${name}="([\\d.]+)"`).exec(file)?.[1] ?? 460);
  return { text: file, width: size("width"), height: size("height") };
}

/** Times the drawing's own size: sharp on paper too. */
const SCALE = 4;

async function png(picture: Picture): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([picture.text], { type: "image/svg+xml" }));
  try {
    image.src = url;
    await image.decode();
    const canvas = h("canvas", { width: picture.width * SCALE, height: picture.height * SCALE });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is empty"))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A drawing with its finding as the title, its source below, and the ways to take it away. */
export function figure(
  id: string, title: string, source: string, drawing: SVGSVGElement, rows: () => (string | number)[][], more: { file?: string; supposition?: string | undefined } = {},
): HTMLElement {
  const { file, supposition } = more;
  const taken = (): Picture => (file ? picture(file) : standalone(drawing, title, source, supposition));
  const name = id.replaceAll(".", "-");
  const save = (kind: string, run: () => Promise<void> | void) =>
    h("button", { type: "button", class: "plain", "aria-label": `Save as ${kind}: ${title}`, onclick: () => void run() }, kind);
  return h(
    "figure",
    { id: `figure-${name}` },
    h("figcaption", {}, title, supposition ? h("span", { class: "supposed" }, `${supposition}.`) : null),
    drawing,
    h("p", { class: "source" }, source),
    h(
      "div",
      { class: "save" },
      save("SVG", () => download(new Blob([taken().text], { type: "image/svg+xml" }), `${name}.svg`)),
      save("PNG", async () => download(await png(taken()), `${name}.png`)),
      save("CSV", () => download(new Blob([csv(marked(rows(), supposition))], { type: "text/csv" }), `${name}.csv`)),
    ),
  );
}

/** The server's drawing; it escapes what comes from data. */
export function chart(c: Chart): HTMLElement {
  const drawing = new DOMParser().parseFromString(c.svg, "image/svg+xml").documentElement as unknown as SVGSVGElement;
  return figure(c.id, c.title, c.source, document.importNode(drawing, true), () => chartRows(c), { file: c.file, supposition: c.supposition });
}

const FIRST = 12;

export function table(t: Table): HTMLElement {
  const number = t.columns.map((c) => c.unit !== "text");
  const row = (cells: string[]) => h("tr", {}, ...cells.map((c, i) => h("td", { class: number[i] ? "number" : "" }, c)));
  const body = h("tbody", {}, ...t.shown.slice(0, FIRST).map(row));
  const shown = h(
    "table",
    {},
    h("caption", {}, t.title, t.supposition ? h("span", { class: "supposed" }, `${t.supposition}.`) : null),
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
    download(new Blob([csv(marked(rows, t.supposition))], { type: "text/csv" }), `${t.id.replaceAll(".", "-")}.csv`);
  });
  return h("div", {}, box, t.shown.length > FIRST ? all : null, file);
}

function evidence(f: Finding): HTMLElement {
  return h(
    "details",
    {},
    h("summary", {}, `${f.title}: where it comes from`),
    f.supposition ? h("p", { class: "small supposed" }, `${f.supposition}.`) : null,
    h("p", { class: "small" }, f.definition),
    h("p", { class: "small muted" }, f.method),
    ...f.sources.map((x) => h("p", { class: "small muted" }, `${x.name}; ${x.vintage}; SHA-256 ${x.hash.slice(0, 12)}…`)),
    ...f.caveats.map((c) => h("p", { class: "small" }, c)),
    h("p", { class: "small" }, h("code", {}, f.reproduce)),
  );
}

/** The findings as sentences, then charts, then details. */
export function answer(a: Answer, extra: HTMLElement[] = [], leave: string[] = []): Node[] {
  // Once in full above the findings, and a word before each.
  const supposed = [...new Set(a.findings.map((f) => f.supposition).filter((t) => t !== undefined))];
  return [
    ...supposed.map((t) => h("p", { class: "supposed" }, `${t}:`)),
    h("ul", {}, ...a.findings.map((f) => h("li", {}, f.supposition ? h("em", {}, "Supposed: ") : null, `${f.statement}.`))),
    h("div", { class: "figures" }, ...a.charts.filter((c) => !leave.includes(c.id)).map(chart), ...extra),
    h("details", {}, h("summary", {}, "Tables"), ...a.tables.filter((t) => t.rows.length > 0).map(table)),
    h("details", {}, h("summary", {}, "Sources, definitions, commands"), ...a.findings.map(evidence)),
  ];
}
