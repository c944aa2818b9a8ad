// The interface of the server, as the page uses it.

export interface Column { name: string; title: string; unit: string }
export interface Table { id: string; title: string; columns: Column[]; rows: (string | number | null)[][]; shown: string[][]; supposition?: string }
export interface Finding {
  id: string; title: string; statement: string; value: number | string | null; shown: string; definition: string; method: string;
  sources: { name: string; vintage: string; hash: string }[]; caveats: string[]; reproduce: string; supposition?: string;
}
export interface Line { name: string; points: [number, number][] }
export interface Chart {
  id: string; title: string; source: string; svg: string; unit: string; kind: "lines" | "bars"; lines?: Line[];
  bars?: { label: string; value: number; marked_low: number; marked_high: number }[]; marked?: string | null; x_title?: string;
  file: string; supposition?: string;
}
/** The year of the flows and the day of the measures that an answer is about. */
export interface Resolved { year: number; date: string }
export interface Gone { measure: string; exporter: string; importer: string; usd: number; log_points: number }
export interface Answer {
  command: string; title: string; findings: Finding[]; tables: Table[]; charts: Chart[]; gone?: Gone[]; levers_toml?: string;
  cost_cut?: number; resolved?: Resolved;
}
export interface Measure {
  id: string; title: string; sender: string; sender_name: string; targets: { code: string; from: string; until: string | null }[];
  direction: "import" | "export" | "both"; instrument: string; scope: string; legal: string; codes: number;
}
export interface Country { code: string; name: string; numeric: string; in_sentence: string; eu_from: string | null; eu_until: string | null }
export interface Meta {
  version: string; figures: string; embedded: boolean; usual_year: number | null; countries: Country[]; measures: Measure[];
  world: { countries: string[]; year: number; source: { name: string } }; dossier: { a: string; b: string };
}
export interface Lever {
  title: string; measure?: string; exporter?: string; importer?: string; both?: boolean; cost_percent?: number; log_points?: number;
  tariff_equivalent_percent?: number;
}
/** What the page knows; each question is sent what it takes. */
export interface Ask {
  a: string; b: string; times: number; theta: number; year?: number; date?: string; claim: number; lift?: string[]; bring?: string[];
  lever?: Lever[]; data?: string;
}
type Options = Record<string, unknown>;

/** The options of each question that the page sets, by the interface's description. */
const TAKES: Record<string, (keyof Ask)[]> = {
  turnover: ["a", "b", "year", "date", "data"],
  coverage: ["a", "b", "year", "date", "claim", "lift", "bring", "data"],
  reach: ["a", "b", "times", "theta", "lift", "bring", "lever"],
  potential: ["a", "b", "year", "date", "lift", "bring", "data"],
  history: ["a", "b", "times"],
  effect: ["year", "date", "data"],
  diversion: ["year", "date", "data"],
  check: [],
  brief: ["a", "b", "times", "theta", "year", "date", "claim", "lift", "bring", "lever", "data"],
};

function options(question: string, what: Ask): Options {
  const out: Options = {};
  for (const name of TAKES[question] ?? []) if (what[name] !== undefined) out[name] = what[name];
  // The server knows which measure's effect its figures can show.
  if (question === "effect" || question === "diversion") out.between = `${what.a}:${what.b}`;
  return out;
}

export interface FileColumn { name: string; cells: string[] }
export interface Taken {
  id: string; name: string; columns: FileColumn[]; pairs: { a: string; b: string; turnover_usd: number }[];
  description: { rows: number; years: Record<string, { rows: number }>; exporters: string[]; importers: string[]; notes: string[] };
}

/** What the server said when it could not answer. */
export class Refused extends Error {
  /** `about` are the options that the advice names. */
  constructor(message: string, readonly help: string | null, readonly columns: FileColumn[] | null, readonly about: string[] = []) {
    super(message);
  }
}

async function json<T>(response: Response): Promise<T> {
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    throw new Refused(body?.error ?? `the server answered ${response.status}`, body?.help ?? null, body?.columns ?? null, body?.options ?? []);
  }
  return body as T;
}

export const meta = (): Promise<Meta> => fetch("/api/v1/meta").then((r) => json<Meta>(r));

export const ask = (question: string, what: Ask, signal?: AbortSignal): Promise<Answer> =>
  fetch(`/api/v1/answers/${question}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(options(question, what)),
    signal: signal ?? null,
  }).then((r) => json<Answer>(r));

export async function briefPage(what: Ask): Promise<Blob> {
  const response = await fetch("/api/v1/brief.html", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(options("brief", what)),
  });
  if (!response.ok) await json(response);
  return response.blob();
}

export const send = (file: File, words: Record<string, string>): Promise<Taken> =>
  fetch(`/api/v1/files?${new URLSearchParams({ name: file.name, ...words })}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  }).then((r) => json<Taken>(r));

/** A long answer: followed by events, stopped by the signal. */
export async function job(
  question: string,
  what: Ask,
  tell: (what: string, done: number, all: number) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const begun = await fetch("/api/v1/jobs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ question, ask: options(question, what) }),
    signal,
  }).then((r) => json<{ id: string; events: string }>(r));
  return new Promise((resolve, reject) => {
    const events = new EventSource(begun.events);
    const data = (e: Event) => JSON.parse((e as MessageEvent<string>).data);
    const end = (then: () => void) => {
      events.close();
      then();
    };
    signal.addEventListener("abort", () => {
      void fetch(`/api/v1/jobs/${begun.id}`, { method: "DELETE" });
      end(() => reject(new DOMException("stopped", "AbortError")));
    });
    events.addEventListener("progress", (e) => {
      const state = data(e);
      tell(state.what, state.done, state.all);
    });
    events.addEventListener("answer", (e) => end(() => resolve(data(e))));
    events.addEventListener("refused", (e) => end(() => reject(new Refused(data(e).error, data(e).help, null, data(e).options ?? []))));
    events.addEventListener("stopped", () => end(() => reject(new DOMException("stopped", "AbortError"))));
    events.onerror = () => end(() => reject(new Refused("the server is gone", "start turnover serve again", null)));
  });
}
