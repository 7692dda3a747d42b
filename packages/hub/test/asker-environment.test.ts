import { describe, expect, it } from "vitest"
import { AskerEnvironment } from "../src/session/AskerEnvironment.ts"

describe("what a terminal inherits", () => {
  const hub = { PATH: "/usr/bin", SSH_AUTH_SOCK: "/old", DISPLAY: ":0", OWN: "hub" }

  it("T-29 is the environment of who asks, as it is, but for what other programs set for themselves (fault:N31)", () => {
    const askers = new AskerEnvironment(hub)
    const asked = {
      PATH: "/home/me/bin:/usr/bin",
      VIRTUAL_ENV: "/venv",
      TERM: "foot",
      TMUX: "x",
      CLAUDECODE: "1",
      HOLDFAST_TOKEN: "s",
    }
    expect({ ...askers.inherited(asked) }).toEqual({ PATH: "/home/me/bin:/usr/bin", VIRTUAL_ENV: "/venv" })
  })

  it("T-29 is the hub's where nobody says, with what belongs to the login of who asked or attached last (fault:N31)", () => {
    const askers = new AskerEnvironment(hub)
    expect(askers.inherited(undefined)).toBeUndefined()
    askers.note({ SSH_AUTH_SOCK: "/new", VIRTUAL_ENV: "/venv" })
    expect({ ...askers.inherited(undefined) }).toEqual({ PATH: "/usr/bin", SSH_AUTH_SOCK: "/new", OWN: "hub" })
  })
})
