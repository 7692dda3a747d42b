import { defineConfig } from "vite"

/** The hub that the page talks to. */
const hub = process.env.HOLDFAST_URL ?? "http://127.0.0.1:4653"

/**
 * The hub takes requests of pages of its own origin only. The page is served by Vite here, which passes its requests on under
 * the hub's name; what lets the page in is its key, which is in each request.
 */
const proxy = { target: hub, changeOrigin: true, ws: true, headers: { origin: new URL(hub).origin } }

export default defineConfig({
  oxc: { jsx: { runtime: "automatic" } },
  server: { proxy: { "/api": proxy } },
})
