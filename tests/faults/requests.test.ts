/** Answering what agents ask: in the pane, over the row, in the inbox, from the palette, on the phone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { recordOf, sendText } from "@holdfast/testkit/agent-session"
import { asking, fieldOf, said } from "../e2e/agents.ts"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"
import type { Locator } from "../e2e/playwright.ts"
import { lines, readWith, waits, yOf } from "../e2e/reading.ts"
import { IS_SHORT } from "../e2e/sizes.ts"

describe("requests", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  const answer = async (session: string, given: object): Promise<void> => {
    const { permissions } = await recordOf(app.hub, session)
    await app.hub.call("POST", `/api/sessions/${session}/permissions/${permissions[0]?.id}`, given)
  }

  it("APP-40 APP-42 APP-45 APP-145 P-22 answers in the pane by keys: edits a command, makes the rule that it names, refuses with words", async () => {
    const session = await asking(app, "[[bash echo one]] [[bash echo two]] [[write notes.txt hello]] [[bash echo one]]")
    const opened = await app.open({ path: `/s/${session.id}` })
    const { page, pane, picture, overflows, axe, close } = opened
    const request = pane(session.id).locator("[data-request]")
    await request.getByText("Run a command?").waitFor()
    await pane(session.id).locator("[data-armed][data-whole]").waitFor()
    await picture("dock-command-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    // At twice the size the page is as narrow as a phone's, and has its keys all the same.
    await page.setViewportSize({ width: 720, height: 450 })
    for (const act of ["allow", "refuse"]) await request.locator(`[data-act=${act}] kbd`).waitFor()
    // The menu of the title line stands at its end.
    const menu = await pane(session.id).locator("header > :last-child").first().boundingBox()
    expect((menu?.x ?? 0) + (menu?.width ?? 0)).toBeGreaterThan(712)
    await picture("zoomed-dark")
    expect(await overflows()).toEqual([])
    await page.setViewportSize({ width: 1440, height: 900 })
    await request.focus()
    await page.keyboard.press("e")
    await request.getByLabel("The command that runs instead").fill("echo edited")
    await page.keyboard.press("Enter")
    await request.getByText("echo two").waitFor()
    await request.focus()
    await page.keyboard.press("a")
    await request.getByText(/^exactly echo two in /).waitFor()
    await picture("dock-rule-dark")
    await page.keyboard.press("Enter")
    await request.getByText("Write a file?").waitFor()
    await request.getByText("hello").waitFor()
    await picture("dock-write-dark")
    await request.focus()
    await page.keyboard.press("n")
    await request.getByLabel("Why it is refused").fill("not this file")
    await page.keyboard.press("Enter")
    await request.getByText("echo one").waitFor()
    await request.focus()
    await page.keyboard.press("y")
    const text = await said(app, session.id, "Tool said: one")
    expect(text).toContain("edited")
    expect(text).toContain("write was not allowed")
    // The edited one is shown as it ran (APP-145).
    await pane(session.id).getByText("it had asked for echo one").first().waitFor()
    const { body } = await app.hub.call<{ rules: ReadonlyArray<unknown> }>("GET", `/api/permissions/rules?session=${session.id}`)
    expect(body.rules).toMatchObject([{ tool: "bash", allow: true, covers: { type: "command" } }])
    await close()
  })

  it("APP-144 APP-40 bars a long command until each of its lines was on the screen, also for a key that comes at once", async () => {
    const session = await asking(app, `[[bash ${lines(60, "echo line")}]]`)
    const quiet = await app.agent({ label: "Quiet" })
    const { page, pane, connected, picture, close } = await app.open({ path: `/s/${quiet.id}` })
    await connected()
    // The list may come after the connection: until then nothing waits.
    await expect.poll(() => page.title()).toMatch(/^\(1\)/)
    await page.keyboard.press("F8")
    const request = pane(session.id).locator("[data-request]")
    const readOn = request.getByRole("button", { name: "Show all 60 lines first" })
    await readOn.waitFor()
    await picture("seen-folded")
    await page.keyboard.press("e")
    expect(await request.getByLabel("The command that runs instead").count()).toBe(0)
    const text = request.locator("[data-asked=text]")
    await expect.poll(() => text.textContent()).toContain("line 30")
    const first = request.getByRole("button", { name: "Show the rest first" })
    await first.waitFor()
    await page.evaluate(`(() => {
      const text = document.querySelector("[data-asked=text]")
      text.scrollTo(0, text.scrollHeight)
    })()`)
    // Its end is not all of it.
    await first.waitFor()
    await readWith(app, yOf(page), request, session.id)
    expect(await waits(app, session.id)).toBe(1)
    await page.keyboard.press("y")
    await said(app, session.id, "line 59")
    await close()
  })

  it("APP-43 APP-44 lets two pages race an answer: one wins, the other says who, and keeps what was typed", async () => {
    const session = await asking(app, "[[bash echo raced]]")
    const [one, other] = [await app.open({ path: `/s/${session.id}` }), await app.open({ path: `/s/${session.id}` })]
    const request = (opened: AppPage): Locator => opened.pane(session.id).locator("[data-request]")
    await request(one).waitFor()
    await request(other).waitFor()
    for (const { page } of [one, other]) await page.locator("[data-armed][data-whole]").waitFor()
    await request(other).focus()
    await other.page.keyboard.press("n")
    await request(other).getByLabel("Why it is refused").fill("use printf")
    await request(one).focus()
    await Promise.all([one.page.keyboard.press("y"), other.page.keyboard.press("Enter")])
    const text = await said(app, session.id, "Tool said")
    const [winner, loser] = text.includes("Tool said: raced") ? [one, other] : [other, one]
    await loser.page
      .getByText(/owner (allowed|refused) it/)
      .first()
      .waitFor()
    expect(await winner.page.getByText(/Too late/).count()).toBe(0)
    if (loser === other) {
      await loser.page.getByRole("button", { name: "Put your words into the message" }).click()
      await expect.poll(() => fieldOf(loser, session.id).inputValue()).toBe("use printf")
    }
    await one.close()
    await other.close()
  })

  it.skipIf(IS_SHORT)(
    "APP-43 APP-44 APP-141 gives back the words of an answer that came too late, over a reload too, and takes none of their letters for keys",
    async () => {
      const session = await asking(app, "[[bash echo typed]] [[bash echo next]]")
      const opened = await app.open({ path: `/s/${session.id}` })
      const { page, pane, close } = opened
      const request = pane(session.id).locator("[data-request]")
      await request.getByText("echo typed").waitFor()
      await pane(session.id).locator("[data-armed][data-whole]").waitFor()
      await request.focus()
      await page.keyboard.press("n")
      await page.keyboard.type("use pri")
      await answer(session.id, { optionId: "allow" })
      await request.getByText("echo next").waitFor()
      await pane(session.id).locator("[data-armed][data-whole]").waitFor()
      // The field is gone, and the person types on.
      for (const letter of "ny y") await page.keyboard.press(letter === " " ? "Space" : letter)
      const late = page.locator("[data-late]")
      await late.getByText("Too late: owner allowed it.").waitFor()
      expect(await request.getByText("echo next").count()).toBe(1)
      expect(await request.getByLabel("Why it is refused").count()).toBe(0)
      await page.reload()
      await late.getByRole("button", { name: "Put your words into the message" }).click()
      await expect.poll(() => fieldOf(opened, session.id).inputValue()).toBe("use pri")
      await late.waitFor({ state: "detached" })
      await pane(session.id).locator("[data-armed][data-whole]").waitFor()
      await request.focus()
      await page.keyboard.press("y")
      await said(app, session.id, "Tool said: next")
      await close()
    },
  )

  it.skipIf(IS_SHORT)(
    "APP-42 APP-140 APP-141 answers only what is seen: not behind the settings, not what has just come, no rule by Enter on Back",
    async () => {
      const session = await asking(app, "[[bash echo first]] [[bash echo second]]")
      const { page, pane, close } = await app.open({ path: `/s/${session.id}` })
      const request = pane(session.id).locator("[data-request]")
      await request.getByText("echo first").waitFor()
      await pane(session.id).locator("[data-armed][data-whole]").waitFor()
      await request.focus()
      await page.keyboard.press("a")
      await request.getByText(/^exactly echo first in /).waitFor()
      await request.getByRole("button", { name: "Back" }).focus()
      await page.keyboard.press("Enter")
      await request.locator("[data-act=allow]").waitFor()
      await page.keyboard.press("Control+,")
      await page.locator("[data-cover]").getByRole("heading", { name: "Settings" }).waitFor()
      await expect.poll(() => page.evaluate(`document.activeElement?.closest("[data-cover]") !== null`)).toBe(true)
      for (const key of ["y", "x"]) await page.keyboard.press(key)
      await page.evaluate("document.activeElement?.blur()")
      for (const key of ["y", "x"]) await page.keyboard.press(key)
      await page.keyboard.press("Escape")
      await request.getByText("echo first").waitFor()
      expect((await recordOf(app.hub, session.id)).permissions).toHaveLength(1)
      // A second press, as soon as the next one is there.
      await page.evaluate(`new MutationObserver((_, observer) => {
      const request = document.querySelector("[data-request]")
      if (!request?.textContent.includes("echo second")) return
      observer.disconnect()
      request.querySelector("[data-act=allow]").click()
      request.dispatchEvent(new KeyboardEvent("keydown", { key: "y", code: "KeyY", bubbles: true, cancelable: true }))
      document.body.dataset.tried = ""
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`)
      await request.focus()
      await page.keyboard.press("y")
      await page.locator("body[data-tried]").waitFor()
      await pane(session.id).locator("[data-armed][data-whole]").getByText("echo second").waitFor()
      expect((await recordOf(app.hub, session.id)).permissions).toMatchObject([{ subject: "echo second" }])
      const { body } = await app.hub.call<{ rules: ReadonlyArray<unknown> }>(
        "GET",
        `/api/permissions/rules?session=${session.id}`,
      )
      expect(body.rules).toEqual([])
      await page.keyboard.press("y")
      await said(app, session.id, "Tool said: second")
      await close()
    },
  )

  it.skipIf(IS_SHORT)(
    "APP-40 APP-42 reads what is asked again where that failed, allows nothing until then, and offers no rule for a plan",
    async () => {
      const session = await asking(app, `[[tool Edit ${JSON.stringify(EDIT)}]] [[plan # Go\n\n[x]: /etc "hidden"]]`)
      const { page, context, pane, connected, openSession, close } = await app.open({ hasWorker: false })
      await connected()
      const reading = /\/permissions\/[^/]+$/
      await context.route(reading, (route) => route.abort())
      await openSession(session.id)
      const request = pane(session.id).locator("[data-request]")
      await request.getByText(/What is asked cannot be shown whole/).waitFor()
      await request.focus()
      for (const key of ["y", "e"]) await page.keyboard.press(key)
      expect(await request.locator("[data-act=allow]:disabled").count()).toBe(1)
      await context.unroute(reading)
      await request.getByRole("button", { name: "Try again" }).click()
      await request.locator("[data-act=allow]").click()
      // A definition is none of what Markdown shows, and a part of the plan.
      await request.locator("[data-asked=plan]").getByText("hidden").waitFor()
      expect(await request.locator("[data-act=always]").count()).toBe(0)
      await request.locator("[data-act=allow]").click()
      await said(app, session.id, "the plan was approved")
      await close()
    },
  )

  it("APP-45 APP-46 answers questions and plans in the inbox, and puts one off", async () => {
    const [question, plan] = [
      await asking(app, "[[ask Which one?|This|That]]", "Question"),
      await asking(app, "[[plan 1. Do it]]", "Plan"),
    ]
    const quiet = await app.agent({ label: "Quiet" })
    const { page, picture, axe, overflows, close } = await app.open({ path: `/s/${quiet.id}`, theme: "light" })
    await page.getByRole("button", { name: /wait for you/ }).click()
    const inbox = page.locator("[data-inbox]")
    await inbox.getByText("Which one?").first().waitFor()
    await picture("inbox-light")
    expect(await axe()).toEqual([])
    expect(await overflows()).toEqual([])
    await inbox.getByLabel("That").click()
    await inbox.locator("[data-act=allow]").click()
    await said(app, question.id, "you chose That")
    await inbox.locator("[data-asked=plan]").getByText("Do it").waitFor()
    await picture("inbox-plan-light")
    await inbox.locator("[data-armed][data-whole]").waitFor()
    await page.keyboard.press("s")
    await page.keyboard.press("2")
    await inbox.getByRole("button", { name: "Show it now" }).waitFor()
    // What is put off is not gone.
    expect(await inbox.getByText(/it ended|it is gone/).count()).toBe(0)
    await inbox.getByRole("button", { name: "Show it now" }).click()
    await inbox.locator("[data-act=allow]").click()
    await said(app, plan.id, "the plan was approved")
    await close()
  })

  it.skipIf(IS_SHORT)(
    "APP-45 answers over the row of a session, replies there, and opens a request from the palette",
    async () => {
      const [first, second] = [
        await asking(app, "[[bash echo from-row]]", "Rowed"),
        await asking(app, "[[bash echo from-palette]]", "Named"),
      ]
      const { page, row, connected, picture, overflows, axe, close } = await app.open({ theme: "light" })
      await connected()
      await row(first.id).focus()
      await page.keyboard.press("Space")
      const peek = page.locator(`[data-peek="${first.id}"]`)
      await peek.getByText("echo from-row").waitFor()
      await picture("peek-light")
      expect(await overflows()).toEqual([])
      expect(await axe()).toEqual([])
      await page.keyboard.press("n")
      await peek.getByLabel("Why it is refused").press("Escape")
      await page.keyboard.press("y")
      await said(app, first.id, "from-row")
      const reply = peek.getByLabel(/^Reply to /)
      await reply.fill("and thanks")
      await reply.press("Enter")
      await peek.waitFor({ state: "detached" })
      await said(app, first.id, "You said: and thanks")
      await page.keyboard.press("F1")
      await page.getByRole("combobox").fill("answer named")
      await page.getByRole("option", { name: /Answer Named: Run a command\? echo from-palette/ }).click()
      await page.locator("[data-inbox] [data-act=allow]").click()
      await said(app, second.id, "from-palette")
      await close()
    },
  )

  it("APP-43 says who answered to a page that did not", async () => {
    const session = await asking(app, "[[bash echo seen]]")
    const { page, pane, close } = await app.open({ path: `/s/${session.id}` })
    await pane(session.id).locator("[data-request]").waitFor()
    await answer(session.id, { optionId: "reject", message: "no" })
    await page.getByText("owner refused it: “no”").waitFor()
    await close()
  })

  it("APP-40 APP-45 answers on the phone with buttons at the thumb", async () => {
    const [first, second, third] = [
      await asking(app, "[[bash echo by-thumb]]", "Thumb"),
      await asking(app, "[[ask Which?|A|B]]", "Other"),
      await asking(app, "[[bash echo over-row]]", "Over the row"),
    ]
    const inPane = await app.open({ form: "phone", path: `/s/${first.id}` })
    const run = inPane.pane(first.id).locator("[data-act=allow]")
    await run.waitFor()
    const box = await run.boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(48)
    expect(box?.y).toBeGreaterThan(400)
    await inPane.picture("dock-command-phone")
    expect(await inPane.overflows()).toEqual([])
    expect(await inPane.axe()).toEqual([])
    await run.tap()
    await said(app, first.id, "by-thumb")
    await inPane.close()
    const list = await app.open({ form: "phone" })
    // The list alone has a button that is as high as a thumb, and answers there.
    const over = list.page.getByRole("button", { name: "Answer Over the row" })
    await over.waitFor()
    expect((await over.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    await list.picture("list-answer-phone")
    expect(await list.overflows()).toEqual([])
    await over.tap()
    const peek = list.page.locator(`[data-peek="${third.id}"]`)
    await peek.locator("[data-armed][data-whole]").waitFor()
    await list.picture("peek-phone")
    expect(await list.overflows()).toEqual([])
    expect(await list.axe()).toEqual([])
    await peek.locator("[data-act=allow]").tap()
    await said(app, third.id, "over-row")
    await peek.getByRole("button", { name: "Close" }).tap()
    await peek.waitFor({ state: "detached" })
    await list.page.getByRole("button", { name: /waits? for you/ }).tap()
    const inbox = list.page.locator("[data-inbox=phone]")
    await inbox.getByRole("radio", { name: "B", exact: true }).tap()
    await list.picture("inbox-phone")
    expect(await list.axe()).toEqual([])
    await inbox.locator("[data-act=allow]").tap()
    await said(app, second.id, "you chose B")
    await inbox.getByText("Nothing waits for you").waitFor()
    await list.close()
  })

  it.skipIf(IS_SHORT)(
    "APP-40 APP-41 shows long commands, hidden characters, edits and limits whole, on the desk and on the phone",
    async () => {
      const long = await asking(app, `[[bash ${lines(40, "echo line")}\necho \u202egnp.exe]]`, "Long")
      const edit = await asking(app, `[[tool Edit ${JSON.stringify(EDIT)}]]`, "Edits")
      const limited = await app.agent({ label: "Limited" })
      await sendText(app.hub, limited.id, "[[limit 5000]]")
      await sendText(app.hub, limited.id, "after the limit")
      for (const form of ["desktop", "phone"] as const) {
        const opened = await app.open({ path: `/s/${long.id}`, form, theme: form === "phone" ? "light" : "dark" })
        const { page, pane, picture, overflows, axe, close } = opened
        await pane(long.id).locator("[data-request]").getByRole("button", { name: "Show all 41 lines", exact: true }).click()
        await pane(long.id).locator("[data-request]").getByText("U+202E").waitFor()
        // Its row marks them too.
        if (form === "desktop")
          await opened.row(long.id).locator("xpath=ancestor-or-self::*[@role='listitem']").getByText("U+202E").first().waitFor()
        await picture(`dock-long-${form}`)
        expect(await overflows()).toEqual([])
        expect(await axe()).toEqual([])
        await page.goto(`${app.hub.url()}/s/${edit.id}`)
        await pane(edit.id).locator("[data-request] dt").filter({ hasText: "replace_all" }).waitFor()
        await pane(edit.id).getByText("Change a file?").waitFor()
        await picture(`dock-edit-${form}`)
        expect(await overflows()).toEqual([])
        await page.goto(`${app.hub.url()}/s/${limited.id}`)
        await pane(limited.id)
          .getByText(/The provider's usage limit is reached/)
          .waitFor()
        await picture(`dock-limit-${form}`)
        expect(await overflows()).toEqual([])
        await close()
      }
    },
  )
})

/** An edit as Claude asks for it. */
const EDIT = {
  file_path: "/home/me/project/packages/core/src/agent/fold.ts",
  old_string: "for (const run of runs) {\n  await store.fold(run)\n}",
  new_string: "for (const run of runs) {\n  batch.push(folded(run))\n}\nawait store.foldAll(batch)",
  replace_all: true,
}
