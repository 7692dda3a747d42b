import { createHash, randomBytes } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { InputPart } from "@holdfast/protocol/agent/message"
import type { AgentInstruction } from "@holdfast/link/agent-messages"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { createAgent, failure, record } from "@holdfast/testkit/hub/agent-house"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"

const PNG = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), randomBytes(640 * 1024)])
const HASH = createHash("sha256").update(PNG).digest("hex")
const image = (bytes: Uint8Array, mediaType = "image/png", filename = "shot.png"): InputPart => ({
  type: "file",
  mediaType,
  url: `data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`,
  filename,
})

describe("files of messages", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ToldRunner
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ToldRunner()
    house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  const sendParts = (id: string, parts: ReadonlyArray<InputPart>, key?: string) =>
    house.agents.send(id, { parts, ...(key === undefined ? {} : { key }) }, OWNER)
  const filesOf = (name: string): string => join(directory.path, "sessions", name, "files")
  type Deliver = Extract<AgentInstruction, { type: "deliver" }>

  it("M-11 an image of 640 KB lies beside the log by its hash, and goes to the agent whole (fault:N20)", async () => {
    const { id, directory: name, reader } = await createAgent(house)
    const parts = [image(PNG), { type: "text", text: "what is this?" }] as const
    const sent = await house.run(sendParts(id, parts, "once"))
    const file = join(filesOf(name), HASH)
    expect(readFileSync(file).equals(PNG)).toBe(true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const known = { type: "file", mediaType: "image/png", url: `files/${HASH}`, filename: "shot.png", bytes: PNG.length }
    const session = await record(house, id)
    expect(session.queue[0]?.parts).toEqual([known, parts[1]])
    expect(JSON.stringify([session, reader.list]).length).toBeLessThan(16 * 1024)
    expect(await house.run(sendParts(id, parts, "once"))).toEqual(sent)
    await runner.until("the delivery", () => runner.children.length > 0 && runner.child.commands.length > 0)
    const delivery = runner.child.commands[0] as Deliver
    expect(delivery.parts).toEqual([{ ...known, path: file }, parts[1]])
    const { bytes, mediaType } = await house.run(house.agents.file(id, HASH))
    expect([Buffer.from(bytes).equals(PNG), mediaType]).toEqual([true, "image/png"])
    expect(await failure(house, house.agents.file(id, "../environment.json"))).toMatchObject({ _tag: "FileNotFound" })
  })

  it("M-11 up to 5 MiB together are taken, and named again by their hash; more, or one that is not there, is refused (fault:N20)", async () => {
    const { id, directory: name } = await createAgent(house)
    await house.run(house.agents.hold(id, OWNER))
    const large = Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024 - PNG.length)])
    await house.run(sendParts(id, [image(large)]))
    const byHash = sendParts(id, [{ type: "file", mediaType: "image/png", url: `files/${HASH}` }])
    expect(await failure(house, byHash)).toMatchObject({ _tag: "Unprocessable" })
    await house.run(sendParts(id, [image(PNG)]))
    await house.run(byHash)
    expect(await failure(house, sendParts(id, [image(large), image(PNG)]))).toMatchObject({ _tag: "TooLarge" })
    expect(await failure(house, sendParts(id, [image(Buffer.concat([large, PNG]))]))).toMatchObject({ _tag: "TooLarge" })
    const { queue } = await record(house, id)
    expect(queue.map(({ parts }) => (parts[0] as { bytes?: number }).bytes)).toEqual([large.length, PNG.length, PNG.length])
    expect(readdirSync(filesOf(name))).toHaveLength(2)
  })

  it("M-12 an image is what its bytes say; a file that is only called one is refused", async () => {
    const { id } = await createAgent(house)
    await house.run(house.agents.hold(id, OWNER))
    await house.run(sendParts(id, [image(PNG, "image/jpeg")]))
    expect((await record(house, id)).queue[0]?.parts[0]).toMatchObject({ mediaType: "image/png" })
    expect(await failure(house, sendParts(id, [image(Buffer.from("<svg/>"))]))).toMatchObject({ _tag: "Unprocessable" })
    const broken: InputPart = { type: "file", mediaType: "image/png", url: "data:image/png;base64,@@@@" }
    expect(await failure(house, sendParts(id, [broken]))).toMatchObject({ _tag: "Unprocessable" })
    const page = Buffer.from("<script>alert(1)</script>")
    await house.run(sendParts(id, [image(page, "text/html", "page.html")]))
    const hash = createHash("sha256").update(page).digest("hex")
    expect((await house.run(house.agents.file(id, hash))).mediaType).toBeUndefined()
  })
})
