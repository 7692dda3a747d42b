import { afterEach, describe, expect, it, vi } from "vitest"
import type { HubModel } from "@holdfast/client/model"
import { isOfServer } from "../src/app/forget.ts"
import { KeyNotEnded, signOut, unsentWords } from "../src/app/sign-out.ts"
import { delivery, wanted } from "../src/notifications/delivery.ts"

describe("signing out", () => {
  afterEach(() => void (vi.unstubAllGlobals(), vi.restoreAllMocks()))

  it("APP-9 forgets what is of this server, and nothing of one at another path", () => {
    for (const name of ["holdfast-app", "holdfast-app-files", "holdfast-outbox-app", "holdfast-drafts", "holdfast-app-layout"])
      expect(isOfServer(name, "")).toBe(true)
    for (const name of ["holdfast-app/x", "other", "holdfast-outbox-app/x"]) expect(isOfServer(name, "")).toBe(false)
    for (const name of ["holdfast-app/x", "holdfast-outbox-app/x", "holdfast-app-layout/x"])
      expect(isOfServer(name, "/x")).toBe(true)
    for (const name of ["holdfast-app", "holdfast-app/y", "holdfast-app/y/x"]) expect(isOfServer(name, "/x")).toBe(false)
  })

  it("APP-9 forgets all that names a session or holds its words, but not how the page looks", () => {
    for (const name of [
      "holdfast-app-screen 0123",
      "holdfast-app-screens",
      "holdfast-app-terminal-clipboard",
      "holdfast-app-new-session-message",
      "holdfast.seen-places",
      "holdfast.comments.0123",
      "holdfast.snoozed",
      "holdfast.words",
    ])
      expect([name, isOfServer(name, "")]).toEqual([name, true])
    for (const name of ["holdfast-app-screen/x 0123", "holdfast.seen-places", "holdfast-app-agents", "holdfast-drafts"])
      expect([name, isOfServer(name, "/x")]).toEqual([name, true])
    for (const name of ["holdfast-app-screen 0123", "holdfast-app-screen/y 0123", "holdfast-app-theme", "holdfast-client"])
      expect([name, isOfServer(name, "/x")]).toEqual([name, false])
    for (const name of ["holdfast-app-theme", "holdfast-client", "holdfast-app-screen/x 0123"])
      expect([name, isOfServer(name, "")]).toEqual([name, false])
  })

  it("APP-9 leaves notifications as they were where the server is away, and tries to end the key again before it leaves anyway", async () => {
    vi.spyOn(console, "warn").mockReturnValue(undefined)
    vi.stubGlobal("isSecureContext", false)
    vi.stubGlobal("document", { baseURI: "http://localhost/" })
    const [replace, removeItem] = [vi.fn(), vi.fn()]
    vi.stubGlobal("location", { replace })
    vi.stubGlobal("localStorage", { removeItem, setItem: () => undefined })
    const asked: Array<string> = []
    const fetch = (url: string): Promise<Response> => (asked.push(url), Promise.reject(new TypeError("no network")))
    const away = { connection: { call: fetch }, http: { origin: "http://localhost", fetch }, close: () => undefined }
    const model = { hub: away } as unknown as HubModel
    wanted.choose(["waiting"])
    await expect(signOut(model)).rejects.toBeInstanceOf(KeyNotEnded)
    expect(wanted.get()).toEqual(["waiting"])
    await vi.waitFor(() => expect(delivery.get().kind).toBe("missing"))
    expect(removeItem).not.toHaveBeenCalled()
    const ends = (): number => asked.filter((url) => url.endsWith("/api/sign-in")).length
    const before = ends()
    expect(before).toBeGreaterThan(0)
    await signOut(model, true)
    expect(ends()).toBeGreaterThan(before)
    expect(removeItem).toHaveBeenCalledOnce()
    expect(replace).toHaveBeenCalledOnce()
  })

  it("APP-9 warns of what has not been sent", () => {
    expect(unsentWords(0)).toBeUndefined()
    expect(unsentWords(2)).toBe("2 things have not been sent and are lost.")
  })
})
