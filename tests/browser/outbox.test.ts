import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { afterAll, beforeAll, describe, it } from "vitest"
import { bundled, fromMemory } from "@holdfast/testkit/bundled"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { wholeLog } from "@holdfast/testkit/logs"
import { startLossyProxy, type LossyProxy } from "@holdfast/testkit/lossy-proxy"
import { launchBrowser, type Browser, type Context, type DevTools, type Page } from "./chromium.ts"

/** What a page uses, and the stores below it. */
const ENTRY = fileURLToPath(new URL("../../packages/client/src/outbox/page.js", import.meta.url))
const EXPORTS = `export * from "./index.ts"
    export { indexedDbStore } from "./indexeddb.ts"
    export { memoryStore } from "./OutboxStore.ts"`

/** A page in a frame that may keep nothing: no database, no locks. */
const FRAME = `<!doctype html><script src="/outbox.js"></script><script>
  const send = async (operation, input) => (parent.postMessage(input.text, "*"), { seq: 1 })
  library.openOutbox({ name: "frame", send }).then(async (outbox) => {
    const { kind, isDurable, problem } = outbox.state
    await outbox.send("a", { text: "sent from memory" }).done
    parent.postMessage({ kind, isDurable, tag: problem.tag }, "*")
  })
</script>`
const AROUND = `<!doctype html><script>window.heard = []; onmessage = ({ data }) => window.heard.push(data)</script>
  <iframe sandbox="allow-scripts" src="/frame.html"></iframe>`

const numbers = (texts: ReadonlyArray<string>, name: string): ReadonlyArray<number> =>
  texts.filter((text) => text.startsWith(`${name}/`)).map((text) => Number(text.split("/")[1]))
const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, n) => n + 1)

const addAll = (page: Page, count: number) =>
  page.evaluate(`Promise.all(add(${count}).map(({ stored }) => stored)).then(() => undefined)`)
const counts = (page: Page) => page.evaluate("outbox.state.counts") as Promise<Record<string, number>>
const isSending = (page: Page) => page.evaluate("outbox.state.isSending")

/** An origin of its own with its tabs, the way from it to the hub, and the session that its marks go to. */
class Place {
  readonly proxy: LossyProxy
  readonly context: Context
  readonly #hub: HubProcess
  readonly #session: string

  private constructor(hub: HubProcess, proxy: LossyProxy, context: Context, session: string) {
    this.#hub = hub
    this.proxy = proxy
    this.context = context
    this.#session = session
  }

  static async open(hub: HubProcess, browser: Browser, script: string): Promise<Place> {
    const proxy = await startLossyProxy(() => hub.port(), 5, {
      "/outbox.js": ["text/javascript", script],
      "/page.html": ["text/html", `<!doctype html><title>outbox</title><script src="/outbox.js"></script>`],
      "/frame.html": ["text/html", FRAME],
      "/around.html": ["text/html", AROUND],
    })
    const made = await hub.call<{ readonly id: string }>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    return new Place(hub, proxy, await browser.newContext({ bypassCSP: true }), made.body.id)
  }

  /** Opens a tab with the outbox as `window.outbox`; `add(count)` adds marks that name the tab. */
  async tab(name: string): Promise<Page> {
    const page = await this.context.newPage()
    await page.goto(`${this.proxy.url()}/page.html`)
    await page.evaluate(`(async () => {
      const send = library.sendOverHttp({ origin: "", fetch, token: ${JSON.stringify(this.#hub.token)} })
      window.outbox = await library.openOutbox({ name: "box", send })
      window.add = (count, more = "") => Array.from({ length: count }, (_, n) =>
        outbox.add("log.mark", { session: ${JSON.stringify(this.#session)}, text: ${JSON.stringify(name)} + "/" + (n + 1) + more }))
    })()`)
    return page
  }

  async marks(): Promise<ReadonlyArray<string>> {
    return (await wholeLog(this.#hub, this.#session)).flatMap(({ type, data }) =>
      type === "marked" ? [(data as { readonly text: string }).text] : [],
    )
  }

  /** Ends a tab at once, as a crash does: it may say and write nothing more. */
  async crash(page: Page): Promise<void> {
    const tools: DevTools = await this.context.newCDPSession(page)
    // The page that should answer is gone.
    tools.send("Page.crash").catch(() => undefined)
    await new Promise<void>((resolve) => page.on("crash", () => resolve()))
    await page.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close()
    await this.proxy.stop()
  }
}

// One of them waits for five seconds, in which the others are done.
describe.concurrent("an outbox in a browser", () => {
  let browser: Browser
  let hub: HubProcess
  let script = ""

  beforeAll(async () => {
    const options = { plugins: [fromMemory(ENTRY, EXPORTS)], transform: { target: "es2024" } }
    script = await bundled(ENTRY, options, { format: "iife", name: "library" })
    ;[hub, browser] = await Promise.all([startHub(), launchBrowser()])
  })
  afterAll(async () => {
    await browser.close()
    await hub.stop()
  })
  const open = () => Place.open(hub, browser, script)

  it("C-50 C-52 C-57 check:O7 three tabs with 100 commands each: every one once, in order, through lost answers and two crashes of the sender", async ({
    expect,
  }) => {
    await using place = await open()
    let tabs = [await place.tab("a"), await place.tab("b"), await place.tab("c")]
    place.proxy.refuse()
    await Promise.all(tabs.map((tab) => addAll(tab, 100)))
    const lost = place.proxy.lost()
    place.proxy.allow()
    await Promise.all(tabs.map((tab) => tab.evaluate("outbox.wake()")))
    for (const enough of [60, 120]) {
      await expect.poll(async () => (await place.marks()).length, { timeout: 60_000, interval: 50 }).toBeGreaterThan(enough)
      const sending = await Promise.all(tabs.map(isSending))
      const sender = tabs[sending.indexOf(true)] as Page
      await place.crash(sender)
      tabs = tabs.filter((tab) => tab !== sender)
    }
    expect(tabs).toHaveLength(1)
    await expect.poll(async () => (await place.marks()).length, { timeout: 120_000, interval: 200 }).toBe(300)
    await expect.poll(() => counts(tabs[0] as Page)).toMatchObject({ pending: 0, processing: 0, failed: 0 })
    const texts = await place.marks()
    for (const name of ["a", "b", "c"]) expect(numbers(texts, name)).toEqual(upTo(100))
    expect(place.proxy.lost() - lost).toBeGreaterThan(50)
  })

  it("C-57 C-60 a frozen tab is robbed of its turn, and shows what the other did when it is thawed", async ({ expect }) => {
    await using place = await open()
    const [frozen, other] = [await place.tab("a"), await place.tab("b")]
    // Calls that hang, so that the tab stands still where it has no transaction under way: that would hold up the other.
    place.proxy.hang()
    await addAll(frozen, 3)
    await expect.poll(() => isSending(frozen)).toBe(true)
    await expect.poll(() => counts(other)).toMatchObject({ pending: 2, processing: 1 })
    await expect.poll(() => counts(frozen)).toMatchObject({ pending: 2, processing: 1 })
    // A headless browser freezes no tab, as none is hidden; one that is halted by the debugger keeps its lock and stands as still.
    const tools = await place.context.newCDPSession(frozen)
    await tools.send("Debugger.enable")
    await tools.send("Debugger.pause")
    await addAll(other, 3)
    place.proxy.allow()
    const began = performance.now()
    await expect.poll(async () => (await place.marks()).length, { timeout: 30_000, interval: 50 }).toBe(6)
    expect(performance.now() - began).toBeGreaterThan(2000)
    const passed = place.proxy.passed()
    await tools.send("Debugger.disable")
    await expect.poll(() => counts(frozen)).toEqual({ pending: 0, processing: 0, failed: 0, completed: 6 })
    await expect.poll(() => isSending(frozen)).toBe(false)
    expect(numbers(await place.marks(), "a")).toEqual([1, 2, 3])
    expect(numbers(await place.marks(), "b")).toEqual([1, 2, 3])
    expect(place.proxy.passed() - passed).toBeLessThanOrEqual(1)
  })

  it("C-57 C-60 a tab learns the outcome of what another sent, and a lock is held only while there is something to send", async ({
    expect,
  }) => {
    await using place = await open()
    const [first, second] = [await place.tab("a"), await place.tab("b")]
    const outcome = "Promise.all(add(3).map(({ done }) => done)).then((answers) => answers.map(({ seq }) => typeof seq))"
    const answers = await Promise.all([first, second].map((tab) => tab.evaluate(outcome)))
    expect(answers).toEqual([upTo(3).map(() => "number"), upTo(3).map(() => "number")])
    const held = () => second.evaluate("navigator.locks.query().then(({ held, pending }) => held.length + pending.length)")
    await expect.poll(held).toBe(0)
    // Closed, and opened again: nothing is left to send, and the last answers are still there.
    await first.close()
    const third = await place.tab("c")
    expect(await counts(third)).toEqual({ pending: 0, processing: 0, failed: 0, completed: 6 })
  })

  it("C-59 a full disk refuses what is new, and what was stored is sent", async ({ expect }) => {
    await using place = await open()
    const blank = await place.context.newPage()
    await blank.goto(`${place.proxy.url()}/around.html`)
    const tools = await place.context.newCDPSession(blank)
    await tools.send("Storage.overrideQuotaForOrigin", { origin: place.proxy.url(), quotaSize: 512 * 1024 })
    const tab = await place.tab("a")
    place.proxy.refuse()
    await addAll(tab, 2)
    const refused = await tab.evaluate(`add(1, "x".repeat(3_000_000))[0].stored.then(() => "stored", (error) => error.tag)`)
    expect(refused).toBe("OutboxNotStored")
    expect(await tab.evaluate("outbox.state.problem.message")).toContain("storage fails")
    const { pending = 0, processing = 0, failed } = await counts(tab)
    expect([pending + processing, failed]).toEqual([2, 0])
    place.proxy.allow()
    await tab.evaluate("outbox.wake()")
    await expect.poll(async () => numbers(await place.marks(), "a"), { timeout: 20_000 }).toEqual([1, 2])
    await tools.send("Storage.overrideQuotaForOrigin", { origin: place.proxy.url() })
    await tab.evaluate("add(1)[0].done.then(() => undefined)")
    expect(await tab.evaluate("outbox.state.problem")).toBe(undefined)
  })

  it("C-51 IndexedDB behaves as the store in memory does, for any changes", async ({ expect }) => {
    await using place = await open()
    const page = await place.tab("a")
    const item = fc.record({
      id: fc.constantFrom("a", "b", "c"),
      version: fc.integer({ min: 1, max: 4 }),
      status: fc.constantFrom("pending", "completed"),
    })
    const change = fc.record({ item, gone: fc.constantFrom(true, undefined) })
    const writes = fc.sample(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }), 60)
    const differing = await page.evaluate(`(async () => {
      const differing = []
      for (const [index, writes] of ${JSON.stringify(writes)}.entries()) {
        const stores = [library.memoryStore(), await library.indexedDbStore(indexedDB, "stores-" + index)]
        for (const changes of writes) {
          const [made, madeToo] = await Promise.all(stores.map((store) => store.write(changes, 2, false)))
          const [memory, database] = await Promise.all(stores.map(async (store) =>
            (await store.read()).map(({ id, version, status }) => id + version + status).sort()))
          if (JSON.stringify([made, memory]) !== JSON.stringify([madeToo, database])) differing.push({ writes, changes, made, madeToo, memory, database })
        }
        stores[1].close()
      }
      return differing
    })()`)
    expect(differing).toEqual([])
  })

  it("C-51 a page that may store nothing keeps its commands in memory, says so, and sends them", async ({ expect }) => {
    await using place = await open()
    const page = await place.context.newPage()
    await page.goto(`${place.proxy.url()}/around.html`)
    const heard = () => page.evaluate("window.heard")
    await expect.poll(heard).toEqual(["sent from memory", { kind: "memory", isDurable: false, tag: "OutboxInMemory" }])
  })
})
