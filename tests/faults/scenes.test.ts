/**
 * Every screen and state of the app: nothing is wider than its place, cut off or out of reach, and with `npm run pictures` a picture of
 * each in dark, light and on the phone, and those of the guide. In the short size none are shown: tests/e2e has the first of them.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { longConversation, seedTranscript } from "@holdfast/testkit/seeded-transcript"
import { sized } from "@holdfast/testkit/sizes"
import { seedData } from "@holdfast/testkit/seeded-store"
import { fieldOf } from "../e2e/agents.ts"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"
import { LONELY } from "../e2e/scenes/lonely.ts"
import { look, playAll } from "../e2e/scenes/play.ts"
import { type Form, FORMS, showSession, visit } from "../e2e/scenes/scene.ts"
import { SCENES } from "../e2e/scenes/scenes.ts"
import { smallDisk } from "../e2e/scenes/small-disk.ts"
import { type Ids, makeProject, makeWorld, type Project } from "../e2e/scenes/world.ts"

const isPictured = process.env["HOLDFAST_PICTURES"] !== undefined
/** The dark desk differs from the light one in its colours alone. */
const SHOWN = sized<ReadonlyArray<Form>>({ short: [], ci: [FORMS[1], FORMS[2]], long: FORMS })

/** Names of the scenes to show, where not all are wanted. */
const ONLY = process.env["HOLDFAST_SCENES"]?.split(",")

describe.runIf(SHOWN.length > 0)("the screens and states of the app", () => {
  let project: Project
  let app: RunningApp
  let ids: Ids
  beforeAll(async () => {
    project = makeProject()
    app = await startApp({ settings: { HOLDFAST_BROWSE_ROOTS: project.path } })
  })
  afterAll(async () => {
    await app.stop()
    project.remove()
  })

  /** Opens a page for each form, and expects that nothing is wrong with any. */
  const each = async (shows: (opened: AppPage, form: Form) => Promise<ReadonlyArray<string>>): Promise<void> => {
    const faults: Array<string> = []
    for (const form of SHOWN) {
      const opened = await app.open(form)
      await opened.connected()
      faults.push(...(await shows(opened, form)))
      await opened.close()
    }
    expect(faults).toEqual([])
  }

  it("APP-11 APP-28 the first minutes", async () => {
    await each(async (opened, form) => {
      // On the phone the list has it.
      const shown = opened.page.locator(form.form === "phone" ? "nav" : "main")
      await shown.getByRole("heading", { name: "Start here" }).waitFor()
      await shown.getByText("There are none on the server's machine.").waitFor()
      return look(opened, "first-run", form, "light")
    })
    ids = await makeWorld(app, project)
  })

  const scenes = [...SCENES, ...LONELY].filter(({ name }) => ONLY === undefined || ONLY.includes(name))
  it.each(SHOWN)("APP-3 APP-11 APP-25 every screen and state, $name", async (form) => {
    const opened = await app.open(form)
    await opened.connected()
    expect(await playAll(opened, scenes, { app, ids, project, form })).toEqual([])
    await opened.close()
  })

  it("U-15 APP-11 who may only read, and who may not come in", async () => {
    const { body } = await app.hub.call<{ readonly secret: string }>("POST", "/api/tokens", { name: "reader", scope: "read" })
    const faults: Array<string> = []
    for (const form of SHOWN) {
      const reader = await app.open({ ...form, isSignedIn: false })
      await reader.page.evaluate(`localStorage.setItem("holdfast-key", ${JSON.stringify(body.secret)})`)
      await reader.page.reload()
      await reader.row(ids.finished).waitFor()
      await showSession(reader, ids.finished, "600 runs without a failure")
      await reader.pane(ids.finished).getByText("This browser may only read").waitFor()
      faults.push(...(await look(reader, "read-only", form)))
      reader.problems.length = 0
      await reader.close()
      const stranger = await app.open({ ...form, isSignedIn: false })
      await stranger.page.getByRole("heading", { name: "This browser is not signed in" }).waitFor()
      faults.push(...(await look(stranger, "refused", form)))
      await stranger.close()
    }
    expect(faults).toEqual([])
  })

  it("APP-3 APP-11 is whole at 200 %, and still for those who want it still", async () => {
    const opened = await app.open()
    const { page, connected, pane, overflows, axe, picture, close } = opened
    await page.emulateMedia({ reducedMotion: "reduce" })
    await page.setViewportSize({ width: 720, height: 450 })
    await connected()
    const looked = async (name: string): Promise<void> => {
      await picture(`zoomed-${name}`)
      expect([name, await overflows(), await axe()]).toEqual([name, [], []])
      // What has ended, or is asked for by a script at a moment, is not motion.
      const moving = `document.getAnimations().filter((one) => one.playState === "running" && one.effect.getComputedTiming().iterations === Infinity).length`
      expect([name, await page.evaluate(moving)]).toEqual([name, 0])
    }
    await opened.row(ids.asks).waitFor()
    await looked("list")
    await showSession(opened, ids.asks, "Run a command?")
    await looked("waits")
    const run = await pane(ids.asks).locator("[data-act=allow]").boundingBox()
    expect((run?.y ?? 1000) + (run?.height ?? 0)).toBeLessThanOrEqual(450)
    await showSession(opened, ids.working, "That is all the fence is")
    await looked("streaming")
    await visit(opened, "/new")
    await page.getByLabel("First message").waitFor()
    await looked("new")
    await visit(opened, "/settings/agents")
    await page.getByText("Codex", { exact: true }).waitFor()
    await looked("settings")
    await close()
  })
})

describe.runIf(isPictured)("much of everything", () => {
  let app: RunningApp
  let long = ""
  beforeAll(async () => {
    app = await startApp()
    await app.hub.kill("SIGTERM")
    long = await seedTranscript(app.hub.data, "A talk of 10,000 messages", longConversation(10_000))
    await seedData(app.hub.data, Array<number>(2000).fill(3))
    await app.hub.start()
  })
  afterAll(() => app.stop())

  it("APP-11 APP-21 a list of 2,000 and a talk of 10,000", async () => {
    const faults: Array<string> = []
    for (const form of FORMS) {
      const opened = await app.open(form)
      await opened.connected()
      await opened.page.locator("[data-tab=unread]").getByText("2000").waitFor()
      faults.push(...(await look(opened, "list-2000", form)))
      await showSession(opened, long, /Question 9998/)
      await fieldOf(opened, long).waitFor()
      faults.push(...(await look(opened, "long-10000", form)))
      await opened.close()
    }
    expect(faults).toEqual([])
  })
})

const disk = isPictured ? smallDisk(24) : undefined

describe.runIf(disk !== undefined)("a full disk", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp({ data: `${disk?.path}/data` })
  })
  afterAll(async () => {
    await app.stop()
    disk?.remove()
  })

  it("APP-11 APP-49 says that the disk is full, and keeps what was written", async () => {
    const faults: Array<string> = []
    const agent = await app.agent({ label: "Write it down" })
    for (const form of FORMS) {
      const opened = await app.open({ ...form, path: `/s/${agent.id}` })
      const text = fieldOf(opened, agent.id)
      await text.waitFor()
      disk?.fill()
      await text.fill("Write down what the disk had room for.")
      await text.press("Enter")
      await opened.page
        .getByText(/disk is full/)
        .first()
        .waitFor()
      faults.push(...(await look(opened, "disk-full", form)))
      disk?.free()
      await opened.close()
    }
    expect(faults).toEqual([])
  })
})
