import { HoldfastError } from "@holdfast/client"
import type { Session } from "@holdfast/protocol/session"
import { describe, expect, it } from "vitest"
import { beginInstallation, installationOf, installKey } from "../../src/new-session/installation.ts"
import { agent, offline, terminal } from "../list/records.ts"

const CODEX = { name: "codex", adapter: "acp" } as const

const installs = (id: string, what: string, createdAt: number, process = "exited"): Session =>
  terminal(id, { createdAt, process, terminal: { command: "node", args: ["main.js", "agents", "install", what] } })

describe("the installation of an agent", () => {
  it("APP-26 is the terminal that installs it and runs, or else the latest, whatever page began it", () => {
    const others = [agent("codex"), terminal("sh", { terminal: { args: ["install", "codex"] } }), offline("o", 9)]
    expect(installationOf(others, CODEX)).toBeUndefined()
    const all = [...others, installs("old", "codex", 1), installs("new", "codex", 3), installs("gemini", "gemini", 5, "running")]
    expect(installationOf(all, CODEX)?.id).toBe("new")
    expect(installationOf([...all, installs("runs", "codex", 2, "running")], CODEX)?.id).toBe("runs")
    // An agent of one's own that is run with Claude's library is installed as that.
    expect(installationOf([installs("lib", "claude", 1)], { name: "mine", adapter: "claude" })?.id).toBe("lib")
  })

  it("APP-26 has one key for all who know the same last one, so that two presses begin one", async () => {
    expect(installKey(CODEX, undefined)).toBe(installKey(CODEX, undefined))
    expect(installKey(CODEX, "one")).not.toBe(installKey(CODEX, "two"))
    const made = installs("made", "codex", 1)
    const keys: Array<string> = []
    const call = (error?: HoldfastError) => (key: string) => {
      keys.push(key)
      return error !== undefined && keys.length === 1 ? Promise.reject(error) : Promise.resolve(made)
    }
    expect(await beginInstallation(CODEX, "one", "spare", call())).toBe(made)
    expect(keys.splice(0)).toEqual([installKey(CODEX, "one")])
    await beginInstallation(CODEX, undefined, "spare", call(new HoldfastError("SessionDeleted", "it is in the trash")))
    expect(keys).toEqual([installKey(CODEX, undefined), "spare"])
    keys.length = 0
    const lost = beginInstallation(
      CODEX,
      undefined,
      "spare",
      call(new HoldfastError("ConnectionLost", "the connection was lost")),
    )
    await expect(lost).rejects.toThrow("lost")
    expect(keys).toHaveLength(1)
  })
})
