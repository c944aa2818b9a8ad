import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { defineConfig } from "vite";

// Names without hashes: the program embeds the files by name and tags them by content itself.
export default defineConfig({
  plugins: [
    {
      name: "world",
      closeBundle() {
        mkdirSync("dist", { recursive: true });
        copyFileSync("node_modules/world-atlas/countries-110m.json", "dist/world.json");
        // What is built in asks that its terms go with it.
        const text = ["d3-geo", "d3-array", "internmap", "topojson-client", "world-atlas"].map(
          (name) => `${name}\n\n${readFileSync(`node_modules/${name}/${existsSync(`node_modules/${name}/LICENSE`) ? "LICENSE" : "LICENSE.md"}`, "utf8").trim()}\n`,
        );
        text.push("Shapes of countries: Natural Earth, public domain.\n");
        writeFileSync("dist/licences.txt", text.join("\n----\n\n"));
      },
    },
  ],
  build: {
    modulePreload: false,
    rollupOptions: {
      output: {
        entryFileNames: "page.js",
        assetFileNames: (asset) => (asset.names[0]?.endsWith(".css") ? "page.css" : "[name][extname]"),
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8377", "/chart.css": "http://127.0.0.1:8377", "/world.json": "http://127.0.0.1:8377" } },
});
