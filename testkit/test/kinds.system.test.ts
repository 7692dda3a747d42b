/** A hub that creates only some kinds of session, seen from its doors. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { startHub } from "../src/hub-process.ts"
import { openConnection } from "../src/reader.ts"

it("X-12 X-13 no door creates another kind, and what is created keeps its files where the settings say", async () => {
  const directories = mkdtempSync(join(tmpdir(), "holdfast-kinds-"))
  const hub = await startHub({ settings: { HOLDFAST_KINDS: "agent", HOLDFAST_SESSION_DIRECTORIES: directories } })
  try {
    const request = { kind: "terminal", command: "true" } as const
    const refusal = { tag: "KindNotAllowed", kind: "terminal", allowed: ["agent"] }
    const http = await hub.call<{ readonly error: object }>("POST", "/api/sessions", request)
    expect([http.status, http.body.error]).toEqual([403, expect.objectContaining(refusal)])
    const connection = openConnection(hub.port, hub.token)
    try {
      await connection.online()
      await expect(connection.call("sessions.create", request)).rejects.toMatchObject({ tag: "KindNotAllowed" })
      await connection.call("sessions.create", { kind: "agent", agent: "scripted", env: { A: "b" } })
    } finally {
      connection.close()
    }
    expect(readdirSync(directories)).toHaveLength(1)
  } finally {
    await hub.stop()
    rmSync(directories, { recursive: true, force: true })
  }
})
