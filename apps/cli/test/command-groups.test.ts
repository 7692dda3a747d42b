import { describe, expect, it } from "vitest"
import { commandsFor } from "../src/command-groups.ts"

describe("the groups of commands", () => {
  it("have every command under its own name", async () => {
    const all = await commandsFor([])
    expect(all.length).toBeGreaterThan(30)
    for (const { name } of all) {
      const group = await commandsFor([name])
      expect(group.map((command) => command.name)).toContain(name)
      expect(group.length, name).toBeLessThan(all.length)
    }
  })
})
