import { describe, expect, it } from "vitest"
import { isOfServer } from "../src/app/forget.ts"
import { unsentWords } from "../src/app/sign-out.ts"

describe("signing out", () => {
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

  it("APP-9 warns of what has not been sent", () => {
    expect(unsentWords(0)).toBeUndefined()
    expect(unsentWords(2)).toBe("2 things have not been sent and are lost.")
  })
})
