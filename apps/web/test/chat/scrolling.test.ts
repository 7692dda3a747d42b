import { describe, expect, it } from "vitest"
import { scrolls } from "../../src/panes/chat/transcript/use-end.ts"

const key = (name: string, held: { readonly altKey?: boolean; readonly ctrlKey?: boolean } = {}) => ({
  key: name,
  altKey: false,
  ctrlKey: false,
  ...held,
})

describe("keys in a transcript", () => {
  it("APP-37 takes as a scroll of the person's what follows a key that scrolls, and no other key", () => {
    for (const name of ["ArrowUp", "PageDown", "Home", "End", " ", "Tab"]) expect(scrolls(key(name))).toBe(true)
    for (const name of ["d", "v", "h", "F8", "Escape", "ArrowLeft"]) expect(scrolls(key(name))).toBe(false)
    expect(scrolls(key("ArrowUp", { altKey: true }))).toBe(false)
    expect(scrolls(key("Home", { ctrlKey: true }))).toBe(false)
  })
})
