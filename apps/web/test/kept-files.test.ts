/** What the service worker keeps, over caches and a network that are kept in memory. */
import { describe, expect, it } from "vitest"
import { SOCKET_PATHS } from "@holdfast/doors/inside/guard/routes"
import { FIRST_PARTS } from "@holdfast/doors/inside/guard/routes"
import { HUB_PATHS } from "../src/service-worker/hub-paths.ts"
import { KeptFiles } from "../src/service-worker/kept-files.ts"

const SCOPE = "https://example.org/team/"

/** Caches as browsers have them, as far as they are used. */
function memoryCaches() {
  const all = new Map<string, Map<string, Response>>()
  const keyOf = (request: RequestInfo | URL): string => String(request instanceof Request ? request.url : request)
  const cacheOf = (name: string) => {
    const cache = all.get(name) ?? new Map<string, Response>()
    all.set(name, cache)
    return {
      match: (request: RequestInfo | URL) => Promise.resolve(cache.get(keyOf(request))?.clone()),
      put: (request: RequestInfo | URL, response: Response) => Promise.resolve(void cache.set(keyOf(request), response)),
    }
  }
  const caches = {
    open: (name: string) => Promise.resolve(cacheOf(name)),
    keys: () => Promise.resolve([...all.keys()]),
    delete: (name: string) => Promise.resolve(all.delete(name)),
    match: (request: RequestInfo | URL) =>
      Promise.resolve(
        [...all.values()]
          .map((cache) => cache.get(keyOf(request)))
          .find((found) => found !== undefined)
          ?.clone(),
      ),
  }
  return { caches: caches as unknown as CacheStorage, all }
}

/** A network with files, which counts what is asked for; `null` is no network. */
function network(files: Record<string, string> | null) {
  const asked: Array<string> = []
  const state = { files }
  const fetch = (input: RequestInfo | URL): Promise<Response> => {
    const url = String(input instanceof Request || typeof input === "object" ? (input as { readonly url: string }).url : input)
    asked.push(url)
    if (state.files === null) return Promise.reject(new TypeError("no network"))
    const found = state.files[url.slice(SCOPE.length)]
    return Promise.resolve(new Response(found ?? "", { status: found === undefined ? 404 : 200 }))
  }
  return { fetch: fetch as typeof globalThis.fetch, asked, state }
}

const ask = (path: string, mode: RequestMode = "cors", method = "GET") => ({ url: SCOPE + path, mode, method })
const textOf = async (answer: Promise<Response> | undefined) => (answer === undefined ? undefined : (await answer).text())

describe("files that are kept", () => {
  it("APP-82 start the app without a network, at each of its addresses", async () => {
    const { caches } = memoryCaches()
    const net = network({ "": "page", "assets/main-1.js": "main", "icons/icon.svg": "icon" })
    const files = new KeptFiles(
      { version: "1", files: ["index.html", "assets/main-1.js", "icons/icon.svg"] },
      { caches, fetch: net.fetch, scope: SCOPE },
    )
    await files.fill()
    net.state.files = null
    for (const path of ["", "s/x/m/y", "settings/notifications", "?from=home", "new#x"])
      expect([path, await textOf(files.answer(ask(path, "navigate")))]).toEqual([path, "page"])
    expect(await textOf(files.answer(ask("assets/main-1.js")))).toBe("main")
    expect(await textOf(files.answer(ask("icons/icon.svg")))).toBe("icon")
  })

  it("APP-82 never hold anything that the hub answers, nor what is elsewhere, nor what changes something", async () => {
    const { caches, all } = memoryCaches()
    const net = network({ "": "page" })
    const files = new KeptFiles({ version: "1", files: ["index.html"] }, { caches, fetch: net.fetch, scope: SCOPE })
    await files.fill()
    for (const first of FIRST_PARTS) {
      expect(files.answer(ask(first, "navigate"))).toBeUndefined()
      expect(files.answer(ask(`${first}/x`, "navigate"))).toBeUndefined()
      expect(files.answer(ask(`${first}/x`))).toBeUndefined()
    }
    expect(files.answer({ url: "https://example.org/other", mode: "navigate", method: "GET" })).toBeUndefined()
    expect(files.answer({ url: "https://other.example/assets/x.js", mode: "cors", method: "GET" })).toBeUndefined()
    expect(files.answer(ask("assets/x.js", "cors", "POST"))).toBeUndefined()
    expect([...(all.get(`holdfast ${SCOPE} 1`)?.keys() ?? [])]).toEqual([SCOPE])
    expect([...HUB_PATHS].sort()).toEqual([...FIRST_PARTS].sort())
    expect(
      Object.values(SOCKET_PATHS)
        .flat()
        .every((path) => HUB_PATHS.has(path.split("/")[1] ?? "")),
    ).toBe(true)
  })

  it("APP-82 are those of one build: it takes over with all of them, or not at all", async () => {
    const { caches } = memoryCaches()
    const net = network({ "": "page" })
    const files = new KeptFiles(
      { version: "2", files: ["index.html", "assets/gone-2.js"] },
      { caches, fetch: net.fetch, scope: SCOPE },
    )
    await expect(files.fill()).rejects.toThrow("404")
  })

  it("APP-81 of the build before stay for pages that it was loaded in, those of older ones go, and none is loaded twice", async () => {
    const { caches, all } = memoryCaches()
    const net = network({ "": "page", "assets/a.js": "a", "assets/b.js": "b", "assets/c.js": "c" })
    const build = (version: string, ...files: ReadonlyArray<string>) =>
      new KeptFiles({ version, files: ["index.html", ...files] }, { caches, fetch: net.fetch, scope: SCOPE })
    all.set(`holdfast https://example.org/ 9`, new Map())
    await build("1", "assets/a.js").fill()
    await build("2", "assets/a.js", "assets/b.js").fill()
    const third = build("3", "assets/b.js", "assets/c.js")
    await third.fill()
    await third.clean()
    expect([...all.keys()]).toEqual(["holdfast https://example.org/ 9", `holdfast ${SCOPE} 2`, `holdfast ${SCOPE} 3`])
    expect(net.asked.filter((url) => url.endsWith("/a.js") || url.endsWith("/b.js"))).toHaveLength(2)
    net.state.files = null
    expect(await textOf(third.answer(ask("assets/a.js")))).toBe("a")
  })

  it("APP-82 that are seldom used are kept once they were", async () => {
    const { caches } = memoryCaches()
    const net = network({ "": "page", "assets/rust-1.js": "grammar" })
    const files = new KeptFiles({ version: "1", files: ["index.html"] }, { caches, fetch: net.fetch, scope: SCOPE })
    await files.fill()
    expect(await textOf(files.answer(ask("assets/rust-1.js")))).toBe("grammar")
    net.state.files = null
    expect(await textOf(files.answer(ask("assets/rust-1.js")))).toBe("grammar")
    await expect(files.answer(ask("assets/go-1.js"))).rejects.toThrow("no network")
  })
})
