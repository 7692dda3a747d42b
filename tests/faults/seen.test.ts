/** What is asked is seen before it is allowed, whatever it is and wherever it stands; requests.test.ts has the command. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { recordOf } from "@holdfast/testkit/agent-session"
import { asking, said } from "../e2e/agents.ts"
import { type RunningApp, startApp } from "../e2e/app.ts"
import { hammer, lines, readWith, waits, yOf } from "../e2e/reading.ts"

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("what is asked", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  it("APP-144 APP-40 wraps a line of 20,000 characters without a blank, and bars it until it was scrolled to its end, on the desk and on the phone", async () => {
    const word = "x".repeat(19_995)
    const command = await asking(app, `[[bash echo ${word}]]`, "One line")
    const question = await asking(app, `[[ask ${word.slice(0, 9000)}?|A|B]]`, "One word")
    for (const form of ["desktop", "phone"] as const) {
      const opened = await app.open({ form, path: `/s/${command.id}`, theme: form === "phone" ? "light" : "dark" })
      const { page, pane, overflows, picture, close } = opened
      for (const { id } of [command, question]) {
        if (id === question.id) {
          // The server refuses questions that are longer, and a window of the desk shows one of this length as a whole.
          if (form === "desktop") await page.setViewportSize({ width: 1280, height: 460 })
          await page.goto(`${app.hub.url()}/s/${id}`)
        }
        const request = pane(id).locator("[data-request]")
        await request.getByText(word.slice(0, 2000)).first().waitFor()
        await request.locator("[data-act=read-on]").waitFor()
        await picture(`seen-line-${id === command.id ? "command" : "question"}-${form}`)
        expect(await overflows()).toEqual([])
        const isWrapped = `[...document.querySelectorAll("[data-request] [data-read]")].every((one) => one.scrollWidth <= one.clientWidth)`
        expect(await page.evaluate(isWrapped)).toBe(true)
        const press = (): Promise<unknown> =>
          page.evaluate(`document.querySelector('[data-request][data-session="${id}"] [data-act=read-on]')?.click()`)
        expect(await readWith(app, press, request, id)).toBeGreaterThan(2)
        await request.locator("[data-act=allow]").waitFor()
        await picture(`seen-line-end-${id === command.id ? "command" : "question"}-${form}`)
      }
      await close()
    }
    expect([await waits(app, command.id), await waits(app, question.id)]).toEqual([1, 1])
  })

  it("APP-144 bars plans, edits, fields and questions in the same way, in a low window and on the phone", async () => {
    const plan = await asking(app, `[[plan ${lines(90, "step")}]]`, "Plan")
    const edit = await asking(app, `[[write notes.txt ${lines(500, "line")}]]`, "Edit")
    const question = await asking(app, `[[ask Which?|${lines(60, "A").replaceAll("\n", "|")}|B]]`, "Question")
    const small = await asking(app, "[[bash echo small]]", "Small")
    const { page, pane, openSession, close } = await app.open({ path: `/s/${plan.id}` })
    await page.setViewportSize({ width: 1280, height: 460 })
    for (const { id } of [plan, edit, question]) {
      await openSession(id)
      const request = pane(id).locator("[data-request]")
      await request.getByRole("button", { name: "Show the rest first" }).waitFor()
      await request.focus()
      expect(await readWith(app, yOf(page), request, id)).toBeGreaterThan(1)
    }
    await pane(question.id).getByRole("radio", { name: "B", exact: true }).click()
    await pane(question.id).locator("[data-request] [data-act=allow]").click()
    await said(app, question.id, "you chose B")
    await openSession(small.id)
    await pane(small.id).locator("[data-request][data-whole]").waitFor()
    await close()
    const phone = await app.open({ form: "phone", path: `/s/${plan.id}` })
    const request = phone.pane(plan.id).locator("[data-request]")
    const readOn = request.locator("[data-act=read-on]")
    await readOn.waitFor()
    // A tap in the moment after the last part was shown does nothing.
    const tap = (): Promise<unknown> => phone.page.evaluate(`document.querySelector("[data-act=read-on]")?.click()`)
    expect(await readWith(app, tap, request, plan.id)).toBeGreaterThan(1)
    await phone.picture("seen-plan-phone")
    await request.locator("[data-act=allow]").tap()
    await said(app, plan.id, "the plan was approved")
    await phone.close()
  })

  it("APP-141 does not answer what appears while Y is pressed again and again", async () => {
    // A machine that stands still for half a second makes a pause itself: then with another session.
    for (let attempt = 1, longest = Infinity; longest >= 450; attempt++) {
      const session = await asking(app, "[[bash echo first]] [[bash echo second]]")
      const { page, pane, close } = await app.open({ path: `/s/${session.id}` })
      const request = pane(session.id).locator("[data-request][data-armed][data-whole]")
      await request.waitFor()
      await request.focus()
      longest = await hammer(page, "y")
      const open = (await recordOf(app.hub, session.id)).permissions.filter(({ decision }) => decision === undefined)
      if (longest < 450) {
        expect(open.map(({ subject }) => subject)).toEqual(["echo second"])
        await request.getByText("echo second").waitFor()
        await page.keyboard.press("y")
        await said(app, session.id, "Tool said: second")
      } else expect(attempt).toBeLessThan(10)
      await close()
    }
  })
})
