// Starts the built program and a browser for the tests.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { chromium } from "playwright-core";

const program = new URL("../../target/release/turnover", import.meta.url).pathname;

/** The program on a port of the system's choice. */
export async function serve(...words) {
  const child = spawn(program, ["serve", "--port", "0", ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const page = /http:\/\/\S+/.exec(String(line))[0];
  return {
    page,
    port: Number(new URL(page).port),
    async end() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** Debian's Chromium, and nothing that asks for a network. */
export function browser() {
  const path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  if (!path) throw new Error("the tests need Debian's chromium: apt-get install chromium");
  return chromium.launch({
    executablePath: path,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}
