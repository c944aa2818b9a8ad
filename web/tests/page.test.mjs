// The page in a browser: the main job, a file, a stopped answer, a link, colours, phone, and who cannot see.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { browser, serve } from "./serve.mjs";

let server;
let chrome;
const pictures = process.env.TURNOVER_PICTURES;

before(async () => {
  server = await serve();
  chrome = await browser();
  if (pictures) mkdirSync(pictures, { recursive: true });
});
after(async () => {
  await chrome?.close();
  await server?.end();
});

/** A page that fails its test where a script fails. */
async function open(path = "", options = {}) {
  const page = await chrome.newPage({ viewport: { width: 1400, height: 1000 }, ...options });
  page.on("pageerror", (error) => assert.fail(error));
  await page.goto(server.page + path);
  return page;
}

const settled = (page, times) => page.waitForFunction((t) => document.getElementById("settled")?.dataset.times === t, String(times));
const picture = async (page, name) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
};
const lead = (page) => page.textContent("#lead");
const answered = (page) => page.waitForFunction(() => document.querySelectorAll(".card .body:not([aria-busy])").length === 7 && document.querySelectorAll(".progress, .waiting").length === 0, undefined, { timeout: 60_000 });

test("the main job", async () => {
  const page = await open();
  await settled(page, 3);
  assert.equal(await page.textContent("h1"), "The United States and Russia");
  await answered(page);
  const words = await lead(page);
  for (const part of ["26.3 to 28.1 billion US dollars in 2019", "24.2 %", "That 90 % is not affected is undecided", "95 % interval"]) {
    assert.ok(words.includes(part), `${part}: ${words}`);
  }
  const charts = ["turnover-trend", "measures-timeline", "coverage-composition", "coverage-definitions", "reach-curve", "reach-map", "effect-by_year", "history-survival", "diversion-timeline"];
  for (const id of charts) {
    const figure = page.locator(`#figure-${id}`);
    assert.ok((await figure.locator("figcaption").textContent()).length > 10, id);
    assert.ok((await figure.locator(".source").textContent()).length > 10, id);
  }
  // The slider moves, the world settles, all that hangs on it follows.
  await page.focus("#times");
  for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowRight");
  await settled(page, 4);
  assert.match(await lead(page), /to multiply the trade by 4/i);
  await picture(page, "brief");
  await page.close();
});

test("a move of the slider is on the page within 50 ms", async () => {
  const page = await open();
  await answered(page);
  const times = [];
  for (let i = 0; i < 30; i++) {
    await page.focus("#times");
    await page.keyboard.press(i % 2 ? "ArrowLeft" : "ArrowRight");
    await settled(page, i % 2 ? 3 : 3.1);
    times.push(Number(await page.getAttribute("#settled", "data-ms")));
    await page.waitForTimeout(120);
  }
  times.sort((x, y) => x - y);
  const median = times[15];
  console.log(`slider: median ${median} ms, worst ${times[29]} ms of 30 moves, re-solved and redrawn`);
  // Printed, and only bounded far above: a busy machine must not fail the build.
  assert.ok(median < 500);
  await page.close();
});

test("measures are lifted, brought in and made up", async () => {
  const page = await open();
  await answered(page);
  await page.uncheck("#m-rus-2014-food");
  await page.waitForFunction(() => document.querySelector("#card-reach .body")?.textContent?.includes("levers"), undefined, { timeout: 5000 }).catch(() => undefined);
  await page.waitForFunction(() => document.querySelector("#card-coverage .body")?.textContent?.includes("Supposing that Food embargo (rus-2014-food) is lifted"));
  await page.waitForFunction(() => document.querySelector("#card-reach .body")?.textContent?.includes("Lift: Food embargo"));
  assert.ok(page.url().includes("lift=rus-2014-food") || (await page.waitForURL(/lift=rus-2014-food/)) === undefined);
  await page.check("#m-usa-2022-energy");
  await page.fill("#w-usa-2022-energy", "12");
  await page.press("#w-usa-2022-energy", "Enter");
  await page.waitForFunction(() => document.querySelector("#card-reach .body")?.textContent?.includes("Bring in: Import ban on energy"));
  await page.click("#add-own");
  await page.waitForFunction(() => document.querySelector("#card-reach .body")?.textContent?.includes("Your own: +10 %"));
  // All that rests on the switches says so: findings, charts, the line of time, the lead.
  const words = "Supposing that Food embargo (rus-2014-food) is lifted and that Import ban on energy (usa-2022-energy) is in force";
  await page.waitForFunction((w) => document.querySelector("#card-coverage .body")?.textContent?.includes(w), words);
  await page.waitForFunction(() => document.querySelector("#card-reach .body")?.textContent?.includes("Supposing these changes of trade costs"));
  const marked = await page.evaluate(() => ({
    findings: [...document.querySelectorAll("#card-coverage li, #card-reach li")].filter((li) => !li.textContent.startsWith("Supposed: ")).length,
    figures: [...document.querySelectorAll("#card-coverage figure, #card-reach figure, #figure-measures-timeline")].filter((f) => !f.querySelector("figcaption .supposed")).length,
    fact: document.querySelector("#cards").textContent.includes("measures in force on"),
  }));
  assert.deepEqual(marked, { findings: 0, figures: 0, fact: false });
  assert.ok((await lead(page)).includes(words));
  await picture(page, "levers");
  // The brief that is saved has the same figures: every finding of the page, word for word.
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  const codes = [["&#x27;", "'"], ["&#x2f;", "/"], ["&quot;", '"'], ["&lt;", "<"], ["&gt;", ">"], ["&amp;", "&"]];
  const saved = codes.reduce((text, [code, c]) => text.replaceAll(code, c), String(readFileSync(await file.path())));
  const shown = await page.evaluate(() =>
    ["turnover", "coverage", "reach", "history"].flatMap((id) => [...document.querySelectorAll(`#card-${id} .body > ul > li`)].map((li) => li.textContent.replace(/^Supposed: /, ""))));
  assert.ok(shown.length > 20);
  for (const text of shown) assert.ok(saved.includes(text), text);
  await page.close();
});

test("a ban that counts nothing in trade costs is named", async () => {
  const page = await open("?a=USA&b=RUS&times=3&bring=usa-2022-energy");
  await page.waitForFunction(() => document.querySelector("#card-reach .body")?.textContent?.includes("counts nothing here"));
  assert.ok((await page.textContent("#card-reach")).includes("usa-2022-energy"));
  await page.close();
});

test("a link holds the whole state", async () => {
  const page = await open("?a=USA&b=RUS&times=5&theta=6&claim=80&date=2019-10-31&lift=rus-2014-food&own=ab:-5");
  await settled(page, 5);
  await answered(page);
  const said = await lead(page);
  const cards = await page.textContent("#card-reach");
  assert.ok(cards.includes("Your own: -5 %"), cards);
  const again = await chrome.newPage();
  await page.click("#link");
  await again.goto(page.url());
  await settled(again, 5);
  await answered(again);
  assert.equal(await again.textContent("#lead"), said);
  assert.equal(await again.inputValue("#theta"), "6");
  assert.equal(await again.isChecked("#m-rus-2014-food"), false);
  await again.close();
  await page.close();
});

const drop = (page, name, text) =>
  page.evaluate(
    ([name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [name, text],
  );

test("a file is dropped: good, with strange columns, bad", async () => {
  const page = await open();
  await settled(page, 3);
  await drop(page, "flows.csv", "year,exporter,importer,product,value_usd\n2018,DEU,FRA,87,4e9\n2019,DEU,FRA,87,5e9\n2019,FRA,DEU,22,3e9\n");
  await page.waitForFunction(() => document.querySelector("#lead")?.textContent?.includes("8.00 billion US dollars in 2019"));
  assert.equal(await page.textContent("h1"), "Germany and France");
  assert.ok((await page.textContent("#card-turnover")).includes("flows.csv"));
  // The switches, the shares and the year are of the file's own latest year.
  await drop(page, "later.csv", "year,exporter,importer,product,value_usd\n2021,USA,RUS,87,4e9\n2023,USA,RUS,87,5e9\n2023,RUS,USA,27,3e9\n");
  await page.waitForFunction(() => document.querySelector("#lead")?.textContent?.includes("8.00 billion US dollars in 2023"));
  await page.waitForFunction(() => document.querySelector("#resolved")?.textContent === "Trade of 2023, measures as on 2023-12-31.");
  assert.equal(await page.getAttribute("#year", "placeholder"), "2023");
  await page.waitForFunction(() => document.querySelector("#m-usa-2022-energy")?.checked);
  await page.waitForFunction(() => document.querySelector("#card-coverage")?.textContent?.includes("in force on 2023-12-31"));
  await page.fill("#date", "2021-06-30");
  await page.waitForFunction(() => document.querySelector("#lead")?.textContent?.includes("in 2021"));
  await page.waitForFunction(() => !document.querySelector("#m-usa-2022-energy").checked);
  await page.fill("#date", "");
  // Columns that no reader could guess are named in a step of their own.
  await drop(page, "odd.csv", "jahr,von,nach,wert\n2019,USA,RUS,7\n2018,USA,RUS,6\n");
  const dialog = page.locator("#mapping");
  await dialog.waitFor({ state: "visible" });
  assert.ok((await dialog.textContent()).includes("no column for the"));
  await picture(page, "mapping");
  for (const [role, column] of [["year_column", "jahr"], ["exporter", "von"], ["importer", "nach"], ["value", "wert"], ["unit", "billion-usd"]]) {
    await dialog.locator(`select[name=${role}]`).selectOption(column);
  }
  await dialog.locator("button[type=submit]").click();
  await dialog.waitFor({ state: "hidden" });
  await page.waitForFunction(() => document.querySelector("#lead")?.textContent?.includes("7.00 billion US dollars in 2019"));
  // A cell that is wrong is named with file, line and column; what was there stays.
  await drop(page, "bad.csv", "year,exporter,importer,value_usd\n2019,USA,RUS,-7\n");
  await dialog.waitFor({ state: "visible" });
  assert.match(await dialog.textContent(), /bad\.csv, line 2, column `value_usd`/);
  await dialog.locator("button", { hasText: "Leave it" }).click();
  await drop(page, "empty.csv", "");
  await page.waitForFunction(() => document.querySelector("#file-state")?.textContent?.includes("is empty"));
  assert.ok((await lead(page)).includes("7.00 billion"));
  await page.close();
});

test("a long answer is stopped and asked again", async () => {
  const page = await open();
  // Held at the door until the test has seen it.
  await page.route("**/api/v1/jobs/*/events", async (route) => {
    await new Promise((r) => setTimeout(r, 1500));
    await route.continue();
  });
  await page.reload();
  await page.click("#stop-diversion", { timeout: 20_000 });
  await page.waitForSelector("#again-diversion");
  assert.ok((await page.textContent("#card-diversion")).includes("Stopped"));
  await page.click("#again-diversion");
  await page.waitForSelector("#figure-diversion-timeline", { timeout: 30_000 });
  await page.close();
});

test("the dossier", async () => {
  const page = await open("?view=dossier");
  await page.waitForSelector(".verdict");
  const words = await page.textContent("#cards");
  assert.ok(words.includes("Nine tenths of the trade is not affected by sanctions"), words);
  assert.ok((await page.locator(".statement").count()) >= 10);
  await picture(page, "dossier");
  await page.click("#to-brief");
  await settled(page, 3);
  await page.goBack();
  await page.waitForSelector(".verdict");
  await page.close();
});

test("charts are taken away as SVG, PNG and CSV, the brief as a page", async () => {
  const page = await open();
  await settled(page, 3);
  const figure = page.locator("#figure-reach-curve");
  const get = async (button) => {
    const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const svg = await get(figure.locator("button", { hasText: "SVG" }));
  assert.equal(svg.name, "reach-curve.svg");
  assert.ok(String(svg.bytes).includes("Times 3 takes a cost that is 24.2 % lower") && String(svg.bytes).includes("World Input-Output"));
  const png = await get(figure.locator("button", { hasText: "PNG" }));
  assert.equal(String(png.bytes.subarray(1, 4)), "PNG");
  assert.ok(png.bytes.readUInt32BE(16) >= 2 * 920, "sharp on paper");
  // A file needs nothing from elsewhere, whoever drew it.
  for (const id of ["reach-curve", "reach-map", "measures-timeline", "coverage-composition"]) {
    const alone = String((await get(page.locator(`#figure-${id} button`, { hasText: "SVG" }))).bytes);
    for (const absent of ["var(", "class=", "<style", "rgb(", "system-ui"]) assert.ok(!alone.includes(absent), `${id}: ${absent}`);
    assert.ok(alone.includes("font-family=") && alone.includes('fill="#ffffff"'), id);
    if (pictures) (await import("node:fs")).writeFileSync(`${pictures}/alone-${id}.svg`, alone);
  }
  assert.ok(png.bytes.length > 10_000, "the picture is not empty");
  if (pictures) (await import("node:fs")).writeFileSync(`${pictures}/chart.png`, png.bytes);
  const csv = await get(figure.locator("button", { hasText: "CSV" }));
  assert.ok(String(csv.bytes).startsWith("line,x,y_share\n"));
  const map = await get(page.locator("#figure-reach-map button", { hasText: "PNG" }));
  assert.ok(map.bytes.length > 10_000);
  if (pictures) (await import("node:fs")).writeFileSync(`${pictures}/map.png`, map.bytes);
  const brief = await get(page.locator("#save"));
  assert.ok(brief.name === "brief-USA-RUS.html" && String(brief.bytes).includes("26.3 to 28.1 billion"));
  await page.close();
});

test("dark, phone and print", async () => {
  for (const [name, options] of [
    ["dark", { colorScheme: "dark" }],
    ["phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ]) {
    const page = await open("", options);
    await answered(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}: ${wide} pixels too wide`);
    await picture(page, name);
    await page.close();
  }
  const page = await open();
  await answered(page);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.isVisible("#controls"), false);
  await picture(page, "print");
  await page.emulateMedia({ media: "screen" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.click("#theme");
  await page.click("#theme");
  assert.notEqual(await paper(), light, "the button darkens the page");
  await page.close();
});

test("keyboard and screen readers: axe finds no serious fault", async () => {
  const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
  for (const [path, scheme] of [["", "light"], ["", "dark"], ["?view=dossier", "light"]]) {
    // The page's own policy forbids scripts from elsewhere, axe too.
    const context = await chrome.newContext({ bypassCSP: true, colorScheme: scheme, viewport: { width: 1400, height: 1000 } });
    const page = await context.newPage();
    await page.goto(server.page + path);
    if (path) await page.waitForSelector(".verdict");
    else await answered(page);
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
    assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" | ")}`), [], `${path} ${scheme}`);
    await context.close();
  }
  const page = await open();
  await answered(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  await page.close();
});

test("the first paint comes soon, and the page is small", async () => {
  const paints = [];
  for (let i = 0; i < 5; i++) {
    const page = await open();
    await settled(page, 3);
    paints.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN));
    await page.close();
  }
  paints.sort((x, y) => x - y);
  const dist = new URL("../dist/", import.meta.url);
  const bytes = ["index.html", "page.js", "page.css", "world.json", "icon.svg"].map((f) => gzipSync(readFileSync(new URL(f, dist))).length);
  const total = bytes.reduce((x, y) => x + y, 0);
  console.log(`first contentful paint: median ${paints[2].toFixed(0)} ms; page: ${(total / 1000).toFixed(1)} kB compressed`);
  assert.ok(total < 500_000);
});
