// What was said, and whether it was true.

import type { Answer } from "./api";
import { h } from "./dom";
import { table } from "./figure";

const kind = (verdict: string): string => {
  const [holds, fails] = [/holds/i.test(verdict), /fails/i.test(verdict)];
  if ((holds && fails) || /undecided/i.test(verdict)) return "depends";
  if (holds) return "holds";
  if (fails) return "fails";
  return "none";
};

export function dossier(a: Answer): Node[] {
  const said = a.tables.find((t) => t.id === "check.statements");
  const at = (name: string) => said?.columns.findIndex((c) => c.name === name) ?? -1;
  const rows = (said?.shown ?? []).map((r) => ({
    date: r[at("date")] ?? "", speaker: r[at("speaker")] ?? "", kind: r[at("kind")] ?? "", topic: r[at("topic")] ?? "",
    said: r[at("said")] ?? "", verdict: r[at("verdict")] ?? "",
  }));
  const reason = (words: string) => a.findings.find((f) => f.statement.includes(words));
  return [
    ...rows.map((r) => {
      const finding = reason(r.said.replace(/\.$/, ""));
      return h(
        "article",
        { class: "statement" },
        h("p", { class: "small muted" }, `${r.date} · ${r.speaker} · ${r.kind} · ${r.topic}`),
        h("blockquote", {}, r.said),
        r.verdict ? h("p", {}, h("span", { class: `verdict ${kind(r.verdict)}` }, r.verdict)) : null,
        finding ? h("p", {}, `${finding.statement}.`) : null,
      );
    }),
    ...a.tables.filter((t) => t.id !== "check.statements" && t.rows.length > 0).map(table),
    h("p", { class: "small" }, h("code", {}, a.command)),
  ];
}
