/**
 * A day's work with three agents and two terminals: by keyboard alone, and on a phone by taps alone. At its end each message was said once, in
 * order, each line was typed once, and the page shows what is stored.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { settledAgent } from "@holdfast/testkit/agent-session"
import { sized } from "@holdfast/testkit/sizes"
import { fieldOf, ownWords } from "../e2e/agents.ts"
import { type AppPage, type PageOptions, type RunningApp, startApp } from "../e2e/app.ts"
import { countsOf, type Heard, hear, ONCE, showsStored } from "../e2e/heard-events.ts"
import { SHELL, WITHIN } from "../e2e/terminal-screen.ts"

/** Rounds of a day; `npm test` has in other tests what is used here. */
const ROUNDS = sized({ short: 0, ci: 3, long: 12 })
const LONG = 180_000

describe.runIf(ROUNDS > 0)("a day's work", () => {
  let app: RunningApp
  beforeEach(async () => {
    app = await startApp()
  })
  afterEach(() => app.stop())

  /** A page that hears each event, and in which what no one does this day is an error. */
  const begin = async (options: PageOptions, never: string): Promise<{ readonly opened: AppPage; readonly heard: Heard }> => {
    const opened = await app.open(options)
    const heard = hear(opened.page)
    await opened.kept()
    // What is heard begins with a connection.
    await opened.page.reload()
    await opened.page.evaluate(`${never}.forEach((name) => addEventListener(name, (event) => {
      if (event.isTrusted && (name !== "click" || event.detail !== 0)) console.error("Content Security Policy: no one does this: " + name)
    }, true))`)
    return { opened, heard }
  }

  /** Waits for the end of it all, and compares what each agent was told with what was written, and what is shown with what is stored. */
  const compare = async (
    opened: AppPage,
    heard: Heard,
    told: ReadonlyMap<string, ReadonlyArray<string>>,
    show: (id: string) => Promise<void>,
  ) => {
    for (const [id, own] of told) {
      await settledAgent(app.hub, id, LONG)
      expect(await ownWords(app, id)).toEqual(own)
      await show(id)
      await showsStored(app.hub, opened, id, /w-(?:a|b|c|queued)-\d+/g)
      await expect.poll(() => countsOf(app.hub, heard, id), WITHIN).toEqual(ONCE)
    }
  }

  /** What a terminal has printed, by its log's text. */
  const printed = async (id: string): Promise<string> =>
    (await app.hub.call<{ readonly text: string }>("GET", `/api/sessions/${id}/screen`)).body.text

  it("D-1 APP-4 APP-15 APP-40 APP-47 with three agents and two terminals by keyboard alone", async () => {
    const { opened, heard } = await begin({}, `["pointerdown", "mousedown", "click", "touchstart", "wheel"]`)
    const { page, connected } = opened
    const press = (key: string) => page.keyboard.press(key)
    const insertText = (text: string) => page.keyboard.insertText(text)
    await connected()
    const focused = async (): Promise<string> =>
      String(await page.evaluate("document.activeElement?.closest('[data-pane]')?.dataset.session"))
    /** By the palette, as a person does who knows its name. */
    const go = async (name: string, id: string): Promise<void> => {
      await press("F1")
      const find = page.getByRole("dialog").getByRole("combobox")
      await find.waitFor()
      await insertText(name)
      await page.getByRole("option", { name }).first().waitFor()
      await press("Enter")
      await expect.poll(focused, WITHIN).toBe(id)
    }
    const told = new Map<string, Array<string>>()
    const names = ["Atlas", "Borealis", "Cirrus"]
    const agents: Array<Session> = []
    for (const label of names) {
      agents.push(await app.agent({ label, options: { permissions: "ask", pace: 0 } }))
      told.set(agents.at(-1)!.id, [])
    }
    const shells = [await app.terminal({ ...SHELL, label: "Make" }), await app.terminal({ ...SHELL, label: "Watch" })]
    const tell = async (at: number, text: string): Promise<void> => {
      const { id } = agents[at]!
      await go(names[at]!, id)
      // The pane gives the focus to what waits for a person, or to the field, once it is there.
      await fieldOf(opened, id).waitFor()
      const active = () => page.evaluate("document.activeElement?.dataset.composer")
      const write = async () => {
        if ((await active()) !== id) await press("i")
        return active()
      }
      await expect.poll(write, WITHIN).toBe(id)
      await press("Control+a")
      await insertText(text)
      await press("Enter")
      await expect.poll(() => fieldOf(opened, id).inputValue()).toBe("")
      told.get(id)!.push(text)
    }
    for (let round = 1; round <= ROUNDS; round++) {
      await tell(0, `[[say w-a-${round}]][[bash echo w-ran-${round}]]`)
      await tell(1, `[[slow 40 20]] [[say w-b-${round}]]`)
      await tell(1, `[[say w-queued-${round}]]`)
      await tell(2, `[[say w-c-${round}]]`)
      for (const [at, shell] of shells.entries()) {
        await go(["Make", "Watch"][at]!, shell.id)
        await expect.poll(() => page.evaluate("document.activeElement?.tagName")).toBe("TEXTAREA")
        await insertText(`echo line-${at}-$((${round}))`)
        await press("Enter")
      }
      // What waits, from inside the terminal.
      await press("F8")
      await expect.poll(focused, WITHIN).toBe(agents[0]!.id)
      await page.locator("[data-request][data-armed][data-whole]").first().waitFor()
      await press("y")
      await settledAgent(app.hub, agents[0]!.id, LONG)
      if (round === 1) {
        await press("Escape")
        await press("Alt+Shift+Enter")
        await press("Alt+Shift+Enter")
      }
    }
    await compare(opened, heard, told, (id) => go(names[agents.findIndex((one) => one.id === id)]!, id))
    for (const [at, { id }] of shells.entries()) {
      for (let round = 1; round <= ROUNDS; round++) {
        expect((await printed(id)).match(new RegExp(`^line-${at}-${round}$`, "gm"))).toHaveLength(1)
      }
      await go(["Make", "Watch"][at]!, id)
      // A terminal that is returned to may get its screen again.
      await expect.poll(() => countsOf(app.hub, heard, id), WITHIN).toMatchObject({ missing: [], upTo: "the head" })
    }
    await opened.close()
  })

  it("D-1 APP-3 APP-21 APP-45 APP-59 with three agents and two terminals on a phone, by taps alone", async () => {
    const { opened, heard } = await begin({ form: "phone" }, `["keydown"]`)
    const { page, pane, row } = opened
    const list = page.getByRole("button", { name: "All sessions" })
    const told = new Map<string, Array<string>>()
    const agents: Array<Session> = []
    for (const label of ["Atlas", "Borealis", "Cirrus"]) {
      agents.push(await app.agent({ label, options: { permissions: "ask", pace: 0 } }))
      told.set(agents.at(-1)!.id, [])
    }
    const shells = [await app.terminal({ ...SHELL, label: "Make" }), await app.terminal({ ...SHELL, label: "Watch" })]
    // A row that comes moves the others.
    for (const { id } of [...agents, ...shells]) await row(id).waitFor()
    let missed = 0
    /** Goes back and taps again where a row has moved under the thumb, as a person does. */
    const go = async (id: string): Promise<void> => {
      for (let tap = 0; tap < 5; tap++) {
        if (await list.isVisible()) await list.tap()
        await row(id).tap()
        await page.waitForURL(/\/s\//)
        if (page.url().endsWith(`/s/${id}`)) break
        missed++
      }
      await pane(id).waitFor()
    }
    const tell = async (at: number, text: string): Promise<void> => {
      const { id } = agents[at]!
      await go(id)
      await fieldOf(opened, id).tap()
      await page.keyboard.insertText(text)
      await pane(id).locator("[data-act=send]").tap()
      await expect.poll(() => fieldOf(opened, id).inputValue()).toBe("")
      told.get(id)!.push(text)
    }
    for (let round = 1; round <= ROUNDS; round++) {
      await tell(0, `[[say w-a-${round}]][[bash echo w-ran-${round}]]`)
      await tell(1, `[[slow 40 20]] [[say w-b-${round}]]`)
      await tell(1, `[[say w-queued-${round}]]`)
      await tell(2, `[[say w-c-${round}]]`)
      for (const [at, { id }] of shells.entries()) {
        await go(id)
        await pane(id).getByLabel("Line for the terminal").tap()
        await page.keyboard.insertText(`echo line-${at}-$((${round}))`)
        await pane(id).getByRole("button", { name: "Send ↵" }).tap()
        await expect.poll(() => printed(id), WITHIN).toMatch(new RegExp(`^line-${at}-${round}$`, "m"))
      }
      await go(agents[0]!.id)
      await page.locator("[data-request][data-armed][data-whole]").first().waitFor()
      await pane(agents[0]!.id).locator("[data-act=allow]").first().tap()
      await settledAgent(app.hub, agents[0]!.id, LONG)
    }
    await compare(opened, heard, told, go)
    for (const [at, { id }] of shells.entries()) {
      for (let round = 1; round <= ROUNDS; round++) {
        expect((await printed(id)).match(new RegExp(`^line-${at}-${round}$`, "gm"))).toHaveLength(1)
      }
      await go(id)
      // A terminal that is returned to may get its screen again.
      await expect.poll(() => countsOf(app.hub, heard, id), WITHIN).toMatchObject({ missing: [], upTo: "the head" })
    }
    console.log(`${missed} taps met another row than they were meant for`)
    await opened.close()
  })
})
