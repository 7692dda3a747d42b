/**
 * Serves the app: its files as they were built, and its one page at every address of its own (docs/protocol/rules.md, G-20 to G-22).
 */
import { readFile } from "node:fs/promises"
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http"
import { extname } from "node:path"
import type { FileDoor } from "../FileDoor.ts"
import { FIRST_PARTS } from "../guard/routes.ts"
import { type AppFile, AppFiles, PAGE } from "./AppFiles.ts"
import { missingPage } from "./missing-page.ts"

/** What pages and scripts of the app may do. xterm and Radix insert `<style>`; `<base>` is what the path of a proxy is told by. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
}

/** Folder of the files whose names change with their content. */
const HASHED = "assets/"

/** What the build leaves in the page for the path below which the client sees the hub. */
const BASE = '<base href="/">'

/** Says what went wrong. */
type Report = (message: string, fields: Readonly<Record<string, unknown>>) => void

/** Makes the door for the app in a folder, or for none. `version` is the hub's. */
export function makeFileDoor(folder: string | undefined, version: string, report: Report): FileDoor {
  const files = new AppFiles(folder, (cause) => report("the list of the app's files cannot be read", { cause: String(cause) }))
  return {
    isFile: (path, isPage) => {
      const name = path.slice(1)
      // A page is loaded seldom, and a hashed file that is not known may be new.
      if (isPage || !name.startsWith(HASHED) || files.get(name) === undefined) files.refresh()
      return name === "" || name.startsWith(HASHED) || files.get(name) !== undefined || (isPage && isAppPage(name))
    },
    serve: (request, response, path, base) => {
      const name = nameOf(path.slice(1), files)
      const file = files.get(name)
      if (file !== undefined) return void serveFile(files, name, file, request, response, base)
      if (name === PAGE) return answer(request, response, 200, { "content-type": TYPES[".html"] }, missingPage(version))
      refuse(request, response)
    },
  }
}

/** Whether a name, which is no file, is an address inside the app: it stands below nothing that the hub answers itself. */
const isAppPage = (name: string): boolean => !FIRST_PARTS.has(name.split("/")[0] ?? "")

const nameOf = (name: string, files: AppFiles): string => (name.startsWith(HASHED) || files.get(name) !== undefined ? name : PAGE)

async function serveFile(
  files: AppFiles,
  name: string,
  file: AppFile,
  request: IncomingMessage,
  response: ServerResponse,
  base: string,
): Promise<void> {
  // The page is written for its base, and only that of the build is there compressed.
  const isRewritten = name === PAGE && base !== ""
  const encoding = isRewritten ? undefined : encodingFor(request.headers["accept-encoding"], file)
  const tag = `"${[file.hash, encoding, isRewritten ? base : undefined].filter((part) => part !== undefined).join(" ")}"`
  const headers = {
    "content-type": TYPES[extname(name)] ?? "application/octet-stream",
    "content-security-policy": POLICY,
    "cache-control": name.startsWith(HASHED) ? "public, max-age=31536000, immutable" : "no-cache",
    etag: tag,
    vary: "accept-encoding",
    ...(encoding === undefined ? {} : { "content-encoding": encoding }),
  }
  if (isKnown(request.headers["if-none-match"], tag)) return answer(request, response, 304, headers)
  if (request.method === "HEAD" && !isRewritten)
    return void response.writeHead(200, { ...headers, "content-length": file[encoding ?? "size"] }).end()
  const bytes = await readFile(files.pathOf(name, encoding)).catch(() => undefined)
  // A build that has just arrived took it away.
  if (bytes === undefined) return refuse(request, response)
  answer(request, response, 200, headers, isRewritten ? bytes.toString().replace(BASE, `<base href="${base}/">`) : bytes)
}

/** The smaller form that a client takes; one that it gives the weight 0 it does not. */
function encodingFor(accepted: string | undefined, file: AppFile): "br" | "gzip" | undefined {
  const taken = (accepted ?? "")
    .split(",")
    .flatMap((one) => (/;\s*q=0(?:\.0*)?\s*$/.test(one) ? [] : [one.split(";")[0]?.trim().toLowerCase()]))
  return (["br", "gzip"] as const).find((encoding) => file[encoding] !== undefined && taken.includes(encoding))
}

/** Whether the client has what it asks for (RFC 9110 section 13.1.2). */
const isKnown = (header: string | undefined, tag: string): boolean =>
  header !== undefined && header.split(",").some((one) => one.trim().replace(/^W\//, "") === tag || one.trim() === "*")

function answer(
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body?: string | Uint8Array,
): void {
  if (response.destroyed) return
  const bytes = typeof body === "string" ? Buffer.from(body) : body
  response.writeHead(status, { ...headers, ...(bytes === undefined ? {} : { "content-length": bytes.length }) })
  response.end(method === "HEAD" ? undefined : bytes)
}

const refuse = (request: IncomingMessage, response: ServerResponse): void =>
  answer(
    request,
    response,
    404,
    { "content-type": "application/json; charset=utf-8" },
    JSON.stringify({
      error: { tag: "NotFound", message: "this file belongs to another version of the app; load the page again" },
    }),
  )
