/**
 * Screens that people see first and most: nothing is wider than its place, cut off or out of reach. All others are looked at by
 * `npm run test:faults`, and pictured by `npm run pictures`.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type RunningApp, startApp } from "./app.ts"
import { playAll } from "./scenes/play.ts"
import { FORMS } from "./scenes/scene.ts"
import { SCENES } from "./scenes/scenes.ts"
import { makeProject, makeWorld } from "./scenes/world.ts"

/** One of each kind: the list, panes side by side, a request, a terminal, what opens over the page. */
const FIRST = new Set(["workspace", "waits-command", "terminal", "inbox", "settings-devices"])

describe("the screens that people see most", () => {
  const project = makeProject()
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp({ settings: { HOLDFAST_BROWSE_ROOTS: project.path } })
  })
  afterAll(async () => {
    await app.stop()
    project.remove()
  })

  it("APP-3 APP-11 APP-25 show all that is on them, and are within reach", async () => {
    const [, light] = FORMS
    const ids = await makeWorld(app, project)
    const opened = await app.open(light)
    await opened.connected()
    const scenes = SCENES.filter(({ name }) => FIRST.has(name))
    expect(scenes).toHaveLength(FIRST.size)
    expect(await playAll(opened, scenes, { app, ids, project, form: light })).toEqual([])
    await opened.close()
  })
})
