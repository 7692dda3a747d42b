import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { scriptedCatalog } from "@holdfast/agents/inside/catalog/scripted-catalog"
import { attachReader, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { performed } from "../../src/Hub.ts"

it("A-73 installs an agent in a terminal that says how far it is, and says why one cannot be installed", async () => {
  const directory = await testDirectory()
  const installer = { title: "Codex", command: "/bin/sh", args: ["-c", "echo for $HOLDFAST_DATA"], env: { HOLDFAST_DATA: "/d" } }
  const catalog = {
    ...scriptedCatalog,
    installer: (name: string) => (name === "codex" ? Effect.succeed(installer) : scriptedCatalog.installer(name)),
  }
  const house = await openHouse({ directory: directory.path, catalog })
  const install = (agent: string, key?: string) =>
    performed(house.hub, "agents.install", key === undefined ? { agent } : { agent, key }, OWNER)
  try {
    const { session } = await house.run(install("codex"))
    expect(session).toMatchObject({ kind: "terminal", label: "Install Codex", owner: "owner" })
    const reader = await attachReader(house, { session: session.id, after: 0 })
    await reader.until(
      "its output and its end",
      (seen) => seen.text.includes("for /d") && seen.list.some(({ type }) => type === "exit"),
    )
    const keyed = await house.run(install("codex", "install-1"))
    expect(await house.run(install("codex", "install-1"))).toMatchObject({ created: false, session: { id: keyed.session.id } })
    expect(await house.run(Effect.flip(install("scripted")))).toMatchObject({ _tag: "Unprocessable", field: "agent" })
  } finally {
    await house.close()
    await directory.remove()
  }
})
