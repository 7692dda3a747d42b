/** What is kept of a token's person, in the database of a real hub: gone with the token, also over a kill. */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EMPTY_LAYOUT } from "@holdfast/core/layout/tree"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { openTerminal } from "../src/terminal-session.ts"

interface Token {
  readonly id: string
  readonly secret: string
}

describe("persons of a hub", () => {
  let hub: HubProcess
  let session: string
  beforeAll(async () => {
    hub = await startHub()
    session = (await openTerminal(hub, { command: "cat" })).id
  })
  afterAll(async () => {
    await hub.stop()
  })
  /** Whose documents and marks there are, and how many. */
  const kept = (): Readonly<Record<string, number>> => {
    const db = new DatabaseSync(join(hub.data, "holdfast.db"), { readOnly: true, timeout: 5000 })
    try {
      const rows = db.prepare(`SELECT person, count(*) AS n FROM (
        SELECT person FROM documents UNION ALL SELECT person FROM seen) GROUP BY person ORDER BY person`)
      return Object.fromEntries(rows.all().map(({ person, n }) => [String(person), Number(n)]))
    } finally {
      db.close()
    }
  }
  const makeToken = async (expiresAt?: number): Promise<Token> =>
    (await hub.call<Token>("POST", "/api/tokens", { name: "visitor", scope: "write", expiresAt })).body
  const put = async (token: string, path: string, body: unknown): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    const signal = AbortSignal.timeout(60_000)
    return (await fetch(`${hub.url()}/api${path}`, { method: "PUT", headers, signal, body: JSON.stringify(body) })).status
  }
  /** Puts a draft, a mark and layouts. */
  const keepSome = async (token: string, layouts = 1): Promise<void> => {
    const asked = [
      put(token, `/sessions/${session}/draft`, { text: "half a thought" }),
      put(token, `/sessions/${session}/seen`, { seq: 1 }),
      ...Array.from({ length: layouts }, (_, n) => put(token, `/layouts/client-${n}`, { layout: EMPTY_LAYOUT })),
    ]
    expect(new Set(await Promise.all(asked))).toEqual(new Set([200]))
  }

  it("L-12 G-25 what a person keeps goes as the token is revoked or expires, and the owner's stays", async () => {
    await keepSome(hub.token)
    const [revoked, brief, stays] = [await makeToken(), await makeToken(Date.now() + 2000), await makeToken()]
    for (const { secret } of [revoked, brief, stays]) await keepSome(secret, 10)
    expect((await hub.call("DELETE", `/api/tokens/${revoked.id}`)).status).toBe(200)
    await eventually("the one is forgotten", 5000, () => kept()[revoked.id] === undefined)
    await eventually("the other is forgotten", 8000, () => kept()[brief.id] === undefined)
    expect(kept()).toEqual({ [stays.id]: 12, owner: 3 })
    expect((await hub.call("POST", "/api/credential/rotate", {})).status).toBeLessThan(300)
    expect((await hub.call("GET", `/api/sessions/${session}/draft`)).body).toMatchObject({ text: "half a thought" })
  })

  it("L-12 a kill between revoking and forgetting, and an end while the hub is away, are made up for at the next start", async () => {
    const expiresAt = Date.now() + 3000
    const [revoked, brief, stays] = [await makeToken(), await makeToken(expiresAt), await makeToken()]
    for (const { secret } of [brief, revoked, stays]) await keepSome(secret, 50)
    const before = kept()
    expect([before[revoked.id], before[brief.id]]).toEqual([52, 52])
    const asked = hub.call("DELETE", `/api/tokens/${revoked.id}`)
    const dead = asked.then(() => hub.kill("SIGKILL"))
    expect((await asked).status).toBe(200)
    await dead
    // What a kill at the worst moment leaves: no token, and all of its person.
    const db = new DatabaseSync(join(hub.data, "holdfast.db"), { timeout: 5000 })
    db.exec("INSERT INTO documents VALUES ('killed', 'layout', 'client-1', 1, 1, '{}')")
    db.close()
    await eventually("its time is over", 5000, () => Date.now() > expiresAt)
    expect(kept()[brief.id]).toBe(52)
    await hub.start()
    const gone = [revoked.id, brief.id, "killed"]
    await eventually("they are forgotten", 10_000, () => gone.every((person) => kept()[person] === undefined))
    expect(kept()[stays.id]).toBe(52)
    expect(kept()["owner"]).toBe(3)
  })
})
