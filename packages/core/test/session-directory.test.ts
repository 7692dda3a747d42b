import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { directoryName, sessionOfDirectory } from "../src/session-directory.ts"

const id = "01890000-0000-7000-8000-000000000001"

describe("the name of a session's directory", () => {
  it("A-70 is a readable form of the label, then the id", () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["build-2", `build-2-${id}`],
      ["-Build--2-", `build-2-${id}`],
      ["../../etc / passwd\n", `etc-passwd-${id}`],
      ["..", id],
      ["…", id],
      ["CON", `con-${id}`],
      ["a.b:c*d?e|f", `a-b-c-d-e-f-${id}`],
      ["résumé", `résumé-${id}`],
      ["ＦＵＬＬ ｗｉｄｔｈ", `full-width-${id}`],
      ["日本語 ビルド", `日本語-ビルド-${id}`],
      [`${"a".repeat(39)}-b`, `${"a".repeat(39)}-${id}`],
      ["👩‍👩‍👧 family", `family-${id}`],
      ["🙂", id],
    ]
    for (const [label, name] of cases) expect([label, directoryName(label, id)]).toEqual([label, name])
    expect(directoryName("re\u0301sume\u0301", id)).toBe(directoryName("résumé", id))
  })

  it("A-70 is one safe component that leads back to its session, whatever the label", () => {
    const unit = fc.oneof(fc.constantFrom(...'/\\.:*?"<>|~ \u0000\u202e\u0301İß𠮷ﷺ'), fc.string({ unit: "binary", maxLength: 4 }))
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 200 }), (label) => {
        const name = directoryName(label, id)
        expect(name).not.toMatch(/[/\\:*?"<>|.\s\p{C}]/u)
        expect(name).toBe(name.normalize("NFC"))
        expect(name.startsWith("-")).toBe(false)
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(143)
        expect(sessionOfDirectory(name)).toBe(id)
      }),
      { numRuns: 3000 },
    )
  })

  it("A-70 a name that leads elsewhere is refused", () => {
    for (const name of [
      "",
      ".",
      "..",
      `../${id}`,
      `a/${id}`,
      `a/../b-${id}`,
      `${id}/`,
      `${id}x`,
      `x${id}`,
      "label",
      `..\\x-${id}`,
    ])
      expect([name, sessionOfDirectory(name)]).toEqual([name, undefined])
    expect(sessionOfDirectory(id)).toBe(id)
  })
})
