/** Shows scenes one after the other on a page, and looks at each. */
import type { AppPage } from "../app.ts"
import { guidePicture } from "./guide-picture.ts"
import { clear, type Form, type Scene, type Stage, visit } from "./scene.ts"

/** Looks at what a page shows: what is too wide, cut off or out of reach. With `npm run pictures` also writes its picture. */
export async function look(opened: AppPage, name: string, form: Form, guide?: Form["name"]): Promise<ReadonlyArray<string>> {
  await opened.picture(`${name}-${form.name}`)
  if (guide === form.name) await guidePicture(opened, name)
  return [...(await opened.overflows()), ...(await opened.axe())].map((fault) => `${name}-${form.name}: ${fault}`)
}

/** Shows scenes in the form of a stage. Nothing that is wrong with one keeps the next from being looked at. */
export async function playAll(opened: AppPage, scenes: ReadonlyArray<Scene>, stage: Stage): Promise<ReadonlyArray<string>> {
  const faults: Array<string> = []
  for (const scene of scenes)
    if (scene.only === undefined || scene.only === stage.form.form) faults.push(...(await play(opened, scene, stage)))
  return faults
}

async function play(opened: AppPage, scene: Scene, stage: Stage): Promise<ReadonlyArray<string>> {
  const name = `${scene.name}-${stage.form.name}`
  try {
    await scene.show(opened, stage)
    const faults = await look(opened, scene.name, stage.form, scene.guide)
    await scene.leave?.(opened, stage)
    await clear(opened)
    return faults
  } catch (cause) {
    await opened.picture(`${name}-unreached`)
    await scene.leave?.(opened, stage).catch(() => undefined)
    await visit(opened, "/")
    await opened.page.reload()
    await clear(opened).catch(() => undefined)
    return [`${name}: ${String(cause).slice(0, 600)}`]
  }
}
