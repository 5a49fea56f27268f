import react from "@vitejs/plugin-react";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** The server that the pages ask while they are worked on with `npx vite`. */
const API = `http://${process.env.CONSENTRY_LISTEN ?? "127.0.0.1:8000"}`;

/** Writes each file a second and third time in the codings that browsers take, so that the server never compresses. */
function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      const names = await readdir(folder, { recursive: true });
      const texts = names.filter((name) => /\.(css|html|js|svg|ttf)$/.test(name));
      await Promise.all(
        texts.map(async (name) => {
          const file = path.join(folder, name);
          const bytes = await readFile(file);
          const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
          await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, { params }));
          await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }));
        }),
      );
    },
  };
}

/** Takes the fonts out of GraphiQL's style sheet: half a megabyte of `data:` addresses, which the pages do not allow. */
function withoutFonts(): Plugin {
  return {
    name: "without-fonts",
    enforce: "pre",
    transform(code, id) {
      return id.includes("/graphiql/dist/") && id.endsWith(".css") ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : undefined;
    },
  };
}

export default defineConfig({
  plugins: [react(), withoutFonts(), compressed()],
  build: {
    // What is inlined would need a looser policy than the server gives these pages.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 5_000,
    rollupOptions: {
      input: ["index.html", "explorer.html"],
      onwarn(warning, warn) {
        // A word to React's compiler, which nobody runs here.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/graphql": API, "/explorer/actors.json": API } },
});
