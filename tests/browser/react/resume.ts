/** The published client alone in a page that a link signed in. */
import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import type { World } from "./world.ts"

const CLIENT = readFileSync(new URL("../../../apps/cli/dist/client.js", import.meta.url), "utf8")

/** Loads the client into the page and attaches; `window.seen` has the seqs and `window.text` the output so far. */
const ATTACH = (session: string) => `(async () => {
  const source = URL.createObjectURL(new Blob([${JSON.stringify(CLIENT)}], { type: "text/javascript" }))
  const { Attachment, Connection, browserKey, browserSocket, socketUrl } = await import(source)
  const connection = new Connection({
    open: browserSocket(WebSocket, socketUrl(location.origin), browserKey(localStorage)),
    name: "browser",
    backoff: { first: 50, most: 500 },
  })
  const attachment = new Attachment(connection, { session: ${JSON.stringify(session)}, mode: "interactive", after: 0 })
  Object.assign(window, { seen: [], text: "", attached: 0, attachment })
  const reader = async () => {
    for await (const item of attachment) {
      if (item._tag === "Attached") window.attached++
      if (item._tag === "Ended") window.ended = String(item.error)
      if (item._tag !== "Event") continue
      window.seen.push([item.record.from, item.record.seq])
      if (item.record.time !== undefined) window.text += new TextDecoder().decode(item.record.body)
    }
  }
  void reader()
})()`

/** Resolves in the page when the condition holds; rejects after 20 s. */
const until = (condition: string) => `new Promise((resolve, reject) => {
  const end = Date.now() + 20000
  const look = () => (${condition}) ? resolve(true) : Date.now() > end ? reject(new Error(${JSON.stringify(condition)} + ": " + (window.ended ?? "") + JSON.stringify(window.text))) : setTimeout(look, 20)
  look()
})`

/** The tests. */
export function resume(world: World): void {
  it("C-1 G-6 signs in by a link, types, and continues after a kill of the hub with nothing missing or doubled", async () => {
    const { hub } = world
    const made = await hub.call<{ readonly id: string }>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    expect(made.status).toBe(201)
    const link = await hub.call<{ readonly url: string }>("POST", "/api/links", {})
    const page = await world.blank(await world.context())
    await page.goto(link.body.url.replace(hub.url(), world.url))
    await page.waitForURL(`${world.url}/`)
    await page.evaluate(ATTACH(made.body.id))
    await page.evaluate(until("window.attachment.synced"))
    await page.evaluate(`void window.attachment.type(new TextEncoder().encode("before\\n"))`)
    await page.evaluate(until(`window.text.split("before").length === 3`))

    await hub.kill("SIGKILL")
    await page.evaluate(`void window.attachment.type(new TextEncoder().encode("between\\n"))`)
    await hub.start()
    await page.evaluate(until(`window.attached === 2 && window.text.split("between").length === 3`))
    await page.evaluate(`void window.attachment.type(new TextEncoder().encode("after\\n"))`)
    await page.evaluate(until(`window.text.split("after").length === 3`))

    const seen = (await page.evaluate("window.seen")) as ReadonlyArray<readonly [number, number]>
    for (const [index, [from]] of seen.entries()) expect(from).toBe((seen[index - 1]?.[1] ?? 0) + 1)
    // The terminal echoes a line and cat repeats it.
    const text = String(await page.evaluate("window.text"))
      .replaceAll("\r\n", " ")
      .trim()
    expect(text).toBe("before before between between after after")
  })
}
