/** The setting `kinds`: which sessions may be created. */
import { afterEach, expect, it } from "vitest"
import { failure } from "@holdfast/testkit/hub/agent-house"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"

const closing: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function house(kinds: string, path: string): Promise<House> {
  const opened = await openHouse({ directory: path, sqlite: true, runners: new ScriptedRunner("one").layer, settings: { kinds } })
  closing.push(opened.close)
  return opened
}

it("X-12 a kind that is left out is refused by name, imports included, and nothing is created", async () => {
  const directory = await testDirectory()
  closing.push(directory.remove)
  const terminals = await house("terminal", directory.path)
  const refused = { _tag: "KindNotAllowed", kind: "agent", allowed: ["terminal"], message: /kinds allows terminal$/ }
  const notAgent = await createTerminal(terminals, { kind: "agent", agent: "scripted", key: "k" }).catch(
    (error: unknown) => error,
  )
  expect(notAgent).toMatchObject({ ...refused, message: expect.stringMatching(refused.message) })
  const imported = await failure(terminals, terminals.agents.importClaude("11111111-2222-4333-8444-555555555555", OWNER))
  expect(imported).toMatchObject({ _tag: "KindNotAllowed", kind: "agent" })
  expect((await terminals.run(terminals.hub.list({}))).total).toBe(0)
})

it("X-12 sessions that exist already are kept and can be used, whatever kinds says later", async () => {
  const directory = await testDirectory()
  closing.push(directory.remove)
  const before = await house("terminal,agent", directory.path)
  const { session } = await before.run(before.hub.create({ kind: "agent", agent: "scripted", key: "once" }, OWNER))
  await before.close()
  const after = await house("terminal", directory.path)
  expect(await after.run(after.hub.get(session.id))).toMatchObject({ kind: "agent", status: "active" })
  expect(await after.run(after.hub.mark(session.id, { text: "still here" }, OWNER))).toBeDefined()
  await expect(createTerminal(after, { kind: "agent", agent: "scripted", key: "once" })).rejects.toMatchObject({
    _tag: "KindNotAllowed",
  })
})
