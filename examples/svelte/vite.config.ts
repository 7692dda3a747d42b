import { fileURLToPath } from "node:url"
import { svelte } from "@sveltejs/vite-plugin-svelte"
import { defineConfig } from "vite"

const source = (path: string): string => fileURLToPath(new URL(`../../packages/client/src/${path}`, import.meta.url))

const target = process.env["HOLDFAST_URL"] ?? "http://127.0.0.1:4653"

// oxlint-disable-next-line import/no-default-export
export default defineConfig({
  plugins: [svelte()],
  define: { HOLDFAST_TOKEN: JSON.stringify(process.env["HOLDFAST_TOKEN"]) },
  resolve: {
    // The sources of this repository, in place of the package.
    alias: [
      { find: /^@holdfast\/client$/, replacement: source("index.ts") },
      { find: /^@holdfast\/client\/model$/, replacement: source("model/index.ts") },
      { find: /^@holdfast\/client\/outbox$/, replacement: source("outbox/index.ts") },
    ],
  },
  server: {
    proxy: {
      "/api": {
        target,
        changeOrigin: true,
        ws: true,
        // The page has the proxy's origin, and the hub accepts only its own.
        headers: { origin: target },
      },
    },
  },
})
