import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { Store } from "@holdfast/store/Store"
import { createAgent, named, send } from "@holdfast/testkit/hub/agent-house"
import { openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"

it("Q-1 a message and an answer are answered from the events just stored; a repeated key from the log, in the same way", async () => {
  let reads = 0
  const store = Layer.effect(
    Store,
    Effect.map(Store, (inner) => ({
      ...inner,
      read: (session: number, range: Parameters<typeof inner.read>[1]) => {
        reads++
        return inner.read(session, range)
      },
    })),
  ).pipe(Layer.provide(MemoryStore.layer))
  const directory = await testDirectory()
  const runner = new ToldRunner()
  const house = await openHouse({ directory: directory.path, store, runners: runner.layer })
  try {
    const { id, reader } = await createAgent(house)
    await reader.until("all so far", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    const { messageId } = await send(house, id, "hello")
    await runner.until("a delivery", () => runner.children.some(({ commands }) => commands.length > 0))
    const [deliver] = runner.child.commands
    const turn = deliver?.type === "deliver" ? deliver.turn : ""
    const options = [{ id: "yes", label: "Yes", kind: "allow_once" }] as const
    const request = { id: "r", kind: "tool", tool: "bash", title: "Run", subject: "echo", input: {}, options } as const
    runner.note(
      { type: "ready", pid: 7, resumed: "new", native: "native-1" },
      { type: "taken", messageId: messageId, turn },
      { type: "asked", turn, request },
    )
    await reader.until("a request", (seen) => named(seen, "permission/asked").length === 1)
    reads = 0
    const sent = await send(house, id, "one more", "queue", "key")
    expect(sent).toMatchObject({ status: "queued" })
    expect(await house.run(house.agents.answer(id, "r", { optionId: "yes" }, OWNER))).toMatchObject({ allow: true })
    expect(reads).toBe(0)
    expect(await send(house, id, "one more", "queue", "key")).toEqual(sent)
    expect(reads).toBe(1)
  } finally {
    await house.close()
    await directory.remove()
  }
})
