/** A screen or state of the app that is pictured: how a page comes to show it. */
import { expect } from "vitest"
import type { AppPage, RunningApp } from "../app.ts"
import type { Ids, Project } from "./world.ts"

/** The forms in which every scene is pictured. */
export const FORMS = [
  { name: "dark", form: "desktop", theme: "dark" },
  { name: "light", form: "desktop", theme: "light" },
  { name: "phone", form: "phone", theme: "dark" },
] as const

/** A form of the page. */
export type Form = (typeof FORMS)[number]

/** What scenes are shown of. */
export interface Stage {
  readonly app: RunningApp
  readonly ids: Ids
  readonly project: Project
  readonly form: Form
}

/** A scene. */
export interface Scene {
  /** Name of its pictures, and of the picture in the guide where it is in there. */
  readonly name: string
  /** Where it is not shown on the phone, or only there. */
  readonly only?: "desktop" | "phone"
  /** The picture of the guide: in which form. */
  readonly guide?: Form["name"]
  /** Leads a page there that shows the list alone. */
  readonly show: (opened: AppPage, stage: Stage) => Promise<unknown>
  /** Takes back what the page does not show any more by itself. */
  readonly leave?: (opened: AppPage, stage: Stage) => Promise<unknown>
}

/** Follows an address of the app, as a link does. */
export async function visit({ page }: AppPage, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, "", ${JSON.stringify(path)})`)
}

/** Waits until an expression of the page is true. The policy of the page does not let playwright wait for one by itself. */
export function until({ page }: AppPage, expression: string): Promise<void> {
  return expect.poll(() => page.evaluate(`(${expression}) === true`), { timeout: 20_000, interval: 30 }).toBe(true)
}

/** Opens a session, and waits until its pane shows a text. */
export async function showSession(opened: AppPage, session: string, text?: string | RegExp): Promise<void> {
  await visit(opened, `/s/${session}`)
  const pane = opened.pane(session)
  await pane.waitFor()
  if (text !== undefined) await pane.getByText(text).first().waitFor()
}

/** Waits until a request within something can be answered, and shows a change in its colours. */
export async function armed(opened: AppPage, within: string): Promise<void> {
  await opened.page.locator(`${within} [data-armed]`).first().waitFor()
  await until(opened, `document.querySelector(${JSON.stringify(`${within} [data-request] :is(ins, del)`)}) === null`)
}

/** Opens a session that waits, and waits until what is asked can be answered. */
export async function showRequest(opened: AppPage, session: string, text: string): Promise<void> {
  await showSession(opened, session, text)
  await armed(opened, `[data-session="${session}"]`)
}

const OVER = `document.querySelector("[role=dialog],[role=menu],[data-inbox]")`
const PANES = `[...document.querySelectorAll("main [data-pane]")].map((pane) => pane.dataset.session).join()`

/** Leads back to the list, with no pane open and nothing over the page. */
export async function clear(opened: AppPage): Promise<void> {
  const { page } = opened
  // Nothing of the page is under the pointer: it rests where the status line has nothing to say.
  await page.mouse.move(800, 899)
  // Where nothing is open, Escape twice would stop a turn.
  for (let at = 0; at < 3 && (await page.evaluate(`${OVER} !== null`)) === true; at++) {
    await page.evaluate(`${OVER}?.querySelector("button,[role=menuitem],input")?.focus()`)
    await page.keyboard.press("Escape")
    await until(opened, `${OVER} === null`)
  }
  await visit(opened, "/")
  for (;;) {
    const panes = String(await page.evaluate(`document.activeElement?.blur(), ${PANES}`))
    if (panes === "") return
    // The phone shows the list or a pane, and keys are for what it shows.
    await visit(opened, `/s/${panes.split(",")[0]}`)
    await page.keyboard.press("x")
    await until(opened, `${PANES} !== ${JSON.stringify(panes)}`)
    await visit(opened, "/")
  }
}
