import { describe, expect, it } from "vitest"
import { COMMAND_NAMES, commandsFor } from "../src/command-groups.ts"
import { withList } from "../src/list-command.ts"

const flat = async (args: ReadonlyArray<string>) => (await commandsFor(args)).flatMap(({ commands }) => [...commands])

describe("the groups of commands", () => {
  it("have every command under its own name", async () => {
    const all = await flat([])
    expect(all.length).toBeGreaterThan(30)
    expect([...COMMAND_NAMES].sort()).toEqual(all.map(({ name }) => name).sort())
    for (const { name } of all) {
      const group = await flat([name])
      expect(group.map((command) => command.name)).toContain(name)
      expect(group.length, name).toBeLessThan(all.length)
    }
  })

  it("A-65 list when they are called by themselves, or with a session alone", () => {
    const of = (line: string): string => withList(line.split(" ")).join(" ")
    expect(["tasks bg", "rules", "rules work --json", "queue work", "trust"].map(of)).toEqual([
      "tasks ls bg",
      "rules ls",
      "rules ls work --json",
      "queue ls work",
      "trust ls",
    ])
    for (const line of [
      "tasks",
      "tasks stop bg 1",
      "tasks ls bg",
      "rules forget 1",
      "rules --help",
      "queue hold work",
      "trust nope",
      "ls",
    ]) {
      expect(of(line)).toBe(line)
    }
  })

  it("A-65 know every subcommand of the groups that list", async () => {
    const all = await flat([])
    for (const name of ["queue", "tasks", "rules", "trust", "token"]) {
      const command = all.find((one) => one.name === name)
      const names = command?.subcommands.flatMap((group) => group.commands.map((one) => one.name)) ?? []
      expect(names.length).toBeGreaterThan(1)
      for (const known of names) expect(withList([name, known])).toEqual([name, known])
    }
  })
})
