/**
 * The files of the app that the service worker keeps, so that the app starts without a network (docs/protocol/app-rules.md, APP-82).
 *
 * Each build has a cache of its own, filled before the build may take over. The cache of the one before stays, for pages that were
 * loaded from it. Nothing of the hub's own answers is ever kept.
 */
import { HUB_PATHS } from "./hub-paths.ts"

/** A build of the app. */
export interface Build {
  readonly version: string
  /** Names of the files that are kept from the start. */
  readonly files: ReadonlyArray<string>
}

/** Folder of the files whose names change with their content. */
const HASHED = "assets/"
const PAGE = "index.html"

/** What is taken of the worker's surroundings. */
export interface KeptFilesParts {
  readonly caches: CacheStorage
  readonly fetch: typeof fetch
  /** Address of the app, with a slash at its end. */
  readonly scope: string
}

/** The kept files of a build. */
export class KeptFiles {
  readonly #parts: KeptFilesParts
  readonly #build: Build
  readonly #known: ReadonlySet<string>

  constructor(build: Build, parts: KeptFilesParts) {
    this.#build = build
    this.#parts = parts
    this.#known = new Set(build.files)
  }

  /** Gets every file of the build; rejects when one is missing, and then the build does not take over. */
  async fill(): Promise<void> {
    const { caches, fetch } = this.#parts
    const cache = await caches.open(this.#name)
    await Promise.all(
      this.#build.files.map(async (file) => {
        const url = this.#urlOf(file)
        const isHashed = file.startsWith(HASHED)
        // What an earlier build has under the same hash is the same.
        const found = isHashed ? await caches.match(url, { ignoreVary: true }) : undefined
        const answer = found ?? (await fetch(url, { cache: isHashed ? "default" : "no-cache" }))
        if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
        await cache.put(url, answer)
      }),
    )
  }

  /** Removes the caches of all builds but this one and the one before. */
  async clean(): Promise<void> {
    const { caches } = this.#parts
    const own = (await caches.keys()).filter((name) => name.startsWith(this.#prefix) && name !== this.#name)
    await Promise.all(own.slice(0, -1).map((name) => caches.delete(name)))
  }

  /** The answer to a request of a page; `undefined` for one that goes to the network as it is. */
  answer(request: Pick<Request, "method" | "mode" | "url">): Promise<Response> | undefined {
    const { fetch, scope } = this.#parts
    const [url = ""] = request.url.split(/[?#]/, 1)
    if (request.method !== "GET" || !url.startsWith(scope)) return undefined
    const name = url.slice(scope.length)
    if (request.mode === "navigate")
      return HUB_PATHS.has(name.split("/")[0] ?? "") ? undefined : this.#kept(PAGE, () => fetch(request as Request))
    if (name.startsWith(HASHED)) return this.#kept(name, () => this.#keep(name))
    return this.#known.has(name) ? this.#kept(name, () => fetch(request as Request)) : undefined
  }

  get #prefix(): string {
    return `holdfast ${this.#parts.scope} `
  }

  get #name(): string {
    return this.#prefix + this.#build.version
  }

  /** The page is asked for at the address of the app, where the hub writes the path of a proxy into it. */
  #urlOf(name: string): string {
    return this.#parts.scope + (name === PAGE ? "" : name)
  }

  async #kept(name: string, otherwise: () => Promise<Response>): Promise<Response> {
    const { caches } = this.#parts
    const cache = await caches.open(this.#name)
    const url = this.#urlOf(name)
    const own = await cache.match(url, { ignoreVary: true })
    // Pages that were loaded from the build before ask for its files.
    return own ?? (name.startsWith(HASHED) ? await caches.match(url, { ignoreVary: true }) : undefined) ?? otherwise()
  }

  /** Gets a hashed file that is seldom used, and keeps it. */
  async #keep(name: string): Promise<Response> {
    const { caches, fetch } = this.#parts
    const url = this.#urlOf(name)
    const answer = await fetch(url)
    if (answer.ok) await (await caches.open(this.#name)).put(url, answer.clone())
    return answer
  }
}
