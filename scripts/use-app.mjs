/** The app of an installed `holdfast`, asked for as a browser does. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
}

/** What only this server may give to the page, and nothing else: foreign scripts, evaluation, other servers. */
const POLICY = ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "worker-src 'self'", "frame-ancestors 'none'"]

/** Gets a file, which must come with its type and the policy; gives its bytes. */
async function file(origin, path, type, headers = {}) {
  const answer = await fetch(`${origin}/${path}`, { headers })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const given = answer.headers.get("content-type")
  if (answer.status !== 200 || given !== type) throw new Error(`/${path} answers ${answer.status}, ${given}; not 200, ${type}`)
  const policy = (answer.headers.get("content-security-policy") ?? "").split("; ")
  const missing = POLICY.filter((rule) => !policy.includes(rule))
  if (missing.length > 0) throw new Error(`/${path} comes without ${missing.join("; ")}`)
  return { bytes, encoding: answer.headers.get("content-encoding") }
}

const typeOf = (name) => TYPES[name.split(".").at(-1)]

/** Loads the app from a hub as a browser does: page, scripts, styles, service worker, manifest, and then every file that was installed. */
export async function useApp({ reach }, installed) {
  const origin = reach().HOLDFAST_URL
  const page = String((await file(origin, "", TYPES.html)).bytes)
  const inside = String((await file(origin, "s/any", TYPES.html, { accept: "text/html" })).bytes)
  if (inside !== page || !page.includes('<base href="/">')) throw new Error("an address inside the app shows another page")
  if (/<script(?![^>]* src=)/.test(page)) throw new Error("the page has a script in it, which its policy forbids")
  const named = [...page.matchAll(/<(?:script|link)\b[^>]*? (?:src|href)="\.\/([^"]+)"/g)].map(([, name]) => name)
  for (const kind of ["js", "css", "webmanifest"])
    if (!named.some((name) => name.endsWith(`.${kind}`))) throw new Error(`the page names no .${kind}`)
  for (const name of named) await file(origin, name, typeOf(name))
  const { icons, start_url: start } = JSON.parse((await file(origin, "manifest.webmanifest", TYPES.webmanifest)).bytes)
  for (const { src, type } of icons) await file(origin, src, type)
  if (start !== "./") throw new Error(`the manifest starts at ${start}`)
  const worker = String((await file(origin, "service-worker.js", TYPES.js)).bytes)
  const unknown = named.filter((name) => name.startsWith("assets/") && !worker.includes(name))
  if (unknown.length > 0) throw new Error(`the service worker does not keep ${unknown}`)
  const { files } = JSON.parse(readFileSync(join(installed, "dist/web/files.json"), "utf8"))
  for (const [name, { hash, br }] of Object.entries(files)) {
    const { bytes, encoding } = await file(origin, name, typeOf(name), { "accept-encoding": "br" })
    const isSame = createHash("sha256").update(bytes).digest("base64url").startsWith(hash)
    if (!isSame || (br !== undefined && encoding !== "br")) throw new Error(`/${name} is not as it was built`)
  }
  const gone = await fetch(`${origin}/assets/of-another-version.js`)
  if (gone.status !== 404) throw new Error(`a file of another version answers ${gone.status}`)
  if (!existsSync(join(installed, "dist/player.html"))) throw new Error("the player of exported files is missing")
  return `${Object.keys(files).length} files`
}
