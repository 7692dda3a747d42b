import { describe, expect, it } from "vitest"
import { askerEnvironment, viewerOf } from "../src/sessions/asker.ts"

describe("the caller, and its machine", () => {
  const env = { PATH: "/bin", SSH_AUTH_SOCK: "/tmp/agent", npm_config_x: "1", npm_lifecycle_event: "npx" }

  it("T-29 (fault:N31) a hub on this machine gets the environment, whatever address it listens on; a remote one gets nothing", () => {
    const here = [
      { origin: "http://127.0.0.1:4653" },
      { origin: "http://[::1]:4653" },
      { origin: "https://192.0.2.7:4653", socket: "/home/ada/.local/share/holdfast/hub.sock" },
    ]
    for (const hub of here) {
      expect(askerEnvironment(hub, env)).toEqual({ environment: { PATH: "/bin", SSH_AUTH_SOCK: "/tmp/agent" } })
      expect(viewerOf(hub, env)).toEqual({ environment: { SSH_AUTH_SOCK: "/tmp/agent" } })
    }
    const away = { origin: "https://localhost.example.org" }
    expect([askerEnvironment(away, env), viewerOf(away, env)]).toEqual([{}, {}])
  })
})
