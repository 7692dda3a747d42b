import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { createAgent, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { createTerminal, type House, openHouse, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { openSocket, RawClient, type SocketHouse } from "@holdfast/testkit/hub/socket-house"

describe("commands of the stream socket about agents", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let socket: SocketHouse
  let client: RawClient

  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path })
    socket = await openSocket(house)
    client = new RawClient(socket.port)
    await client.hello()
  })
  afterEach(async () => {
    client.ws.terminate()
    await socket.close()
    await house.close()
    await directory.remove()
  })

  const value = async (tag: string, payload: unknown): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await client.call(tag, payload)
    expect(answer).toMatchObject({ _tag: "Success" })
    return answer.value ?? {}
  }
  const failed = (tag: string) => ({ _tag: "Failure", cause: [{ _tag: "Fail", error: { _tag: tag } }] })

  it("W-2 sends, edits, reorders, removes, holds, releases and interrupts as the HTTP routes do", async () => {
    const { id: session, reader } = await createAgent(house)
    const send = async (text: string): Promise<Readonly<Record<string, unknown>>> => value("messages.send", { session, text })
    expect(await send("[[slow 1000 20]]")).toMatchObject({ status: "started" })
    await reader.until("it streams", (seen) => seen.list.some(({ type }) => type === "text-delta"))
    const ids: Array<unknown> = []
    for (const text of ["a", "b", "c"]) ids.push((await send(text))["messageId"])
    const [a, b, c] = ids
    await value("queue.edit", { session, messageId: a, text: "A" })
    await value("queue.reorder", { session, order: [c, b, a] })
    await value("queue.remove", { session, messageId: b })
    await value("queue.hold", { session })
    expect(await client.call("queue.resolve", { session, messageId: a, action: "drop" })).toMatchObject(
      failed("MessageNotQueued"),
    )
    expect(await client.call("queue.edit", { session, messageId: a })).toMatchObject(failed("Unprocessable"))
    expect(await value("agent.interrupt", { session })).toEqual({ interrupted: true })
    await turnsEnded(reader, 1)
    await value("agent.configure", { session, model: "other" })
    await value("queue.release", { session })
    await turnsEnded(reader, 3)
    const page = await value("messages.list", { session, limit: 10 })
    const users = (page["messages"] as ReadonlyArray<{ role: string; parts: ReadonlyArray<{ text: string }> }>).filter(
      ({ role }) => role === "user",
    )
    expect(users.map(({ parts }) => parts[0]?.text)).toEqual(["[[slow 1000 20]]", "c", "A"])
  })

  it("P-1 P-2 lists what waits and answers it once", async () => {
    const { id: session, reader } = await createAgent(house, { options: { permissions: "ask" }, cwd: directory.path })
    await value("messages.send", { session, text: "[[write note.txt hello]]" })
    await reader.until("it asks", (seen) => seen.list.some(({ type }) => type === "asked"))
    const { permissions } = await value("permissions.list", null)
    const [waiting] = permissions as ReadonlyArray<{
      request: { id: string; options: ReadonlyArray<{ id: string; kind: string }> }
    }>
    const request = waiting?.request.id
    const optionId = waiting?.request.options.find(({ kind }) => kind === "reject_once")?.id
    expect(await value("permissions.answer", { session, requestId: request, optionId })).toMatchObject({ allow: false })
    expect(await client.call("permissions.answer", { session, requestId: request, optionId })).toMatchObject(
      failed("PermissionSettled"),
    )
    await turnsEnded(reader, 1)
    const { agents } = await value("agents.list", null)
    expect(agents).toMatchObject([{ name: "scripted" }])
  })

  it("P-4 P-7 P-13 returns a whole request, and lists and forgets the rules of a session and those for all (fault:N22)", async () => {
    const { id: session, reader } = await createAgent(house, { options: { permissions: "ask" }, cwd: directory.path })
    await value("messages.send", { session, text: "[[bash echo one]] [[bash echo one]]" })
    await reader.until("a request", (seen) => seen.list.some(({ type }) => type === "asked"))
    const [waits] = (await house.run(house.hub.get(session))).permissions
    const request = waits?.id ?? ""
    const whole = await value("permissions.get", { session, requestId: request })
    expect(whole).toMatchObject({ request: { id: request, input: { command: "echo one" } }, suggestions: [{}, {}, {}] })
    const [suggested] = whole["suggestions"] as ReadonlyArray<{ readonly covers: object }>
    const remember = { scope: "session", covers: suggested?.covers }
    await value("permissions.answer", { session, requestId: request, optionId: "allow", remember })
    await turnsEnded(reader, 1)
    const { rules } = await value("rules.list", { session })
    expect(rules).toMatchObject([{ tool: "bash", allow: true, covers: { type: "command", cwd: directory.path } }])
    const [rule] = rules as ReadonlyArray<object>
    expect(await value("rules.list", {})).toEqual({ rules: [] })
    expect(await value("rules.forget", rule)).toEqual({ forgotten: false })
    expect(await value("rules.forget", { session, ...rule })).toEqual({ forgotten: true })
    expect(await value("rules.list", { session })).toEqual({ rules: [] })
    expect(await client.call("permissions.get", { session, requestId: "never" })).toMatchObject(failed("PermissionNotFound"))
  })

  it("X-10 (fault:N50) names that cannot be kept, shown or passed to a program are refused with their field, and nothing is created", async () => {
    const { id: session } = await createAgent(house)
    const { id: shell } = await createTerminal(house, { command: "/bin/cat" })
    const refused = async (tag: string, payload: unknown, field: string) =>
      expect([field, await client.call(tag, payload)], JSON.stringify(payload)).toMatchObject([
        field,
        { _tag: "Failure", cause: [{ error: { _tag: "Unprocessable", field } }] },
      ])
    const { total } = await house.run(house.hub.list({}))
    for (const env of [{ "A=B": "1" }, { "": "1" }, { "A\0": "1" }, { "A\ud800": "1" }, { A: "\0" }, { A: "\udc00" }]) {
      await refused("sessions.create", { kind: "terminal", command: "/bin/cat", env }, "env")
      await refused("sessions.create", { kind: "terminal", command: "/bin/cat", environment: env }, "environment")
      await refused("sessions.create", { kind: "agent", agent: "scripted", env }, "env")
      await refused("sessions.create", { kind: "agent", agent: "scripted", environment: env }, "environment")
      await refused("Attach", { session: shell, mode: "interactive", cols: 80, rows: 24, environment: env }, "environment")
    }
    for (const name of ["", "\ud800", "a\u0000", "a\u001b[2J"])
      for (const options of [{ [name]: 1 }, { mcpServers: [{ [name]: 1 }] }])
        await refused("sessions.create", { kind: "agent", agent: "scripted", options }, "options")
    for (const filename of ["", " ", "\ud800", "a\0b", "a\u001b[2J", "\u202egpj.exe"]) {
      const parts = [{ type: "file", mediaType: "text/plain", url: "data:,a", filename }]
      await refused("messages.send", { session, parts }, "parts.0.filename")
    }
    for (const text of ["a\0", "\ud800"]) {
      for (const field of ["command", "cwd"]) await refused("sessions.create", { kind: "terminal", [field]: text }, field)
      await refused("sessions.create", { kind: "terminal", args: [text] }, "args.0")
      await refused("agent.configure", { session, cwd: text }, "cwd")
      const remember = { scope: "session", covers: { type: "file", path: text } }
      const answer = { optionId: "allow", remember }
      await refused("permissions.answer", { session, requestId: "one", ...answer }, "remember.covers.path")
      await refused("trust.set", { directory: text, trusted: true }, "directory")
    }
    await refused("sessions.update", { session, label: "\ud800" }, "label")
    await refused("log.mark", { session, text: " " }, "text")
    expect((await house.run(house.hub.list({}))).total).toBe(total)
    expect(await value("messages.list", { session })).toMatchObject({ messages: [] })
  })

  it("P-16 a client's name with control characters is refused (fault:N9)", async () => {
    for (const name of ["a\u001b[31m", "b\u009b1m", "c\n", "d\u202e"]) {
      const other = new RawClient(socket.port)
      await new Promise((resolve) => other.ws.once("open", resolve))
      expect(
        await other.call("Hello", { protocol: 1, client: "client-123", connection: "connection-123456", name }),
      ).toMatchObject(failed("Unprocessable"))
      other.ws.terminate()
    }
  })
})
