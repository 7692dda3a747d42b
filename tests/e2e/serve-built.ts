/** Serves the built app in the place of a hub that does not: at the hub's own origin, under the policy of the app. */
import { readFileSync } from "node:fs"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { build } from "vite"
import type { Context } from "./playwright.ts"

const APP = fileURLToPath(new URL("../../apps/web/", import.meta.url))

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self'; img-src 'self' blob: data:; " +
  "media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
}

/** Paths that the hub answers. */
const HUB = /^\/(?:api|ai|docs|health|metrics|open|openapi\.json|rpc|socket\.io)\b/

let built: Promise<unknown> | undefined

/** Answers a context's requests for the app. */
export async function serveBuilt(context: Context, hub: HubProcess): Promise<void> {
  const { headers } = await fetch(hub.url())
  if (headers.get("content-security-policy")?.includes("worker-src") === true) return
  // What is answered here comes from no network, and may not ask the hub without this.
  await context.grantPermissions(["local-network-access"])
  await (built ??= build({ root: APP, configFile: `${APP}vite.config.ts`, logLevel: "error" }))
  await context.route(new RegExp(`^${hub.url()}/`), async (route) => {
    const { pathname } = new URL(route.request().url())
    if (HUB.test(pathname)) return route.fallback()
    const file = /^\/assets\//.test(pathname) ? pathname : "/index.html"
    const type = TYPES[extname(file)] ?? "application/octet-stream"
    const answer = { "content-type": type, "content-security-policy": POLICY }
    await route.fulfill({ status: 200, headers: answer, body: readFileSync(`${APP}dist/app${file}`) })
  })
}
