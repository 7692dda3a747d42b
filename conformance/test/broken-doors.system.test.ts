/** Each check fails for a door that breaks its promise. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import { CHECKS } from "../src/checks.ts"
import type { DoorItem, DoorUnderTest, SendWith } from "../src/door.ts"
import { DoorRefused } from "../src/door.ts"
import { sseDoor } from "../src/doors/sse.ts"
import { HubCalls, type HubUnderTest } from "../src/hub.ts"
import { within } from "../src/patience.ts"
import { reportOf } from "../src/report.ts"
import { type Result, runCheck, runSuite } from "../src/suite.ts"
import { messageDoor } from "./message-door.ts"
import {
  attaching,
  doubling,
  dropping,
  forging,
  items,
  openGreedy,
  openUnguarded,
  quiet,
  reading,
  reordering,
} from "./broken-doors.ts"

const MiB = 1024 * 1024

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub({ settings: { HOLDFAST_LOG_MAX_BYTES: String(MiB), HOLDFAST_CHECKPOINT_BYTES: String(MiB / 4) } })
})
afterAll(async () => {
  await hub.stop()
})

const here = (): HubUnderTest => ({ url: hub.url(), token: hub.token })

const tried = async (id: string, door: DoorUnderTest, at = here()): Promise<Result> => {
  const check = CHECKS.find((one) => one.id === id)
  if (check === undefined) throw new Error(`there is no check ${id}`)
  return runCheck(check, door, at)
}

/** Demands that the check fails, and says what it says. */
async function fails(id: string, door: DoorUnderTest, reason: RegExp, at = here()): Promise<void> {
  const result = await tried(id, door, at)
  expect(result).toMatchObject({ id, outcome: "failed" })
  expect(result.reason).toMatch(reason)
}

const plain = (): DoorUnderTest => sseDoor(here())

describe.concurrent("a reader of a broken door", () => {
  it.each([
    ["loses an event", dropping, /something is missing/],
    ["is given an event twice", doubling, /out of order, or twice/],
    ["is given two events the wrong way round", reordering, /something is missing/],
  ])("K-1 that %s fails the checks of order", async (_, spoil, reason) => {
    await Promise.all(["order", "live-cursors"].map((id) => fails(id, reading(plain(), spoil), reason)))
  })

  it("K-1 that is given another event than the log holds fails", async () => {
    await fails("every-cursor", reading(plain(), forging), /from cursor 0: the reader was given .*forged/)
  })

  it.each([
    ["starts over", (after: number) => Math.max(0, after - 3), /out of order, or twice/],
    ["skips what comes next", (after: number) => after + 1, /something is missing|up to date at/],
  ])("K-1 that %s after a cut fails", async (_, move, reason) => {
    const door = attaching(plain(), (request) =>
      (request.after ?? 0) === 0 ? request : { ...request, after: move(request.after ?? 0) },
    )
    await Promise.all(["cut", "every-cursor"].map((id) => fails(id, door, reason)))
  })

  it("K-1 that is not given what stands for a folded turn fails", async () => {
    const losing = items((item) => (item.kind === "event" && item.name === "agent/folded" ? [] : [item]))
    await fails("fold", reading(plain(), losing), /something is missing/)
  })

  it("K-1 that is given something else than a snapshot, or loses an event when the hub is killed, fails", async () => {
    const lying = items((item) => [item.kind === "snapshot" ? { ...item, reason: "fresh" } : item])
    await fails("trim", reading(plain(), lying), /the snapshot says fresh/, { ...here(), trimsAt: MiB })
    await fails("kill", reading(plain(), dropping), /something is missing/, { ...here(), restart: () => Promise.resolve() })
  })

  it("K-1 whose stream ends without a word in a turn fails, as does one whose leaving ends the turn", async () => {
    await fails("ends", reading(plain(), quiet), /ended without a word in the middle of a turn/)
    const calls = new HubCalls(here())
    const cancelling: DoorUnderTest = {
      ...plain(),
      attach: async (request) => {
        const reader = await plain().attach(request)
        return {
          ...reader,
          close: () => calls.call("POST", `/api/sessions/${request.session}/interrupt`, {}).then(() => reader.close()),
        }
      },
    }
    await fails("detach", cancelling, /the turn ended as interrupted/)
  })

  it("K-1 whose server keeps what it does not read fails", async () => {
    // One that trims nothing: what has left the log is kept by no one.
    const whole = await startHub()
    const greedy = await openGreedy({ url: whole.url(), token: whole.token })
    await fails("stopped-reader", sseDoor(greedy.hub), /the server grew by \d+\.\d MiB/, greedy.hub)
    await greedy.close()
    await whole.stop()
  })

  it("K-1 whose filter is forgotten when it comes back fails", async () => {
    const forgetful = attaching(plain(), ({ channel, ...request }) =>
      request.after === 0 && channel !== undefined ? { ...request, channel } : request,
    )
    await fails("filter", forgetful, /of the channel `session`/)
  })

  it("K-1 who is sent away for being quiet, or when its turn is stopped, fails", async () => {
    const lost: DoorItem = { kind: "ended", tag: "ConnectionLost", message: "sent away" }
    const impatient = reading(plain(), (next) => async () => (await within(300, next()))?.value ?? lost)
    await fails("quiet", impatient, /lost their connection while nothing happened; the last one with ConnectionLost: sent away/, {
      ...here(),
      silence: 400,
    })
    const rude = reading(
      plain(),
      items((item) => [item.kind === "event" && item.name === "turn/ended" ? lost : item]),
    )
    await fails("interrupt", rude, /ended before the end of the turn: ConnectionLost/)
  })

  it("K-1 whose cursor is not looked at, or whose session does not exist, fails unless it learns that", async () => {
    await fails(
      "cursors",
      attaching(plain(), (request) => ({ ...request, after: 0 })),
      /the cursor -1 came to event/,
    )
    const silent: DoorUnderTest = {
      ...plain(),
      attach: () =>
        Promise.resolve({
          next: () => Promise.resolve(undefined),
          cut: () => undefined,
          pause: () => undefined,
          resume: () => undefined,
          close: () => undefined,
        }),
    }
    await fails("sessions", silent, /came to silence/)
  })
})

describe.concurrent("a sender through a broken door", () => {
  it("K-1 whose key is not passed on, or whose conflict is hidden, fails", async () => {
    const { send } = plain()
    await fails(
      "keys",
      { ...plain(), send: async (one) => send?.({ ...one, key: crypto.randomUUID() }) },
      /the second answer is another/,
    )
    const hiding = async (one: Parameters<NonNullable<typeof send>>[0]): Promise<unknown> =>
      send?.(one).catch((error: unknown) => (error instanceof DoorRefused ? {} : Promise.reject(error)))
    await fails("keys", { ...plain(), send: hiding }, /another message under the same key came to accepted/)
    await fails("bad-input", { ...plain(), send: hiding }, /came to accepted/)
  })

  it("K-1 that types in pieces fails", async () => {
    const { type } = plain()
    const half = async (one: SendWith): Promise<unknown> => {
      const middle = one.text.length / 2
      await type?.({ ...one, text: one.text.slice(0, middle), key: `${one.key}-1` })
      return type?.({ ...one, text: one.text.slice(middle), key: `${one.key}-2` })
    }
    await fails("typing", { ...plain(), type: half }, /20 inputs; the terminal was given \d+ pieces that are not these/)
  })

  it("K-1 that lends its own credential fails", async () => {
    const { send } = plain()
    await fails(
      "scope",
      { ...plain(), send: async (one) => send?.({ ...one, token: hub.token }) },
      /may only read came to accepted/,
    )
  })
})

describe.concurrent("the entries of a broken door", () => {
  it("K-1 fail when one of them lets everyone in", async () => {
    const open: DoorUnderTest = { ...plain(), entries: [...plain().entries, { method: "GET", path: "/health/live" }] }
    await fails("guard-credential", open, /GET \/health\/live answered 200 to no credential, not 401/)
  })

  it("K-1 fail when no guard sees the Host and the Origin", async () => {
    const unguarded = await openUnguarded(here())
    const door = sseDoor(unguarded.hub)
    await fails("guard-host", door, /answered 20\d to another Host/, unguarded.hub)
    await fails("guard-origin", door, /answered 20\d to the Origin/, unguarded.hub)
    await unguarded.close()
  })
})

const chat = (): DoorUnderTest => messageDoor(plain())
const shrinking = items((item) =>
  item.kind === "message" ? [{ ...item, message: { ...item.message, parts: item.message.parts.map(cut) } }] : [item],
)
const cut = (part: unknown): unknown => {
  const { text } = part as { readonly text?: string }
  return text === undefined ? part : { ...(part as object), text: text.slice(0, 90) }
}
const hasty = items((item) => (item.kind === "message" ? [{ ...item, done: true }] : [item]))
const hushed = (next: () => Promise<DoorItem | undefined>) => async (): Promise<DoorItem | undefined> => {
  const item = await next()
  return item?.kind === "message" && item.done ? undefined : item
}

describe.concurrent("a door that shows messages", () => {
  it.each([["turn"], ["turn-live"], ["turn-cut"], ["turn-fold"], ["detach"], ["interrupt"], ["ends"], ["sessions"], ["scope"]])(
    "K-1 passes %s when its readers end with the stored message",
    async (id) => {
      expect(await tried(id, chat())).toMatchObject({ id, outcome: "passed" })
    },
  )

  it.each([["turn"], ["turn-live"], ["turn-cut"], ["turn-fold"]])(
    "K-1 fails %s when part of its message is missing",
    async (id) => {
      await fails(id, reading(chat(), shrinking), /the reader has .*, but .* is stored/)
    },
  )

  it("K-1 fails when it plays a turn that is over as one that runs", async () => {
    await fails("turn-past", chat(), /shown as one that runs/)
  })

  it("K-1 fails when it says too early that a turn is over, or never", async () => {
    await fails("turn", reading(chat(), hasty), /the reader has .*, but .* is stored/)
    await fails("turn", reading(chat(), hushed), /ended without a word before the end of the turn/)
  })
})

describe("a door that shows messages, when the hub is killed", () => {
  it("K-1 passes, and fails when part of its message is missing", async () => {
    const at: HubUnderTest = { ...here(), restart: () => hub.kill("SIGKILL").then(async () => void (await hub.start())) }
    expect(await tried("turn-kill", chat(), at)).toMatchObject({ outcome: "passed" })
    const kept: HubUnderTest = { ...here(), restart: () => Promise.resolve() }
    await fails("turn-kill", reading(chat(), shrinking), /the reader has .*, but .* is stored/, kept)
  })
})

describe("the command line", () => {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
  const run = async (...args: ReadonlyArray<string>) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] })
    let text = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (piece: string) => (text += piece))
    const [code] = (await once(child, "exit")) as [number]
    return { code, text }
  }

  it("K-1 tries the doors of a server that it has the address of, and says with its code how that went", async () => {
    const chosen = ["--check", "sessions", "--check", "guard-credential"]
    const good = await run(hub.url(), "--token", hub.token, "--door", "sse", "--door", "rpc", ...chosen)
    expect(good.text).toMatch(
      /server-sent events: 2 passed, 0 failed, 0 not tried[\s\S]*Effect RPC: 2 passed, 0 failed, 0 not tried/,
    )
    expect(good.code).toBe(0)
    const bad = await run(hub.url(), "--token", "unknown-0123456789abcdef", "--door", "sse", "--check", "sessions", "--json")
    expect(JSON.parse(bad.text)).toMatchObject([{ door: "server-sent events", results: [{ id: "sessions", outcome: "failed" }] }])
    expect(bad.code).toBe(1)
    expect(await run("--door", "none")).toMatchObject({ code: 2, text: expect.stringContaining("not known: none") })
    expect((await run("--list")).text.split("\n").filter((line) => line !== "")).toHaveLength(CHECKS.length)
  })
})

describe("the report", () => {
  it("K-1 has a line for each check, and says what was not tried and why", async () => {
    const chosen = CHECKS.filter(({ id }) => ["sessions", "kill", "trim"].includes(id))
    const report = reportOf("a door", await runSuite(chosen, plain(), here()))
    expect(report).toMatch(/^ok {4} sessions: .* \(\d+ ms\)$/m)
    expect(report).toMatch(/^- {5} kill: .*\n {9}the server may not be killed$/m)
    expect(report).toMatch(/^a door: 1 passed, 0 failed, 2 not tried$/m)
  })
})
