import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { brotliDecompressSync, brotliCompressSync, gunzipSync, gzipSync } from "node:zlib"
import { request as httpRequest } from "node:http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Door, startDoor } from "../http/start.ts"

const PAGE = '<!doctype html><html><head><base href="/"><title>app</title></head><body></body></html>'
const SCRIPT = "console.log(1)\n".repeat(100)
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"

const folder = mkdtempSync(join(tmpdir(), "holdfast-app-"))
let builds = 0

/** Writes what a build writes. */
function build(files: Readonly<Record<string, string>>): void {
  const list = Object.entries(files).map(([name, content]) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    const [br, gzip] = [brotliCompressSync(content), gzipSync(content)]
    if (name.endsWith(".js"))
      for (const [ending, bytes] of [
        ["br", br],
        ["gz", gzip],
      ] as const)
        writeFileSync(`${path}.${ending}`, bytes)
    const small = name.endsWith(".js") ? { br: br.length, gzip: gzip.length } : {}
    return [name, { hash: `h${content.length}`, size: content.length, ...small }] as const
  })
  writeFileSync(join(folder, "files.json"), JSON.stringify({ files: Object.fromEntries(list) }))
  const time = new Date(1_700_000_000_000 + ++builds * 1000)
  utimesSync(join(folder, "files.json"), time, time)
}

const HTML = { accept: "text/html" }

/** Bytes of an answer as they came. */
const bytesOf = (
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<{ readonly encoding: string; readonly bytes: Buffer }> =>
  new Promise((resolve, reject) => {
    httpRequest({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () => resolve({ encoding: response.headers["content-encoding"] ?? "", bytes: Buffer.concat(chunks) }))
    })
      .on("error", reject)
      .end()
  })

let door: Door
let proxied: Door
beforeAll(async () => {
  build({ "index.html": PAGE, "assets/main-x1.js": SCRIPT, "service-worker.js": "self", "icons/icon.svg": "<svg/>" })
  ;[door, proxied] = await Promise.all([
    startDoor({}, undefined, folder),
    startDoor({ trustProxy: "https://example.org/team" }, undefined, folder),
  ])
})
afterAll(async () => {
  await Promise.all([door.stop(), proxied.stop()])
  rmSync(folder, { recursive: true, force: true })
})

describe("the files of the app", () => {
  it("G-20 G-21 are served to everyone under their policy, and the page at each of its addresses", async () => {
    for (const path of ["/", "/s/01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70", "/settings?x=1"]) {
      const answer = await door.send(path, { token: "", headers: HTML })
      expect([path, answer.status, answer.text]).toEqual([path, 200, PAGE])
      expect(answer.headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-cache",
      })
      expect(answer.headers["set-cookie"]).toBeUndefined()
    }
    const worker = await door.send("/service-worker.js", { token: "" })
    expect([worker.text, worker.headers["content-type"], worker.headers["cache-control"]]).toEqual([
      "self",
      "text/javascript; charset=utf-8",
      "no-cache",
    ])
    const script = await door.send("/assets/main-x1.js", { token: "" })
    expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable")
    expect((await door.send("/icons/icon.svg", { token: "" })).headers["content-security-policy"]).toBe(POLICY)
  })

  it("G-20 nothing but what is on the list is reached, and what belongs to the hub stays its own", async () => {
    writeFileSync(join(folder, "secret.txt"), "secret")
    writeFileSync(join(folder, "assets/secret.js"), "secret")
    const table: ReadonlyArray<readonly [path: string, status: number]> = [
      ["/secret.txt", 401],
      ["/files.json", 401],
      ["/assets/secret.js", 404],
      ["/assets/main-x1.js.br", 404],
      ["/assets/../files.json", 404],
      ["/assets/%2e%2e/files.json", 404],
      ["/assets/..%2ffiles.json", 404],
      ["/..%2f..%2fetc/passwd", 401],
      ["//etc/passwd", 401],
      ["/api/nothing", 401],
      ["/api", 401],
      ["/metrics", 401],
    ]
    for (const [path, status] of table) {
      const answer = await door.send(path, { token: "" })
      expect([path, answer.status, answer.text.includes("secret")]).toEqual([path, status, false])
    }
    for (const path of ["/api/nothing", "/api", "/ai/nothing", "/rpc/nothing", "/open/x", "/assets/secret.js"]) {
      const answer = await door.send(path, { token: "", headers: HTML })
      expect([path, answer.status >= 400]).toEqual([path, true])
    }
    expect((await door.send("/", { method: "POST", token: "", body: "{}" })).status).toBe(401)
    expect((await door.send("/", { method: "GET", token: "", body: "{}" })).status).toBe(400)
  })

  it("G-22 are sent compressed to who takes that, whole otherwise, and not at all to who has them", async () => {
    const of = (accept: string) => bytesOf(door.port, "/assets/main-x1.js", { "accept-encoding": accept })
    const [best, old, refused, plain] = await Promise.all([
      of("gzip, deflate, br"),
      of("gzip;q=0.5"),
      of("br;q=0, gzip;q=0.0"),
      of("identity"),
    ])
    expect([best.encoding, brotliDecompressSync(best.bytes).toString()]).toEqual(["br", SCRIPT])
    expect([old.encoding, gunzipSync(old.bytes).toString()]).toEqual(["gzip", SCRIPT])
    for (const one of [refused, plain]) expect([one.encoding, one.bytes.toString()]).toEqual(["", SCRIPT])
    const { headers } = await door.send("/", { token: "" })
    const again = await door.send("/", { token: "", headers: { "if-none-match": `"other", W/${String(headers.etag)}` } })
    expect([again.status, again.text, again.headers.etag]).toEqual([304, "", headers.etag])
    const script = await door.send("/assets/main-x1.js", { token: "", headers: { "accept-encoding": "br" } })
    expect(script.headers.vary).toBe("accept-encoding")
    expect(script.headers.etag).not.toBe((await door.send("/assets/main-x1.js", { token: "" })).headers.etag)
  })

  it("G-20 HEAD says what GET would", async () => {
    for (const path of ["/", "/assets/main-x1.js", "/s/x"]) {
      const [get, head] = await Promise.all(
        ["GET", "HEAD"].map((method) => door.send(path, { method, token: "", headers: HTML })),
      )
      expect([head?.status, head?.text, head?.headers["content-length"], head?.headers.etag]).toEqual([
        200,
        "",
        get?.headers["content-length"],
        get?.headers.etag,
      ])
    }
  })

  it("G-19 the page names the path of the proxy, and links and locations are below it", async () => {
    const host = { host: "example.org", ...HTML }
    const page = PAGE.replace('href="/"', 'href="/team/"')
    for (const path of ["/team", "/team/", "/team/s/x", "/", "/s/x"])
      expect([path, (await proxied.send(path, { token: "", headers: host })).text]).toEqual([path, page])
    const direct = await proxied.send("/", { token: "", headers: HTML })
    expect(direct.text).toBe(PAGE)
    expect((await proxied.send("/", { token: "", headers: host })).headers.etag).not.toBe(direct.headers.etag)
    const kept = { "if-none-match": String(direct.headers.etag) }
    expect((await proxied.send("/", { token: "", headers: { ...host, ...kept } })).status).toBe(200)
    const link = (await proxied.send("/team/api/links", { method: "POST", body: "{}", headers: { host: "example.org" } })).json()
    expect(link["url"]).toMatch(/^https:\/\/example\.org\/team\/open\?link=/)
    const opened = await proxied.send(new URL(String(link["url"])).pathname + new URL(String(link["url"])).search, {
      token: "",
      headers: host,
    })
    expect([opened.status, opened.text.includes("data-key=")]).toEqual([200, true])
    const made = await proxied.send("/team/api/sessions", {
      method: "POST",
      body: JSON.stringify({ kind: "terminal" }),
      headers: { host: "example.org" },
    })
    expect(made.headers.location).toBe(`/team/api/sessions/${String(made.json()["id"])}`)
  })

  it("G-22 a build that arrives is served from then on, and the files of the one before while they are listed", async () => {
    build({ "index.html": `${PAGE}<!-- 2 -->`, "assets/main-x1.js": SCRIPT, "assets/main-x2.js": "two" })
    expect((await door.send("/assets/main-x2.js", { token: "" })).text).toBe("two")
    expect((await door.send("/assets/main-x1.js", { token: "" })).text).toBe(SCRIPT)
    expect((await door.send("/", { token: "" })).text).toContain("<!-- 2 -->")
    rmSync(join(folder, "assets/main-x1.js"))
    const gone = await door.send("/assets/main-x1.js", { token: "" })
    expect([gone.status, gone.json().error?.["tag"]]).toEqual([404, "NotFound"])
  })

  it("G-20 while the list cannot be read the app is served as it was, which is said once", async () => {
    const before = (await door.send("/", { token: "", headers: HTML })).text
    writeFileSync(join(folder, "files.json"), '{"files": {"index.html": {"ha')
    for (let n = 0; n < 3; n++) {
      const answer = await door.send("/", { token: "", headers: HTML })
      expect([answer.status, answer.text]).toEqual([200, before])
    }
    expect((await door.send("/assets/unknown.js", { token: "" })).status).toBe(404)
    expect(door.lines.filter((line) => line.includes("the list of the app's files cannot be read"))).toHaveLength(1)
    build({ "index.html": PAGE })
    expect((await door.send("/", { token: "", headers: HTML })).text).toBe(PAGE)
  })

  it("G-20 a hub without a built app says so", async () => {
    const without = await startDoor()
    const answer = await without.send("/", { token: "", headers: HTML })
    expect([answer.status, answer.text.includes("npm run build")]).toEqual([200, true])
    expect((await without.send("/package.json", { token: "" })).status).toBe(401)
    await without.stop()
  })
})
