import "./page.css";
import { ask, briefPage, job, meta as load, Refused, type Answer, type Ask, type Gone, type Meta, type Resolved } from "./api";
import { download, h, the } from "./dom";
import { dossier } from "./dossier";
import { answer as show } from "./figure";
import { watch } from "./files";
import { map } from "./map";
import * as measures from "./measures";
import { read, start, write, type State } from "./state";
import { timeline } from "./timeline";

interface Card { id: string; heading: string }
const CARDS: Card[] = [
  { id: "turnover", heading: "How much is it now?" },
  { id: "coverage", heading: "How much of it do measures touch?" },
  { id: "reach", heading: "What would it take?" },
  { id: "effect", heading: "What did a measure cost?" },
  { id: "potential", heading: "Where is the room?" },
  { id: "history", heading: "How often has that happened?" },
  { id: "diversion", heading: "Where did the trade go?" },
];

let state = read(location.search);
let meta: Meta | null = null;
let gone: Gone[] = [];
let trade: Answer | null = null;
/** The year and the day that the server answers for; the switches stand as they were on that day. */
let resolved: Resolved | null = null;
/** What each card shows now: late answers to earlier questions are dropped. */
const running = new Map<string, AbortController>();
const leads = new Map<string, string>();

const cards = the("cards");
const body = (id: string): HTMLElement => the(`card-${id}`).querySelector<HTMLElement>(".body") ?? the(`card-${id}`);
const name = (code: string): string => meta?.countries.find((c) => c.code === code)?.name ?? code;
const inSentence = (code: string): string => meta?.countries.find((c) => c.code === code)?.in_sentence ?? code;
const day = (): string => resolved?.date ?? state.date ?? `${state.year ?? meta?.usual_year ?? new Date().getFullYear()}-12-31`;

function question(more: Partial<Ask> = {}): Ask {
  return {
    a: state.a,
    b: state.b,
    times: state.times,
    theta: state.theta,
    claim: state.claim,
    ...(state.year ? { year: state.year } : {}),
    ...(state.date ? { date: state.date } : {}),
    ...(state.data ? { data: state.data } : {}),
    ...more,
  };
}

/** The measures that the switches suppose away or in force. */
const supposed = (): Partial<Ask> => (
  { ...(state.lift.length ? { lift: state.lift } : {}), ...(state.bring.length ? { bring: state.bring } : {}) }
);

/** What the switches and the reader's own costs change in trade costs. */
const pulled = (): Partial<Ask> => {
  const levers = meta ? measures.levers(measures.between(meta, state, day()), state, gone) : [];
  return levers.length > 0 ? { lever: levers } : {};
};

function refused(error: unknown): Node[] {
  if (error instanceof Refused) {
    const text = (t: string) => `${t[0]?.toUpperCase() ?? ""}${t.slice(1)}.`;
    // The page's way to other figures is a file that is dropped on it.
    const help = error.about.includes("data") ? "Drop a file that holds them on this page, or start the server with one" : error.help;
    return [h("p", {}, text(error.message)), ...(help ? [h("p", { class: "muted" }, text(help))] : [])];
  }
  return [h("p", { class: "error" }, String(error))];
}

/** Asks and shows; an earlier question of the same card is dropped. Returns the answer, if it is still wanted. */
async function fill(id: string, get: (signal: AbortSignal) => Promise<Answer>, put: (a: Answer) => Promise<Node[]> | Node[]): Promise<Answer | null> {
  running.get(id)?.abort();
  const own = new AbortController();
  running.set(id, own);
  const box = body(id);
  box.setAttribute("aria-busy", "true");
  try {
    const a = await get(own.signal);
    const nodes = await put(a);
    if (running.get(id) !== own) return null;
    const open = [...box.querySelectorAll("details")].map((d) => d.open);
    box.replaceChildren(...nodes);
    box.querySelectorAll("details").forEach((d, i) => (d.open = open[i] ?? false));
    return a;
  } catch (error) {
    if (running.get(id) !== own || own.signal.aborted) return null;
    box.replaceChildren(...refused(error));
    leads.delete(id);
    return null;
  } finally {
    if (running.get(id) === own) box.removeAttribute("aria-busy");
  }
}

const sentence = (a: Answer | null, id: string): string => {
  const found = a?.findings.find((f) => f.id === id);
  if (!found) return "";
  return found.supposition ? `${found.supposition}: ${found.statement}.` : `${found.statement}.`;
};

function lead(): void {
  const lines = ["turnover", "coverage", "reach", "history"].map((id) => leads.get(id)).filter((t): t is string => !!t);
  the("lead").replaceChildren(...lines.map((t) => h("p", {}, t)));
}

/** A long answer with its progress and a way to stop it. */
function long(id: string, what: Ask): Promise<Answer | null> {
  const bar = h("progress", { max: 1, "aria-label": "Progress" });
  const words = h("span", {}, "Waiting");
  const stop = h("button", { type: "button", id: `stop-${id}` }, "Stop");
  const again = h("button", { type: "button", id: `again-${id}` }, "Ask again");
  again.addEventListener("click", () => void long(id, what));
  stop.addEventListener("click", () => {
    running.get(id)?.abort();
    running.delete(id);
    body(id).replaceChildren(h("p", { class: "muted" }, "Stopped. "), again);
    body(id).removeAttribute("aria-busy");
  });
  body(id).replaceChildren(h("div", { class: "progress", role: "status" }, bar, words, stop));
  const tell = (step: string, done: number, all: number) => {
    words.textContent = `${step[0]?.toUpperCase() ?? ""}${step.slice(1)}`;
    bar.max = all;
    bar.value = done;
  };
  return fill(id, (signal) => job(id, what, tell, signal), (a) => show(a));
}

/** Trade costs settle again: at each move of a slider and at each switch. */
async function settle(): Promise<void> {
  const began = performance.now();
  const done = await fill("reach", (signal) => ask("reach", question({ ...supposed(), ...pulled() }), signal), async (a) => {
    const countries = a.tables.find((t) => t.id.endsWith(".countries"));
    const source = a.charts[0]?.source.split(";")[0] ?? "";
    const drawn = countries && meta ? [await map(countries, [state.a, state.b], meta.countries, source)] : [];
    return show(a, drawn);
  });
  if (!done) {
    lead();
    return;
  }
  leads.set("reach", ["reach.cost_cut", "levers.rest", "levers.limit", "levers.fewest", "levers.all"].map((id) => sentence(done, id)).find((t) => t) ?? "");
  lead();
  const took = performance.now() - began;
  const note = the("settled");
  note.textContent = `The world of ${meta?.world.countries.length ?? ""} economies settled again in ${took.toFixed(0)} ms.`;
  note.dataset.ms = took.toFixed(1);
  note.dataset.times = String(state.times);
}

async function history(): Promise<void> {
  const a = await fill("history", (signal) => ask("history", question(), signal), (x) => show(x));
  leads.set("history", sentence(a, "history.relative"));
  lead();
}

async function coverage(): Promise<void> {
  const a = await fill("coverage", (signal) => ask("coverage", question(supposed()), signal), (x) => show(x));
  leads.set("coverage", sentence(a, "coverage.claim"));
  lead();
}

async function potential(): Promise<void> {
  await fill("potential", (signal) => ask("potential", question(supposed()), signal), (x) => show(x));
}

function drawTimeline(): void {
  if (!meta || !trade) return;
  const table = trade.tables.find((t) => t.id === "turnover.by_year");
  const source = trade.charts[0]?.source ?? "";
  const list = measures.between(meta, state, day());
  const drawn = table && timeline(table, measures.spans(list, state), day(), resolved?.year ?? null, source, measures.supposition(list, state));
  document.getElementById("figure-measures-timeline")?.remove();
  if (drawn) body("turnover").querySelector(".figures")?.append(drawn);
}

function switches(): void {
  if (meta) measures.draw(measures.between(meta, state, day()), state, gone, (next) => change(next));
}

/** Everything about the pair anew. */
async function all(): Promise<void> {
  leads.clear();
  gone = [];
  trade = null;
  resolved = null;
  const words = `${inSentence(state.a)} and ${inSentence(state.b)}`;
  the("title").textContent = `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
  document.title = `${name(state.a)} and ${name(state.b)} · Turnover`;
  const level = fill("turnover", (signal) => ask("turnover", question(), signal), (x) => show(x)).then((a) => {
    if (a) {
      trade = a;
      resolved = a.resolved ?? null;
    }
    the<HTMLInputElement>("year").placeholder = resolved ? String(resolved.year) : "";
    the("resolved").textContent = resolved ? `Trade of ${resolved.year}, measures as on ${resolved.date}.` : "";
    leads.set("turnover", sentence(a, "turnover.level"));
    lead();
    drawTimeline();
  });
  // What bans prevented, before any is lifted: it says what lifting one gives.
  const base = ask("coverage", question()).then(
    (a) => {
      gone = a.gone ?? [];
    },
    () => undefined,
  );
  void coverage();
  void history();
  void potential();
  await Promise.all([level, base]);
  switches();
  await settle();
  // The server knows which measure's effect its figures can show.
  for (const id of ["effect", "diversion"]) void long(id, question());
}

async function statements(): Promise<void> {
  the("title").textContent = "Was what they said true?";
  switches();
  the("lead").replaceChildren();
  const of = meta?.dossier;
  if (of && ![`${of.a}${of.b}`, `${of.b}${of.a}`].includes(state.a + state.b)) {
    body("check").replaceChildren(h("p", {}, `No dossier is about these two. The one here is about ${inSentence(of.a)} and ${inSentence(of.b)}.`));
    return;
  }
  await fill("check", (signal) => ask("check", question(), signal), dossier);
}

function frame(): void {
  const shown = state.view === "dossier" ? [{ id: "check", heading: "The dossier" }] : CARDS;
  cards.replaceChildren(
    ...shown.map((c) =>
      h("section", { class: "card", id: `card-${c.id}`, "aria-labelledby": `head-${c.id}` }, h("h2", { id: `head-${c.id}` }, c.heading), h("div", { class: "body" }, h("p", { class: "waiting" }, "…"))),
    ),
  );
  const mark = (id: string, on: boolean) => (on ? the(id).setAttribute("aria-current", "page") : the(id).removeAttribute("aria-current"));
  mark("to-brief", state.view === "brief");
  mark("to-dossier", state.view === "dossier");
  the("settled").textContent = "";
}

function controls(): void {
  const put = (id: string, value: string) => {
    const input = the<HTMLInputElement>(id);
    if (document.activeElement !== input) input.value = value;
  };
  put("a", name(state.a));
  put("b", name(state.b));
  put("times", String(state.times));
  put("theta", String(state.theta));
  put("year", String(state.year ?? ""));
  put("date", state.date ?? "");
  put("claim", String(state.claim));
  the("times-out").textContent = `× ${state.times}`;
  the("theta-out").textContent = String(state.theta);
}

let writing = 0;
function remember(): void {
  clearTimeout(writing);
  // The link is made at once; the address bar follows when the slider rests.
  writing = window.setTimeout(() => window.history.replaceState(null, "", write(state)), 150);
}

/** The state moves, and what hangs on it is asked again. */
function change(next: Partial<State>): void {
  const before = state;
  state = { ...state, ...next };
  remember();
  controls();
  if (state.view === "dossier") return;
  const pairwise: (keyof State)[] = ["a", "b", "year", "date", "claim", "data"];
  if (pairwise.some((k) => before[k] !== state[k])) {
    void all();
    return;
  }
  if (before.lift !== state.lift || before.bring !== state.bring) {
    void coverage();
    void potential();
    drawTimeline();
  }
  if (before.lift !== state.lift || before.bring !== state.bring || before.worth !== state.worth || before.own !== state.own) switches();
  if (before.times !== state.times) void history();
  void settle();
}

/** Moves of a slider that come while the world settles are taken together. */
function slider(id: "times" | "theta"): void {
  const input = the<HTMLInputElement>(id);
  let asked = 0;
  input.addEventListener("input", () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => change({ [id]: Number(input.value) }));
  });
}

function resolve(text: string): string | null {
  const plain = text.trim().toLowerCase();
  const found = meta?.countries.find((c) => c.code.toLowerCase() === plain || c.name.toLowerCase() === plain);
  return found?.code ?? null;
}

function picker(id: "a" | "b"): void {
  const input = the<HTMLInputElement>(id);
  input.addEventListener("change", () => {
    const code = resolve(input.value);
    const other = id === "a" ? state.b : state.a;
    const error = the("pair-error");
    const wrong = code === null ? `“${input.value}” is no country known by name or ISO code.` : code === other ? "A pair needs two countries." : "";
    input.setAttribute("aria-invalid", String(wrong !== ""));
    error.hidden = wrong === "";
    error.textContent = wrong;
    if (!wrong && code) change({ [id]: code, lift: [], bring: [], worth: {}, own: [] });
  });
}

const THEMES = ["system", "light", "dark"] as const;
function theme(): void {
  const button = the("theme");
  const words = { system: "as the system has them", light: "light", dark: "dark" };
  let now = THEMES.find((t) => t === localStorage.getItem("theme")) ?? "system";
  const put = () => {
    if (now === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = now;
    button.setAttribute("aria-label", `Colours: ${words[now]}`);
    button.textContent = { system: "◐", light: "☀", dark: "☾" }[now];
  };
  button.addEventListener("click", () => {
    now = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] ?? "system";
    localStorage.setItem("theme", now);
    put();
  });
  put();
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const link = new URL(write(state), location.href).href;
  window.history.replaceState(null, "", write(state));
  const done = await navigator.clipboard.writeText(link).then(() => true, () => false);
  button.textContent = done ? "Copied" : "In the address bar";
  setTimeout(() => (button.textContent = "Copy link"), 2000);
}

async function save(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    download(await briefPage(question({ ...supposed(), ...pulled() })), `brief-${state.a}-${state.b}.html`);
  } catch (error) {
    the("lead").prepend(...refused(error));
  } finally {
    button.disabled = false;
  }
}

async function begin(): Promise<void> {
  theme();
  // On a phone the answers would come after a long list.
  the<HTMLDetailsElement>("fold").open = matchMedia("(min-width: 901px)").matches;
  controls();
  frame();
  slider("times");
  slider("theta");
  picker("a");
  picker("b");
  the("swap").addEventListener("click", () => change({ a: state.b, b: state.a, lift: [], bring: [], worth: {}, own: [] }));
  const whole = (id: "year" | "claim", usual: number | null) =>
    the<HTMLInputElement>(id).addEventListener("change", () => {
      const input = the<HTMLInputElement>(id);
      if (input.checkValidity()) change({ [id]: input.value === "" ? usual : Number(input.value) });
      else input.reportValidity();
    });
  whole("year", null);
  whole("claim", start.claim);
  the("date").addEventListener("change", () => change({ date: the<HTMLInputElement>("date").value || null, lift: [], bring: [] }));
  the("add-own").addEventListener("click", () => change({ own: [...state.own, { way: "both", percent: 10 } as const].slice(0, 6) }));
  the("link").addEventListener("click", () => void copy(the<HTMLButtonElement>("link")));
  the("save").addEventListener("click", () => void save(the<HTMLButtonElement>("save")));
  the("controls").addEventListener("submit", (e) => e.preventDefault());
  for (const view of ["brief", "dossier"] as const) {
    the(`to-${view}`).addEventListener("click", (e) => {
      e.preventDefault();
      state = { ...state, view };
      window.history.pushState(null, "", write(state));
      go();
    });
  }
  addEventListener("popstate", () => {
    state = read(location.search);
    controls();
    go();
  });
  const files = watch(
    (taken) => {
      const first = taken.pairs.find((p) => (p.a === state.a && p.b === state.b) || (p.a === state.b && p.b === state.a)) ?? taken.pairs[0];
      const pair = first && ![first.a, first.b].includes(state.a) ? { a: first.a, b: first.b } : first ? { a: state.a, b: state.a === first.a ? first.b : first.a } : {};
      change({ data: taken.id, year: null, ...pair });
    },
    () => change({ data: null }),
  );
  if (state.data) files.show("A file sent before");
  try {
    meta = await load();
  } catch (error) {
    the("lead").replaceChildren(...refused(error));
    return;
  }
  the("figures").textContent = meta.figures;
  the("countries").replaceChildren(...meta.countries.map((c) => h("option", { value: c.name }, c.code)));
  controls();
  go();
}

function go(): void {
  frame();
  if (state.view === "dossier") void statements();
  else void all();
}

void begin();
