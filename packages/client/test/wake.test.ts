import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Connection } from "../src/Connection.ts"
import { wakeWithPage } from "../src/wake.ts"
import { until } from "./collect.ts"
import { connectTo, ScriptedHub } from "./scripted-hub.ts"

/** A page's window and document, as far as they report their state. */
class Page extends EventTarget {
  readonly document = Object.assign(new EventTarget(), { visibilityState: "visible" })
  show(persisted: boolean): void {
    this.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }))
  }
}

describe("a page that wakes its connection", () => {
  let hub: ScriptedHub
  let connection: Connection
  const page = new Page()
  let stop: () => void

  beforeEach(async () => {
    hub = await new ScriptedHub().start()
    // Waits that no test outlasts: only what wakes it connects again.
    connection = connectTo(hub.port, { backoff: { first: 600_000, most: 600_000 } })
    stop = wakeWithPage(connection, page)
    await connection.online(25_000)
  })
  afterEach(async () => {
    stop()
    connection.close()
    await hub.stop()
  })

  const lost = async (): Promise<void> => {
    hub.cut()
    await until("lost", () => connection.state._tag === "Reconnecting")
  }

  it("C-32 makes a waiting attempt at once when the network is back, and when the page is shown, focused or resumed", async () => {
    const wakes = [
      () => page.dispatchEvent(new Event("online")),
      () => page.dispatchEvent(new Event("focus")),
      () => page.document.dispatchEvent(new Event("visibilitychange")),
      () => page.document.dispatchEvent(new Event("resume")),
    ]
    for (const wake of wakes) {
      await lost()
      wake()
      await connection.online(25_000)
    }
    await lost()
    page.document.visibilityState = "hidden"
    page.document.dispatchEvent(new Event("visibilitychange"))
    page.document.visibilityState = "visible"
    expect(connection.state._tag).toBe("Reconnecting")
  })

  it("C-32 probes a socket that is open", () => {
    const before = hub.pings
    page.dispatchEvent(new Event("focus"))
    return until("a ping", () => hub.pings > before)
  })

  it("C-32 opens another socket at once when the page was in the back-forward cache, and none for a first show", async () => {
    page.show(false)
    expect(connection.state._tag).toBe("Online")
    page.show(true)
    expect(connection.state._tag).toBe("Reconnecting")
    await connection.online(25_000)
    expect(hub.connections).toBe(2)
  })

  it("C-32 can be ended, and does nothing where there is no page", async () => {
    stop()
    await lost()
    page.dispatchEvent(new Event("online"))
    page.show(true)
    expect(connection.state._tag).toBe("Reconnecting")
    wakeWithPage(connection, {})()
  })
})
