import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { checkedAgentLog, messagesOf, openAgent, recordOf, sendText, settledAgent, textOf } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { MAIN } from "@holdfast/testkit/programs"
import { attached, commandLine, UserTerminal, usersOfTests } from "./user-terminal.ts"

let hub: HubProcess
let folder: string
const users = usersOfTests()

beforeAll(async () => {
  hub = await startHub()
  folder = mkdtempSync(join(tmpdir(), "holdfast-agents-"))
})
afterAll(async () => {
  await hub.stop()
  rmSync(folder, { recursive: true, force: true })
})

const { run, ok } = commandLine(() => hub)
const asks = (id: string): Promise<unknown> =>
  eventually("the agent asks", 10_000, async () =>
    (await recordOf(hub, id)).permissions.some(({ decision }) => decision === undefined),
  )

/** The end of the id of the request that waits, as inbox prints it. */
const request = async (id: string): Promise<string> =>
  (await recordOf(hub, id)).permissions.find(({ decision }) => decision === undefined)?.id.slice(-8) ?? "none"

describe("the commands for agents", () => {
  it("A-66 open a session, ask the agent, and print its answer, or that it said nothing", async () => {
    const id = (await ok("new", "agent", "scripted", "--cwd", folder, "--option", "pace=0", "--label", "first")).trim()
    expect(await ok("send", "first", "--wait", "[[say it is **so**]]")).toBe("it is **so**\n")
    writeFileSync(join(folder, "note.txt"), "from a file")
    const sent = JSON.parse(await ok("send", id, "with a file", "--file", join(folder, "note.txt"), "--wait", "--json"))
    expect(sent).toMatchObject({ outcome: "completed", status: "started" })
    const [, , third] = await messagesOf(hub, id)
    expect(third?.parts).toMatchObject([
      { type: "file", mediaType: "text/plain", filename: "note.txt", bytes: 11 },
      { type: "text", text: "with a file" },
    ])
    const silent = await run("send", id, "--wait", "[[think quietly]]")
    expect(silent).toMatchObject({ code: 0, stdout: "", stderr: "holdfast: done; the agent said nothing\n" })
    expect(await ok("messages", id)).toContain("it is **so**")
    expect(await ok("export", id)).toContain("## User (owner)")
    expect(await ok("log", id, "--type", "ended")).toContain("completed")
    expect(await ok("ls")).toMatch(/idle +first +scripted \(scripted-1\)/)
    expect(await ok("show", "first")).toMatch(/agent +scripted 1, adapter scripted/)
  })

  it("M-11 M-13 send an image of the size that models take, which every door shows by its hash (fault:N20)", async () => {
    const id = (await ok("new", "agent", "scripted", "--cwd", folder, "--option", "pace=0")).trim()
    const shot = join(folder, "shot.png")
    const bytes = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(5 * 1024 * 1024 - 8, 7)])
    writeFileSync(shot, bytes)
    expect(JSON.parse(await ok("send", id, "look", "--file", shot, "--wait", "--json"))).toMatchObject({ outcome: "completed" })
    const [message] = await messagesOf(hub, id)
    const hash = createHash("sha256").update(bytes).digest("hex")
    expect(message?.parts[0]).toMatchObject({ mediaType: "image/png", url: `files/${hash}`, bytes: bytes.length })
    expect(await ok("export", id)).toContain("shot.png (image/png)")
    const authorization = `Bearer ${hub.token}`
    const answer = await fetch(`${hub.url()}/api/sessions/${id}/files/${hash}`, { headers: { authorization } })
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
    const { headers } = answer
    expect([headers.get("content-type"), headers.get("x-content-type-options")]).toEqual(["image/png", "nosniff"])
    expect((await hub.call("GET", `/api/sessions/${id}/files/${"0".repeat(64)}`)).status).toBe(404)
    writeFileSync(shot, Buffer.concat([bytes, bytes]))
    expect((await run("send", id, "look", "--file", shot)).stderr).toContain("send several messages")
  })

  it("A-1 list the known agents when a word names none, and say how it becomes a message", async () => {
    const [lone, words, quoted] = await Promise.all([
      run("new", "agent", "hello", "--cwd", folder),
      run("new", "agent", "fix", "what's", "broken"),
      run("new", "agent", "hello", "Why does it fail?"),
    ])
    expect(lone).toMatchObject({ code: 1, stdout: "" })
    expect(lone.stderr).toContain("no agent is called hello; there are scripted, ")
    expect(lone.stderr).toContain("to send it to an agent, name the agent first: holdfast new agent scripted 'hello'\n")
    expect(words.stderr).toContain("holdfast new agent scripted 'fix what'\\''s broken'\n")
    expect(quoted.stderr).toContain("no agent is called hello")
    expect(quoted.stderr).not.toContain("to send it")
    expect(await run("new", "agent", "scripted", " ")).toMatchObject({ code: 2 })
  })

  it("A-14 name a session by its first message, with or without quotes, unless it has a label", async () => {
    const label = async (...args: ReadonlyArray<string>): Promise<string> =>
      (await recordOf(hub, (await ok("new", "agent", ...args, "--cwd", folder, "--option", "pace=0")).trim())).label
    expect(await label("scripted", "Why", "does", "it", "fail?")).toBe("Why does it fail?")
    expect(await label("Why does it\nfail?")).toBe("Why does it")
    expect(await label("scripted", "not this", "--label", "this")).toBe("this")
    expect(await label("scripted")).toBe("scripted")
    expect(await ok("ls", "--find", "why fail")).toContain("Why does it fail?")
  })

  it("end with 1 and say why when a turn fails", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const failed = await run("send", id, "--wait", "[[error 529]]")
    expect(failed).toMatchObject({ code: 1, stdout: "" })
    expect(failed.stderr).toContain("the turn ended with an error: the model answered with status 529")
  })

  it("Q-12 Q-13 (fault:N11) say why a queue is held and how it continues, and wait for nothing that cannot come", async () => {
    const options = { pace: 0, permissions: "allow" }
    const { id } = await openAgent(hub, { options, label: "limited", cwd: mkdtempSync(join(folder, "limited-")) })
    await ok("queue", "hold", id)
    const short = id.slice(-8)
    const how = new RegExp(`held by a person; to continue now: holdfast queue release ${short}`)
    const waited = await run("send", id, "--wait", "[[say at last]]")
    expect(waited).toMatchObject({ code: 1, stdout: "" })
    expect(waited.stderr).toMatch(how)
    expect(await ok("send", id, "another")).toMatch(how)
    for (const command of ["ls", "show"]) expect(await ok(command, ...(command === "show" ? [id] : []))).toMatch(how)
    const { hold } = (await sendText(hub, id, "third")).body
    expect(hold).toMatchObject({ reason: "person" })
    await ok("queue", "release", id)
    await settledAgent(hub, id)
    // An error holds what waits behind it while it is waited for.
    await sendText(hub, id, "[[bash while [ ! -e ../fails ]; do sleep 0.05; done]] [[error 529]]")
    const waiting = run("send", id, "--wait", "[[say behind]]")
    await eventually("it waits behind", 10_000, async () =>
      (await recordOf(hub, id)).queue?.some(({ status }) => status === "waiting"),
    )
    writeFileSync(join(folder, "fails"), "")
    const behind = await waiting
    expect(behind).toMatchObject({ code: 1 })
    expect(behind.stderr).toContain("held after an error: the model answered with status 529")
    const tried = await run("send", id, "--wait", "[[say tried]]")
    expect(tried.stdout).toBe("tried\n")
    expect(tried.stderr).toContain("also sends 1 held message: [[say behind]]")
  })

  it("A-41 A-42 (fault:N12 fault:N13) let an agent continue in another directory, and start afresh", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0, permissions: "allow" }, cwd: mkdtempSync(join(folder, "a-")) })
    const place = mkdtempSync(join(folder, "b-"))
    expect(await ok("send", id, "--wait", "one")).not.toContain("remember")
    expect(await ok("cd", id, place)).toContain(`continues in ${place}`)
    expect(await ok("send", id, "--wait", "[[bash pwd]]")).toContain(place)
    rmSync(place, { recursive: true })
    const shown = (await ok("messages", id)).match(/([0-9a-f]{8})\n/g)?.[2]?.trim() ?? ""
    expect(await ok("renew", id, "--before", shown)).toContain("restarts with its next message")
    const gone = await run("send", id, "--wait", "two")
    expect(gone).toMatchObject({ code: 1 })
    expect(gone.stderr).toContain(`${place} is gone or cannot be entered; choose another with: holdfast cd ${id.slice(-8)}`)
    const again = await run("send", id, "--wait", "three")
    expect(again).toMatchObject({ code: 1 })
    expect(again.stderr).toContain("holdfast cd")
    await ok("cd", id, folder)
    await settledAgent(hub, id)
    expect((await messagesOf(hub, id)).map(textOf).at(-1)).toContain("remember 4 earlier messages")
    expect(await run("renew", id, "--before", "nothing-like-it")).toMatchObject({ code: 1 })
  })

  it("say what is wrong in clear words", async () => {
    const { id } = await openAgent(hub)
    const wrong = async (code: number, text: string | RegExp, ...args: ReadonlyArray<string>): Promise<void> => {
      const ran = await run(...args)
      expect(ran.code, args.join(" ")).toBe(code)
      expect(ran.stderr).toMatch(text)
    }
    await wrong(1, /no agent is called nope/, "new", "agent", "nope")
    await wrong(1, /option pace/, "new", "agent", "--option", "pace=fast")
    await wrong(2, /--option needs NAME=VALUE/, "new", "agent", "--option", "pace")
    await wrong(2, /nothing to send/, "send", id, "")
    await wrong(2, /are for terminals/, "send", id, "x", "--press", "enter")
    await wrong(1, /cannot read .*missing/, "send", id, "--file", join(folder, "missing"))
    await wrong(1, /no request is waiting in/, "approve", id, "1", "allow")
    await wrong(1, /the queue of \S+ is empty/, "queue", "rm", id, "1")
    await wrong(1, /no rule 1/, "rules", "forget", "1")
  })

  it("P-17 list what waits, and answer it by its id, never by its place", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 }, label: "asker", cwd: folder })
    await sendText(hub, id, "[[bash echo yes > out.txt]]")
    await asks(id)
    expect(await ok("inbox")).toMatch(/asker \(scripted\)[\s\S]*holdfast approve/)
    expect(await ok("show", id)).toMatch(/asks +bash: echo yes > out.txt[\s\S]*in full: .*show .* --request/)
    expect(await ok("show", id, "--request", await request(id))).toMatch(
      /command: echo yes > out.txt[\s\S]*--for tool: every use of bash/,
    )
    expect(await ok("ls")).toMatch(/asks +asker/)
    expect((await run("approve", id, "1", "allow")).stderr).toMatch(
      /name the request by its id[\s\S]*waiting now:\s+[\w-]{8,} {2}bash: echo yes/,
    )
    const answered = await request(id)
    const refused = await run("approve", id, answered, "perhaps")
    expect(refused.stderr).toMatch(/no option perhaps; it has\s+1 {2}allow/)
    expect((await run("approve", id, answered, "allow", "--remember", "session")).stderr).toContain(
      "--for tool: every use of bash",
    )
    expect(await ok("approve", "asker", answered, "allow")).toContain("allowed: bash")
    await settledAgent(hub, id)
    expect(readFileSync(join(folder, "out.txt"), "utf8")).toBe("yes\n")
    await sendText(hub, id, "[[bash echo some]]")
    await asks(id)
    await ok("approve", id, await request(id), "allow", "--remember", "always", "--for", "commands")
    await settledAgent(hub, id)
    // The rule answers the next one.
    expect(await ok("send", id, "--wait", "[[bash echo some more]]")).toContain("some more")
    expect(await ok("rules", "ls")).toMatch(/allow +bash +commands that start with echo some, run from/)
    expect(await ok("rules", "forget", "1")).toContain("forgot")
    await sendText(hub, id, "[[bash echo once]]")
    await asks(id)
    expect(await ok("approve", id, await request(id), "allow", "--remember", "session")).toMatch(
      /from now on: exactly echo once in /,
    )
    await settledAgent(hub, id)
    expect(await ok("rules", id)).toMatch(/allow +bash +exactly echo once in/)
    expect(await ok("rules", "ls")).toContain("no rules")
    expect(await ok("rules", "forget", "1", id)).toContain("forgot rule 1: exactly echo once in")
    expect(await ok("rules", "ls", id)).toContain("no rules; approve --remember session creates one")
    expect(await ok("inbox")).toBe("nothing is waiting for an answer\n")
  })

  it("answer questions by their choice", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    await sendText(hub, id, "[[ask Which?|This|That]]")
    await asks(id)
    await ok("approve", id, await request(id), "answer", "--answer", "That")
    await settledAgent(hub, id)
    expect((await messagesOf(hub, id)).map(textOf).join()).toContain("you chose That")
  })

  it("change what waits, stop a turn, and let the queue continue", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    await sendText(hub, id, "[[slow 2000 100]]")
    for (const text of ["[[say one]]", "[[say two]]", "[[say three]]"]) expect(await ok("send", id, text)).toContain("queued")
    await ok("queue", "move", id, "3", "1")
    await ok("queue", "edit", id, "2", "[[say one and a half]]")
    await ok("queue", "rm", id, "3")
    expect(await ok("queue", "ls", id)).toMatch(/1 .*say three\]\]\n.*2 .*say one and a half\]\] \(edited\)/)
    expect((await run("send", id, "--mode", "reject", "x")).stderr).toMatch(/streaming|busy|works/i)
    expect(await ok("interrupt", id)).toBe("interrupting\n")
    await settledAgent(hub, id)
    expect(await ok("queue", "ls", id)).toContain("held after an interrupt")
    await ok("queue", "release", id)
    await eventually("all were sent", 10_000, async () => (await recordOf(hub, id)).queue.length === 0)
    await settledAgent(hub, id)
    const said = (await messagesOf(hub, id)).filter(({ role }) => role === "assistant").map(textOf)
    expect(said.slice(1)).toEqual(["three", "one and a half"])
  })
})

describe("attach to an agent", () => {
  const attach = (id: string, ...more: ReadonlyArray<string>): UserTerminal => {
    const user = attached(hub, id, ...more)
    users.push(user)
    return user
  }
  const untouched = (user: UserTerminal): void => {
    expect(user.alternate).toBe(false)
    expect(user.modes).toMatchObject({ bracketedPasteMode: false, applicationCursorKeysMode: false, wraparoundMode: true })
  }

  it("shows the answer as it comes, and C-6 restores the terminal when the user detaches", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const user = attach(id)
    await user.sees("idle")
    user.type("[[think hm]] [[say Hello **there**]]\r")
    await user.sees(/Hello there[\s\S]*done ·/)
    expect(user.text.match(/Hello there/g)).toHaveLength(1)
    user.type("\u001dd")
    expect(await user.ended).toBe(0)
    await user.sees("detached from")
    untouched(user)
  })

  it("queues what is typed while a turn streams, shows and changes the queue, stops first and detaches second", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const user = attach(id)
    await user.sees("idle")
    user.type("[[slow 3000 50]]\r")
    await user.sees("word3")
    user.type("second\r")
    await user.sees("1 queued: second")
    user.type("/edit 1 [[say changed]]\r")
    await user.sees("1 queued: [[say changed]]")
    // Half a message is no reason to let the turn go on, and stays.
    user.type("half\u0003")
    await user.sees(/interrupted[\s\S]*1 queued/)
    await user.sees("held after an interrupt")
    await user.sees("› half")
    user.type("\u0015/release\r")
    await user.sees(/changed[\s\S]*done/)
    user.type("\u0003")
    await user.sees("Ctrl-C again detaches")
    user.type("\u0003")
    expect(await user.ended).toBe(0)
    untouched(user)
  })

  it("P-5 answers a request by one key after a moment, and never by what was typed ahead or by Enter", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 }, cwd: folder })
    const user = attach(id)
    await user.sees("idle")
    // The answer is typed before the request can be seen.
    user.type("[[bash echo asked]]\ry")
    await user.sees("bash asks")
    await user.sees("press Tab to answer")
    expect((await recordOf(hub, id)).permissions[0]?.decision).toBeUndefined()
    user.type("\u007f")
    await user.sees("press a key")
    user.type("\r")
    // Keys are read in order: what comes back after these two, comes after Enter.
    user.type("\t")
    await user.sees("press Tab to answer")
    user.type("\t")
    await user.sees("press a key")
    expect((await recordOf(hub, id)).permissions[0]?.decision).toBeUndefined()
    user.type("v")
    await user.sees(/tool: bash[\s\S]*command: echo asked[\s\S]*press a key/)
    user.type("y")
    await user.sees(/✓ allowed by [\s\S]*done/)
  })

  it("says who answered elsewhere, and the request vanishes", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const user = attach(id)
    await user.sees("idle")
    await sendText(hub, id, "[[bash true]]")
    await user.sees("bash asks")
    await ok("approve", id, await request(id), "reject", "--message", "not now")
    await user.sees(/✗ refused by owner: bash: true \(not now\)/)
    expect(user.screen.join("\n")).not.toContain("bash asks")
  })

  it("continues where it was when the hub is killed in the middle of a turn, without a doubled word", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const user = attach(id)
    await user.sees("idle")
    user.type("[[slow 60 60]]\r")
    await user.sees("word9")
    await hub.kill("SIGKILL")
    await user.sees("the hub is away")
    await hub.start()
    await user.sees("the hub is back", 20_000)
    await user.sees(/word59[\s\S]*done/, 20_000)
    const words = user.text.match(/word\d+/g)
    expect(words).toEqual(Array.from({ length: 60 }, (_, i) => `word${i}`))
    await checkedAgentLog(hub, id)
  })

  it("works in a narrow window with wide characters, and keeps its place when it is resized", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const user = new UserTerminal(hub.environment(), ["attach", id], { cols: 40, rows: 15 })
    users.push(user)
    await user.sees("idle")
    user.type(`[[say ${"日本語のテキスト".repeat(8)}]]\r`)
    await user.sees(/done/)
    user.type("日本語を書く")
    await user.sees("› 日本語を書く")
    expect(user.cursor.x).toBe(14)
    user.resize(60, 20)
    user.type("!")
    await user.sees("› 日本語を書く!")
    expect(user.screen.filter((row) => row.startsWith("› 日本語を書く"))).toHaveLength(1)
  })

  it("C-6 restores the terminal on a signal, and a viewer only watches", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const viewer = attach(id, "--viewer")
    await viewer.sees("read-only")
    viewer.type("hello\r")
    await viewer.sees("nothing is sent")
    viewer.signal("SIGTERM")
    expect(await viewer.ended).toBe(1)
    untouched(viewer)
    expect((await recordOf(hub, id)).agent?.turns).toBe(0)
  })

  it("prints plain lines where there is no terminal", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    await sendText(hub, id, "[[say plain words]]")
    await settledAgent(hub, id)
    const user = new UserTerminal(
      hub.environment(),
      ["-c", `"$0" "$1" attach ${id} | head -n 4`, process.execPath, MAIN],
      undefined,
      "/bin/sh",
    )
    users.push(user)
    await user.sees("plain words")
    expect(user.written).not.toContain("\u001b[")
  })
})
