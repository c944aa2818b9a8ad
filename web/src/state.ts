// The state of the page, all of which is in its address.

/** A cost of the reader's own: whose goods, and by how much trade becomes dearer (or cheaper). */
export interface Own { way: "ab" | "ba" | "both"; percent: number }

export interface State {
  a: string; b: string; times: number; theta: number; claim: number; year: number | null; date: string | null;
  lift: string[]; bring: string[]; worth: Record<string, number>; own: Own[]; data: string | null; view: "brief" | "dossier";
}

export const start: State = {
  a: "USA", b: "RUS", times: 3, theta: 4, claim: 90, year: null, date: null, lift: [], bring: [], worth: {}, own: [], data: null,
  view: "brief",
};

const number = (text: string | null, usual: number, low: number, high: number): number => {
  const value = Number(text);
  return text !== null && Number.isFinite(value) && value >= low && value <= high ? value : usual;
};
const code = (text: string | null, usual: string): string => (text && /^[A-Z]{3}$/.test(text) ? text : usual);
const list = (text: string | null): string[] => (text ? text.split(",").filter((id) => /^[\w-]{1,60}$/.test(id)) : []);

export function read(search: string): State {
  const words = new URLSearchParams(search);
  const worth: Record<string, number> = {};
  for (const item of words.get("worth")?.split(",") ?? []) {
    const [id, percent] = item.split(":");
    if (id && /^[\w-]{1,60}$/.test(id)) worth[id] = number(percent ?? null, 0, -90, 1000);
  }
  const own: Own[] = [];
  for (const item of words.get("own")?.split(",") ?? []) {
    const [way, percent] = item.split(":");
    if (way === "ab" || way === "ba" || way === "both") own.push({ way, percent: number(percent ?? null, 0, -90, 1000) });
  }
  const year = number(words.get("year"), 0, 1900, 2100);
  const date = words.get("date");
  return {
    a: code(words.get("a"), start.a),
    b: code(words.get("b"), start.b),
    times: number(words.get("times"), start.times, 0.01, 1000),
    theta: number(words.get("theta"), start.theta, 0.1, 100),
    claim: number(words.get("claim"), start.claim, 0, 100),
    year: year || null,
    date: date && /^\d{4}-\d{2}-\d{2}$/.test(date) ? date : null,
    lift: list(words.get("lift")),
    bring: list(words.get("bring")),
    worth,
    own: own.slice(0, 6),
    data: words.get("data")?.match(/^[\w-]{1,60}$/)?.[0] ?? null,
    view: words.get("view") === "dossier" ? "dossier" : "brief",
  };
}

export function write(state: State): string {
  const words = new URLSearchParams();
  const put = (name: string, value: string, usual: string) => {
    if (value !== usual) words.set(name, value);
  };
  put("view", state.view, start.view);
  words.set("a", state.a);
  words.set("b", state.b);
  words.set("times", String(state.times));
  put("theta", String(state.theta), String(start.theta));
  put("claim", String(state.claim), String(start.claim));
  put("year", String(state.year ?? ""), "");
  put("date", state.date ?? "", "");
  put("lift", state.lift.join(","), "");
  put("bring", state.bring.join(","), "");
  put("worth", Object.entries(state.worth).map(([id, x]) => `${id}:${x}`).join(","), "");
  put("own", state.own.map((o) => `${o.way}:${o.percent}`).join(","), "");
  put("data", state.data ?? "", "");
  return `?${words.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}
