import { describe, expect, it } from "vitest"
import { OutputFilter } from "../src/attach/OutputFilter.ts"

const ESC = "\u001b"
const osc = (text: string): string => `${ESC}]${text}${ESC}\\`

describe("the user's colours", () => {
  const through = (filter: OutputFilter, text: string): string => Buffer.from(filter.push(Buffer.from(text))).toString()

  it("T-51 those that a session changed are restored as the terminal reported them, and no other is touched", () => {
    const filter = new OutputFilter({ clipboard: false })
    filter.colors.own = { foreground: "#102030", background: "#405060" }
    expect(through(filter, osc("104") + osc("110") + osc("111") + osc("112"))).toBe("")
    expect([...filter.undo.values()]).toEqual([])
    through(filter, osc("11;#ffffff") + osc("4;7;#010203"))
    expect([...filter.undo.values()]).toEqual([osc("11;#405060"), osc("104;7")])
    expect(through(filter, osc("111"))).toBe(osc("11;#405060"))
    through(filter, osc("12;#ffffff"))
    expect(filter.colors.all).toBe(osc("11;#405060") + osc("104;7") + osc("112"))
  })
})
