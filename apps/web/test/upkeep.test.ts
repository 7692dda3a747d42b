/** Small things that keep a page right for a day: counts, caches, versions, workers, directions. */
import { afterEach, describe, expect, it, vi } from "vitest"
import { pressOf } from "../src/commands/keys.ts"
import { leadOf } from "../src/notifications/lead.ts"
import { loadNew } from "../src/service-worker/register.ts"
import { alongLineOf } from "../src/ui/direction.ts"
import { Kept } from "../src/ui/Kept.ts"
import { sizeText } from "../src/ui/size.ts"
import { nextSecond } from "../src/ui/time.ts"

describe("a count of seconds", () => {
  it("APP-9 changes once a second, and not at all once the time has come", () => {
    expect(nextSecond(2500, 0)).toBe(505)
    expect(nextSecond(2000, 0)).toBe(5)
    expect(nextSecond(1, 0)).toBe(6)
    expect([nextSecond(0, 0), nextSecond(0, 500), nextSecond(0, 60_250)]).toEqual([undefined, undefined, undefined])
  })
})

describe("a new version", () => {
  const container = () => {
    const target = new EventTarget()
    return { target, addEventListener: target.addEventListener.bind(target) as ServiceWorkerContainer["addEventListener"] }
  }

  it("APP-81 is loaded once it has taken over", () => {
    const { target, addEventListener } = container()
    const [reload, postMessage] = [vi.fn(), vi.fn()]
    loadNew({ waiting: { postMessage } as unknown as ServiceWorker }, { addEventListener }, reload)
    expect(postMessage).toHaveBeenCalledOnce()
    expect(reload).not.toHaveBeenCalled()
    target.dispatchEvent(new Event("controllerchange"))
    expect(reload).toHaveBeenCalledOnce()
  })

  it("APP-81 is loaded at once by a tab in which another one has had it take over", () => {
    const reload = vi.fn()
    loadNew({ waiting: null }, container(), reload)
    expect(reload).toHaveBeenCalledOnce()
  })
})

describe("a tap on a notification", () => {
  it("APP-84 leads to the session and to the request that it names", () => {
    expect(leadOf("s/a?request=r%2F5")).toEqual({ path: "/s/a", lead: { session: "a", request: "r/5" } })
    expect(leadOf("s/a")).toEqual({ path: "/s/a", lead: undefined })
    expect(leadOf("settings?request=r")).toEqual({ path: "/settings", lead: undefined })
  })
})

describe("a key that is pressed twice", () => {
  it("APP-5 is the same only with the same keys held", () => {
    const held = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false }
    const press = (key: string, more: Partial<typeof held> = {}): string => pressOf({ key, ...held, ...more })
    expect(press("F8")).toBe(press("F8"))
    expect(new Set([press("F8"), press("F8", { shiftKey: true }), press("F8", { altKey: true, shiftKey: true })]).size).toBe(3)
  })
})

describe("what is kept for the next use", () => {
  it("has a size, and lets go of what was not used for longest", () => {
    const kept = new Kept<number>(10)
    kept.set("aaaa", 1)
    kept.set("bbbb", 2)
    expect(kept.get("aaaa")).toBe(1)
    kept.set("cccc", 3)
    expect([kept.get("aaaa"), kept.get("bbbb"), kept.get("cccc")]).toEqual([1, undefined, 3])
    kept.set("d".repeat(11), 4)
    expect(kept.count).toBe(2)
    kept.set("cccc", 5)
    expect([kept.get("cccc"), kept.count]).toEqual([5, 2])
  })

  it("says sizes in one way everywhere", () => {
    expect([0, 1, 1023, 1500, 20_000, 1_048_576, 20_000_000].map(sizeText)).toEqual([
      "0 bytes",
      "1 byte",
      "1023 bytes",
      "1.5 KB",
      "20 KB",
      "1 MB",
      "19 MB",
    ])
  })
})

describe("a page from right to left", () => {
  it("APP-1 moves along the line as the arrows point", () => {
    expect(["ArrowLeft", "ArrowRight", "ArrowUp"].map((key) => alongLineOf(key, false))).toEqual([-1, 1, 0])
    expect(["ArrowLeft", "ArrowRight", "ArrowUp"].map((key) => alongLineOf(key, true))).toEqual([1, -1, 0])
  })
})

describe("colours of code", () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it("APP-32 code is plain where the worker cannot be loaded, and nothing waits for it", async () => {
    const workers: Array<EventTarget> = []
    class FailingWorker extends EventTarget {
      constructor() {
        super()
        workers.push(this)
      }
      postMessage(): void {
        return undefined
      }
      terminate(): void {
        return undefined
      }
    }
    vi.stubGlobal("Worker", FailingWorker)
    const { highlight } = await import("../src/panes/chat/code/highlighter.ts")
    for (const count of [1, 2, 3]) {
      const waiting = highlight(`let a = ${count}`, "a.ts")
      expect(workers).toHaveLength(count)
      workers.at(-1)?.dispatchEvent(new Event("error"))
      expect(await waiting).toBeUndefined()
    }
    expect(await highlight("let b = 1", "b.ts")).toBeUndefined()
    expect(workers).toHaveLength(3)
  })
})
