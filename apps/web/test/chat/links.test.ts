import { describe, expect, it } from "vitest"
import { withCharacters } from "../../src/panes/chat/markdown/entities.ts"
import { isOwnPicture, isToldBy, targetOf } from "../../src/panes/chat/markdown/links.ts"

describe("addresses in a text", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\u0000script:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://example.org/x",
    "ms-settings:x",
    "https:",
    "http://[",
    "src/main.ts#L10",
    "//example.org/x",
    "/etc/passwd",
  ])("APP-30 %j becomes no link", (address) => {
    expect(targetOf(address)).toEqual({ kind: "text", place: address })
  })

  it("APP-30 an address of the web is a link that says its host", () => {
    expect(targetOf("https://example.org/a?b#c")).toEqual({
      kind: "link",
      href: "https://example.org/a?b#c",
      place: "example.org",
    })
    expect(targetOf("mailto:a@example.org")).toEqual({ kind: "link", href: "mailto:a@example.org", place: "a@example.org" })
    expect(targetOf("https://exam\u202eple.org")).toMatchObject({ place: "example.org" })
  })

  it.each([
    ["evil.example.good.example", "https://evil.example/"],
    ["notevil.example", "https://evil.example/"],
    ["good.example/evil.example", "https://evil.example/"],
    ["https://good.example (not evil.example)", "https://evil.example/"],
    ["https://evil.example@good.example", "https://evil.example/"],
    ["https://good.example@evil.example/", "https://evil.example/"],
    ["evil.example\\.good.example", "https://evil.example/"],
    ["evil.example", "https://evil.example:8443/"],
    ["m\u00fcnchen.example", "https://m\u00fcnchen.example/"],
    ["write to us", "mailto:a@evil.example"],
    ["evil.example", "mailto:a@evil.example"],
  ])("APP-30 %j does not say that it leads to %j", (words, address) => {
    expect(isToldBy(words, targetOf(address))).toBe(false)
  })

  it.each([
    ["https://example.org/a/page.html?x=y.z#w", "https://example.org/a/page.html?x=y.z#w"],
    ["www.example.org/page.html", "http://www.example.org/page.html"],
    ["Example.org", "https://example.org/"],
    ["the pages of example.org.", "https://example.org/x"],
    ["localhost:8080", "http://localhost:8080/"],
    ["a@example.org", "mailto:a@example.org"],
    ["src/main.ts", "src/main.ts"],
  ])("APP-30 %j says itself that it leads to %j", (words, address) => {
    expect(isToldBy(words, targetOf(address))).toBe(true)
  })

  it("APP-30 only pictures that came with the text are shown", () => {
    expect(isOwnPicture("data:image/png;base64,iVBORw0KGgo=")).toBe(true)
    for (const other of [
      "https://example.org/a.png",
      "data:image/svg+xml;base64,PHN2Zz4=",
      "data:text/html;base64,PGI+",
      "files/x",
    ]) {
      expect(isOwnPicture(other)).toBe(false)
    }
  })

  it("shows the characters that a text names", () => {
    expect(withCharacters("a &amp; b &lt;c&gt; &#8212; &#x41; &nbsp;| &unknown; &#0; &toString;")).toBe(
      "a & b <c> — A \u00a0| &unknown; \ufffd &toString;",
    )
  })
})
