/** The app through what happens to a page in mid-turn: nothing is missing, nothing is there twice, and what is sent arrives once. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { sized } from "@holdfast/testkit/sizes"
import { fieldOf, ownWords } from "../e2e/agents.ts"
import { type AppPage, type PageOptions, type RunningApp, startApp } from "../e2e/app.ts"
import { countsOf, type Heard, hear, ONCE, showsStored } from "../e2e/heard-events.ts"
import { openTerminal, SHELL, WITHIN } from "../e2e/terminal-screen.ts"

/** Milliseconds for which a page is offline or stands still: the hub lets go of a connection that is silent for 45 s. */
const AWAY = sized({ short: 1500, ci: 60_000, long: 90_000 })
/** Kills of the hub in one turn. */
const KILLS = sized({ short: 1, ci: 4, long: 12 })
const LONG = 180_000
/** Milliseconds from one word of a turn to the next. */
const PACE = sized({ short: 20, ci: 100, long: 100 })
/** What `npm test` has in other tests of the app, if not with these counts. */
const isShort = sized({ short: true, ci: false, long: false })
/** A turn of about so many milliseconds. */
const turnOf = (milliseconds: number): string => `[[slow ${Math.ceil(milliseconds / PACE)} ${PACE}]]`
const sleep = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

describe("the app in mid-turn", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  /** A page that shows an agent, whose every event is heard. */
  const show = async (options: PageOptions = {}, body: object = {}) => {
    const agent = await app.agent({ options: { permissions: "allow", pace: 0 }, ...body })
    return { id: agent.id, ...(await showAgain(agent.id, options)) }
  }
  const showAgain = async (id: string, options: PageOptions = {}) => {
    const opened = await app.open(options)
    const heard = hear(opened.page)
    await opened.kept()
    await opened.page.goto(`${app.hub.url()}/s/${id}`)
    await fieldOf(opened, id).waitFor()
    return { opened, heard }
  }
  /** Begins a turn of about so many milliseconds, and waits until some of its words are shown. */
  const begin = async ({ page }: AppPage, id: string, milliseconds: number): Promise<void> => {
    await sendText(app.hub, id, turnOf(milliseconds))
    await page
      .getByText(/word20 /)
      .first()
      .waitFor()
  }
  const write = async (opened: AppPage, id: string, text: string): Promise<void> => {
    await fieldOf(opened, id).fill(text)
    await fieldOf(opened, id).press("Enter")
    await expect.poll(() => fieldOf(opened, id).inputValue()).toBe("")
  }
  /** Waits for the end of all that was sent, and compares. */
  const compare = async (opened: AppPage, heard: Heard | undefined, id: string, own: ReadonlyArray<string>): Promise<void> => {
    await eventually("all has arrived", LONG, async () => (await ownWords(app, id)).length >= own.length)
    await settledAgent(app.hub, id, LONG)
    expect(await ownWords(app, id)).toEqual(own)
    await showsStored(app.hub, opened, id, /word\d+|w-[a-z0-9-]+/g)
    if (heard !== undefined) await expect.poll(() => countsOf(app.hub, heard, id), WITHIN).toEqual(ONCE)
  }

  it("D-1 C-1 C-50 C-61 APP-49 is offline in mid-turn, with messages that wait for the network", async () => {
    const { id, opened, heard } = await show()
    const { context, connected, page, close } = opened
    await begin(opened, id, AWAY + 3000)
    const turn = turnOf(AWAY + 3000)
    await context.setOffline(true)
    await expect.poll(() => page.evaluate("navigator.onLine")).toBe(false)
    await write(opened, id, "w-first")
    await write(opened, id, "w-second")
    await sleep(AWAY)
    expect(await ownWords(app, id)).toEqual([turn])
    expect((await recordOf(app.hub, id)).queue).toEqual([])
    await context.setOffline(false)
    const back = performance.now()
    await connected()
    await compare(opened, heard, id, [turn, "w-first", "w-second"])
    console.log(`offline for ${AWAY} ms; whole ${Math.round(performance.now() - back)} ms after the network was back`)
    await close()
  })

  it.skipIf(isShort)(
    "D-1 D-7 C-1 C-3 C-50 the hub is killed in mid-turn, beside a terminal that prints, and messages and lines are sent while it is away",
    async () => {
      const { id, opened, heard } = await show()
      const { connected, page, close } = opened
      const { id: shell } = await app.terminal(SHELL)
      const other = await app.open()
      const heardOfShell = hear(other.page)
      await other.kept()
      await other.page.goto(`${app.hub.url()}/s/${shell}`)
      const { run, shows, text } = await openTerminal(other, shell)
      await shows("$")
      const length = KILLS * 3000
      await run(`for n in $(seq 1 ${length / 20}); do echo line-$n; sleep 0.02; done; read x; clear; echo "got $x"`)
      await begin(opened, id, length)
      const own = [turnOf(length)]
      for (let kill = 1; kill <= KILLS; kill++) {
        await app.hub.kill("SIGKILL")
        await page.getByRole("button", { name: /^Not connected/ }).waitFor({ state: "attached" })
        await write(opened, id, `w-away-${kill}`)
        own.push(`w-away-${kill}`)
        if (kill === KILLS) {
          await other.pane(shell).getByText("Connection lost").waitFor()
          await run("typed once")
        }
        await app.hub.start()
        await connected()
      }
      await compare(opened, heard, id, own)
      await shows(/^got typed once$/m)
      expect((await text()).match(/got typed once/g)).toHaveLength(1)
      await expect.poll(() => countsOf(app.hub, heardOfShell, shell), WITHIN).toEqual(ONCE)
      await other.close()
      await close()
    },
  )

  it.skipIf(isShort)("D-1 C-32 C-57 its tab stands still in mid-turn, while others send", async () => {
    const { id, opened, heard } = await show()
    const { context, page, close } = opened
    await begin(opened, id, AWAY + 2000)
    // A headless browser freezes no tab, as none is hidden; one that is halted by the debugger stands as still.
    const tools = await context.newCDPSession(page)
    await tools.send("Debugger.enable")
    await tools.send("Debugger.pause")
    await sendText(app.hub, id, "w-from-elsewhere")
    await sleep(AWAY)
    await tools.send("Debugger.disable")
    await write(opened, id, "w-thawed")
    await compare(opened, heard, id, [turnOf(AWAY + 2000), "w-from-elsewhere", "w-thawed"])
    await close()
  })

  it.skipIf(isShort)(
    "D-1 C-32 it is left in mid-turn and comes back, from the back-forward cache where the browser has one",
    async () => {
      const { id, opened, heard } = await show()
      const { context, page, connected, close } = opened
      await begin(opened, id, 4000)
      await fieldOf(opened, id).fill("w-not-sent-yet")
      const tools = await context.newCDPSession(page)
      const reasons: Array<string> = []
      tools.on("Page.backForwardCacheNotUsed", ({ notRestoredExplanations = [] }) =>
        reasons.push(...notRestoredExplanations.map(({ reason }) => reason)),
      )
      await tools.send("Page.enable")
      await page.evaluate(`addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted))`)
      // Another site: from one page of the hub to the next no browser keeps the first.
      await page.goto(`${app.hub.url().replace("127.0.0.1", "localhost")}/health/live`)
      await sendText(app.hub, id, "w-meanwhile")
      await page.evaluate("void setTimeout(() => history.back())")
      // Such a page has no event of its load.
      await expect.poll(() => page.evaluate("location.pathname").catch(() => ""), WITHIN).toBe(`/s/${id}`)
      await fieldOf(opened, id).waitFor()
      await connected()
      // The other site was asked by this test.
      opened.problems.length = 0
      const isKept = (await page.evaluate("window.persisted")) === true
      console.log(isKept ? "it came from the back-forward cache" : `it was loaded again: ${reasons.join(", ")}`)
      if (!isKept) expect(reasons.length).toBeGreaterThan(0)
      await expect.poll(() => fieldOf(opened, id).inputValue()).toBe("w-not-sent-yet")
      await fieldOf(opened, id).press("Enter")
      // The browser's protocol says nothing of the sockets of a page that it had kept.
      await compare(opened, isKept ? undefined : heard, id, [turnOf(4000), "w-meanwhile", "w-not-sent-yet"])
      await close()
    },
  )

  it("D-1 C-50 C-57 C-60 APP-48 two tabs of one browser write to one session at once, over a kill of the hub", async () => {
    const { id, opened, heard } = await show()
    const { context, connected, page, close } = opened
    const second = await context.newPage()
    const heardBySecond = hear(second)
    await second.goto(`${app.hub.url()}/s/${id}`)
    const fields = [page, second].map((one) => one.locator(`[data-composer="${id}"]`))
    await fields[1]!.waitFor()
    await begin(opened, id, 4000)
    const rounds = 4
    for (let round = 1; round <= rounds; round++) {
      if (round === 2) await app.hub.kill("SIGKILL")
      await Promise.all(
        fields.map(async (field, tab) => {
          await field.pressSequentially(`w-${"ab"[tab]}-${round}`)
          await field.press("Enter")
          await expect.poll(() => field.inputValue()).toBe("")
        }),
      )
      if (round === 3) await app.hub.start()
    }
    await connected()
    const all = ["a", "b"].map((tab) => Array.from({ length: rounds }, (_, n) => `w-${tab}-${n + 1}`))
    await eventually("all has arrived", LONG, async () => (await ownWords(app, id)).length >= 1 + 2 * rounds)
    await settledAgent(app.hub, id, LONG)
    const own = (await ownWords(app, id)).slice(1)
    expect(own.toSorted()).toEqual(all.flat().toSorted())
    for (const [tab, wanted] of all.entries()) expect(own.filter((word) => word.startsWith(`w-${"ab"[tab]}`))).toEqual(wanted)
    for (const [one, events] of [
      [page, heard],
      [second, heardBySecond],
    ] as const) {
      await showsStored(app.hub, { page: one }, id, /word\d+|w-[a-z0-9-]+/g)
      await expect.poll(() => countsOf(app.hub, events, id), WITHIN).toEqual(ONCE)
    }
    await close()
  })

  it.skipIf(isShort)(
    "D-1 C-50 APP-45 APP-49 APP-59 a phone is worked by touch: a turn, a request, a time without network, and the hub killed",
    async () => {
      const { id, opened, heard } = await show({ form: "phone" }, { options: { permissions: "ask", pace: 0 } })
      const { context, page, pane, close } = opened
      const send = pane(id).locator("[data-act=send]")
      const tell = async (text: string): Promise<void> => {
        await fieldOf(opened, id).tap()
        await page.keyboard.insertText(text)
        await send.tap()
        await expect.poll(() => fieldOf(opened, id).inputValue()).toBe("")
      }
      await tell("[[slow 150 20]][[bash echo asked]]")
      await page
        .getByText(/word20 /)
        .first()
        .waitFor()
      await context.setOffline(true)
      await expect.poll(() => page.evaluate("navigator.onLine")).toBe(false)
      await tell("w-on-the-way")
      await sleep(AWAY / 2)
      await context.setOffline(false)
      const request = pane(id).locator("[data-request]")
      await request.waitFor()
      await page.locator("[data-request][data-armed][data-whole]").first().waitFor()
      await app.hub.kill("SIGKILL")
      await page
        .getByText(/Not connected/)
        .first()
        .waitFor({ state: "attached" })
      await request
        .getByRole("button", { name: /^(?:Run|Allow)/ })
        .first()
        .tap()
      await app.hub.start()
      await compare(opened, heard, id, ["[[slow 150 20]][[bash echo asked]]", "w-on-the-way"])
      await close()
    },
  )
})
