/** A phone with its keyboard open, and what it asks of an app that is installed. Every screen on phones of each size is in tests/faults. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { fieldOf } from "./agents.ts"
import type { RunningApp } from "./app.ts"
import { type PhoneApp, startPhoneApp } from "./phone-screens.ts"

describe("the app on a phone", () => {
  let phone: PhoneApp
  let app: RunningApp
  let works: Session
  beforeAll(async () => {
    phone = await startPhoneApp()
    ;({ app, works } = phone)
  })
  afterAll(() => app.stop())

  it("APP-90 keeps the field in sight when a keyboard makes the page smaller, and when it only covers it", async () => {
    const opened = await app.open({ form: "phone", path: `/s/${works.id}` })
    const { page } = opened
    const field = fieldOf(opened, works.id)
    await field.click()
    const bottom = async (): Promise<number> => {
      const box = await field.boundingBox()
      return (box?.y ?? 0) + (box?.height ?? 0)
    }
    await page.setViewportSize({ width: 390, height: 500 })
    await expect.poll(bottom).toBeLessThan(500)
    await page.setViewportSize({ width: 390, height: 844 })
    // Safari leaves the page as it is and says how much of it is seen.
    await page.evaluate(`(() => {
      const view = visualViewport
      for (const [name, value] of Object.entries({ height: 500, offsetTop: 0, scale: 1 }))
        Object.defineProperty(view, name, { configurable: true, get: () => value })
      view.dispatchEvent(new Event("resize"))
    })()`)
    await expect.poll(bottom).toBeLessThan(500)
    await opened.picture("phone-keyboard-dark")
    await page.evaluate(`(() => {
      for (const name of ["height", "offsetTop", "scale"]) delete visualViewport[name]
      visualViewport.dispatchEvent(new Event("resize"))
    })()`)
    await expect.poll(bottom).toBeGreaterThan(600)
    await opened.close()
  })

  it("APP-88 fulfils what the browser asks of an app that is installed", async () => {
    const { page, context, kept, close } = await app.open({ form: "phone" })
    await kept()
    const tools = await context.newCDPSession(page)
    const { errors, url } = (await tools.send("Page.getAppManifest")) as {
      readonly errors: ReadonlyArray<unknown>
      readonly url: string
    }
    expect([errors, url]).toEqual([[], `${app.hub.url()}/manifest.webmanifest`])
    const { installabilityErrors } = (await tools.send("Page.getInstallabilityErrors")) as {
      readonly installabilityErrors: ReadonlyArray<{ readonly errorId: string }>
    }
    // Tests use windows that keep nothing; in those nothing can be installed.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([])
    await close()
  })
})
