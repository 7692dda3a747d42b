/** Writing to an agent that can do more than answer: into its turn, with its commands, its modes and models, and with files. */
import { createHash } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, recordOf, settledAgent, textOf } from "@holdfast/testkit/agent-session"
import { wholeLog } from "@holdfast/testkit/logs"
import { fieldOf, ownWords, queued, said } from "../e2e/agents.ts"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"
import type { Page } from "../e2e/playwright.ts"
import { IS_SHORT } from "../e2e/sizes.ts"

const OPTIONS = {
  permissions: "allow",
  pace: 0,
  modes: true,
  models: ["swift"],
  commands: { review: "[[say I have reviewed it.]]", rewrite: "[[say I have rewritten it.]]" },
}

/** A picture of one pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

describe("what is sent to an agent", () => {
  let app: RunningApp
  let desk: AppPage
  beforeAll(async () => {
    app = await startApp()
    desk = await app.open()
    await desk.connected()
  })
  afterAll(async () => {
    await desk.close()
    await app.stop()
  })

  const show = async (label: string, form: "desktop" | "phone" = "desktop", cwd?: string) => {
    // What it can do it says when it runs.
    const { id } = await app.agent({
      label,
      options: OPTIONS,
      message: { text: "[[say Ready.]]" },
      ...(cwd === undefined ? {} : { cwd }),
    })
    await settledAgent(app.hub, id)
    const opened = form === "phone" ? await app.open({ path: `/s/${id}`, form }) : desk
    // Rows stand still under the pointer.
    await desk.page.mouse.move(900, 400)
    if (form === "desktop") await desk.openSession(id)
    await fieldOf(opened, id).waitFor()
    return { id, opened, field: fieldOf(opened, id) }
  }
  const write = async (opened: AppPage, id: string, text: string, key = "Enter"): Promise<void> => {
    await fieldOf(opened, id).fill(text)
    await fieldOf(opened, id).press(key)
    await expect.poll(() => fieldOf(opened, id).inputValue()).toBe("")
  }
  const infoOf = async (id: string): Promise<NonNullable<Session["agent"]>["info"]> =>
    (await recordOf(app.hub, id)).agent?.info ?? {}

  it("APP-47 goes into the turn that runs with Mod and Enter and from the menu beside the button, which name it", async () => {
    const work = mkdtempSync(join(tmpdir(), "holdfast-sending-"))
    const { id, opened, field } = await show("Steered", "desktop", work)
    const { page, pane } = opened
    await write(opened, id, "[[slow 8 5]][[bash until test -e go; do sleep 0.02; done]][[say The end.]]")
    await page
      .getByText(/word5 /)
      .first()
      .waitFor()
    await expect.poll(() => pane(id).locator("[data-act=send]").textContent()).toContain("Queue")
    await write(opened, id, "[[say w-one]]", "Control+Enter")
    await field.fill("[[say w-two]]")
    await pane(id).getByRole("button", { name: "Other ways to send" }).click()
    await page.getByRole("menuitem", { name: "Interrupt and send" }).waitFor()
    await opened.picture("send-modes-dark")
    await page.getByRole("menuitem", { name: "Steer" }).click()
    // Both are in the log before the turn goes on.
    await expect.poll(async () => JSON.stringify([...(await wholeLog(app.hub, id))])).toMatch(/say w-one[^]*say w-two/)
    await expect.poll(() => pane(id).locator("[data-outgoing]").count()).toBe(0)
    writeFileSync(join(work, "go"), "")
    await settledAgent(app.hub, id)
    const messages = await messagesOf(app.hub, id)
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"])
    const parts = messages[3]?.parts.map((part) => JSON.stringify(part)) ?? []
    expect(parts.filter((part) => part.includes('"steering-message"'))).toEqual([
      expect.stringContaining("[[say w-one]]"),
      expect.stringContaining("[[say w-two]]"),
    ])
    expect(textOf(messages[3]!)).toMatch(/w-one[^]*w-two/)
    expect(await queued(app, id)).toEqual([])
    rmSync(work, { recursive: true })
    // Each where it came into the turn, and once.
    for (const word of ["w-one", "w-two"]) {
      await expect.poll(() => pane(id).getByText(`[[say ${word}]]`, { exact: true }).count()).toBe(1)
    }
  })

  it("APP-47 A-2 has its mode and its model chosen below the field, and works by them", async () => {
    const { id, opened } = await show("Chosen")
    const { page, pane } = opened
    await pane(id).getByRole("combobox", { name: "Mode", exact: true }).selectOption("ask")
    await expect.poll(async () => (await infoOf(id)).mode, { timeout: 10_000 }).toBe("ask")
    await pane(id).getByRole("combobox", { name: "Model" }).selectOption("swift")
    await expect.poll(async () => (await infoOf(id)).model, { timeout: 10_000 }).toBe("swift")
    await write(opened, id, "[[bash echo only when allowed]]")
    await pane(id).locator("[data-request][data-armed][data-whole]").waitFor()
    await pane(id).locator("[data-act=allow]").click()
    await said(app, id, "only when allowed")
    await pane(id).getByRole("combobox", { name: "Mode", exact: true }).selectOption("allow")
    await expect.poll(async () => (await infoOf(id)).mode, { timeout: 10_000 }).toBe("allow")
    await write(opened, id, "[[bash echo without a question]]")
    await said(app, id, "without a question")
    expect(await page.locator("[data-request]").count()).toBe(0)
  })

  it.skipIf(IS_SHORT)(
    "APP-146 A-74 offers before the first message what the agent offered before, and works by what is chosen then",
    async () => {
      const { id } = await app.agent({ label: "Not begun", options: OPTIONS })
      const { page, openSession, picture, overflows } = desk
      await page.mouse.move(900, 400)
      const pane = await openSession(id)
      const model = pane.getByRole("combobox", { name: "Model" })
      await picture("not-begun-dark")
      expect(await overflows()).toEqual([])
      await model.selectOption("swift")
      await expect.poll(async () => (await recordOf(app.hub, id)).agent?.wanted).toEqual({ model: "swift" })
      await expect.poll(() => model.inputValue()).toBe("swift")
      await fieldOf(desk, id).pressSequentially("/rev")
      await page.getByRole("option", { name: /\/review/ }).waitFor()
      await page.keyboard.press("Escape")
      await write(desk, id, "[[say begun]]")
      await said(app, id, "begun")
      expect((await infoOf(id)).model).toBe("swift")
      await expect.poll(() => model.inputValue()).toBe("swift")
      const first = await app.agent({ label: "The first in its place", options: OPTIONS, cwd: "/usr" })
      const other = await openSession(first.id)
      await other.getByText("Commands come with the first message").waitFor()
      await fieldOf(desk, first.id).pressSequentially("/")
      expect(await other.getByText("Commands come with the first message").count()).toBe(2)
      await picture("commands-later-dark")
      await fieldOf(desk, first.id).fill("")
    },
  )

  it("APP-47 lists the agent's commands at a slash, and sends the one that was chosen", async () => {
    const { id, opened, field } = await show("Commands")
    const { page, pane } = opened
    await field.pressSequentially("/re")
    const options = page.getByRole("listbox", { name: "Commands" }).getByRole("option")
    await options.nth(1).waitFor()
    expect((await options.allInnerTexts()).map((text) => text.split("\n")[0])).toEqual(["/review", "/rewrite"])
    await opened.picture("commands-dark")
    await field.press("ArrowDown")
    await field.press("Enter")
    expect(await field.inputValue()).toBe("/rewrite ")
    await field.press("Enter")
    await said(app, id, "I have rewritten it.")
    await pane(id)
      .getByRole("button", { name: /^\/\s*command$/ })
      .click()
    await page.getByRole("option", { name: /\/review/ }).click()
    expect(await field.inputValue()).toBe("/review ")
    await field.press("Enter")
    await said(app, id, "I have reviewed it.")
    expect((await ownWords(app, id)).map((text) => text.trim())).toEqual(["[[say Ready.]]", "/rewrite", "/review"])
  })

  it("APP-48 takes files that are pasted and dropped, up to 5 MB in all, and sends them once", async () => {
    const { id, opened } = await show("Files by hand")
    const { page, pane, picture, overflows } = opened
    const names = () => pane(id).locator("[data-attached]").count()
    await page.evaluate(given(id, "paste", [{ name: "pasted.png", type: "image/png", base64: PIXEL }]))
    await pane(id).locator("[data-attached='pasted.png']").waitFor()
    await page.evaluate(given(id, "drop", [{ name: "notes.txt", type: "text/plain", length: 3_000_000 }]))
    await pane(id).locator("[data-attached='notes.txt']").waitFor()
    // Each would fit by itself.
    await page.evaluate(given(id, "drop", [{ name: "more.txt", type: "text/plain", length: 3_000_000 }]))
    await page.getByText(/more\.txt .*5 MB/).waitFor()
    await page.evaluate(given(id, "paste", [{ name: "large.pdf", type: "application/pdf", length: 6 * 1024 * 1024 }]))
    await page.getByText(/large\.pdf has 6 MB .*a message takes 5 MB/).waitFor()
    expect(await names()).toBe(2)
    await picture("files-by-hand-dark")
    expect(await overflows()).toEqual([])
    await write(opened, id, "look at these")
    await said(app, id, "look at these")
    const sent = (await messagesOf(app.hub, id)).filter(({ role }) => role === "user")
    const named = (part: unknown): unknown => (part as { readonly filename?: string }).filename ?? "text"
    expect(sent.map(({ parts }) => parts.map(named))).toEqual([["text"], ["pasted.png", "notes.txt", "text"]])
  })

  it("APP-48 takes a photo on the phone, by the camera that the system offers", async () => {
    const { id, opened } = await show("Photo", "phone")
    const { page, pane, close } = opened
    await pane(id)
      .getByRole("button", { name: /Attach a file/ })
      .tap()
    await page.getByRole("menuitem", { name: "Take a photo" }).waitFor()
    await page.getByRole("menuitem", { name: "A file or an image" }).waitFor()
    await page.keyboard.press("Escape")
    const camera = pane(id).locator("input[capture=environment]")
    expect(await camera.getAttribute("accept")).toBe("image/*")
    await camera.setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") })
    await pane(id).locator("[data-attached='photo.png']").waitFor()
    await pane(id).locator("[data-act=send]").tap()
    await said(app, id, "photo.png")
    await close()
  })

  it("APP-80 APP-30 shows pictures of messages on two devices, by the page's key, in a player, and again from what this browser keeps", async () => {
    const { id } = await app.agent({ label: "Pictures", options: OPTIONS, message: { text: "[[say Ready.]]" } })
    await settledAgent(app.hub, id)
    const hash = createHash("sha256").update(Buffer.from(PIXEL, "base64")).digest("hex")
    const notes = {
      type: "file",
      mediaType: "text/plain",
      filename: "notes.txt",
      url: `data:text/plain;base64,${btoa("some notes")}`,
    }
    const pixel = { type: "file", mediaType: "image/png", filename: "pixel.png", url: `data:image/png;base64,${PIXEL}` }
    const drawn = { type: "text", text: `[[say ![drawn](files/${hash})]]` }
    const sent = await app.hub.call("POST", `/api/sessions/${id}/messages`, { parts: [pixel, notes, drawn] })
    expect(sent.status).toBeLessThan(300)
    await settledAgent(app.hub, id)
    const widths = (page: Page, within: string) =>
      page.evaluate(
        `[...document.querySelectorAll('${within} img')].map((one) => [one.alt, one.naturalWidth, one.src.split(":")[0]])`,
      )
    const both = [
      ["pixel.png", 1, "blob"],
      ["drawn", 1, "blob"],
    ]
    const pane = `[data-pane][data-session="${id}"]`
    const wide = await app.open({ path: `/s/${id}`, hasWorker: false })
    const phone = await app.open({ path: `/s/${id}`, form: "phone" })
    for (const one of [wide, phone]) await expect.poll(() => widths(one.page, pane)).toEqual(both)
    await phone.picture("pictures-phone")
    expect(await phone.overflows()).toEqual([])
    await phone.close()
    const { page } = wide
    // The picture leads to itself, and what is none is saved.
    const [picture, leads] = (await page.evaluate(
      `(([one]) => [one.src, one.closest("a").href])(document.querySelectorAll('${pane} img'))`,
    )) as [string, string]
    expect(leads).toBe(picture)
    await page.evaluate(`{
      const make = URL.createObjectURL
      URL.createObjectURL = (file) => (file.text().then((text) => (globalThis.saved = text)), make.call(URL, file))
      HTMLAnchorElement.prototype.click = function () { globalThis.savedAs = this.download }
    }`)
    await page.getByRole("button", { name: /^notes\.txt/ }).click()
    await expect.poll(() => page.evaluate("[globalThis.savedAs, globalThis.saved]")).toEqual(["notes.txt", "some notes"])
    await wide.context.route(/\/files\//, (route) => route.abort())
    await page.reload()
    await expect.poll(() => widths(page, pane)).toEqual(both)
    const { lastSeq } = await recordOf(app.hub, id)
    await page.goto(`${app.hub.url()}/s/${id}/at/${lastSeq}`)
    await expect.poll(() => widths(page, "[data-film=agent]")).toEqual(both)
    await wide.picture("pictures-player-dark")
    await wide.close()
  })

  it("APP-33 APP-36 shows its todos as they are now, its reasoning folded, and a subagent with what stops it", async () => {
    const { id, opened } = await show("At work")
    const { page, pane, picture, overflows, axe } = opened
    const steps = "[[think I weigh it up first.]][[todo done: Read it|now: Write it|Try it]][[bash true]]"
    await write(
      opened,
      id,
      `${steps}[[todo done: Read it|done: Write it|now: Try it]][[subagent 5 echo never run]][[say Begun.]]`,
    )
    const todos = pane(id).getByRole("list", { name: "Todos" })
    await expect.poll(() => todos.locator("[data-status=completed]").allInnerTexts()).toEqual(["Read it", "Write it"])
    expect(await todos.count()).toBe(1)
    const thought = pane(id).getByRole("button", { name: /^.?\s*Thought:/ })
    expect(await thought.getAttribute("aria-expanded")).toBe("false")
    await thought.click()
    expect(await thought.getAttribute("aria-expanded")).toBe("true")
    await pane(id).getByText("I weigh it up first.", { exact: true }).waitFor()
    const task = pane(id).locator("[data-status=waiting]").filter({ hasText: "waits for you" })
    await task.waitFor()
    // Once, at the end; its call says that it runs on.
    expect(await task.count()).toBe(1)
    await pane(id).locator("[data-call]").getByText("in the background").waitFor()
    await picture("subagent-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await task.getByRole("button", { name: "Stop" }).click()
    await task.waitFor({ state: "detached" })
    await page.locator("[data-request]").first().waitFor({ state: "detached" })
    expect((await recordOf(app.hub, id)).tasks ?? []).toEqual([])
  })
})

interface Given {
  readonly name: string
  readonly type: string
  readonly base64?: string
  readonly length?: number
}

/** Pastes files into the field of a session, or drops them on it, as a browser does. */
const given = (session: string, how: "paste" | "drop", files: ReadonlyArray<Given>) => `(() => {
  const field = document.querySelector('[data-composer="${session}"]')
  const carried = new DataTransfer()
  for (const { name, type, base64, length } of ${JSON.stringify(files)}) {
    const bytes = base64 === undefined ? new Uint8Array(length).fill(97) : Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
    carried.items.add(new File([bytes], name, { type }))
  }
  const common = { bubbles: true, cancelable: true }
  if (${how === "paste"}) return field.dispatchEvent(new ClipboardEvent("paste", { ...common, clipboardData: carried }))
  field.dispatchEvent(new DragEvent("dragover", { ...common, dataTransfer: carried }))
  return field.dispatchEvent(new DragEvent("drop", { ...common, dataTransfer: carried }))
})()`
