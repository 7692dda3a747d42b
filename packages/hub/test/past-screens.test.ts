import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { attachReader, createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { failure } from "@holdfast/testkit/hub/agent-house"
import { performed } from "../src/Hub.ts"

describe("a terminal's past", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const at = async (session: string, seq?: number) => {
    const asked = seq === undefined ? { session } : { session, seq }
    const past = await house.run(performed(house.hub, "terminal.past", asked, OWNER))
    return { ...past, screen: Buffer.from(past.base64, "base64").toString() }
  }
  const exited = async (session: string) => {
    const reader = await attachReader(house, { session, after: 0 })
    await reader.until("the exit", ({ list }) => list.some(({ type }) => type === "exit"), 30_000)
    return reader
  }

  it("T-59 (row:A9) after any event it is what was on the screen then, at the size of then", async () => {
    const script = "echo first; read x; stty size; printf '\\033[2J\\033[Hlast'; exit 0"
    const session = await createTerminal(house, { command: "/bin/sh", args: ["-c", script] })
    const reader = await attachReader(house, { session: session.id, after: 0 })
    await reader.until("the first line", ({ text }) => text.includes("first"))
    await house.run(house.hub.resize(session.id, 50, 10, OWNER))
    await reader.until("the size", ({ list }) => list.some(({ type }) => type === "resize"))
    await house.run(house.hub.input(session.id, undefined, Buffer.from("go\r"), OWNER))
    await reader.until("the exit", ({ list }) => list.some(({ type }) => type === "exit"))
    const seqOf = (type: string) => reader.list.find((event) => event.type === type)?.seq ?? 0
    const nothing = await at(session.id, 0)
    expect(nothing.seq).toBe(0)
    expect(nothing.screen).not.toContain("first")
    const first = reader.seen.find((one) => one.kind === "event" && Buffer.from(one.bytes ?? []).includes("first"))
    const early = await at(session.id, first?.kind === "event" ? first.event.seq : 0)
    expect(early).toMatchObject({ cols: 80, rows: 24 })
    expect(early.screen).toContain("first")
    expect(await at(session.id, seqOf("resize"))).toMatchObject({ cols: 50, rows: 10 })
    const last = await at(session.id)
    expect(last.screen).toContain("last")
    expect(last.screen).not.toContain("first")
    expect(last.seq).toBe((await house.run(house.hub.get(session.id))).lastSeq)
  })

  it("T-59 in a log of many outputs a place is found from the picture before it, forwards and back", async () => {
    const script = "i=0; while [ $i -lt 4000 ]; do i=$((i+1)); printf 'line %d %0200d\\n' $i 0; done"
    const session = await createTerminal(house, { command: "/bin/sh", args: ["-c", script] })
    const reader = await exited(session.id)
    const lineAt = (seq: number): string => {
      const text = Buffer.concat(
        reader.seen.flatMap((one) =>
          one.kind === "event" && one.bytes !== undefined && one.event.seq <= seq ? [one.bytes] : [],
        ),
      ).toString()
      return text.match(/line \d+ /g)?.at(-1) ?? ""
    }
    const outputs = reader.list.filter(({ type }) => type === "output").map(({ seq }) => seq)
    const places = [0.9, 0.1, 0.5, 0.51, 0.2, 1].map((share) => outputs[Math.floor((outputs.length - 1) * share)] ?? 0)
    for (const seq of [...places, ...places]) expect((await at(session.id, seq)).screen).toContain(lineAt(seq).trim())
  })

  it("T-59 an agent has no screen", async () => {
    const { session } = await house.run(house.hub.create({ kind: "agent", agent: "scripted" }, OWNER))
    const asked = performed(house.hub, "terminal.past", { session: session.id, seq: 1 }, OWNER)
    expect(await failure(house, asked)).toMatchObject({ _tag: "SessionNotReady" })
  })
})
