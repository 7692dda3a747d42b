import { describe, expect, it } from "vitest"
import { CommandRegistry } from "../src/commands/registry.ts"
import type { Command } from "../src/commands/command.ts"

describe("the registry of commands", () => {
  const [one, other] = [{}, {}]
  const command = (id: string, run: () => void = () => undefined, session?: string): Command => ({
    id,
    title: id,
    run,
    ...(session === undefined ? {} : { session }),
  })

  it("APP-4 has each command for as long as its owner is there, and does what it does at that moment", () => {
    const registry = new CommandRegistry()
    const done: Array<string> = []
    let told = 0
    registry.all.subscribe(() => told++)
    registry.register(one, [command("close", () => done.push("before"))])
    registry.register(one, [command("close", () => done.push("now"))])
    expect(told).toBe(1)
    expect(registry.run("close")).toBe(true)
    expect(done).toEqual(["now"])
    registry.register(one, [{ ...command("close"), title: "Close it" }])
    expect(told).toBe(2)
    registry.remove(one)
    expect(registry.run("close")).toBe(false)
    expect(registry.all.get()).toEqual([])
  })

  it("APP-4 gives the command of a session, or else the last of that id", () => {
    const registry = new CommandRegistry()
    registry.register(one, [command("stop", undefined, "s1"), command("stop", undefined, "s2")])
    registry.register(other, [command("stop")])
    expect(registry.find("stop", "s1")?.session).toBe("s1")
    expect(registry.find("stop", "s9")?.session).toBe(undefined)
    expect(registry.find("stop")?.session).toBe(undefined)
    registry.remove(other)
    expect(registry.find("stop", "s9")).toBe(undefined)
  })
})
