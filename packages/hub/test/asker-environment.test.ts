import { describe, expect, it } from "vitest"
import { AskerEnvironment } from "../src/session/AskerEnvironment.ts"

describe("what a terminal inherits", () => {
  const hub = { PATH: "/usr/bin", SSH_AUTH_SOCK: "/old", DISPLAY: ":0", OWN: "hub" }

  it("T-29 is the caller's environment, unchanged except for what other programs set for themselves (fault:N31)", () => {
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

  it("T-29 is the hub's if the caller sends none, with the login's variables of the last client that asked or attached (fault:N31)", () => {
    const askers = new AskerEnvironment(hub)
    expect(askers.inherited(undefined)).toBeUndefined()
    askers.note({ SSH_AUTH_SOCK: "/new", VIRTUAL_ENV: "/venv" })
    expect({ ...askers.inherited(undefined) }).toEqual({ PATH: "/usr/bin", SSH_AUTH_SOCK: "/new", OWN: "hub" })
  })
})
