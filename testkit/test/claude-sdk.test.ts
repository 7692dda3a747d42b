/** What the SDK's own types name, against what Holdfast knows of it: a new version says here what it brings. */
import { describe, expect, it } from "vitest"
import { EXCLUDED } from "@holdfast/agents/inside/claude/excluded-options"
import { OF_TASKS, OF_TURN, SHOWN, SILENT } from "@holdfast/agents/inside/claude/news-kinds"
import { OPTIONS } from "@holdfast/agents/inside/claude/options"
import { isElsewhere } from "../src/agents/heavy.ts"
import { sdkMessageKinds, sdkOptionNames } from "../src/agents/sdk-declarations.ts"

/** Names of ours, beside those of the SDK. */
const OURS = ["bare", "fork", "maxRetries", "sandboxed"]

describe.skipIf(isElsewhere("claude"))("the types of the Claude Agent SDK", () => {
  it("A-28 each option is accepted or excluded with its reason, and none is made up (fault:N14)", () => {
    const names = sdkOptionNames()
    expect(names.length).toBeGreaterThan(50)
    const known = [...Object.keys(OPTIONS).filter((name) => !OURS.includes(name)), ...Object.keys(EXCLUDED)]
    expect(known.toSorted()).toEqual(names.toSorted())
    for (const reason of Object.values(EXCLUDED)) expect(reason).not.toBe("")
  })

  it("A-35 each kind of message is shown, or silent with its reason (fault:N15)", () => {
    const kinds = sdkMessageKinds()
    expect(kinds.length).toBeGreaterThan(35)
    const known = [...OF_TURN, ...OF_TASKS, ...SHOWN, ...Object.keys(SILENT)]
    expect(kinds.filter((kind) => !known.includes(kind))).toEqual([])
    expect(known).toEqual([...new Set(known)])
    for (const reason of Object.values(SILENT)) expect(reason).not.toBe("")
  })
})
