import type { Session } from "@holdfast/protocol/session"
import { expect, it } from "vitest"
import { stateText } from "../src/sessions/show-state.ts"
import { stuckLines } from "../src/sessions/stuck-lines.ts"

const held = (hold: NonNullable<Session["agent"]>["hold"]): Session =>
  ({
    id: "0123456789abcdef",
    kind: "agent",
    label: "work",
    status: "active",
    process: "running",
    turn: { status: "idle" },
    queue: [],
    permissions: [],
    agent: { name: "scripted", info: {}, hold },
  }) as unknown as Session

it("A-62 says that a limit or a person holds an agent, also while nothing waits for it", () => {
  const limited = held({ reason: "usage-limit", until: 60_000, continues: true })
  expect(stateText(limited)).toBe("held")
  expect(stuckLines([limited], 8).join()).toMatch(/work: held by a usage limit; continues automatically at .*queue release/)
  expect(stateText(held({ reason: "person" }))).toBe("held")
  expect(stateText(held({ reason: "interrupted" }))).toBe("idle")
  expect(stuckLines([held({ reason: "error" })], 8)).toEqual([])
})
