// Files of the reader's own: dropped or chosen, their columns named where the names are unusual.

import { Refused, send, type FileColumn, type Taken } from "./api";
import { h, the } from "./dom";

const ROLES: [string, string][] = [
  ["exporter", "Exporter"],
  ["importer", "Importer"],
  ["reporter", "Reporter"],
  ["partner", "Partner"],
  ["flow", "Import or export"],
  ["product", "Product (HS)"],
  ["year_column", "Year"],
  ["value", "Value"],
];
const CHOICES: [string, string, [string, string][]][] = [
  ["unit", "Unit of the value", [["", "As the name tells, else dollars"], ["usd", "US dollars"], ["thousand-usd", "Thousand"], ["million-usd", "Million"], ["billion-usd", "Billion"]]],
  ["duplicates", "Two values for a flow", [["", "Stop"], ["sum", "Add up"]]],
  ["unknown", "Groups of countries", [["", "Stop"], ["drop", "Leave out"]]],
];

export function watch(taken: (file: Taken) => void, gone: () => void): { show: (name: string | null) => void } {
  const input = the<HTMLInputElement>("file");
  const state = the("file-state");
  const dialog = the<HTMLDialogElement>("mapping");
  let depth = 0;

  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = "";
    if (file) void load(file, {});
  });
  addEventListener("dragenter", (e) => {
    if (!e.dataTransfer?.types.includes("Files")) return;
    depth += 1;
    document.body.classList.add("dragging");
  });
  addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) document.body.classList.remove("dragging");
  });
  addEventListener("dragover", (e) => e.preventDefault());
  addEventListener("drop", (e) => {
    e.preventDefault();
    depth = 0;
    document.body.classList.remove("dragging");
    const file = e.dataTransfer?.files[0];
    if (file) void load(file, {});
  });

  async function load(file: File, words: Record<string, string>): Promise<void> {
    state.replaceChildren(h("p", { class: "small" }, `Reading ${file.name}… `, h("progress", { "aria-label": "Reading the file" })));
    try {
      const answer = await send(file, words);
      dialog.close();
      show(answer.name);
      taken(answer);
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused(String(error), null, null);
      state.replaceChildren(h("p", { class: "error", role: "alert" }, `${refused.message}${refused.help ? `: ${refused.help}` : ""}`));
      if (refused.columns) ask(file, words, refused, refused.columns);
    }
  }

  /** The step in which columns get their meaning. */
  function ask(file: File, words: Record<string, string>, refused: Refused, columns: FileColumn[]): void {
    const option = (value: string, text: string, now: string) => h("option", { value, selected: value === now }, text);
    const select = (name: string, words: string, options: [string, string][], now: string) =>
      h("label", {}, words, h("select", { name }, ...options.map(([value, text]) => option(value, text, now))));
    const names: [string, string][] = [["", "by its usual name"], ...columns.map((c): [string, string] => [c.name, c.name])];
    const filter = h("input", { name: "filter", placeholder: 'year >= 2000 and flow in ["import", "export"]', spellcheck: "false" });
    filter.value = words.filter ?? "";
    const form = h(
      "form",
      { method: "dialog" },
      h("div", { class: "fields" }, ...ROLES.map(([name, text]) => select(name, text, names, words[name] ?? ""))),
      h("div", { class: "fields" }, ...CHOICES.map(([name, text, options]) => select(name, text, options, words[name] ?? ""))),
      h("label", {}, "Rows that take part", filter),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", onclick: () => dialog.close() }, "Leave it"),
        h("button", { type: "submit", class: "main" }, "Read again"),
      ),
    );
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      const said = [...new FormData(form)].map(([k, v]) => [k, String(v)] as const).filter(([, v]) => v !== "");
      void load(file, Object.fromEntries(said));
    });
    dialog.replaceChildren(
      h("h2", { id: "mapping-title" }, `What is in ${file.name}?`),
      h("p", { class: "error", role: "alert" }, refused.message),
      ...(refused.help ? [h("p", {}, refused.help)] : []),
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": "The first rows" },
        h(
          "table",
          {},
          h("caption", {}, "The first rows"),
          h("thead", {}, h("tr", {}, ...columns.map((c) => h("th", { scope: "col" }, c.name)))),
          h("tbody", {}, ...[0, 1, 2].map((r) => h("tr", {}, ...columns.map((c) => h("td", {}, c.cells[r] ?? ""))))),
        ),
      ),
      form,
    );
    if (!dialog.open) dialog.showModal();
  }

  function show(name: string | null): void {
    if (name === null) {
      state.replaceChildren();
      return;
    }
    const drop = h("button", { type: "button", "aria-label": `Leave ${name}, back to the server's figures` }, "✕");
    drop.addEventListener("click", () => {
      show(null);
      gone();
    });
    state.replaceChildren(h("div", { class: "file" }, h("span", {}, name), drop), h("p", { class: "small muted" }, "Kept in the server's memory alone; a link to this page works while it is there."));
  }
  return { show };
}
