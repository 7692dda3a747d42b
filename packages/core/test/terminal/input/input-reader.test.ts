import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { InputReader } from "../../../src/terminal/input/InputReader.ts"
import { TypingWatch } from "../../../src/terminal/input/TypingWatch.ts"
import type { InputToken } from "../../../src/terminal/input/token.ts"

const E = "\u001b"
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "utf8"))

/** Tokens in words; texts, and pieces of one paste or answer, joined. */
function words(tokens: ReadonlyArray<InputToken>): ReadonlyArray<string> {
  const said: Array<{ kind: string; bytes: Array<Uint8Array> }> = []
  for (const token of tokens) {
    const kind =
      token._tag === "Key"
        ? `key ${JSON.stringify(token.key)}`
        : token._tag === "Mouse"
          ? `mouse ${token.action}`
          : token._tag === "Paste"
            ? `paste ${token.part}`
            : token._tag
    const last = said.at(-1)
    const joins = token._tag === "Text" || token._tag === "Answer" || kind === "paste content"
    if (joins && last?.kind === kind) last.bytes.push(token.bytes)
    else said.push({ kind, bytes: [token.bytes] })
  }
  return said.map(({ kind, bytes }) => `${kind}: ${Buffer.concat(bytes).toString("latin1")}`)
}

const all = (...chunks: ReadonlyArray<Uint8Array>): ReadonlyArray<InputToken> => {
  const reader = new InputReader()
  return [...chunks.flatMap((chunk) => reader.read(chunk)), ...reader.flush()]
}
const kinds = (text: string): ReadonlyArray<string> =>
  all(bytesOf(text)).map((token) => (token._tag === "Mouse" ? `Mouse ${token.action}` : token._tag))

/** What terminals send, whole. */
const SENT: ReadonlyArray<string> = [
  "a",
  "日本",
  "\r",
  "\u001d",
  "\u007f",
  `${E}x`,
  `${E}ü`,
  `${E}\r`,
  `${E}OP`,
  `${E}[A`,
  `${E}[1;5D`,
  `${E}[1;129:3A`,
  `${E}[15;2~`,
  `${E}[[A`,
  `${E}[93;133u`,
  `${E}[93;69u`,
  `${E}[93;5:1u`,
  `${E}[43:42:93;5u`,
  `${E}[97;;97u`,
  `${E}[27;5;93~`,
  `${E}[200~rm -rf\n\u001dd${E}[31m${E}[20${E}[201~`,
  `${E}[I`,
  `${E}[O`,
  `${E}[M !!`,
  `${E}[M#\u007f\u007f`,
  `${E}[<35;10;20M`,
  `${E}[<0;10;20m`,
  `${E}[32;5;6M`,
  `${E}[12;40R`,
  `${E}[?62;22c`,
  `${E}[>41;354;0c`,
  `${E}[0n`,
  `${E}[?2026;2$y`,
  `${E}[8;24;80t`,
  `${E}[?1u`,
  `${E}]11;rgb:0000/0000/0000\u0007`,
  `${E}]52;c;aGk=${E}\\`,
  `${E}P>|XTerm(370)${E}\\`,
  `${E}P1+r544e=78${E}\\`,
  `${E}_Gi=1;OK${E}\\`,
  `${E}[${"1;".repeat(150)}u`,
]

describe("what a terminal sends", () => {
  it("T-28 yields the same tokens however its bytes are cut, and every byte is in one (fault:N26, fault:N27)", () => {
    const stream = fc.oneof(
      fc.array(fc.constantFrom(...SENT), { maxLength: 12 }).map((parts) => bytesOf(parts.join(""))),
      fc
        .array(
          fc.oneof(fc.constantFrom(0x1b, 0x5b, 0x4f, 0x5d, 0x4d, 0x3b, 0x75, 0x7e, 0x07), fc.integer({ min: 0, max: 255 })),
          {
            maxLength: 40,
          },
        )
        .map((bytes) => Uint8Array.from(bytes)),
    )
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (bytes, cuts) => {
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end))
        const [whole, cut] = [all(bytes), all(...chunks)]
        expect(words(cut)).toEqual(words(whole))
        const held = new InputReader()
        const kept = [...held.read(bytes), ...held.flush()].flatMap((token) => [...token.bytes])
        expect([...bytes].slice(0, kept.length)).toEqual(kept)
      }),
      { numRuns: 2000 },
    )
  })

  it("T-28 keys come in every spelling that terminals have for them", () => {
    const key = (text: string) => {
      const [token] = all(bytesOf(text))
      return token?._tag === "Key" ? token.key : undefined
    }
    expect(key("\u001d")).toMatchObject({ code: 0x5d, modifiers: 4 })
    expect(key(`${E}[93;5u`)).toMatchObject({ code: 93, modifiers: 4, event: "press" })
    expect(key(`${E}[93;133u`)).toMatchObject({ code: 93, modifiers: 4, caps: false })
    expect(key(`${E}[93;69u`)).toMatchObject({ code: 93, modifiers: 4, caps: true })
    expect(key(`${E}[93;5:1u`)).toMatchObject({ code: 93, modifiers: 4, event: "press" })
    expect(key(`${E}[93;5:3u`)).toMatchObject({ code: 93, event: "release" })
    expect(key(`${E}[43::93;5u`)).toMatchObject({ code: 43, base: 93, modifiers: 4 })
    expect(key(`${E}[97:65;2;65u`)).toMatchObject({ code: 97, shifted: 65, text: "A", modifiers: 1 })
    expect(key(`${E}[27;5;93~`)).toMatchObject({ code: 93, modifiers: 4, form: "other" })
    expect(key(`${E}[57442;5u`)).toMatchObject({ name: "modifier" })
    expect(key(`${E}[57414u`)).toMatchObject({ name: "enter" })
    expect(key(`${E}[57401u`)).toMatchObject({ code: 0x32 })
    expect(key(`${E}[1;5R`)).toMatchObject({ name: "f3", modifiers: 4 })
    expect(key(E)).toMatchObject({ name: "escape" })
    expect(key(`${E}]`)).toMatchObject({ code: 0x5d, modifiers: 2 })
  })

  it("T-28 nothing in a paste is a key, whatever it holds", () => {
    expect(kinds(`${E}[200~a\u001dd${E}[93;5ub${E}[201~c`)).toEqual(["Paste", "Paste", "Paste", "Text"])
  })

  it("T-28 a paste whose end mark was lost can be given up: what follows are keys, and every byte was reported", () => {
    const reader = new InputReader()
    const before = reader.read(bytesOf(`${E}[200~ab${E}[20`))
    expect(reader.isInside).toBe(true)
    const rest = reader.abandon()
    expect(words([...before, ...rest])).toEqual([`paste begin: ${E}[200~`, `paste content: ab${E}[20`, "paste end: "])
    expect(reader.read(bytesOf("\u001d"))).toMatchObject([{ _tag: "Key" }])
    expect(reader.abandon()).toEqual([])
  })

  it("T-28 an answer whose end is missing ends with the next control key", () => {
    expect(kinds(`${E}]11;rgb:00\u001dd`)).toEqual(["Answer", "Answer", "Key", "Text"])
  })

  it("T-27 a person types keys, pastes and clicks; reports are not typing (fault:N26)", () => {
    const typed = (text: string): boolean => new TypingWatch().read(bytesOf(text))
    const person = ["a", "\r", E, `${E}[A`, `${E}[93;5u`, `${E}[27;5;93~`, `${E}[200~x${E}[201~`, `${E}[M !!`, `${E}[<0;1;1M`]
    expect(person.filter((text) => !typed(text))).toEqual([])
    const reports = [
      `${E}[I`,
      `${E}[O`,
      `${E}[<35;4;5M`,
      `${E}[<0;4;5m`,
      `${E}[<64;4;5M`,
      `${E}[MC!!`,
      `${E}[67;4;5M`,
      `${E}[12;40R`,
      `${E}[?1;1R`,
      `${E}[?62;22c`,
      `${E}[0n`,
      `${E}[?2026;2$y`,
      `${E}[?997;1n`,
      `${E}[4;600;800t`,
      `${E}]10;rgb:ffff/ffff/ffff${E}\\`,
      `${E}P>|foot(1.2)${E}\\`,
      `${E}[97;1:3u`,
    ]
    expect(reports.filter(typed)).toEqual([])
    expect(typed(reports.join(""))).toBe(false)
  })

  it("T-27 what is in no sequence is typed, and within an answer nothing is", () => {
    const watch = new TypingWatch()
    const parts = ["", "a\u007f\u0000é", `${E}]11;`, "rgb:00/00/00", "\u0007", "\t"]
    expect(parts.map((part) => watch.read(bytesOf(part)))).toEqual([false, true, false, false, false, true])
  })

  it("T-27 a report that is cut between two inputs is still one", () => {
    const watch = new TypingWatch()
    expect([`${E}[`, "<35;4;5", `M${E}]11;rgb:`, `00/00/00${E}\\`].map((part) => watch.read(bytesOf(part)))).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(watch.read(bytesOf("x"))).toBe(true)
  })
})
