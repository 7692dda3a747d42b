import { beforeEach, describe, expect, it, vi } from "vitest"
import { HoldfastError } from "@holdfast/client"
import { Preference } from "../../src/app/preferences.ts"
import { notice, undoLast } from "../../src/app/notices.ts"
import { startTold } from "../../src/new-session/NewCommands.tsx"
import { startSession, type StartParts } from "../../src/new-session/use-start.ts"
import { firstMessageNow, giveBackFirstMessage, takeFirstMessage } from "../../src/new-session/wish.ts"

/** An outbox that keeps and makes what it is told to. */
function starting() {
  const [stored, done] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()]
  const cleared: Array<string | undefined> = []
  const box = {
    create: () => ({ id: "c", session: "new:c", stored: stored.promise, done: done.promise }),
    cancel: () => Promise.resolve("cancelled" as const),
    clear: (id?: string) => Promise.resolve(cleared.push(id)),
  }
  const parts: StartParts = { box, isConnected: true, open: vi.fn(), go: vi.fn() }
  return { parts, stored, done, cleared }
}

const request = (text: string) => ({ kind: "agent", message: { text } }) as const

describe("starting a session", () => {
  beforeEach(() => {
    takeFirstMessage(firstMessageNow())
    giveBackFirstMessage("Fold it")
  })

  it("APP-26 takes the first message out of the form once it is kept elsewhere, and leaves what was typed since", async () => {
    const { parts, stored, done } = starting()
    const started = startSession(parts, request("Fold it"), "Fold it")
    expect(firstMessageNow()).toBe("Fold it")
    takeFirstMessage(firstMessageNow())
    giveBackFirstMessage("Fold it, and more")
    stored.resolve()
    await vi.waitFor(() => expect(firstMessageNow()).toBe(", and more"))
    done.resolve({ id: "s" } as never)
    expect(await started).toBeUndefined()
    expect(parts.open).toHaveBeenCalledWith("s")
  })

  it("APP-26 has the first message in the form once, where it could not be kept and where it could not be made", async () => {
    const one = starting()
    one.stored.reject(new Error("full"))
    one.done.promise.catch(() => undefined)
    expect(await startSession(one.parts, request("Fold it"), "Fold it")).toContain("full")
    expect(firstMessageNow()).toBe("Fold it")
    const other = starting()
    other.stored.resolve()
    other.done.reject(new HoldfastError("Unprocessable", "There is no such directory."))
    expect(await startSession(other.parts, request("Fold it"), "Fold it")).toBe("There is no such directory.")
    expect(firstMessageNow()).toBe("Fold it")
    expect([one.cleared, other.cleared]).toEqual([["c"], ["c"]])
  })

  it("APP-26 leaves the form alone where the first message is not the form's, made or not, and taken back", async () => {
    const failing = starting()
    failing.stored.resolve()
    failing.done.reject(new HoldfastError("Unprocessable", "no"))
    expect(await startSession(failing.parts, request("Show me"), "")).toBe("no")
    expect(firstMessageNow()).toBe("Fold it")
    const away = starting()
    away.stored.resolve()
    expect(await startSession({ ...away.parts, isConnected: false }, request("Show me"), "")).toBeUndefined()
    expect(undoLast()).toBe(true)
    await Promise.resolve()
    expect(firstMessageNow()).toBe("Fold it")
  })

  it("APP-26 says why nothing was started where no form does", async () => {
    await startTold(() => Promise.resolve("There is no such directory."), { kind: "terminal" })
    expect(notice.get()?.text).toBe("Not started: There is no such directory.")
    undoLast()
    await startTold(() => Promise.resolve(undefined), { kind: "terminal" })
    expect(notice.get()).toBeUndefined()
    expect(await startSession({ ...starting().parts, box: undefined }, { kind: "terminal" }, "")).toBeTypeOf("string")
  })
})

it("APP-26 what one tab has sent leaves the form of another one", () => {
  const tab = new EventTarget()
  const kept = new Map<string, string>()
  vi.stubGlobal("addEventListener", tab.addEventListener.bind(tab))
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
  })
  const read = (stored: unknown): string | undefined => (typeof stored === "string" ? stored : undefined)
  const message = new Preference("message", "", read).followed()
  message.choose("Fold it")
  const [[name] = [""]] = [...kept]
  const hear = (key: string | null): boolean => tab.dispatchEvent(Object.assign(new Event("storage"), { key }))
  kept.set(name, JSON.stringify(""))
  hear("another")
  expect(message.get()).toBe("Fold it")
  hear(name)
  expect(message.get()).toBe("")
  vi.unstubAllGlobals()
})
