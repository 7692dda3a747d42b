import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { openTurnLog, seedLog } from "@holdfast/testkit/seeded-log"
import type { Session } from "@holdfast/protocol/session"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"
import { IS_SHORT } from "../e2e/sizes.ts"

/** Events of a long turn: more than the hub looks through for one page. */
const LONG = 25_000

describe("traces, the player and forks in a browser", () => {
  const data = mkdtempSync(join(tmpdir(), "holdfast-history-"))
  let app: RunningApp
  let turn = ""
  beforeAll(async () => {
    turn = await seedLog(data, openTurnLog(LONG))
    app = await startApp({ data })
  })
  afterAll(async () => {
    await app.stop()
    rmSync(data, { recursive: true, force: true })
  })

  const recordOf = async (id: string): Promise<Session> => (await app.hub.call<Session>("GET", `/api/sessions/${id}`)).body

  /** A terminal that printed some lines and has ended. */
  const printed = async (label: string): Promise<Session> => {
    const script = "for i in 1 2 3 4 5 6; do echo line $i; sleep 0.12; done; printf '\\033[2J\\033[Hthe last screen'"
    const { id } = await app.terminal({ label, command: "/bin/sh", args: ["-c", script], cols: 70, rows: 12 })
    return eventually("the exit", 20_000, async () => {
      const record = await recordOf(id)
      return record.process === "exited" ? record : undefined
    })
  }
  const talked = async (label: string): Promise<Session> => {
    const { id } = await app.agent({ label })
    for (const text of ["[[say first answer]]", "[[say second answer]]"]) {
      await sendText(app.hub, id, text)
      await settledAgent(app.hub, id)
    }
    return recordOf(id)
  }
  /** The seq that the player of a session shows, once it stands still. */
  const shownIn = ({ page }: AppPage, session: string) =>
    page.evaluate(
      `(() => { const player = document.querySelector('[data-player="${session}"]'); return player?.dataset.status === "paused" ? Number(player.dataset.seq) : -1 })()`,
    )
  const screenOf = async ({ page }: AppPage): Promise<string> =>
    (await page.locator('[data-film="terminal"] .xterm-rows').innerText()).replaceAll("\u00a0", " ")

  it("APP-70 APP-71 APP-72 the trace of a terminal leads into its player, by click and by keys", async () => {
    const { id, lastSeq } = await printed("prints")
    const opened = await app.open()
    const { page, connected, openSession, picture, overflows, axe, close } = opened
    await connected()
    await openSession(id)
    const trace = page.locator(`[data-whole-trace="${id}"]`)
    await trace.waitFor()
    expect(await trace.getAttribute("role")).toBe("slider")
    await trace.focus()
    await trace.press("Home")
    expect(await trace.getAttribute("aria-valuetext")).toMatch(/^\d\d:\d\d:\d\d, (worked|did nothing)/)
    await picture("trace-dark")
    const box = await trace.boundingBox()
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 6)
    await expect.poll(() => shownIn(opened, id), { timeout: 15_000 }).toBeGreaterThan(2)
    expect(await shownIn(opened, id)).toBeLessThan(lastSeq)
    await expect.poll(() => screenOf(opened)).toMatch(/line \d/)
    await picture("player-terminal-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await close()
  })

  it.skipIf(IS_SHORT)("APP-71 a trace grows while its session works, and is asked for once", async () => {
    const asked = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${app.hub.token}` }
      const text = await (await fetch(`${app.hub.url()}/metrics`, { headers })).text()
      return text
        .split("\n")
        .filter((line) => line.startsWith('holdfast_operations_total{operation="traces.get"'))
        .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)
    }
    const before = await asked()
    const { id } = await app.agent({ label: "Grows" })
    const { page, connected, openSession, close } = await app.open()
    await connected()
    await openSession(id)
    const trace = page.locator(`[data-whole-trace="${id}"]`)
    await trace.waitFor()
    const shape = () => page.evaluate(`document.querySelector('[data-whole-trace="${id}"] svg').innerHTML`)
    const empty = await shape()
    await sendText(app.hub, id, "[[slow 20 100]] [[say a long answer that takes its time]]")
    await expect.poll(shape).not.toBe(empty)
    const begun = await shape()
    await settledAgent(app.hub, id)
    await expect.poll(shape).not.toBe(begun)
    expect(await asked()).toBe(before + 1)
    await close()
  })

  it("APP-73 APP-74 APP-77 (row:A9) plays, steps, and has an address for each moment", async () => {
    const { id, lastSeq, firstSeq } = await printed("a film")
    const opened = await app.open({ path: `/s/${id}/at/${firstSeq + 2}` })
    const { page, connected, close } = opened
    await connected()
    await expect.poll(() => shownIn(opened, id), { timeout: 15_000 }).toBe(firstSeq + 2)
    await expect.poll(() => screenOf(opened)).toContain("line 1")
    expect(await screenOf(opened)).not.toContain("line 6")
    await page.getByRole("button", { name: "One event on" }).click()
    await expect.poll(() => shownIn(opened, id)).toBe(firstSeq + 3)
    await page.waitForURL(new RegExp(`/s/${id}/at/${firstSeq + 3}$`))
    await page.keyboard.press(",")
    await expect.poll(() => shownIn(opened, id)).toBe(firstSeq + 2)
    await page.getByLabel("Speed").focus()
    await page.keyboard.press("End")
    await page.getByRole("button", { name: "Play", exact: true }).click()
    await expect.poll(() => shownIn(opened, id), { timeout: 15_000 }).toBe(lastSeq)
    await expect.poll(() => screenOf(opened)).toContain("the last screen")
    // To both ends, by keys.
    await page.keyboard.press("Home")
    await expect.poll(() => shownIn(opened, id)).toBe(0)
    await page.keyboard.press("End")
    await expect.poll(() => shownIn(opened, id)).toBe(lastSeq)
    await page.goto(`${app.hub.url()}/s/${id}/at/${lastSeq}`)
    await expect.poll(() => screenOf(opened), { timeout: 15_000 }).toContain("the last screen")
    // The address of the session itself shows that, whatever was played last (APP-1), and its tab looks like no other.
    await page.goto(`${app.hub.url()}/s/${id}`)
    await connected()
    const front = () => page.evaluate(`document.querySelector("[data-pane][data-focused] [data-when]")?.dataset.when`)
    await expect.poll(front).toBe("terminal")
    const signs = `new Set([...document.querySelectorAll("[role=tab][id^=tab-]")].map((tab) => tab.firstElementChild.outerHTML)).size`
    expect(await page.evaluate(signs)).toBe(2)
    await close()
  })

  it("APP-73 APP-75 APP-76 shows an agent's transcript as it was, with what people said and allowed", async () => {
    const { id } = await app.agent({ label: "Asks" })
    await sendText(app.hub, id, "[[ask Which one?|This|That]] [[say done with it]]")
    const waiting = await eventually("the question", 20_000, async () => (await recordOf(id)).permissions[0])
    const asked = (await recordOf(id)).lastSeq
    await app.hub.call("POST", `/api/sessions/${id}/permissions/${waiting.id}`, {
      optionId: waiting.options[0]?.id ?? "allow",
      answers: { "Which one?": "This" },
    })
    await settledAgent(app.hub, id)
    const { lastSeq } = await recordOf(id)
    const opened = await app.open({ path: `/s/${id}/at/${asked}` })
    const { page, connected, picture, overflows, axe, close } = opened
    await connected()
    const film = page.locator('[data-film="agent"]')
    await film.getByText("Waited for an answer").waitFor()
    expect(await film.locator("[data-role=assistant]").innerText()).not.toContain("done with it")
    await picture("player-agent-dark")
    const moments = page.getByRole("list", { name: "What happened" })
    await moments.getByText(/Said by/).waitFor()
    await moments
      .getByText(/^Allowed by/)
      .first()
      .click()
    await film.getByText("Waited for an answer").waitFor({ state: "detached" })
    await page.goto(`${app.hub.url()}/s/${id}/at/${lastSeq}`)
    await film.locator("[data-role=assistant]").getByText("done with it").waitFor()
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await close()
  })

  it.skipIf(IS_SHORT)("APP-73 finds a turn that began many thousand events before the moment", async () => {
    const { page, connected, close } = await app.open({ path: `/s/${turn}/at/24037` })
    await connected()
    await page.locator('[data-film="agent"]').getByText("word24037").waitFor()
    await close()
  })

  it("APP-78 (row:A9) a fork is shown beside, linked in both directions, and undone", async () => {
    const source = await talked("Origin")
    const { page, connected, openSession, pane, picture, close } = await app.open()
    await connected()
    await openSession(source.id)
    await page.keyboard.press("F1")
    await page.getByRole("dialog").getByRole("combobox").fill("Fork the session")
    await page.getByRole("dialog").getByRole("combobox").press("Enter")
    const fork = await eventually("the fork", 15_000, async () => {
      const { body } = await app.hub.call<{ sessions: ReadonlyArray<Session> }>("GET", "/api/sessions")
      return body.sessions.find(({ forkedFrom }) => forkedFrom?.session === source.id)
    })
    await pane(fork.id).waitFor()
    const [left, right] = [await pane(source.id).boundingBox(), await pane(fork.id).boundingBox()]
    expect(right?.x).toBeGreaterThan(left?.x ?? 0)
    await pane(fork.id).getByText("Forked from").waitFor()
    await pane(source.id).getByText("Forked to").waitFor()
    await picture("fork-dark")
    // Out of the field of the fork, which is where one continues to write.
    await page.evaluate("document.activeElement?.blur()")
    await page.keyboard.press("z")
    await eventually("the fork is in the trash", 15_000, async () => (await recordOf(fork.id)).status === "deleted")
    await pane(source.id).getByText("Forked to").waitFor({ state: "detached" })
    await close()
  })

  it.skipIf(IS_SHORT)("APP-78 a fork from before a message has its words to be said in another way", async () => {
    const source = await talked("Another way")
    const { connected, openSession, pane, close } = await app.open({ theme: "light" })
    await connected()
    await openSession(source.id)
    await pane(source.id).getByText("[[say second answer]]").hover()
    await pane(source.id).getByRole("button", { name: "Fork before this" }).last().click()
    const fork = await eventually("the fork", 15_000, async () => {
      const { body } = await app.hub.call<{ sessions: ReadonlyArray<Session> }>("GET", "/api/sessions")
      return body.sessions.find(({ forkedFrom }) => forkedFrom?.session === source.id)
    })
    await pane(fork.id).getByText("first answer").last().waitFor()
    await expect.poll(() => pane(fork.id).locator("textarea").inputValue()).toBe("[[say second answer]]")
    await close()
  })

  it("APP-79 recordings are listed, searched and played", async () => {
    const { id } = await printed("a recording to find")
    await app.hub.call("POST", `/api/sessions/${id}/archive`, {})
    const opened = await app.open({ form: "phone", theme: "light" })
    const { page, connected, picture, overflows, axe, close } = opened
    await connected()
    await page.keyboard.press("F1")
    await page.getByRole("dialog").getByRole("combobox").fill("Recordings")
    await page.getByRole("dialog").getByRole("combobox").press("Enter")
    await page.getByLabel("Search recordings").fill("to find")
    const list = page.getByRole("list", { name: "Recordings" })
    await expect.poll(() => list.locator("li").count()).toBe(1)
    await picture("recordings-phone-light")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await list.getByText("a recording to find").click()
    await expect.poll(() => shownIn(opened, id), { timeout: 15_000 }).toBeGreaterThanOrEqual(0)
    await picture("player-phone-light")
    await page.getByRole("button", { name: "Recording" }).click()
    await page.getByRole("menuitem", { name: "Download asciicast" }).click()
    await page
      .getByText(/^Downloaded the recording, \d+ bytes|^Downloaded the recording, .* KB/)
      .first()
      .waitFor({ state: "attached" })
    await close()
  })
})
