import { describe, expect, it } from "vitest"
import { basePath, serverUrl } from "../src/app/base.ts"
import { deviceName } from "../src/app/device.ts"
import { regionAfter } from "../src/app/regions.ts"
import { pathOf, readRoute, sessionPath } from "../src/app/routes.ts"
import { linkSecret } from "../src/app/sign-in-link.ts"
import { asListed, nextWaiting } from "../src/app/waiting.ts"
import { fit, ranked } from "../src/commands/rank.ts"
import { listboxStep } from "../src/ui/listbox.ts"
import { duration, nextChange, saidAgo, timeAgo } from "../src/ui/time.ts"

describe("the page", () => {
  it("APP-10 reads and writes its addresses, whatever is in them", () => {
    for (const path of ["/", "/new", "/settings", "/settings/keys", "/s/a%2Fb", "/s/abc/m/m%201"])
      expect(pathOf(readRoute(path))).toBe(path)
    expect(readRoute("/s/abc/m/m1")).toEqual({ name: "session", session: "abc", message: "m1" })
    expect(readRoute("/nothing/known")).toEqual({ name: "workspace" })
    expect(readRoute("/s/%")).toEqual({ name: "session", session: "%" })
    expect(sessionPath("new:1")).toBe("/s/new%3A1")
  })

  it("APP-10 finds the server below the path that it is published at", () => {
    expect([basePath("https://host/"), serverUrl("https://host/")]).toEqual(["", "https://host"])
    expect([basePath("https://host/a/b/"), serverUrl("https://host/a/b/")]).toEqual(["/a/b", "https://host/a/b"])
  })

  it("APP-9 takes links of this server alone", () => {
    const base = "https://host/app/"
    expect(linkSecret("https://host/app/link?x=1", base)).toBe("https://host/app/link?x=1")
    for (const other of ["https://host/other", "https://evil/app/link", "javascript:alert(1)", "secret"])
      expect(linkSecret(other, base)).toBe(undefined)
  })

  it("APP-7 visits what waits in its order and comes round", () => {
    const waiting = ["a", "b", "c"].map((session, since) => ({ session, label: session, since }))
    expect(nextWaiting(waiting, undefined, 1)).toBe("a")
    expect(nextWaiting(waiting, "a", 1)).toBe("b")
    expect(nextWaiting(waiting, "c", 1)).toBe("a")
    expect(nextWaiting(waiting, "a", -1)).toBe("c")
    expect(nextWaiting(waiting, "other", -1)).toBe("c")
    expect(nextWaiting([], "a", 1)).toBe(undefined)
    expect(asListed(waiting).map(({ session }) => session)).toEqual(["c", "b", "a"])
  })

  it("APP-4 goes round the parts of the page that are shown", () => {
    const shown = ["list", "panes", "status"]
    expect([regionAfter("list", shown, 1), regionAfter("status", shown, 1), regionAfter("list", shown, -1)]).toEqual([
      "panes",
      "list",
      "status",
    ])
    expect(regionAfter(undefined, shown, 1)).toBe("list")
    expect(regionAfter("list", [], 1)).toBe(undefined)
  })

  it("finds what was meant first: from the beginning, then whole words, then parts, and nothing that lacks a word", () => {
    const labels = ["Unfold turns", "Fold finished turns", "Notes on a fold", "Résumé"]
    expect(ranked(labels, "fold", (label) => label, 9)).toEqual(["Fold finished turns", "Notes on a fold", "Unfold turns"])
    expect(ranked(labels, "turns fold", (label) => label, 9)).toEqual(["Fold finished turns", "Unfold turns"])
    expect(fit("Résumé", "resume")).toBeGreaterThan(0)
    expect(ranked(labels, "", (label) => label, 2)).toEqual(["Unfold turns", "Fold finished turns"])
  })

  it("moves through a list of choices and comes round", () => {
    expect(["ArrowDown", "ArrowUp", "PageDown", "Home"].map((key) => listboxStep(key, 2, 3))).toEqual([0, 1, 2, undefined])
    expect(listboxStep("ArrowDown", 0, 0)).toBe(undefined)
  })

  it("says how long ago something was, and when that changes", () => {
    const now = Date.UTC(2026, 10, 30, 12)
    expect([0, 12, 9 * 60, 3 * 3600].map((s) => timeAgo(now - s * 1000, now, "en"))).toEqual(["now", "12 s", "9 min", "3 h"])
    expect(timeAgo(now - 3 * 86_400_000, now, "en")).toBe("Fri")
    expect([0, 12, 3 * 86_400].map((s) => saidAgo(now - s * 1000, now, "en"))).toEqual(["now", "12 s ago", "on Fri"])
    expect(nextChange(now - 12_400, now)).toBe(600)
    expect([400, 12_000, 185_000, 7_800_000].map(duration)).toEqual(["0.4 s", "12 s", "3 min 5 s", "2 h 10 min"])
  })

  it("names this device", () => {
    expect(deviceName({ userAgent: "Mozilla/5.0 (iPhone) Version/18 Safari/604.1" })).toBe("Safari on iPhone")
    expect(deviceName({ userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/153.0 Safari/537.36" })).toBe("Chrome on Linux")
    expect(deviceName({ userAgent: "" })).toBe("Browser on another system")
  })
})
