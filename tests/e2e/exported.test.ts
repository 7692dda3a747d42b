import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { asking } from "./agents.ts"
import { type RunningApp, startApp } from "./app.ts"

describe("exported files", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  const recordOf = async (id: string): Promise<Session> => (await app.hub.call<Session>("GET", `/api/sessions/${id}`)).body

  const HOSTILE = '</script><script>globalThis.hacked=1</script><img src=x onerror="globalThis.hacked=2">'

  /** Saves what a session exports as HTML, and gives where. */
  const exported = async (id: string): Promise<string> => {
    const headers = { authorization: `Bearer ${app.hub.token}` }
    const answer = await fetch(`${app.hub.url()}/api/sessions/${id}/export?format=html`, { headers })
    expect(answer.status).toBe(200)
    const path = join(app.hub.data, `${id}.html`)
    writeFileSync(path, Buffer.from(await answer.arrayBuffer()))
    return path
  }

  it("APP-79 H-29 (check:S9) an exported file plays from the disk, asks for nothing, and runs no script of its texts", async () => {
    const agent = await app.agent({ label: HOSTILE })
    await sendText(app.hub, agent.id, `[[say ${HOSTILE} **bold** [link](javascript:alert(1))]] ${HOSTILE}`)
    await settledAgent(app.hub, agent.id)
    const script = `printf '\\033]0;${HOSTILE}\\007%s\\r\\n' "$1"; sleep 0.2; echo shown`
    const { id } = await app.terminal({ label: HOSTILE, command: "/bin/sh", args: ["-c", script, "sh", HOSTILE] })
    await eventually("the exit", 20_000, async () => (await recordOf(id)).process === "exited")
    const { page, problems, picture, axe, close } = await app.open({ theme: "light" })
    const shown = (session: string) =>
      page.evaluate(
        `(() => { const { status, seq } = document.querySelector('[data-player="${session}"]')?.dataset ?? {}; return status === "paused" ? Number(seq) : -1 })()`,
      )
    for (const session of [agent.id, id]) {
      const { lastSeq } = await recordOf(session)
      const address = `file://${await exported(session)}`
      await page.goto(`${address}#${lastSeq}`)
      await expect.poll(() => shown(session), { timeout: 15_000 }).toBe(lastSeq)
      if (session === id) await page.locator(".xterm-rows").getByText("shown").waitFor()
      else await page.locator("[data-role=assistant]").getByText("bold").waitFor()
      expect(await page.title()).toBe(HOSTILE)
      expect(await page.evaluate("typeof globalThis.hacked")).toBe("undefined")
      expect(await axe()).toEqual([])
      await picture(`exported-${session === id ? "terminal" : "agent"}-light`)
      await page.getByRole("button", { name: "One event back" }).click()
      await expect.poll(() => shown(session)).toBeLessThan(lastSeq)
      // The file itself, and nothing else.
      expect(problems.splice(0).filter((one) => !one.includes(address))).toEqual([])
    }
    await close()
  })

  it("APP-145 P-22 show a command that was edited as it ran, as the player does", async () => {
    const { id } = await asking(app, "[[bash echo asked for]]")
    const request = (await recordOf(id)).permissions[0]
    await app.hub.call("POST", `/api/sessions/${id}/permissions/${request?.id}`, { optionId: "allow", subject: "echo as it ran" })
    await settledAgent(app.hub, id)
    const { lastSeq } = await recordOf(id)
    const { page, problems, picture, close } = await app.open({ path: `/s/${id}/at/${lastSeq}` })
    const file = `file://${await exported(id)}`
    for (const [place, address] of [
      ["player", ""],
      ["exported", `${file}#${lastSeq}`],
    ] as const) {
      if (address !== "") await page.goto(address)
      const call = page.locator("[data-film=agent] details").filter({ hasText: "bash" })
      const line = call.locator("summary")
      await expect.poll(() => line.innerText()).toMatch(/echo as it ran.*edited by owner/s)
      await line.click()
      await call.getByText("it had asked for echo asked for").waitFor()
      expect(await call.locator("pre").allInnerTexts()).toEqual([
        expect.stringContaining("echo as it ran"),
        expect.stringContaining("as it ran"),
      ])
      await picture(`edited-${place}-dark`)
    }
    expect(problems.splice(0).filter((one) => !one.includes(file))).toEqual([])
    await close()
  })
})
